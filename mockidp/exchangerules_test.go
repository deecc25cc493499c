package mockidp

import (
	"encoding/json"
	"fmt"
	"maps"
	"testing"
	"time"
)

func init() { maps.Copy(faultCases, exchangeFaultCases) }

// exchanging shows what comes of an exchange of Alice's access token.
func exchanging(see func(answer) string, more ...string) func(*testing.T, *Provider) string {
	return func(_ *testing.T, p *Provider) string {
		return see(tokenFor(p, gateway, userTokens(p).str("access_token"), more...))
	}
}

func bears(claims map[string]any, more ...assertion) func(*testing.T, *Provider) string {
	return func(_ *testing.T, p *Provider) string { return outcome(bearing(p, foreign(p, claims, more...))) }
}

func later(d time.Duration, name string) func(*testing.T, *Provider) string {
	return func(_ *testing.T, p *Provider) string {
		return outcome(bearing(p, foreign(p, map[string]any{name: p.clock.Now().Add(d).Unix()})))
	}
}

func refusedExchange(flow func(*testing.T, *Provider) string, code string) faultCase {
	return faultCase{opts: exchangeOptions(), flow: flow, strict: "400 " + code, off: "200 token"}
}

var exchangeFaultCases = map[string]faultCase{
	ruleExchangeSubjectType:   refusedExchange(exchanging(outcome, "subject_token_type", ""), "invalid_request"),
	ruleExchangeActorType:     refusedExchange(exchanging(outcome, "actor_token_type", TokenTypeAccessToken), "invalid_request"),
	ruleExchangeRequestedType: refusedExchange(exchanging(outcome, "requested_token_type", "urn:ietf:params:oauth:token-type:saml2"), "invalid_request"),
	ruleExchangeTypeMatches:   refusedExchange(exchanging(outcome, "subject_token_type", TokenTypeIDToken), "invalid_request"),
	ruleExchangeSubjectValid: refusedExchange(func(_ *testing.T, p *Provider) string {
		token := userTokens(p).str("access_token")
		p.Revoke(token)
		return outcome(tokenFor(p, gateway, token))
	}, "invalid_request"),
	ruleExchangeActorValid: refusedExchange(func(t *testing.T, p *Provider) string {
		token := serviceToken(p, gateway)
		p.Revoke(token)
		return exchanging(outcome, "actor_token", token, "actor_token_type", TokenTypeAccessToken)(t, p)
	}, "invalid_request"),
	ruleExchangeMayAct: {
		opts: exchangeOptions(ClaimRule{Client: ClientLegacy, Claims: map[string]any{"may_act": map[string]any{"sub": backend}}}),
		flow: exchanging(outcome), strict: "400 invalid_request", off: "200 token",
	},
	ruleExchangeScope:  refusedExchange(exchanging(outcome, "scope", "write"), "invalid_scope"),
	ruleExchangeTarget: refusedExchange(exchanging(outcome, "audience", "nobody"), "invalid_target"),
	ruleExchangeActChain: {opts: exchangeOptions(), strict: "map[act:map[sub:gateway] sub:backend]", off: "map[sub:backend]",
		flow: func(t *testing.T, p *Provider) string {
			a := tokenFor(p, gateway, userTokens(p).str("access_token"), actingAs(p, gateway)...)
			b := tokenFor(p, backend, a.str("access_token"), actingAs(p, backend)...)
			_, claims := verified(t, p, b.str("access_token"))
			return fmt.Sprint(claims["act"])
		}},
	ruleExchangeIssuedType: {opts: exchangeOptions(), flow: exchanging(presence("issued_token_type")), strict: "true", off: "false"},

	ruleGrantAssertionIssuer:    refusedExchange(bears(map[string]any{"iss": "https://unknown.example"}), "invalid_grant"),
	ruleGrantAssertionSubject:   refusedExchange(bears(map[string]any{"sub": nil}), "invalid_grant"),
	ruleGrantAssertionCritical:  refusedExchange(bears(nil, assertion{header: map[string]any{"crit": []string{"x"}, "x": 1}}), "invalid_grant"),
	ruleGrantAssertionTyp:       refusedExchange(bears(nil, assertion{header: map[string]any{"typ": "at+jwt"}}), "invalid_grant"),
	ruleGrantAssertionAlg:       refusedExchange(bears(nil, assertion{alg: "none", key: 0}), "invalid_grant"),
	ruleGrantAssertionSignature: refusedExchange(bears(nil, assertion{key: clientKeys()["stray"]}), "invalid_grant"),
	ruleGrantAssertionHeaderKey: refusedExchange(bears(nil, assertion{key: clientKeys()["stray"], header: map[string]any{"jwk": json.RawMessage(publicKey("stray"))}}), "invalid_grant"),
	ruleGrantAssertionAudience:  refusedExchange(bears(map[string]any{"aud": "https://unknown.example"}), "invalid_grant"),
	ruleGrantAssertionExpiry:    refusedExchange(bears(map[string]any{"exp": nil}), "invalid_grant"),
	ruleGrantAssertionUnexpired: refusedExchange(later(-time.Minute, "exp"), "invalid_grant"),
	ruleGrantAssertionLifetime:  refusedExchange(later(24*time.Hour, "exp"), "invalid_grant"),
	ruleGrantAssertionNotBefore: refusedExchange(later(30*time.Second, "nbf"), "invalid_grant"),
	ruleGrantAssertionOnce: refusedExchange(func(_ *testing.T, p *Provider) string {
		jwt := foreign(p, nil)
		bearing(p, jwt)
		return outcome(bearing(p, jwt))
	}, "invalid_grant"),
}
