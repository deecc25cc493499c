package mockidp

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/onsi/gomega"
)

// offline gets refresh tokens for offline access only.
var offline = []Option{WithClients(append(DefaultClients(), Client{
	ID: "offline", Scopes: []string{"openid", "read", scopeOffline}, RedirectURIs: []string{testCallback}, OfflineOnly: true,
	GrantTypes: []string{GrantAuthorizationCode, GrantRefreshToken},
})...)}

// claimsOfIDToken are the claims of an ID token.
func claimsOfIDToken(t *testing.T, p *Provider, idToken string) map[string]any {
	_, claims := verified(t, p, idToken)
	return claims
}

// password asks for tokens with a user's password.
func password(p *Provider, client string, more ...string) answer {
	alice := slices.IndexFunc(p.Users(), func(u User) bool { return u.Subject == UserAlice })
	return tokenRequest(p, client, with(url.Values{
		"grant_type": {GrantPassword}, "username": {UserAlice}, "password": {p.Users()[alice].Password},
	}, more...))
}

// atOnce redeems a refresh token several times at the same time and counts the
// answers with tokens.
func atOnce(p *Provider, token string) string {
	answers := make([]string, 3)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = outcome(refreshWith(p, ClientWeb, token)) })
	}
	all.Wait()
	return fmt.Sprint(len(slices.DeleteFunc(answers, func(s string) bool { return s != "200 token" })))
}

func init() {
	plain := func(flow func(*testing.T, *Provider) string, strict, off string) faultCase {
		return faultCase{opts: full, flow: flow, strict: strict, off: off}
	}
	web := ClientWeb
	maps.Copy(faultCases, map[string]faultCase{
		ruleRefreshRedeemable: plain(func(t *testing.T, p *Provider) string {
			return outcome(refreshWith(p, web, tokensFor(t, p, web).str("refresh_token")))
		}, "200 token", "400 invalid_grant"),
		ruleRefreshRequired: plain(func(_ *testing.T, p *Provider) string { return outcome(refreshWith(p, web, "")) }, "400 invalid_request", "400 invalid_grant"),
		ruleRefreshScopeHeeded: plain(func(t *testing.T, p *Provider) string {
			a := refreshWith(p, web, tokensFor(t, p, web).str("refresh_token"), "scope", "read")
			return member("scope")(a) + " " + member("scope")(introspectAs(p, web, a.str("access_token")))
		}, `"read" "read"`, `absent "openid read"`),
		ruleRefreshScopeKept: plain(func(t *testing.T, p *Provider) string {
			less := refreshWith(p, web, tokensFor(t, p, web).str("refresh_token"), "scope", "read")
			return member("scope")(refreshWith(p, web, less.str("refresh_token")))
		}, `"openid read"`, `"read"`),
		ruleRefreshSpentAtomic: plain(func(t *testing.T, p *Provider) string {
			token := tokensFor(t, p, web).str("refresh_token")
			return atOnce(p, token) + " " + outcome(refreshWith(p, web, token))
		}, "1 400 invalid_grant", "3 400 invalid_grant"),
		ruleRefreshSubjectKept: plain(func(t *testing.T, p *Provider) string {
			a := refreshWith(p, web, tokensFor(t, p, web).str("refresh_token"))
			return fmt.Sprint(claimsOfIDToken(t, p, a.str("id_token"))["sub"])
		}, "alice", "alice@example.com"),
		ruleOfflineConsented: {opts: offline, strict: "false true", off: "true true", flow: func(t *testing.T, p *Provider) string {
			given := func(more ...string) string {
				return presence("refresh_token")(tokensFor(t, p, "offline", append(more, "scope", "openid offline_access")...))
			}
			return given() + " " + given("prompt", "consent")
		}},
		rulePasswordParameters: plain(func(_ *testing.T, p *Provider) string { return outcome(password(p, ClientLegacy, "password", "")) },
			"400 invalid_request", "400 invalid_grant"),
		rulePasswordRegistered: plain(func(_ *testing.T, p *Provider) string { return outcome(password(p, web)) }, "400 unauthorized_client", "200 token"),
		ruleTokenParametersUTF8: {opts: append(slices.Clone(full), WithUsers(User{Subject: UserAlice, Password: "pä€"})), strict: "200 token", off: "400 invalid_grant",
			flow: func(_ *testing.T, p *Provider) string { return outcome(password(p, ClientLegacy)) }},

		ruleAnswerTokenType: plain(answered("token_type", ClientLegacy, "token"), "Bearer", ""),
		ruleAnswerNoRefresh: plain(func(t *testing.T, p *Provider) string {
			return fmt.Sprint(answered("refresh_token", ClientLegacy, "token")(t, p) != "")
		}, "false", "true"),
		ruleAnswerScopeStated: plain(func(t *testing.T, p *Provider) string {
			r := authorizeAt(p, authRequestOf(ClientLegacy, "token", "scope", "read admin")).response()
			return r.Get("error") + " " + r.Get("scope") + " " + fmt.Sprint(r.Get("access_token") != "")
		}, "invalid_scope  false", "  true"),
		ruleHashHalf: plain(func(t *testing.T, p *Provider) string {
			r := authorizeAt(p, authRequestOf(ClientLegacy, "code id_token token")).response()
			claims := claimsOfIDToken(t, p, r.Get("id_token"))
			return fmt.Sprint(len(claims["at_hash"].(string)), " ", len(claims["c_hash"].(string)))
		}, "22 22", "43 43"),
		ruleHybridSubjectSame: plain(func(t *testing.T, p *Provider) string {
			r := authorizeAt(p, authRequestOf(ClientLegacy, "code id_token")).response()
			a := redeem(p, ClientLegacy, r.Get("code"))
			return fmt.Sprint(claimsOfIDToken(t, p, r.Get("id_token"))["sub"], " ", claimsOfIDToken(t, p, a.str("id_token"))["sub"])
		}, "alice alice", "alice@example.com alice"),
		ruleIssErrors: plain(func(t *testing.T, p *Provider) string {
			return answered("iss", web, "code")(t, p) + " " + answered("iss", web, "code", "scope", "admin")(t, p)
		}, "https://idp.test https://idp.test", "https://idp.test "),
		ruleIssModes: plain(func(t *testing.T, p *Provider) string {
			var out []string
			for _, m := range []string{modeQuery, modeFragment, modeFormPost} {
				out = append(out, answered("iss", web, "code", "response_mode", m)(t, p))
			}
			return strings.Join(out, " ")
		}, "https://idp.test https://idp.test https://idp.test", "https://idp.test  "),
		ruleIssForm:      plain(answered("iss", web, "code"), "https://idp.test", "https://idp.test?v=1"),
		ruleIssIdentical: plain(answered("iss", web, "code"), "https://idp.test", "https://idp.test/"),
		ruleIssEncoded:   plain(answered("iss", web, "code"), "https://idp.test", "https%3A%2F%2Fidp.test"),
		ruleIssOnce: plain(func(_ *testing.T, p *Provider) string {
			return fmt.Sprint(len(authorizeAt(p, authRequestOf(web, "code")).response()["iss"]))
		}, "1", "2"),
		ruleMetadataIssFlag:    {send: get(oauthDocument), see: member("authorization_response_iss_parameter_supported"), strict: "true", off: "absent"},
		ruleMetadataIssBoolean: {send: get(oauthDocument), see: member("authorization_response_iss_parameter_supported"), strict: "true", off: `"true"`},
	})

	maps.Copy(varianceCases, map[string]varianceCase{
		varIssAbsent: {opts: full, usual: "https://idp.test true", under: " absent", flow: func(t *testing.T, p *Provider) string {
			return answered("iss", web, "code")(t, p) + " " + member("authorization_response_iss_parameter_supported")(ask(p, get(oauthDocument)))
		}},
		varRefreshKept: {opts: full, usual: "true 400 invalid_grant, true", under: "false 200 token, true", flow: func(t *testing.T, p *Provider) string {
			token := tokensFor(t, p, web).str("refresh_token")
			rotated := presence("refresh_token")(refreshWith(p, web, token))
			return rotated + " " + outcome(refreshWith(p, web, token)) + ", " +
				presence("refresh_token")(refreshWith(p, ClientSPA, tokensFor(t, p, ClientSPA).str("refresh_token")))
		}},
		varRefreshUntilUsed: {opts: full, usual: "400 invalid_grant", under: "200 token, 400 invalid_grant", flow: func(t *testing.T, p *Provider) string {
			token := tokensFor(t, p, web).str("refresh_token")
			next := refreshWith(p, web, token)
			again := outcome(refreshWith(p, web, token))
			if again != "200 token" {
				return again
			}
			userinfoWith(p, next.str("access_token"))
			return again + ", " + outcome(refreshWith(p, web, token))
		}},
		varRefreshOfflineOnly: {opts: full, usual: "true true", under: "false true", flow: func(t *testing.T, p *Provider) string {
			consented := tokensFor(t, p, web, "scope", "openid offline_access", "prompt", "consent")
			return presence("refresh_token")(tokensFor(t, p, web)) + " " + presence("refresh_token")(consented)
		}},
		varRefreshMismatchRevokes: {opts: full, usual: "400 invalid_grant, 200 token", under: "400 invalid_grant, 400 invalid_grant", flow: func(t *testing.T, p *Provider) string {
			token := tokensFor(t, p, web).str("refresh_token")
			return outcome(refreshWith(p, "other", token)) + ", " + outcome(refreshWith(p, web, token))
		}},
		varRefreshNoIDToken: {opts: full, usual: "true", under: "false", flow: func(t *testing.T, p *Provider) string {
			return presence("id_token")(refreshWith(p, web, tokensFor(t, p, web).str("refresh_token")))
		}},
	})
}

// A refresh for less than was granted may be followed by one for all of it, under
// the variance that drops what a client may not have too.
func TestRefreshScopeNarrowed(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t, append(slices.Clone(full), WithVariance(varScopeNarrowed))...)
	a := refreshWith(p, ClientWeb, tokensFor(t, p, ClientWeb).str("refresh_token"), "scope", "read write")
	g.Expect(member("scope")(a)).To(gomega.Equal(`"read"`))
	a = refreshWith(p, ClientWeb, a.str("refresh_token"), "scope", "write")
	g.Expect(member("scope")(a)).To(gomega.Equal(`"openid read"`))
}
