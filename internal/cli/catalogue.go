package cli

import (
	"encoding/json"
	"strings"

	"github.com/authassay/authassay/suites/catalog"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/coverage"
)

// CheckInfo is a check as "authassay checks --json" shows it.
type CheckInfo struct {
	ID         string            `json:"id"`
	Title      string            `json:"title"`
	Area       string            `json:"area"`
	Role       string            `json:"role"`
	Level      string            `json:"level"`
	LevelUnder map[string]string `json:"levelUnder,omitempty"`
	Binds      string            `json:"binds,omitempty"`
	Clauses    []string          `json:"clauses"`
	Sent       string            `json:"sent"`
	Judged     string            `json:"judged"`
	Needs      []NeedInfo        `json:"needs"`
	Proves     []string          `json:"proves"`
	Observer   bool              `json:"observer"`
	Serial     bool              `json:"serial"`
}

// NeedInfo is what a check requires of a target, and how to supply it.
type NeedInfo struct {
	Name string `json:"name"`
	Hint string `json:"hint,omitempty"`
}

func infoOf(c *check.Check) CheckInfo {
	info := CheckInfo{
		ID: c.ID, Title: c.Title, Area: c.Area().ID, Role: string(c.Area().Role),
		Level: string(c.Level), Binds: c.Binds, Clauses: c.Clauses, Sent: c.Sent, Judged: c.Judged,
		Needs: []NeedInfo{}, Proves: c.Proves, Observer: c.Observer(), Serial: c.Serial,
	}
	for policy, level := range c.LevelUnder {
		if info.LevelUnder == nil {
			info.LevelUnder = map[string]string{}
		}
		info.LevelUnder[string(policy)] = string(level)
	}
	for _, n := range c.Needs {
		info.Needs = append(info.Needs, NeedInfo{n.Name, n.Hint})
	}
	return info
}

// ListChecks writes the checks of some areas, or of all, as a table or as JSON.
func ListChecks(s *Streams, areas []string, asJSON bool) error {
	for _, a := range areas {
		if err := KnownArea(a); err != nil {
			return err
		}
	}
	chosen := catalog.All().Select(check.Selection{Areas: areas}, nil)
	if asJSON {
		infos := []CheckInfo{}
		for _, c := range chosen {
			infos = append(infos, infoOf(c))
		}
		return s.printJSON(infos)
	}
	rows := [][]string{{"ID", "LEVEL", "AREA", "TITLE"}}
	for _, c := range chosen {
		rows = append(rows, []string{c.ID, string(c.Level), c.Area().ID, c.Title})
	}
	return s.Print(table(rows))
}

// PrintCoverage writes the page that says, clause by clause, which check looks
// at what, and why the others are not looked at; as Markdown.
func PrintCoverage(s *Streams) error {
	c, err := coverage.Load()
	if err != nil {
		return failed("%w", err)
	}
	var b strings.Builder
	if err := c.Write(&b, catalog.All()); err != nil {
		return failed("%w", err)
	}
	return s.Print(b.String())
}

// table aligns columns; the last one is as wide as it is.
func table(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			line += cell + strings.Repeat(" ", widths[i]-len([]rune(cell))+2)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

func (s *Streams) printJSON(v any) error {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return failed("%w", err)
	}
	return s.Print(b.String())
}
