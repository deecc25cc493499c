package authserver_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
)

// What a server does with a redirect URI that is not the registered one, and what
// a check makes of it.
func TestRedirectsGoneWrong(t *testing.T) {
	clean := func(uri string) string { // as a server that tidies up before it compares
		u, err := url.Parse(uri)
		if err != nil {
			return ""
		}
		return u.Scheme + "://" + u.Host + strings.TrimSuffix(u.JoinPath().EscapedPath(), "/")
	}
	accepts := func(like func(f *front) bool) func(*front) {
		return wrongly(func(f *front) {
			if f.client != nil && like(f) {
				f.grant(f.uri)
				return
			}
			correct(f)
		})
	}
	hidden := func(mark string) func(*front) { // takes what stands after the last @ for the host
		return accepts(func(f *front) bool {
			return strings.Contains(f.uri, mark) && strings.HasSuffix(f.uri, "@client.example/callback")
		})
	}
	for name, row := range map[string]struct {
		answer func(*front)
		id     string
		policy target.Policy
		want   reports.Verdict
		say    string
	}{
		"a page for everything":  {func(f *front) { f.page(200) }, "authz-redirect-exact-path", "", reports.Error, "the correct authorization request does not succeed"},
		"500 for what is wrong":  {wrongly(func(f *front) { f.WriteHeader(500) }), "authz-redirect-exact-path", "", reports.Error, "neither a refusal nor a success"},
		"any redirect URI":       {func(f *front) { f.grant(f.uri) }, "authz-unregistered-redirect-no-redirect", "", reports.Fail, "with code"},
		"any, but with an error": {wrongly(func(f *front) { f.redirect(f.uri, "error", "invalid_request") }), "authz-unregistered-redirect-no-redirect", "", reports.Fail, "with error"},
		"any, without a word":    {wrongly(func(f *front) { f.redirect(f.uri) }), "authz-unregistered-redirect-no-redirect", "", reports.Fail, "a redirect there"},
		"the response type comes first": {func(f *front) {
			if f.r.Form.Get("response_type") != "code" {
				f.redirect(f.uri, "error", "unsupported_response_type")
				return
			}
			correct(f)
		}, "authz-unregistered-redirect-no-redirect", "", reports.Fail, "another host, and an unknown response_type"},
		"everybody's redirect URIs": {accepts(func(f *front) bool {
			return strings.HasSuffix(f.uri, ".example/callback") && !strings.Contains(f.uri, "authassay")
		}),
			"authz-unregistered-redirect-no-redirect", "", reports.Pass, ""},
		"the redirect URIs of all clients": {accepts(func(f *front) bool { return f.uri == "https://query.example/callback?tenant=a%20b&x=1" }),
			"authz-unregistered-redirect-no-redirect", "", reports.Fail, "the redirect URI of another client"},
		"the registered one whatever is asked": {wrongly(func(f *front) {
			if f.client == nil {
				f.page(400)
				return
			}
			f.grant(f.registered())
		}), "authz-redirect-exact-path", "", reports.Warn, "as if redirect_uri were the registered one"},
		"an error for a client that nobody is": {wrongly(func(f *front) {
			if f.client == nil && !strings.Contains(f.uri, "authassay") {
				f.redirect(f.uri, "error", "unauthorized_client")
				return
			}
			correct(f)
		}), "authz-unknown-client-no-redirect", "", reports.Warn, "for a client that does not exist"},
		"an error for no client": {wrongly(func(f *front) {
			if f.r.Form.Get("client_id") == "" {
				f.redirect(f.uri, "error", "invalid_request")
				return
			}
			correct(f)
		}), "authz-unknown-client-no-redirect", "", reports.Fail, "no client"},
		"hosts after the last @":         {hidden(`\`), "authz-redirect-userinfo", "", reports.Fail, `another host and \ before @`},
		"hosts after the last @, with #": {hidden("#"), "authz-redirect-userinfo", "", reports.Fail, "another host and # before @"},
		"hosts after the last @, with ?": {hidden("?"), "authz-redirect-userinfo", "", reports.Fail, "another host and ? before @"},
		"decoded before it is compared": {accepts(func(f *front) bool { return strings.HasPrefix(f.uri, "https://client.example%2f@") }),
			"authz-redirect-userinfo", "", reports.Fail, "%2f before @"},
		"user information": {accepts(func(f *front) bool {
			return strings.HasSuffix(f.uri, "@client.example/callback") && !strings.Contains(f.uri, "authassay")
		}),
			"authz-redirect-userinfo", "", reports.Warn, "a user before the registered host"},
		"tidied up, and used tidily": {wrongly(func(f *front) {
			if f.client != nil && clean(f.uri) == f.registered() {
				f.grant(clean(f.uri))
				return
			}
			correct(f)
		}), "authz-redirect-path-confusion", "", reports.Warn, "as if redirect_uri were the registered one"},
		"a prefix, tidied up afterwards": {wrongly(func(f *front) {
			if f.client != nil && strings.HasPrefix(f.uri, f.registered()+"/../") {
				f.grant(clean(f.uri))
				return
			}
			correct(f)
		}), "authz-redirect-path-confusion", "", reports.Fail, "a redirect there with code"},
		"the client's front page": {wrongly(func(f *front) { f.grant("https://client.example/") }),
			"authz-redirect-exact-path", "", reports.Fail, "a redirect to https://client.example/ with code"},
		"the client's front page, without a word": {wrongly(func(f *front) { http.Redirect(f, f.r, "https://client.example/welcome", http.StatusFound) }),
			"authz-redirect-exact-path", "", reports.Error, "nothing tells why"},
		"a relative one": {accepts(func(f *front) bool { return strings.HasPrefix(f.uri, "/") && !strings.HasPrefix(f.uri, "//") }),
			"authz-redirect-relative-refused", "", reports.Fail, "its path alone"},
		"a relative one, completed": {wrongly(func(f *front) {
			if f.client != nil && f.uri == "/callback" {
				f.grant(f.registered())
				return
			}
			correct(f)
		}), "authz-redirect-relative-refused", "", reports.Warn, "as if redirect_uri were the registered one"},
		"a fragment": {accepts(func(f *front) bool { return strings.HasPrefix(f.uri, f.registered()+"#") }), "authz-redirect-fragment-refused", "", reports.Fail, "with a fragment"},
		"a fragment, dropped": {wrongly(func(f *front) {
			bare, _, _ := strings.Cut(f.uri, "#")
			if f.client != nil && bare == f.registered() {
				f.grant(bare)
				return
			}
			correct(f)
		}), "authz-redirect-fragment-refused", "", reports.Warn, "as if redirect_uri were the registered one"},
		"https where http is registered": {accepts(func(f *front) bool { return f.uri == "https://127.0.0.1:1/callback" }), "authz-redirect-exact-scheme", "", reports.Pass, ""},
		"any query":                      {accepts(func(f *front) bool { return strings.HasPrefix(f.uri, "https://client.example/callback?") }), "authz-redirect-exact-query", "", reports.Fail, "a parameter more"},
		"any query, by RFC 6749":         {accepts(func(f *front) bool { return strings.HasPrefix(f.uri, "https://client.example/callback?") }), "authz-redirect-exact-query", target.PolicyRFC6749, reports.Warn, ""},
		"any host, by RFC 6749":          {accepts(func(f *front) bool { return strings.HasSuffix(f.uri, ".client.example/callback") }), "authz-redirect-exact-host", target.PolicyRFC6749, reports.Fail, "below the registered host"},
		"a code of somebody else":        {accepts(func(f *front) bool { return strings.Contains(f.uri, "?code=") }), "authz-redirect-param-pollution", "", reports.Fail, "with code"},
		"the first of several": {wrongly(func(f *front) {
			if f.client != nil && f.uri == "" {
				f.grant(f.registered())
				return
			}
			correct(f)
		}), "authz-redirect-missing-multi", "", reports.Info, "chooses one of several"},
		"an error at the first of several": {wrongly(func(f *front) {
			if f.client != nil && f.uri == "" {
				f.redirect(f.registered(), "error", "invalid_request")
				return
			}
			correct(f)
		}), "authz-redirect-missing-multi", "", reports.Pass, ""},
		"ports as registered":              {wrongly(func(f *front) { f.page(400) }), "authz-redirect-loopback-port", "", reports.Fail, "a page of the target"},
		"ports as registered, by RFC 6749": {wrongly(func(f *front) { f.page(400) }), "authz-redirect-loopback-port", target.PolicyRFC6749, reports.Info, ""},
		"any path on loopback":             {accepts(func(f *front) bool { return strings.HasPrefix(f.uri, "http://127.0.0.1/") }), "authz-redirect-loopback-only-port", "", reports.Fail, "another path"},
		"no scheme but https": {func(f *front) {
			if strings.HasPrefix(f.uri, "com.") {
				f.page(400)
				return
			}
			correct(f)
		}, "authz-redirect-private-scheme", "", reports.Fail, "not used"},
		"a page with a link to the application": {func(f *front) {
			if strings.HasPrefix(f.uri, "com.") {
				f.Header().Set("Content-Type", "text/html")
				_, _ = f.Write([]byte(`<a href="` + f.uri + `?code=front-canary-code">Open the application</a>`))
				return
			}
			correct(f)
		}, "authz-redirect-private-scheme", "", reports.Error, "a page with a link"},
		"the query, spelt in another way": {func(f *front) {
			if f.known && f.client.ID == "query" {
				f.Header().Set("Location", "https://query.example/callback?x=1&code=front-canary-code&tenant=a+b")
				f.WriteHeader(302)
				return
			}
			correct(f)
		}, "authz-redirect-query-kept", "", reports.Pass, ""},
		"the query, lost": {func(f *front) {
			if f.known && f.client.ID == "query" {
				f.grant("https://query.example/callback")
				return
			}
			correct(f)
		}, "authz-redirect-query-kept", "", reports.Fail, "a query without it"},
		"the query, in part": {func(f *front) {
			if f.known && f.client.ID == "query" {
				f.grant("https://query.example/callback?tenant=a")
				return
			}
			correct(f)
		}, "authz-redirect-query-kept", "", reports.Fail, "not kept"},
		"a token anywhere": {wrongly(func(f *front) {
			if f.r.Form.Get("response_type") == "token" {
				f.grant(f.uri)
				return
			}
			correct(f)
		}), "impl-redirect-verified", "", reports.Fail, "with access_token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			r := assayFront(t, row.answer, row.policy, nil, row.id)[row.id]
			g.Expect(r.Verdict).To(gomega.Equal(row.want), say(r))
			g.Expect(say(r)).To(gomega.ContainSubstring(row.say))
			g.Expect(say(r)).NotTo(gomega.ContainSubstring("canary"), "what was issued is nobody's business")
		})
	}
}
