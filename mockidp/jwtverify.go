package mockidp

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	_ "crypto/sha256" // the hashes of the algorithms below
	_ "crypto/sha512"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// hmacAlgs and keyAlgs are the algorithms of what clients sign (RFC 7518 §3.1;
// EdDSA is of RFC 8037). They are verified here and not by a library, because a
// rule that is switched off must still get past what a library refuses.
var (
	hmacAlgs = []string{"HS256", "HS384", "HS512"}
	keyAlgs  = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)

// hashOf is the hash function of an algorithm, by the digits of its name.
func hashOf(alg string) crypto.Hash {
	switch alg[2:] {
	case "384":
		return crypto.SHA384
	case "512":
		return crypto.SHA512
	}
	return crypto.SHA256
}

// verifies reports whether a signature by one of the algorithms above is right.
// A key of another type, or one too small for the algorithm (RFC 7518 §3.2, §3.3),
// verifies nothing.
func verifies(alg string, key any, signed, signature []byte) bool {
	if !slices.Contains(hmacAlgs, alg) && !slices.Contains(keyAlgs, alg) {
		return false
	}
	if alg == algEdDSA {
		k, ok := key.(ed25519.PublicKey)
		return ok && len(k) == ed25519.PublicKeySize && ed25519.Verify(k, signed, signature)
	}
	hash := hashOf(alg)
	if secret, ok := key.([]byte); ok {
		mac := hmac.New(hash.New, secret)
		mac.Write(signed)
		return alg[:2] == "HS" && len(secret) >= hash.Size() && hmac.Equal(mac.Sum(nil), signature)
	}
	h := hash.New()
	h.Write(signed)
	digest := h.Sum(nil)
	switch k := key.(type) {
	case *rsa.PublicKey:
		switch {
		case k.N.BitLen() < rsaBits:
			return false
		case alg[:2] == "RS":
			return rsa.VerifyPKCS1v15(k, hash, digest, signature) == nil
		case alg[:2] == "PS":
			return rsa.VerifyPSS(k, hash, digest, signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil
		}
	case *ecdsa.PublicKey:
		curve := map[string]string{"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}[alg]
		size := (k.Curve.Params().BitSize + 7) / 8
		if k.Curve.Params().Name != curve || len(signature) != 2*size {
			return false // RFC 7518 §3.4: both numbers in full length
		}
		return ecdsa.Verify(k, digest, new(big.Int).SetBytes(signature[:size]), new(big.Int).SetBytes(signature[size:]))
	}
	return false
}

// verifyKey is a public key that something of others is signed with.
type verifyKey struct {
	kid, alg string // either may be empty
	key      crypto.PublicKey
}

// parseJWKS reads the public keys of a JWK Set (RFC 7517 §5). Keys of types and on
// curves that are not known, and keys that are not for verifying, are passed over
// (§5, §4.2, §4.3); a private or a symmetric key is an error, because it should have
// reached no one.
func parseJWKS(text []byte) ([]verifyKey, error) {
	// Not into a struct: encoding/json takes "Keys" for "keys".
	set, err := parseObject(text)
	if err != nil {
		return nil, fmt.Errorf("the JWK Set is %w", err)
	}
	list, ok := set["keys"].([]any)
	if !ok {
		return nil, errors.New("the JWK Set has no list of keys")
	}
	out := []verifyKey{}
	for i, element := range list {
		members, _ := element.(map[string]any)
		kty, _ := members["kty"].(string)
		use, isWord := members["use"].(string)
		operations, isList := members["key_ops"].([]any)
		if kty == "" || !isWord && has(members, "use") || !isList && has(members, "key_ops") {
			return nil, fmt.Errorf("key %d of the JWK Set is not a key", i+1)
		}
		switch {
		case kty == "oct":
			return nil, fmt.Errorf("key %d of the JWK Set is symmetric; a client publishes public keys", i+1)
		case !slices.Contains([]string{"RSA", "EC", "OKP"}, kty), isWord && use != "sig":
			continue
		case has(members, "d"):
			return nil, fmt.Errorf("key %d of the JWK Set is private; a client publishes public keys", i+1)
		case isList && !slices.Contains(operations, any("verify")), !knownCurve(kty, members["crv"]):
			continue
		}
		raw, err := json.Marshal(members)
		if err != nil {
			return nil, fmt.Errorf("key %d of the JWK Set is not a key", i+1)
		}
		var key jose.JSONWebKey
		if err := key.UnmarshalJSON(raw); err != nil {
			return nil, fmt.Errorf("key %d of the JWK Set is not a valid %s key", i+1, kty)
		}
		if !key.IsPublic() {
			return nil, fmt.Errorf("key %d of the JWK Set is private; a client publishes public keys", i+1)
		}
		if k, ok := key.Key.(*rsa.PublicKey); ok && k.N.BitLen() < rsaBits {
			return nil, fmt.Errorf("key %d of the JWK Set is an RSA key of fewer than %d bits (RFC 7518 §3.3)", i+1, rsaBits)
		}
		out = append(out, verifyKey{kid: key.KeyID, alg: key.Algorithm, key: key.Key})
	}
	return out, nil
}

// knownCurve reports whether keys of a type and curve could verify something here;
// a curve that is none at all is for the parser of the key to refuse.
func knownCurve(kty string, crv any) bool {
	name, ok := crv.(string)
	switch {
	case !ok || kty == "RSA":
		return true
	case kty == "OKP":
		return name == "Ed25519"
	}
	return slices.Contains([]string{"P-256", "P-384", "P-521"}, name)
}

// fits reports whether a key may have signed a token: its kid is the token's
// where both are given (RFC 7515 §4.1.4), and its alg (RFC 7517 §4.4).
func (k verifyKey) fits(t *jwtToken) bool {
	return (k.kid == "" || t.kid() == "" || k.kid == t.kid()) && (k.alg == "" || k.alg == t.alg())
}

// signedBy reports whether one of the keys signed the token. The header says
// which key of those known; it brings none of its own.
func (t *jwtToken) signedBy(keys []verifyKey) bool {
	return slices.ContainsFunc(keys, func(k verifyKey) bool {
		return k.fits(t) && verifies(t.alg(), k.key, t.signed, t.signature)
	})
}

// headerKey is the key in the header's jwk (RFC 7515 §4.1.3), which only a
// provider believes whose rule about it is off.
func (t *jwtToken) headerKey() []verifyKey {
	if t.header["jwk"] == nil {
		return nil
	}
	text, err := json.Marshal(map[string]any{"keys": []any{t.header["jwk"]}})
	if err != nil {
		return nil
	}
	keys, err := parseJWKS(text)
	if err != nil {
		return nil
	}
	return keys
}

// isUnsecured reports whether the token is one without signature (RFC 7519 §6).
func (t *jwtToken) isUnsecured() bool {
	return strings.EqualFold(t.alg(), "none") && len(t.signature) == 0
}
