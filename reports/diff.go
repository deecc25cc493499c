package reports

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// DiffVersion is the version of the JSON form of Diff.
const DiffVersion = 1

// Diff is what changed at the same targets between two runs.
type Diff struct {
	DiffVersion int     `json:"diffVersion"`
	Old         DiffRun `json:"old"`
	New         DiffRun `json:"new"`
	// Remarks say in what the runs themselves differ, so that a change may not be
	// one of the target: another policy, another version of authassay.
	Remarks []string     `json:"remarks,omitempty"`
	Targets []TargetDiff `json:"targets"`
	// Worse tells that something broke, or that something that held is no longer
	// decided.
	Worse bool `json:"worse"`
	// Sentence says what it amounts to, on one line.
	Sentence string `json:"sentence"`
}

// DiffRun names one of the two runs.
type DiffRun struct {
	RunID   string    `json:"runId"`
	Started time.Time `json:"started"`
	Version string    `json:"version"`
}

// TargetDiff is what changed at one target. A check stands in one of the lists at
// most, but for what drifted.
type TargetDiff struct {
	Name       string `json:"name"`
	Issuer     string `json:"issuer,omitempty"`
	OldVersion string `json:"oldVersion,omitempty"`
	NewVersion string `json:"newVersion,omitempty"`
	// Broke are the checks that fail and did not, or that warn and held.
	Broke []Change `json:"broke,omitempty"`
	// Mended are those that went the other way.
	Mended []Change `json:"mended,omitempty"`
	// Undecided are the checks that were decided and are no longer.
	Undecided []Change `json:"undecided,omitempty"`
	// Decided are the checks that are decided and were not.
	Decided []Change `json:"decided,omitempty"`
	// New and Gone are the checks that only the new, or only the old run had.
	New  []Change `json:"new,omitempty"`
	Gone []Change `json:"gone,omitempty"`
	// Drifted is what changed where the verdict did not.
	Drifted []Drift `json:"drifted,omitempty"`
}

// Change is a check with another verdict than before.
type Change struct {
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Clauses []string `json:"clauses"`
	Level   string   `json:"level"`
	// Old and New are the verdicts; one is empty for a check that only one run had.
	Old Verdict `json:"old,omitempty"`
	New Verdict `json:"new,omitempty"`
	// Message, Expected and Got are those of the new result, or of the old one of a
	// check that was mended or is gone; Need is why it did not run.
	Message  string `json:"message,omitempty"`
	Expected string `json:"expected,omitempty"`
	Got      string `json:"got,omitempty"`
	Need     string `json:"need,omitempty"`
	// KnownFailing is the reason for which the known-failing file of the new run
	// excuses the failure. What is excused is not worse.
	KnownFailing string `json:"knownFailing,omitempty"`
	Worse        bool   `json:"worse,omitempty"`

	result *Result // that the text is about
}

// Drift is something that changed while a verdict stayed.
type Drift struct {
	// Check is the id of the check that saw it; empty for latency.
	Check string `json:"check,omitempty"`
	// What changed: "level", "message", the name of an observation, or "latency at
	// token".
	What string `json:"what"`
	Old  string `json:"old"`
	New  string `json:"new"`
}

// Compare tells what changed from one report to another. The error says why they
// cannot be compared: other targets, other schema versions, other shards, or a
// report of nothing.
func Compare(before, after Report) (Diff, error) {
	d := Diff{DiffVersion: DiffVersion, Old: diffRun(before), New: diffRun(after)}
	if err := sameSubject(before, after); err != nil {
		return d, err
	}
	d.Remarks = diffRemarks(before, after)
	for i := range before.Targets {
		t := diffTarget(&before.Targets[i], &after.Targets[i])
		for _, list := range [][]Change{t.Broke, t.Undecided, t.Decided} {
			for _, c := range list {
				d.Worse = d.Worse || c.Worse
			}
		}
		d.Targets = append(d.Targets, t)
	}
	d.Sentence = d.sentence()
	return d, nil
}

func diffRun(r Report) DiffRun {
	return DiffRun{RunID: r.RunID, Started: r.Started, Version: r.Tool.Version}
}

// sameSubject tells whether two reports are about the same thing.
func sameSubject(before, after Report) error {
	var errs []error
	for _, r := range []struct {
		which  string
		report Report
	}{{"old", before}, {"new", after}} {
		switch {
		case r.report.Stopped == StopUnfinished:
			errs = append(errs, fmt.Errorf("the run of the %s report did not finish, so it says nothing", r.which))
		case len(r.report.Targets) == 0 && r.report.Outcome != nil:
			errs = append(errs, fmt.Errorf("the %s report is about nothing: %s", r.which, flat(r.report.Outcome.Sentence)))
		case len(r.report.Targets) == 0:
			errs = append(errs, fmt.Errorf("the %s report is about nothing", r.which))
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	if before.SchemaVersion != after.SchemaVersion {
		return fmt.Errorf("the old report has schema version %d and the new one %d: what they say cannot be held against each other", before.SchemaVersion, after.SchemaVersion)
	}
	if a, b := shardName(before), shardName(after); a != b {
		return fmt.Errorf("the old report is about %s and the new one about %s: merge the shards of each run first", a, b)
	}
	if len(before.Targets) != len(after.Targets) {
		return fmt.Errorf("the old report is about %s and the new one about %s", targetNames(before), targetNames(after))
	}
	for i := range before.Targets {
		a, b := &before.Targets[i], &after.Targets[i]
		if a.Name != b.Name {
			return fmt.Errorf("the old report is about %s and the new one about %s", targetNames(before), targetNames(after))
		}
		// A server that is started for a run is at another port each time.
		if a.Issuer != b.Issuer && (!a.Own || !b.Own) {
			return fmt.Errorf("the target %s was at %s in the old report and is at %s in the new one: these are two servers", flat(a.Name), flat(a.Issuer), flat(b.Issuer))
		}
	}
	return nil
}

func shardName(r Report) string {
	if r.Shard == nil {
		return "all checks"
	}
	return "shard " + r.Shard.String()
}

func targetNames(r Report) string {
	names := make([]string, len(r.Targets))
	for i, t := range r.Targets {
		names[i] = flat(t.Name)
	}
	return plural(len(names), "target", "targets") + " (" + strings.Join(names, ", ") + ")"
}

// diffRemarks lists what may explain a change beside the target.
func diffRemarks(before, after Report) []string {
	var out []string
	differ := func(what, a, b string) {
		if a != b {
			out = append(out, fmt.Sprintf("%s: %s before, %s now", what, first(flat(a), "none"), first(flat(b), "none")))
		}
	}
	strict := map[bool]string{false: "no", true: "yes"}
	differ("the version of authassay", before.Tool.Version, after.Tool.Version)
	differ("warnings are failures (--strict); a warning is compared as one all the same", strict[before.Strict], strict[after.Strict])
	differ("the run was stopped", string(before.Stopped), string(after.Stopped))
	for i := range before.Targets {
		differ("the policy at target "+flat(before.Targets[i].Name), before.Targets[i].Policy, after.Targets[i].Policy)
	}
	return out
}

// sentence sums up.
func (d *Diff) sentence() string {
	var broke, mended, undecided, decided, isNew, gone, drifted int
	for _, t := range d.Targets {
		broke, mended, undecided, decided = broke+len(t.Broke), mended+len(t.Mended), undecided+len(t.Undecided), decided+len(t.Decided)
		isNew, gone, drifted = isNew+len(t.New), gone+len(t.Gone), drifted+len(t.Drifted)
	}
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{
		{broke, "broke"}, {mended, verb(mended, "was mended", "were mended")},
		{undecided, verb(undecided, "is no longer decided", "are no longer decided")},
		{decided, verb(decided, "is decided now", "are decided now")},
		{isNew, verb(isNew, "is new", "are new")}, {gone, verb(gone, "is gone", "are gone")}, {drifted, "drifted"},
	} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	verdict := "nothing is worse"
	if d.Worse {
		verdict = "worse than before"
	}
	if len(parts) == 0 {
		return verdict + "; nothing changed"
	}
	return verdict + ": " + strings.Join(parts, ", ")
}
