package mockidp

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/onsi/gomega"
)

var testTime = time.Date(2030, 2, 3, 4, 5, 6, 789, time.UTC)

// verified checks a token against the JWK Set that a provider serves and gives
// its header and its claims.
func verified(t testing.TB, p *Provider, token string) (jose.Header, map[string]any) {
	t.Helper()
	g := gomega.NewWithT(t)
	var set jose.JSONWebKeySet
	g.Expect(json.Unmarshal([]byte(ask(p, get(pathJWKS)).body), &set)).To(gomega.Succeed())
	jws, err := jose.ParseSignedCompact(token, allAlgs())
	g.Expect(err).NotTo(gomega.HaveOccurred())
	header := jws.Signatures[0].Header
	keys := set.Key(header.KeyID)
	g.Expect(keys).To(gomega.HaveLen(1), "one key with the token's kid")
	g.Expect(keys[0].Algorithm).To(gomega.Equal(header.Algorithm))
	g.Expect(keys[0].Use).To(gomega.Equal("sig"))
	g.Expect(keys[0].IsPublic()).To(gomega.BeTrue())
	payload, err := jws.Verify(keys[0])
	g.Expect(err).NotTo(gomega.HaveOccurred())
	var claims map[string]any
	g.Expect(json.Unmarshal(payload, &claims)).To(gomega.Succeed())
	return header, claims
}

// RFC 9068 §2: the header and the claims of a JWT access token, for each
// algorithm, with the times of the provider's clock.
func TestAccessTokenClaims(t *testing.T) {
	for _, alg := range signingAlgs {
		t.Run(alg, func(t *testing.T) {
			g := gomega.NewWithT(t)
			clock := NewManualClock(testTime)
			p := newProvider(t, WithPath("/t/1"), WithSigningAlg(alg), WithClock(clock), WithClients(
				Client{ID: "one", Scopes: []string{"a", "b"}, TokenLifetime: 90 * time.Second, Audience: []string{"urn:rs"}},
				Client{ID: "two", Audience: []string{"urn:rs1", "urn:rs2"}},
				Client{ID: "three"},
			))
			one := ask(p, sent{basic: "one", form: cc("scope", "b")})
			g.Expect(one.doc["expires_in"]).To(gomega.BeEquivalentTo(90))
			g.Expect(one.doc["scope"]).To(gomega.Equal("b"))
			g.Expect(one.header.Get("Date")).To(gomega.Equal("Sun, 03 Feb 2030 04:05:06 GMT"))
			header, claims := verified(t, p, one.str("access_token"))
			g.Expect(header.Algorithm).To(gomega.Equal(alg))
			g.Expect(header.ExtraHeaders[jose.HeaderType]).To(gomega.Equal("at+jwt"))
			g.Expect(claims["jti"]).To(gomega.HaveLen(52))
			delete(claims, "jti")
			g.Expect(claims).To(gomega.Equal(map[string]any{
				"iss": "https://idp.test/t/1", "sub": "one", "client_id": "one", "aud": "urn:rs", "scope": "b",
				"iat": float64(testTime.Unix()), "exp": float64(testTime.Unix() + 90),
			}))

			clock.Advance(time.Hour)
			two := ask(p, sent{basic: "two", form: cc()})
			g.Expect(two.doc).NotTo(gomega.HaveKey("scope"), "a client without scopes has none granted")
			_, claims = verified(t, p, two.str("access_token"))
			g.Expect(claims["aud"]).To(gomega.Equal([]any{"urn:rs1", "urn:rs2"}))
			g.Expect(claims).NotTo(gomega.HaveKey("scope"))
			g.Expect(claims["iat"]).To(gomega.BeEquivalentTo(testTime.Unix() + 3600))
			g.Expect(claims["exp"]).To(gomega.BeEquivalentTo(testTime.Unix() + 7200))

			clock.Set(testTime)
			_, claims = verified(t, p, ask(p, sent{basic: "three", form: cc()}).str("access_token"))
			g.Expect(claims["aud"]).To(gomega.Equal("https://idp.test/t/1/resource"))
			g.Expect(claims["iat"]).To(gomega.BeEquivalentTo(testTime.Unix()))
		})
	}
}

// No two tokens are the same, and each client may sign with its own algorithm.
func TestAccessTokensDiffer(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, WithClock(NewManualClock(testTime)), WithSigningAlg("EdDSA"), WithClients(
		Client{ID: "a", SigningAlg: "RS256"}, Client{ID: "b", SigningAlg: "ES256"}, Client{ID: "c"}))
	seen := map[any]bool{}
	for range 10 {
		for id, alg := range map[string]string{"a": "RS256", "b": "ES256", "c": "EdDSA"} {
			header, claims := verified(t, p, ask(p, sent{basic: id, form: cc()}).str("access_token"))
			g.Expect(header.Algorithm).To(gomega.Equal(alg))
			g.Expect(seen[claims["jti"]]).To(gomega.BeFalse())
			seen[claims["jti"]] = true
		}
	}
}

// A kid is never a constant: it differs from issuer to issuer, also for the same
// key, so that a token of one issuer is never taken for a badly signed token of
// another.
func TestKeyIDs(t *testing.T) {
	g := gomega.NewWithT(t)
	kids := map[string]bool{}
	for _, path := range []string{"/a", "/b"} {
		p := newProvider(t, WithPath(path))
		for _, k := range ask(p, get(pathJWKS)).doc["keys"].([]any) {
			kid := k.(map[string]any)["kid"].(string)
			g.Expect(kid).To(gomega.MatchRegexp(`^[A-Za-z0-9_-]{43}$`))
			g.Expect(kids[kid]).To(gomega.BeFalse())
			kids[kid] = true
		}
	}
	g.Expect(kids).To(gomega.HaveLen(6))
}

// Off the shelf a provider has its two fast keys; the RSA key exists once a
// client signs with it, and is then published.
func TestKeysOfTheProvidersOwn(t *testing.T) {
	g := gomega.NewWithT(t)
	kinds := func(p *Provider) string {
		var out []string
		for _, k := range ask(p, get(pathJWKS)).doc["keys"].([]any) {
			out = append(out, fmt.Sprint(k.(map[string]any)["kty"]))
		}
		return strings.Join(out, " ")
	}
	p, err := New()
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(kinds(p)).To(gomega.Equal("EC OKP"))
	g.Expect(p.Close()).To(gomega.Succeed())

	p, err = New(WithSigningAlg("RS256"))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(kinds(p)).To(gomega.Equal("EC OKP RSA"))
	header, _ := verified(t, p, ask(p, happy).str("access_token"))
	g.Expect(header.Algorithm).To(gomega.Equal("RS256"))
	g.Expect(p.Close()).To(gomega.Succeed())
}

func allAlgs() []jose.SignatureAlgorithm {
	var out []jose.SignatureAlgorithm
	for _, alg := range signingAlgs {
		out = append(out, jose.SignatureAlgorithm(alg))
	}
	return out
}
