package mockidp

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/onsi/gomega"
)

func pemText(t testing.TB, kind string, der []byte, err error) string {
	t.Helper()
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func pkcs8(t testing.TB, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return pemText(t, "PRIVATE KEY", der, err)
}

func jwkText(t testing.TB, k jose.JSONWebKey) string {
	t.Helper()
	text, err := json.Marshal(k)
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	return string(text)
}

// someKeys are private keys, one for each sort.
func someKeys(t testing.TB) map[string]crypto.Signer {
	t.Helper()
	out := map[string]crypto.Signer{}
	for _, alg := range []string{algES256, algES384, algES512, algEdDSA, algRS256} {
		key, err := testKeys().slots[alg].wait(t.Context())
		gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
		out[alg] = key
	}
	return out
}

// A key of the user's own signs like any other, in whatever form it comes.
func TestImportKey(t *testing.T) {
	keys := someKeys(t)
	ec, rs := keys[algES256].(*ecdsa.PrivateKey), keys[algRS256].(*rsa.PrivateKey)
	sec1, err := x509.MarshalECPrivateKey(ec)
	sec1PEM := pemText(t, "EC PRIVATE KEY", sec1, err)
	for name, c := range map[string]struct{ text, asked, alg string }{
		"PKCS #8, P-256":          {pkcs8(t, ec), "", algES256},
		"PKCS #8, P-384":          {pkcs8(t, keys[algES384]), "", algES384},
		"PKCS #8, P-521":          {pkcs8(t, keys[algES512]), "ES512", algES512},
		"PKCS #8, Ed25519":        {pkcs8(t, keys[algEdDSA]), "", algEdDSA},
		"PKCS #8, RSA":            {pkcs8(t, rs), "", algRS256},
		"PKCS #8, RSA for PS384":  {pkcs8(t, rs), "PS384", algPS384},
		"PKCS #1":                 {pemText(t, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rs), nil), "RS512", algRS512},
		"SEC 1":                   {sec1PEM, "", algES256},
		"SEC 1 behind parameters": {"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + sec1PEM, "", algES256},
		"JWK, EC":                 {jwkText(t, jose.JSONWebKey{Key: ec}), "", algES256},
		"JWK, RSA with alg":       {"\n " + jwkText(t, jose.JSONWebKey{Key: rs, Algorithm: "PS256", Use: "sig"}), "", algPS256},
		"JWK, OKP":                {jwkText(t, jose.JSONWebKey{Key: keys[algEdDSA]}), "EdDSA", algEdDSA},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			p, err := New(WithIssuer("https://login.example/import"))
			g.Expect(err).NotTo(gomega.HaveOccurred())
			defer func() { g.Expect(p.Close()).To(gomega.Succeed()) }()
			k, err := p.ImportKey([]byte(c.text), c.asked)
			g.Expect(err).NotTo(gomega.HaveOccurred())
			g.Expect(k.Alg).To(gomega.Equal(c.alg))
			g.Expect(k.State).To(gomega.Equal(KeyUnpublished))
			g.Expect(k.ID).To(gomega.MatchRegexp(`^[A-Za-z0-9_-]{43}$`))
			_, err = p.ImportKey([]byte(c.text), c.asked)
			g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("already")))

			g.Expect(p.PublishKey(k.ID)).To(gomega.Succeed())
			g.Expect(p.UseKey(k.ID)).To(gomega.Succeed())
			token, err := p.Mint(MintOptions{Alg: c.alg})
			g.Expect(err).NotTo(gomega.HaveOccurred())
			_, err = strictly(t, p, token, c.alg)
			g.Expect(err).NotTo(gomega.HaveOccurred())
		})
	}
}

// A JWK keeps the kid that it names: others know the key by it.
func TestImportKeepsKeyID(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	text := jwkText(t, jose.JSONWebKey{Key: key, KeyID: "2026-01 prod"})
	k, err := p.ImportKey([]byte(text), "")
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(k.ID).To(gomega.Equal("2026-01 prod"))
	g.Expect(p.PublishKey(k.ID)).To(gomega.Succeed())
	token, err := p.Mint(MintOptions{Key: k.ID})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	_, err = strictly(t, p, token, algES256)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	_, err = p.ImportKey([]byte(text), "")
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring(`a key "2026-01 prod" already`)))
}

// What cannot be used is refused with a word about what could.
func TestImportRefuses(t *testing.T) {
	keys := someKeys(t)
	ec, rs := keys[algES256].(*ecdsa.PrivateKey), keys[algRS256].(*rsa.PrivateKey)
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	x25519, err := ecdh.X25519().GenerateKey(rand.Reader)
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	public, err := x509.MarshalPKIXPublicKey(ec.Public())
	publicPEM := pemText(t, "PUBLIC KEY", public, err)
	var mixed map[string]any
	gomega.NewWithT(t).Expect(json.Unmarshal([]byte(jwkText(t, jose.JSONWebKey{Key: ec})), &mixed)).To(gomega.Succeed())
	scalar, err := other.Bytes()
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	mixed["d"] = encodeOctets(scalar)
	mismatched, _ := json.Marshal(mixed)

	for name, c := range map[string]struct{ text, alg, want string }{
		"nothing":         {"", "", "nothing in PEM"},
		"something else":  {"hello", "", "nothing in PEM"},
		"too long":        {strings.Repeat("x", maxKeyText+1), "", "more than 16384 octets"},
		"public PEM":      {publicPEM, "", `a "PUBLIC KEY"`},
		"public JWK":      {jwkText(t, jose.JSONWebKey{Key: ec.Public()}), "", "public key"},
		"symmetric":       {`{"kty":"oct","k":"c2VjcmV0"}`, "", "symmetric"},
		"JWK Set":         {`{"keys":[]}`, "", "JWK Set"},
		"not JSON":        {`{"kty":`, "", "not JSON"},
		"unknown type":    {`{"kty":"XYZ"}`, "", "cannot be read"},
		"for encryption":  {jwkText(t, jose.JSONWebKey{Key: ec, Use: "enc"}), "", `use "enc"`},
		"odd kid":         {jwkText(t, jose.JSONWebKey{Key: ec, KeyID: "a\nb"}), "", "control character"},
		"halves differ":   {string(mismatched), "", ""},
		"encrypted":       {"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", "", "encrypted"},
		"old encryption":  {"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n", "", "encrypted"},
		"broken DER":      {"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "", "cannot be read"},
		"P-224":           {pkcs8(t, p224), "", "P-224"},
		"X25519":          {pkcs8(t, x25519), "", "cannot sign"},
		"1024 bits":       {pkcs8(t, weak), "", "1024 bits"},
		"other curve":     {pkcs8(t, ec), "ES384", "for ES256"},
		"other family":    {pkcs8(t, rs), "ES256", "for RS256, RS384"},
		"alg contradicts": {jwkText(t, jose.JSONWebKey{Key: rs, Algorithm: "RS256"}), "PS256", `for "RS256"`},
		"alg nonsense":    {jwkText(t, jose.JSONWebKey{Key: rs, Algorithm: "none"}), "", `not for "none"`},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			_, err := newProvider(t).ImportKey([]byte(c.text), c.alg)
			g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring(c.want)))
			g.Expect(err.Error()).To(gomega.HavePrefix("mockidp: "))
		})
	}
}

// FuzzImportKey reads anything as a key. What is taken signs, and its tokens
// verify with what is published.
func FuzzImportKey(f *testing.F) {
	keys := someKeys(f)
	for alg, key := range keys {
		f.Add([]byte(pkcs8(f, key)), alg)
		f.Add([]byte(jwkText(f, jose.JSONWebKey{Key: key, KeyID: "a"})), "")
		f.Add([]byte(jwkText(f, jose.JSONWebKey{Key: key.Public()})), alg)
	}
	f.Add([]byte(pemText(f, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(keys[algRS256].(*rsa.PrivateKey)), nil)), "PS512")
	for _, s := range []string{
		"", "{}", `{"kty":"RSA","n":"AQ","e":"AQ","d":"AQ"}`, `{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ","d":"AQ"}`,
		`{"kty":"OKP","crv":"Ed25519","x":"","d":""}`, `{"kty":"RSA","n":"","e":"","d":"","p":"","q":""}`,
		"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n", `{"kty":"oct","k":"AA","alg":"HS256"}`,
		`{"kty":"EC","crv":"P-256","x5c":["AA"],"x":"AQ","y":"AQ"}`,
	} {
		f.Add([]byte(s), "")
	}
	f.Fuzz(func(t *testing.T, text []byte, alg string) {
		p := fuzzProvider(t)
		k, err := p.ImportKey(text, alg)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "mockidp: ") {
				t.Fatalf("an error without its origin: %v", err)
			}
			return
		}
		if err := p.PublishKey(k.ID); err != nil {
			t.Fatal(err)
		}
		token, err := p.Mint(MintOptions{Key: k.ID})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := strictly(t, p, token, k.Alg); err != nil {
			t.Fatal(fmt.Errorf("key %q: %w", k.ID, err))
		}
	})
}
