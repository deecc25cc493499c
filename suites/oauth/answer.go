package oauth

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/authassay/authassay/suites/check"
)

// Answer is what a token endpoint answered, read without trusting it: a
// member of the wrong type is kept as it is and reads as absent.
type Answer struct {
	// Members of the JSON object; nil when the body is none.
	Members map[string]json.RawMessage
	// NotJSON says why the body is no JSON object.
	NotJSON string
}

var bom = []byte("\xef\xbb\xbf")

// Read reads the body of an answer as a JSON object. A byte order mark is
// ignored, as RFC 8259 §8.1 allows a reader; of repeated members the last
// counts.
func Read(r *check.Response) Answer {
	var a Answer
	if r == nil {
		a.NotJSON = "there is no answer"
		return a
	}
	body := bytes.TrimSpace(bytes.TrimPrefix(r.Body, bom))
	switch {
	case !r.Complete():
		a.NotJSON = fmt.Sprintf("the body has %d bytes, of which only the first %d were kept", r.BodyBytes, len(r.Body))
	case len(body) == 0:
		a.NotJSON = "the body is empty"
	case body[0] == '<':
		a.NotJSON = "the body is a page (HTML or XML), not JSON"
	default:
		if err := json.Unmarshal(body, &a.Members); err != nil {
			a.NotJSON = "the body is no JSON object: " + err.Error()
			a.Members = nil
		} else if a.Members == nil {
			a.NotJSON = "the body is null and not a JSON object"
		}
	}
	return a
}

// String is a member that is a JSON string; false when absent or another type.
func (a Answer) String(name string) (string, bool) {
	raw, ok := a.Members[name]
	if !ok {
		return "", false
	}
	var s *string
	if json.Unmarshal(raw, &s) != nil || s == nil {
		return "", false
	}
	return *s, true
}

// Has tells whether a member is there at all, whatever its type.
func (a Answer) Has(name string) bool { _, ok := a.Members[name]; return ok }

// Error is the error code of RFC 6749 §5.2; empty when there is none.
func (a Answer) Error() string { s, _ := a.String("error"); return s }

// tokenNames are the members in which a token reaches a client.
var tokenNames = []string{"access_token", "refresh_token", "id_token"}

var looseToken = regexp.MustCompile(`"(access_token|refresh_token|id_token)"\s*:\s*(?:"[^"]|[1-9])`)

// Issued names the token that an answer gave away; empty when it gave none.
// It looks at the effect and not at the form: whatever the status, in broken
// JSON and in a form-encoded body too, what a careless client could use counts,
// be it repeated or a number. A page is for people: the token in the example
// that it may show is nobody's.
func Issued(r *check.Response) string {
	if r == nil {
		return ""
	}
	a := Read(r)
	body := bytes.TrimSpace(bytes.TrimPrefix(r.Body, bom))
	switch {
	case a.Members != nil:
		return issuedIn(body)
	case bytes.HasPrefix(body, []byte("<")):
		return ""
	}
	if m := looseToken.FindSubmatch(body); m != nil {
		return string(m[1])
	}
	if form, err := url.ParseQuery(string(body)); err == nil && bytes.IndexByte(body, '<') < 0 {
		for _, n := range tokenNames {
			if form.Get(n) != "" {
				return n
			}
		}
	}
	return ""
}

// issuedIn looks at every member of a JSON object, the repeated ones too: which
// of them counts differs between readers.
func issuedIn(object []byte) string {
	given := map[string]bool{}
	d := json.NewDecoder(bytes.NewReader(object))
	d.UseNumber()
	if _, err := d.Token(); err != nil { // the opening brace
		return ""
	}
	for d.More() {
		name, err := d.Token()
		var v any
		if err != nil || d.Decode(&v) != nil {
			break
		}
		n, _ := name.(string)
		switch v := v.(type) {
		case string:
			given[n] = given[n] || v != ""
		case json.Number:
			given[n] = given[n] || v != "0"
		}
	}
	for _, n := range tokenNames {
		if given[n] {
			return n
		}
	}
	return ""
}

// MediaType is the media type of an answer in lower case, without parameters.
func MediaType(h http.Header) string {
	v := h.Get("Content-Type")
	if mt, _, err := mime.ParseMediaType(v); err == nil {
		return mt
	}
	mt, _, _ := strings.Cut(v, ";")
	return strings.ToLower(strings.TrimSpace(mt))
}

// NoStore tells whether Cache-Control holds the directive no-store (RFC 9111
// §5.2.2.5), in any case, among others, in any of several header lines.
func NoStore(h http.Header) bool {
	for _, line := range h.Values("Cache-Control") {
		for _, d := range splitUnquoted(line) {
			if strings.EqualFold(strings.Trim(d, " \t"), "no-store") {
				return true
			}
		}
	}
	return false
}

// challengeStart is a scheme alone, or before its first parameter or token68
// (RFC 9110 §11.3). "name=value", with blanks around "=" or without, continues
// the challenge before it.
var challengeStart = regexp.MustCompile("^([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?: +[^= \\t].*)?$")

// Challenges are the authentication schemes that WWW-Authenticate names, in
// lower case. Several challenges may share a line (RFC 9110 §11.6.1).
func Challenges(h http.Header) []string {
	var out []string
	for _, line := range h.Values("WWW-Authenticate") {
		for _, part := range splitUnquoted(line) {
			if m := challengeStart.FindStringSubmatch(strings.Trim(part, " \t")); m != nil {
				out = append(out, strings.ToLower(m[1]))
			}
		}
	}
	return out
}

// splitUnquoted splits at commas outside quoted strings.
func splitUnquoted(s string) []string {
	var parts []string
	quoted, start := false, 0
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ',' && !quoted:
			parts, start = append(parts, s[start:i]), i+1
		}
	}
	return append(parts, s[min(start, len(s)):])
}

// Describe says in one line what an answer was, for people: the status and
// what the body is, without its secrets.
func Describe(r *check.Response) string {
	if r == nil {
		return "no answer"
	}
	out := strings.TrimSpace(fmt.Sprintf("%d %s", r.Status, http.StatusText(r.Status)))
	a := Read(r)
	switch {
	case Issued(r) != "":
		return out + " with " + article(Issued(r))
	case a.Error() != "":
		return fmt.Sprintf("%s with error %q", out, a.Error())
	case a.Members != nil:
		return out + " with a JSON object that has neither a token nor an error"
	}
	return out + ", and " + a.NotJSON
}

func article(token string) string {
	if token == "refresh_token" {
		return "a " + token
	}
	return "an " + token
}

// Page tells whether an answer is a page for people: a login form, the start
// page of another server, the message of a proxy. What is called text/html and
// holds a JSON object is no page, but wrongly labelled.
func Page(r *check.Response) bool {
	if r == nil {
		return false
	}
	body := bytes.TrimSpace(bytes.TrimPrefix(r.Body, bom))
	return bytes.HasPrefix(body, []byte("<")) || MediaType(r.Header) == "text/html" && Read(r).Members == nil
}
