package mockidp

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// draft is a token that lies change before it is signed.
type draft struct {
	*outToken
	twice object // claims that are there a second time, with another value
	how   signing
}

// signing is how a draft is signed.
type signing int

const (
	signRight     signing = iota
	signNone              // not at all
	signPublicKey         // HS256 with the public key
	signForeign           // a key of nobody's, under its own kid
	signStray             // a key of nobody's, under the kid of the right one
	signBroken            // the right key, and then an octet is changed
)

func (d *draft) put(claim string, value any) bool {
	d.claims[claim] = value
	return true
}

func (d *draft) drop(claim string) bool {
	_, there := d.claims[claim]
	delete(d.claims, claim)
	return there
}

func (d *draft) again(claim string, value any) bool {
	if d.twice == nil {
		d.twice = object{}
	}
	d.twice[claim] = value
	return true
}

func (d *draft) signWith(how signing) bool {
	d.how = how
	return true
}

// lieInToken lets the lies and the scripted reply change a token before it is
// signed.
func (x *exchange) lieInToken(t *outToken) {
	d := &draft{outToken: t}
	x.pranked.client = t.client
	if t.header == nil {
		t.header = object{}
	}
	scripted := x.scriptedClaims(t)
	told := x.tell(func(l *lie) bool { return l.token != nil && l.kind == t.kind && l.token(x, d) })
	if told || scripted {
		t.sign = func(x *exchange, _ *outToken) (string, error) { return x.forge(d) }
	}
}

// forge signs a draft as it wants to be signed.
func (x *exchange) forge(d *draft) (string, error) {
	payload, err := d.payload()
	if err != nil {
		return "", err
	}
	used, key, err := x.p.keys.signing(x.r.Context(), d.alg)
	if err != nil {
		return "", err
	}
	header := object{"alg": d.alg, "kid": used.id(x.id.base)}
	switch d.how {
	case signNone:
		header["alg"] = "none"
		delete(header, "kid")
	case signPublicKey:
		header["alg"] = "HS256"
	case signForeign, signStray:
		if key, err = strayKey(d.alg); err != nil {
			return "", err
		}
		if d.how == signForeign {
			header["kid"] = x.strayKeyID("foreign " + d.alg)
		}
	}
	maps.Copy(header, d.header)
	text, err := json.Marshal(header)
	if err != nil {
		return "", fmt.Errorf("mockidp: header of the %s: %w", d.kind, err)
	}
	signed := encodeOctets(text) + "." + encodeOctets(payload)
	var signature []byte
	switch d.how {
	case signNone:
	case signPublicKey:
		signature, err = macWithPublicKey(key.Public(), signed)
	default:
		signature, err = rawSignature(d.alg, key, signed)
	}
	if err != nil {
		return "", fmt.Errorf("mockidp: signing the %s: %w", d.kind, err)
	}
	if d.how == signBroken {
		signature[len(signature)-1] ^= 1
	}
	return signed + "." + encodeOctets(signature), nil
}

// payload is the JSON text of the claims, then once more those that are there
// twice.
func (d *draft) payload() ([]byte, error) {
	text, err := json.Marshal(d.claims)
	if err != nil {
		return nil, fmt.Errorf("mockidp: claims of the %s: %w", d.kind, err)
	}
	return appendMembers(text, d.twice)
}

// appendMembers adds members at the end of the text of a JSON object, also such
// as are there already.
func appendMembers(text []byte, members object) ([]byte, error) {
	if len(members) == 0 {
		return text, nil
	}
	more, err := json.Marshal(members)
	if err != nil {
		return nil, fmt.Errorf("mockidp: duplicate members: %w", err)
	}
	text = bytes.TrimRight(text, " \t\r\n")
	return slices.Concat(bytes.TrimSuffix(text, []byte("}")), []byte(","), bytes.TrimPrefix(more, []byte("{"))), nil
}

// rawSignature signs by JWS (RFC 7518 §3, RFC 8037 §3.1).
func rawSignature(alg string, key crypto.Signer, signed string) ([]byte, error) {
	hash := hashOf(alg)
	digest := []byte(signed)
	if hash != 0 {
		h := hash.New()
		h.Write(digest)
		digest = h.Sum(nil)
	}
	switch k := key.(type) {
	case *ecdsa.PrivateKey:
		r, s, err := ecdsa.Sign(rand.Reader, k, digest)
		if err != nil {
			return nil, err
		}
		size := (k.Curve.Params().BitSize + 7) / 8
		out := make([]byte, 2*size)
		r.FillBytes(out[:size])
		s.FillBytes(out[size:])
		return out, nil
	case ed25519.PrivateKey:
		return ed25519.Sign(k, []byte(signed)), nil
	}
	if strings.HasPrefix(alg, "PS") {
		return key.Sign(rand.Reader, digest, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: hash})
	}
	return key.Sign(rand.Reader, digest, hash)
}

// macWithPublicKey is what somebody can make who has nothing but the public key:
// a MAC with its PEM text as the secret.
func macWithPublicKey(public crypto.PublicKey, signed string) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	mac.Write([]byte(signed))
	return mac.Sum(nil), nil
}

var strayRSAKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, rsaBits) })

// strayKey is a key for an algorithm that is no provider's.
func strayKey(alg string) (crypto.Signer, error) {
	curve := map[string]elliptic.Curve{"ES256": elliptic.P256(), "ES384": elliptic.P384(), "ES512": elliptic.P521()}[alg]
	switch {
	case alg == algEdDSA:
		return ed25519.NewKeyFromSeed(recipe("foreign key", ed25519.SeedSize)), nil
	case curve == nil:
		return strayRSAKey()
	}
	scalar := recipe("foreign key "+alg, (curve.Params().BitSize+7)/8)
	scalar[0] = 0 // below the group order
	return ecdsa.ParseRawPrivateKey(curve, scalar)
}

// endpointForeign is where the key set is that jku-foreign points to.
const endpointForeign = "foreign/jwks"

// foreignKeys answers there, with the keys that are nobody's.
func (x *exchange) foreignKeys() *reply {
	var keys []object
	for _, alg := range []string{algES256, algEdDSA, algRS256} {
		key, err := strayKey(alg)
		if err != nil {
			return text(http.StatusServiceUnavailable, "the keys are not ready")
		}
		k, err := jwkObject(key.Public(), x.strayKeyID("foreign "+alg), alg)
		if err != nil {
			return text(http.StatusServiceUnavailable, "the keys are not ready")
		}
		keys = append(keys, k)
	}
	return x.json(http.StatusOK, object{"keys": keys})
}
