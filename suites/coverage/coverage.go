// Package coverage says, clause by clause, which requirement of a specification
// which check looks at, which faults prove that check, and for each requirement
// without a check the reason. What the clauses ask stands in the data files, in
// our own words; what the checks are comes from the catalogue.
package coverage

import (
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/authassay/authassay/suites/check"
)

//go:embed data/*.yaml
var data embed.FS

// Spec is one specification with the requirements of its sections.
type Spec struct {
	// Name as clauses cite it: "RFC 6749".
	Name string `yaml:"spec"`
	// Title of the document.
	Title string `yaml:"title"`
	// Sections in the order of the document.
	Sections []Section `yaml:"sections"`
}

// Section is a section of a specification.
type Section struct {
	// Number without the sign: "4.1.3", "App. B".
	Number string `yaml:"section"`
	Title  string `yaml:"title"`
	// Requirements in the order of the text.
	Requirements []Requirement `yaml:"requirements"`
}

// Requirement is one thing that a clause asks.
type Requirement struct {
	// Says is what is asked, in our own words.
	Says string `yaml:"says"`
	// Level is the word of the text: "MUST", "SHOULD", "REQUIRED" …
	Level string `yaml:"level"`
	// Binds is the party that the clause binds when it is not the authorization
	// server.
	Binds string `yaml:"binds,omitempty"`
	// Checks that look at it.
	Checks []string `yaml:"checks,omitempty"`
	// Reason why no check does; required where Checks is empty.
	Reason string `yaml:"reason,omitempty"`
}

// Row is a row of the check catalogue that every area is measured by.
type Row struct {
	// LeftOut are the ids of rows without a check, each with the reason.
	LeftOut map[string]string `yaml:"left_out"`
	// Tier1 are the ids of the rows of the first tier, by area.
	Tier1 map[string][]string `yaml:"tier1"`
}

// Coverage is all that is known.
type Coverage struct {
	Specs []Spec
	Rows  Row
}

// Load reads the data files, strictly.
func Load() (*Coverage, error) {
	files, err := fs.Glob(data, "data/*.yaml")
	if err != nil {
		return nil, err
	}
	c := &Coverage{}
	for _, name := range files {
		text, err := data.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if name == "data/rows.yaml" {
			err = yaml.UnmarshalWithOptions(text, &c.Rows, yaml.Strict())
		} else {
			var s Spec
			err = yaml.UnmarshalWithOptions(text, &s, yaml.Strict())
			c.Specs = append(c.Specs, s)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	slices.SortStableFunc(c.Specs, func(a, b Spec) int { return strings.Compare(order(a.Name), order(b.Name)) })
	return c, nil
}

// order puts the numbered documents first, by their numbers.
func order(name string) string {
	if n, ok := strings.CutPrefix(name, "RFC "); ok {
		return fmt.Sprintf("0%8s", n)
	}
	return "1" + name
}

// idWords are the words of a reason that may be ids of checks.
var idWords = regexp.MustCompile(`[a-z]+(-[a-z0-9]+)+`)

// Check lists what is wrong with the data, held against the catalogue: a check
// that does not exist, a requirement with neither check nor reason, a reason that
// is out of date, a check that cites a covered section under no requirement of it.
func (c *Coverage) Check(cat *check.Catalog) []string {
	var wrong []string
	bad := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	for area, list := range c.Rows.Tier1 {
		for _, id := range list {
			reason, out := c.Rows.LeftOut[id]
			switch there := cat.Check(id) != nil; {
			case !strings.HasPrefix(id, area+"-"):
				bad("%s is listed under the area %s", id, area)
			case there && out:
				bad("%s is listed as left out (%s), and there is such a check", id, reason)
			case !there && !out:
				bad("%s is a row of the first tier: there is no such check, and no reason why", id)
			}
		}
	}
	for id, reason := range c.Rows.LeftOut {
		if !slices.ContainsFunc(slices.Collect(rows(c.Rows.Tier1)), func(have string) bool { return have == id }) || reason == "" {
			bad("%s is listed as left out without a reason, or is no row", id)
		}
	}
	for _, s := range c.Specs {
		for _, sec := range s.Sections {
			cited := map[string]bool{}
			for i, r := range sec.Requirements {
				where := fmt.Sprintf("%s §%s, requirement %d", s.Name, sec.Number, i+1)
				if r.Says == "" || r.Level == "" {
					bad("%s: what it says, and its level, must be there", where)
				}
				if (len(r.Checks) == 0) == (r.Reason == "") {
					bad("%s: either checks, or the reason why there is none", where)
				}
				for _, id := range r.Checks {
					if cat.Check(id) == nil {
						bad("%s: there is no check %s", where, id)
					}
					cited[id] = true
				}
				for _, id := range idWords.FindAllString(r.Reason, -1) {
					if cat.Check(id) != nil {
						bad("%s: the reason why there is no check speaks of %s, and that is there", where, id)
					}
				}
			}
			for _, ch := range citing(cat, s.Name, sec.Number) {
				if !cited[ch.ID] {
					bad("%s cites %s §%s, and stands under none of its requirements", ch.ID, s.Name, sec.Number)
				}
			}
		}
	}
	slices.Sort(wrong)
	return wrong
}

func rows(m map[string][]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, ids := range m {
			for _, id := range ids {
				if !yield(id) {
					return
				}
			}
		}
	}
}

// citing are the checks that cite a section.
func citing(cat *check.Catalog, spec, section string) (out []*check.Check) {
	sign := "§"
	if strings.HasPrefix(section, "App.") {
		sign = ""
	}
	for _, ch := range cat.Checks() {
		if slices.Contains(ch.Clauses, spec+" "+sign+section) {
			out = append(out, ch)
		}
	}
	return out
}
