package oauth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// Client authentication methods by JWT (RFC 7523 §2.2, named by OpenID Connect
// Core §9).
const (
	ClientSecretJWT = "client_secret_jwt"
	PrivateKeyJWT   = "private_key_jwt"
)

// AssertionTypeJWT is the client_assertion_type of a JWT (RFC 7523 §2.2).
const AssertionTypeJWT = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// Assertion is a JWT by which a client authenticates (RFC 7523 §3) before it is
// signed. It may be wrong on purpose.
type Assertion struct {
	// Alg is the JWS algorithm (RFC 7518 §3.1).
	Alg string
	// Key to sign with: a private key of crypto/rsa, crypto/ecdsa or
	// crypto/ed25519, or the []byte of a secret.
	Key any
	// Header are the header parameters beside alg.
	Header map[string]any
	// Claims of the JWT.
	Claims map[string]any
}

// Clone copies the assertion, so that one thing can be changed.
func (a *Assertion) Clone() *Assertion {
	c := *a
	c.Header, c.Claims = maps.Clone(a.Header), maps.Clone(a.Claims)
	return &c
}

// Sign gives the JWT in its compact form. The error tells that the algorithm and
// the key do not go together: a secret, for one, has at least the length of the
// hash (RFC 7518 §3.2).
func (a *Assertion) Sign() (string, error) {
	opts := &jose.SignerOptions{ExtraHeaders: map[jose.HeaderKey]any{}}
	for name, value := range a.Header {
		opts.ExtraHeaders[jose.HeaderKey(name)] = value
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(a.Alg), Key: a.Key}, opts)
	if err != nil {
		return "", fmt.Errorf("%s and a key of the type %T: %w", a.Alg, a.Key, err)
	}
	claims, err := json.Marshal(a.Claims)
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(claims)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

// Unsigned gives the JWT with any algorithm in its header and an empty signature,
// which no library signs.
func (a *Assertion) Unsigned(alg string) (string, error) {
	header := map[string]any{"alg": alg}
	maps.Copy(header, a.Header)
	var parts [3]string
	for i, part := range []map[string]any{header, a.Claims} {
		text, err := json.Marshal(part)
		if err != nil {
			return "", err
		}
		parts[i] = base64.RawURLEncoding.EncodeToString(text)
	}
	return strings.Join(parts[:], "."), nil
}

// SpoilSignature changes one bit of the signature of a compact JWT.
func SpoilSignature(jwt string) string {
	dot := strings.LastIndexByte(jwt, '.')
	signature, err := base64.RawURLEncoding.DecodeString(jwt[dot+1:])
	if err != nil || len(signature) == 0 {
		return jwt + "AA"
	}
	signature[len(signature)/2] ^= 1
	return jwt[:dot+1] + base64.RawURLEncoding.EncodeToString(signature)
}

// AlgFor is the JWS algorithm that is usual for a private key; empty for a key of
// another sort. For RSA it is the one that RFC 7523 §5 has everybody implement.
func AlgFor(key crypto.Signer) string {
	if key == nil {
		return ""
	}
	switch k := key.Public().(type) {
	case *rsa.PublicKey:
		return string(jose.RS256)
	case ed25519.PublicKey:
		return string(jose.EdDSA)
	case *ecdsa.PublicKey:
		return map[string]string{"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}[k.Curve.Params().Name]
	}
	return ""
}

// Assert adds a client assertion (RFC 7521 §4.2). Credentials that are already
// there stay.
func (r *TokenRequest) Assert(jwt string) *TokenRequest {
	return r.Add("client_assertion_type", AssertionTypeJWT).Add("client_assertion", jwt)
}
