package reports

import (
	"strings"
)

// htmlResult is what the page says of one check at one target.
type htmlResult struct {
	face
	Anchor                             string
	TargetIndex, LevelIndex, AreaIndex int

	ID, Headline string
	Asked        string // what the clause asks, in our words
	Level, Binds string
	Clauses      []htmlClause
	Brief        string // the first clause and its word
	Sent, Judged string
	Remarks      []htmlRemark
	Deviations   []htmlDeviation
	More         string // what was left out of the deviations
	Observations []htmlFact
	Exchanges    []*htmlExchange
	MoreExchange string
	Proves       []string
	Again        string // the command that runs the check once more
	Explain      string
}

// htmlRemark is something to know of the verdict, with a link if it has one.
type htmlRemark struct{ Label, Text, Link string }

// htmlDeviation is a finding, with all the places where it was made.
type htmlDeviation struct {
	Message, Expected, Got string
	Places                 []htmlPlace
	More                   int // places that are left out
}

// htmlPlace is a step and the exchange that shows what was found there.
type htmlPlace struct {
	Step     string
	Number   int
	Exchange string // its anchor, when the page has it
}

func newHTMLResult(r *Result, anchor, seed string, exchanges []*Exchange) *htmlResult {
	h := &htmlResult{
		face: faces[faceOf(r)], Anchor: anchor, ID: nameOf(r), Headline: headlineOf(r),
		Asked: value(r.Title), Level: line(r.Level, maxName), Binds: line(r.Binds, maxName), Sent: value(r.Sent), Judged: value(r.Judged),
	}
	for _, c := range r.Clauses {
		h.Clauses = append(h.Clauses, parseClause(c))
	}
	if len(h.Clauses) > 0 {
		h.Brief = h.Clauses[0].Text
	}
	h.Brief = strings.TrimSpace(h.Brief + " " + h.Level)
	for _, o := range r.Observations {
		h.Observations = append(h.Observations, htmlFact{line(o.Name, maxMessage), value(o.Value)})
	}
	for _, p := range r.Proves {
		h.Proves = append(h.Proves, line(p, maxName))
	}
	h.remarks(r)
	shown := map[int]string{}
	decisive := decisiveExchange(r)
	for _, e := range exchanges {
		x := newHTMLExchange(r, e, anchor)
		x.Open = x.Number == decisive && r.Verdict != Pass
		shown[e.Number] = x.Anchor
		h.Exchanges = append(h.Exchanges, x)
	}
	if n := len(r.Exchanges) - len(exchanges); n > 0 {
		one, many := "more exchange", "more exchanges"
		if len(exchanges) == 0 {
			one, many = "exchange", "exchanges"
		}
		h.MoreExchange = plural(n, one, many) + " in report.json"
	}
	h.deviations(r, shown)
	id := literal(clip(r.ID, maxMessage)).String()
	h.Again = "authassay run TARGET --check " + id
	if seed != "" {
		h.Again += " --seed " + literal(clip(seed, maxMessage)).String()
	}
	h.Explain = "authassay explain " + id
	return h
}

// value is text of some length, visible, with its lines.
func value(s string) string { return strings.TrimSpace(visible(clip(s, maxValueText))) }

// nameOf is the id of a result, or what stands for it.
func nameOf(r *Result) string { return first(line(r.ID, maxMessage), "unnamed") }

// line is text on one line, visible. What is cut off is not even looked at:
// there may be a megabyte of it.
func line(s string, limit int) string { return flat(clip(s, limit)) }

func (h *htmlResult) remarks(r *Result) {
	remark := func(label, text, link string) {
		if text = value(text); text == "" {
			return
		}
		if !strings.HasPrefix(link, "https://") && !strings.HasPrefix(link, "http://") {
			if link != "" {
				text += " (" + line(link, maxMessage) + ")"
			}
			link = ""
		}
		h.Remarks = append(h.Remarks, htmlRemark{label, text, link})
	}
	if r.Raised {
		remark("Raised", "A warning by itself; --strict makes it a failure.", "")
	}
	remark("Known failure", r.KnownFailing, r.KnownFailingLink)
	remark("Listed because", r.UnexpectedPass, "")
	if r.UnexpectedPass != "" {
		remark("To do", "Remove its entry from the known-failing file.", "")
	}
	remark("Needs", r.Need, "")
	if r.Verdict == NotRun && r.Need == "" {
		remark("Why", r.Message, "")
	}
	if r.Verdict == Error {
		remark("To do", first(r.Hint, "Look at the exchanges, then run the check again."), "")
	} else {
		remark("To do", r.Hint, "")
	}
}

// deviations lists what was found, what is equal once. A result without findings
// has one all the same, in the fields that repeat the first.
func (h *htmlResult) deviations(r *Result, shown map[int]string) {
	list := r.Findings
	own := Finding{Message: r.Message, Step: r.Step, Expected: r.Expected, Got: r.Got}
	if len(list) == 0 && r.Verdict != NotRun && own != (Finding{}) {
		list = []Finding{own}
	}
	index, more := map[[3]string]int{}, 0
	for _, f := range list {
		key := [3]string{f.Message, f.Expected, f.Got}
		n, known := index[key]
		switch {
		case !known && len(h.Deviations) == maxFindings:
			more++
			continue
		case !known:
			n = len(h.Deviations)
			index[key] = n
			h.Deviations = append(h.Deviations, htmlDeviation{Message: value(f.Message), Expected: value(f.Expected), Got: value(f.Got)})
		}
		d := &h.Deviations[n]
		place := htmlPlace{line(f.Step, maxMessage), f.Exchange, shown[f.Exchange]}
		switch {
		case place == htmlPlace{}:
		case len(d.Places) < maxResultExchanges:
			d.Places = append(d.Places, place)
		default:
			d.More++
		}
	}
	if more > 0 {
		h.More = plural(more, "more deviation", "more deviations") + " in report.json"
	}
}

// decisiveExchange is the number of the exchange that decided the verdict; 0
// when none did.
func decisiveExchange(r *Result) int {
	for _, f := range r.Findings {
		if f.Verdict == r.Verdict && f.Exchange != 0 {
			return f.Exchange
		}
	}
	for _, f := range r.Findings {
		if f.Exchange != 0 {
			return f.Exchange
		}
	}
	if n := len(r.Exchanges); n > 0 {
		return r.Exchanges[n-1]
	}
	return 0
}
