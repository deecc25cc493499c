package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// htmlExchange is an exchange as the page shows it.
type htmlExchange struct {
	Anchor    string
	Number    int
	Label     string // the step, and what the endpoint is
	Brief     string // request and answer in a line
	Millis    int64
	Open      bool
	Decides   bool // a finding names it
	Request   htmlMessage
	Response  *htmlMessage
	Error     string
	Curl      string
	Variables []CurlVariable
	NoCurl    string // why there is no command
}

// htmlMessage is one side: lines in which parts may be marked.
type htmlMessage struct {
	Lines [][]htmlPart
	Body  []htmlPart
	Note  string
}

// htmlPart is text, marked where it decided.
type htmlPart struct {
	Text   string
	Mark   bool
	Absent bool // what was expected and is not there
}

func newHTMLExchange(r *Result, e *Exchange, anchor string) *htmlExchange {
	h := &htmlExchange{
		Anchor: anchor + "-exchange-" + strconv.Itoa(e.Number), Number: e.Number, Millis: e.DurationMS,
		Label: line(e.Step, maxMessage), Error: value(e.Error),
	}
	if p := line(e.Purpose, maxName); p != "" {
		h.Label = strings.TrimPrefix(h.Label+" - "+p+" endpoint", " - ")
		if e.Purpose == "metadata" || e.Purpose == "jwks" {
			h.Label = strings.TrimSuffix(h.Label, " endpoint")
		}
	}
	h.Brief = first(line(e.Request.Method, maxName), "?") + " " + line(pathOf(e.Request.URL), 100)
	m := markersOf(r, e)
	h.Decides = m.decides
	h.Request = requestMessage(&e.Request, m)
	if e.Response != nil {
		h.Brief += fmt.Sprintf(", %d %s", e.Response.Status, http.StatusText(e.Response.Status))
		response := responseMessage(e.Response, m)
		h.Response = &response
	} else {
		h.Brief += ", no answer"
	}
	if size := sentSize(&e.Request); size > maxPageCurl {
		h.NoCurl = fmt.Sprintf("URL and header have %d bytes, which is too much for a command line.", size)
	} else {
		h.Curl, h.Variables = Curl(e.Request)
	}
	return h
}

// pathOf is the path of a URL, by which people know an endpoint.
func pathOf(url string) string {
	if _, rest, ok := strings.Cut(url, "://"); ok {
		if i := strings.IndexAny(rest, "/?#"); i >= 0 {
			url = rest[i:]
		} else {
			url = "/"
		}
	}
	if i := strings.IndexAny(url, "?#"); i > 0 {
		url = url[:i]
	}
	return url
}

func requestMessage(m *Message, k *markers) htmlMessage {
	parts := append([]htmlPart{}, k.method(first(line(m.Method, maxName), "?"))...)
	url := line(m.URL, maxURLText)
	parts = append(parts, htmlPart{Text: " "})
	parts = append(parts, folded(k.parameters(url))...)
	if p := line(m.Proto, maxName); p != "" {
		parts = append(parts, htmlPart{Text: " " + p})
	}
	out := htmlMessage{Lines: [][]htmlPart{parts}}
	out.header(m, k.requestField)
	out.body(m, k.requestBody)
	return out
}

func responseMessage(m *Message, k *markers) htmlMessage {
	status := strings.TrimSpace(fmt.Sprintf("%s %d %s", first(line(m.Proto, maxName), "HTTP/1.1"), m.Status, http.StatusText(m.Status)))
	out := htmlMessage{Lines: [][]htmlPart{{{Text: status, Mark: k.status}}}}
	out.header(m, k.responseField)
	for _, name := range k.absent {
		out.Lines = append(out.Lines, []htmlPart{{Text: "no " + name, Mark: true, Absent: true}})
	}
	out.body(m, k.members)
	return out
}

func (h *htmlMessage) header(m *Message, mark func(name string) bool) {
	for i, f := range m.Header {
		if i == maxHeaderLines {
			h.Lines = append(h.Lines, []htmlPart{{Text: "[" + plural(len(m.Header)-i, "header field", "header fields") + " left out]"}})
			return
		}
		parts := []htmlPart{{Text: line(f.Name, maxHeaderText) + ": " + line(f.Value, maxHeaderText), Mark: mark(f.Name)}}
		if strings.EqualFold(f.Name, "Location") {
			parts = folded(parts)
		}
		h.Lines = append(h.Lines, parts)
	}
}

// body shows a body with room between the members of JSON and the fields of a
// form, and says what was left out.
func (h *htmlMessage) body(m *Message, mark func(string) []htmlPart) {
	text := m.Body
	form := isForm(m)
	if !form && !strings.Contains(strings.TrimSpace(text), "\n") && len(text) <= maxPageBody {
		var indented bytes.Buffer
		if json.Indent(&indented, []byte(text), "", "  ") == nil {
			text = indented.String()
		}
	}
	text, cut := shorten(text, maxPageBody)
	text = strings.TrimRight(visible(text), "\n")
	if text != "" {
		h.Body = mark(text)
		if form {
			h.Body = folded(h.Body)
		}
	}
	if cut || m.Shortened {
		h.Note = fmt.Sprintf("Body shortened; %d bytes in all.", max(m.BodyBytes, int64(len(m.Body))))
	}
}

// maxUnfolded is how long a line with parameters may be to stay one.
const maxUnfolded = 72

// folded begins a new line before each parameter of a URL or a form, where all
// of it would not fit into one that can be read.
func folded(parts []htmlPart) []htmlPart {
	long := 0
	for _, p := range parts {
		long += len(p.Text)
	}
	if long <= maxUnfolded {
		return parts
	}
	question := false
	out := make([]htmlPart, len(parts))
	for i, p := range parts {
		if before, after, ok := strings.Cut(p.Text, "?"); ok && !question {
			question = true
			p.Text = before + "\n  ?" + after
		}
		p.Text = strings.ReplaceAll(p.Text, "&", "\n  &")
		out[i] = p
	}
	return out
}
