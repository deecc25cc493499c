package reports

import (
	"slices"
	"strconv"
)

// table counts the verdicts of each area.
func (m *markdown) table(t *TargetReport) {
	areas, all := countAreas(t)
	if len(areas) == 0 {
		return
	}
	columns := slices.DeleteFunc(slices.Clone(countColumns), func(c countColumn) bool {
		return c.word != wordPass && c.word != wordFail && c.of(all) == 0
	})
	head, rule := "| role | area |", "|---|---|"
	for _, c := range columns {
		head, rule = head+" "+c.word+" |", rule+"--:|"
	}
	if !m.block("\n" + head + "\n" + rule + "\n") {
		return
	}
	for _, a := range areas {
		row := "| " + mdCell(a.role) + " | " + mdCell(a.name) + " |"
		for _, c := range columns {
			row += " " + strconv.Itoa(c.of(a.Counts)) + " |"
		}
		m.block(row + "\n")
	}
}

// failures tells each broken requirement: what it is, what is wrong, what was
// expected, what was got.
func (m *markdown) failures(t *TargetReport) {
	m.heading("\n#### Failures")
	for i := range t.Results {
		r := &t.Results[i]
		if kindOf(r) != kindFailure {
			continue
		}
		body := codeLines("", headline(r)) + codeLines("expected", r.Expected) + codeLines("got", r.Got)
		if r.UnexpectedPass != "" {
			body = codeLines("", "passes, but the known-failing file lists it: remove its entry") +
				codeLines("reason", "as listed: "+r.UnexpectedPass)
		}
		if r.Raised {
			body += "a warning by itself; --strict makes it a failure\n"
		}
		if n := len(r.Findings) - 1; n > 0 {
			body += plural(n, "more deviation", "more deviations") + " in " + JSONFile + "\n"
		}
		m.finding(1, mdCheck(r)+" "+mdText(r.Title)+mdClause(r)+"\n\n"+mdFence(body)+"\n")
	}
}

// errors tells what could not be judged, each trouble once.
func (m *markdown) errors(t *TargetReport) {
	var troubles []string
	met := map[string][]string{}
	for i := range t.Results {
		if r := &t.Results[i]; troubled(t, r) {
			what := headline(r)
			if met[what] == nil {
				troubles = append(troubles, what)
			}
			met[what] = append(met[what], caseName(r))
		}
	}
	m.heading("\n#### Not judged")
	for _, what := range troubles {
		m.finding(len(met[what]), "- "+mdText(what)+": "+mdIDs(met[what])+"\n")
	}
}

// lines tells each check that matches on a line of a list.
func (m *markdown) lines(t *TargetReport, heading string, match func(*Result) bool, tell func(*Result) string) {
	m.heading("\n#### " + heading)
	for i := range t.Results {
		if r := &t.Results[i]; match(r) {
			m.finding(1, "- "+mdCheck(r)+mdClause(r)+": "+tell(r)+"\n")
		}
	}
}

func (m *markdown) notRun(t *TargetReport) {
	m.heading("\n#### Not run")
	for _, g := range groupNotRun(t) {
		m.finding(len(g.ids), "- "+mdText(g.sentence())+": "+mdIDs(g.ids)+"\n")
	}
}
