package mockidp

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

// flowCase shows a rule by a flow, at a provider with the clients of full.
func flowCase(flow func(*testing.T, *Provider) string, strict, off string) faultCase {
	return faultCase{opts: full, flow: flow, strict: strict, off: off}
}

// Rules of codes and of PKCE.
func init() {
	maps.Copy(faultCases, map[string]faultCase{
		rulePKCEMethodKnown:     flowCase(asking(ClientWeb, "code", "code_challenge_method", "S1024"), "query invalid_request", "query code"),
		rulePKCEMethodExact:     flowCase(asking(ClientWeb, "code", "code_challenge_method", "s256"), "query invalid_request", "query code"),
		rulePKCEErrorRedirected: flowCase(asking(ClientWeb, "code", "code_challenge_method", "S1024"), "query invalid_request", "page 400"),
		rulePKCEChallengeHidden: flowCase(func(t *testing.T, p *Provider) string {
			_, hidden, _ := strings.Cut(codeFor(t, p, ClientWeb), ".")
			text, _ := base64.RawURLEncoding.DecodeString(hidden)
			return fmt.Sprint(strings.Contains(string(text), challengeOf(testVerifier)))
		}, "false", "true"),
		ruleMetadataChallengeMethods: flowCase(func(_ *testing.T, p *Provider) string {
			return member("code_challenge_methods_supported")(ask(p, get(oauthDocument)))
		}, `["S256"]`, "absent"),
		rulePKCESupported: flowCase(func(t *testing.T, p *Provider) string {
			wrong := outcome(redeem(p, ClientWeb, codeFor(t, p, ClientWeb), "code_verifier", testVerifier+"x"))
			return wrong + " " + outcome(redeem(p, ClientWeb, codeFor(t, p, ClientWeb, "code_challenge", ""))) + " " + member("code_challenge_methods_supported")(ask(p, get(oauthDocument)))
		}, `400 invalid_grant 400 invalid_grant ["S256"]`, "200 token 200 token absent"),
		rulePKCEDigestEncoding: flowCase(redeeming(ClientWeb, nil), "200 token", "400 invalid_grant"),
		rulePKCETransformed:    flowCase(redeeming(ClientWeb, nil, "code_verifier", challengeOf(testVerifier)), "400 invalid_grant", "200 token"),
		ruleCodeRequired:       flowCase(func(_ *testing.T, p *Provider) string { return outcome(redeem(p, ClientWeb, "")) }, "400 invalid_request", "400 invalid_grant"),
		ruleCodeClientID: flowCase(func(t *testing.T, p *Provider) string {
			return outcome(ask(p, sent{form: url.Values{"grant_type": {GrantAuthorizationCode}, "code": {codeFor(t, p, ClientSPA)},
				"redirect_uri": {testCallback}, "code_verifier": {testVerifier}}}))
		}, "401 invalid_client", "200 token"),
		ruleCodeSpentAtOnce: flowCase(func(t *testing.T, p *Provider) string {
			code := codeFor(t, p, ClientWeb)
			redeem(p, ClientWeb, code)
			soon := outcome(redeem(p, ClientWeb, code))
			late(p, spreadingTime)
			return soon + ", " + outcome(redeem(p, ClientWeb, code))
		}, "400 invalid_grant, 400 invalid_grant", "200 token, 400 invalid_grant"),
		ruleCodeUnpredictable: flowCase(func(t *testing.T, p *Provider) string {
			one, _ := strconv.Atoi(codeFor(t, p, ClientWeb))
			next, _ := strconv.Atoi(codeFor(t, p, ClientWeb))
			return fmt.Sprint(next - one)
		}, "0", "1"),
		ruleCodeScopeBound: flowCase(func(t *testing.T, p *Provider) string {
			a := tokensFor(t, p, ClientWeb, "scope", "read")
			return member("scope")(a) + " " + member("scope")(introspectAs(p, ClientWeb, a.str("access_token")))
		}, `"read" "read"`, `absent "read write openid profile email address phone offline_access"`),
	})
}
