package mockidp

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/onsi/gomega"
)

// Every algorithm, both methods, and every name that the provider goes by.
func TestClientAssertions(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, WithClients(assertionClients()...))
	for _, alg := range keyAlgs {
		g.Expect(outcome(assertion{alg: alg}.ask(p))).To(gomega.Equal("200 token"), alg)
	}
	c, _ := p.Client(secretClient)
	for _, alg := range hmacAlgs[:2] {
		a := assertion{client: secretClient, alg: alg, key: []byte(c.Secret)}
		g.Expect(outcome(a.ask(p))).To(gomega.Equal("200 token"), alg)
		g.Expect(outcome(a.ask(p, "client_id", secretClient))).To(gomega.Equal("200 token"), alg)
	}
	for _, aud := range []any{p.Issuer(), p.Issuer() + pathToken, []string{"https://other.example", p.Issuer()}} {
		g.Expect(outcome(assertion{claims: map[string]any{"aud": aud}}.ask(p))).To(gomega.Equal("200 token"), "%v", aud)
	}
	for _, v := range p.Verdicts() {
		g.Expect(v.Pass).To(gomega.BeTrue(), "%+v", v)
	}
}

// One thing wrong at a time, and all of it invalid_client (RFC 7521 §4.2.1).
func TestClientAssertionsRefused(t *testing.T) {
	p := newProvider(t, WithClients(assertionClients()...))
	secret := func() []byte { c, _ := p.Client(secretClient); return []byte(c.Secret) }()
	now := p.clock.Now()
	claim := func(name string, value any) assertion { return assertion{claims: map[string]any{name: value}} }
	public, err := json.Marshal(publicSet("ES256"))
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	for name, a := range map[string]assertion{
		"another key":               {key: clientKeys()["stray"]},
		"kid of another key":        {header: map[string]any{"kid": "RS"}},
		"an unknown kid":            {header: map[string]any{"kid": "../../etc/passwd"}},
		"none":                      {alg: "none", key: 0},
		"NONE":                      {alg: "NONE", key: 0},
		"HMAC with the public key":  {alg: "HS256", key: public},
		"HMAC with a wrong secret":  {client: secretClient, alg: "HS256", key: []byte(strings.Repeat("x", 32))},
		"a key for a secret client": {client: secretClient},
		"HS512, too long for it":    {client: secretClient, alg: "HS512", key: secret},
		"an unknown algorithm":      {header: map[string]any{"alg": "ES256K"}},
		"its key in the header":     {key: clientKeys()["stray"], header: map[string]any{"jwk": json.RawMessage(publicKey("stray"))}},
		"a key by reference":        {key: clientKeys()["stray"], header: map[string]any{"jku": "https://client.example/jwks", "x5u": "https://client.example/x"}},
		"crit":                      {header: map[string]any{"crit": []string{"exp"}, "exp": 1}},
		"b64":                       {header: map[string]any{"crit": []string{"b64"}, "b64": true}},
		"an access token":           {header: map[string]any{"typ": "at+jwt"}},
		"no iss":                    claim("iss", nil), "another iss": claim("iss", secretClient), "iss is a number": claim("iss", 1),
		"no sub": claim("sub", nil), "another sub": claim("sub", secretClient), "an unknown sub": claim("sub", "nobody"),
		"no aud": claim("aud", nil), "another aud": claim("aud", "https://other.example"), "aud with a slash": claim("aud", p.Issuer()+"/"),
		"aud of two kinds": claim("aud", []any{p.Issuer(), 1}),
		"no exp":           claim("exp", nil), "expired": claim("exp", now.Add(-time.Second).Unix()), "exp is a string": claim("exp", "9999999999"),
		"exp is far away": claim("exp", now.Add(2*time.Hour).Unix()), "exp is absurd": claim("exp", 1e300),
		"not yet": claim("nbf", now.Add(30*time.Second).Unix()), "nbf is a string": claim("nbf", "now"),
		"no jti": claim("jti", nil), "jti is a number": claim("jti", 7),
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			got := a.ask(p)
			g.Expect(outcome(got)).To(gomega.Equal("401 invalid_client"), got.body)
		})
	}
	t.Run("twice", func(t *testing.T) {
		g := gomega.NewWithT(t)
		jwt := assertion{}.sign(p)
		form := cc("client_assertion_type", assertionType, "client_assertion", jwt)
		g.Expect(outcome(ask(p, sent{form: form}))).To(gomega.Equal("200 token"))
		g.Expect(outcome(ask(p, sent{form: form}))).To(gomega.Equal("401 invalid_client"))
	})
	t.Run("another type", func(t *testing.T) {
		g := gomega.NewWithT(t)
		for _, typ := range []string{"", "jwt", strings.ToUpper(assertionType), assertionType + " "} {
			g.Expect(outcome(assertion{}.ask(p, "client_assertion_type", typ))).To(gomega.Equal("401 invalid_client"), typ)
		}
	})
	t.Run("another client_id", func(t *testing.T) {
		gomega.NewWithT(t).Expect(outcome(assertion{}.ask(p, "client_id", secretClient))).To(gomega.Equal("401 invalid_client"))
	})
}

func publicKey(name string) []byte {
	text, err := jose.JSONWebKey{Key: clientKeys()[name].Public()}.MarshalJSON()
	if err != nil {
		panic(err)
	}
	return text
}

// A registered algorithm is the only one.
func TestAssertionAlgRegistered(t *testing.T) {
	g := gomega.NewWithT(t)
	c := assertionClients()[0]
	c.AuthSigningAlg = "ES384"
	p := newProvider(t, WithClients(c))
	g.Expect(outcome(assertion{alg: "ES384"}.ask(p))).To(gomega.Equal("200 token"))
	g.Expect(outcome(assertion{alg: "ES256"}.ask(p))).To(gomega.Equal("401 invalid_client"))
	// What the metadata advertises is what some client can use.
	doc := ask(p, get(oauthDocument)).doc
	g.Expect(doc["token_endpoint_auth_methods_supported"]).To(gomega.Equal([]any{PrivateKeyJWT}))
	g.Expect(doc["token_endpoint_auth_signing_alg_values_supported"]).To(gomega.HaveLen(len(keyAlgs)))
	for _, endpoint := range []string{"introspection", "revocation"} {
		methods, _ := doc[endpoint+"_endpoint_auth_methods_supported"].([]any)
		g.Expect(doc[endpoint+"_endpoint_auth_signing_alg_values_supported"] != nil).To(gomega.Equal(slices.Contains(methods, any(PrivateKeyJWT))), endpoint)
	}
	g.Expect(ask(newProvider(t), get(oauthDocument)).doc).NotTo(gomega.HaveKey("token_endpoint_auth_signing_alg_values_supported"))
}

// A refused assertion is not used up, and an identifier is its client's own.
func TestAssertionIdentifiers(t *testing.T) {
	g := gomega.NewWithT(t)
	clock := NewManualClock(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
	p := newProvider(t, WithClients(assertionClients()...), WithClock(clock))
	c, _ := p.Client(secretClient)
	id := map[string]any{"jti": "one"}
	g.Expect(outcome(assertion{key: clientKeys()["stray"], claims: id}.ask(p))).To(gomega.Equal("401 invalid_client"))
	g.Expect(outcome(assertion{claims: id}.ask(p))).To(gomega.Equal("200 token"))
	g.Expect(outcome(assertion{client: secretClient, alg: "HS256", key: []byte(c.Secret), claims: id}.ask(p))).To(gomega.Equal("200 token"))
	g.Expect(outcome(assertion{claims: id}.ask(p))).To(gomega.Equal("401 invalid_client"))
	clock.Advance(time.Minute) // the first has expired, and so has its identifier
	g.Expect(outcome(assertion{claims: id}.ask(p))).To(gomega.Equal("200 token"))
}

// Keys at a jwks_uri are fetched from allowed hosts, kept for a while, and fetched
// anew when they do not fit.
func TestJWKSURI(t *testing.T) {
	g := gomega.NewWithT(t)
	fetched, set := 0, publicSet("ES256")
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fetched++
		if r.URL.Path != "/jwks" {
			http.Redirect(w, r, "/jwks", http.StatusFound)
			return
		}
		_, _ = w.Write(set)
	}))
	defer host.Close()
	u, err := url.Parse(host.URL)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	client := func(uri string) Client {
		return Client{ID: keyClient, AuthMethods: []string{PrivateKeyJWT}, JWKSURI: uri}
	}
	p := newProvider(t, WithClients(client(host.URL+"/jwks")), WithJWKSHosts(nil, u.Host))
	for range 3 {
		g.Expect(outcome(assertion{}.ask(p))).To(gomega.Equal("200 token"))
	}
	g.Expect(fetched).To(gomega.Equal(1))
	set = publicSet("stray")
	g.Expect(outcome(assertion{key: clientKeys()["stray"]}.ask(p))).To(gomega.Equal("200 token"), "after a rotation")
	g.Expect(fetched).To(gomega.Equal(2))

	moved := newProvider(t, WithClients(client(host.URL+"/moved")), WithJWKSHosts(nil, u.Host))
	g.Expect(outcome(assertion{}.ask(moved))).To(gomega.Equal("401 invalid_client"), "a redirect is not followed")
	for _, opts := range [][]Option{nil, {WithJWKSHosts(nil, "client.example")}} {
		before := fetched
		p := newProvider(t, append(opts, WithClients(client(host.URL+"/jwks")))...)
		g.Expect(outcome(assertion{}.ask(p))).To(gomega.Equal("401 invalid_client"))
		g.Expect(fetched).To(gomega.Equal(before), "another host is not asked")
	}
}

// Clients that could never authenticate are refused when the provider is made.
func TestAssertionClientsChecked(t *testing.T) {
	private, err := jose.JSONWebKey{Key: clientKeys()["ES256"]}.MarshalJSON()
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	for want, c := range map[string]Client{
		"needs a public signing key":         {ID: "a", AuthMethods: []string{PrivateKeyJWT}},
		"is private":                         {ID: "a", AuthMethods: []string{PrivateKeyJWT}, JWKS: json.RawMessage(fmt.Sprintf(`{"keys":[%s]}`, private))},
		"is symmetric":                       {ID: "a", AuthMethods: []string{PrivateKeyJWT}, JWKS: json.RawMessage(`{"keys":[{"kty":"oct","k":"AAAA"}]}`)},
		"no list of keys":                    {ID: "a", AuthMethods: []string{PrivateKeyJWT}, JWKS: json.RawMessage(`{}`)},
		"at least 32 octets":                 {ID: "a", AuthMethods: []string{ClientSecretJWT}, Secret: "short"},
		"does not go with":                   {ID: "a", AuthSigningAlg: "ES256"},
		"exclude each other":                 {ID: "a", JWKS: publicSet("RS"), JWKSURI: "https://client.example/jwks"},
		"is not an http or https URL":        {ID: "a", AuthMethods: []string{PrivateKeyJWT}, JWKSURI: "file:///etc/passwd"},
		"none a confidential client can use": {ID: "a", AuthMethods: []string{"tls_client_auth"}},
	} {
		_, err := New(WithClients(c))
		gomega.NewWithT(t).Expect(err).To(gomega.MatchError(gomega.ContainSubstring(want)))
	}
}
