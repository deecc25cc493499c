package authserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// httpContent are the observers of what answers hold: the form of JSON
// (RFC 8259), and secrets in URLs (RFC 9700 §4.3.2).
func httpContent() []*check.Check {
	return []*check.Check{
		{
			// RFC 8259 §8.1: JSON between systems must be UTF-8 and must not begin
			// with a byte order mark, which readers may ignore; §2: the grammar; §4:
			// the names in an object should be unique.
			ID: "http-json-utf8", Level: check.Must,
			Title:   "JSON answers are valid, in UTF-8, without byte order mark and without repeated names.",
			Clauses: []string{"RFC 8259 §8.1", "RFC 8259 §4", "RFC 8259 §2"},
			Sent:    "Nothing: every answer of the run that is labelled as JSON is looked at.",
			Judged:  "The octets of the body. A repeated name is a deviation that harms nobody. Empty bodies, and what broke off, are not judged.",
			Proves:  []string{"json-no-byte-order-mark", "json-utf-8", "json-names-unique"},
			Observe: func(e *check.Exchange) *check.Judgement {
				r := e.Response
				if r == nil || e.Err != nil || !r.Complete() || len(r.Body) == 0 || e.Request.Method == http.MethodHead {
					return nil
				}
				if mt := oauth.MediaType(r.Header); mt != "application/json" && !strings.HasSuffix(mt, "+json") {
					return nil
				}
				bad, repeated := jsonForm(r.Body)
				if bad == "" && repeated != "" {
					return &check.Judgement{Message: "a JSON object has a name twice, and readers differ in which of the two counts", Safe: true,
						Expected: "unique names", Got: fmt.Sprintf("%q twice", clip(repeated))}
				}
				return &check.Judgement{OK: bad == "", Message: "an answer that is labelled as JSON is not what readers of JSON may rely on", Expected: "valid JSON in UTF-8", Got: bad}
			},
		},
		{
			// RFC 6750 §5.3: bearer tokens should not be passed in the URLs of pages, for
			// example in the query, which browsers, proxies and servers write down.
			// That they must not be is said to clients (RFC 9700 §4.3.2), and so it is
			// of client credentials (RFC 6749 §2.3.1). What the request itself had in
			// its URL is its sender's.
			ID: "http-secret-in-url", Level: check.ShouldNot,
			Title:   "No redirect and no link of the target has a token or a password in its query.",
			Clauses: []string{"RFC 6750 §5.3", "RFC 9700 §4.3.2", "RFC 6749 §2.3.1"},
			Sent:    "Nothing: every Location and every page of the run is looked at.",
			Judged:  "access_token, refresh_token and id_token in a query; client_secret and password, where the value is one that the request brought in its body.",
			Proves:  []string{"code-answer-no-token"},
			Observe: func(e *check.Exchange) *check.Judgement {
				if e.Response == nil {
					return nil
				}
				urls := links(e.Response)
				if len(urls) == 0 {
					return nil
				}
				for _, u := range urls {
					if name := secretInQuery(e.Request, u); name != "" {
						return &check.Judgement{Message: "the target puts a secret into the query of a URL",
							Expected: "no token and no password in a query", Got: name + " in the query of " + clip(bareURL(u))}
					}
				}
				return &check.Judgement{OK: true}
			},
		},
	}
}

// jsonForm says what is wrong with a JSON text, and which name an object of it
// repeats.
func jsonForm(body []byte) (bad, repeated string) {
	switch {
	case bytes.HasPrefix(body, []byte("\xef\xbb\xbf")):
		return "a byte order mark at the beginning", ""
	case !utf8.Valid(body):
		return "octets that are not UTF-8", ""
	case !json.Valid(body):
		return "a body that is not JSON", ""
	}
	return "", repeatedName(body)
}

// repeatedName finds a name that an object of a valid JSON text has twice.
func repeatedName(body []byte) string {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	type level struct {
		names map[string]bool // nil for an array
		value bool            // what comes next in an object is a value
	}
	var open []level
	for {
		tok, err := d.Token()
		if err != nil {
			return ""
		}
		if delim, ok := tok.(json.Delim); ok && (delim == '}' || delim == ']') {
			open = open[:len(open)-1]
			continue
		}
		if n := len(open); n > 0 && open[n-1].names != nil {
			if name, ok := tok.(string); ok && !open[n-1].value {
				if open[n-1].names[name] {
					return name
				}
				open[n-1].names[name], open[n-1].value = true, true
				continue
			}
			open[n-1].value = false
		}
		switch tok {
		case json.Delim('{'):
			open = append(open, level{names: map[string]bool{}})
		case json.Delim('['):
			open = append(open, level{})
		}
	}
}

var link = regexp.MustCompile(`(?i)\b(?:href|src|action)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)`)

// links are the URLs to which an answer leads: by a redirect, or in a page.
func links(r *check.Response) []string {
	out := append([]string(nil), r.Header.Values("Location")...)
	if oauth.Page(r) {
		for _, m := range link.FindAllSubmatch(r.Body, -1) {
			out = append(out, html.UnescapeString(strings.Trim(string(m[1]), `"'`)))
		}
	}
	return out
}

// bareURL is a URL without query and fragment.
func bareURL(u string) string {
	u, _, _ = strings.Cut(u, "#")
	u, _, _ = strings.Cut(u, "?")
	return u
}

// shortest is the length below which a value is a word of an example and no
// token.
const shortest = 8

// secretInQuery names the parameter in the query of a URL that is a secret which
// the target put there; empty when there is none.
func secretInQuery(sent *check.Request, to string) string {
	to, _, _ = strings.Cut(to, "#")
	_, query, _ := strings.Cut(to, "?")
	params, err := url.ParseQuery(query)
	if err != nil && len(params) == 0 {
		return ""
	}
	form, _ := url.ParseQuery(string(sent.Body))
	for _, name := range []string{"access_token", "refresh_token", "id_token"} {
		for _, v := range params[name] {
			if len(v) >= shortest && !strings.ContainsAny(v, "{}<>$[]") && !inURL(sent, v) {
				return name
			}
		}
	}
	for _, name := range []string{"client_secret", "password"} {
		for _, v := range params[name] {
			if v != "" && form.Get(name) == v && !inURL(sent, v) {
				return name
			}
		}
	}
	return ""
}

// inURL tells whether the request had a value in its own URL.
func inURL(sent *check.Request, value string) bool {
	return strings.Contains(sent.URL, value) || strings.Contains(sent.URL, url.QueryEscape(value))
}
