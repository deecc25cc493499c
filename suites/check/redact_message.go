package check

import (
	"encoding/base64"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"sort"
	"strings"

	"github.com/authassay/authassay/reports"
)

// secretNames are the parameters and JSON members whose value is a secret
// wherever it stands.
var secretNames = map[string]bool{
	"client_secret": true, "password": true, "code": true, "code_verifier": true,
	"access_token": true, "refresh_token": true, "id_token": true, "token": true,
	"assertion": true, "client_assertion": true, "subject_token": true, "actor_token": true,
	"device_code": true, "user_code": true, "registration_access_token": true,
	"id_token_hint": true, "logout_token": true, "request": true, "api_key": true,
	"initial_access_token": true, "secret": true, "private_key": true,
}

// privateJWK are the members of a JWK that hold private or symmetric key
// material (RFC 7518 §6.2.2, §6.3.2, §6.4.1).
const privateJWK = `d|p|q|dp|dq|qi|oth|k`

var (
	jsonSecret = regexp.MustCompile(`("(?:` + names() + `)"\s*:\s*)("(?:[^"\\]|\\.)*(?:"|$)|-?[0-9][0-9.eE+-]*|\[[^\]]*(?:\]|$))`)
	jwkSecret  = regexp.MustCompile(`("(?:` + privateJWK + `)"\s*:\s*)("(?:[^"\\]|\\.)*(?:"|$))`)
	htmlValue  = regexp.MustCompile(`(?i)(<input[^>]*\bname=["']?(?:` + names() + `)["']?[^>]*\bvalue=["']?)([^"'>\s]+)`)
)

func names() string {
	all := make([]string, 0, len(secretNames))
	for n := range secretNames {
		// In JSON and HTML a "code" is most often an error code and a "request"
		// a word; taken for secrets they would spread through the report.
		if n != "code" && n != "request" {
			all = append(all, n)
		}
	}
	sort.Strings(all)
	return strings.Join(all, "|")
}

// URL removes secrets from the query and the fragment of a URL.
func (r *Redactor) URL(s string) string {
	base, frag, hasFrag := strings.Cut(s, "#")
	path, query, hasQuery := strings.Cut(base, "?")
	if u, err := url.Parse(path); err == nil && u.User != nil {
		if pw, ok := u.User.Password(); ok {
			path = strings.Replace(path, u.User.String(), url.User(u.User.Username()).String()+":"+r.hide(pw), 1)
		}
	}
	out := r.jwts(path)
	if hasQuery {
		out += "?" + r.Form(query)
	}
	if hasFrag {
		out += "#" + r.Form(frag)
	}
	return out
}

// Form removes secrets from form-encoded parameters and keeps their order,
// their spelling and their repetitions.
func (r *Redactor) Form(s string) string {
	parts := strings.Split(s, "&")
	for i, p := range parts {
		name, value, ok := strings.Cut(p, "=")
		if !ok {
			parts[i] = r.jwts(p)
			continue
		}
		if n, err := url.QueryUnescape(name); err == nil && secretNames[strings.ToLower(n)] {
			if v, err := url.QueryUnescape(value); err == nil {
				value = r.hide(v)
			} else {
				value = r.hide(value)
			}
		}
		parts[i] = name + "=" + r.jwts(value)
	}
	return strings.Join(parts, "&")
}

// header removes secrets from one header field value.
func (r *Redactor) header(name, value string) string {
	switch http.CanonicalHeaderKey(name) {
	case "Authorization", "Proxy-Authorization":
		scheme, cred, ok := strings.Cut(value, " ")
		if !ok {
			return r.hide(value)
		}
		if strings.EqualFold(scheme, "Basic") {
			return scheme + " " + r.basic(cred)
		}
		return scheme + " " + r.hide(strings.TrimSpace(cred))
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
		return r.URL(value)
	}
	return r.jwts(value)
}

func (r *Redactor) cookie(pair string) string {
	n, v, ok := strings.Cut(pair, "=")
	if !ok {
		return r.hide(pair)
	}
	return n + "=" + r.hide(v)
}

// basic keeps the user name readable, which is no secret, and hides the rest.
func (r *Redactor) basic(cred string) string {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(cred))
	if err != nil {
		return r.hide(cred)
	}
	r.Learn(cred)
	user, pass, ok := strings.Cut(string(raw), ":")
	if !ok {
		return r.hide(cred)
	}
	if dec, err := url.QueryUnescape(pass); err == nil {
		r.Learn(dec)
	}
	return "base64(" + user + ":" + r.hide(pass) + ")"
}

// body removes secrets from a message body by its media type, and from
// anything else as from running text.
func (r *Redactor) body(contentType string, body []byte) string {
	s := string(body)
	mt, _, _ := mime.ParseMediaType(contentType)
	if mt == "application/x-www-form-urlencoded" {
		return r.Form(s)
	}
	replace := func(re *regexp.Regexp) {
		s = re.ReplaceAllStringFunc(s, func(m string) string {
			g := re.FindStringSubmatch(m)
			value := strings.Trim(g[2], `"`)
			if strings.HasPrefix(g[2], `"`) {
				return g[1] + `"` + r.hide(value) + `"`
			}
			return g[1] + r.hide(value)
		})
	}
	replace(jsonSecret)
	if strings.Contains(s, `"kty"`) {
		replace(jwkSecret)
	}
	s = htmlValue.ReplaceAllStringFunc(s, func(m string) string {
		g := htmlValue.FindStringSubmatch(m)
		return g[1] + r.hide(g[2])
	})
	return r.jwts(s)
}

// maxStored is how much of a body a report keeps.
const maxStored = 16 << 10

// message makes the stored copy of a header and a body.
func (r *Redactor) message(h http.Header, body []byte, bytes int64) reports.Message {
	m := reports.Message{BodyBytes: bytes}
	keys := make([]string, 0, len(h))
	for k := range h {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		for _, v := range h[k] {
			m.Header = append(m.Header, reports.Header{Name: k, Value: r.header(k, v)})
		}
	}
	// Redacted first and shortened after: a cut through a secret would hide it
	// from the redaction.
	m.Body = r.body(h.Get("Content-Type"), body)
	if len(m.Body) > maxStored {
		m.Body, m.Shortened = strings.ToValidUTF8(m.Body[:maxStored], "\uFFFD"), true
	}
	m.Shortened = m.Shortened || bytes > int64(len(body))
	return m
}

// exchange makes the stored copy of an exchange.
func (r *Redactor) exchange(e *Exchange) reports.Exchange {
	out := reports.Exchange{Number: e.Number, Check: e.Check, Step: e.Step, DurationMS: e.Duration.Milliseconds()}
	out.Request = r.message(e.Request.Header, e.Request.Body, int64(len(e.Request.Body)))
	out.Request.Method, out.Request.URL = e.Request.Method, r.URL(e.Request.URL)
	if out.Request.Method == "" {
		out.Request.Method = http.MethodGet
	}
	if e.Response != nil {
		m := r.message(e.Response.Header, e.Response.Body, e.Response.BodyBytes)
		m.Status, m.Proto = e.Response.Status, e.Response.Proto
		out.Response = &m
	}
	if e.Err != nil {
		out.Error = networkError(e.Err)
	}
	return out
}

// sweep looks once more through a stored copy: secrets that became known
// after it was made are removed too.
func (r *Redactor) sweep(e *reports.Exchange) {
	clean := func(m *reports.Message) {
		if m == nil {
			return
		}
		m.URL, m.Body = r.Text(m.URL), r.Text(m.Body)
		for i := range m.Header {
			m.Header[i].Value = r.Text(m.Header[i].Value)
		}
	}
	e.Error = r.Text(e.Error)
	clean(&e.Request)
	clean(e.Response)
	for i := range e.Judged {
		j := &e.Judged[i]
		j.Message, j.Expected, j.Got = r.Text(j.Message), r.Text(j.Expected), r.Text(j.Got)
	}
}
