package mockidp

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/onsi/gomega"
)

// decodePart decodes one part of a token.
func decodePart(t testing.TB, part string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(part)
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	return b
}

// Claims go in as they are: octet for octet where octets are given.
func TestMintClaims(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t)
	for _, c := range []struct {
		claims any
		want   string
	}{
		{nil, "{}"},
		{map[string]any{"b": 1, "a": "<"}, `{"a":"\u003c","b":1}`},
		{struct {
			Sub string `json:"sub"`
		}{"x"}, `{"sub":"x"}`},
		{[]byte("{ \"a\":1,\t\"a\":2 }\n"), "{ \"a\":1,\t\"a\":2 }\n"},
		{json.RawMessage(`{"exp":1.0e3}`), `{"exp":1.0e3}`},
		{"not JSON \xff", "not JSON \xff"},
		{"", ""},
	} {
		token, err := p.Mint(MintOptions{Claims: c.claims})
		g.Expect(err).NotTo(gomega.HaveOccurred())
		payload, err := strictly(t, p, token, algES256)
		g.Expect(err).NotTo(gomega.HaveOccurred())
		g.Expect(string(payload)).To(gomega.Equal(c.want))
	}
	_, err := p.Mint(MintOptions{Claims: func() {}})
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("cannot be written as JSON")))
}

func TestForgeryCatalogue(t *testing.T) {
	g := gomega.NewWithT(t)
	seen := map[string]bool{}
	for _, f := range Forgeries() {
		g.Expect(seen[f.Name]).To(gomega.BeFalse(), f.Name)
		seen[f.Name] = true
		g.Expect(f.Name).To(gomega.MatchRegexp(`^[a-z0-9]+(-[a-z0-9]+)+$`))
		g.Expect(f.Clause).To(gomega.MatchRegexp(`^RFC \d+ §\d+(\.\d+)*$`), f.Name)
		g.Expect(f.Text).To(gomega.HaveSuffix("."), f.Name)
	}
	_, err := newProvider(t).Mint(MintOptions{Forgery: "alg-nine"})
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring(`did you mean "alg-none"?`)))
}

// The header says what it is told to say; the signature stays right.
func TestMintHeader(t *testing.T) {
	p := newProvider(t)
	for name, c := range map[string]struct {
		o    MintOptions
		want string // KID stands for the kid
	}{
		"as usual":       {MintOptions{}, `{"alg":"ES256","kid":"KID"}`},
		"another member": {MintOptions{Header: map[string]any{"typ": "at+jwt", "x": []int{1}}}, `{"alg":"ES256","kid":"KID","typ":"at+jwt","x":[1]}`},
		"no kid":         {MintOptions{Header: map[string]any{"kid": nil}}, `{"alg":"ES256"}`},
		"wrong kid":      {MintOptions{Header: map[string]any{"kid": "x"}}, `{"alg":"ES256","kid":"x"}`},
		"kid no string":  {MintOptions{Header: map[string]any{"kid": 7}}, `{"alg":"ES256","kid":7}`},
		"any spelling":   {MintOptions{Header: map[string]any{"alg": "Es256"}}, `{"alg":"Es256","kid":"KID"}`},
		"b64":            {MintOptions{Header: map[string]any{"b64": false}}, `{"alg":"ES256","b64":false,"kid":"KID"}`},
		"raw":            {MintOptions{RawHeader: []byte("{ \"alg\" : \"ES256\" }")}, "{ \"alg\" : \"ES256\" }"},
		"raw, not JSON":  {MintOptions{RawHeader: []byte("\xff")}, "\xff"},
		"raw, empty":     {MintOptions{RawHeader: []byte{}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			token, err := p.Mint(c.o)
			g.Expect(err).NotTo(gomega.HaveOccurred())
			m := takeApart(t, p, token, algES256)
			g.Expect(m.headerText).To(gomega.Equal(strings.ReplaceAll(c.want, "KID", fmt.Sprint(m.jwk["kid"]))))
			g.Expect(m.isRight(algES256, m.signature)).To(gomega.BeTrue())
		})
	}
	g := gomega.NewWithT(t)
	_, err := p.Mint(MintOptions{Key: p.Keys()[0].ID, Alg: algRS256})
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("is for ES256")))
	_, err = p.Mint(MintOptions{Key: "nobody"})
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring(`no signing key "nobody"`)))
	_, err = p.Mint(MintOptions{Alg: "HS256"})
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("not one of")))
	_, err = p.Mint(MintOptions{Forgery: "payload-changed", Claims: "x"})
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("not a JSON object")))
}

// A minted access token is like one that was issued, and the provider knows it
// as long as it is.
func TestMintAccessToken(t *testing.T) {
	g := gomega.NewWithT(t)
	clock := NewManualClock(testTime)
	p := newProvider(t, WithClock(clock), WithClients(
		Client{ID: "api", Scopes: []string{"read", "write"}, Audience: []string{"urn:rs"}, TokenLifetime: time.Minute, SigningAlg: algEdDSA, Secret: "s"}))
	issued := ask(p, sent{basic: "api", form: cc()})
	wantHeader, want := verified(t, p, issued.str("access_token"))

	token, err := p.MintAccessToken("api", "", MintOptions{})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	header, claims := verified(t, p, token)
	g.Expect(header).To(gomega.Equal(wantHeader))
	g.Expect(claims["jti"]).NotTo(gomega.Equal(want["jti"]))
	delete(claims, "jti")
	delete(want, "jti")
	g.Expect(claims).To(gomega.Equal(want))
	g.Expect(p.grants.find(token)).NotTo(gomega.BeNil())

	token, err = p.MintAccessToken("api", UserBob, MintOptions{Claims: map[string]any{"groups": []string{"a"}, "big": json.Number("12345678901234567890")}})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	payload, err := strictly(t, p, token, algEdDSA)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(string(payload)).To(gomega.ContainSubstring("12345678901234567890"))
	_, claims = verified(t, p, token)
	g.Expect(claims["sub"]).To(gomega.Equal(UserBob))
	g.Expect(claims["client_id"]).To(gomega.Equal("api"))
	g.Expect(claims["exp"]).To(gomega.BeEquivalentTo(testTime.Unix() + 60))
	g.Expect(claims["groups"]).To(gomega.Equal([]any{"a"}))
	g.Expect(p.grants.find(token)).NotTo(gomega.BeNil(), "claims were added, none was changed")

	for _, o := range []MintOptions{
		{Claims: map[string]any{"exp": 1}},
		{Claims: object{"aud": nil}},
		{Claims: []byte(`{"iss":"x"}`)},
		{Forgery: "signature-broken"},
		{Header: map[string]any{"typ": "JWT"}},
		{Key: p.Keys()[0].ID},
	} {
		token, err = p.MintAccessToken("api", UserBob, o)
		g.Expect(err).NotTo(gomega.HaveOccurred())
		g.Expect(p.grants.find(token)).To(gomega.BeNil())
	}
	token, err = p.MintAccessToken("api", "", MintOptions{Claims: object{"aud": nil, "scope": "admin"}})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	_, claims = verified(t, p, token)
	g.Expect(claims).NotTo(gomega.HaveKey("aud"))
	g.Expect(claims["scope"]).To(gomega.Equal("admin"))

	for want, call := range map[string]func() (string, error){
		`no client "x"`:     func() (string, error) { return p.MintAccessToken("x", "", MintOptions{}) },
		`no user "x"`:       func() (string, error) { return p.MintAccessToken("api", "x", MintOptions{}) },
		"not a JSON object": func() (string, error) { return p.MintAccessToken("api", "", MintOptions{Claims: []int{1}}) },
		"there is no user":  func() (string, error) { return p.MintIDToken("api", "", MintOptions{}) },
	} {
		_, err := call()
		g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring(want)))
	}
}

// A minted ID token is about a user and for a client.
func TestMintIDToken(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, WithClock(NewManualClock(testTime)))
	token, err := p.MintIDToken(ClientConfidential, UserAlice, MintOptions{Claims: object{"nonce": "n"}})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	header, claims := verified(t, p, token)
	g.Expect(header.ExtraHeaders[jose.HeaderType]).To(gomega.Equal("JWT"))
	g.Expect(claims).To(gomega.Equal(map[string]any{
		"iss": p.Issuer(), "sub": UserAlice, "aud": ClientConfidential, "nonce": "n",
		"iat": float64(testTime.Unix()), "auth_time": float64(testTime.Unix()), "exp": float64(testTime.Unix() + 3600),
	}))
}

// FuzzMint puts anything into a token; whatever comes out is not empty and
// comes without a panic.
func FuzzMint(f *testing.F) {
	for _, name := range append(Forgeries(), Forgery{}) {
		f.Add(name.Name, []byte(`{"sub":"a"}`), []byte(nil), "kid")
		f.Add(name.Name, []byte("{"), []byte("{}"), "b64")
	}
	p := fuzzProvider(f)
	f.Fuzz(func(t *testing.T, forgery string, claims, header []byte, member string) {
		token, err := p.Mint(MintOptions{Forgery: forgery, Claims: claims, RawHeader: header, Header: map[string]any{member: member}})
		if (err == nil) == (token == "") {
			t.Fatalf("%q, %v", token, err)
		}
	})
}

// As if it had been issued, a minted access token opens userinfo; one that was
// changed does not, nor does the first after it has expired.
func TestMintedTokenIsKnown(t *testing.T) {
	g := gomega.NewWithT(t)
	clock := NewManualClock(testTime)
	p := newProvider(t, WithClock(clock), WithClients(Client{ID: "web", Secret: "s", Scopes: []string{"openid"}}))
	userinfo := func(token string) answer {
		return ask(p, sent{method: http.MethodGet, path: pathUserinfo, header: authorization("Bearer " + token)})
	}
	mint := func(o MintOptions) string {
		token, err := p.MintAccessToken("web", UserAlice, o)
		g.Expect(err).NotTo(gomega.HaveOccurred())
		return token
	}
	good := mint(MintOptions{})
	a := userinfo(good)
	g.Expect(a.status).To(gomega.Equal(200))
	g.Expect(a.str("sub")).To(gomega.Equal(UserAlice))
	g.Expect(userinfo(mint(MintOptions{Forgery: "alg-none"})).status).To(gomega.Equal(401))
	g.Expect(userinfo(mint(MintOptions{Claims: object{"sub": UserBob}})).status).To(gomega.Equal(401))
	p.Clock().Advance(time.Hour)
	g.Expect(userinfo(good).status).To(gomega.Equal(401), "expired")
	p.Clock().Reset()
	g.Expect(userinfo(good).status).To(gomega.Equal(200))
}
