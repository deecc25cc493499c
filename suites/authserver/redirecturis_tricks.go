package authserver

import (
	"net/url"
	"slices"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/useragent"
)

// redirectConfusion are the checks with URIs that one reader takes apart in
// another way than the next. Who compares strings does not take them apart (RFC
// 9700 §4.1.3, RFC 3986 §6.2.1).
func redirectConfusion() []*check.Check {
	const judged = "No navigation to that URI, nor to where a browser takes it to lead. To the registered host by another string: warn, since that harms nobody. A page of any status, or an error at the registered redirect URI: pass. An answer without error there: warn."
	return []*check.Check{
		{
			ID: "authz-redirect-userinfo", Level: check.Must,
			Title:   "A redirect_uri that hides another host behind the registered one is refused.",
			Clauses: []string{"RFC 9700 §4.1.3", "RFC 9700 §2.1", "RFC 3986 §6.2.1"},
			Sent:    "The working request with a redirect URI that has the registered host as user information before a made-up one, as it is and with an encoded slash; a made-up host before the registered one, set off by a backslash, \"#\" or \"?\"; and user information before the registered host.",
			Judged:  judged,
			Needs:   forRedirects,
			Proves:  []string{"redirect-uri-authority-whole", "redirect-uri-registered"},
			Run: func(t *check.T) {
				c := webClient(t)
				// What is tried is no URL that could be put together from parts.
				authority := func(s string) string {
					scheme, rest, _ := strings.Cut(c.RedirectURIs[0], "://")
					end := strings.IndexAny(rest+"/", "/?#")
					return scheme + "://" + strings.ReplaceAll(s, "GOOD", rest[:end]) + rest[end:]
				}
				contrastRedirects(t, c, "code", "code",
					wrongRedirect{step: "the registered host before @", uri: authority("GOOD@" + elsewhere(t))},
					wrongRedirect{step: "the registered host and %2f before @", uri: authority("GOOD%2f@" + elsewhere(t))},
					wrongRedirect{step: `another host and \ before @`, uri: authority(elsewhere(t) + `\@GOOD`)},
					wrongRedirect{step: "another host and # before @", uri: authority(elsewhere(t) + "#@GOOD")},
					wrongRedirect{step: "another host and ? before @", uri: authority(elsewhere(t) + "?@GOOD")},
					wrongRedirect{step: "a user before the registered host", uri: authority(t.Random(8) + "@GOOD"), alias: true})
			},
		},
		{
			ID: "authz-redirect-path-confusion", Level: check.Must, LevelUnder: asPartRegistered,
			Title:   "A redirect_uri that leads past the registered path by dots and encodings is refused.",
			Clauses: []string{"RFC 9700 §4.1.3", "RFC 9700 §2.1", "RFC 3986 §6.2.1"},
			Sent:    "The working request with a redirect URI that goes on from the registered path to another beside it, by /../, /%2e%2e/, /..%2f, /%252e%252e/, /..;/ and \\..\\; and two spellings of the registered one, with a dot segment and with a letter encoded.",
			Judged:  judged,
			Needs:   forRedirects,
			Proves:  []string{"redirect-uri-exact", "redirect-uri-path-literal", "redirect-uri-registered"},
			Run: func(t *check.T) {
				c := webClient(t)
				contrastRedirects(t, c, "code", "code", confusedPaths(t, c)...)
			},
		},
		{
			// The same sections; a response parameter that is in the redirect URI
			// already stands before the one that the server adds.
			ID: "authz-redirect-param-pollution", Level: check.Must, LevelUnder: asPartRegistered,
			Title:   "A redirect_uri that brings response parameters along is refused.",
			Clauses: []string{"RFC 9700 §4.1.3", "RFC 9700 §2.1", "RFC 6749 §3.1.2.3"},
			Sent:    "The working request with a made-up code in the query of the redirect URI, then with a made-up state, then with a made-up error.",
			Judged:  "No navigation to a URI with that parameter. A page of any status, or an error at the registered redirect URI: pass. An answer without error there: warn.",
			Needs:   forRedirects,
			Proves:  []string{"redirect-uri-query-compared", "redirect-uri-exact"},
			Run: func(t *check.T) {
				c := webClient(t)
				var wrong []wrongRedirect
				for _, name := range []string{"code", "state", "error"} {
					wrong = append(wrong, wrongRedirect{step: "with " + name, uri: with(c, func(u *url.URL) {
						u.RawQuery = strings.TrimPrefix(u.RawQuery+"&"+name+"=authassay"+t.Random(12), "&")
					})})
				}
				contrastRedirects(t, c, "code", "code", wrong...)
			},
		},
	}
}

// confusedPaths are redirect URIs that begin with the registered path and do not
// lead there, or lead there and are written in another way.
func confusedPaths(t *check.T, c target.Client) []wrongRedirect {
	// The path as it is written, with something after it.
	after := func(s string) string {
		base, query, has := strings.Cut(c.RedirectURIs[0], "?")
		if has {
			query = "?" + query
		}
		return strings.TrimSuffix(base, "/") + s + query
	}
	var out []wrongRedirect
	for _, dots := range []string{"/../", "/%2e%2e/", "/..%2f", "/%252e%252e/", "/..;/", `\..\`} {
		out = append(out, wrongRedirect{step: "by " + dots, uri: after(dots + t.Random(8))})
	}
	u, err := url.Parse(c.RedirectURIs[0])
	if err != nil {
		return out
	}
	if last := u.Path[strings.LastIndex(u.Path, "/")+1:]; last != "" && last[0] < 0x80 {
		first, rest, _ := strings.Cut(c.RedirectURIs[0], "/"+last)
		out = append(out,
			wrongRedirect{step: "with a dot segment", uri: after("/../" + last), alias: true},
			wrongRedirect{step: "with a letter encoded", uri: first + "/%" + hexed(last[0]) + last[1:] + rest, alias: true})
	}
	return slices.DeleteFunc(out, func(w wrongRedirect) bool { return w.uri == "" })
}

func hexed(b byte) string { return string("0123456789abcdef"[b>>4]) + string("0123456789abcdef"[b&15]) }

// redirectForm are the checks on what a redirect URI is made of (RFC 6749 §3.1.2).
func redirectForm() []*check.Check {
	const judged = "No navigation to that URI. A page of any status, or an error at the registered redirect URI: pass. An answer without error there: warn."
	return []*check.Check{
		{
			// RFC 6749 §3.1.2: the endpoint URI must not include a fragment component.
			ID: "authz-redirect-fragment-refused", Level: check.MustNot,
			Title:   "A redirect_uri with a fragment is refused.",
			Clauses: []string{"RFC 6749 §3.1.2"},
			Sent:    "The working request with a made-up fragment at the redirect URI.",
			Judged:  judged,
			Needs:   forRedirects,
			Proves:  []string{"redirect-uri-no-fragment"},
			Run: func(t *check.T) {
				c := webClient(t)
				contrastRedirects(t, c, "code", "code", wrongRedirect{step: "with a fragment", uri: c.RedirectURIs[0] + "#" + t.Random(12)})
			},
		},
		{
			// RFC 6749 §3.1.2: the endpoint URI must be an absolute URI (RFC 3986 §4.3).
			ID: "authz-redirect-relative-refused", Level: check.Must,
			Title:   "A relative redirect_uri is refused.",
			Clauses: []string{"RFC 6749 §3.1.2"},
			Sent:    "The working request with the redirect URI without its scheme, then with its path alone, then with a made-up path.",
			Judged:  judged,
			Needs:   forRedirects,
			Proves:  []string{"redirect-uri-absolute"},
			Run: func(t *check.T) {
				c := webClient(t)
				contrastRedirects(t, c, "code", "code",
					wrongRedirect{step: "without its scheme", uri: with(c, func(u *url.URL) { u.Scheme = "" })},
					wrongRedirect{step: "its path alone", uri: with(c, func(u *url.URL) { u.Scheme, u.Host, u.Path = "", "", "/"+strings.TrimPrefix(u.Path, "/") })},
					wrongRedirect{step: "a made-up path", uri: "/" + t.Random(12)})
			},
		},
		{
			// RFC 6749 §3.1.2: a query component of the endpoint URI must be retained
			// when parameters are added. It is form-urlencoded, so that what counts is
			// its parameters, and not how they are spelt.
			ID: "authz-redirect-query-kept", Level: check.Must,
			Title:   "The query of a registered redirect URI is kept when response parameters are added.",
			Clauses: []string{"RFC 6749 §3.1.2"},
			Sent:    "The working request of a client whose redirect URI has a query.",
			Judged:  "A code at the redirect URI, and each parameter of the registered query beside it.",
			Needs:   []check.Need{needAuthorizationEndpoint, needQueryRedirect, needUser},
			Proves:  []string{"redirect-uri-query-retained"},
			Run:     queryKept,
		},
	}
}

func queryKept(t *check.T) {
	c := queryClients(t)[0]
	a := authorize(t, c, "code")
	// Without its query it is another URI, and the arrival would go unnoticed.
	a.watch = []string{with(c, func(u *url.URL) { u.RawQuery = "" })}
	o := a.walk("authorization request")
	t.Require(arrived(o)).To(beEmpty(), "the correct authorization request brings no code")
	registered, err := url.Parse(c.RedirectURIs[0])
	t.Require(err).To(succeed(), "the redirect URI of the client cannot be read")
	got := answers(o.Landing.Raw)
	for name, values := range registered.Query() {
		for _, v := range values {
			t.Expect(o).To(statement{slices.Contains(got[name], v), "the parameter " + name + " with its registered value", valuesOf(got, name)},
				"the query of the redirect URI is not kept")
		}
	}
}

// arrived is landed for a redirect URI that may have lost its query.
func arrived(o *useragent.Outcome) string {
	if o.Landing != nil && o.Landing.To != "" && o.Landing.To != useragent.Elsewhere && o.Landing.Get("code") != "" {
		return ""
	}
	return landed(o, "code")
}

func valuesOf(v url.Values, name string) string {
	if !v.Has(name) {
		return "a query without it"
	}
	return clip(strings.Join(v[name], ", "))
}

var needQueryRedirect = check.Need{
	Name: "a client whose redirect URI has a query",
	Hint: "register one with a redirect URI such as https://client.example/callback?tenant=a, and list it in a target file",
	Met:  func(t *check.T) bool { return len(queryClients(t)) > 0 },
}
