package oauth_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/onsi/gomega"

	"github.com/authassay/authassay/suites/oauth"
)

// part is one part of a compact JWT, as a JSON object.
func part(g *gomega.WithT, jwt string, i int) map[string]any {
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(jwt, ".")[i])
	g.Expect(err).ToNot(gomega.HaveOccurred())
	var out map[string]any
	g.Expect(json.Unmarshal(text, &out)).To(gomega.Succeed())
	return out
}

// What is signed verifies with the public key, by every algorithm, and says what
// it was told to say; what is spoilt does not verify.
func TestAssertionsAreSigned(t *testing.T) {
	secret := []byte(strings.Repeat("secret of 64 octets. ", 4))
	for _, alg := range []string{"ES256", "ES384", "ES512", "RS256", "PS256", "EdDSA", "HS256", "HS512"} {
		t.Run(alg, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			a := &oauth.Assertion{Alg: alg, Key: secret, Header: map[string]any{"kid": "k", "crit": []string{"x"}, "x": 1}, Claims: map[string]any{"iss": "c", "exp": 17}}
			var public any = secret
			if alg[:2] != "HS" {
				key, err := oauth.NewKey(alg)
				g.Expect(err).ToNot(gomega.HaveOccurred())
				a.Key, public = key, key.Public()
				if alg[0] != 'P' {
					g.Expect(oauth.AlgFor(key)).To(gomega.Equal(alg))
				}
			}
			jwt, err := a.Sign()
			g.Expect(err).ToNot(gomega.HaveOccurred())
			g.Expect(part(g, jwt, 0)).To(gomega.Equal(map[string]any{"alg": alg, "kid": "k", "crit": []any{"x"}, "x": 1.0}))
			g.Expect(part(g, jwt, 1)).To(gomega.Equal(map[string]any{"iss": "c", "exp": 17.0}))

			delete(a.Header, "crit") // which go-jose signs and does not verify
			right, err := a.Sign()
			g.Expect(err).ToNot(gomega.HaveOccurred())
			verify := func(jwt string) error {
				signed, err := jose.ParseSignedCompact(jwt, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
				if err == nil {
					_, err = signed.Verify(public)
				}
				return err
			}
			g.Expect(verify(right)).To(gomega.Succeed())
			spoilt := oauth.SpoilSignature(right)
			g.Expect(spoilt).To(gomega.HaveLen(len(right)))
			g.Expect(spoilt[:strings.LastIndex(right, ".")]).To(gomega.Equal(right[:strings.LastIndex(right, ".")]))
			g.Expect(verify(spoilt)).ToNot(gomega.Succeed())
		})
	}
}

func TestUnsignedAssertions(t *testing.T) {
	g := gomega.NewWithT(t)
	a := &oauth.Assertion{Alg: "ES256", Header: map[string]any{"typ": "JWT"}, Claims: map[string]any{"sub": "c"}}
	jwt, err := a.Unsigned("nOnE")
	g.Expect(err).ToNot(gomega.HaveOccurred())
	g.Expect(jwt).To(gomega.MatchRegexp(`^[\w-]+\.[\w-]+\.$`))
	g.Expect(part(g, jwt, 0)).To(gomega.Equal(map[string]any{"alg": "nOnE", "typ": "JWT"}))
	g.Expect(part(g, jwt, 1)).To(gomega.Equal(map[string]any{"sub": "c"}))
	g.Expect(oauth.SpoilSignature(jwt)).To(gomega.Equal(jwt+"AA"), "there is no bit to change")
}

func TestAssertionsThatCannotBeSigned(t *testing.T) {
	g := gomega.NewWithT(t)
	key, err := oauth.NewKey("ES256")
	g.Expect(err).ToNot(gomega.HaveOccurred())
	for _, a := range []*oauth.Assertion{
		{Alg: "HS256", Key: []byte("short-canary")}, {Alg: "RS256", Key: key}, {Alg: "ES384", Key: key}, {Alg: "none", Key: key}, {Alg: "ES256"}, {},
	} {
		_, err := a.Sign()
		g.Expect(err).To(gomega.HaveOccurred(), a.Alg)
		g.Expect(err.Error()).ToNot(gomega.ContainSubstring("canary"))
	}
	_, err = oauth.NewKey("HS256")
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("HS256")))
	g.Expect(oauth.AlgFor(nil)).To(gomega.BeEmpty())
}

func TestACopiedAssertionIsAnother(t *testing.T) {
	g := gomega.NewWithT(t)
	a := &oauth.Assertion{Alg: "ES256", Header: map[string]any{"kid": "k"}, Claims: map[string]any{"sub": "c"}}
	b := a.Clone()
	b.Header["kid"], b.Claims["sub"] = "other", "other"
	g.Expect(a.Header).To(gomega.Equal(map[string]any{"kid": "k"}))
	g.Expect(a.Claims).To(gomega.Equal(map[string]any{"sub": "c"}))
}

// What is shown of a key is its public half, in every form.
func TestPublicKeys(t *testing.T) {
	g := gomega.NewWithT(t)
	key, err := oauth.NewKey("ES256")
	g.Expect(err).ToNot(gomega.HaveOccurred())
	raw, err := oauth.PublicJWK(key, "k", "ES256")
	g.Expect(err).ToNot(gomega.HaveOccurred())
	var jwk jose.JSONWebKey
	g.Expect(jwk.UnmarshalJSON(raw)).To(gomega.Succeed())
	g.Expect(jwk.IsPublic()).To(gomega.BeTrue())
	g.Expect(jwk.Key).To(gomega.Equal(key.Public()))
	g.Expect(jwk.KeyID + jwk.Algorithm + jwk.Use).To(gomega.Equal("kES256sig"))

	text, err := oauth.PublicPEM(key)
	g.Expect(err).ToNot(gomega.HaveOccurred())
	g.Expect(string(text)).To(gomega.MatchRegexp(`(?s)^-----BEGIN PUBLIC KEY-----\n.*-----END PUBLIC KEY-----\n$`))
	block, _ := pem.Decode(text)
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	g.Expect(err).ToNot(gomega.HaveOccurred())
	g.Expect(public).To(gomega.Equal(key.Public()))

	now := time.Now()
	der, err := oauth.Certificate(key, now)
	g.Expect(err).ToNot(gomega.HaveOccurred())
	c, err := x509.ParseCertificate(der)
	g.Expect(err).ToNot(gomega.HaveOccurred())
	g.Expect(c.PublicKey).To(gomega.Equal(key.Public()))
	g.Expect(c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature)).To(gomega.Succeed())
	g.Expect(now).To(gomega.And(gomega.BeTemporally(">", c.NotBefore), gomega.BeTemporally("<", c.NotAfter)))
}

func TestATokenRequestWithAnAssertion(t *testing.T) {
	g := gomega.NewWithT(t)
	out := request().Assert("a.b.c").HTTP()
	g.Expect(string(out.Body)).To(gomega.HaveSuffix("&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=a.b.c"))
	g.Expect(request().Assert("a.b.c").Add("client_id", "c").Unauthenticate()).To(gomega.Equal(request()))
}

func TestATokenRequestWithAQuery(t *testing.T) {
	g := gomega.NewWithT(t)
	r := request()
	r.Query = []oauth.Param{{Name: "client_id", Value: "a b"}, {Name: "client_secret", Value: "&"}}
	c := r.Clone()
	c.Query[0].Value = "other"
	g.Expect(r.HTTP().URL).To(gomega.Equal("https://idp.test/token?client_id=a+b&client_secret=%26"))
	g.Expect(string(r.HTTP().Body)).To(gomega.Equal("grant_type=client_credentials&scope=read+write"))
	r.Endpoint += "?tenant=1#x"
	g.Expect(r.HTTP().URL).To(gomega.Equal("https://idp.test/token?tenant=1&client_id=a+b&client_secret=%26"), "a query of the endpoint is retained")
	g.Expect(request().SetAuthorization("Basic").SetAuthorization("BASIC x").HTTP().Header.Values("Authorization")).To(gomega.Equal([]string{"BASIC x"}))
}
