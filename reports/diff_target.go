package reports

import (
	"fmt"
	"slices"
)

// diffTarget compares what two runs found at one target, check by check.
func diffTarget(before, after *TargetReport) TargetDiff {
	d := TargetDiff{Name: after.Name, Issuer: after.Issuer, OldVersion: before.Version, NewVersion: after.Version}
	old := numbered(before.Results)
	was, had := map[resultKey]*Result{}, map[resultKey]bool{}
	for i, k := range old {
		was[k] = &before.Results[i]
	}
	tame := [2]func(string) string{tamer(before), tamer(after)}
	for i, k := range numbered(after.Results) {
		a, b := was[k], &after.Results[i]
		had[k] = true
		switch {
		case a == nil:
			d.New = append(d.New, change(nil, b, b))
		case a.Verdict.Decided() && !b.Verdict.Decided():
			c := change(a, b, b)
			c.Worse = gravity(a) < gravityFail
			d.Undecided = append(d.Undecided, c)
		case !a.Verdict.Decided() && b.Verdict.Decided():
			c := change(a, b, b)
			// That it held before is not known; that it fails is.
			c.Worse = gravity(b) == gravityFail && b.KnownFailing == ""
			d.Decided = append(d.Decided, c)
		case !a.Verdict.Decided():
		case gravity(b) > gravity(a):
			c := change(a, b, b)
			c.Worse = b.KnownFailing == ""
			d.Broke = append(d.Broke, c)
		case gravity(b) < gravity(a):
			d.Mended = append(d.Mended, change(a, b, a))
		default:
			d.Drifted = append(d.Drifted, drifts(a, b, tame)...)
		}
	}
	for i, k := range old {
		if !had[k] {
			d.Gone = append(d.Gone, change(&before.Results[i], nil, &before.Results[i]))
		}
	}
	d.Drifted = append(d.Drifted, latencies(before, after)...)
	return d
}

// resultKey tells results of one id apart, of which there should be but one.
type resultKey struct {
	id    string
	again int
}

func numbered(results []Result) []resultKey {
	seen, out := map[string]int{}, make([]resultKey, len(results))
	for i, r := range results {
		out[i] = resultKey{r.ID, seen[r.ID]}
		seen[r.ID]++
	}
	return out
}

// The gravity of what a decided result says. What was raised by --strict is a
// warning still, so that runs with and without it compare; information is nothing
// against the target.
const (
	gravityNone = iota
	gravityWarn
	gravityFail
)

func gravity(r *Result) int {
	switch {
	case r.Verdict == Warn, r.Verdict == Fail && r.Raised:
		return gravityWarn
	case r.Verdict == Fail:
		return gravityFail
	}
	return gravityNone
}

// change is a check from one result to another; about is the one whose text a
// reader wants.
func change(a, b, about *Result) Change {
	c := Change{
		ID: about.ID, Title: about.Title, Clauses: slices.Clone(about.Clauses), Level: about.Level,
		Message: about.Message, Expected: about.Expected, Got: about.Got, result: about,
	}
	if c.Clauses == nil {
		c.Clauses = []string{}
	}
	if a != nil {
		c.Old = a.Verdict
	}
	if b != nil {
		c.New, c.KnownFailing = b.Verdict, b.KnownFailing
		if b.Verdict == NotRun {
			c.Need = needOf(b)
		}
	}
	return c
}

// drifts lists what changed at a check whose verdict weighs what it did.
func drifts(a, b *Result, tame [2]func(string) string) []Drift {
	var out []Drift
	differ := func(what, x, y string) {
		if x != y && !nearly(tame[0](x), tame[1](y)) {
			out = append(out, Drift{Check: b.ID, What: what, Old: x, New: y})
		}
	}
	differ("level", a.Level, b.Level)
	if gravity(a) > gravityNone || a.Verdict == b.Verdict {
		differ("message", a.Message, b.Message)
	} else {
		differ("verdict", string(a.Verdict), string(b.Verdict))
	}
	if b.Observer {
		return out // what it notes is how much traffic there was
	}
	x, y := observed(a), observed(b)
	for _, name := range observedNames(a, b) {
		for i := range max(len(x[name]), len(y[name])) {
			differ(name, at(x[name], i), at(y[name], i))
		}
	}
	return out
}

// observed are the observations of a result, by name. Some are made in the order
// in which answers come, so each name's values are sorted.
func observed(r *Result) map[string][]string {
	out := map[string][]string{}
	for _, o := range r.Observations {
		out[o.Name] = append(out[o.Name], o.Value)
	}
	for _, values := range out {
		slices.Sort(values)
	}
	return out
}

func observedNames(results ...*Result) []string {
	var names []string
	for _, r := range results {
		for _, o := range r.Observations {
			if !slices.Contains(names, o.Name) {
				names = append(names, o.Name)
			}
		}
	}
	return names
}

// at is the value of an index, or that there is none.
func at(values []string, i int) string {
	if i < len(values) {
		return values[i]
	}
	return "not seen"
}

// counted says how often requests of a purpose were answered, for a latency.
func counted(ms, n int) string { return fmt.Sprintf("%d ms (median of %d)", ms, n) }
