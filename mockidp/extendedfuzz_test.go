package mockidp

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParseJWT takes anything apart as a JWT. What is let through has the types
// that the checks rely on, and no signature but a right one is believed.
func FuzzParseJWT(f *testing.F) {
	good := assertion{}.sign(fuzzProvider(f))
	for _, s := range []string{
		"", "..", "a.b.c", "e30.e30.", good, good + "\n", good[:len(good)-2], "eyJhbGciOiJub25lIn0.e30.",
		"eyJhbGciOiJIUzI1NiIsImFsZyI6Im5vbmUifQ.e30.AA", "eyJhbGciOjF9.e30.", "eyJhbGciOiJFUzI1NiJ9.W10.",
		"eyJhbGciOiJFUzI1NiJ9.eyJleHAiOjFlOTk5OTk5fQ.", "eyJhbGciOiJFUzI1NiJ9.eyJhdWQiOlsxXX0.", "eyJhbGciOiJFUzI1NiIsImp3ayI6e319.e30.AA",
	} {
		f.Add(s)
	}
	keys := []verifyKey{}
	for _, name := range []string{"ES256", "ES384", "ES512", "EdDSA", "RS"} {
		keys = append(keys, verifyKey{key: clientKeys()[name].Public()})
	}
	f.Fuzz(func(t *testing.T, raw string) {
		token, malformed := parseJWT(raw)
		if malformed != "" {
			if token != nil || strings.ContainsAny(malformed, "\"\\\r\n") {
				t.Fatalf("malformed (%q) and there", malformed)
			}
			return
		}
		for _, name := range []string{"iss", "sub", "jti"} {
			if value, there := token.claims[name]; there && value != nil && token.str(name) != value {
				t.Fatalf("%s is %v", name, value)
			}
		}
		for _, name := range []string{"exp", "nbf", "iat"} {
			if value := token.claims[name]; value != nil {
				if _, ok := token.time(name); !ok {
					t.Fatalf("%s is %v", name, value)
				}
			}
		}
		_ = token.audience()
		_ = token.typ()
		_ = token.headerKey()
		if token.signedBy(keys) && raw != good {
			// The signature of the one token that was signed fits no other.
			t.Fatalf("believed: %q", raw)
		}
	})
}

// FuzzClientAssertion sends anything as an assertion: nobody gets in by it.
func FuzzClientAssertion(f *testing.F) {
	strict := fuzzProvider(f, WithClients(assertionClients()...))
	rough := fuzzProvider(f, WithClients(assertionClients()...), WithRuleOff(ruleAssertionAudience, ruleAssertionExpiry, ruleAssertionIssuer, ruleAssertionTyp,
		ruleAssertionCritical, ruleAssertionOnce, ruleAssertionID, ruleAssertionUnexpired, ruleAssertionLifetime, ruleAssertionNotBefore))
	f.Add(`{"alg":"ES256"}`, `{"sub":"key-client"}`, []byte{}, assertionType)
	f.Add(`{"alg":"none"}`, `{"sub":"key-client","iss":"key-client"}`, []byte{}, assertionType)
	f.Add(`{"alg":"HS256","kid":null}`, `{"sub":"secret-jwt-client","aud":[],"exp":1e99}`, make([]byte, 32), assertionType)
	f.Add(`{"alg":"EdDSA","jwk":{"kty":"OKP"},"crit":{}}`, `{"sub":"key-client","exp":-1.5,"nbf":"x"}`, make([]byte, 64), "")
	f.Fuzz(func(t *testing.T, header, claims string, signature []byte, kind string) {
		jwt := encodeOctets([]byte(header)) + "." + encodeOctets([]byte(claims)) + "." + encodeOctets(signature)
		for _, p := range []*Provider{strict, rough} {
			a := ask(p, sent{form: cc("client_assertion", jwt, "client_assertion_type", kind)})
			if !utf8.ValidString(kind) { // no form, whatever it holds
				if outcome(a) != "400 invalid_request" {
					t.Fatalf("%d %s", a.status, a.body)
				}
				continue
			}
			if a.status != http.StatusUnauthorized || a.str("error") != errInvalidClient {
				t.Fatalf("%d %s", a.status, a.body)
			}
		}
	})
}

// FuzzRegistration registers anything. What is registered can be read back as it
// was answered, and everything else is an error of RFC 7591.
func FuzzRegistration(f *testing.F) {
	good, err := json.Marshal(webMetadata())
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{
		string(good), "", "{}", "[]", "null", `{"redirect_uris":["a:b"]}`, `{"grant_types":["client_credentials"],"scope":" "}`, `{"grant_types":[]}`,
		`{"jwks":{"keys":[{"kty":"RSA","n":"AQAB","e":""}]},"redirect_uris":["https://a/"]}`, `{"redirect_uris":null,"grant_types":["implicit"]}`,
		`{"token_endpoint_auth_method":"none","grant_types":["implicit"],"redirect_uris":["http://[::1]:0/"]}`, `{"a":{"a":{"a":[[[{}]]]}}}`,
		`{"client_name#":"x","#":1,"client_uri#x":2}`, `{"jwks_uri":"https://[","redirect_uris":["https://a/"]}`,
	} {
		f.Add(s)
	}
	strict := fuzzProvider(f, openRegistration...)
	rough := fuzzProvider(f, append(openRegistration, WithRuleOff(ruleRegistrationTypes, ruleRegistrationConsistent, ruleRegistrationGrants, ruleRegistrationResponses,
		ruleRegistrationRedirects, ruleRegistrationRedirectSafe, ruleRegistrationRedirectValid, ruleRegistrationKeys, ruleRegistrationKeysValid,
		ruleRegistrationAuthMethod, ruleRegistrationScope, ruleRegistrationURIs, ruleManagementReplaces))...)
	f.Fuzz(func(t *testing.T, body string) {
		for _, p := range []*Provider{strict, rough} {
			a := jsonTo(p, http.MethodPost, pathRegister, "", body)
			switch {
			case a.status == http.StatusCreated:
				if b := configured(p, http.MethodGet, a, nil); b.body != a.body {
					t.Fatalf("%s became %s", a.body, b.body)
				}
				update := map[string]any{"client_id": a.str("client_id")}
				if b := configured(p, http.MethodPut, a, update); b.status >= 500 || b.status == http.StatusUnauthorized {
					t.Fatalf("%d %s", b.status, b.body)
				}
				if b := configured(p, http.MethodDelete, a, nil); b.status != http.StatusNoContent {
					t.Fatalf("%d %s", b.status, b.body)
				}
			case a.status != http.StatusBadRequest || !slices.Contains([]string{errInvalidMetadata, errInvalidRedirectURI}, a.str("error")):
				t.Fatalf("%d %s", a.status, a.body)
			}
		}
	})
}

// FuzzPushedRequest pushes anything and uses what was taken: the browser goes to
// the registered URI or nowhere.
func FuzzPushedRequest(f *testing.F) {
	for _, s := range []string{
		"", authRequestOf(ClientSPA, "code").Encode(), "client_id=" + ClientSPA, "client_id=" + ClientSPA + "&request_uri=x", "%", "client_id=x&client_id=y",
		authRequestOf(ClientSPA, "code", "state", "\r\nX: y", "resource", "a:b").Encode(), authRequestOf(ClientSPA, "code", "redirect_uri", "//evil").Encode(),
	} {
		f.Add(s)
	}
	strict := fuzzProvider(f)
	rough := fuzzProvider(f, WithRuleOff(rulePushedValidated, rulePushedNoRequestURI, rulePushedClientID, rulePushedOnce))
	f.Fuzz(func(t *testing.T, body string) {
		for _, p := range []*Provider{strict, rough} {
			r := httptest.NewRequest(http.MethodPost, "https://idp.test"+pathPushed, strings.NewReader(body))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			a := serve(p, r)
			if a.status != http.StatusCreated {
				if a.status < 400 || a.status >= 500 || a.str("error") == "" {
					t.Fatalf("%d %s", a.status, a.body)
				}
				continue
			}
			params, err := url.ParseQuery(body)
			if err != nil {
				t.Fatalf("taken although malformed: %q", body)
			}
			used := authorizePushed(p, params.Get("client_id"), a)
			location := used.header.Get("Location")
			if location != "" && !strings.HasPrefix(location, testCallback) || used.status >= 500 {
				t.Fatalf("%d to %q", used.status, location)
			}
		}
	})
}
