package check

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"sort"
	"strings"

	"github.com/authassay/authassay/reports"
)

var userinfo = regexp.MustCompile(`^((?:[A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#@:]*):([^/?#]*)@`)

// port is a password that is hidden where it stands and not looked for elsewhere:
// in the redirect URI http://good.example:9999@evil.example/ it is the port of a
// host that wants to look like another, and a report without that number cannot be
// read.
var port = regexp.MustCompile(`^[0-9]{1,5}/?$`)

// URL removes secrets from a URL: the password, and what stands in the query
// and the fragment.
func (r *Redactor) URL(s string) string { return r.url(s, r.hide) }

func (r *Redactor) url(s string, hide func(string) string) string {
	base, frag, hasFrag := strings.Cut(s, "#")
	path, query, hasQuery := strings.Cut(base, "?")
	if m := userinfo.FindStringSubmatch(path); m != nil {
		pw, err := url.PathUnescape(m[2])
		if err != nil {
			pw = m[2]
		}
		shown := r.mark(pw)
		if !port.MatchString(pw) {
			shown = hide(pw)
		}
		path = m[1] + ":" + shown + "@" + path[len(m[0]):]
	}
	out := r.jwts(path)
	if hasQuery {
		out += "?" + r.form(query, hide)
	}
	if hasFrag {
		out += "#" + r.form(frag, hide)
	}
	return out
}

// Form removes secrets from form-encoded parameters and keeps their order,
// their spelling and their repetitions.
func (r *Redactor) Form(s string) string { return r.form(s, r.hide) }

func (r *Redactor) form(s string, hide func(string) string) string {
	parts := strings.Split(s, "&")
	for i, p := range parts {
		name, value, ok := strings.Cut(p, "=")
		if !ok {
			parts[i] = r.jwts(p)
			continue
		}
		if n, err := url.QueryUnescape(name); err == nil && secretParameter(strings.TrimSpace(n)) {
			if v, err := url.QueryUnescape(value); err == nil {
				value = hide(v)
			} else {
				value = hide(value)
			}
		}
		parts[i] = name + "=" + r.jwts(value)
	}
	return strings.Join(parts, "&")
}

// schemes are the names of authentication schemes, in lower case.
var schemes = set("basic", "bearer", "digest", "dpop", "mac", "negotiate")

var secretHeader = regexp.MustCompile(`(?i)token|secret|assertion|password|api-?key`)

// header removes secrets from one header field value.
func (r *Redactor) header(name, value string, hide func(string) string) string {
	switch http.CanonicalHeaderKey(name) {
	case "Authorization", "Proxy-Authorization":
		scheme, cred, ok := strings.Cut(value, " ")
		switch {
		case !ok && schemes[strings.ToLower(value)]:
			return value // without credentials; learned, it would eat the word everywhere
		case !ok:
			return hide(value)
		}
		if strings.EqualFold(scheme, "Basic") {
			return scheme + " " + r.basic(cred, hide)
		}
		return scheme + " " + hide(strings.TrimSpace(cred))
	case "Cookie":
		parts := strings.Split(value, ";")
		for i, p := range parts {
			parts[i] = r.cookie(p)
		}
		return strings.Join(parts, ";")
	case "Set-Cookie":
		first, rest, ok := strings.Cut(value, ";")
		first = r.cookie(first)
		if ok {
			return first + ";" + rest
		}
		return first
	case "Location", "Content-Location", "Referer":
		return r.url(value, hide)
	}
	if secretHeader.MatchString(name) {
		return hide(value)
	}
	if !strings.ContainsAny(value, "\"<=.") {
		return value
	}
	return r.body("", []byte(value), hide) // a page in a Refresh, a JSON object in a debug header
}

func (r *Redactor) cookie(pair string) string {
	n, v, ok := strings.Cut(pair, "=")
	if !ok {
		return r.conceal(pair)
	}
	if len(v) < longEnough { // "true", "2026": a setting, and no session
		if v == "" {
			return pair
		}
		return n + "=" + r.mark(v)
	}
	return n + "=" + r.conceal(v)
}

// basic keeps the user name readable, which is no secret, and hides the rest.
func (r *Redactor) basic(cred string, hide func(string) string) string {
	cred = strings.TrimSpace(cred)
	raw, err := base64.StdEncoding.DecodeString(cred)
	if err != nil {
		return hide(cred)
	}
	user, pass, ok := strings.Cut(string(raw), ":")
	if !ok {
		return hide(cred)
	}
	if dec, err := url.QueryUnescape(pass); err == nil {
		r.Learn(dec) // first, so that both spellings get one mark
	}
	hidden := hide(pass)
	r.Learn(cred)
	return "base64(" + user + ":" + hidden + ")"
}

const (
	// maxStored is how much of a body, and of a header field, a report keeps.
	maxStored = 16 << 10
	// maxSearched is how much of a body is searched for secrets; what lies
	// behind it is never stored.
	maxSearched = 4 * maxStored
)

// message makes the stored copy of a header and a body. What the run sent is
// hidden by hide, what the target sent by conceal; words sees to the secrets that
// are words.
func (r *Redactor) message(h http.Header, body []byte, size int64, hide, words func(string) string) reports.Message {
	m := reports.Message{BodyBytes: size}
	keys := make([]string, 0, len(h))
	for k := range h {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		for _, v := range h[k] {
			v, _ = r.store(v, func(s string) string { return words(r.header(k, s, hide)) })
			m.Header = append(m.Header, reports.Header{Name: k, Value: v})
		}
	}
	coding := h.Get("Content-Encoding")
	if bytes.IndexByte(body, 0) >= 0 || len(body) > 0 && coding != "" && !strings.EqualFold(coding, "identity") {
		m.Body, m.Shortened = noText(body), true
		return m
	}
	m.Body, m.Shortened = r.store(string(body), func(s string) string { return words(r.body(h.Get("Content-Type"), []byte(s), hide)) })
	m.Shortened = m.Shortened || size > int64(len(body))
	return m
}

// store redacts a text and shortens it, in this order: a cut through a secret
// would hide it from the redaction.
func (r *Redactor) store(s string, redact func(string) string) (stored string, shortened bool) {
	if len(s) > maxSearched {
		// What the cut goes through is dropped with it.
		s, shortened = s[:maxSearched], true
		s = s[:strings.LastIndexAny(s, " \t\r\n\",;&<>(){}[]")+1]
	}
	s = r.Text(redact(s))
	if len(s) > maxStored {
		s, shortened = s[:maxStored], true
	}
	s = r.withoutTail(s, shortened)
	return strings.ToValidUTF8(s, "\uFFFD"), shortened
}

// exchange makes the stored copy of an exchange, and notes in sent which words
// it carried.
func (r *Redactor) exchange(e *Exchange, sent *carried) reports.Exchange {
	hide := func(s string) string {
		if len(s) >= minLearn && isWord(s) {
			sent.add(e.Check, s)
		}
		return r.hide(s)
	}
	standing := func(s string) string {
		return r.standing(s, func(word string) { sent.add(e.Check, word) })
	}
	out := reports.Exchange{Number: e.Number, Check: e.Check, Step: e.Step, Purpose: e.Purpose, DurationMS: e.Duration.Milliseconds()}
	out.Request = r.message(e.Request.Header, e.Request.Body, int64(len(e.Request.Body)), hide, standing)
	out.Request.Method, out.Request.URL = e.Request.Method, standing(r.url(e.Request.URL, hide))
	if out.Request.Method == "" {
		out.Request.Method = http.MethodGet
	}
	words := sent.until(e.Check, e.Number)
	echo := func(s string) string { return r.echo(s, words) }
	if e.Response != nil {
		m := r.message(e.Response.Header, e.Response.Body, e.Response.BodyBytes, r.conceal, echo)
		m.Status, m.Proto = e.Response.Status, e.Response.Proto
		out.Response = &m
	}
	if e.Err != nil {
		out.Error = echo(r.body("", []byte(networkError(e.Err)), r.conceal))
	}
	return out
}
