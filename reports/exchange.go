package reports

import (
	"fmt"
	"slices"
	"strings"
)

// What an exchange may take in a text report. The whole of what was kept is in
// report.json.
const (
	maxBodyText    = 4 << 10 // bytes of a body
	maxHeaderText  = 1 << 10 // bytes of a header field's value
	maxNameText    = 256     // bytes of a header field's name
	maxHeaderLines = 50      // header field lines of a message
	maxURLText     = 2 << 10 // bytes of a URL
	maxExchanges   = 6       // exchanges of one check
)

// exchangeIndex finds the exchanges of a target by their numbers.
type exchangeIndex map[int]*Exchange

func indexExchanges(t *TargetReport) exchangeIndex {
	index := make(exchangeIndex, len(t.Exchanges))
	for i := range t.Exchanges {
		index[t.Exchanges[i].Number] = &t.Exchanges[i]
	}
	return index
}

// of picks the exchanges that explain a result: those its findings name come
// first, the others fill up to the limit, and the order in time is kept. The
// second value is how many were left out.
func (index exchangeIndex) of(r *Result) ([]*Exchange, int) {
	var numbers []int
	add := func(n int) {
		if index[n] != nil && !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	left := 0
	for _, f := range r.Findings {
		if len(numbers) < maxExchanges {
			add(f.Exchange)
		}
	}
	for _, n := range r.Exchanges {
		if len(numbers) < maxExchanges {
			add(n)
		} else if index[n] != nil && !slices.Contains(numbers, n) {
			left++
		}
	}
	slices.Sort(numbers)
	picked := make([]*Exchange, len(numbers))
	for i, n := range numbers {
		picked[i] = index[n]
	}
	return picked, left
}

// writeExchange prints an exchange the way curl -v does: ">" before what was
// sent, "<" before what came back.
func writeExchange(b *strings.Builder, e *Exchange) {
	fmt.Fprintf(b, "exchange %d", e.Number)
	if e.Step != "" {
		fmt.Fprintf(b, " (%s)", oneLine(e.Step))
	}
	fmt.Fprintf(b, ", %d ms\n", e.DurationMS)
	fmt.Fprintf(b, "> %s %s %s\n", oneLine(first(e.Request.Method, "?")),
		flatTo(e.Request.URL, maxURLText), oneLine(first(e.Request.Proto, "HTTP/1.1")))
	writeMessage(b, "> ", &e.Request)
	if e.Response != nil {
		status := ""
		if e.Response.Status != 0 { // below HTTP there is none
			status = fmt.Sprintf(" %d", e.Response.Status)
		}
		fmt.Fprintf(b, "< %s%s\n", oneLine(first(e.Response.Proto, "HTTP/1.1")), status)
		writeMessage(b, "< ", e.Response)
	}
	if e.Error != "" {
		fmt.Fprintf(b, "! %s\n", flat(e.Error))
	}
}

func writeMessage(b *strings.Builder, mark string, m *Message) {
	for i, h := range m.Header {
		if i == maxHeaderLines {
			fmt.Fprintf(b, "%s[%s left out]\n", mark, plural(len(m.Header)-i, "header field", "header fields"))
			break
		}
		fmt.Fprintf(b, "%s%s: %s\n", mark, flatTo(h.Name, maxNameText), flatTo(h.Value, maxHeaderText))
	}
	body, cut := shorten(m.Body, maxBodyText)
	if body != "" {
		b.WriteString(strings.TrimSpace(mark) + "\n")
		for line := range strings.Lines(visible(body)) {
			b.WriteString(mark + strings.TrimSuffix(line, "\n") + "\n")
		}
	}
	if cut || m.Shortened {
		size := max(m.BodyBytes, int64(len(m.Body)))
		fmt.Fprintf(b, "%s[body shortened; %d bytes in all]\n", mark, size)
	}
}
