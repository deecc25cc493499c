package reports

import (
	"strconv"
	"strings"
	"time"
)

// htmlTarget is what the page says of one target.
type htmlTarget struct {
	Anchor, Name string
	Facts        []htmlFact
	Troubles     []htmlFact
	Counts       []face
	Total        int
	Specs        []*htmlSpec
	Groups       []htmlGroup
}

// htmlGroup are the results of one face.
type htmlGroup struct {
	face
	Results []*htmlResult
}

func newHTMLTarget(r *Report, index int, anchors []string, budget *htmlBudget, levels, areas *options) *htmlTarget {
	t := &r.Targets[index]
	out := &htmlTarget{
		Anchor: "target-" + strconv.Itoa(index+1), Name: first(line(t.Name, maxMessage), "unnamed target"), Total: len(t.Results),
	}
	out.facts(t)
	severalRoles := false
	for i := range t.Results {
		severalRoles = severalRoles || t.Results[i].Role != t.Results[0].Role
	}
	matrix := newHTMLMatrix()
	var groups [len(faces)][]*htmlResult
	for i := range t.Results {
		res := &t.Results[i]
		f := faceOf(res)
		h := newHTMLResult(res, anchors[i], r.Seed, budget.picked[res])
		area := first(line(res.Area, maxName), "no area")
		if severalRoles {
			area = line(res.Role, maxName) + ": " + area
		}
		h.TargetIndex, h.LevelIndex = index, levels.number(first(line(res.Level, maxName), "no level"))
		h.AreaIndex = areas.number(area)
		groups[f] = append(groups[f], h)
		matrix.add(res, f, h.Anchor)
	}
	for f, list := range groups {
		if len(list) == 0 {
			continue
		}
		g := htmlGroup{faces[f], list}
		g.Count, g.Anchor = len(list), out.Anchor+"-"+faces[f].Key
		out.Groups = append(out.Groups, g)
		out.Counts = append(out.Counts, g.face)
	}
	out.Specs = matrix.specs()
	return out
}

func (h *htmlTarget) facts(t *TargetReport) {
	fact := func(label, value string) {
		if value = line(value, maxValueText); value != "" {
			h.Facts = append(h.Facts, htmlFact{label, value})
		}
	}
	if t.Issuer != t.Name {
		fact("Issuer", t.Issuer)
	}
	fact("Software", t.Version)
	fact("Policy", t.Policy)
	fact("Roles", strings.Join(t.Roles, ", "))
	fact("Requests", strconv.Itoa(len(t.Exchanges)))
	if t.Logins > 0 {
		fact("Logins", strconv.Itoa(t.Logins))
	}
	if t.WaitedMS > 0 {
		fact("Waited", (time.Duration(t.WaitedMS) * time.Millisecond).Round(100*time.Millisecond).String())
	}
	trouble := func(label, value string) {
		if value != "" {
			h.Troubles = append(h.Troubles, htmlFact{label, line(value, maxValueText)})
		}
	}
	trouble("The target could not be reached", t.Unreachable)
	trouble("The run at this target ended early", t.Lost)
	for _, left := range t.Left {
		trouble("Left behind at the target", left)
	}
}

// newHTMLAnchors gives each result an anchor that no other has: by its id, and
// with several targets by that of the target too. It does not change with what
// else is in the report, so that a link stays good.
func newHTMLAnchors(r *Report) [][]string {
	out := make([][]string, len(r.Targets))
	unique, segments := newNames(), targetSegments(r.Targets)
	for i, t := range r.Targets {
		prefix := "check-"
		if len(r.Targets) > 1 {
			prefix += segments[i] + "--"
		}
		for j := range t.Results {
			out[i] = append(out[i], unique.unique(prefix+segment(nameOf(&t.Results[j]))))
		}
	}
	return out
}
