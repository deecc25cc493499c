package authserver

import (
	"encoding/base64"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/suites/useragent"
)

func jwtOf(header, claims string) string {
	enc := base64.RawURLEncoding.EncodeToString
	return enc([]byte(header)) + "." + enc([]byte(claims)) + "." + enc([]byte("signature"))
}

// The examples of OpenID Connect Core App. A.3 and A.4, and the hash of every other
// algorithm by its length.
func TestHalfHash(t *testing.T) {
	const token, code = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"
	g := gomega.NewWithT(t)
	hash := func(alg, value string) (string, bool) {
		return readIDToken(jwtOf(`{"alg":"`+alg+`"}`, `{}`)).halfHash(value)
	}
	got, known := hash("RS256", token)
	g.Expect(got).To(gomega.Equal("77QmUPtjPfzWtF2AnpK9RQ"))
	g.Expect(known).To(gomega.BeTrue())
	got, _ = hash("ES256", code)
	g.Expect(got).To(gomega.Equal("LDktKdoQak3Pk0cnXxCltA"))
	for alg, length := range map[string]int{"HS256": 22, "PS384": 32, "RS512": 43, "EdDSA": 43} {
		got, known := hash(alg, "x")
		g.Expect(known).To(gomega.BeTrue(), alg)
		g.Expect(got).To(gomega.HaveLen(length), alg)
	}
	for _, alg := range []string{"none", "", "XS256", "ES256K", "RS128"} {
		_, known := hash(alg, "x")
		g.Expect(known).To(gomega.BeFalse(), alg)
	}
	_, known = readIDToken(jwtOf(`{"alg":"EdDSA","crv":"Ed448"}`, `{}`)).halfHash("x")
	g.Expect(known).To(gomega.BeFalse(), "the hash inside Ed448 is another")
}

// What an ID token says is read without trust, and what is none is not read at all.
func TestReadIDToken(t *testing.T) {
	g := gomega.NewWithT(t)
	tok := readIDToken(jwtOf(`{"alg":"RS256","kid":"k"}`, `{"iss":"https://i","sub":7,"aud":["b","a"]}`))
	g.Expect(tok.signed).NotTo(gomega.BeNil())
	g.Expect(tok.alg()).To(gomega.Equal("RS256"))
	g.Expect(tok.text("iss")).To(gomega.Equal("https://i"))
	g.Expect(tok.text("sub")).To(gomega.BeEmpty(), "a number is no string")
	g.Expect(tok.has("sub")).To(gomega.BeTrue())
	g.Expect(tok.has("nonce")).To(gomega.BeFalse())
	g.Expect(tok.audience()).To(gomega.Equal([]string{"a", "b"}))
	g.Expect(readIDToken(jwtOf(`{"alg":"RS256"}`, `{"aud":"a"}`)).audience()).To(gomega.Equal([]string{"a"}))

	none := readIDToken(jwtOf(`{"alg":"none"}`, `{"sub":"s"}`))
	g.Expect(none.signed).To(gomega.BeNil(), "nothing vouches for it")
	g.Expect(none.why).NotTo(gomega.BeEmpty())
	g.Expect(none.text("sub")).To(gomega.Equal("s"))

	for raw, why := range map[string]string{
		"a.b.c.d.e":                   "it is encrypted",
		"":                            "it is no JWT",
		"opaque":                      "it is no JWT",
		"*.e30.x":                     "part 1 of it is no JSON object in base64url",
		jwtOf(`{"alg":"RS256"}`, `7`): "part 2 of it is no JSON object in base64url",
	} {
		tok := readIDToken(raw)
		g.Expect(tok.why).To(gomega.Equal(why), raw)
		g.Expect(tok.claims).To(gomega.BeNil(), raw)
		g.Expect(tok.text("sub")).To(gomega.BeEmpty(), raw)
	}
}

// A parameter is read where the answer stands, and as it was written.
func TestRawParams(t *testing.T) {
	g := gomega.NewWithT(t)
	raw := func(mode, address, form string) []string {
		return rawParams(&useragent.Landing{Mode: mode, Raw: address, RawForm: form}, "iss")
	}
	const address = "https://c/cb?iss=a%2Fb&x=1&iss=c#iss=d&i%73s=e%3"
	g.Expect(raw(useragent.ModeQuery, address, "")).To(gomega.Equal([]string{"a%2Fb", "c"}))
	g.Expect(raw(useragent.ModeFragment, address, "")).To(gomega.Equal([]string{"d", "e%3"}))
	g.Expect(raw(useragent.ModeFormPost, address, "code=1&iss=f")).To(gomega.Equal([]string{"f"}))
	g.Expect(raw(useragent.ModeQuery, "https://c/cb", "iss=f")).To(gomega.BeEmpty())
}

func TestIssuerFormed(t *testing.T) {
	for iss, why := range map[string]string{
		"https://idp.example":           "",
		"https://idp.example:8443/t/":   "",
		"http://127.0.0.1:80/tenant":    "",
		"http://idp.example":            "the scheme http",
		"https://idp.example?a":         "a query",
		"https://idp.example?":          "a query",
		"https://idp.example#":          "a fragment",
		"https%3A%2F%2Fidp.example":     "no absolute URL",
		"idp.example":                   "no absolute URL",
		"urn:example:idp":               "no absolute URL",
		"javascript://idp.example/%0Ax": "the scheme javascript",
	} {
		gomega.NewWithT(t).Expect(issuerFormed(iss)).To(gomega.Equal(why), iss)
	}
}

func TestSameWords(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(sameWords("code id_token", "id_token code")).To(gomega.BeTrue())
	g.Expect(sameWords("code id_token", "code")).To(gomega.BeFalse())
	g.Expect(sameWords("token", "id_token")).To(gomega.BeFalse())
}
