package mockidp

import (
	"crypto"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/go-jose/go-jose/v4"
)

// jwks answers with the JWK Set (RFC 7517 §5): the public keys that can sign
// now.
func (x *exchange) jwks() *reply {
	if !x.keeps(ruleJWKSServed) {
		return page(http.StatusOK, "Welcome", "This is the start page of the identity provider.")
	}
	keys, err := x.publicKeys()
	if err != nil {
		rep := text(http.StatusServiceUnavailable, "the signing keys are not ready")
		rep.header.Set("Cache-Control", "no-store")
		return rep
	}
	keys = append(keys, x.strayKeys()...)
	// Keys of which some have no use cannot stand beside one for encryption
	// (RFC 8414 §2).
	if x.p.encryptionKey && !x.varies(varOptionalKeyMembers) {
		keys = append(keys, x.encryptionKey())
		if !x.keeps(ruleJWKSUse) {
			for _, k := range keys {
				delete(k, "use")
			}
		}
	}
	if !x.keeps(ruleJWKSKeyIDs) {
		for _, k := range keys {
			delete(k, "kid")
		}
	}
	if !x.keeps(ruleJWKSBase64URL) {
		for _, k := range keys {
			k.toPaddedBase64()
		}
	}
	if x.varies(varUnknownMembers) {
		for _, k := range keys {
			k["mockidp_comment"] = "ignore what you do not know"
		}
	}
	if x.varies(varUnknownKeyType) {
		keys = append([]object{{"kty": "XYZ", "use": "sig", "kid": x.strayKeyID("xyz"), "q5": "AQAB"}}, keys...)
	}
	if !x.keeps(ruleJWKSKeysArray) {
		keys = []object{}
	}
	doc := object{"keys": keys}
	if x.varies(varUnknownMembers) {
		doc["mockidp_generation"] = 1
	}
	rep := x.json(http.StatusOK, doc)
	if x.varies(varJWKSMediaType) {
		rep.header.Set("Content-Type", "application/jwk-set+json")
	}
	rep.header.Set("Cache-Control", cacheDocuments)
	return rep
}

// publicKeys are the keys that the provider has published, in the order in which
// they were. A key keeps its place until it is revoked.
func (x *exchange) publicKeys() ([]object, error) {
	keys, err := x.p.keys.published(x.r.Context())
	if err != nil {
		return nil, err
	}
	publicOnly := x.keeps(ruleJWKSPublicOnly)
	bare := x.varies(varOptionalKeyMembers)
	var out []object
	for _, key := range keys {
		var material crypto.PublicKey = key.slot.key.Public()
		if key.slot.alg == algES256 && key.state == KeySigning && !publicOnly {
			material = key.slot.key
		}
		k, err := jwkObject(material, key.id(x.id.base), key.slot.alg)
		if err != nil {
			return nil, err
		}
		if bare {
			delete(k, "use")
			delete(k, "alg")
		}
		out = append(out, k)
	}
	return out, nil
}

// jwkObject is a key as a JWK. What is not to be right is changed in the object
// afterwards, so that only the fault is wrong.
func jwkObject(key any, kid, alg string) (object, error) {
	text, err := json.Marshal(jose.JSONWebKey{Key: key, KeyID: kid, Algorithm: alg, Use: "sig"})
	if err != nil {
		return nil, fmt.Errorf("mockidp: publishing the %s key: %w", alg, err)
	}
	var k object
	if err := json.Unmarshal(text, &k); err != nil {
		return nil, fmt.Errorf("mockidp: publishing the %s key: %w", alg, err)
	}
	return k, nil
}

// keyValues are the members of JWKs that hold octets as base64url.
var keyValues = []string{"n", "e", "x", "y", "d", "k"}

// toPaddedBase64 rewrites the key values in plain Base64, whose alphabet and
// padding RFC 7515 §2 excludes.
func (k object) toPaddedBase64() {
	for _, name := range keyValues {
		if s, ok := k[name].(string); ok {
			if octets, err := base64.RawURLEncoding.DecodeString(s); err == nil {
				k[name] = base64.StdEncoding.EncodeToString(octets)
			}
		}
	}
}
