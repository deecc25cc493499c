package mockidp

import (
	"fmt"
	"maps"
	"slices"
)

// settings is what can be changed while the provider runs. A settings value
// never changes: a change makes a new one, and a request keeps to the one it
// found when it arrived, so that one answer never mixes two states.
type settings struct {
	modes     map[string]Mode // rules that are not enforced
	variances map[string]bool // variances that are on
}

func (s *settings) withRule(name string, m Mode) (*settings, error) {
	rule, err := ruleByName(name)
	if err != nil {
		return nil, err
	}
	switch {
	case m != Enforce && m != Warn && m != Off:
		return nil, fmt.Errorf("mockidp: rule %s: %v is not a mode; use Enforce, Warn or Off", name, m)
	case m == Warn && rule.Kind == KindResponse:
		return nil, fmt.Errorf("mockidp: rule %s is a promise about the provider's own answers, which nothing a client sends can break; use Enforce or Off", name)
	}
	next := &settings{modes: maps.Clone(s.modes), variances: s.variances}
	if next.modes == nil {
		next.modes = make(map[string]Mode)
	}
	next.modes[name] = m
	return next, nil
}

func (s *settings) withVariance(name string, on bool) (*settings, error) {
	v, err := varianceByName(name)
	if err != nil {
		return nil, err
	}
	if on && v.Group != "" {
		for _, other := range varianceCatalog {
			if other.Group == v.Group && other.Name != name && s.variances[other.Name] {
				return nil, fmt.Errorf("mockidp: variance %s cannot be on together with %s; switch that off first", name, other.Name)
			}
		}
	}
	next := &settings{modes: s.modes, variances: maps.Clone(s.variances)}
	if next.variances == nil {
		next.variances = make(map[string]bool)
	}
	next.variances[name] = on
	return next, nil
}

// change replaces the settings by what f makes of them.
func (p *Provider) change(f func(*settings) (*settings, error)) error {
	p.changing.Lock()
	defer p.changing.Unlock()
	next, err := f(p.settings.Load())
	if err != nil {
		return err
	}
	p.settings.Store(next)
	return nil
}

// SetRule sets the mode of a rule from the next request on. An unknown name is
// an error that suggests the nearest one; so is [Warn] for a rule of
// [KindResponse].
func (p *Provider) SetRule(name string, m Mode) error {
	return p.change(func(s *settings) (*settings, error) { return s.withRule(name, m) })
}

// SetVariance switches a variance on or off from the next request on. An
// unknown name is an error that suggests the nearest one; so is switching on a
// variance that excludes one that is on.
func (p *Provider) SetVariance(name string, on bool) error {
	return p.change(func(s *settings) (*settings, error) { return s.withVariance(name, on) })
}

// Rules lists every rule with the mode it has now, in the order of the function
// [Rules].
func (p *Provider) Rules() []Rule {
	set := p.settings.Load()
	out := Rules()
	for i := range out {
		out[i].Mode = set.modes[out[i].Name]
	}
	return out
}

// Variances lists every variance and whether it is on, in the order of the
// function [Variances].
func (p *Provider) Variances() []Variance {
	set := p.settings.Load()
	out := Variances()
	for i := range out {
		out[i].On = set.variances[out[i].Name]
	}
	return out
}

// Hits gives the names of the fault points that requests have reached since the
// start or [Provider.ResetHits], sorted: every rule and variance that would
// have changed an answer, or might have, had it been switched. A request that
// obeys a rule of [KindRequest] does not reach it, because switching that rule
// off would change nothing; the verdict is recorded all the same.
func (p *Provider) Hits() []string {
	p.hitting.Lock()
	defer p.hitting.Unlock()
	return slices.Sorted(maps.Keys(p.hits))
}

// ResetHits forgets the fault points reached so far.
func (p *Provider) ResetHits() {
	p.hitting.Lock()
	defer p.hitting.Unlock()
	clear(p.hits)
}
