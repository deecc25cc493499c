package check

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
)

// Catalog is every check there is, by area and in order.
type Catalog struct {
	Areas []*Area
	byID  map[string]*Check
}

var idForm = regexp.MustCompile(`^[a-z]+(-[a-z0-9]+)+$`)

// NewCatalog takes areas together and refuses what could not be reported or
// proven: a check without clause, level, body or fault, two of one name.
func NewCatalog(areas ...*Area) (*Catalog, error) {
	c := &Catalog{Areas: areas, byID: map[string]*Check{}}
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	ids := map[string]bool{}
	for _, a := range areas {
		if ids[a.ID] {
			bad("two areas are called %s", a.ID)
		}
		ids[a.ID] = true
		for _, ch := range a.Checks {
			if c.byID[ch.ID] != nil {
				bad("two checks are called %s", ch.ID)
			}
			c.byID[ch.ID] = ch
			ch.area = a
			if !idForm.MatchString(ch.ID) || !strings.HasPrefix(ch.ID, a.ID+"-") {
				bad("%s: the id does not begin with its area %q", ch.ID, a.ID)
			}
			if ch.Title == "" || len(ch.Clauses) == 0 || ch.Sent == "" || ch.Judged == "" {
				bad("%s: title, clauses, what is sent and how it is judged must all be there", ch.ID)
			}
			if !ch.Level.Known() {
				bad("%s: the level %q is not one of the table", ch.ID, ch.Level)
			}
			for p, l := range ch.LevelUnder {
				if !slices.Contains(target.Policies(), p) {
					bad("%s: there is no policy %q", ch.ID, p)
				}
				if !l.Known() {
					bad("%s: the level %q under %s is not one of the table", ch.ID, l, p)
				}
			}
			if (ch.Run == nil) == (ch.Observe == nil) {
				bad("%s: a check has either a body or an observer", ch.ID)
			}
			if ch.Observer() && (len(ch.Needs) > 0 || ch.Serial || ch.Wire) {
				bad("%s: an observer sends nothing, so it has no needs, is not serial and opens no connection", ch.ID)
			}
			for _, n := range ch.Needs {
				if n.Name == "" || n.Met == nil {
					bad("%s: a need without a name, or without a way to find out", ch.ID)
				}
			}
			if len(ch.Proves) == 0 {
				bad("%s: no fault proves that it can go red", ch.ID)
			}
		}
	}
	return c, errors.Join(errs...)
}

// Checks are all checks in order.
func (c *Catalog) Checks() []*Check {
	var all []*Check
	for _, a := range c.Areas {
		all = append(all, a.Checks...)
	}
	return all
}

// Check finds a check by its id; nil when there is none.
func (c *Catalog) Check(id string) *Check { return c.byID[id] }

// Observers are the checks that judge the exchanges of others.
func (c *Catalog) Observers() []*Check {
	var out []*Check
	for _, ch := range c.Checks() {
		if ch.Observer() {
			out = append(out, ch)
		}
	}
	return out
}

// Selection says which checks of the catalogue are wanted. Patterns are ids in
// which "*" stands for anything; empty lists select everything.
type Selection struct {
	Areas, Checks, Skip []string
}

// Unknown are the areas and patterns of a selection that match nothing in the
// catalogue: a typing error, most likely.
func (c *Catalog) Unknown(s Selection) (areas, patterns []string) {
	for _, a := range s.Areas {
		known := false
		for _, have := range c.Areas {
			known = known || MatchID(a, have.ID)
		}
		if !known {
			areas = append(areas, a)
		}
	}
	for _, p := range append(append([]string{}, s.Checks...), s.Skip...) {
		known := false
		for id := range c.byID {
			known = known || MatchID(p, id)
		}
		if !known {
			patterns = append(patterns, p)
		}
	}
	return areas, patterns
}

// Select gives the checks that a selection asks for and that make sense for a
// target of the given roles.
func (c *Catalog) Select(s Selection, roles []string) []*Check {
	match := func(list []string, id string, empty bool) bool {
		if len(list) == 0 {
			return empty
		}
		for _, p := range list {
			if MatchID(p, id) {
				return true
			}
		}
		return false
	}
	var out []*Check
	for _, a := range c.Areas {
		if !match(s.Areas, a.ID, true) || (a.Role != "" && !match(roles, string(a.Role), true)) {
			continue
		}
		for _, ch := range a.Checks {
			if match(s.Checks, ch.ID, true) && !match(s.Skip, ch.ID, false) {
				out = append(out, ch)
			}
		}
	}
	return out
}
