package mockidp

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
)

// Every response type gives what it names, where it belongs, with state and iss
// (RFC 6749 §4.1.2, §4.2.2, OpenID Connect Core §3, RFC 9207 §2).
func TestResponseTypes(t *testing.T) {
	for responseType, want := range map[string][]string{
		"code":                {"query", "code"},
		"token":               {"fragment", "access_token", "token_type", "expires_in", "scope"},
		"id_token":            {"fragment", "id_token"},
		"id_token token":      {"fragment", "access_token", "token_type", "expires_in", "scope", "id_token"},
		"token id_token":      {"fragment", "access_token", "token_type", "expires_in", "scope", "id_token"},
		"code id_token":       {"fragment", "code", "id_token"},
		"code token":          {"fragment", "code", "access_token", "token_type", "expires_in", "scope"},
		"code id_token token": {"fragment", "code", "access_token", "token_type", "expires_in", "scope", "id_token"},
		"token code id_token": {"fragment", "code", "access_token", "token_type", "expires_in", "scope", "id_token"},
		"none":                {"query"},
	} {
		for _, mode := range []string{"", modeFragment, modeFormPost, modeQuery} {
			t.Run(responseType+" "+mode, func(t *testing.T) {
				g := gomega.NewWithT(t)
				p := newFull(t)
				r := authorizeAt(p, authRequestOf(ClientLegacy, responseType, "response_mode", mode)).response()
				via := want[0]
				switch {
				case mode == modeQuery && via == modeFragment:
					g.Expect(r.Get("via")).To(gomega.Equal(modeFragment))
					g.Expect(r.Get("error")).To(gomega.Equal(errInvalidRequest))
					return
				case mode != "":
					via = mode
				}
				g.Expect(r.Get("via")).To(gomega.Equal(via))
				names := slices.Concat(want[1:], []string{"via", "state", "iss"})
				for name := range r {
					g.Expect(names).To(gomega.ContainElement(name))
				}
				for _, name := range names {
					g.Expect(r.Get(name)).NotTo(gomega.BeEmpty(), name)
				}
				g.Expect(r.Get("state")).To(gomega.Equal(testState))
				g.Expect(r.Get("iss")).To(gomega.Equal("https://idp.test"))
			})
		}
	}
}

// What is wrong is told to the client, with state and iss, or to the user when
// the client or the redirect URI is not right (RFC 6749 §4.1.2.1).
func TestAuthorizationErrors(t *testing.T) {
	for name, c := range map[string]struct {
		client, responseType string
		more                 []string
		want                 string
	}{
		"another response type":          {ClientWeb, "code", []string{"response_type", "codes"}, "query unsupported_response_type"},
		"a response type twice":          {ClientWeb, "code", []string{"response_type", "code code"}, "query unsupported_response_type"},
		"not registered":                 {ClientWeb, "token", nil, "fragment unauthorized_client"},
		"another response mode":          {ClientWeb, "code", []string{"response_mode", "smoke"}, "query invalid_request"},
		"scope":                          {ClientWeb, "code", []string{"scope", "openid admin"}, "query invalid_scope"},
		"errors as form_post":            {ClientWeb, "code", []string{"scope", "admin", "response_mode", "form_post"}, "form_post invalid_scope"},
		"an ID token without openid":     {ClientLegacy, "id_token", []string{"scope", "read"}, "fragment invalid_scope"},
		"a request object":               {ClientWeb, "code", []string{"request", "e30."}, "query request_not_supported"},
		"registration":                   {ClientWeb, "code", []string{"registration", "{}"}, "query registration_not_supported"},
		"another challenge method":       {ClientWeb, "code", []string{"code_challenge_method", "s256"}, "query invalid_request"},
		"no challenge method":            {ClientWeb, "code", []string{"code_challenge_method", ""}, "query invalid_request"},
		"max_age":                        {ClientWeb, "code", []string{"max_age", "-1"}, "query invalid_request"},
		"id_token_hint":                  {ClientWeb, "code", []string{"id_token_hint", "a.b.c"}, "query invalid_request"},
		"nonce twice":                    {ClientWeb, "code", []string{"+nonce", "b"}, "query invalid_request"},
		"challenge twice":                {ClientWeb, "code", []string{"+code_challenge", "b"}, "query invalid_request"},
		"redirect URI with other case":   {ClientWeb, "code", []string{"redirect_uri", "https://client.example/Callback"}, "page 400"},
		"redirect URI with a query more": {ClientWeb, "code", []string{"redirect_uri", testCallback + "?a"}, "page 400"},
		"redirect URI escaped":           {ClientWeb, "code", []string{"redirect_uri", "https://client.example/%63allback"}, "page 400"},
		"redirect URI with a port":       {ClientWeb, "code", []string{"redirect_uri", "https://client.example:443/callback"}, "page 400"},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			p := newFull(t)
			a := authorizeAt(p, authRequestOf(c.client, c.responseType, c.more...))
			g.Expect(errorOf(a)).To(gomega.Equal(c.want))
			if r := a.response(); c.want != "page 400" {
				g.Expect(r.Get("state")).To(gomega.Equal(testState))
				g.Expect(r.Get("iss")).To(gomega.Equal(p.Issuer()))
				g.Expect(r.Get("error_description")).To(gomega.MatchRegexp(`^[\x20-\x21\x23-\x5b\x5d-\x7e]+$`))
			}
			g.Expect(a.header.Get("Cache-Control")).To(gomega.Equal("no-store"))
			g.Expect(p.Tokens(nil)).To(gomega.HaveLen(0), "nothing was issued")
		})
	}
}

// The port of a native client's loopback redirect URI is free (RFC 8252 §7.3),
// and nothing else of it; other clients have no such freedom.
func TestLoopbackRedirect(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t, WithClients(append(DefaultClients(), Client{
		ID: "web", Public: true, GrantTypes: []string{GrantAuthorizationCode}, RedirectURIs: []string{"http://127.0.0.1/callback"},
	})...))
	for uri, want := range map[string]string{
		"http://127.0.0.1:49152/callback":     "query code",
		"http://127.0.0.1/callback":           "query code",
		"http://[::1]:1/callback":             "query code",
		"com.example.app:/callback":           "query code",
		"http://127.0.0.1:49152/callback/":    "page 400",
		"http://127.0.0.1:49152/callback?a=b": "page 400",
		"http://127.0.0.1:49152/callback#":    "page 400",
		"http://127.0.0.2:49152/callback":     "page 400",
		"http://localhost:49152/callback":     "page 400",
		"https://127.0.0.1:49152/callback":    "page 400",
		"http://u@127.0.0.1:49152/callback":   "page 400",
		"http://127.0.0.1:x/callback":         "page 400",
		"http://127.0.0.1.evil.example/":      "page 400",
	} {
		a := authorizeAt(p, authRequestOf(ClientNative, "code", "redirect_uri", uri, "scope", "read"))
		g.Expect(errorOf(a)).To(gomega.Equal(want), uri)
		if want == "query code" {
			g.Expect(outcome(redeem(p, ClientNative, a.response().Get("code"), "redirect_uri", uri))).To(gomega.Equal("200 token"))
		}
	}
	a := authorizeAt(p, authRequestOf("web", "code", "redirect_uri", "http://127.0.0.1:49152/callback", "scope", ""))
	g.Expect(errorOf(a)).To(gomega.Equal("page 400"))
}

// A form_post page posts to the client and can do nothing else.
func TestFormPost(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t)
	a := authorizeAt(p, authRequestOf(ClientWeb, "code", "response_mode", "form_post", "state", `"><script>alert(1)</script>`))
	g.Expect(a.response().Get("state")).To(gomega.Equal(`"><script>alert(1)</script>`))
	g.Expect(strings.Count(a.body, "<script>")).To(gomega.Equal(1))
	g.Expect(a.body).To(gomega.ContainSubstring(`action="` + testCallback + `"`))
	g.Expect(a.header.Get("Cache-Control")).To(gomega.Equal("no-store"))
}

// The ID token of each response type (OpenID Connect Core §2, §3.2.2.10,
// §3.3.2.11).
func TestIDToken(t *testing.T) {
	for _, alg := range []string{algES256, algRS256, algEdDSA} {
		t.Run(alg, func(t *testing.T) {
			g := gomega.NewWithT(t)
			clock := NewManualClock(testTime)
			p := newFull(t, WithSigningAlg(alg), WithClock(clock))
			a := authorizeAt(p, authRequestOf(ClientLegacy, "code id_token token", "scope", "openid email", "login_hint", "bob"))
			r := a.response()
			header, claims := verified(t, p, r.Get("id_token"))
			g.Expect(header.Algorithm).To(gomega.Equal(alg))
			want := map[string]any{
				"iss": "https://idp.test", "sub": "bob", "aud": ClientLegacy, "nonce": testNonce,
				"iat": float64(testTime.Unix()), "exp": float64(testTime.Add(time.Hour).Unix()), "auth_time": float64(testTime.Unix()),
				"at_hash": halfHash(alg, r.Get("access_token")), "c_hash": halfHash(alg, r.Get("code")),
			}
			g.Expect(claims).To(gomega.Equal(want), "email is for userinfo, since there is an access token")

			clock.Advance(30 * time.Second)
			tokens := redeem(p, ClientLegacy, r.Get("code"))
			_, claims = verified(t, p, tokens.str("id_token"))
			delete(want, "c_hash")
			want["at_hash"] = halfHash(alg, tokens.str("access_token"))
			want["iat"], want["exp"] = want["iat"].(float64)+30, want["exp"].(float64)+30
			g.Expect(claims).To(gomega.Equal(want))

			tokens = refreshWith(p, ClientLegacy, tokens.str("refresh_token"))
			_, claims = verified(t, p, tokens.str("id_token"))
			want["at_hash"] = halfHash(alg, tokens.str("access_token"))
			delete(want, "nonce") // §12.2
			g.Expect(claims).To(gomega.Equal(want))

			alone := authorizeAt(p, authRequestOf(ClientLegacy, "id_token", "scope", "openid email")).response()
			_, claims = verified(t, p, alone.Get("id_token"))
			g.Expect(claims["email"]).To(gomega.Equal("alice@example.com"), "§5.4")
			g.Expect(claims).NotTo(gomega.HaveKey("at_hash"))
		})
	}
}

// The example of OpenID Connect Core App. A.3: at_hash with a 256-bit algorithm.
func TestHalfHash(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(halfHash(algRS256, "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y")).To(gomega.Equal("77QmUPtjPfzWtF2AnpK9RQ"))
	g.Expect(halfHash(algRS256, "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk")).To(gomega.Equal("LDktKdoQak3Pk0cnXxCltA"))
	g.Expect(halfHash("ES384", "x")).To(gomega.HaveLen(32))
	g.Expect(halfHash(algEdDSA, "x")).To(gomega.HaveLen(43))
}

// Metadata says what is served, and all of it (RFC 8414 §2).
func TestMetadataOfGrants(t *testing.T) {
	g := gomega.NewWithT(t)
	doc := ask(newFull(t), get(openidDocument)).doc
	g.Expect(doc["response_types_supported"]).To(gomega.ConsistOf("none", "code", "token", "id_token", "id_token token", "code token", "code id_token", "code id_token token"))
	g.Expect(doc["grant_types_supported"]).To(gomega.ContainElements("client_credentials", "authorization_code", "implicit", "refresh_token", "password"))
	g.Expect(doc["code_challenge_methods_supported"]).To(gomega.Equal([]any{"S256"}))
	g.Expect(doc["userinfo_endpoint"]).To(gomega.Equal("https://idp.test/userinfo"))
	g.Expect(doc["end_session_endpoint"]).To(gomega.Equal("https://idp.test/logout"))
	g.Expect(doc["claims_supported"]).To(gomega.ContainElements("sub", "email", "updated_at"))

	one := newFull(t, WithClients(Client{ID: "a", Public: true, GrantTypes: []string{GrantAuthorizationCode}, RedirectURIs: []string{testCallback}, AllowPlainPKCE: true}))
	doc = ask(one, get(openidDocument)).doc
	g.Expect(doc["response_types_supported"]).To(gomega.ConsistOf("none", "code"))
	g.Expect(doc["grant_types_supported"]).To(gomega.ConsistOf("authorization_code"))
	g.Expect(doc["code_challenge_methods_supported"]).To(gomega.ConsistOf("S256", "plain"))
	for _, absent := range []string{"userinfo_endpoint", "end_session_endpoint", "introspection_endpoint_auth_methods_supported"} {
		g.Expect(doc).NotTo(gomega.HaveKey(absent))
	}
	g.Expect(userinfoWith(one, "x").status).To(gomega.Equal(404))
	v := url.Values{"grant_type": {"client_credentials"}, "client_id": {"a"}}
	g.Expect(outcome(ask(one, sent{form: v}))).To(gomega.Equal("400 unsupported_grant_type"))
}
