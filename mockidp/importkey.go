package mockidp

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/go-jose/go-jose/v4"
)

// maxKeyText bounds what is read as a key. A JWK of an RSA key of 8192 bits has
// some six thousand characters.
const maxKeyText = 16 << 10

// ImportKey takes in a private key of the caller's own: PEM (PKCS #8, PKCS #1 or
// SEC 1, not encrypted) or a JWK. It is neither published nor used, as after
// [Provider.NewKey].
//
// alg is the algorithm that the key is for. Left empty, it is that of the JWK, or
// else follows from the key; an RSA key is then for RS256. A JWK that names its
// kid keeps it; else the kid is made as for all other keys.
func (p *Provider) ImportKey(key []byte, alg string) (SigningKey, error) {
	in, err := parsePrivateKey(key)
	if err == nil {
		err = in.settleAlg(alg)
	}
	if err == nil {
		err = in.try()
	}
	if err != nil {
		return SigningKey{}, fmt.Errorf("mockidp: ImportKey: %w", err)
	}
	slot := newKeySlot(in.alg)
	slot.once.Do(func() {
		slot.running = true
		slot.fill(func() (crypto.Signer, error) { return in.key, nil })
	})
	if slot.err != nil {
		return SigningKey{}, slot.err
	}
	return p.addKey(&ringKey{slot: slot, fixedID: in.kid})
}

// importedKey is a private key as it was read.
type importedKey struct {
	key      crypto.Signer
	alg, kid string // as a JWK has them, else empty
}

func parsePrivateKey(text []byte) (*importedKey, error) {
	text = bytes.TrimSpace(text)
	switch {
	case len(text) > maxKeyText:
		return nil, fmt.Errorf("the key has more than %d octets", maxKeyText)
	case bytes.HasPrefix(text, []byte("{")):
		return parsePrivateJWK(text)
	}
	return parsePrivatePEM(text)
}

func parsePrivateJWK(text []byte) (*importedKey, error) {
	var names map[string]json.RawMessage
	if err := json.Unmarshal(text, &names); err != nil {
		return nil, fmt.Errorf("the JWK is not JSON: %w", err)
	}
	if _, isSet := names["keys"]; isSet {
		return nil, errors.New("this is a JWK Set; give one of its keys")
	}
	var jwk jose.JSONWebKey
	if err := jwk.UnmarshalJSON(text); err != nil {
		return nil, fmt.Errorf("the JWK cannot be read: %w", err)
	}
	if jwk.Use != "" && jwk.Use != "sig" {
		return nil, fmt.Errorf("the JWK is for use %q, not for \"sig\"", jwk.Use)
	}
	if strings.ContainsFunc(jwk.KeyID, unicode.IsControl) {
		return nil, errors.New("the kid of the JWK holds a control character")
	}
	key, err := privateKey(jwk.Key)
	if err != nil {
		return nil, err
	}
	return &importedKey{key: key, alg: jwk.Algorithm, kid: jwk.KeyID}, nil
}

func parsePrivatePEM(text []byte) (*importedKey, error) {
	seen := "nothing in PEM"
	for {
		block, rest := pem.Decode(text)
		if block == nil {
			return nil, fmt.Errorf("there is no private key, but %s; give PEM with a PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY, or a JWK", seen)
		}
		text = rest
		var key any
		var err error
		switch {
		case block.Headers["DEK-Info"] != "", block.Type == "ENCRYPTED PRIVATE KEY":
			return nil, errors.New("the private key is encrypted; decrypt it first, for example with: openssl pkey -in FILE")
		case block.Type == "PRIVATE KEY":
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		case block.Type == "RSA PRIVATE KEY":
			key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		case block.Type == "EC PRIVATE KEY":
			key, err = x509.ParseECPrivateKey(block.Bytes)
		default: // EC PARAMETERS and certificates stand beside the key
			seen = fmt.Sprintf("a %q", block.Type)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("the %s cannot be read: %w", block.Type, err)
		}
		signer, err := privateKey(key)
		if err != nil {
			return nil, err
		}
		return &importedKey{key: signer}, nil
	}
}

// privateKey makes sure that a key is a private one of a sort that can sign.
func privateKey(key any) (crypto.Signer, error) {
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if bits := k.N.BitLen(); bits < rsaBits {
			return nil, fmt.Errorf("the RSA key has %d bits; %d is the least (RFC 7518 §3.3)", bits, rsaBits)
		}
		return k, nil
	case *ecdsa.PrivateKey:
		return k, nil
	case ed25519.PrivateKey:
		return k, nil
	case *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey:
		return nil, errors.New("the key is a public key; a private one is needed to sign")
	case []byte:
		return nil, errors.New("the key is symmetric; a provider signs with a key pair")
	}
	return nil, fmt.Errorf("a key of type %T cannot sign; RSA, EC and Ed25519 can", key)
}

// settleAlg finds the algorithm of the key, and refuses one that does not fit it.
func (in *importedKey) settleAlg(asked string) error {
	var fit []string
	switch k := in.key.(type) {
	case *rsa.PrivateKey:
		fit = []string{algRS256, algRS384, algRS512, algPS256, algPS384, algPS512}
	case ed25519.PrivateKey:
		fit = []string{algEdDSA}
	case *ecdsa.PrivateKey:
		alg := map[elliptic.Curve]string{elliptic.P256(): algES256, elliptic.P384(): algES384, elliptic.P521(): algES512}[k.Curve]
		if alg == "" {
			return fmt.Errorf("no signing algorithm uses the curve %s; P-256, P-384 and P-521 are used", k.Params().Name)
		}
		fit = []string{alg}
	}
	switch {
	case asked != "" && in.alg != "" && asked != in.alg:
		return fmt.Errorf("the JWK is for %q, not for %q", in.alg, asked)
	case asked == "":
		asked = in.alg
	}
	for _, alg := range fit {
		if asked == "" || asked == alg {
			in.alg = alg
			return nil
		}
	}
	return fmt.Errorf("the key is for %s, not for %q", strings.Join(fit, ", "), asked)
}

// try signs something and verifies it, so that a key whose two halves do not
// belong together is found now and not by a puzzled client.
func (in *importedKey) try() error {
	alg := jose.SignatureAlgorithm(in.alg)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: in.key}, nil)
	if err != nil {
		return fmt.Errorf("the key cannot sign: %w", err)
	}
	signed, err := signer.Sign([]byte("{}"))
	if err != nil {
		return fmt.Errorf("the key cannot sign: %w", err)
	}
	if _, err := signed.Verify(in.key.Public()); err != nil {
		return errors.New("the private and the public part of the key do not belong together")
	}
	return nil
}
