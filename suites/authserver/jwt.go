package authserver

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// jwt is a JWT in the compact form of a JWS (RFC 7515 §3.1), read without
// trusting it.
type jwt struct {
	raw           string
	header        map[string]json.RawMessage
	claims        map[string]json.RawMessage
	alg, kid, typ string
}

// parseJWT reads a JWT; why says what keeps it from being one. What is encrypted
// cannot be read.
func parseJWT(s string) (j *jwt, why string) {
	parts := strings.Split(s, ".")
	switch len(parts) {
	case 3:
	case 5:
		return nil, "five parts: it is encrypted"
	default:
		return nil, fmt.Sprintf("%d parts and not three", len(parts))
	}
	j = &jwt{raw: s}
	for i, into := range []*map[string]json.RawMessage{&j.header, &j.claims} {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			return nil, fmt.Sprintf("part %d is not base64url", i+1)
		}
		if json.Unmarshal(text, into) != nil || *into == nil {
			return nil, fmt.Sprintf("part %d is no JSON object", i+1)
		}
	}
	j.alg, j.kid = text(j.header, "alg"), text(j.header, "kid")
	j.typ = strings.ToLower(strings.TrimPrefix(strings.ToLower(text(j.header, "typ")), "application/"))
	return j, ""
}

func text(members map[string]json.RawMessage, name string) string { return jwk(members).text(name) }

// claim is a claim that is a string; empty otherwise.
func (j *jwt) claim(name string) string { return text(j.claims, name) }

// has tells whether a claim is there.
func (j *jwt) has(name string) bool { _, ok := j.claims[name]; return ok }

// asymmetricAlgs are the algorithms whose signatures can be verified here
// (RFC 7518 §3.1, RFC 8037 §3.1).
var asymmetricAlgs = []jose.SignatureAlgorithm{
	jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
}

// asymmetric tells whether the JWT says that it is signed in such a way.
func (j *jwt) asymmetric() bool {
	return slices.Contains(asymmetricAlgs, jose.SignatureAlgorithm(j.alg))
}

// verify looks for a key that verifies the signature: among the keys that the
// JWT names, or among all where it names none of them, since kid is a hint
// (RFC 7515 §4.1.4). It says why none does; empty when one does. Where a key
// that might have done it cannot be read, nothing follows: tried is false then.
func (j *jwt) verify(keys []jwk) (why string, tried bool) {
	signed, err := jose.ParseSignedCompact(j.raw, asymmetricAlgs)
	if err != nil {
		return "not readable as a JWS: " + clip(err.Error()), true
	}
	candidates := keys
	named := slices.DeleteFunc(slices.Clone(keys), func(k jwk) bool { return j.kid == "" || k.text("kid") != j.kid })
	if len(named) > 0 {
		candidates = named
	}
	readable := 0
	for _, k := range candidates {
		key, ok := k.public()
		if !ok {
			continue
		}
		readable++
		if _, err := signed.Verify(key); err == nil {
			return "", true
		}
	}
	unread := slices.ContainsFunc(candidates, func(k jwk) bool {
		_, ok := k.public()
		return !ok && slices.Contains([]string{"RSA", "EC", "OKP"}, k.text("kty"))
	})
	switch {
	case unread:
		return "a key that may have signed it cannot be read (see jwks-kty)", false
	case len(named) > 0:
		return fmt.Sprintf("the key it names (kid %q) does not verify it", clip(j.kid)), true
	case j.kid != "":
		return fmt.Sprintf("the set has no key with its kid %q, and none of the %d keys verifies it", clip(j.kid), readable), true
	}
	return fmt.Sprintf("none of the %d keys verifies it", readable), true
}

// public is the key for verifying. What stands beside the key itself, such as
// certificates, is left out: it is no part of what is asked here.
func (k jwk) public() (*jose.JSONWebKey, bool) {
	bare := maps.Clone(k)
	maps.DeleteFunc(bare, func(name string, _ json.RawMessage) bool {
		return !slices.Contains([]string{"kty", "crv", "x", "y", "n", "e"}, name)
	})
	raw, err := json.Marshal(bare)
	if err != nil {
		return nil, false
	}
	var key jose.JSONWebKey
	if json.Unmarshal(raw, &key) != nil {
		return nil, false
	}
	return &key, true
}
