package mockidp

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4"
	"github.com/onsi/gomega"
)

// openID are clients that make the provider serve OpenID Connect.
var openID = []Option{WithClients(DefaultClients()...)}

// signedMetadataOf verifies the signed metadata of a document and says what of
// it matters.
func signedMetadataOf(t *testing.T, p *Provider) string {
	token := ask(p, get(oauthDocument)).str("signed_metadata")
	claims, good := checkedBy(t, p, token)
	_, iss := claims["iss"]
	_, nested := claims["signed_metadata"]
	return fmt.Sprintf("verifies %v iss %v nested %v", good, iss, nested)
}

// checkedBy gives the claims of a JWT, and whether a published key verifies it.
func checkedBy(t *testing.T, p *Provider, token string) (map[string]any, bool) {
	t.Helper()
	g := gomega.NewWithT(t)
	var set jose.JSONWebKeySet
	g.Expect(json.Unmarshal([]byte(ask(p, get(pathJWKS)).body), &set)).To(gomega.Succeed())
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256, jose.EdDSA, jose.RS256})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	var claims map[string]any
	g.Expect(json.Unmarshal(jws.UnsafePayloadWithoutVerification(), &claims)).To(gomega.Succeed())
	for _, k := range set.Keys {
		if _, err := jws.Verify(k); err == nil {
			return claims, true
		}
	}
	return claims, false
}

func accessTokenOf(p *Provider) string {
	return ask(p, sent{basic: ClientConfidential, form: cc()}).str("access_token")
}

func init() {
	document := func(path, name, strict, off string) faultCase {
		return faultCase{send: get(path), see: member(name), strict: strict, off: off}
	}
	signed := func(off string) faultCase {
		return faultCase{opts: []Option{WithSignedMetadata()}, flow: signedMetadataOf,
			strict: "verifies true iss true nested false", off: off}
	}
	maps.Copy(faultCases, map[string]faultCase{
		ruleMetadataIssuerForm:    document(oauthDocument, "issuer", `"https://idp.test"`, `"https://idp.test?version=2"`),
		ruleMetadataAuthorization: document(oauthDocument, "authorization_endpoint", `"https://idp.test/authorize"`, "absent"),
		ruleMetadataToken:         document(oauthDocument, "token_endpoint", `"https://idp.test/token"`, "absent"),
		ruleMetadataJWKSHTTPS:     document(oauthDocument, "jwks_uri", `"https://idp.test/jwks"`, `"http://idp.test/jwks"`),
		ruleMetadataEmptyOmitted:  document(oauthDocument, "ui_locales_supported", "absent", "[]"),
		ruleMetadataConsistent:    document(openidDocument, "revocation_endpoint", `"https://idp.test/revoke"`, `"https://idp.test/v1/revoke"`),
		ruleMetadataSubjectTypes:  document(openidDocument, "subject_types_supported", `["public"]`, "absent"),
		ruleMetadataIDTokenAlgs:   document(openidDocument, "id_token_signing_alg_values_supported", `["ES256","EdDSA","RS256"]`, "absent"),
		ruleMetadataRS256:         document(openidDocument, "id_token_signing_alg_values_supported", `["ES256","EdDSA","RS256"]`, `["ES256","EdDSA"]`),
		ruleMetadataGetOnly: {send: sent{method: http.MethodPut, path: oauthDocument}, strict: "405 false", off: "200 true",
			see: func(a answer) string { return status(a) + " " + presence("issuer")(a) }},
		ruleMetadataForwardedHost: {send: sent{method: http.MethodGet, path: oauthDocument, header: http.Header{"X-Forwarded-Host": {"other.example"}}},
			strict: "https://idp.test https://idp.test/token", off: "https://other.example https://other.example/token",
			see: func(a answer) string { return a.str("issuer") + " " + a.str("token_endpoint") }},

		ruleSignedMetadataVerifies:  signed("verifies false iss true nested false"),
		ruleSignedMetadataIss:       signed("verifies true iss false nested false"),
		ruleSignedMetadataNotNested: signed("verifies true iss true nested true"),

		ruleJWKSUse: {opts: []Option{WithEncryptionKey()}, send: get(pathJWKS), strict: "4", off: "0",
			see: keysThat(func(k map[string]any) bool { return k["use"] == "sig" || k["use"] == "enc" })},
		ruleJWKSKeyIDs: {send: get(pathJWKS), strict: "3", off: "0", see: keysThat(func(k map[string]any) bool { return k["kid"] != nil })},
		ruleJWTKeyPublished: {strict: "true", off: "false", flow: func(t *testing.T, p *Provider) string {
			_, good := checkedBy(t, p, accessTokenOf(p))
			return fmt.Sprint(good)
		}},
		ruleJWTNamesKey: {strict: "true", off: "false", flow: func(_ *testing.T, p *Provider) string {
			header, _, _ := strings.Cut(accessTokenOf(p), ".")
			text, _ := base64.RawURLEncoding.DecodeString(header)
			return fmt.Sprint(strings.Contains(string(text), `"kid"`))
		}},

		ruleAllowOn405: {send: get(pathRevoke), strict: "405 POST", off: "405 ",
			see: func(a answer) string { return status(a) + " " + a.header.Get("Allow") }},
		ruleJSONNoBOM: {send: get(oauthDocument), strict: "false", off: "true",
			see: func(a answer) string { return fmt.Sprint(strings.HasPrefix(a.body, "\ufeff")) }},
		ruleJSONUTF8: {send: get(oauthDocument), strict: "true", off: "false",
			see: func(a answer) string { return fmt.Sprint(utf8.ValidString(a.body)) }},
		ruleJSONUnique: {send: sent{basic: ClientConfidential, form: cc()}, strict: "1 true", off: "2 true",
			see: func(a answer) string {
				return fmt.Sprintf("%d %v", strings.Count(a.body, `"token_type"`), a.str("access_token") != "")
			}},
		ruleCodeAnswerNoToken: {opts: full, flow: asking(ClientWeb, "code"), strict: "query code", off: "query code+access_token"},
	})
}

// What the options add is there in both documents and is of the provider.
func TestSignedMetadataAndEncryptionKey(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, append(openID, WithPath("/tenant"), WithSignedMetadata(), WithEncryptionKey())...)
	for _, path := range []string{oauthDocument + "/tenant", "/tenant" + openidDocument} {
		doc := ask(p, getRoot(path))
		claims, good := checkedBy(t, p, doc.str("signed_metadata"))
		g.Expect(good).To(gomega.BeTrue())
		delete(doc.doc, "signed_metadata")
		doc.doc["iss"] = p.Issuer()
		g.Expect(claims).To(gomega.Equal(doc.doc), "the same values, by the issuer")
	}
	use := func(use string) string {
		return keysThat(func(k map[string]any) bool { return k["use"] == use && k["kid"] != nil })(ask(p, get(pathJWKS)))
	}
	g.Expect([]string{use("sig"), use("enc")}).To(gomega.Equal([]string{"3", "1"}))
	g.Expect(p.SetVariance(varOptionalKeyMembers, true)).To(gomega.Succeed())
	g.Expect([]string{use("sig"), use("enc")}).To(gomega.Equal([]string{"0", "0"}), "a key for encryption asks for use in all keys")
}
