package useragent

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/chromedp"

	"github.com/authassay/authassay/suites/check"
)

// commandTime bounds one command to the browser.
const commandTime = 5 * time.Second

// controls are the elements that a user fills and presses. They are known by
// their place among them.
const controls = `input,button,select,textarea`

// takeSnapshot copies the page with what only the browser knows of it: what is
// shown, and what stands in the fields.
const takeSnapshot = `(() => {
	if (document.readyState !== "complete") return null;
	const copy = document.documentElement.cloneNode(true);
	const all = document.documentElement.querySelectorAll("*"), twins = copy.querySelectorAll("*");
	let n = 0;
	all.forEach((e, i) => {
		const t = twins[i], style = getComputedStyle(e);
		if (style.display === "none") t.setAttribute("hidden", "");
		if (!e.matches("` + controls + `")) return;
		const seen = e.getClientRects().length > 0 && style.visibility !== "hidden";
		t.setAttribute("` + fieldMark + `", n++);
		t.setAttribute("` + seenMark + `", seen ? "1" : "0");
		if (e.type === "checkbox" || e.type === "radio") t.toggleAttribute("checked", e.checked);
		else if (e.tagName === "TEXTAREA") t.textContent = e.value;
		else if (e.tagName === "SELECT") [...e.options].forEach((o, k) => t.options[k].toggleAttribute("selected", o.selected));
		else if (e.tagName === "INPUT") t.setAttribute("value", e.value);
	});
	copy.querySelectorAll("script").forEach(s => s.remove());
	return {url: location.href, html: copy.outerHTML};
})()`

// fillIn types, ticks and presses. What a script enables by what is typed is
// pressed a moment later.
const fillIn = `((changes, press, mark) => {
	const all = document.documentElement.querySelectorAll("` + controls + `");
	for (const c of changes) {
		const e = all[c.i];
		if (!e) continue;
		if (e.type === "checkbox" || e.type === "radio") { if (e.checked !== c.on) e.click(); continue; }
		const proto = {TEXTAREA: HTMLTextAreaElement, SELECT: HTMLSelectElement}[e.tagName] ?? HTMLInputElement;
		e.focus();
		Object.getOwnPropertyDescriptor(proto.prototype, "value").set.call(e, c.value);
		e.dispatchEvent(new Event("input", {bubbles: true}));
		e.dispatchEvent(new Event("change", {bubbles: true}));
	}
	setTimeout(() => {
		if (press >= 0) { all[press]?.click(); return; }
		const form = all[mark]?.form, any = (form ?? document).querySelector("button:not([type]):enabled, button[type=submit]:enabled, input[type=submit]:enabled");
		if (any) any.click(); else form?.requestSubmit();
	}, 60);
})`

type snapshot struct {
	URL  string `json:"url"`
	HTML string `json:"html"`
}

// snapshot is the page as it is shown; ok is false while one is loading.
func (v *visit) snapshot() (shown snapshot, ok bool) {
	ctx, cancel := context.WithTimeout(v.tab, commandTime)
	defer cancel()
	s, err := chromedp.Run(ctx, chromedp.Evaluate[*snapshot](takeSnapshot))
	if err != nil || s == nil {
		return snapshot{}, false
	}
	return *s, true
}

// document reads the snapshot of a page that came as an answer.
func (s snapshot) document(from *check.Response) *document {
	if d := newDocument(from); !d.html {
		return d // the browser shows its own page for it
	}
	r := *from
	r.URL, r.Body = s.URL, []byte(s.HTML)
	r.Header = r.Header.Clone()
	r.Header.Del("Refresh")
	return readDocument(&r, true)
}

// apply does on the page what was decided.
func (v *visit) apply(m move) error {
	type change struct {
		I     int    `json:"i"`
		Value string `json:"value"`
		On    bool   `json:"on"`
	}
	changes := []change{}
	place := func(x *field) int {
		if x == nil {
			return -1
		}
		n, err := strconv.Atoi(x.mark)
		if err != nil {
			return -1
		}
		return n
	}
	mark := -1
	for _, x := range m.changed {
		mark = place(x)
		changes = append(changes, change{mark, x.value, x.checked})
	}
	list, err := json.Marshal(changes)
	if err != nil {
		return err
	}
	return v.run(fillIn + "(" + string(list) + "," + strconv.Itoa(place(m.press)) + "," + strconv.Itoa(mark) + ")")
}

// run has the page do something. A page that goes away by it is no error.
func (v *visit) run(script string) error {
	ctx, cancel := context.WithTimeout(v.tab, commandTime)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](script))
	if err != nil && v.tab.Err() != nil {
		return context.Cause(v.context())
	}
	return nil
}

func quoteJS(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""` // a text is always one of JSON
	}
	return string(b)
}

func postData(e *fetch.EventRequestPaused) (body []byte) {
	for _, part := range e.Request.PostDataEntries {
		body = append(body, part.Bytes...)
	}
	return body
}

func parseForm(body string) url.Values {
	v, _ := url.ParseQuery(body)
	return v
}

// script keeps the cookies that a page has set by itself.
func (s *Session) script(to, header string) {
	u, err := url.Parse(to)
	if err != nil || header == "" {
		return
	}
	now := s.now()
	for _, c := range (&http.Request{Header: http.Header{"Cookie": {header}}}).Cookies() {
		s.mu.Lock()
		known := false
		for _, have := range s.cookies {
			known = known || have.name == c.Name && have.goesTo(u, now)
		}
		if !known {
			s.put(cookie{host: canonicalHost(u), path: "/", name: c.Name, value: c.Value}, now)
		}
		s.mu.Unlock()
	}
}

// queue holds what the browser tells until the walk has time for it.
type queue struct {
	mu    sync.Mutex
	list  []any
	ready chan struct{}
}

func newQueue() *queue { return &queue{ready: make(chan struct{}, 1)} }

func (q *queue) add(e any) {
	q.mu.Lock()
	q.list = append(q.list, e)
	q.mu.Unlock()
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

func (q *queue) take() []any {
	q.mu.Lock()
	defer q.mu.Unlock()
	list := q.list
	q.list = nil
	return list
}
