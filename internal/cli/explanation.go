package cli

import (
	"fmt"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/suites/catalog"
	"github.com/authassay/authassay/suites/check"
)

// explanation is the text of "authassay explain": a head and labelled fields.
type explanation struct{ strings.Builder }

const labelWidth = 11

func (e *explanation) head(c *check.Check) {
	fmt.Fprintf(e, "%s\n", c.ID)
	for _, line := range Wrap(c.Title, helpWidth-2) {
		fmt.Fprintf(e, "  %s\n", line)
	}
	fmt.Fprintf(e, "\n%-*s%s, area %s (%s)\n", labelWidth, "Part of", c.Area().Role, c.Area().ID, c.Area().Title)
}

// field writes a labelled text. Without a label it continues the list that the
// last one began.
func (e *explanation) field(label, text string) {
	for _, line := range Wrap(text, helpWidth-labelWidth) {
		fmt.Fprintf(e, "%-*s%s\n", labelWidth, label, line)
		label = ""
	}
}

// proofs lists the faults that turn the check red. Each is a rule of the mock
// identity provider, switched off.
func (e *explanation) proofs(faults []string) {
	e.field("Proven by", "the mock identity provider, each time with one of its rules switched off:")
	rules := map[string]mockidp.Rule{}
	for _, r := range mockidp.Rules() {
		rules[r.Name] = r
	}
	for _, name := range faults {
		r, known := rules[name]
		if !known {
			e.field("", "- "+name)
			continue
		}
		e.field("", fmt.Sprintf("- %s [%s]", r.Name, r.Clause))
		for i, text := range []string{r.Text, r.Off} {
			label := []string{"rule:", "off:"}[i]
			for _, line := range Wrap(text, helpWidth-labelWidth-8) {
				fmt.Fprintf(e, "%*s%-6s%s\n", labelWidth+2, "", label, line)
				label = ""
			}
		}
	}
}

func policy(name string) target.Policy { return target.Policy(name) }

// Policies are the words that --policy takes.
func Policies() []string {
	var out []string
	for _, p := range target.Policies() {
		out = append(out, string(p))
	}
	return out
}

// Explain writes everything there is to know of a check.
func Explain(s *Streams, id string) error {
	c := catalog.All().Check(id)
	if c == nil {
		hint := DidYouMean(id, CheckIDs(), "authassay checks lists them")
		if near := Near(id, Areas()); len(near) > 0 && near[0] == id {
			hint = "that is an area; authassay checks --area " + id + " lists its checks"
		}
		return &UsageError{"no check has the id " + Quote(id), hint}
	}
	e := &explanation{}
	e.head(c)
	e.field("Clauses", strings.Join(c.Clauses, "; "))
	e.field("Level", levels(c))
	if c.Binds != "" {
		e.field("Binds", "the "+c.Binds+", and not the target; so it never fails the target")
	}
	e.field("Sent", c.Sent)
	e.field("Judged", c.Judged)
	for i, n := range c.Needs {
		text := n.Name
		if n.Hint != "" {
			text += " (otherwise: " + n.Hint + ")"
		}
		e.field([]string{"Needs", ""}[min(i, 1)], text)
	}
	if len(c.Needs) == 0 {
		e.field("Needs", "nothing but the target")
	}
	e.proofs(c.Proves)
	e.field("Try it", "authassay run TARGET --check "+c.ID)
	return s.Print(e.String())
}

// levels says what level a check has, and under which policies another.
func levels(c *check.Check) string {
	text := string(c.Level)
	for _, p := range Policies() {
		if l := c.LevelFor(policy(p)); l != c.Level {
			text += fmt.Sprintf("; %s under --policy %s", l, p)
		}
	}
	return text
}
