package authserver

import (
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/useragent"
)

// redirectURIs are the checks on where the browser is sent, and where it must not
// be (RFC 6749 §3.1.2, RFC 9700 §4.1, RFC 8252 §7).
func redirectURIs() []*check.Check {
	return slices.Concat(unknownRedirects(), redirectComparison(), redirectConfusion(), redirectForm(), nativeRedirects())
}

// unknownRedirects are the checks on requests for which there is nobody to
// redirect to.
func unknownRedirects() []*check.Check {
	return []*check.Check{
		{
			// RFC 6749 §4.1.2.1: if the client identifier is missing or invalid, the
			// server should inform the resource owner and must not redirect to the
			// redirection URI, which nobody vouches for.
			ID: "authz-unknown-client-no-redirect", Level: check.MustNot,
			Title:   "A request with an unknown client_id, or without one, is not answered with a redirect to its redirect_uri.",
			Clauses: []string{"RFC 6749 §4.1.2.1"},
			Sent:    "The working request with a made-up client_id, and without client_id, each with a made-up redirect URI; then with a made-up client_id and the redirect URI of the client.",
			Judged:  "No navigation to the redirect URI, be it with an error; to the one of a client that exists: warn, since that harms nobody. A page of any status: pass. A login that is not got past: error.",
			Needs:   forRedirects,
			Proves:  []string{"unknown-client-not-redirected"},
			Run: func(t *check.T) {
				nowhere := func() string { return "https://" + elsewhere(t) + "/callback" }
				c := webClient(t)
				changes := wrongRedirects(t, c,
					wrongRedirect{step: "an unknown client", uri: nowhere(), also: asStranger(t)},
					wrongRedirect{step: "no client", uri: nowhere(), also: func(a *authorization) { a.request.Del("client_id") }})
				changes = append(changes, authorizationChange{"an unknown client, at the redirect URI of another", asStranger(t), func(o *useragent.Outcome) {
					switch l := o.Landing; {
					case l == nil:
					case l.To == "":
						t.Safe(o).To(statement{false, "a page, and no redirect", "a " + l.Via + " to " + bare(l.Raw)}, "the browser is redirected for a client that does not exist")
					case l.Get("error") != "":
						t.Record("an unknown client", "the error "+l.Get("error")+" is sent to "+bare(l.Raw))
					default:
						t.Inconclusive("an unknown client: the browser is sent to %s, and nothing tells why", bare(l.Raw))
					}
				}})
				contrastAuthorization(t, func(t *check.T) *authorization { return authorize(t, c, "code") }, "code", changes...)
			},
		},
		{
			// RFC 6749 §3.1.2.4, §4.1.2.1: with a redirection URI that does not match
			// the server should inform the resource owner and must not redirect to it,
			// whatever else is wrong with the request. RFC 9700 §4.11.2 names what
			// would come of it: an open redirector.
			ID: "authz-unregistered-redirect-no-redirect", Level: check.MustNot,
			Title:   "An unregistered redirect_uri never receives a redirect, with or without an error.",
			Clauses: []string{"RFC 6749 §3.1.2.4", "RFC 6749 §4.1.2.1", "RFC 9700 §4.11.2"},
			Sent:    "The working request with a redirect URI on a made-up host: as it is, with an unknown response_type, and with a made-up scope; then with the redirect URI of another client, where one is known.",
			Judged:  "No navigation to that URI. A page of any status, or an error at the registered redirect URI: pass. An answer without error there: warn. A login that is not got past: error.",
			Needs:   forRedirects,
			Proves:  []string{"redirect-uri-registered", "redirect-uri-wrong-not-redirected"},
			Run: func(t *check.T) {
				c := webClient(t)
				bad := func() string { return with(c, func(u *url.URL) { u.Host = elsewhere(t) }) }
				wrong := []wrongRedirect{
					{step: "another host", uri: bad()},
					{step: "another host, and an unknown response_type", uri: bad(), also: func(a *authorization) { a.request.Set("response_type", "authassay"+t.Random(8)) }},
					{step: "another host, and a made-up scope", uri: bad(), also: func(a *authorization) { a.request.Set("scope", "authassay"+t.Random(8)) }},
				}
				if uri := anothers(t, c); uri != "" {
					wrong = append(wrong, wrongRedirect{step: "the redirect URI of another client", uri: uri})
				}
				contrastRedirects(t, c, "code", "code", wrong...)
			},
		},
		{
			// RFC 6749 §3.1.2.3: a client that has registered several redirection URIs
			// must say which. The duty is the client's; a server that chooses one of
			// them is told so and sends nobody where the client does not live.
			ID: "authz-redirect-missing-multi", Level: check.Must, Binds: "client",
			Title:   "A request without redirect_uri, of a client with several, is refused without redirect.",
			Clauses: []string{"RFC 6749 §3.1.2.3", "RFC 6749 §3.1.2.4"},
			Sent:    "The working request of a client with several redirect URIs, without redirect_uri and without the scope openid, for which OpenID Connect requires it.",
			Judged:  "An answer at one of the redirect URIs: info, since the clause binds the client. A page of any status: pass.",
			Needs:   []check.Need{needAuthorizationEndpoint, needSeveralRedirects, needUser},
			Proves:  []string{"redirect-uri-present"},
			Run:     withoutRedirectURI,
		},
	}
}

// asStranger puts an identifier that nobody has into a request.
func asStranger(t *check.T) func(*authorization) {
	id := "authassay-" + t.Random(16)
	return func(a *authorization) { a.request.Set("client_id", id) }
}

// withoutRedirectURI leaves out redirect_uri.
func withoutRedirectURI(t *check.T) {
	c := severalRedirects(t)[0]
	openid := func(s string) bool { return s == "openid" }
	made := func(t *check.T) *authorization { return authorize(t, c, "code") }
	if i := slices.IndexFunc(c.Scopes, openid); i >= 0 && len(c.Scopes) > 1 {
		plain := c
		plain.Scopes = slices.DeleteFunc(slices.Clone(c.Scopes), openid)
		if o := authorize(t, plain, "code").walk("does it work without openid"); landed(o, "code") == "" {
			made = func(t *check.T) *authorization { return authorize(t, plain, "code") }
		}
	}
	contrastAuthorization(t, made, "code", authorizationChange{"without redirect_uri", func(a *authorization) {
		a.request.Del("redirect_uri")
		a.watch = c.RedirectURIs[1:]
	}, func(o *useragent.Outcome) {
		l := o.Landing
		switch {
		case l == nil:
		case l.Get("error") != "":
			t.Record("without redirect_uri", "the error "+l.Get("error")+" is sent to "+bare(l.Raw))
		default:
			t.Expect(o).To(statement{false, "a page, and no redirect", "a " + l.Via + " to " + bare(l.Raw)},
				"the target chooses one of several redirect URIs by itself")
		}
	}})
}

// webClient is the client of most checks on redirect URIs: the first whose redirect
// URI is http or https, so that it has the parts that are changed.
func webClient(t *check.T) target.Client { return webClients(t)[0] }

func webClients(t *check.T) []target.Client {
	return slices.DeleteFunc(codeClients(t), func(c target.Client) bool { return !isWeb(c.RedirectURIs[0]) })
}

// severalRedirects are the clients with more than one redirect URI.
func severalRedirects(t *check.T) []target.Client {
	return slices.DeleteFunc(codeClients(t), func(c target.Client) bool { return len(c.RedirectURIs) < 2 })
}

// anothers is a redirect URI that another client has registered and this one has
// not; empty when none is known. Its path is another too: on what differs in the
// query alone there is a check of its own.
func anothers(t *check.T, c target.Client) string {
	without := func(uri string) string { path, _, _ := strings.Cut(uri, "?"); return path }
	for _, other := range codeClients(t) {
		for _, uri := range other.RedirectURIs {
			if isWeb(uri) && !slices.ContainsFunc(c.RedirectURIs, func(own string) bool { return without(own) == without(uri) }) {
				return uri
			}
		}
	}
	return ""
}

// with is the redirect URI of a client with one part changed.
func with(c target.Client, change func(*url.URL)) string {
	u, err := url.Parse(c.RedirectURIs[0])
	if err != nil {
		return c.RedirectURIs[0] // webClient gives none such
	}
	change(u)
	return u.String()
}

func isWeb(uri string) bool {
	u, err := url.Parse(uri)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.Fragment == ""
}

// isLocal tells whether a redirect URI is on the machine of the user: a loopback
// address, or the name localhost.
func isLocal(uri string) bool {
	u, err := url.Parse(uri)
	return err == nil && (isLoopback(uri) || u.Hostname() == "localhost" || strings.HasSuffix(u.Hostname(), ".localhost"))
}

// isLoopback tells whether it is http at a loopback address (RFC 8252 §7.3).
func isLoopback(uri string) bool {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "http" {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return err == nil && ip.IsLoopback()
}

// hostWith is a host with the port of a URL.
func hostWith(u *url.URL, host string) string {
	if u.Port() == "" {
		return host
	}
	return net.JoinHostPort(host, u.Port())
}

var needWebRedirect = check.Need{
	Name:    "a client whose first redirect URI is http or https",
	Hint:    "list one with such redirect_uris in a target file",
	Met:     func(t *check.T) bool { return len(webClients(t)) > 0 },
	Instead: byRegistering,
}

var needSeveralRedirects = check.Need{
	Name:    "a client with several redirect URIs that may use the authorization code grant",
	Hint:    "list one with all its redirect_uris in a target file",
	Met:     func(t *check.T) bool { return len(severalRedirects(t)) > 0 },
	Instead: byRegistering,
}

// forRedirects are the needs of the checks that change a redirect URI.
var forRedirects = append(slices.Clone(forAuthorization), needWebRedirect)
