package mockidp

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/onsi/gomega"
)

// The authorization endpoint serves the response type none, tells the client
// what else is wrong, and sends the browser to registered URIs only (RFC 6749
// §3.1, §4.1.2.1).
func TestAuthorizationEndpoint(t *testing.T) {
	const callback = "https://client.example/callback"
	none := "response_type=none&client_id=" + ClientConfidential
	for name, c := range map[string]struct {
		query    string
		location string // a prefix of what follows the callback; "page" for no redirect
		state    string
	}{
		"none":                          {none + "&state=a+b", callback + "?state=a+b", "a b"},
		"no state":                      {none, callback, ""},
		"the redirect URI named":        {none + "&redirect_uri=" + url.QueryEscape(callback), callback, ""},
		"scope":                         {none + "&scope=read", callback, ""},
		"unknown parameters":            {none + "&x=1&x=2", callback, ""},
		"unknown scope":                 {none + "&scope=admin&state=s", callback + "?error=invalid_scope&", "s"},
		"malformed scope":               {none + "&scope=a++b", callback + "?error=invalid_scope&", ""},
		"no response type":              {"client_id=" + ClientConfidential + "&state=s", callback + "?error=invalid_request&", "s"},
		"code":                          {"response_type=code&client_id=" + ClientConfidential + "&state=s", callback + "?error=unsupported_response_type&", "s"},
		"state twice":                   {none + "&state=a&state=b", callback + "?error=invalid_request&", ""},
		"scope twice":                   {none + "&scope=read&scope=read&state=s", callback + "?error=invalid_request&", "s"},
		"another redirect URI":          {none + "&redirect_uri=https://evil.example/", "page", ""},
		"a longer redirect URI":         {none + "&redirect_uri=" + url.QueryEscape(callback+"/x"), "page", ""},
		"redirect URI twice":            {none + "&redirect_uri=" + url.QueryEscape(callback) + "&redirect_uri=" + url.QueryEscape(callback), "page", ""},
		"unknown client":                {"response_type=none&client_id=nobody&redirect_uri=" + url.QueryEscape(callback), "page", ""},
		"no client":                     {"response_type=none", "page", ""},
		"client twice":                  {none + "&client_id=" + ClientPublic, "page", ""},
		"a client without redirect URI": {"response_type=none&client_id=" + ClientBasic, "page", ""},
		"malformed":                     {none + "&state=%zz", "page", ""},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			p := newProvider(t, WithRuleOff(ruleAuthorizationIss)) // TestAuthorizationIssuer has it
			post := sent{path: pathAuthorize, raw: c.query}
			for method, s := range map[string]sent{"GET": get(pathAuthorize + "?" + c.query), "POST": post} {
				a := ask(p, s)
				g.Expect(a.header.Get("Cache-Control")).To(gomega.Equal("no-store"), method)
				if c.location == "page" {
					g.Expect(a.status).To(gomega.Equal(400), method)
					g.Expect(a.header).NotTo(gomega.HaveKey("Location"), method)
					g.Expect(a.header.Get("Content-Security-Policy")).To(gomega.ContainSubstring("frame-ancestors 'none'"))
					g.Expect(a.body).NotTo(gomega.ContainSubstring("evil"))
					continue
				}
				g.Expect(a.status).To(gomega.Equal(http.StatusSeeOther), method)
				location := a.header.Get("Location")
				g.Expect(location).To(gomega.HavePrefix(c.location), method)
				u, err := url.Parse(location)
				g.Expect(err).NotTo(gomega.HaveOccurred())
				g.Expect(u.Query().Get("state")).To(gomega.Equal(c.state), method)
				for _, given := range []string{"code", "access_token", "id_token"} {
					g.Expect(u.Query()).NotTo(gomega.HaveKey(given))
				}
			}
		})
	}
}

// A redirect URI keeps the query it was registered with, and must be named when
// there are two.
func TestRegisteredRedirectURIs(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, WithRuleOff(ruleAuthorizationIss), WithClients(Client{ID: "a", RedirectURIs: []string{"https://a.example/cb?x=%20", "org.app:/cb"}}))
	g.Expect(ask(p, get(pathAuthorize+"?response_type=none&client_id=a")).status).To(gomega.Equal(400))
	for uri, want := range map[string]string{"https://a.example/cb?x=%20": "https://a.example/cb?x=%20&state=s", "org.app:/cb": "org.app:/cb?state=s"} {
		a := ask(p, get(pathAuthorize+"?response_type=none&client_id=a&state=s&redirect_uri="+url.QueryEscape(uri)))
		g.Expect(a.header.Get("Location")).To(gomega.Equal(want))
	}
}
