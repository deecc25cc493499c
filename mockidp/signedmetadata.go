package mockidp

import (
	"encoding/json"
	"maps"
	"sync"
)

// WithSignedMetadata adds signed_metadata to the metadata (RFC 8414 §2.1): a JWT
// of the same values, signed with the provider's key for ES256.
func WithSignedMetadata() Option {
	return func(c *config) error {
		c.signedMetadata = true
		return nil
	}
}

// addSigned puts the signed metadata into a document that is otherwise ready.
// Without a key there is none: the member is optional.
func (x *exchange) addSigned(doc object) {
	claims := maps.Clone(doc)
	claims["iss"] = x.issuer()
	if !x.keeps(ruleSignedMetadataIss) {
		delete(claims, "iss")
	}
	signed, ok := x.signMetadata(claims)
	if ok && !x.keeps(ruleSignedMetadataNotNested) {
		claims["signed_metadata"] = signed
		signed, ok = x.signMetadata(claims)
	}
	if ok {
		doc["signed_metadata"] = signed
	}
}

func (x *exchange) signMetadata(claims object) (string, bool) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", false // the document cannot be written either
	}
	s := signature{alg: algES256, named: true, stranger: !x.keeps(ruleSignedMetadataVerifies)}
	out, err := x.sign(s, payload)
	return out, err == nil
}

// signature says how something is signed with a key of the provider.
type signature struct {
	alg    string
	header object // beyond alg and kid
	// named puts the kid of the key into the header.
	named bool
	// stranger signs with a key of the kind that nobody has published.
	stranger bool
}

// strangers are keys that no provider publishes, made when they are needed.
var strangers = sync.OnceValue(newKeySet)

// sign makes the compact serialization of a payload.
func (x *exchange) sign(s signature, payload []byte) (string, error) {
	k, private, err := x.p.keys.signing(x.r.Context(), s.alg)
	if err != nil {
		return "", err
	}
	if s.stranger {
		if private, err = strangers().slots[s.alg].wait(x.r.Context()); err != nil {
			return "", err
		}
	}
	kid := ""
	if s.named {
		kid = k.id(x.id.base)
	}
	signer, err := newSigner(s.alg, private, kid, s.header)
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}
