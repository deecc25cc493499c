package reports

import (
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"
)

// htmlPage is what the template shows. All text in it is visible already.
type htmlPage struct {
	Style    template.CSS
	Script   template.JS
	Policy   string
	Title    string
	Key      string // the class of the verdict
	Word     string
	Sentence string
	Reasons  []string
	Notes    []string
	Facts    []htmlFact
	Counts   []face
	Targets  []*htmlTarget
	// LeftOut says what the bounds of the page kept out of it.
	LeftOut []string

	// Exchanges tells that the page shows some.
	Exchanges bool

	Total    int
	Verdicts []face
	Levels   []htmlOption
	Areas    []htmlOption
	Several  []htmlOption // the targets, when there are several
}

// htmlFact is a labelled value.
type htmlFact struct{ Label, Value string }

// htmlOption is a value of a filter, with the number of results that have it.
type htmlOption struct {
	Value int
	Text  string
	Count int
}

func newHTMLPage(r *Report) *htmlPage {
	p := &htmlPage{Style: template.CSS(pageStyle), Script: template.JS(pageScript), Policy: pagePolicy}
	p.head(r)
	budget := newHTMLBudget(r)
	anchors := newHTMLAnchors(r)
	levels, areas := &options{order: levelOrder}, &options{}
	all := faces
	for i := range r.Targets {
		t := newHTMLTarget(r, i, anchors[i], budget, levels, areas)
		p.Targets = append(p.Targets, t)
		p.Several = append(p.Several, htmlOption{Value: i, Text: t.Name, Count: t.Total})
		p.Total += t.Total
		for _, c := range t.Counts {
			n := slices.IndexFunc(all[:], func(f face) bool { return f.Key == c.Key })
			all[n].Count += c.Count
			all[n].Anchor = first(all[n].Anchor, c.Anchor)
		}
	}
	p.Counts = slices.DeleteFunc(all[:], func(f face) bool { return f.Count == 0 })
	p.Verdicts, p.Levels, p.Areas = p.Counts, levels.list(), areas.list()
	if len(p.Several) < 2 {
		p.Several = nil
	}
	p.LeftOut, p.Exchanges = budget.leftOut(), len(budget.picked) > 0
	return p
}

// head says what the run amounts to and what it was.
func (p *htmlPage) head(r *Report) {
	o := r.Outcome
	if o == nil {
		decided := Decide(*r, DecideOptions{})
		o = &decided
	}
	switch o.Code {
	case ExitOK:
		p.Key, p.Word = "pass", wordPass
	case ExitFail:
		p.Key, p.Word = "fail", wordFail
	default:
		p.Key, p.Word = "error", wordError
	}
	p.Sentence = line(o.Sentence, maxValueText)
	for _, reason := range o.RunReasons { // the others name checks, which follow
		if text := line(reason, maxValueText); !strings.Contains(p.Sentence, text) {
			p.Reasons = append(p.Reasons, text)
		}
	}
	for _, n := range r.Notes {
		p.Notes = append(p.Notes, line(n, maxValueText))
	}
	var names []string
	for i := range r.Targets {
		names = append(names, first(line(r.Targets[i].Name, maxMessage), "unnamed target"))
	}
	p.Title = p.Word + ": " + clip(first(strings.Join(names, ", "), "no target"), 80) + " - authassay"

	fact := func(label, value string) {
		if value = line(value, maxMessage); value != "" {
			p.Facts = append(p.Facts, htmlFact{label, value})
		}
	}
	if !r.Started.IsZero() {
		fact("Started", r.Started.UTC().Format(time.DateTime)+" UTC")
	}
	fact("Took", strconv.FormatFloat(float64(max(r.DurationMS, 0))/1000, 'f', 1, 64)+" s")
	fact("Exit code", strconv.Itoa(o.Code))
	if r.Strict {
		fact("Strict", "warnings are failures")
	}
	fact("Stopped", string(r.Stopped))
	fact("Run", r.RunID)
	fact("Seed", r.Seed)
	fact("Made by", first(r.Tool.Name, "authassay")+" "+r.Tool.Version)
}

// options numbers the values of a filter as they come up.
type options struct {
	all   []htmlOption
	index map[string]int
	order func(string) int // where the value stands among the others; nil: as they come up
}

// number counts a value and gives its number.
func (o *options) number(text string) int {
	if o.index == nil {
		o.index = map[string]int{}
	}
	n, ok := o.index[text]
	if !ok {
		n = len(o.all)
		o.index[text] = n
		o.all = append(o.all, htmlOption{Value: n, Text: text})
	}
	o.all[n].Count++
	return n
}

func (o *options) list() []htmlOption {
	list := slices.Clone(o.all)
	if o.order != nil {
		slices.SortStableFunc(list, func(a, b htmlOption) int { return o.order(a.Text) - o.order(b.Text) })
	}
	return list
}

// levelOrder puts the words that bind most first.
func levelOrder(level string) int {
	order := []string{"MUST", "MUST NOT", "REQUIRED", "SHALL", "SHALL NOT", "prose", "ABNF", "consistency",
		"SHOULD", "SHOULD NOT", "RECOMMENDED", "NOT RECOMMENDED", "MAY", "OPTIONAL", "info"}
	if n := slices.Index(order, level); n >= 0 {
		return n
	}
	return len(order)
}
