package useragent

import (
	"bytes"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"github.com/authassay/authassay/suites/check"
)

// document is a page as the drivers read it.
type document struct {
	url    string // of the page
	base   string // that addresses in it are relative to
	status int
	html   bool
	title  string
	text   string // what a person reads, whole
	forms  []*form
	links  []link
	// scripts run as soon as the page is shown: those inside the page, and the
	// handlers of load events. foreign is the number of scripts it loads.
	scripts []string
	foreign int
	refresh *refresh
	captcha string
	shell   bool   // has an empty element for a script to fill
	policy  string // by which the page is named to others
	kind    string // the media type
	// challenge is the scheme by which the server asks for HTTP authentication.
	challenge string
	// live is a page of a real browser: its scripts have run.
	live bool
}

type link struct{ text, href string }

// refresh is a page that replaces itself (HTML §4.2.5.3).
type refresh struct {
	seconds int
	to      string
}

// newDocument reads an answer.
func newDocument(r *check.Response) *document { return readDocument(r, false) }

// readDocument reads an answer, or what a browser has made of it.
func readDocument(r *check.Response, live bool) *document {
	d := &document{live: live, url: r.URL, base: r.URL, status: r.Status, policy: lastToken(r.Header.Get("Referrer-Policy"))}
	d.kind, _, _ = strings.Cut(strings.ToLower(r.Header.Get("Content-Type")), ";")
	d.kind = strings.TrimSpace(d.kind)
	if d.status == http.StatusUnauthorized {
		d.challenge, _, _ = strings.Cut(r.Header.Get("WWW-Authenticate"), " ")
	}
	d.html = d.kind == "text/html" || d.kind == "application/xhtml+xml" || d.kind == "" && looksLikeHTML(r.Body)
	if v := r.Header.Get("Refresh"); v != "" {
		d.refresh = d.readRefresh(v)
	}
	if d.html {
		d.parse(r.Body)
	} else if len(r.Body) > 0 && bytes.IndexByte(r.Body, 0) < 0 {
		d.text = strings.Join(strings.Fields(string(r.Body)), " ")
	}
	return d
}

func looksLikeHTML(body []byte) bool {
	return strings.HasPrefix(http.DetectContentType(body), "text/html")
}

func lastToken(list string) string {
	parts := strings.Split(strings.ToLower(list), ",")
	return strings.TrimSpace(parts[len(parts)-1])
}

// maxPage is how many bytes of a page are read.
const maxPage = 1 << 20

// parse reads a page as a browser without scripts does, so that what stands in
// noscript is seen.
func (d *document) parse(body []byte) {
	root, err := html.ParseWithOptions(bytes.NewReader(body[:min(len(body), maxPage)]), html.ParseOptionEnableScripting(false))
	if err != nil { // nested deeper than anybody writes
		d.html = false
		return
	}
	if base := find(root, "base"); base != nil {
		if to, err := resolve(d.url, attr(base, "href")); err == nil && attr(base, "href") != "" {
			d.base = to
		}
	}
	p := &formReader{d: d, byID: map[string]*form{}}
	p.walk(root, nil, false)
	p.finish(root)
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			d.element(n)
		}
	}
	d.text = readable(root)
}

// element takes what matters of an element besides forms.
func (d *document) element(n *html.Node) {
	switch n.Data {
	case "title":
		if d.title == "" {
			d.title = label(n)
		}
	case "meta":
		switch {
		case strings.EqualFold(attr(n, "http-equiv"), "refresh"):
			if d.refresh == nil {
				d.refresh = d.readRefresh(attr(n, "content"))
			}
		case strings.EqualFold(attr(n, "name"), "referrer"):
			d.policy = strings.ToLower(attr(n, "content"))
		}
	case "script":
		d.script(n)
	case "body":
		if on := attr(n, "onload"); on != "" {
			d.scripts = append(d.scripts, on)
		}
	case "a":
		if href := attr(n, "href"); href != "" {
			d.links = append(d.links, link{label(n), href})
		}
	case "div", "main":
		switch attr(n, "id") {
		case "root", "app", "__next", "__nuxt", "main":
			d.shell = d.shell || label(n) == ""
		}
	}
	d.shell = d.shell || strings.HasSuffix(n.Data, "-root") && label(n) == ""
	if c := captchaOf(n); c != "" && d.captcha == "" {
		d.captcha = c
	}
}

func (d *document) script(n *html.Node) {
	switch t := strings.ToLower(attr(n, "type")); {
	case t != "" && t != "module" && !strings.Contains(t, "javascript") && !strings.Contains(t, "ecmascript"):
	case attr(n, "src") != "":
		d.foreign++
	default:
		d.scripts = append(d.scripts, content(n))
	}
}

// captchaOf names the captcha that an element belongs to; empty for any other.
func captchaOf(n *html.Node) string {
	class, name, src := " "+attr(n, "class")+" ", strings.ToLower(attr(n, "name")), attr(n, "src")
	has := func(s string) bool {
		return strings.Contains(class, " "+s+" ") || strings.HasPrefix(name, s+"-response")
	}
	switch {
	case has("g-recaptcha"), strings.Contains(src, "recaptcha"):
		return "reCAPTCHA"
	case has("h-captcha"), strings.Contains(src, "hcaptcha.com"):
		return "hCaptcha"
	case has("cf-turnstile"), strings.Contains(src, "challenges.cloudflare.com"):
		return "Turnstile"
	case (n.Data == "input" || n.Data == "img") && (strings.Contains(name, "captcha") || strings.Contains(strings.ToLower(attr(n, "id")), "captcha")):
		return "a captcha (" + firstOf(attr(n, "name"), attr(n, "id")) + ")"
	}
	return ""
}

var refreshForm = regexp.MustCompile(`(?is)^\s*(\d+)[\d.]*\s*(?:[;,\s]\s*(?:url\s*=\s*)?(.*))?$`)

// readRefresh reads the content of a refresh; nil for a page that only loads
// itself anew.
func (d *document) readRefresh(content string) *refresh {
	m := refreshForm.FindStringSubmatch(content)
	if m == nil {
		return nil
	}
	to := strings.TrimSpace(m[2])
	if to != "" && (to[0] == '"' || to[0] == '\'') {
		to, _, _ = strings.Cut(to[1:], to[:1])
	}
	if to == "" {
		return nil
	}
	seconds, err := strconv.Atoi(m[1])
	if err != nil {
		return nil
	}
	return &refresh{seconds, to}
}

// abs resolves an address of the page; empty when it is none.
func (d *document) abs(to string) string {
	u, err := resolve(d.base, to)
	if err != nil {
		return ""
	}
	return u
}

// path is where the page is, without what may be secret.
func (d *document) path() string {
	u, err := url.Parse(d.url)
	if err != nil {
		return "an address that is none"
	}
	return hideTokens(u.Scheme + "://" + u.Host + u.Path)
}

// page is what the outcome says of it.
func (d *document) page(secrets ...string) *Page {
	p := &Page{URL: d.url, Status: d.status, HTML: d.html, Title: d.title, Forms: len(d.forms), Text: d.text}
	for _, f := range d.forms {
		p.Password = p.Password || f.passwords() > 0
		for _, x := range f.fields {
			if x.kind == "hidden" && len(x.value) >= 16 && strings.ContainsAny(x.value, "0123456789") {
				secrets = append(secrets, x.value)
			}
		}
	}
	// Shortened roughly first, so that a large page with many fields costs nothing.
	p.Title, p.Text = clip(scrub(clip(p.Title, 1000), secrets), 120), clip(scrub(clip(p.Text, 8*maxText), secrets), maxText)
	return p
}
