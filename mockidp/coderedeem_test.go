package mockidp

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onsi/gomega"
)

// A code answers for what was asked: client, redirect URI, challenge, scope, user
// (RFC 6749 §4.1.3, RFC 7636 §4.6).
func TestCodeExchange(t *testing.T) {
	plain := []string{"code_challenge", testVerifier, "code_challenge_method", "plain"}
	for name, c := range map[string]struct {
		client    string
		ask, more []string
		want      string
	}{
		"as asked":                             {ClientWeb, nil, nil, "200 token"},
		"public":                               {ClientSPA, nil, nil, "200 token"},
		"without PKCE, confidential":           {ClientWeb, []string{"code_challenge", ""}, []string{"code_verifier", ""}, "200 token"},
		"redirect URI left out of both":        {ClientWeb, []string{"redirect_uri", "", "scope", "read"}, []string{"redirect_uri", ""}, "200 token"},
		"redirect URI sent for the first time": {ClientWeb, []string{"redirect_uri", "", "scope", "read"}, nil, "200 token"},
		"another redirect URI":                 {ClientWeb, nil, []string{"redirect_uri", testCallback + "/"}, "400 invalid_grant"},
		"no code":                              {ClientWeb, nil, []string{"code", ""}, "400 invalid_request"},
		"code twice":                           {ClientWeb, nil, []string{"+code", "x"}, "400 invalid_request"},
		"verifier twice":                       {ClientWeb, nil, []string{"+code_verifier", "x"}, "400 invalid_request"},
		"a verifier of 42 characters":          {ClientWeb, []string{"code_challenge", challengeOf(strings.Repeat("v", 42))}, []string{"code_verifier", strings.Repeat("v", 42)}, "400 invalid_grant"},
		"a verifier of 43 characters":          {ClientWeb, []string{"code_challenge", challengeOf(strings.Repeat("v", 43))}, []string{"code_verifier", strings.Repeat("v", 43)}, "200 token"},
		"a verifier of 128 characters":         {ClientWeb, []string{"code_challenge", challengeOf(strings.Repeat("~", 128))}, []string{"code_verifier", strings.Repeat("~", 128)}, "200 token"},
		"a verifier of 129 characters":         {ClientWeb, []string{"code_challenge", challengeOf(strings.Repeat("v", 129))}, []string{"code_verifier", strings.Repeat("v", 129)}, "400 invalid_grant"},
		"a verifier with a plus":               {ClientWeb, []string{"code_challenge", challengeOf(strings.Repeat("+", 50))}, []string{"code_verifier", strings.Repeat("+", 50)}, "400 invalid_grant"},
		"plain where it is allowed":            {"plain", plain, nil, "200 token"},
		"plain, another verifier":              {"plain", plain, []string{"code_verifier", testVerifier + "x"}, "400 invalid_grant"},
		"the challenge as the verifier":        {ClientWeb, nil, []string{"code_verifier", challengeOf(testVerifier)}, "400 invalid_grant"},
		"a client that does not have the code": {ClientWeb, nil, []string{"code", "x"}, "400 invalid_grant"},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			p := newFull(t, WithClients(append(DefaultClients(), Client{
				ID: "plain", AllowPlainPKCE: true, RequirePKCE: true, Scopes: []string{"openid", "read"}, RedirectURIs: []string{testCallback}, GrantTypes: []string{GrantAuthorizationCode},
			})...))
			code := codeFor(t, p, c.client, c.ask...)
			a := redeem(p, c.client, code, c.more...)
			g.Expect(outcome(a)).To(gomega.Equal(c.want))
			if c.want != "200 token" {
				g.Expect(p.LiveTokens()).To(gomega.HaveLen(1), "a request with a mistake does not use up the code")
				return
			}
			scope := "openid read"
			if slices.Contains(c.ask, "scope") { // without openid: OpenID Connect requires redirect_uri
				scope = "read"
			}
			g.Expect(a.str("scope")).To(gomega.Equal(scope))
			g.Expect(cacheHeaders(a)).To(gomega.Equal("no-store/no-cache"))
			_, claims := verified(t, p, a.str("access_token"))
			g.Expect(claims["sub"]).To(gomega.Equal("alice"))
			g.Expect(claims["client_id"]).To(gomega.Equal(c.client))
			g.Expect(presence("refresh_token")(a)).To(gomega.Equal(map[bool]string{true: "true", false: "false"}[c.client != "plain"]))
		})
	}
}

// Of many requests with one code at once, one gets tokens, and they are dead
// since the others gave the code away.
func TestCodeRace(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t)
	code := codeFor(t, p, ClientWeb)
	var wg sync.WaitGroup
	answers := make([]answer, 16)
	for i := range answers {
		wg.Go(func() { answers[i] = redeem(p, ClientWeb, code) })
	}
	wg.Wait()
	won := 0
	for _, a := range answers {
		if a.status == http.StatusOK {
			won++
			g.Expect(userinfoWith(p, a.str("access_token")).status).To(gomega.Equal(401))
		}
	}
	g.Expect(won).To(gomega.Equal(1))
	g.Expect(p.LiveTokens()).To(gomega.BeEmpty())
	g.Expect(p.ReplayedTokens()).To(gomega.HaveLen(1))
	g.Expect(p.ReplayedTokens()[0].Replays).To(gomega.Equal(15))
}

// Refresh tokens: rotation, a grace window, tokens that are kept, narrower scopes
// that do not narrow the grant (RFC 6749 §6, RFC 9700 §4.14.2).
func TestRefresh(t *testing.T) {
	g := gomega.NewWithT(t)
	client := func(id string, change func(*Client)) Client {
		c := Client{ID: id, Scopes: []string{"openid", "read", "write"}, RedirectURIs: []string{testCallback}, GrantTypes: []string{GrantAuthorizationCode, GrantRefreshToken}}
		change(&c)
		return c
	}
	p := newFull(t, WithClients(
		client("rotates", func(*Client) {}),
		client("grace", func(c *Client) { c.RefreshGrace = 10 * time.Second }),
		client("keeps", func(c *Client) { c.KeepRefreshToken = true }),
	))
	p.Clock().Freeze()

	a := tokensFor(t, p, "rotates", "scope", "openid read write")
	narrow := refreshWith(p, "rotates", a.str("refresh_token"), "scope", "read")
	g.Expect(narrow.str("scope")).To(gomega.Equal("read"))
	g.Expect(narrow.doc).NotTo(gomega.HaveKey("id_token"), "openid was not asked for")
	g.Expect(userinfoWith(p, narrow.str("access_token")).status).To(gomega.Equal(403))
	wide := refreshWith(p, "rotates", narrow.str("refresh_token"))
	g.Expect(wide.str("scope")).To(gomega.Equal("openid read write"))
	g.Expect(outcome(refreshWith(p, "rotates", wide.str("refresh_token"), "scope", "read  write"))).To(gomega.Equal("400 invalid_scope"))
	g.Expect(outcome(refreshWith(p, "rotates", ""))).To(gomega.Equal("400 invalid_request"))
	g.Expect(outcome(refreshWith(p, "rotates", a.str("access_token")))).To(gomega.Equal("400 invalid_grant"), "an access token is none")

	a = tokensFor(t, p, "grace")
	first := refreshWith(p, "grace", a.str("refresh_token"))
	p.Clock().Advance(9 * time.Second)
	second := refreshWith(p, "grace", a.str("refresh_token"))
	g.Expect(outcome(second)).To(gomega.Equal("200 token"))
	g.Expect(second.str("refresh_token")).NotTo(gomega.Equal(first.str("refresh_token")))
	p.Clock().Advance(time.Second)
	g.Expect(outcome(refreshWith(p, "grace", a.str("refresh_token")))).To(gomega.Equal("400 invalid_grant"))
	g.Expect(outcome(refreshWith(p, "grace", first.str("refresh_token")))).To(gomega.Equal("400 invalid_grant"), "the family is revoked")

	a = tokensFor(t, p, "keeps")
	for range 3 {
		again := refreshWith(p, "keeps", a.str("refresh_token"))
		g.Expect(outcome(again)).To(gomega.Equal("200 token"))
		g.Expect(again.doc).NotTo(gomega.HaveKey("refresh_token"))
	}
}

// The password grant (RFC 6749 §4.3) tells no one which users exist.
func TestPasswordGrant(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t, WithUsers(User{Subject: "1", Username: "carol", Password: "a b"}))
	request := func(client, name, password string) answer {
		return tokenRequest(p, client, with(url.Values{"grant_type": {GrantPassword}, "scope": {"openid"}}, "username", name, "password", password))
	}
	a := request(ClientLegacy, "carol", "a b")
	g.Expect(outcome(a)).To(gomega.Equal("200 token"))
	_, claims := verified(t, p, a.str("id_token"))
	g.Expect(claims["sub"]).To(gomega.Equal("1"))
	g.Expect(outcome(refreshWith(p, ClientLegacy, a.str("refresh_token")))).To(gomega.Equal("200 token"))
	g.Expect(request(ClientLegacy, "nobody", "a b").body).To(gomega.Equal(request(ClientLegacy, "carol", "wrong").body))
	g.Expect(outcome(request(ClientLegacy, "carol", ""))).To(gomega.Equal("400 invalid_request"))
	g.Expect(outcome(request(ClientWeb, "carol", "a b"))).To(gomega.Equal("400 unauthorized_client"))
}

// Resource indicators (RFC 8707): the audience is what was asked for, and can be
// narrowed when the grant is redeemed.
func TestResources(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t)
	aud := func(a answer) any {
		_, claims := verified(t, p, a.str("access_token"))
		return claims["aud"]
	}
	two := []string{"resource", "https://a.example/", "+resource", "urn:b"}
	a := redeem(p, ClientWeb, codeFor(t, p, ClientWeb, two...), "resource", "urn:b")
	g.Expect(aud(a)).To(gomega.Equal("urn:b"))
	a = refreshWith(p, ClientWeb, a.str("refresh_token"))
	g.Expect(aud(a)).To(gomega.Equal([]any{"https://a.example/", "urn:b"}))
	g.Expect(outcome(refreshWith(p, ClientWeb, a.str("refresh_token"), "resource", "urn:c"))).To(gomega.Equal("400 invalid_target"))
	g.Expect(aud(tokensFor(t, p, ClientWeb))).To(gomega.Equal("https://idp.test/resource"))
	g.Expect(aud(ask(p, sent{basic: ClientBasic, form: cc("resource", "urn:b")}))).To(gomega.Equal("urn:b"))
	for _, wrong := range []string{"a", "/a", "https://a.example/#f", "https://a.example/#", "%"} {
		g.Expect(outcome(ask(p, sent{basic: ClientBasic, form: cc("resource", wrong)}))).To(gomega.Equal("400 invalid_target"), wrong)
	}
}
