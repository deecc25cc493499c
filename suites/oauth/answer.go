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
	body := bytes.TrimSpace(bytes.TrimPrefix(r.Body, bom))
	switch {
	case len(body) == 0:
		a.NotJSON = "the body is empty"
	case !r.Complete():
		a.NotJSON = fmt.Sprintf("the body has %d bytes, of which only the first %d were kept", r.BodyBytes, len(r.Body))
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

var looseToken = regexp.MustCompile(`"(access_token|refresh_token|id_token)"\s*:\s*"[^"]`)

// Issued names the token that an answer gave away; empty when it gave none.
// It looks at the effect and not at the form: whatever the status, in broken
// JSON and in a form-encoded body too, what a careless client could use counts.
func Issued(r *check.Response) string {
	a := Read(r)
	for _, n := range tokenNames {
		if s, ok := a.String(n); ok && s != "" {
			return n
		}
	}
	if a.Members != nil {
		return ""
	}
	if m := looseToken.FindSubmatch(r.Body); m != nil {
		return string(m[1])
	}
	if form, err := url.ParseQuery(string(r.Body)); err == nil && bytes.IndexByte(r.Body, '<') < 0 {
		for _, n := range tokenNames {
			if form.Get(n) != "" {
				return n
			}
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
		for _, d := range strings.Split(line, ",") {
			if strings.EqualFold(strings.TrimSpace(d), "no-store") {
				return true
			}
		}
	}
	return false
}

// Challenges are the authentication schemes that WWW-Authenticate names, in
// lower case. Several challenges may share a line (RFC 9110 §11.6.1).
func Challenges(h http.Header) []string {
	var out []string
	for _, line := range h.Values("WWW-Authenticate") {
		for _, part := range splitUnquoted(line) {
			word, _, _ := strings.Cut(strings.TrimSpace(part), " ")
			// "name=value" continues the challenge before it; a scheme has no "=".
			if word != "" && !strings.Contains(word, "=") {
				out = append(out, strings.ToLower(word))
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
	out := fmt.Sprintf("%d %s", r.Status, http.StatusText(r.Status))
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
