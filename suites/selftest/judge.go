package selftest

import (
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/authassay/authassay/reports"
)

// golden is the matrix that was reviewed: which checks each fault turns red,
// the intended and the others. A change shows in the diff.
//
//go:embed matrix.golden
var golden string

// unbound lists the rules of the mock that no check sees yet, one a line. Each is
// shown to work by a test of package mockidp. The list cannot rot: a rule on it
// that a check begins to see fails, and so does a new one that is not on it.
//
//go:embed unbound.golden
var unbound string

// judge finds what is wrong with the matrix.
func (s *selftest) judge() {
	s.m.order()
	verdicts := map[string]map[string]reports.Verdict{}
	seen := map[string]bool{}
	for _, c := range s.m.Cells {
		if verdicts[c.Fault] == nil {
			verdicts[c.Fault] = map[string]reports.Verdict{}
		}
		verdicts[c.Fault][c.Check] = c.Verdict
		if red(c.Verdict) {
			seen[c.Fault] = true
		}
	}
	for _, c := range s.cat.Checks() {
		proven := false
		for _, f := range c.Proves {
			switch {
			case !slices.Contains(s.m.Faults, f):
				s.problem("unknown fault", "%s claims to prove %q, and no rule is called that", c.ID, f)
			case !red(verdicts[f][c.ID]):
				s.problem("miss", "%s does not notice that %s is switched off: %s", c.ID, f, orPass(verdicts[f][c.ID]))
			default:
				proven = true
			}
		}
		if !proven {
			s.problem("unproven", "%s is turned red by no fault that it names", c.ID)
		}
	}
	if len(s.opts.Only) > 0 {
		s.m.Unseen = slices.DeleteFunc(slices.Clone(s.m.Faults), func(f string) bool { return seen[f] })
		s.m.order()
		return
	}
	waiting := map[string]bool{}
	for _, l := range strings.Split(s.unbound, "\n") {
		if l != "" && !strings.HasPrefix(l, "#") {
			waiting[l] = true
		}
	}
	for _, f := range s.m.Faults {
		switch {
		case !seen[f] && !waiting[f]:
			s.problem("unseen", "no check notices that %s is switched off", f)
		case seen[f] && waiting[f]:
			s.problem("stale", "%s is listed as seen by no check, and a check sees it", f)
		}
		if !seen[f] {
			s.m.Unseen = append(s.m.Unseen, f)
		}
		delete(waiting, f)
	}
	for f := range waiting {
		s.problem("stale", "%s is listed as seen by no check, and no rule is called that", f)
	}
	s.compare()
	s.m.order()
}

func orPass(v reports.Verdict) reports.Verdict {
	if v == "" {
		return reports.Pass
	}
	return v
}

// compare holds the matrix against the golden one, line by line.
func (s *selftest) compare() {
	want, got := lines(s.golden), lines(s.m.Golden())
	for _, f := range s.m.Faults {
		if want[f] != got[f] {
			s.problem("surprise", "%s: the golden matrix has %q, this run %q", f, want[f], got[f])
		}
	}
	for f := range want {
		if !slices.Contains(s.m.Faults, f) {
			s.problem("surprise", "the golden matrix has the fault %s, and no rule is called that", f)
		}
	}
}

func lines(s string) map[string]string {
	out := map[string]string{}
	for _, l := range strings.Split(s, "\n") {
		if f, rest, ok := strings.Cut(l, ":"); ok && !strings.HasPrefix(l, "#") {
			out[f] = strings.TrimSpace(rest)
		}
	}
	return out
}

// Unbound is the list of the rules that no check sees, in the form of its file.
func (m *Matrix) Unbound() string {
	return "# Rules of the mock identity provider that no check sees yet; tests of package\n" +
		"# mockidp show that each works. Written by:\n" +
		"#   go test ./suites/selftest -run Golden -update\n" + strings.Join(append(m.Unseen, ""), "\n")
}

// Golden is the matrix in the form of the golden file: a line a fault, with
// the checks whose verdict it changes.
func (m *Matrix) Golden() string {
	var b strings.Builder
	b.WriteString("# Which checks each fault changes, and into what. Written by:\n" +
		"#   go test ./suites/selftest -run Golden -update\n")
	for _, f := range m.Faults {
		if slices.Contains(m.Unseen, f) && !slices.ContainsFunc(m.Cells, func(c Cell) bool { return c.Fault == f }) {
			continue // in the other file
		}
		fmt.Fprintf(&b, "%s:", f)
		for _, c := range m.Cells {
			if c.Fault == f {
				fmt.Fprintf(&b, " %s=%s", c.Check, strings.ReplaceAll(string(c.Verdict), " ", "-"))
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// Write prints the matrix for people: each fault with the checks that see it,
// those that name it first, then what is wrong.
func (m *Matrix) Write(w io.Writer, proves map[string][]string) error {
	t := tabwriter.NewWriter(w, 2, 0, 2, ' ', 0)
	fmt.Fprintln(t, "FAULT\tPROVEN BY\tALSO SEEN BY")
	for _, f := range m.Faults {
		if slices.Contains(m.Unseen, f) {
			continue
		}
		var named, others []string
		for _, c := range m.Cells {
			if c.Fault != f || !red(c.Verdict) {
				continue
			}
			word := fmt.Sprintf("%s (%s)", c.Check, c.Verdict)
			if slices.Contains(proves[c.Check], f) {
				named = append(named, word)
			} else {
				others = append(others, c.Check)
			}
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", f, strings.Join(named, ", "), count(others))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, p := range m.Problems {
		if _, err := fmt.Fprintf(w, "\n%s: %s", strings.ToUpper(p.Kind), p.Text); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "\n%s\n", m.Sentence())
	return err
}

func count(others []string) string {
	if len(others) > 3 {
		return fmt.Sprintf("%d others", len(others))
	}
	return strings.Join(others, ", ")
}

// Sentence says what the self-test came to.
func (m *Matrix) Sentence() string {
	s := fmt.Sprintf("%d checks against %d faults: %d runs of a check against a broken server", len(m.Checks), len(m.Faults), m.Reached)
	if len(m.Problems) > 0 {
		return fmt.Sprintf("%s; the self-test fails: %d problems.", s, len(m.Problems))
	}
	if m.Partial {
		return s + "; every one of these checks is proven, and none calls a correct server wrong."
	}
	if n := len(m.Unseen); n > 0 {
		s += fmt.Sprintf("; %d of the faults wait for checks that do not exist yet", n)
	}
	return s + "; every check is proven, every other fault is seen, no correct server is called wrong."
}
