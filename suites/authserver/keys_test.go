package authserver_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"math/big"
	"sync"
)

var testKeys = sync.OnceValues(func() (*rsa.PrivateKey, *ecdsa.PrivateKey) {
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	e, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return r, e
})

func b64(b []byte) string      { return base64.RawURLEncoding.EncodeToString(b) }
func b64Int(n *big.Int) string { return b64(n.Bytes()) }

// publicKeys are an RSA and an EC key.
func publicKeys() []map[string]any {
	r, e := testKeys()
	return []map[string]any{
		{"kty": "RSA", "kid": "r1", "use": "sig", "alg": "RS256", "n": b64Int(r.N), "e": "AQAB"},
		ecKey(e, "ES256"),
	}
}

func ecKey(k *ecdsa.PrivateKey, alg string) map[string]any {
	point, err := k.PublicKey.Bytes()
	if err != nil {
		panic(err)
	}
	half := (len(point) - 1) / 2
	return map[string]any{"kty": "EC", "kid": "e" + alg, "crv": k.Params().Name, "alg": alg, "x": b64(point[1 : 1+half]), "y": b64(point[1+half:])}
}
