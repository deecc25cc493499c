package mockidp

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"maps"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// clientKeys are the keys of the clients of the tests: one for each algorithm
// family, and one that nobody has registered.
var clientKeys = sync.OnceValue(func() map[string]crypto.Signer {
	must := func(k crypto.Signer, err error) crypto.Signer {
		if err != nil {
			panic(err)
		}
		return k
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	rsaKey, rsaErr := rsa.GenerateKey(rand.Reader, 2048)
	ec := func(c elliptic.Curve) crypto.Signer { k, err := ecdsa.GenerateKey(c, rand.Reader); return must(k, err) }
	return map[string]crypto.Signer{
		"ES256": ec(elliptic.P256()), "ES384": ec(elliptic.P384()), "ES512": ec(elliptic.P521()),
		"EdDSA": must(ed, err), "RS": must(rsaKey, rsaErr), "stray": ec(elliptic.P256()),
	}
})

func keyOf(alg string) crypto.Signer {
	if k := clientKeys()[alg]; k != nil {
		return k
	}
	return clientKeys()["RS"]
}

// publicSet is a JWK Set of public keys with their names as kid.
func publicSet(names ...string) json.RawMessage {
	var set jose.JSONWebKeySet
	for _, n := range names {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: clientKeys()[n].Public(), KeyID: n, Use: "sig"})
	}
	text, err := json.Marshal(set)
	if err != nil {
		panic(err)
	}
	return text
}

// signedWith makes a JWT. A []byte is a secret, nil leaves the signature out.
func signedWith(key any, header, claims map[string]any) string {
	encode := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return encodeOctets(text)
	}
	alg := header["alg"].(string)
	signed := encode(header) + "." + encode(claims)
	var signature []byte
	var err error
	switch k := key.(type) {
	case []byte:
		mac := hmac.New(hashOf(alg).New, k)
		mac.Write([]byte(signed))
		signature = mac.Sum(nil)
	case crypto.Signer:
		signature, err = rawSignature(alg, k, signed)
	}
	if err != nil {
		panic(err)
	}
	return signed + "." + encodeOctets(signature)
}

const (
	keyClient    = "key-client"
	secretClient = "secret-jwt-client"
)

// assertionClients authenticate by JWT alone.
func assertionClients() []Client {
	return []Client{
		{ID: keyClient, AuthMethods: []string{PrivateKeyJWT}, Scopes: []string{"read"}, JWKS: publicSet("ES256", "ES384", "ES512", "EdDSA", "RS")},
		{ID: secretClient, AuthMethods: []string{ClientSecretJWT}, Scopes: []string{"read"}},
	}
}

// assertion is what a client is to assert; what is not set is right.
type assertion struct {
	client, alg string
	key         any
	header      map[string]any
	claims      map[string]any // nil values take a claim away
}

func (a assertion) sign(p *Provider) string {
	if a.client == "" {
		a.client = keyClient
	}
	if a.alg == "" {
		a.alg = "ES256"
	}
	now := p.clock.Now()
	header := map[string]any{"alg": a.alg}
	claims := map[string]any{
		"iss": a.client, "sub": a.client, "aud": p.Issuer(), "exp": now.Add(time.Minute).Unix(), "iat": now.Unix(), "jti": randomWord(),
	}
	for into, from := range map[*map[string]any]map[string]any{&header: a.header, &claims: a.claims} {
		maps.Copy(*into, from)
		maps.DeleteFunc(*into, func(_ string, v any) bool { return v == nil })
	}
	if a.key == nil {
		a.key = keyOf(a.alg)
	}
	return signedWith(a.key, header, claims)
}

// ask makes a client credentials request with the assertion.
func (a assertion) ask(p *Provider, more ...string) answer {
	return ask(p, sent{form: with(cc("client_assertion_type", assertionType, "client_assertion", a.sign(p)), more...)})
}
