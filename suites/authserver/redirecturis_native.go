package authserver

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/useragent"
)

// nativeRedirects are the checks on the redirect URIs of applications on the
// user's device (RFC 8252 §7, §8.4), and on http (RFC 9700 §2.6).
func nativeRedirects() []*check.Check {
	return []*check.Check{
		{
			// RFC 8252 §7.3: the server must allow any port to be specified at the time
			// of the request for loopback IP redirect URIs; RFC 9700 §4.1.3 repeats it.
			// RFC 6749 by itself has the URIs equal, and so has OpenID Connect Core
			// §3.1.2.1.
			ID: "authz-redirect-loopback-port", Level: check.Must,
			LevelUnder: onlyBCP,
			Title:      "The loopback redirect URI of a native client is accepted with any port.",
			Clauses:    []string{"RFC 8252 §7.3", "RFC 9700 §4.1.3"},
			Sent:       "The working request of a native client with a made-up port in its redirect URI at 127.0.0.1, and likewise at [::1] where that is registered.",
			Judged:     "A code at the URI with that port. The name localhost is no loopback address, and not tried.",
			Needs:      []check.Need{needAuthorizationEndpoint, needLoopbackClient, needUser},
			Proves:     []string{"loopback-port-free"},
			Run:        anyPort,
		},
		{
			// RFC 8252 §8.4: an exact match is required except for the port.
			ID: "authz-redirect-loopback-only-port", Level: check.Must, LevelUnder: asPartRegistered,
			Title:   "Nothing but the port of a native client's loopback redirect URI may differ from the registered one.",
			Clauses: []string{"RFC 8252 §8.4", "RFC 9700 §4.1.3"},
			Sent:    "The working request of a native client with its loopback redirect URI changed: another path, a segment more, a query, the address as the beginning of a host name, and as user information before a made-up host.",
			Judged:  "No navigation to that URI. A page of any status, or an error at the registered redirect URI: pass. An answer without error there: warn.",
			Needs:   []check.Need{needAuthorizationEndpoint, needLoopbackClient, needUser},
			Proves:  []string{"loopback-port-alone-free", "redirect-uri-exact"},
			Run: func(t *check.T) {
				c := loopbackClients(t)[0]
				change := func(f func(*url.URL)) string { return with(c, f) }
				contrastRedirects(t, c, "code", "code",
					wrongRedirect{step: "another path", uri: change(func(u *url.URL) { u.Path, u.RawPath = "/"+t.Random(8), "" })},
					wrongRedirect{step: "a segment more", uri: change(func(u *url.URL) { u.Path, u.RawPath = strings.TrimSuffix(u.Path, "/")+"/"+t.Random(8), "" })},
					wrongRedirect{step: "a query", uri: change(func(u *url.URL) { u.RawQuery = "authassay=" + t.Random(8) })},
					wrongRedirect{step: "a host that begins with the address", uri: change(func(u *url.URL) {
						u.Host = hostWith(u, strings.ReplaceAll(u.Hostname(), ":", "-")+"."+elsewhere(t))
					})},
					wrongRedirect{step: "the address before @", uri: change(func(u *url.URL) {
						u.User, u.Host = url.UserPassword(strings.ReplaceAll(u.Hostname(), ":", "-"), somePort(t)), elsewhere(t)
					})})
			},
		},
		{
			// RFC 9700 §2.6: the server must not allow redirect URIs with the http
			// scheme, except for native clients that use the loopback interface. RFC
			// 6749 §3.1.2.1 allows them; OpenID Connect Core §3.1.2.1 advises against
			// them, and allows them to confidential clients.
			ID: "authz-redirect-http-refused", Level: check.MustNot,
			LevelUnder: map[target.Policy]check.Level{target.PolicyRFC6749: check.Information, target.PolicyOIDC: check.Should},
			Title:      "A redirect URI with http on another machine than the user's is not used.",
			Clauses:    []string{"RFC 9700 §2.6", "RFC 6749 §3.1.2.1"},
			Sent:       "The request of a client that is registered with such a URI, asking for it.",
			Judged:     "No navigation to that URI, be it with an error. Where no client is known to have one: not run, since whether it could be registered only a registration shows.",
			Needs:      []check.Need{needAuthorizationEndpoint, needPlainRedirect, needUser},
			Proves:     []string{"redirect-uri-http-local"},
			Run:        plainRedirect,
		},
		{
			// RFC 8252 §7: the server must offer private-use URI schemes to native apps
			// (§7.1). §8.4: it should refuse those without a period, which are nobody's
			// domain name.
			ID: "authz-redirect-private-scheme", Level: check.Must,
			LevelUnder: onlyBCP,
			Title:      "A private-use scheme works as redirect URI of a native client, and one without a period does not.",
			Clauses:    []string{"RFC 8252 §7.1", "RFC 8252 §7", "RFC 8252 §8.4"},
			Sent:       "The request of each native client that is registered with a redirect URI such as com.example.app:/callback; and of each client with a scheme such as myapp.",
			Judged:     "A code at the first: else fail. No navigation to the second: else warn, since the clause says SHOULD. Where no client has a second, none could be registered, or nobody tried.",
			Needs:      []check.Need{needAuthorizationEndpoint, needPrivateScheme, needUser},
			Proves:     []string{"private-use-scheme-offered", "private-use-scheme-period"},
			Run:        privateSchemes,
		},
	}
}

// anyPort asks for the loopback redirect URIs of a client with another port.
func anyPort(t *check.T) {
	c := loopbackClients(t)[0]
	var changes []authorizationChange
	seen := map[bool]bool{}
	for _, uri := range c.RedirectURIs {
		six := strings.Contains(uri, "[")
		if !isLoopback(uri) || seen[six] {
			continue
		}
		seen[six] = true
		u, err := url.Parse(uri)
		t.Require(err).To(succeed(), "the redirect URI of the client cannot be read")
		u.Host = net.JoinHostPort(u.Hostname(), somePort(t))
		changes = append(changes, instead(t, "port "+u.Port()+" of "+u.Hostname(), registeredWith(c, u.String()), func(o *useragent.Outcome) {
			got := landed(o, "code")
			t.Expect(o).To(statement{got == "", "a code at " + u.String(), got}, "the loopback redirect URI is not accepted with another port than the registered one")
		}))
	}
	contrastAuthorization(t, func(t *check.T) *authorization { return authorize(t, c, "code") }, "code", changes...)
}

// instead walks the request of another client, or with another redirect URI, in
// the place of the control.
func instead(t *check.T, step string, c target.Client, judge func(*useragent.Outcome)) authorizationChange {
	return authorizationChange{step, func(a *authorization) { *a = *authorize(t, c, "code") }, judge}
}

// registeredWith is a client that has a redirect URI and no other.
func registeredWith(c target.Client, uri string) target.Client {
	c.RedirectURIs = []string{uri}
	return c
}

// somePort is one of those that systems hand out (RFC 6335 §6).
func somePort(t *check.T) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(t.Random(8))) // a hash takes everything
	return fmt.Sprint(49152 + h.Sum32()%16383)
}

// plainRedirect asks for a registered redirect URI with http. The control asks for
// another one of the client.
func plainRedirect(t *check.T) {
	c := plainClients(t)[0]
	i := slices.IndexFunc(c.RedirectURIs, isPlain)
	uri := c.RedirectURIs[i]
	w := wrongRedirect{step: "http", uri: uri}
	if others := slices.DeleteFunc(slices.Clone(c.RedirectURIs), isPlain); len(others) > 0 {
		contrastAuthorization(t, func(t *check.T) *authorization { return authorize(t, registeredWith(c, others[0]), "code") }, "code", w.change(t))
		return
	}
	// It has no other: what is used can be seen, and what is refused could be so
	// for any reason.
	o := authorize(t, c, "code").walk(w.step)
	if o.Landing == nil {
		t.Inconclusive("the redirect URI is not used, and the client has no other by which it could be seen to work")
	}
	t.Expect(o).To(statement{false, "no redirect to " + uri, "a " + o.Landing.Via + " to " + bare(o.Landing.Raw)}, "the browser is sent to a redirect URI with http")
}

// privateSchemes asks for redirect URIs with the scheme of an application.
func privateSchemes(t *check.T) {
	var changes []authorizationChange
	for _, c := range codeClients(t) {
		for _, uri := range c.RedirectURIs {
			scheme := privateScheme(uri)
			switch {
			case scheme == "" || !c.Native && strings.Contains(scheme, "."):
				// What is no native client may be refused it.
			case strings.Contains(scheme, "."):
				changes = append(changes, instead(t, "the scheme "+scheme, registeredWith(c, uri), func(o *useragent.Outcome) {
					if o.Landing == nil && bytes.Contains(o.Last().Body, []byte(uri+"?")) {
						t.Inconclusive("the scheme %s: the target shows a page with a link to the application", scheme)
					}
					got := landed(o, "code")
					t.Expect(o).To(statement{got == "", "a code at " + uri, got}, "a redirect URI with a private-use scheme is not used")
				}))
			default:
				changes = append(changes, instead(t, "the scheme "+scheme, registeredWith(c, uri), func(o *useragent.Outcome) {
					t.Safe(o).To(statement{o.Landing == nil, "no redirect to a scheme without a period", "a redirect to " + uri},
						"a redirect URI is used whose scheme has no period and is nobody's domain name")
				}))
			}
		}
	}
	contrastAuthorization(t, func(t *check.T) *authorization { return authorize(t, codeClients(t)[0], "code") }, "code", changes...)
}

// loopbackClients are the native clients with a loopback redirect URI, which
// comes first.
func loopbackClients(t *check.T) []target.Client {
	var out []target.Client
	for _, c := range codeClients(t) {
		if i := slices.IndexFunc(c.RedirectURIs, isLoopback); c.Native && i >= 0 {
			c.RedirectURIs = append([]string{c.RedirectURIs[i]}, slices.Delete(slices.Clone(c.RedirectURIs), i, i+1)...)
			out = append(out, c)
		}
	}
	return out
}

// plainClients are the clients with an http redirect URI on another machine than
// the user's. OpenID Connect leaves those to confidential clients.
func plainClients(t *check.T) []target.Client {
	return slices.DeleteFunc(codeClients(t), func(c target.Client) bool {
		return !slices.ContainsFunc(c.RedirectURIs, isPlain) || t.Policy() == target.PolicyOIDC && c.Confidential()
	})
}

func isPlain(uri string) bool {
	u, err := url.Parse(uri)
	return err == nil && u.Scheme == "http" && !isLocal(uri)
}

// privateScheme is the scheme of a redirect URI that leads to an application;
// empty when it does not. Schemes that are registered for something else do not.
func privateScheme(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || slices.Contains([]string{"https", "http", "urn", "data", "javascript", "file", "about"}, u.Scheme) {
		return ""
	}
	return u.Scheme
}

var needLoopbackClient = check.Need{
	Name: "a native client with a redirect URI such as http://127.0.0.1/callback",
	Hint: "list one with native: true and its redirect_uris in a target file",
	Met:  func(t *check.T) bool { return len(loopbackClients(t)) > 0 },
}

var needPlainRedirect = check.Need{
	Name: "a client that is registered with an http redirect URI on another machine",
	Hint: "if the target lets one be registered, list it with its redirect_uris in a target file; better one that has an https redirect URI too",
	Met:  func(t *check.T) bool { return len(plainClients(t)) > 0 },
}

var needPrivateScheme = check.Need{
	Name: "a native client with a redirect URI of a private-use scheme, such as com.example.app:/callback",
	Hint: "list one with native: true and its redirect_uris in a target file",
	Met: func(t *check.T) bool {
		return slices.ContainsFunc(codeClients(t), func(c target.Client) bool {
			return slices.ContainsFunc(c.RedirectURIs, func(u string) bool {
				scheme := privateScheme(u)
				return scheme != "" && (c.Native || !strings.Contains(scheme, "."))
			})
		})
	},
}
