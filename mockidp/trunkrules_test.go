package mockidp

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// errorOf is the error of an authorization response, or what else came.
func errorOf(a answer) string {
	r := a.response()
	switch {
	case r.Get("error") != "":
		return r.Get("via") + " " + r.Get("error")
	case r.Get("via") == "page":
		return fmt.Sprint("page ", a.status)
	}
	var given []string
	for _, name := range []string{"code", "access_token", "id_token"} {
		if r.Get(name) != "" {
			given = append(given, name)
		}
	}
	return r.Get("via") + " " + strings.Join(given, "+")
}

// asking shows what comes of an authorization request.
func asking(client, responseType string, more ...string) func(*testing.T, *Provider) string {
	return func(_ *testing.T, p *Provider) string {
		return errorOf(authorizeAt(p, authRequestOf(client, responseType, more...)))
	}
}

// answered shows one parameter of an authorization response.
func answered(name, client, responseType string, more ...string) func(*testing.T, *Provider) string {
	return func(_ *testing.T, p *Provider) string {
		return authorizeAt(p, authRequestOf(client, responseType, more...)).response().Get(name)
	}
}

// claimed shows whether the ID token of an authorization response has a claim.
func claimed(name, responseType string) func(*testing.T, *Provider) string {
	return func(t *testing.T, p *Provider) string {
		r := authorizeAt(p, authRequestOf(ClientLegacy, responseType)).response()
		_, claims := verified(t, p, r.Get("id_token"))
		return fmt.Sprint(claims[name] != nil)
	}
}

// redeeming shows what comes of a code; ask holds parameters of the
// authorization request and more those of the token request.
func redeeming(client string, ask []string, more ...string) func(*testing.T, *Provider) string {
	return func(t *testing.T, p *Provider) string {
		return outcome(redeem(p, client, codeFor(t, p, client, ask...), more...))
	}
}

// late makes the provider's clock stand further on than it did.
func late(p *Provider, d time.Duration) { p.Clock().Advance(d) }

// full are the default clients, and clients with options that few have.
var full = []Option{WithClients(append(DefaultClients(),
	Client{ID: "resources", Scopes: []string{"openid", "read"}, RedirectURIs: []string{testCallback}, Resources: []string{"https://a.example/", "https://b.example/"},
		GrantTypes: []string{GrantAuthorizationCode, GrantRefreshToken}},
	Client{ID: "other", Scopes: []string{"openid", "read"}, RedirectURIs: []string{testCallback}, GrantTypes: []string{GrantAuthorizationCode, GrantRefreshToken}},
)...)}

func init() {
	plain := func(flow func(*testing.T, *Provider) string, strict, off string) faultCase {
		return faultCase{opts: full, flow: flow, strict: strict, off: off}
	}
	web := ClientWeb
	maps.Copy(faultCases, map[string]faultCase{
		ruleRedirectURIRegistered:  plain(asking(web, "code", "redirect_uri", "https://evil.example/"), "page 400", "query code"),
		ruleRedirectURIExact:       plain(asking(web, "code", "redirect_uri", testCallback+"/more"), "page 400", "query code"),
		ruleOpenIDRedirectURI:      plain(asking(web, "code", "redirect_uri", ""), "page 400", "query code"),
		ruleResponseTypeRegistered: plain(asking(web, "code id_token"), "fragment unauthorized_client", "fragment code+id_token"),
		ruleTokensNotInQuery:       plain(asking(ClientLegacy, "id_token token", "response_mode", "query"), "fragment invalid_request", "query access_token+id_token"),
		rulePKCERequired:           plain(asking(ClientSPA, "code", "code_challenge", ""), "query invalid_request", "query code"),
		rulePKCES256:               plain(asking(web, "code", "code_challenge_method", "plain"), "query invalid_request", "query code"),
		rulePKCEChallengeFormat:    plain(asking(web, "code", "code_challenge", "short"), "query invalid_request", "query code"),
		ruleNonceRequired:          plain(asking(ClientLegacy, "id_token", "nonce", ""), "fragment invalid_request", "fragment id_token"),
		rulePromptNoneAlone:        plain(asking(web, "code", "prompt", "none select_account"), "query invalid_request", "query code"),
		ruleResourceURI:            plain(asking(web, "code", "resource", "a"), "query invalid_target", "query code"),
		ruleResourceKnown:          plain(asking("resources", "code", "resource", "https://c.example/"), "query invalid_target", "query code"),
		ruleStateEchoed:            plain(answered("state", web, "code"), testState, ""),
		ruleAuthorizationIss:       plain(answered("iss", web, "code", "scope", "admin"), "https://idp.test", ""),
		ruleNonceEchoed:            plain(claimed("nonce", "id_token"), "true", "false"),
		ruleAtHash:                 plain(claimed("at_hash", "id_token token"), "true", "false"),
		ruleCHash:                  plain(claimed("c_hash", "code id_token"), "true", "false"),

		ruleClientGrantRegistered: plain(func(_ *testing.T, p *Provider) string {
			return outcome(tokenRequest(p, ClientWeb, cc()))
		}, "400 unauthorized_client", "200 token"),
		ruleCodeKnown: plain(func(_ *testing.T, p *Provider) string { return outcome(redeem(p, web, "made-up")) }, "400 invalid_grant", "200 token"),
		ruleCodeClientBound: plain(func(t *testing.T, p *Provider) string {
			return outcome(redeem(p, "other", codeFor(t, p, web)))
		}, "400 invalid_grant", "200 token"),
		ruleCodeUnexpired: plain(func(t *testing.T, p *Provider) string {
			code := codeFor(t, p, web)
			late(p, time.Minute)
			return outcome(redeem(p, web, code))
		}, "400 invalid_grant", "200 token"),
		ruleCodeSingleUse: plain(func(t *testing.T, p *Provider) string {
			code := codeFor(t, p, web)
			redeem(p, web, code)
			return outcome(redeem(p, web, code))
		}, "400 invalid_grant", "200 token"),
		ruleCodeRedirectURIBound: plain(redeeming(web, nil, "redirect_uri", ""), "400 invalid_grant", "200 token"),
		rulePKCEVerifierRequired: plain(redeeming(web, nil, "code_verifier", ""), "400 invalid_grant", "200 token"),
		rulePKCEVerifierMatches:  plain(redeeming(web, nil, "code_verifier", testVerifier+"x"), "400 invalid_grant", "200 token"),
		rulePKCEVerifierFormat:   plain(redeeming(web, []string{"code_challenge", challengeOf("short")}, "code_verifier", "short"), "400 invalid_grant", "200 token"),
		rulePKCENoDowngrade:      plain(redeeming(web, []string{"code_challenge", ""}), "400 invalid_grant", "200 token"),
		ruleResourceWithinGrant: plain(redeeming("resources", []string{"resource", "https://a.example/"}, "resource", "https://b.example/"),
			"400 invalid_target", "200 token"),
		ruleRefreshKnown: plain(func(_ *testing.T, p *Provider) string { return outcome(refreshWith(p, web, "made-up")) }, "400 invalid_grant", "200 token"),
		ruleRefreshClientBound: plain(func(t *testing.T, p *Provider) string {
			return outcome(refreshWith(p, "other", tokensFor(t, p, web).str("refresh_token")))
		}, "400 invalid_grant", "200 token"),
		ruleRefreshSingleUse: plain(func(t *testing.T, p *Provider) string {
			token := tokensFor(t, p, web).str("refresh_token")
			refreshWith(p, web, token)
			return outcome(refreshWith(p, web, token))
		}, "400 invalid_grant", "200 token"),
		ruleRefreshUnrevoked: plain(func(t *testing.T, p *Provider) string {
			token := tokensFor(t, p, web).str("refresh_token")
			p.Revoke(token)
			return outcome(refreshWith(p, web, token))
		}, "400 invalid_grant", "200 token"),
		ruleRefreshUnexpired: plain(func(t *testing.T, p *Provider) string {
			token := tokensFor(t, p, web).str("refresh_token")
			late(p, 31*24*time.Hour)
			return outcome(refreshWith(p, web, token))
		}, "400 invalid_grant", "200 token"),
		ruleRefreshScopeWithin: plain(func(t *testing.T, p *Provider) string {
			return outcome(refreshWith(p, web, tokensFor(t, p, web).str("refresh_token"), "scope", "read write"))
		}, "400 invalid_scope", "200 token"),
		rulePasswordVerified: plain(func(_ *testing.T, p *Provider) string {
			return outcome(tokenRequest(p, ClientLegacy, url.Values{"grant_type": {"password"}, "username": {"alice"}, "password": {"wrong"}}))
		}, "400 invalid_grant", "200 token"),
		ruleCodeReuseRevokes: plain(func(t *testing.T, p *Provider) string {
			code := codeFor(t, p, web)
			access := redeem(p, web, code).str("access_token")
			redeem(p, web, code)
			return status(userinfoWith(p, access))
		}, "401", "200"),
		ruleRefreshRotation: plain(func(t *testing.T, p *Provider) string {
			return presence("refresh_token")(refreshWith(p, web, tokensFor(t, p, web).str("refresh_token")))
		}, "true", "false"),
		ruleRefreshReuseRevokes: plain(func(t *testing.T, p *Provider) string {
			first := tokensFor(t, p, web).str("refresh_token")
			second := refreshWith(p, web, first)
			refreshWith(p, web, first)
			return status(userinfoWith(p, second.str("access_token"))) + " " + outcome(refreshWith(p, web, second.str("refresh_token")))
		}, "401 400 invalid_grant", "200 200 token"),

		ruleBearerSingleMethod: plain(func(t *testing.T, p *Provider) string {
			access := tokensFor(t, p, web).str("access_token")
			return status(ask(p, sent{path: pathUserinfo, form: url.Values{"access_token": {access}}, header: http.Header{"Authorization": {"Bearer " + access}}}))
		}, "400", "200"),
		ruleAccessTokenUnexpired: plain(func(t *testing.T, p *Provider) string {
			access := tokensFor(t, p, web).str("access_token")
			late(p, time.Hour)
			return status(userinfoWith(p, access))
		}, "401", "200"),
		ruleAccessTokenUnrevoked: plain(func(t *testing.T, p *Provider) string {
			access := tokensFor(t, p, web).str("access_token")
			p.Revoke(access)
			return status(userinfoWith(p, access))
		}, "401", "200"),
		ruleUserinfoScope: plain(func(t *testing.T, p *Provider) string {
			a := userinfoWith(p, tokensFor(t, p, web, "scope", "read").str("access_token"))
			return status(a) + " " + a.str("error")
		}, "403 insufficient_scope", "200 "),
		ruleIntrospectionAuthenticated: plain(func(t *testing.T, p *Provider) string {
			return outcome(introspectAs(p, ClientSPA, tokensFor(t, p, ClientSPA).str("access_token")))
		}, "401 invalid_client", "200 "),
		ruleRevocationClientBound: plain(func(t *testing.T, p *Provider) string {
			access := tokensFor(t, p, web).str("access_token")
			return outcome(revokeAs(p, "other", access)) + " " + status(userinfoWith(p, access))
		}, "400 invalid_grant 200", "200  401"),
		rulePostLogoutRegistered: plain(func(t *testing.T, p *Provider) string {
			return status(ask(p, get(pathEndSession+"?"+url.Values{
				"id_token_hint": {tokensFor(t, p, web).str("id_token")}, "post_logout_redirect_uri": {"https://evil.example/"},
			}.Encode())))
		}, "400", "303"),
		ruleBearerChallenge: plain(func(_ *testing.T, p *Provider) string {
			return ask(p, get(pathUserinfo)).header.Get("WWW-Authenticate")
		}, `Bearer realm="mockidp"`, ""),
		ruleUserinfoSub: plain(func(t *testing.T, p *Provider) string {
			return presence("sub")(userinfoWith(p, tokensFor(t, p, web).str("access_token")))
		}, "true", "false"),
		ruleIntrospectionForeignInactive: plain(func(t *testing.T, p *Provider) string {
			return member("active")(introspectAs(p, "other", tokensFor(t, p, web).str("access_token")))
		}, "false", "true"),
		ruleIntrospectionInactiveBare: plain(func(t *testing.T, p *Provider) string {
			access := tokensFor(t, p, web).str("access_token")
			p.Revoke(access)
			a := introspectAs(p, web, access)
			return member("active")(a) + " " + presence("sub")(a)
		}, "false false", "false true"),
		ruleRevocationUnknownOK: plain(func(_ *testing.T, p *Provider) string { return status(revokeAs(p, web, "made-up")) }, "200", "400"),
		ruleRevocationEffective: plain(func(t *testing.T, p *Provider) string {
			access := tokensFor(t, p, web).str("access_token")
			return status(revokeAs(p, web, access)) + " " + status(userinfoWith(p, access))
		}, "200 401", "200 200"),
		ruleRevocationFamily: plain(func(t *testing.T, p *Provider) string {
			a := tokensFor(t, p, web)
			return status(revokeAs(p, web, a.str("refresh_token"))) + " " + status(userinfoWith(p, a.str("access_token"))) + " " +
				outcome(refreshWith(p, web, a.str("refresh_token")))
		}, "200 401 400 invalid_grant", "200 200 400 invalid_grant"),
	})
}
