package reports

import (
	"fmt"
	"slices"
)

// areaCounts are the numbers of verdicts of one area.
type areaCounts struct {
	role, name string
	Counts
}

// countAreas counts the verdicts of each area, in the order of the report, and
// of all.
func countAreas(t *TargetReport) (areas []*areaCounts, all Counts) {
	for _, res := range t.Results {
		all.Add(res)
		n := slices.IndexFunc(areas, func(a *areaCounts) bool { return a.role == res.Role && a.name == res.Area })
		if n < 0 {
			areas, n = append(areas, &areaCounts{role: res.Role, name: res.Area}), len(areas)
		}
		areas[n].Add(res)
	}
	return areas, all
}

// countColumn is a column of the table of areas.
type countColumn struct {
	word string
	of   func(Counts) int
}

var countColumns = []countColumn{
	{wordPass, func(c Counts) int { return c.Pass }},
	{wordFail, func(c Counts) int { return c.Fail }},
	{wordKnown, func(c Counts) int { return c.Known }},
	{wordWarn, func(c Counts) int { return c.Warn }},
	{wordInfo, func(c Counts) int { return c.Info }},
	{wordError, func(c Counts) int { return c.Error }},
	{wordNotRun, func(c Counts) int { return c.NotRun }},
}

// table prints a line for each area with the number of each verdict.
func (s *summary) table(t *TargetReport) {
	areas, all := countAreas(t)
	columns := slices.DeleteFunc(slices.Clone(countColumns), func(c countColumn) bool {
		return c.word != wordPass && c.word != wordFail && c.of(all) == 0
	})
	width := len("area")
	for _, a := range areas {
		width = max(width, len([]rune(flat(a.name))))
	}
	role := "\x00"
	for _, a := range areas {
		if a.role != role {
			role = a.role
			s.printf("\n  role %s\n    %-*s", flat(role), width, "area")
			for _, c := range columns {
				s.printf("  %7s", c.word)
			}
			s.printf("\n")
		}
		s.printf("    %-*s", width, flat(a.name))
		for _, c := range columns {
			n := c.of(a.Counts)
			if n == 0 {
				s.printf("  %7s", "-")
				continue
			}
			s.printf("  %s", s.paint(fmt.Sprintf("%7d", n), wordColors[c.word]...))
		}
		s.printf("\n")
	}
}
