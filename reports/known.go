package reports

import (
	"fmt"
	"slices"
	"strings"
)

// KnownFailing is a known-failing file: which checks are known to fail, and
// why. It keeps a run green without hiding anything, and cannot rot, since a
// listed check that passes fails the run.
type KnownFailing struct {
	// Path of the file, for messages.
	Path string `json:"path,omitempty"`
	// Entries in the order of the file.
	Entries []KnownFailure `json:"entries,omitempty"`
}

// KnownFailure is one entry of a known-failing file.
type KnownFailure struct {
	// Target is the name or the issuer of the target it is for; "" for all. An
	// entry that names the target takes precedence over one that does not.
	Target string `json:"target,omitempty"`
	// Check is the exact id of the check.
	Check string `json:"check"`
	// Verdict is Fail, or Warn for a deviation from a recommendation, which
	// fails under --strict only. An entry with Warn does not excuse a check
	// that got worse.
	Verdict Verdict `json:"verdict"`
	// Reason says why the failure is known and accepted.
	Reason string `json:"reason"`
	// Link to an issue, or a line of source.
	Link string `json:"link,omitempty"`
	// Expires is the last day on which the entry holds, as 2027-01-31 in UTC; ""
	// for no end. A file with an entry that has expired is refused.
	Expires string `json:"expires,omitempty"`
	// Version of the target's software that the entry is for, exactly as its target
	// file states it; "" for all. Such an entry takes precedence over one without.
	Version string `json:"version,omitempty"`
	// Line of the entry in the file.
	Line int `json:"line,omitempty"`
}

// editMe begins the reason of an entry that a person has yet to edit.
const editMe = "EDIT ME: "

// Apply marks the results that the file speaks of. A listed check that fails
// is excused: Result.KnownFailing gets the reason. One that holds after all
// gets Result.UnexpectedPass, which fails the run. An error is never excused.
// A listed check that did not run, is not part of the run, or only warns when
// the entry expects a failure, becomes a note of the report. Warnings must
// have been raised (--strict) before.
func (k *KnownFailing) Apply(r *Report) {
	if k == nil {
		return
	}
	used := make([]bool, len(k.Entries))
	for i := range r.Targets {
		t := &r.Targets[i]
		for j := range t.Results {
			res := &t.Results[j]
			for _, n := range k.matching(t, res.ID) {
				used[n] = true
			}
			if n := k.matching(t, res.ID); len(n) > 0 {
				k.judge(r, t, res, k.Entries[n[0]])
			}
		}
	}
	var elsewhere []string
	for n, e := range k.Entries {
		switch {
		case used[n]:
		case e.Version != "" && slices.ContainsFunc(r.Targets, e.isForAnotherVersion):
			i := slices.IndexFunc(r.Targets, e.isForAnotherVersion)
			k.note(r, e, "is listed for the version "+flat(e.Version)+" of the target, and "+stated(r.Targets[i])+", so the entry was not tried")
		case e.Target != "" && !slices.ContainsFunc(r.Targets, e.isFor):
			if !slices.Contains(elsewhere, e.Target) {
				elsewhere = append(elsewhere, e.Target)
			}
		case r.Shard != nil:
			// It may well be part of another shard.
		default:
			k.note(r, e, "was not part of this run, so the entry was not tried")
		}
	}
	if len(elsewhere) > 0 {
		note(r, fmt.Sprintf("%s: entries for targets that are not part of this run: %s", k.Path, flat(strings.Join(elsewhere, ", "))))
	}
}

// isFor tells whether an entry that names a target names this one.
func (e KnownFailure) isFor(t TargetReport) bool {
	return e.Target == t.Name || (e.Target == t.Issuer && t.Issuer != "")
}

// isForAnotherVersion tells that nothing but its version keeps an entry from being
// for a target.
func (e KnownFailure) isForAnotherVersion(t TargetReport) bool {
	return (e.Target == "" || e.isFor(t)) && e.Version != "" && e.Version != t.Version
}

// stated says what a target states of its version.
func stated(t TargetReport) string {
	if t.Version == "" {
		return "its target file states none (software: there)"
	}
	return "its target file states " + flat(t.Version)
}

// matching finds the entries for a check at a target: those that name the target
// before those that do not, and among them those that name its version first.
func (k *KnownFailing) matching(t *TargetReport, check string) []int {
	var found []int
	for n, e := range k.Entries {
		if e.Check == check && (e.Target == "" || e.isFor(*t)) && (e.Version == "" || e.Version == t.Version) {
			found = append(found, n)
		}
	}
	general := func(n int) (rank int) {
		if k.Entries[n].Target == "" {
			rank += 2
		}
		if k.Entries[n].Version == "" {
			rank++
		}
		return rank
	}
	slices.SortStableFunc(found, func(a, b int) int { return general(a) - general(b) })
	return found
}

func (k *KnownFailing) judge(r *Report, t *TargetReport, res *Result, e KnownFailure) {
	at := "at target " + flat(t.Name) + " "
	switch {
	case r.partial(res) && res.Verdict != Fail:
		// What the other shards sent may still break its clause.
	case res.Verdict == Fail && e.Verdict == Warn && !res.Raised:
		k.note(r, e, at+"fails, and the entry excuses a warning only")
	case res.Verdict == Fail:
		res.KnownFailing, res.KnownFailingLink = e.Reason, e.Link
		res.KnownFailingExpires, res.KnownFailingVersion = e.Expires, e.Version
	case res.Verdict == Pass, res.Verdict == Info:
		res.UnexpectedPass = e.Reason
		k.note(r, e, at+"passes: remove the entry, or name the target that it is for")
	case res.Verdict == Warn && e.Verdict == Fail:
		// It may still be needed under --strict, so it is no failure.
		k.note(r, e, at+"only warns: write verdict: warn, so that the entry excuses no more than that")
	case res.Verdict == Warn:
		// As the entry says.
	case res.Verdict == Error:
		k.note(r, e, at+"could not be judged, and an error is never excused")
	default:
		k.note(r, e, at+"did not run, so the entry was not tried")
	}
}

func (k *KnownFailing) note(r *Report, e KnownFailure, what string) {
	note(r, fmt.Sprintf("%s:%d: %s %s", k.Path, e.Line, e.Check, what))
}

// note adds a remark once, so that applying a file again changes nothing.
func note(r *Report, text string) {
	if !slices.Contains(r.Notes, text) {
		r.Notes = append(r.Notes, text)
	}
}
