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
	s.points, s.homes = map[string]map[string]bool{}, map[string]int{}
	err := s.each(ctx, len(s.active), func(i int) error {
		c := s.active[i]
		home := slices.IndexFunc(s.setups, func(at setup) bool { return at.wired == c.Wire })
		w, err := s.visit(home, []*check.Check{c})
		for err == nil && w.results[c.ID].Verdict == reports.NotRun && home+1 < len(s.setups) && s.setups[home+1].wired == c.Wire {
			home++
			w, err = s.visit(home, []*check.Check{c})
		}
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
		s.points[c.ID], s.homes[c.ID] = reached, home
		s.mu.Unlock()
		return nil
	})
	if err != nil {
		return err
	}
	return s.each(ctx, len(s.setups), func(setup int) error {
		checks := s.at(setup)
		w, err := s.visit(setup, checks)
		if err != nil {
			return err
		}
		judged := slices.Concat(checks, s.cat.Observers())
		if len(checks) == 0 { // nothing to be observed either
			judged = nil
		}
		for _, c := range judged {
			r := w.results[c.ID]
			if r.Verdict == reports.NotRun && c.Observer() && setup > 0 {
				continue // few checks are at home there
			}
			if r.Verdict != reports.Pass {
				s.problem("not clean", "%s, run with all others, says %s of the correct server: %s%s", c.ID, r.Verdict, r.Message, r.Need)
			}
		}
		return nil
	})
}

// at are the active checks that are proven at a set-up.
func (s *selftest) at(setup int) []*check.Check {
	return slices.DeleteFunc(slices.Clone(s.active), func(c *check.Check) bool { return s.homes[c.ID] != setup })
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
		seen[i], err = s.visit(s.homes[pairs[i].check.ID], []*check.Check{pairs[i].check}, mockidp.WithRuleOff(pairs[i].fault))
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
	reached := map[string]bool{}
	err := s.each(ctx, len(all)*len(s.setups), func(i int) error {
		v, setup := all[i/len(s.setups)], i%len(s.setups)
		checks := s.at(setup)
		if len(checks) == 0 {
			return nil
		}
		w, err := s.visit(setup, checks, mockidp.WithVariance(v.Name))
		if err != nil {
			return err
		}
		s.mu.Lock()
		reached[v.Name] = reached[v.Name] || slices.Contains(w.hits, v.Name)
		s.mu.Unlock()
		for _, c := range slices.Concat(checks, s.cat.Observers()) {
			switch r := w.results[c.ID]; r.Verdict {
			case reports.Fail, reports.Warn, reports.Error:
				s.problem("false alarm", "%s says %s of a correct server with the variance %s (%s): %s; expected %s, got %s",
					c.ID, r.Verdict, v.Name, v.Clause, r.Message, r.Expected, r.Got)
			}
		}
		return nil
	})
	for _, v := range all {
		if err == nil && !reached[v.Name] && len(s.opts.Only) == 0 {
			s.problem("unseen", "no check reaches the variance %s, so that nothing shows how it is judged", v.Name)
		}
	}
	return err
}
