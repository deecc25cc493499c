package authserver

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// httpMethods are the checks on methods and on header fields that somebody on
// the way may have set (RFC 9110 §15.5.6; RFC 9700 §4.13).
func httpMethods() []*check.Check {
	return []*check.Check{
		{
			// RFC 9110 §15.5.6: a 405 must have an Allow field with the methods that
			// the resource supports. No clause demands that a method that is not
			// served be answered 405: 400 and 404 are as right.
			ID: "http-method-405", Level: check.Must,
			Title:   "A 405 names in Allow the methods that work.",
			Clauses: []string{"RFC 9110 §15.5.6"},
			Sent:    "POST without a body to metadata and JWK Set, GET without parameters to token, introspection and revocation endpoint.",
			Judged:  "A 405 has an Allow field, empty or not; that it does not name the method that was refused is a nicety. No 405 at all: not run.",
			Needs:   []check.Need{needAnyEndpoint},
			Proves:  []string{"method-allow"},
			Run:     wrongMethods,
		},
		{
			// RFC 8414 §3.3: the issuer in the document is the one whose URL was
			// asked; RFC 9700 §4.13: what a reverse proxy tells the server in header
			// fields must not come from outside. A Host of another name asks for
			// another URL, whose document may speak of that name.
			ID: "http-host-header", Level: check.Must,
			Title:   "Forwarded host names from outside do not get into the metadata.",
			Clauses: []string{"RFC 8414 §3.3", "RFC 9700 §4.13"},
			Sent:    "GET of the metadata with a made-up query, so that no cache keeps the answer for others; the same with an invented host in X-Forwarded-Host, in Forwarded, and in Host.",
			Judged:  "The invented host in the document or in a redirect: broken for the forwarded names, info for Host. A refusal: pass.",
			Needs:   []check.Need{needMetadata},
			Proves:  []string{"metadata-forwarded-host"},
			Run:     forgedHost,
		},
	}
}

var needAnyEndpoint = check.Need{
	Name: "metadata, a JWK Set or a token endpoint",
	Hint: "name the endpoints of the target in a target file",
	Met:  func(t *check.T) bool { return len(wrongMethodRequests(t)) > 0 },
}

// wrongMethodRequests are harmless requests with a method that the endpoint is
// not for.
func wrongMethodRequests(t *check.T) (out []methodRequest) {
	add := func(purpose, method, to string) {
		if to != "" {
			out = append(out, methodRequest{purpose, &check.Request{Method: method, URL: to, Header: http.Header{"Accept": {"application/json"}}}})
		}
	}
	if docs := discover(t).published(); len(docs) > 0 {
		add("metadata", http.MethodPost, docs[0].resp.URL)
	}
	add("jwks", http.MethodPost, jwksURL(t))
	add("token", http.MethodGet, tokenEndpoint(t))
	add("introspection", http.MethodGet, introspectionEndpoint(t))
	add("revocation", http.MethodGet, revocationEndpoint(t))
	return out
}

type methodRequest struct {
	purpose string
	request *check.Request
}

func wrongMethods(t *check.T) {
	judged := 0
	for _, m := range wrongMethodRequests(t) {
		r := t.Do(m.request.Method+" at the endpoint for "+m.purpose, m.purpose, m.request)
		if r.Status != http.StatusMethodNotAllowed {
			t.Record(m.request.Method+" at the endpoint for "+m.purpose, oauth.Describe(r))
			continue
		}
		judged++
		lines := r.Header.Values("Allow")
		t.Expect(r).To(statement{len(lines) > 0, "an Allow field", "405 without one"}, "a 405 does not say which methods work")
		allowed := strings.FieldsFunc(strings.Join(lines, ","), func(c rune) bool { return c == ',' || c == ' ' || c == '\t' })
		t.Safe(r).To(statement{!slices.Contains(allowed, m.request.Method), "other methods than " + m.request.Method + ", which was refused", clip(strings.Join(lines, ", "))},
			"the Allow field of a 405 names the method that was refused")
	}
	if judged == 0 {
		t.NotRun(check.Need{Name: "an endpoint that answers a wrong method with 405", Hint: "nothing to do: another refusal is as right"})
	}
}

func forgedHost(t *check.T) {
	d := discover(t).published()[0]
	invented := t.Random(20) + ".invalid"
	ask := func(header, value string) *check.Request {
		r := &check.Request{URL: withQuery(d.resp.URL, "authassay="+t.Random(16)), Header: http.Header{"Accept": {"application/json"}}}
		if header != "" {
			r.Header[header] = []string{value}
		}
		return r
	}
	forged := func(header, value string, judge func(bool, *check.Response)) check.Change {
		return check.Change{Step: "an invented host in " + header, Request: ask(header, value), Judge: func(r *check.Response) {
			judge(strings.Contains(strings.ToLower(string(r.Body)+r.Header.Get("Location")), invented), r)
		}}
	}
	const want = "the same document, or a refusal"
	believed := func(there bool, r *check.Response) {
		t.Expect(r).To(statement{!there, want, oauth.Describe(r) + " that names the invented host"},
			"the target takes its own name from a header field that anybody can send: who gets this answer from a cache talks to somebody else")
	}
	t.Contrast(check.Contrast{Purpose: "metadata", Control: func() *check.Request { return ask("", "") }, Succeeded: isMetadata},
		forged("X-Forwarded-Host", invented, believed),
		forged("Forwarded", "host="+invented, believed),
		forged("Host", invented, func(there bool, r *check.Response) {
			if there {
				t.Inform("the target calls itself by whatever name it is asked for in Host; in front of it stands something that lets only its own names through, or ought to", want, oauth.Describe(r)+" that names the invented host")
			}
		}))
}

// withQuery adds to the query of a URL.
func withQuery(to, query string) string {
	u, err := url.Parse(to)
	if err != nil {
		return to // it has been asked before
	}
	if u.RawQuery != "" {
		query = u.RawQuery + "&" + query
	}
	u.RawQuery = query
	return u.String()
}
