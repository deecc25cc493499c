package reports

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// htmlClause is a clause as it is cited, taken apart, with the address of its
// text where there is a public one.
type htmlClause struct{ Text, Spec, Section, Link string }

var (
	clauseForm = regexp.MustCompile(`^(.*?)\s*((?:§|App(?:endix|\.)\s)\s*(.*))?$`)
	rfcName    = regexp.MustCompile(`^RFC ([0-9]{1,5})$`)
	sectionNo  = regexp.MustCompile(`^[0-9A-Z]+(?:\.[0-9]+)*$`)
	digits     = regexp.MustCompile(`[0-9]+`)
)

func parseClause(s string) htmlClause {
	c := htmlClause{Text: line(s, maxMessage)}
	m := clauseForm.FindStringSubmatch(c.Text)
	c.Spec, c.Section = first(m[1], c.Text), m[2]
	if rfc := rfcName.FindStringSubmatch(c.Spec); rfc != nil {
		c.Link = "https://www.rfc-editor.org/rfc/rfc" + rfc[1]
		if no := strings.TrimSpace(m[3]); sectionNo.MatchString(no) {
			kind := "#section-"
			if !strings.HasPrefix(c.Section, "§") {
				kind = "#appendix-"
			}
			c.Link += kind + no
		}
	}
	return c
}

// htmlSpec is a specification with the sections of it that checks rest on.
type htmlSpec struct {
	Name   string
	Counts []face
	Rows   []*htmlRow
	counts [len(faces)]int
}

// htmlRow is a section with the checks that rest on it.
type htmlRow struct {
	htmlClause
	Chips []htmlChip
	More  []face // what the row has no room for
}

// htmlChip leads to a check.
type htmlChip struct {
	face
	Anchor, ID string
	index      int
}

// htmlMatrix collects the clauses of a target.
type htmlMatrix struct {
	bySpec map[string]*htmlSpec
	rows   map[[2]string]*htmlRow
	order  []*htmlSpec
}

func newHTMLMatrix() *htmlMatrix {
	return &htmlMatrix{bySpec: map[string]*htmlSpec{}, rows: map[[2]string]*htmlRow{}}
}

func (m *htmlMatrix) add(r *Result, f int, anchor string) {
	seen := map[string]bool{}
	for _, text := range r.Clauses {
		c := parseClause(text)
		s := m.bySpec[c.Spec]
		if s == nil {
			s = &htmlSpec{Name: c.Spec}
			m.bySpec[c.Spec] = s
			m.order = append(m.order, s)
		}
		if !seen[c.Spec] {
			seen[c.Spec] = true
			s.counts[f]++
		}
		row := m.rows[[2]string{c.Spec, c.Section}]
		if row == nil {
			row = &htmlRow{htmlClause: c}
			m.rows[[2]string{c.Spec, c.Section}] = row
			s.Rows = append(s.Rows, row)
		}
		if n := len(row.Chips); n == 0 || row.Chips[n-1].Anchor != anchor { // a clause cited twice
			row.Chips = append(row.Chips, htmlChip{faces[f], anchor, nameOf(r), f})
		}
	}
}

// specs gives the matrix in the order of the documents, the checks of each
// section with the worst verdict first.
func (m *htmlMatrix) specs() []*htmlSpec {
	slices.SortStableFunc(m.order, func(a, b *htmlSpec) int { return natural(a.Name, b.Name) })
	for _, s := range m.order {
		for f, n := range s.counts {
			if n > 0 {
				one := faces[f]
				one.Count = n
				s.Counts = append(s.Counts, one)
			}
		}
		slices.SortStableFunc(s.Rows, func(a, b *htmlRow) int { return natural(a.Section, b.Section) })
		for _, row := range s.Rows {
			row.shorten()
		}
	}
	return m.order
}

func (row *htmlRow) shorten() {
	slices.SortStableFunc(row.Chips, func(a, b htmlChip) int { return a.index - b.index })
	if len(row.Chips) <= maxRowChips {
		return
	}
	for _, c := range row.Chips[maxRowChips:] {
		if n := len(row.More); n == 0 || row.More[n-1].Key != c.Key {
			row.More = append(row.More, c.face)
		}
		row.More[len(row.More)-1].Count++
	}
	row.Chips = row.Chips[:maxRowChips]
}

// natural compares names in which numbers count as such: §4.2 before §4.10.
func natural(a, b string) int {
	if x, y := strings.HasPrefix(a, "App"), strings.HasPrefix(b, "App"); x != y { // an appendix comes last
		if x {
			return 1
		}
		return -1
	}
	for a != "" && b != "" {
		i, j := digits.FindStringIndex(a), digits.FindStringIndex(b)
		if i == nil || j == nil || a[:i[0]] != b[:j[0]] {
			return strings.Compare(a, b)
		}
		x, errX := strconv.ParseUint(a[i[0]:i[1]], 10, 64)
		y, errY := strconv.ParseUint(b[j[0]:j[1]], 10, 64)
		if errX != nil || errY != nil {
			return strings.Compare(a, b)
		}
		if c := cmp.Compare(x, y); c != 0 {
			return c
		}
		a, b = a[i[1]:], b[j[1]:]
	}
	return strings.Compare(a, b)
}
