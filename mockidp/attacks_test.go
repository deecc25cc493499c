package mockidp

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
)

// At the authorization endpoint no parameter is there twice, not even beside a
// pushed request (RFC 6749 §3.1).
func TestPushedRequestRepeatedParameters(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t)
	a := pushing(p, ClientSPA)
	uri := a.str("request_uri")
	for _, v := range []url.Values{
		{"client_id": {ClientWeb, ClientSPA}, "request_uri": {uri}},
		{"client_id": {ClientSPA}, "request_uri": {requestURIPrefix + "x", uri}},
	} {
		g.Expect(errorOf(authorizeAt(p, v))).To(gomega.Equal("page 400"), "%v", v)
	}
	g.Expect(authorizePushed(p, ClientSPA, a).response().Get("code")).NotTo(gomega.BeEmpty(), "the request was used up")
}

// An assertion that stands for a user is for the issuer or the token endpoint; the
// endpoint for pushed requests is an audience of client authentication alone
// (RFC 7523 §3, RFC 9126 §2).
func TestJWTBearerForPushedEndpoint(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t, exchangeOptions()...)
	g.Expect(p.servesPushed()).To(gomega.BeTrue())
	g.Expect(outcome(bearing(p, foreign(p, map[string]any{"aud": p.Issuer() + pathPushed})))).To(gomega.Equal("400 invalid_grant"))
	g.Expect(outcome(bearing(p, foreign(p, map[string]any{"aud": p.Issuer() + pathToken})))).To(gomega.Equal("200 token"))
}

// Members that are there have values of the type that the texts give them; null is
// none (RFC 7515 §4.1.4, §4.1.11, RFC 7519 §4.1.5).
func TestAssertionNullMembers(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, WithClients(assertionClients()...))
	null := json.RawMessage("null")
	for name, a := range map[string]assertion{
		"crit null":  {header: map[string]any{"crit": null}},
		"kid null":   {header: map[string]any{"kid": null}},
		"kid number": {header: map[string]any{"kid": 1}},
		"kid list":   {header: map[string]any{"kid": []string{"x"}}},
		"typ number": {header: map[string]any{"typ": 1}},
		"typ null":   {header: map[string]any{"typ": null}},
		"nbf null":   {claims: map[string]any{"nbf": null}},
		"iat null":   {claims: map[string]any{"iat": null}},
		"iat true":   {claims: map[string]any{"iat": true}},
	} {
		g.Expect(outcome(a.ask(p))).To(gomega.Equal("401 invalid_client"), name)
	}
	g.Expect(outcome(assertion{}.ask(p))).To(gomega.Equal("200 token"))
}

// A JWK Set is read by the exact names of its members (RFC 7517 §4, §5), keys on
// curves that are not known are passed over (§5), and so are keys that are for
// something else than verifying (§4.3).
func TestJWKSetMembers(t *testing.T) {
	g := gomega.NewWithT(t)
	var set struct {
		Keys []map[string]any `json:"keys"`
	}
	g.Expect(json.Unmarshal(publicSet("ES256"), &set)).To(gomega.Succeed())
	good, err := json.Marshal(set.Keys[0])
	g.Expect(err).NotTo(gomega.HaveOccurred())
	for text, want := range map[string]int{
		fmt.Sprintf(`{"Keys":[%s]}`, good):           -1,
		fmt.Sprintf(`{"keys":[%s],"KEYS":[]}`, good): 1,
		`{"keys":[{"Kty":"EC"}]}`:                    -1,
		`{"keys":[null]}`:                            -1,
		`{"keys":{}}`:                                -1,
		fmt.Sprintf(`{"keys":[{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"},%s]}`, good):              1,
		fmt.Sprintf(`{"keys":[{"kty":"OKP","crv":"X25519","x":"AA"},%s]}`, good):                         1,
		fmt.Sprintf(`{"keys":[{"kty":"OKP","crv":"X25519","x":"AA","d":"AA"},%s]}`, good):                -1,
		fmt.Sprintf(`{"keys":[%s]}`, strings.Replace(string(good), "{", `{"key_ops":["verify"],`, 1)):    1,
		fmt.Sprintf(`{"keys":[%s]}`, strings.Replace(string(good), "{", `{"key_ops":["deriveKey"],`, 1)): 0,
		fmt.Sprintf(`{"keys":[%s]}`, strings.Replace(string(good), "{", `{"key_ops":"verify",`, 1)):      -1,
	} {
		keys, err := parseJWKS([]byte(text))
		if want < 0 {
			g.Expect(err).To(gomega.HaveOccurred(), text)
			continue
		}
		g.Expect(err).NotTo(gomega.HaveOccurred(), text)
		g.Expect(keys).To(gomega.HaveLen(want), text)
	}
}

// An identifier is remembered for as long as its assertion can be used, also where
// the rule about its lifetime is off.
func TestLongAssertionOnce(t *testing.T) {
	g := gomega.NewWithT(t)
	clock := NewManualClock(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
	p := newProvider(t, WithClients(assertionClients()...), WithClock(clock), WithRuleOff(ruleAssertionLifetime))
	claims := map[string]any{"jti": "one", "exp": clock.Now().Add(48 * time.Hour).Unix()}
	g.Expect(outcome(assertion{claims: claims}.ask(p))).To(gomega.Equal("200 token"))
	clock.Advance(2 * time.Hour)
	g.Expect(outcome(assertion{claims: claims}.ask(p))).To(gomega.Equal("401 invalid_client"))
}

// A client that registers redirect URIs on the loopback interface may use any port
// (RFC 8252 §7.3); a scheme of an application has a period in it (§8.4).
func TestRegistrationOfApplications(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t, openRegistration...)
	native := []any{"token_endpoint_auth_method", "none", "grant_types", []string{"authorization_code"}}
	a := register(p, append(native, "redirect_uris", []string{"http://127.0.0.1/cb"})...)
	g.Expect(a.status).To(gomega.Equal(201), a.body)
	v := authRequestOf(a.str("client_id"), "code", "redirect_uri", "http://127.0.0.1:51004/cb", "scope", "read")
	g.Expect(authorizeAt(p, v).header.Get("Location")).To(gomega.HavePrefix("http://127.0.0.1:51004/cb?"))
	v.Set("redirect_uri", "http://127.0.0.1:51004/other")
	g.Expect(errorOf(authorizeAt(p, v))).To(gomega.Equal("page 400"))
	for uri, want := range map[string]string{
		"com.example.app:/cb": "201", "myapp:/cb": "400 invalid_redirect_uri", "view-source:https://a.example/": "400 invalid_redirect_uri",
		"javascript:alert(1)": "400 invalid_redirect_uri", "JavaScript:alert(1)//.": "400 invalid_redirect_uri", "https://a.example/#f": "400 invalid_redirect_uri",
		"https://a.example/#": "400 invalid_redirect_uri", "https:///cb": "400 invalid_redirect_uri", "https://é.example/": "400 invalid_redirect_uri",
		"http://127.0.0.1.evil.example/": "400 invalid_redirect_uri", "http://127.0.0.1@evil.example/": "400 invalid_redirect_uri",
		"//a.example/": "400 invalid_redirect_uri", "": "400 invalid_redirect_uri",
	} {
		a := register(p, append(native, "redirect_uris", []string{uri})...)
		g.Expect(strings.TrimSpace(fmt.Sprint(a.status, " ", a.str("error")))).To(gomega.Equal(want), uri)
	}
}

// Metadata of the wrong type, too large or nonsensical is refused as RFC 7591
// §3.2.2 says, whatever it is.
func TestRegistrationOddMetadata(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t, openRegistration...)
	for _, more := range [][]any{
		{"client_name", 1}, {"client_name", []string{}}, {"redirect_uris", "https://a.example/"}, {"redirect_uris", []any{nil}},
		{"grant_types", map[string]any{}}, {"grant_types", []any{1}}, {"contacts", true}, {"scope", []string{"read"}}, {"jwks", "x"}, {"jwks", []any{}},
		{"jwks", map[string]any{"keys": nil}}, {"require_pushed_authorization_requests", "true"}, {"client_uri", "javascript:alert(1)"},
		{"logo_uri", "data:,x"}, {"jwks_uri", "file:///etc/passwd"}, {"scope", "read  write"}, {"token_endpoint_auth_method", "tls_client_auth"},
		{"token_endpoint_auth_signing_alg", "none"}, {"client_name", strings.Repeat("x", 70_000)},
	} {
		a := register(p, more...)
		g.Expect(a.status).To(gomega.Equal(400), "%v", more[0])
		g.Expect(a.str("error")).To(gomega.HavePrefix("invalid_"), "%v", more[0])
	}
	for _, more := range [][]any{
		{"client_name", json.RawMessage("null")}, {"client_name", "\u202e<script>試験"}, {"contacts", []string{}}, {"jwks", json.RawMessage("null")},
	} {
		g.Expect(register(p, more...).status).To(gomega.Equal(201), "%v", more[0])
	}
}

// What the registered clients could use is advertised for every endpoint where
// clients authenticate, before the first has registered (RFC 8414 §2).
func TestMetadataOfOpenRegistration(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, WithClients(plainClients()...), WithRegistration(Registration{Scopes: []string{"openid", "read"}}))
	doc := ask(p, get(openidDocument)).doc
	confidential := []any{ClientSecretBasic, ClientSecretPost, ClientSecretJWT, PrivateKeyJWT}
	g.Expect(doc["introspection_endpoint_auth_methods_supported"]).To(gomega.Equal(confidential))
	g.Expect(doc["revocation_endpoint_auth_methods_supported"]).To(gomega.Equal(append(confidential, AuthMethodNone)))
	g.Expect(doc["introspection_endpoint_auth_signing_alg_values_supported"]).To(gomega.Equal(doc["token_endpoint_auth_signing_alg_values_supported"]))
	g.Expect(doc["revocation_endpoint_auth_signing_alg_values_supported"]).NotTo(gomega.BeNil())
	g.Expect(doc).To(gomega.HaveKey("userinfo_endpoint"), "a client can register for the scope openid")
	g.Expect(userinfoWith(p, "x").status).To(gomega.Equal(401))

	// And it is true.
	a := register(p, "token_endpoint_auth_method", ClientSecretJWT, "grant_types", []string{"client_credentials"}, "response_types", nil, "redirect_uris", nil)
	g.Expect(a.status).To(gomega.Equal(201), a.body)
	by := assertion{client: a.str("client_id"), alg: "HS256", key: []byte(a.str("client_secret"))}
	got := by.ask(p)
	g.Expect(outcome(got)).To(gomega.Equal("200 token"))
	form := url.Values{"client_assertion_type": {assertionType}, "client_assertion": {by.sign(p)}, "token": {got.str("access_token")}}
	g.Expect(ask(p, sent{path: pathIntrospect, form: form}).doc["active"]).To(gomega.BeTrue())
	form.Set("client_assertion", by.sign(p))
	g.Expect(ask(p, sent{path: pathRevoke, form: form}).status).To(gomega.Equal(200))
}

// The token request of a device may name some of the resources of its device
// request, and no other (RFC 8707 §2.2).
func TestDeviceResource(t *testing.T) {
	g := gomega.NewWithT(t)
	p, clock := deviceProvider(t)
	p.DevicePolls(0)
	a := startDevice(p, "resource", "https://a.example/")
	g.Expect(a.status).To(gomega.Equal(200), a.body)
	g.Expect(outcome(poll(p, a, "resource", "https://b.example/"))).To(gomega.Equal("400 invalid_target"))
	clock.Advance(5 * time.Second)
	got := poll(p, a, "resource", "https://a.example/")
	g.Expect(outcome(got)).To(gomega.Equal("200 token"), "a refused request has not used the code up")
	_, claims := verified(t, p, got.str("access_token"))
	g.Expect(claims["aud"]).To(gomega.Equal("https://a.example/"))
}

// A scope claim that cannot be read does not leave the scope to the client
// (RFC 8693 §4.2).
func TestTokenExchangeScopeClaim(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t, exchangeOptions()...)
	for _, scope := range []any{[]string{"read"}, 1, json.RawMessage("null")} {
		v := url.Values{"grant_type": {GrantTokenExchange}, "subject_token_type": {TokenTypeJWT}, "subject_token": {foreign(p, map[string]any{"scope": scope})}}
		g.Expect(outcome(tokenRequest(p, gateway, v))).To(gomega.Equal("400 invalid_request"), "%v", scope)
	}
}

// A lie that has ended leaves nothing behind, and one lie does not open the places
// where another leads.
func TestLiesLeaveNothing(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t)
	for range 2 {
		h, err := p.Lie("code-repeated")
		g.Expect(err).NotTo(gomega.HaveOccurred())
		g.Expect(outcome(redeem(p, ClientWeb, codeFor(t, p, ClientWeb)))).To(gomega.Equal("200 token"), "the first response has its own code")
		h.Stop()
	}
	p.LieFor(t, "state-wrong")
	c, _ := p.Client(ClientConfidential)
	g.Expect(ask(p, sent{path: "/" + endpointForeignToken, form: cc("client_id", c.ID, "client_secret", c.Secret)}).status).To(gomega.Equal(404))
	g.Expect(ask(p, get("/"+endpointForeign)).status).To(gomega.Equal(404))
	p.LieFor(t, "id-token-jku-foreign")
	g.Expect(ask(p, get("/"+endpointForeign)).status).To(gomega.Equal(200))
	p.LieFor(t, "redirect-307")
	g.Expect(outcome(ask(p, sent{path: "/" + endpointForeignToken, form: cc("client_id", c.ID, "client_secret", c.Secret)}))).To(gomega.Equal("200 token"))
}

// May_act names one party by all that it says: the subject of another issuer is
// another party (RFC 8693 §4.4, §4.1).
func TestTokenExchangeMayActNames(t *testing.T) {
	g := gomega.NewWithT(t)
	for _, c := range []struct {
		mayAct map[string]any
		alien  bool
		want   string
	}{
		{map[string]any{"sub": gateway}, false, "200 token"},
		{map[string]any{"sub": gateway}, true, "400 invalid_request"},
		{map[string]any{"sub": gateway, "iss": otherSTS}, true, "200 token"},
		{map[string]any{"sub": gateway, "client_id": gateway}, false, "200 token"},
		{map[string]any{"sub": gateway, "client_id": backend}, false, "400 invalid_request"},
		{map[string]any{}, false, "400 invalid_request"},
	} {
		p := newFull(t, exchangeOptions(ClaimRule{Client: ClientLegacy, Claims: map[string]any{"may_act": c.mayAct}})...)
		actor := actingAs(p, gateway)
		if c.alien {
			actor = []string{"actor_token", foreign(p, map[string]any{"sub": gateway}), "actor_token_type", TokenTypeJWT}
		}
		g.Expect(outcome(tokenFor(p, gateway, userTokens(p).str("access_token"), actor...))).To(gomega.Equal(c.want), "%v", c)
	}
}
