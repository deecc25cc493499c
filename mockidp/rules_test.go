package mockidp

import (
	"crypto/ecdh"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/onsi/gomega"
)

// faultCase shows one rule: a request, what of the answer matters, and what that
// is with the rule in force and switched off.
type faultCase struct {
	opts        []Option
	send        sent
	see         func(answer) string
	strict, off string
	// flow takes the place of send and see for what needs several requests.
	flow func(*testing.T, *Provider) string
}

// shows makes the request and gives what matters of the answer.
func (c faultCase) shows(t *testing.T, p *Provider) string {
	if c.flow != nil {
		return c.flow(t, p)
	}
	return c.see(ask(p, c.send))
}

func status(a answer) string      { return fmt.Sprint(a.status) }
func contentType(a answer) string { return a.header.Get("Content-Type") }

// outcome says whether there was a token and else which error.
func outcome(a answer) string {
	if a.str("access_token") != "" {
		return fmt.Sprintf("%d token", a.status)
	}
	return fmt.Sprintf("%d %s", a.status, a.str("error"))
}

// outcomeAndScopes is the outcome, the scope that the answer states, and that of
// the token.
func outcomeAndScopes(a answer) string {
	return outcome(a) + " " + member("scope")(a) + " " + claimOf(a.str("access_token"), "scope")
}

func secretOf(p *Provider, id string) string { return p.registry.byID[id].Secret }

func member(name string) func(answer) string {
	return func(a answer) string {
		v, ok := a.doc[name]
		if !ok {
			return "absent"
		}
		text, _ := json.Marshal(v)
		return string(text)
	}
}

func presence(name string) func(answer) string {
	return func(a answer) string { return fmt.Sprint(a.doc[name] != nil) }
}

func cacheHeaders(a answer) string {
	return a.header.Get("Cache-Control") + "/" + a.header.Get("Pragma")
}

// keysThat counts the keys of a JWK Set that have a property.
func keysThat(has func(k map[string]any) bool) func(answer) string {
	return func(a answer) string {
		n := 0
		keys, _ := a.doc["keys"].([]any)
		for _, k := range keys {
			if has(k.(map[string]any)) {
				n++
			}
		}
		return fmt.Sprint(n)
	}
}

func octets(k map[string]any, name string) []byte {
	s, _ := k[name].(string)
	b, _ := base64.RawURLEncoding.DecodeString(s)
	return b
}

func offCurve(k map[string]any) bool {
	curve := map[any]ecdh.Curve{"P-256": ecdh.P256(), "P-384": ecdh.P384()}[k["crv"]]
	if curve == nil {
		return false
	}
	_, err := curve.NewPublicKey(slices.Concat([]byte{4}, octets(k, "x"), octets(k, "y")))
	return err != nil
}

func basicOf(id, secret string) http.Header {
	return http.Header{"Authorization": {basicValue(id, secret)}}
}

var tenant = []Option{WithPath("/tenant-1")}

var faultCases = map[string]faultCase{
	ruleMetadataServed: {send: get(oauthDocument), see: contentType, strict: "application/json", off: "text/html; charset=utf-8"},
	ruleMetadataPathInserted: {opts: tenant, send: getRoot(oauthDocument + "/tenant-1"), see: status,
		strict: "200", off: "404"},
	ruleMetadataContentType:       {send: get(openidDocument), see: contentType, strict: "application/json", off: "text/plain; charset=utf-8"},
	ruleMetadataIssuerIdentical:   {send: get(oauthDocument), see: member("issuer"), strict: `"https://idp.test"`, off: `"https://idp.test/"`},
	ruleMetadataEndpointHTTPS:     {send: get(oauthDocument), see: member("revocation_endpoint"), strict: `"https://idp.test/revoke"`, off: `"http://idp.invalid/revoke"`},
	ruleMetadataEndpointFragment:  {send: get(oauthDocument), see: member("token_endpoint"), strict: `"https://idp.test/token"`, off: `"https://idp.test/token#token"`},
	ruleMetadataEndpointAbsolute:  {send: get(oauthDocument), see: member("introspection_endpoint"), strict: `"https://idp.test/introspect"`, off: `"/introspect"`},
	ruleMetadataResponseTypes:     {send: get(oauthDocument), see: member("response_types_supported"), strict: `["none"]`, off: "absent"},
	ruleMetadataResponseTypesList: {send: get(oauthDocument), see: member("response_types_supported"), strict: `["none"]`, off: `"none"`},
	ruleMetadataGrantsServed: {send: get(oauthDocument), see: member("grant_types_supported"),
		strict: `["client_credentials"]`, off: `["client_credentials","password"]`},
	ruleMetadataGrantsComplete: {send: get(oauthDocument), see: member("grant_types_supported"),
		strict: `["client_credentials"]`, off: `["` + grantExtension + `"]`},

	ruleJWKSServed:    {send: get(pathJWKS), see: contentType, strict: "application/json", off: "text/html; charset=utf-8"},
	ruleJWKSKeysArray: {send: get(pathJWKS), see: keysThat(func(map[string]any) bool { return true }), strict: "3", off: "0"},
	ruleJWKSKeyParameters: {send: get(pathJWKS), strict: "0", off: "1",
		see: keysThat(func(k map[string]any) bool { return k["kty"] == "RSA" && k["e"] == nil })},
	ruleJWKSBase64URL: {send: get(pathJWKS), strict: "0", off: "3", see: keysThat(func(k map[string]any) bool {
		text, _ := json.Marshal(k)
		return strings.Contains(string(text), `="`)
	})},
	ruleJWKSPublicOnly:  {send: get(pathJWKS), see: keysThat(func(k map[string]any) bool { return k["kty"] == "EC" && k["d"] != nil }), strict: "0", off: "1"},
	ruleJWKSNoSymmetric: {send: get(pathJWKS), see: keysThat(func(k map[string]any) bool { return k["kty"] == "oct" }), strict: "0", off: "1"},
	ruleJWKSRSASize: {send: get(pathJWKS), strict: "0", off: "1", see: keysThat(func(k map[string]any) bool {
		return k["kty"] == "RSA" && len(octets(k, "n")) == 128 && octets(k, "n")[0] >= 0x80
	})},
	ruleJWKSECOnCurve: {send: get(pathJWKS), see: keysThat(offCurve), strict: "0", off: "1"},
	ruleJWKSECAlgCurve: {send: get(pathJWKS), strict: "0", off: "1", see: keysThat(func(k map[string]any) bool {
		return k["alg"] == "ES256" && k["crv"] == "P-384" && !offCurve(k)
	})},

	ruleClientAuthenticationRequired:    {send: sent{form: cc()}, see: outcome, strict: "401 invalid_client", off: "200 token"},
	ruleConfidentialClientAuthenticates: {send: sent{form: cc("client_id", ClientBasic)}, see: outcome, strict: "401 invalid_client", off: "200 token"},
	ruleBasicSupported:                  {send: sent{basic: ClientConfidential, form: cc()}, see: outcome, strict: "200 token", off: "401 invalid_client"},
	ruleBasicFormDecoded:                {send: sent{basic: ClientEncoded, form: cc()}, see: outcome, strict: "200 token", off: "401 invalid_client"},
	rulePostSupported:                   {send: sent{post: ClientConfidential, form: cc()}, see: outcome, strict: "200 token", off: "401 invalid_client"},
	ruleClientSecretVerified:            {send: sent{header: basicOf(ClientBasic, "wrong"), form: cc()}, see: outcome, strict: "401 invalid_client", off: "200 token"},
	ruleSingleClientAuthentication: {send: sent{basic: ClientConfidential, post: ClientConfidential, form: cc()},
		see: outcome, strict: "400 invalid_request", off: "200 token"},
	ruleInvalidClientCode: {send: sent{header: basicOf(ClientBasic, "wrong"), form: cc()}, see: outcome,
		strict: "401 invalid_client", off: "401 unauthorized_client"},
	ruleInvalidClient401: {send: sent{header: basicOf(ClientBasic, "wrong"), form: cc()}, see: outcome,
		strict: "401 invalid_client", off: "400 invalid_client"},
	ruleBasicChallenge: {send: sent{header: basicOf(ClientBasic, "wrong"), form: cc()}, strict: `401 Basic realm="mockidp", charset="UTF-8"`, off: "401 ",
		see: func(a answer) string { return status(a) + " " + a.header.Get("WWW-Authenticate") }},
	ruleBasicSchemeCase: {strict: "200 token", off: "401 invalid_client", flow: func(_ *testing.T, p *Provider) string {
		return outcome(ask(p, sent{header: authorization("BASIC" + basicValue(ClientBasic, secretOf(p, ClientBasic))[5:]), form: cc()}))
	}},
	ruleBasicClientID: {send: sent{basic: ClientBasic, form: cc("client_id", ClientPost)}, strict: "400 invalid_request ", off: "200 token " + ClientPost,
		see: func(a answer) string { return outcome(a) + " " + claimOf(a.str("access_token"), "client_id") }},
	ruleClientSecretRequired: {strict: "401 invalid_client, 401 invalid_client", off: "200 token, 200 token", flow: func(_ *testing.T, p *Provider) string {
		empty := ask(p, sent{header: authorization(rawBasic(ClientBasic + ":")), form: cc()})
		return outcome(empty) + ", " + outcome(ask(p, sent{header: authorization(rawBasic(ClientBasic)), form: cc()}))
	}},
	rulePublicUnauthenticated: {send: sent{header: basicOf(ClientPublic, "x"), form: cc()}, see: outcome, strict: "401 invalid_client", off: "200 token"},
	ruleCredentialsInURI: {strict: "401 invalid_client", off: "200 token", flow: func(_ *testing.T, p *Provider) string {
		query := url.Values{"client_id": {ClientPost}, "client_secret": {secretOf(p, ClientPost)}}
		return outcome(ask(p, sent{path: pathToken + "?" + query.Encode(), form: cc()}))
	}},
	ruleUnknownClientAlike: {send: sent{header: basicOf("nobody", "x"), form: cc()}, see: member("error_description"),
		strict: `"client authentication failed"`, off: `"the client is not known"`},

	ruleTokenPostOnly: {send: sent{method: http.MethodGet, path: pathToken + "?" + cc("scope", "read").Encode(), basic: ClientConfidential},
		see: outcome, strict: "405 invalid_request", off: "200 token"},
	ruleParametersUnrepeated: {send: sent{basic: ClientConfidential, form: cc("scope", "write", "scope", "read")},
		see: outcome, strict: "400 invalid_request", off: "200 token"},
	ruleGrantTypeRequired: {send: sent{basic: ClientConfidential, form: url.Values{"scope": {"read"}}},
		see: outcome, strict: "400 invalid_request", off: "200 token"},
	ruleGrantTypeKnown: {send: sent{basic: ClientConfidential, form: url.Values{"grant_type": {"urn:example:other"}}},
		see: outcome, strict: "400 unsupported_grant_type", off: "200 token"},
	ruleGrantTypeExact: {send: sent{basic: ClientConfidential, form: url.Values{"grant_type": {"Client_Credentials"}}},
		see: outcome, strict: "400 unsupported_grant_type", off: "200 token"},
	ruleScopeKnown: {send: sent{basic: ClientConfidential, form: cc("scope", "admin")}, strict: "400 invalid_scope absent", off: "200 token absent",
		see: func(a answer) string { return outcome(a) + " " + member("scope")(a) }},
	ruleTokenClientCredentials:     {send: sent{basic: ClientConfidential, form: cc()}, see: outcome, strict: "200 token", off: "200 "},
	ruleTokenTypePresent:           {send: sent{basic: ClientConfidential, form: cc()}, see: member("token_type"), strict: `"Bearer"`, off: "absent"},
	ruleClientCredentialsNoRefresh: {send: sent{basic: ClientConfidential, form: cc()}, see: presence("refresh_token"), strict: "false", off: "true"},
	ruleTokenNoStore:               {send: sent{basic: ClientConfidential, form: cc()}, see: cacheHeaders, strict: "no-store/no-cache", off: "/"},

	ruleTokenPragma: {send: sent{basic: ClientConfidential, form: cc()}, see: cacheHeaders, strict: "no-store/no-cache", off: "no-store/"},
	ruleTokenJSON: {send: sent{basic: ClientConfidential, form: cc()}, strict: "application/json true", off: "application/x-www-form-urlencoded true",
		see: func(a answer) string {
			return contentType(a) + " " + fmt.Sprint(strings.Contains(a.body, "access_token"))
		}},
	ruleTokenTypeRegistered:      {send: sent{basic: ClientConfidential, form: cc()}, see: member("token_type"), strict: `"Bearer"`, off: `"BearerToken"`},
	ruleExpiresInNumber:          {send: sent{basic: ClientConfidential, form: cc()}, see: member("expires_in"), strict: "3600", off: `"3600"`},
	ruleScopeDifferenceStated:    {send: sent{basic: ClientConfidential, form: cc("scope", "read admin")}, see: outcomeAndScopes, strict: "400 invalid_scope absent ", off: "200 token absent read"},
	ruleUnknownParametersIgnored: {send: sent{basic: ClientConfidential, form: cc("x", "1")}, see: outcome, strict: "200 token", off: "400 invalid_request"},
	ruleEmptyParametersOmitted:   {send: sent{basic: ClientConfidential, form: cc("scope", "")}, see: outcome, strict: "200 token", off: "400 invalid_request"},

	ruleErrorCharacters: {send: sent{form: cc()}, see: member("error_description"), strict: `"the request names no client"`, off: `"\"the request names no client\""`},
	ruleTokenNoRedirect: {send: sent{form: cc()}, strict: "401 ", off: "302 https://idp.test/authorize",
		see: func(a answer) string { return status(a) + " " + a.header.Get("Location") }},
	ruleTokenErrorNoStore: {send: sent{form: cc()}, see: cacheHeaders, strict: "no-store/no-cache", off: "/"},
	ruleErrorJSON: {send: sent{form: cc()}, strict: "application/json true", off: "text/plain; charset=utf-8 false",
		see: func(a answer) string { return contentType(a) + " " + fmt.Sprint(a.doc != nil) }},
	ruleErrorMember:    {send: sent{form: cc()}, see: member("error"), strict: `"invalid_client"`, off: "absent"},
	ruleErrorStatus400: {send: sent{basic: ClientConfidential}, see: outcome, strict: "400 invalid_request", off: "200 invalid_request"},
	ruleNoServerError:  {send: sent{basic: ClientConfidential}, see: status, strict: "400", off: "500"},
}

// Every rule shows: the strict answer with the rule in force, the broken one
// without, and the fault point is reached in both.
func TestEveryRuleShows(t *testing.T) {
	for _, rule := range Rules() {
		t.Run(rule.Name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			c, ok := faultCases[rule.Name]
			g.Expect(ok).To(gomega.BeTrue(), "the rule has no case in faultCases")
			g.Expect(c.strict).NotTo(gomega.Equal(c.off), "a case whose two answers are the same shows nothing")

			strict := newProvider(t, c.opts...)
			g.Expect(c.shows(t, strict)).To(gomega.Equal(c.strict), "with the rule in force")
			g.Expect(strict.Hits()).To(gomega.ContainElement(rule.Name))

			off := newProvider(t, append(c.opts, WithRuleOff(rule.Name))...)
			g.Expect(c.shows(t, off)).To(gomega.Equal(c.off), "with the rule off")
			g.Expect(c.shows(t, off)).To(gomega.Equal(c.off), "the second time")
			g.Expect(off.Hits()).To(gomega.ContainElement(rule.Name))

			g.Expect(off.SetRule(rule.Name, Enforce)).To(gomega.Succeed())
			g.Expect(c.shows(t, off)).To(gomega.Equal(c.strict), "with the rule in force again")
		})
	}
	gomega.NewWithT(t).Expect(faultCases).To(gomega.HaveLen(len(Rules())), "a case for a rule that does not exist")
}

func TestRuleCatalogue(t *testing.T) {
	g := gomega.NewWithT(t)
	seen := map[string]bool{}
	for _, r := range Rules() {
		g.Expect(seen[r.Name]).To(gomega.BeFalse(), "%s is there twice", r.Name)
		seen[r.Name] = true
		g.Expect(r.Name).To(gomega.MatchRegexp(`^[a-z0-9]+(-[a-z0-9]+)+$`))
		g.Expect(r.Clause).To(gomega.MatchRegexp(`^(RFC \d+|OpenID Connect (Core|Discovery|Registration|RP-Initiated Logout)) §\d+(\.\d+)*$`), r.Name)
		g.Expect(r.Text).To(gomega.HaveSuffix("."), r.Name)
		g.Expect(r.Off).To(gomega.HaveSuffix("."), r.Name)
		g.Expect(r.Mode).To(gomega.Equal(Enforce), r.Name)
	}
	for _, v := range Variances() {
		g.Expect(seen[v.Name]).To(gomega.BeFalse(), "%s is there twice", v.Name)
		seen[v.Name] = true
		g.Expect(v.Name).To(gomega.MatchRegexp(`^[a-z0-9]+(-[a-z0-9]+)+$`))
		g.Expect(v.Clause).To(gomega.MatchRegexp(`^(RFC \d+ (§\d+(\.\d+)*|App\. [A-C](\.\d+)?)|OpenID Connect (Core|Discovery) §\d+(\.\d+)*)$`), v.Name)
		g.Expect(v.Text).To(gomega.HaveSuffix("."), v.Name)
		g.Expect(v.On).To(gomega.BeFalse(), v.Name)
	}
	Rules()[0].Name = "changed"
	g.Expect(Rules()[0].Name).To(gomega.Equal(ruleMetadataServed), "the list is the caller's own")
}

// With the path rule off the document moves, and OpenID discovery stays.
func TestPathInsertedOff(t *testing.T) {
	g := gomega.NewWithT(t)
	for _, c := range []struct {
		path        string
		strict, off int
	}{
		{oauthDocument + "/tenant-1", 200, 404},
		{openidDocument + "/tenant-1", 200, 404},
		{"/tenant-1" + oauthDocument, 404, 200},
		{"/tenant-1" + openidDocument, 200, 200},
		{oauthDocument, 404, 404},
		{openidDocument, 404, 404},
	} {
		see := func(opts ...Option) int {
			return ask(newProvider(t, append(tenant, opts...)...), getRoot(c.path)).status
		}
		g.Expect(see()).To(gomega.Equal(c.strict), "%s, in force", c.path)
		g.Expect(see(WithRuleOff(ruleMetadataPathInserted))).To(gomega.Equal(c.off), "%s, off", c.path)
	}
}
