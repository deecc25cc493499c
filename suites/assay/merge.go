package assay

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/catalog"
	"github.com/authassay/authassay/suites/check"
)

// Part is the report of one shard. Name says in messages where it comes from.
type Part struct {
	Name   string
	Report reports.Report
}

// Merge joins the reports of all shards of a run into one, which says what a run
// of all checks would have said: observers judge the exchanges of all parts
// together, the known-failing file is applied to the whole, and the outcome is
// decided anew. Exchanges are numbered anew, in the order of the shards. What
// several checks share is asked once in each shard, so there are more exchanges
// than in a run that was not divided.
//
// The error says why the parts are not those of one run: another target, policy,
// selection, version or seed, a part that is missing or is there twice.
func Merge(parts []Part) (reports.Report, error) {
	if err := together(parts); err != nil {
		return reports.Report{}, err
	}
	parts = slices.Clone(parts)
	slices.SortFunc(parts, func(a, b Part) int { return a.Report.Shard.Index - b.Report.Shard.Index })
	out, terms := head(parts), parts[0].Report.Shard
	var errs []error
	for i := range parts[0].Report.Targets {
		t, err := mergeTarget(parts, i, out)
		errs, out.Targets = append(errs, err), append(out.Targets, t)
	}
	if err := errors.Join(errs...); err != nil {
		return reports.Report{}, err
	}
	terms.KnownFailing.Apply(&out)
	outcome := reports.Decide(out, reports.DecideOptions{MinDecided: terms.MinDecided})
	out.Outcome = &outcome
	return out, nil
}

// head is the merged report without its targets. A part that was stopped stopped
// the whole.
func head(parts []Part) reports.Report {
	first := parts[0].Report
	out := reports.Report{
		SchemaVersion: first.SchemaVersion, RunID: reports.NewRunID(), Tool: first.Tool,
		Started: first.Started, Seed: first.Seed, Strict: first.Strict,
	}
	var end time.Time
	var runs []string
	for _, p := range parts {
		r := p.Report
		if r.Started.Before(out.Started) {
			out.Started = r.Started
		}
		if over := r.Started.Add(time.Duration(r.DurationMS) * time.Millisecond); over.After(end) {
			end = over
		}
		if out.Stopped == reports.StopNone || out.Stopped == reports.StopDeadline && r.Stopped != reports.StopNone {
			out.Stopped = r.Stopped // a signal says more than a deadline
		}
		for _, n := range r.Notes {
			if !slices.Contains(out.Notes, n) {
				out.Notes = append(out.Notes, n)
			}
		}
		runs = append(runs, r.RunID)
	}
	out.DurationMS = end.Sub(out.Started).Milliseconds()
	out.Notes = append(out.Notes, fmt.Sprintf("merged from %d shards, the runs %s", len(parts), strings.Join(runs, ", ")))
	return out
}

// mergeTarget joins what the parts say of the target of one index.
func mergeTarget(parts []Part, index int, whole reports.Report) (reports.TargetReport, error) {
	out := parts[0].Report.Targets[index]
	out.Unreachable, out.Lost, out.Left, out.Logins, out.WaitedMS, out.Results, out.Exchanges = "", "", nil, 0, 0, nil, nil
	asked, unreachable := 0, 0
	var lost []string
	found := map[string]reports.Result{}
	for _, p := range parts {
		t, shift := p.Report.Targets[index], len(out.Exchanges)
		numbers := map[int]int{0: 0}
		for i, e := range t.Exchanges {
			numbers[e.Number] = shift + i + 1
			e = e.Clone()
			e.Number, e.StartedMS = shift+i+1, e.StartedMS+p.Report.Started.Sub(whole.Started).Milliseconds()
			out.Exchanges = append(out.Exchanges, e)
		}
		for _, res := range t.Results {
			if _, again := found[res.ID]; again && !res.Observer {
				return out, fmt.Errorf("%s: the check %s is in another shard too", p.Name, res.ID)
			}
			found[res.ID] = renumbered(res, numbers)
		}
		out.Left, out.Logins, out.WaitedMS = append(out.Left, t.Left...), out.Logins+t.Logins, out.WaitedMS+t.WaitedMS
		if len(t.Results) > 0 {
			asked++
		}
		if t.Unreachable != "" {
			unreachable++
			out.Unreachable = t.Unreachable
			lost = append(lost, fmt.Sprintf("in shard %s it could not be reached: %s", p.Report.Shard, t.Unreachable))
		}
		if t.Lost != "" {
			lost = append(lost, fmt.Sprintf("in shard %s: %s", p.Report.Shard, t.Lost))
		}
	}
	if unreachable < asked || asked == 0 {
		out.Unreachable, out.Lost = "", strings.Join(lost, "; ")
	}
	var err error
	out.Results, err = inOrder(parts[0].Report.Shard, out, found, whole.Strict)
	return out, err
}

// renumbered is a result whose exchanges have other numbers, and of which the
// known-failing file has said nothing yet.
func renumbered(res reports.Result, numbers map[int]int) reports.Result {
	res.Exchanges, res.Findings = slices.Clone(res.Exchanges), slices.Clone(res.Findings)
	for i, n := range res.Exchanges {
		res.Exchanges[i] = numbers[n]
	}
	for i := range res.Findings {
		res.Findings[i].Exchange = numbers[res.Findings[i].Exchange]
	}
	res.Forgive()
	return res
}

// inOrder gives the results in the order of the catalogue, observers judged by all
// exchanges.
func inOrder(terms *reports.Shard, t reports.TargetReport, found map[string]reports.Result, strict bool) ([]reports.Result, error) {
	var out []reports.Result
	for _, c := range catalog.All().Select(check.Selection{Areas: terms.Areas, Checks: terms.Checks, Skip: terms.Skip}, t.Roles) {
		res, ok := found[c.ID]
		if !ok {
			return nil, fmt.Errorf("target %s: no shard has a result of the check %s: merge with the build of authassay that ran the shards", t.Name, c.ID)
		}
		delete(found, c.ID)
		if c.Observer() {
			if res = check.ReduceFor(c, res, t.Exchanges); strict {
				res.Raise()
			}
		}
		out = append(out, res)
	}
	for id := range found {
		return nil, fmt.Errorf("target %s: this authassay does not know the check %s, or it was not selected: merge with the build of authassay that ran the shards", t.Name, id)
	}
	return out, nil
}
