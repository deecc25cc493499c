package reports

import "slices"

// notRun prints the checks that did not run by what they need, and says what one
// would add to run them.
func (s *summary) notRun(t *TargetReport) {
	for i, g := range groupNotRun(t) {
		if i == 0 {
			s.printf("\n")
		}
		s.block(wordNotRun, g.sentence(), 4)
		s.idList(g.ids)
	}
}

// notRunGroup are checks that did not run for one reason.
type notRunGroup struct {
	one, many string // "needs a client: ..." and "need a client: ..."
	ids       []string
}

func (g notRunGroup) sentence() string {
	return plural(len(g.ids), "check "+g.one, "checks "+g.many)
}

// groupNotRun groups the checks that did not run by what they need.
func groupNotRun(t *TargetReport) []*notRunGroup {
	var groups []*notRunGroup
	for i := range t.Results {
		r := &t.Results[i]
		if r.Verdict.Decided() || r.Verdict == Error {
			continue
		}
		g := notRunGroup{one: "did not run: " + needOf(r)}
		g.many = g.one
		if need := flat(r.Need); need != "" {
			g.one, g.many = "needs "+need, "need "+need
		}
		if hint := flat(r.Hint); hint != "" {
			g.one, g.many = g.one+": "+hint, g.many+": "+hint
		}
		n := slices.IndexFunc(groups, func(other *notRunGroup) bool { return other.one == g.one })
		if n < 0 {
			groups, n = append(groups, &g), len(groups)
		}
		groups[n].ids = append(groups[n].ids, caseName(r))
	}
	return groups
}
