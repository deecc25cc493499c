package mockidp

import (
	"maps"
	"testing"

	"github.com/onsi/gomega"
)

// redirecting are the default clients, and clients with redirect URIs that few
// have.
var redirecting = []Option{WithClients(append(DefaultClients(),
	Client{ID: "odd", Public: true, Native: true, Scopes: []string{"read"}, GrantTypes: []string{GrantAuthorizationCode},
		RedirectURIs: []string{"https://odd.example/cb?a=b", "http://odd.example/cb", "oddapp:/cb"}},
)...)}

func init() {
	plain := func(strict, off, client string, more ...string) faultCase {
		return faultCase{opts: redirecting, flow: asking(client, "code", append([]string{"scope", "read"}, more...)...), strict: strict, off: off}
	}
	used := func(client, uri string) faultCase {
		return plain("page 400", "query code", client, "redirect_uri", uri)
	}
	maps.Copy(faultCases, map[string]faultCase{
		ruleUnknownClientPage:   plain("page 400", "query unauthorized_client", "nobody"),
		ruleWrongRedirectPage:   plain("page 400", "query invalid_request", ClientWeb, "redirect_uri", "https://evil.example/"),
		ruleRedirectURIPresent:  plain("page 400", "query code", ClientNative, "redirect_uri", ""),
		ruleRedirectURIAbsolute: used(ClientWeb, "/callback"),
		ruleRedirectURIFragment: {opts: redirecting, strict: "400", off: "303", flow: func(_ *testing.T, p *Provider) string {
			return status(authorizeAt(p, authRequestOf(ClientWeb, "code", "redirect_uri", testCallback+"#x")))
		}},
		ruleRedirectURIQuery:      used("odd", "https://odd.example/cb?a=c"),
		ruleRedirectURICase:       used(ClientWeb, "https://client.example/CALLBACK"),
		ruleRedirectURIPath:       used(ClientWeb, "https://client.example/x/../%63allback"),
		ruleRedirectURIScheme:     used(ClientWeb, "http://client.example/callback"),
		ruleRedirectURIPort:       used(ClientWeb, "https://client.example:8443/callback"),
		ruleRedirectURIHost:       used(ClientWeb, "https://evilclient.example/callback"),
		ruleRedirectURIAuthority:  used(ClientWeb, "https://client.example@evil.example/callback"),
		ruleLoopbackPortAlone:     used(ClientNative, "http://127.0.0.1:49152/other"),
		ruleLoopbackPortFree:      plain("query code", "page 400", ClientNative, "redirect_uri", "http://[::1]:49152/callback"),
		ruleRedirectURISecure:     used("odd", "http://odd.example/cb"),
		rulePrivateSchemeOffered:  plain("query code", "page 400", ClientNative, "redirect_uri", "com.example.app:/callback"),
		rulePrivateSchemeReversed: used("odd", "oddapp:/cb"),
		ruleRedirectQueryRetained: {opts: redirecting, strict: "b", off: "", flow: answered("a", "odd", "code", "scope", "read", "redirect_uri", "https://odd.example/cb?a=b")},
	})
}

// Where a rule lets a redirect URI pass, the browser is sent to it as it was in
// the request.
func TestToleratedRedirectURIs(t *testing.T) {
	for _, c := range []struct{ rule, sent, want string }{
		{ruleRedirectURIAbsolute, "/callback", "/callback?code="},
		{ruleRedirectURIAbsolute, "//client.example/callback", "//client.example/callback?code="},
		{ruleRedirectURIFragment, testCallback + "#x", testCallback + "?code="},
		{ruleRedirectURIAuthority, "https://client.example.evil.example/callback", "https://client.example.evil.example/callback?code="},
		{ruleRedirectURIAuthority, "https://client.example%2f@evil.example/callback", "https://client.example%2f@evil.example/callback?code="},
		{ruleRedirectURIPort, "https://client.example:1/callback", "https://client.example:1/callback?code="},
		{ruleRedirectURIExact, testCallback + "/../x", testCallback + "/../x?code="},
		{ruleRedirectURIRegistered, "https://a.client.example/callback", "https://a.client.example/callback?code="},
	} {
		t.Run(c.rule+" "+c.sent, func(t *testing.T) {
			g := gomega.NewWithT(t)
			v := authRequestOf(ClientWeb, "code", "redirect_uri", c.sent)
			a := authorizeAt(newFull(t, append(redirecting, WithRuleOff(c.rule))...), v)
			g.Expect(a.status).To(gomega.Equal(303), a.body)
			g.Expect(a.header.Get("Location")).To(gomega.HavePrefix(c.want))
			g.Expect(a.header.Get("X-Request-Id")).NotTo(gomega.BeEmpty())

			p := newFull(t, redirecting...)
			a = authorizeAt(p, v)
			g.Expect(errorOf(a)).To(gomega.Equal("page 400"))
			why, err := p.Why(a.header.Get("X-Request-Id"))
			g.Expect(err).NotTo(gomega.HaveOccurred())
			if c.rule != ruleRedirectURIRegistered {
				g.Expect(why.Rule).To(gomega.Equal(c.rule), "what is wrong is named")
			}
		})
	}
}

// Whatever rule is off, what cannot go into a header does not.
func TestUnprintableRedirectURIs(t *testing.T) {
	for _, rule := range []string{ruleRedirectURIRegistered, ruleRedirectURIFragment, ruleRedirectURIAbsolute, ruleRedirectURIExact, ruleWrongRedirectPage, ruleUnknownClientPage} {
		for _, sent := range []string{testCallback + "\r\nx: y", testCallback + "#\n", "/callback\x00", "https://evil\\@client.example/callback", "é:/"} {
			gomega.NewWithT(t).Expect(errorOf(authorizeAt(newFull(t, WithRuleOff(rule)), authRequestOf(ClientWeb, "code", "redirect_uri", sent)))).
				To(gomega.Equal("page 400"), "%s %q", rule, sent)
		}
	}
}
