package reports

import (
	"fmt"
	"slices"
	"strings"
)

// The exit codes of authassay.
const (
	ExitOK        = 0   // everything that was asked for holds, as far as it was decided
	ExitFail      = 1   // a check fails, or a listed known failure passes
	ExitUsage     = 2   // wrong usage, or a wrong target file: nothing was run
	ExitUndecided = 3   // nothing, or less than was asked for, can be said about the target
	ExitHangup    = 129 // stopped by SIGHUP
	ExitInterrupt = 130 // stopped by SIGINT
	ExitTerminate = 143 // stopped by SIGTERM
)

// DecideOptions are what the exit code depends on besides the report. The zero
// value is the default rule.
type DecideOptions struct {
	// MinDecided is how many results must be decided at each target. With 0 or
	// less the default rule holds: at least one requirement of level MUST in
	// every role that a target claims.
	MinDecided int
	// NoMinimum asks for no number at all, not even by the default rule.
	NoMinimum bool
	// UsageError tells that the command line or the target file was wrong.
	UsageError bool
}

// Outcome is what a run amounts to.
type Outcome struct {
	// Code is the exit code, one of the Exit constants.
	Code int `json:"code"`
	// Sentence is the verdict on one line. It claims nothing that was not
	// decided.
	Sentence string `json:"sentence"`
	// Reasons are all reasons for a code other than 0, the one that decided it
	// first.
	Reasons []string `json:"reasons,omitempty"`
	// RunReasons are those of the Reasons that no single check shows: they
	// concern the run or a target as a whole.
	RunReasons []string `json:"runReasons,omitempty"`
}

// Decide finds the exit code of a run and the sentence that says what it
// amounts to. The first that applies: 2 for wrong usage; 130, 143 or 129 for a
// signal; 1 for a failure that is not excused or a listed known failure that
// passes; 3 for an error, an empty selection, the deadline, a target that
// could not be reached, or too little decided; else 0. A shard is judged by what
// it holds, and may be empty.
func Decide(r Report, o DecideOptions) Outcome {
	var out Outcome
	because := func(code int, whole bool, format string, args ...any) {
		if out.Code == ExitOK {
			out.Code = code
		}
		reason := fmt.Sprintf(format, args...)
		out.Reasons = append(out.Reasons, reason)
		if whole {
			out.RunReasons = append(out.RunReasons, reason)
		}
	}
	count := r.Count()
	if r.Shard != nil {
		// How much has to be decided, and whether anything was selected, is asked of
		// the parts together.
		o.MinDecided, o.NoMinimum = 0, true
	}
	if o.UsageError {
		because(ExitUsage, true, "the command line or the target file is wrong")
	}
	if code, ok := signalCodes[r.Stopped]; ok {
		because(code, true, "stopped by %s before every check was judged", r.Stopped)
	}
	if count.Fail > 0 {
		because(ExitFail, false, "%s: %s", plural(count.Fail, "check fails", "checks fail"),
			list(r, func(res Result) bool { return res.Verdict == Fail && res.KnownFailing == "" }))
	}
	if count.Unexpected > 0 {
		because(ExitFail, false, "%s: %s", plural(count.Unexpected,
			"check passes although the known-failing file lists it", "checks pass although the known-failing file lists them"),
			list(r, func(res Result) bool { return res.UnexpectedPass != "" }))
	}
	reached := r
	reached.Targets = nil
	for _, t := range r.Targets {
		if t.Unreachable != "" {
			// One reason stands for all the checks that met it.
			because(ExitUndecided, true, "target %s could not be reached: %s", flat(t.Name), flat(t.Unreachable))
			continue
		}
		reached.Targets = append(reached.Targets, t)
	}
	if n := reached.Count().Error; n > 0 {
		because(ExitUndecided, false, "%s: %s", plural(n, "check could not be judged", "checks could not be judged"),
			list(reached, func(res Result) bool { return res.Verdict == Error }))
	}
	for _, reason := range undecided(r, o, count) {
		because(ExitUndecided, true, "%s", reason)
	}
	out.Sentence = sentence(r, out, count)
	return out
}

var signalCodes = map[Stop]int{
	StopInterrupt: ExitInterrupt,
	StopTerminate: ExitTerminate,
	StopHangup:    ExitHangup,
}

// undecided lists why less is known than was asked for, apart from errors of
// single checks.
func undecided(r Report, o DecideOptions, count Counts) []string {
	var out []string
	_, signal := signalCodes[r.Stopped]
	switch {
	case r.Stopped == StopNone, signal:
	case r.Stopped == StopDeadline:
		out = append(out, "the deadline was reached before every check was judged")
	case r.Stopped == StopUnfinished:
		out = append(out, "the run did not finish: it is still going on, or it was killed before it could write its report")
	default:
		out = append(out, fmt.Sprintf("the run ended early: %s", flat(string(r.Stopped))))
	}
	if count.Total() == 0 {
		silent := !slices.ContainsFunc(r.Targets, func(t TargetReport) bool { return t.Unreachable != "" })
		if empty := r.Shard != nil && len(r.Targets) > 0; len(out) == 0 && !signal && silent && !empty {
			out = append(out, "nothing was selected, so no check ran")
		}
		return out
	}
	if o.NoMinimum || o.UsageError {
		return out
	}
	for _, t := range r.Targets {
		if t.Lost != "" {
			out = append(out, fmt.Sprintf("the run at target %s ended early: %s", flat(t.Name), flat(t.Lost)))
		}
		if t.Unreachable == "" {
			out = append(out, t.lacks(o.MinDecided)...)
		}
	}
	return out
}

// lacks says where a target falls short of the number of decided results.
func (t TargetReport) lacks(minimum int) []string {
	if minimum > 0 {
		if n := t.Count().Decided(); n < minimum {
			return []string{fmt.Sprintf("%s decided at target %s, and %d were asked for",
				plural(n, "requirement was", "requirements were"), flat(t.Name), minimum)}
		}
		return nil
	}
	decided := func(match func(Result) bool) bool {
		return slices.ContainsFunc(t.Results, func(r Result) bool {
			// A clause that binds another party says nothing about the target.
			return r.Verdict.Decided() && Mandatory(r.Level) && r.Binds == "" && match(r)
		})
	}
	if len(t.Roles) == 0 && !decided(func(Result) bool { return true }) {
		return []string{fmt.Sprintf("no requirement of level MUST was decided at target %s", flat(t.Name))}
	}
	var out []string
	for _, role := range t.Roles {
		if !decided(func(r Result) bool { return r.Role == role }) {
			out = append(out, fmt.Sprintf("no requirement of level MUST was decided for the role %s at target %s", flat(role), flat(t.Name)))
		}
	}
	return out
}

// list names the checks that match, the target with each when there are
// several, and at most ten of them.
func list(r Report, match func(Result) bool) string {
	var ids []string
	for _, t := range r.Targets {
		for _, res := range t.Results {
			if !match(res) {
				continue
			}
			id := flat(res.ID)
			if len(r.Targets) > 1 {
				id += " at " + flat(t.Name)
			}
			ids = append(ids, id)
		}
	}
	if len(ids) > 10 {
		ids = append(ids[:10:10], fmt.Sprintf("and %d more", len(ids)-10))
	}
	return strings.Join(ids, ", ")
}
