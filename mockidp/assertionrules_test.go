package mockidp

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func init() { maps.Copy(faultCases, assertionFaultCases) }

// asserting shows what comes of an assertion that is made anew each time.
func asserting(make func(p *Provider) assertion, more ...string) func(*testing.T, *Provider) string {
	return func(_ *testing.T, p *Provider) string { return outcome(make(p).ask(p, more...)) }
}

func claiming(name string, value any) func(*testing.T, *Provider) string {
	return asserting(func(*Provider) assertion { return assertion{claims: map[string]any{name: value}} })
}

var withAssertions = []Option{WithClients(assertionClients()...)}

func refusedAssertion(flow func(*testing.T, *Provider) string) faultCase {
	return faultCase{opts: withAssertions, flow: flow, strict: "401 invalid_client", off: "200 token"}
}

var assertionFaultCases = map[string]faultCase{
	ruleAssertionType:     refusedAssertion(asserting(func(*Provider) assertion { return assertion{} }, "client_assertion_type", "urn:example:other")),
	ruleAssertionSubject:  refusedAssertion(claiming("sub", "someone")),
	ruleAssertionIssuer:   refusedAssertion(claiming("iss", "someone")),
	ruleAssertionClientID: refusedAssertion(asserting(func(*Provider) assertion { return assertion{} }, "client_id", secretClient)),
	ruleAssertionCritical: refusedAssertion(asserting(func(*Provider) assertion {
		return assertion{header: map[string]any{"crit": []string{"x"}, "x": 1}}
	})),
	ruleAssertionTyp: refusedAssertion(asserting(func(*Provider) assertion {
		return assertion{header: map[string]any{"typ": "at+jwt"}}
	})),
	ruleAssertionAlg:       refusedAssertion(asserting(func(*Provider) assertion { return assertion{alg: "none", key: 0} })),
	ruleAssertionSignature: refusedAssertion(asserting(func(*Provider) assertion { return assertion{key: clientKeys()["stray"]} })),
	ruleAssertionHeaderKey: refusedAssertion(asserting(func(*Provider) assertion {
		return assertion{key: clientKeys()["stray"], header: map[string]any{"jwk": json.RawMessage(publicKey("stray"))}}
	})),
	ruleAssertionHeaderURL: refusedAssertion(func(t *testing.T, p *Provider) string {
		keys := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(publicSet("stray")) }))
		defer keys.Close()
		return outcome(assertion{key: clientKeys()["stray"], header: map[string]any{"jku": keys.URL}}.ask(p))
	}),
	ruleAssertionKeyNotSecret: refusedAssertion(asserting(func(*Provider) assertion {
		der, err := x509.MarshalPKIXPublicKey(clientKeys()["ES256"].Public())
		if err != nil {
			panic(err)
		}
		return assertion{alg: "HS256", key: pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})}
	})),
	ruleAssertionSingle: refusedAssertion(func(_ *testing.T, p *Provider) string {
		two := assertion{}.sign(p) + " " + assertion{}.sign(p)
		return outcome(ask(p, sent{form: cc("client_assertion_type", assertionType, "client_assertion", two)}))
	}),
	ruleAssertionAudience: refusedAssertion(claiming("aud", "https://other.example")),
	ruleAssertionExpiry:   refusedAssertion(claiming("exp", nil)),
	ruleAssertionUnexpired: refusedAssertion(asserting(func(p *Provider) assertion {
		return assertion{claims: map[string]any{"exp": p.clock.Now().Add(-time.Minute).Unix()}}
	})),
	ruleAssertionLifetime: refusedAssertion(asserting(func(p *Provider) assertion {
		return assertion{claims: map[string]any{"exp": p.clock.Now().Add(24 * time.Hour).Unix()}}
	})),
	ruleAssertionNotBefore: refusedAssertion(asserting(func(p *Provider) assertion {
		return assertion{claims: map[string]any{"nbf": p.clock.Now().Add(time.Minute).Unix()}}
	})),
	ruleAssertionID: refusedAssertion(claiming("jti", nil)),
	ruleAssertionOnce: refusedAssertion(func(_ *testing.T, p *Provider) string {
		form := cc("client_assertion_type", assertionType, "client_assertion", assertion{}.sign(p))
		ask(p, sent{form: form})
		return outcome(ask(p, sent{form: form}))
	}),
	ruleMetadataAuthAlgs: {opts: withAssertions, send: get(oauthDocument), strict: "true", off: "false",
		see: presence("token_endpoint_auth_signing_alg_values_supported")},
	ruleMetadataAuthAlgsSigned: {opts: []Option{WithClients(assertionClients()[1])}, send: get(oauthDocument),
		see: member("token_endpoint_auth_signing_alg_values_supported"), strict: `["HS256","HS384"]`, off: `["HS256","HS384","none"]`},
}
