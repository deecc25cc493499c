package reports

import (
	"fmt"
	"slices"
)

// The bounds that keep a page of ten thousand results fit to be opened. What
// they keep out is in report.json.
const (
	maxPageExchanges   = 1500     // exchanges of a page
	maxPageText        = 16 << 20 // bytes of their text
	maxResultExchanges = 10       // exchanges of one check
	maxPageBody        = 8 << 10  // bytes of a body
	maxPageCurl        = 16 << 10 // bytes of URL and header in a command line
	maxValueText       = 2 << 10  // bytes of expected and got
	maxName            = 100      // bytes of a name: a level, an area
	maxRowChips        = 40       // checks of one clause
)

// htmlBudget hands out the room for exchanges: first to what does not hold, the
// worst first, and to what passes only when all of it fits.
type htmlBudget struct {
	picked map[*Result][]*Exchange
	shown  int // exchanges of results that do not pass
	beyond int // those that found no room
	checks int // the checks that pass whose exchanges were left out
}

func newHTMLBudget(r *Report) *htmlBudget {
	b := &htmlBudget{picked: map[*Result][]*Exchange{}}
	var order [facePass + 1][]*Result
	index := map[*Result]exchangeIndex{}
	for i := range r.Targets {
		t := &r.Targets[i]
		exchanges := indexExchanges(t)
		for j := range t.Results {
			res := &t.Results[j]
			order[faceOf(res)] = append(order[faceOf(res)], res)
			index[res] = exchanges
		}
	}
	count, text := 0, 0
	for f := faceFail; f < facePass; f++ {
		for _, res := range order[f] {
			for _, e := range index[res].explaining(res) {
				count, text = count+1, text+shownSize(e)
				if count > maxPageExchanges || text > maxPageText {
					b.beyond++
					continue
				}
				b.shown++
				b.picked[res] = append(b.picked[res], e)
			}
		}
	}
	for _, res := range order[facePass] {
		list := index[res].explaining(res)
		for _, e := range list {
			count, text = count+1, text+shownSize(e)
		}
		if len(list) > 0 {
			b.picked[res] = list
			b.checks++
		}
	}
	if count <= maxPageExchanges && text <= maxPageText {
		b.checks = 0
		return b
	}
	for _, res := range order[facePass] {
		delete(b.picked, res)
	}
	return b
}

// shownSize is about what an exchange takes on the page.
func shownSize(e *Exchange) int {
	size := func(m *Message) int {
		n := len(m.URL) + min(len(m.Body), maxPageBody)
		for _, h := range m.Header[:min(len(m.Header), maxHeaderLines)] {
			n += len(h.Name) + min(len(h.Value), maxHeaderText)
		}
		return n
	}
	n := 2 * size(&e.Request) // once more for curl
	if e.Response != nil {
		n += size(e.Response)
	}
	return n
}

// sentSize is how long URL and header of a request are.
func sentSize(m *Message) int {
	n := len(m.URL)
	for _, h := range m.Header {
		n += len(h.Name) + len(h.Value)
	}
	return n
}

// leftOut says what the bounds kept out of the page.
func (b *htmlBudget) leftOut() []string {
	var out []string
	if b.checks > 0 {
		out = append(out, fmt.Sprintf("The exchanges of %s left out, since the page would not open well with them; report.json has them.",
			plural(b.checks, "check that passes are", "checks that pass are")))
	}
	if b.beyond > 0 {
		out = append(out, fmt.Sprintf("%s of checks that do not pass %s left out as well: the page shows the first %d, the worst verdicts first; report.json has all of them.",
			plural(b.beyond, "exchange", "exchanges"), verb(b.beyond, "is", "are"), b.shown))
	}
	return out
}

// explaining picks the exchanges that explain a result: those that its findings
// name, then those of the check itself that are nearest to the first of them,
// then those that it shares with other checks. They stay in the order in which
// they were made.
func (index exchangeIndex) explaining(r *Result) []*Exchange {
	picked := map[int]bool{}
	var out []*Exchange
	add := func(n int) {
		if e := index[n]; e != nil && !picked[n] && len(out) < maxResultExchanges {
			picked[n] = true
			out = append(out, e)
		}
	}
	for _, f := range r.Findings {
		add(f.Exchange)
	}
	// An observer sends nothing: what it did not object to explains nothing.
	if !r.Observer {
		decisive := 0
		if len(out) > 0 {
			decisive = out[0].Number
		} else if len(r.Exchanges) > 0 {
			decisive = r.Exchanges[len(r.Exchanges)-1]
		}
		for _, n := range nearest(index, r, decisive) {
			add(n)
		}
	}
	slices.SortFunc(out, func(a, b *Exchange) int { return a.Number - b.Number })
	return out
}

// nearest sorts the exchanges of a check by how much they have to do with the
// decisive one: those of its step, then others of the check, then those that it
// shares with other checks.
func nearest(index exchangeIndex, r *Result, decisive int) []int {
	list := slices.Clone(r.Exchanges)
	distance := func(n int) int {
		d := max(n-decisive, decisive-n)
		switch e := index[n]; {
		case e == nil || e.Check != r.ID:
			d += 1 << 30
		case index[decisive] == nil || e.Step != index[decisive].Step:
			d += 1 << 29
		}
		return d
	}
	slices.SortStableFunc(list, func(a, b int) int { return distance(a) - distance(b) })
	return list
}
