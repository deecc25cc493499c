package mockidp

import (
	"crypto/rsa"
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/onsi/gomega"
)

// The whole document, for an issuer with a path: what is advertised is served.
func TestMetadataDocument(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, WithPath("/tenant-1"))
	want := map[string]any{
		"issuer":                                "https://idp.test/tenant-1",
		"authorization_endpoint":                "https://idp.test/tenant-1/authorize",
		"token_endpoint":                        "https://idp.test/tenant-1/token",
		"jwks_uri":                              "https://idp.test/tenant-1/jwks",
		"grant_types_supported":                 []any{"client_credentials"},
		"response_types_supported":              []any{"none"},
		"response_modes_supported":              []any{"query", "fragment", "form_post", "web_message"},
		"scopes_supported":                      []any{"read", "write"},
		"token_endpoint_auth_methods_supported": []any{"client_secret_basic", "client_secret_post", "none"},

		"introspection_endpoint":                         "https://idp.test/tenant-1/introspect",
		"introspection_endpoint_auth_methods_supported":  []any{"client_secret_basic", "client_secret_post"},
		"revocation_endpoint":                            "https://idp.test/tenant-1/revoke",
		"revocation_endpoint_auth_methods_supported":     []any{"client_secret_basic", "client_secret_post", "none"},
		"authorization_response_iss_parameter_supported": true,
		"request_uri_parameter_supported":                false,
	}
	oauth := ask(p, getRoot(oauthDocument+"/tenant-1"))
	g.Expect(oauth.doc).To(gomega.Equal(want))
	g.Expect(oauth.header.Get("Content-Type")).To(gomega.Equal("application/json"))
	g.Expect(oauth.header.Get("Cache-Control")).To(gomega.Equal("public, max-age=60"))

	// OpenID Connect Discovery §3 adds members; RFC 9068 §4 wants the rest to agree.
	maps.Copy(want, map[string]any{
		"subject_types_supported":               []any{"public"},
		"id_token_signing_alg_values_supported": []any{"ES256", "EdDSA", "RS256"},
	})
	g.Expect(ask(p, get(openidDocument)).doc).To(gomega.Equal(want))
	g.Expect(ask(p, getRoot(openidDocument+"/tenant-1")).doc).To(gomega.Equal(want))
}

// Metadata follows what is configured, and has no empty list (RFC 8414 §3.2).
func TestMetadataFollowsTheClients(t *testing.T) {
	g := gomega.NewWithT(t)
	doc := ask(newProvider(t, WithClients(Client{ID: "a", AuthMethods: []string{ClientSecretPost}})), get(oauthDocument)).doc
	g.Expect(doc["token_endpoint_auth_methods_supported"]).To(gomega.Equal([]any{"client_secret_post"}))
	g.Expect(doc).NotTo(gomega.HaveKey("scopes_supported"))
	doc = ask(newProvider(t, WithClients()), get(oauthDocument)).doc
	g.Expect(doc).NotTo(gomega.HaveKey("token_endpoint_auth_methods_supported"))
}

// An issuer that ends in a slash keeps it in what it says, and loses it where
// locations are built (RFC 8414 §3.1, OpenID Connect Discovery §4.1).
func TestIssuerWithTrailingSlash(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, WithIssuer("https://idp.example/t/"))
	for _, path := range []string{oauthDocument + "/t", openidDocument + "/t", "/t" + openidDocument} {
		doc := ask(p, getRoot(path)).doc
		g.Expect(doc["issuer"]).To(gomega.Equal("https://idp.example/t/"), path)
		g.Expect(doc["token_endpoint"]).To(gomega.Equal("https://idp.example/t/token"), path)
	}
	_, claims := verified(t, p, ask(p, happy).str("access_token"))
	g.Expect(claims["iss"]).To(gomega.Equal("https://idp.example/t/"))

	p = newProvider(t, WithIssuer("https://idp.example/"))
	g.Expect(ask(p, getRoot(oauthDocument)).doc["issuer"]).To(gomega.Equal("https://idp.example/"))
}

// A forged Host changes nothing in what the provider says about itself.
func TestHostHeaderIsNotTrusted(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t)
	s := get(oauthDocument)
	want := ask(p, s).body
	s.header = map[string][]string{"X-Forwarded-Host": {"evil.example"}, "Forwarded": {"host=evil.example"}}
	r := s.build(p)
	r.Host = "evil.example"
	g.Expect(serve(p, r).body).To(gomega.Equal(want))
}

// The JWK Set as an independent library reads it: three public keys of the right
// sorts, and no member too many.
func TestJWKSet(t *testing.T) {
	g := gomega.NewWithT(t)
	a := ask(newProvider(t), get(pathJWKS))
	var set jose.JSONWebKeySet
	g.Expect(json.Unmarshal([]byte(a.body), &set)).To(gomega.Succeed())
	g.Expect(set.Keys).To(gomega.HaveLen(3))
	for _, k := range set.Keys {
		g.Expect(k.Valid()).To(gomega.BeTrue())
		g.Expect(k.IsPublic()).To(gomega.BeTrue())
	}
	g.Expect(set.Keys[2].Key.(*rsa.PublicKey).N.BitLen()).To(gomega.Equal(2048))
	want := map[string][]string{
		"EC":  {"alg", "crv", "kid", "kty", "use", "x", "y"},
		"OKP": {"alg", "crv", "kid", "kty", "use", "x"},
		"RSA": {"alg", "e", "kid", "kty", "n", "use"},
	}
	for _, k := range a.doc["keys"].([]any) {
		key := k.(map[string]any)
		g.Expect(slices.Sorted(maps.Keys(key))).To(gomega.Equal(want[key["kty"].(string)]))
	}
}

// The private value that the fault publishes is the real one, of a key that
// signs: whoever reads the set can issue tokens.
func TestPublishedPrivateKeySigns(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, WithRuleOff(ruleJWKSPublicOnly))
	for _, k := range ask(p, get(pathJWKS)).doc["keys"].([]any) {
		if text, _ := json.Marshal(k); k.(map[string]any)["kty"] == "EC" {
			var key jose.JSONWebKey
			g.Expect(key.UnmarshalJSON(text)).To(gomega.Succeed())
			g.Expect(key.IsPublic()).To(gomega.BeFalse())
			signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, nil)
			g.Expect(err).NotTo(gomega.HaveOccurred())
			jws, err := signer.Sign([]byte(`{}`))
			g.Expect(err).NotTo(gomega.HaveOccurred())
			token, err := jws.CompactSerialize()
			g.Expect(err).NotTo(gomega.HaveOccurred())
			g.Expect(p.SetRule(ruleJWKSPublicOnly, Enforce)).To(gomega.Succeed())
			verified(t, p, token)
			return
		}
	}
	t.Error("no EC key is published")
}

// Faults about keys leave the keys that sign alone: tokens still verify.
func TestStrayKeysDoNotDisturb(t *testing.T) {
	g := gomega.NewWithT(t)
	for _, rule := range []string{ruleJWKSKeyParameters, ruleJWKSNoSymmetric, ruleJWKSRSASize, ruleJWKSECOnCurve, ruleJWKSECAlgCurve} {
		p := newProvider(t)
		before := ask(p, get(pathJWKS)).doc["keys"].([]any)
		g.Expect(p.SetRule(rule, Off)).To(gomega.Succeed())
		after := ask(p, get(pathJWKS)).doc["keys"].([]any)
		g.Expect(after[:3]).To(gomega.Equal(before), rule)
		g.Expect(after).To(gomega.HaveLen(4), rule)
		g.Expect(after[3].(map[string]any)["kid"]).To(gomega.MatchRegexp(`^[A-Za-z0-9_-]{43}$`), rule)
	}
}
