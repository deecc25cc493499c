package selftest

import (
	"context"
	"slices"

	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// clean runs every check by itself against a server that breaks nothing, and
// notes which fault points it reaches; then all together, for the observers.
func (s *selftest) clean(ctx context.Context) error {
	s.points = map[string]map[string]bool{}
	err := s.each(ctx, len(s.active), func(i int) error {
		c := s.active[i]
		w, err := s.visit([]*check.Check{c})
		if err != nil {
			return err
		}
		if r := w.results[c.ID]; r.Verdict != reports.Pass {
			s.problem("not clean", "%s says %s of the correct server: %s%s", c.ID, r.Verdict, r.Message, r.Need)
		}
		reached := map[string]bool{}
		for _, h := range w.hits {
			reached[h] = true
		}
		s.mu.Lock()
		s.points[c.ID] = reached
		s.mu.Unlock()
		return nil
	})
	if err != nil {
		return err
	}
	worlds := s.worlds()
	return s.each(ctx, len(worlds), func(i int) error {
		w, err := s.visit(worlds[i])
		if err != nil {
			return err
		}
		judged := worlds[i]
		if i == 0 { // where there is everything for observers to see
			judged = append(judged[:len(judged):len(judged)], s.cat.Observers()...)
		}
		for _, c := range judged {
			if r := w.results[c.ID]; r.Verdict != reports.Pass {
				s.problem("not clean", "%s, run with all others, says %s of the correct server: %s%s", c.ID, r.Verdict, r.Message, r.Need)
			}
		}
		return nil
	})
}

// faults breaks the server one rule at a time. Each check meets each broken
// server alone, so that no check lives off the requests of another.
func (s *selftest) faults(ctx context.Context) error {
	type pair struct {
		fault string
		check *check.Check
	}
	var pairs []pair
	for _, f := range s.m.Faults {
		for _, c := range s.active {
			if s.opts.Full || s.points[c.ID][f] {
				pairs = append(pairs, pair{f, c})
			}
		}
	}
	s.m.Reached = len(pairs)
	seen := make([]*world, len(pairs))
	err := s.each(ctx, len(pairs), func(i int) (err error) {
		seen[i], err = s.visit([]*check.Check{pairs[i].check}, mockidp.WithRuleOff(pairs[i].fault))
		if err == nil {
			s.cell(pairs[i].fault, seen[i].results[pairs[i].check.ID])
		}
		return err
	})
	if err != nil {
		return err
	}
	// An observer judges the traffic of all checks that ran under the fault,
	// from what is stored with the exchanges, as it does for shards.
	for _, o := range s.cat.Observers() {
		for _, f := range s.m.Faults {
			var exchanges []reports.Exchange
			var base reports.Result
			for i, p := range pairs {
				if p.fault == f {
					exchanges = append(exchanges, seen[i].exchanges...)
					base = seen[i].results[o.ID]
				}
			}
			if len(exchanges) > 0 {
				// No traffic to judge under this fault is no news.
				if r := check.ReduceFor(o, base, exchanges); r.Verdict != reports.NotRun {
					s.cell(f, r)
				}
			}
		}
	}
	return nil
}

// variances runs the catalogue against servers that are correct and unusual:
// whoever calls one of them wrong raises a false alarm.
func (s *selftest) variances(ctx context.Context) error {
	all := mockidp.Variances()
	worlds := s.worlds()
	return s.each(ctx, len(all)*len(worlds), func(n int) error {
		i, world := n/len(worlds), n%len(worlds)
		w, err := s.visit(worlds[world], mockidp.WithVariance(all[i].Name))
		if err != nil {
			return err
		}
		if world == 0 && !slices.Contains(w.hits, all[i].Name) {
			s.problem("unseen", "no check reaches the variance %s, so that nothing shows how it is judged", all[i].Name)
		}
		for _, c := range s.cat.Checks() {
			switch r := w.results[c.ID]; r.Verdict {
			case reports.Fail, reports.Warn, reports.Error:
				s.problem("false alarm", "%s says %s of a correct server with the variance %s (%s): %s; expected %s, got %s",
					c.ID, r.Verdict, all[i].Name, all[i].Clause, r.Message, r.Expected, r.Got)
			}
		}
		return nil
	})
}
