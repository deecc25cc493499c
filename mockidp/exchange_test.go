package mockidp

import (
	"net/url"
	"testing"

	"github.com/onsi/gomega"
)

const (
	gateway   = "gateway"
	backend   = "backend"
	otherSTS  = "https://sts.other.example"
	testScope = "openid read"
)

// exchangeOptions are services that pass a user's token on, and an issuer that is
// trusted.
func exchangeOptions(claims ...ClaimRule) []Option {
	service := func(id string) Client {
		return Client{ID: id, GrantTypes: []string{GrantClientCredentials, GrantTokenExchange, GrantJWTBearer}, Scopes: []string{"openid", "read", "write"}}
	}
	return []Option{
		WithClients(append(DefaultClients(), service(gateway), service(backend))...),
		WithTrustedIssuer(otherSTS, publicSet("ES256", "RS")), WithClaims(claims...),
	}
}

// userTokens are tokens of Alice, for the scopes openid and read.
func userTokens(p *Provider) answer {
	alice, _ := p.User(UserAlice)
	return tokenRequest(p, ClientLegacy, url.Values{
		"grant_type": {GrantPassword}, "username": {alice.Username}, "password": {alice.Password}, "scope": {testScope},
	})
}

// tokenFor exchanges an access token unless more says otherwise.
func tokenFor(p *Provider, client, subject string, more ...string) answer {
	return tokenRequest(p, client, with(url.Values{
		"grant_type": {GrantTokenExchange}, "subject_token": {subject}, "subject_token_type": {TokenTypeAccessToken},
	}, more...))
}

// serviceToken is the token that says who a service is.
func serviceToken(p *Provider, client string) string {
	return ask(p, sent{basic: client, form: cc()}).str("access_token")
}

func actingAs(p *Provider, client string) []string {
	return []string{"actor_token", serviceToken(p, client), "actor_token_type", TokenTypeAccessToken}
}

// A token is exchanged for one of the same user, then again by the next service,
// and the chain of who acted is in it, the newest outermost (RFC 8693 §4.1).
func TestTokenExchangeChain(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t, exchangeOptions()...)
	user := userTokens(p).str("access_token")

	a := tokenFor(p, gateway, user)
	g.Expect(outcome(a)).To(gomega.Equal("200 token"), a.body)
	g.Expect(a.str("issued_token_type")).To(gomega.Equal(TokenTypeAccessToken))
	g.Expect(a.str("token_type")).To(gomega.Equal("Bearer"))
	g.Expect(a.str("scope")).To(gomega.Equal(testScope))
	g.Expect(a.doc).NotTo(gomega.HaveKey("refresh_token"))
	_, claims := verified(t, p, a.str("access_token"))
	g.Expect(claims).To(gomega.HaveKeyWithValue("sub", UserAlice))
	g.Expect(claims).To(gomega.HaveKeyWithValue("client_id", gateway))
	g.Expect(claims).NotTo(gomega.HaveKey("act"), "impersonation leaves no trace (§1.1)")

	a = tokenFor(p, gateway, user, append(actingAs(p, gateway), "scope", "read", "audience", backend)...)
	_, claims = verified(t, p, a.str("access_token"))
	g.Expect(claims["act"]).To(gomega.Equal(map[string]any{"sub": gateway}))
	g.Expect(claims["aud"]).To(gomega.Equal(backend))
	g.Expect(claims["scope"]).To(gomega.Equal("read"))

	b := tokenFor(p, backend, a.str("access_token"), append(actingAs(p, backend), "resource", "https://api.example/v1", "+resource", "https://api.example/v2")...)
	_, claims = verified(t, p, b.str("access_token"))
	g.Expect(claims["sub"]).To(gomega.Equal(UserAlice))
	g.Expect(claims["act"]).To(gomega.Equal(map[string]any{"sub": backend, "act": map[string]any{"sub": gateway}}))
	g.Expect(claims["aud"]).To(gomega.Equal([]any{"https://api.example/v1", "https://api.example/v2"}))
	// The chain goes on without a new actor, and introspection tells it too.
	c := tokenFor(p, gateway, b.str("access_token"))
	_, claims = verified(t, p, c.str("access_token"))
	g.Expect(claims["act"]).To(gomega.Equal(map[string]any{"sub": backend, "act": map[string]any{"sub": gateway}}))
	g.Expect(introspectAs(p, gateway, c.str("access_token")).doc["act"]).To(gomega.Equal(claims["act"]))
	// An exchange has no effect on what was exchanged (§2.1).
	g.Expect(outcome(tokenFor(p, gateway, user))).To(gomega.Equal("200 token"))
}

// Every type of subject token, and the combinations that are none.
func TestTokenExchangeTypes(t *testing.T) {
	g := gomega.NewWithT(t)
	clients := exchangeOptions()
	p := newFull(t, clients...)
	user := userTokens(p)
	for _, kind := range []struct{ value, kind, want string }{
		{user.str("access_token"), TokenTypeAccessToken, "200 token"},
		{user.str("access_token"), TokenTypeJWT, "200 token"},
		{user.str("id_token"), TokenTypeIDToken, "200 token"},
		{user.str("id_token"), TokenTypeJWT, "200 token"},
		{user.str("access_token"), TokenTypeIDToken, "400 invalid_request"},
		{user.str("id_token"), TokenTypeAccessToken, "400 invalid_request"},
		{user.str("refresh_token"), TokenTypeJWT, "400 invalid_request"},
		{user.str("refresh_token"), TokenTypeRefreshToken, "400 invalid_request"}, // of another client
		{user.str("access_token"), "urn:ietf:params:oauth:token-type:saml2", "400 invalid_request"},
		{user.str("access_token"), "access_token", "400 invalid_request"},
		{user.str("access_token"), "", "400 invalid_request"},
		{"", TokenTypeAccessToken, "400 invalid_request"},
		{"made-up", TokenTypeAccessToken, "400 invalid_request"},
		{"made-up", TokenTypeJWT, "400 invalid_request"},
		{foreign(p, nil), TokenTypeJWT, "200 token"},
		{foreign(p, nil), TokenTypeAccessToken, "400 invalid_request"},
		{foreign(p, map[string]any{"iss": "https://unknown.example"}), TokenTypeJWT, "400 invalid_request"},
		{foreign(p, map[string]any{"aud": "https://unknown.example"}), TokenTypeJWT, "400 invalid_request"},
	} {
		a := tokenFor(p, gateway, kind.value, "subject_token_type", kind.kind)
		g.Expect(outcome(a)).To(gomega.Equal(kind.want), "%s: %s", kind.kind, a.body)
	}
	for _, more := range [][]string{
		{"actor_token", serviceToken(p, gateway)},
		{"actor_token_type", TokenTypeAccessToken},
		{"actor_token", "made-up", "actor_token_type", TokenTypeAccessToken},
		{"requested_token_type", TokenTypeRefreshToken},
		{"requested_token_type", "urn:ietf:params:oauth:token-type:saml1"},
		{"+subject_token", "again"},
	} {
		g.Expect(outcome(tokenFor(p, gateway, user.str("access_token"), more...))).To(gomega.Equal("400 invalid_request"), "%v", more)
	}
	a := tokenFor(p, gateway, user.str("access_token"), "requested_token_type", TokenTypeJWT)
	g.Expect(a.str("issued_token_type")).To(gomega.Equal(TokenTypeJWT))
	g.Expect(outcome(tokenFor(p, gateway, user.str("access_token"), "audience", "nobody"))).To(gomega.Equal("400 invalid_target"))
	g.Expect(outcome(tokenFor(p, gateway, user.str("access_token"), "resource", "relative"))).To(gomega.Equal("400 invalid_target"))
	g.Expect(outcome(tokenFor(p, gateway, user.str("access_token"), "scope", "write"))).To(gomega.Equal("400 invalid_scope"))
	g.Expect(outcome(tokenFor(p, ClientWeb, user.str("access_token")))).To(gomega.Equal("400 unauthorized_client"))
	p.Revoke(user.str("access_token"))
	g.Expect(outcome(tokenFor(p, gateway, user.str("access_token")))).To(gomega.Equal("400 invalid_request"), "revoked")
}

// may_act says who may act, by an actor token or as the client (RFC 8693 §4.4).
func TestTokenExchangeMayAct(t *testing.T) {
	g := gomega.NewWithT(t)
	for _, opaque := range []bool{false, true} {
		clients := append(DefaultClients(), Client{ID: gateway, GrantTypes: []string{GrantClientCredentials, GrantTokenExchange}, Scopes: []string{"read"}},
			Client{ID: backend, GrantTypes: []string{GrantClientCredentials, GrantTokenExchange}, Scopes: []string{"read"}})
		if opaque {
			for i := range clients {
				clients[i].AccessTokenFormat = FormatOpaque
			}
		}
		p := newFull(t, WithClients(clients...), WithClaims(ClaimRule{Client: ClientLegacy, Claims: map[string]any{"may_act": map[string]any{"sub": gateway}}}))
		user := userTokens(p).str("access_token")
		g.Expect(outcome(tokenFor(p, gateway, user))).To(gomega.Equal("200 token"))
		g.Expect(outcome(tokenFor(p, backend, user))).To(gomega.Equal("400 invalid_request"))
		g.Expect(outcome(tokenFor(p, backend, user, actingAs(p, gateway)...))).To(gomega.Equal("200 token"))
		g.Expect(outcome(tokenFor(p, gateway, user, actingAs(p, backend)...))).To(gomega.Equal("400 invalid_request"))
		if opaque {
			g.Expect(outcome(tokenFor(p, gateway, user, "requested_token_type", TokenTypeJWT))).To(gomega.Equal("400 invalid_request"))
		}
	}
}

// What is let through has not been refused, and the verdicts still tell.
func TestTokenExchangeWarns(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t, exchangeOptions()...)
	g.Expect(p.SetRule(ruleExchangeSubjectValid, Warn)).To(gomega.Succeed())
	a := tokenFor(p, gateway, foreign(p, map[string]any{"iss": "https://unknown.example"}), "subject_token_type", TokenTypeJWT)
	g.Expect(outcome(a)).To(gomega.Equal("200 token"), a.body)
	all := p.Requests()
	last := all[len(all)-1]
	g.Expect(last.Refused).To(gomega.BeEmpty())
	broken := 0
	for _, v := range last.Verdicts {
		g.Expect(v.Refused).To(gomega.BeFalse(), "%+v", v)
		if v.Rule == ruleExchangeSubjectValid && !v.Pass {
			broken++
		}
	}
	g.Expect(broken).To(gomega.Equal(1))
}
