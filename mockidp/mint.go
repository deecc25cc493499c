package mockidp

import (
	"context"
	"crypto"
	"encoding/json"
	"fmt"
	"slices"
)

// MintOptions say what [Provider.Mint] makes. The zero value is a token without
// claims, signed as the provider signs.
type MintOptions struct {
	// Claims are the payload. A []byte, json.RawMessage or string is taken byte
	// for byte, JSON or not; anything else is encoded as JSON. Nil means {}.
	Claims any
	// Alg is the algorithm to sign with. The default is that of Key, else the
	// provider's, see [WithSigningAlg].
	Alg string
	// Key is the kid of one of the provider's keys, in whatever state it is. The
	// default is the key that signs with Alg.
	Key string
	// Header are members of the header beyond alg and kid, or in their place: so
	// alg can be spelled in any way and kid be wrong. A nil value leaves the
	// member out. They change what the token says, not how it is signed.
	Header map[string]any
	// RawHeader, when not nil, is the whole header, byte for byte, JSON or not.
	RawHeader []byte
	// Forgery is the name of a [Forgery]: what is wrong with the token. Header
	// and RawHeader have the last word over it.
	Forgery string
}

// Mint makes a signed token of any claims, outside of every flow: what a
// resource server or a client under test is to accept, or must not. The provider
// does not know the token afterwards; see [Provider.MintAccessToken] for one that
// it knows.
func (p *Provider) Mint(o MintOptions) (string, error) {
	m, err := p.newMint(o)
	if err != nil {
		return "", fmt.Errorf("mockidp: Mint: %w", err)
	}
	token, err := m.strike(o)
	if err != nil {
		return "", fmt.Errorf("mockidp: Mint: %w", err)
	}
	return token, nil
}

// mint is a token in the making. A forgery changes it before it is signed.
type mint struct {
	base    string // of the issuer
	alg     string
	key     crypto.Signer // that signs
	public  crypto.PublicKey
	header  object
	raw     []byte // the text of the header, when it is not to be made of header
	payload []byte
	// rewrite changes the text of the header before it is signed.
	rewrite func(text []byte) ([]byte, error)
	// sign makes the signature in place of the right one.
	sign func(signed string) ([]byte, error)
	// join makes the token of its encoded parts in place of the compact
	// serialization.
	join func(header, payload, signature string) (string, error)
}

// newMint finds the key and puts together a token that is all right.
func (p *Provider) newMint(o MintOptions) (*mint, error) {
	m := &mint{base: p.identity.Load().base, alg: o.Alg}
	kid := o.Key
	if kid != "" {
		err := p.actOn(kid, func(_ *keyring, k *ringKey) error {
			if o.Alg != "" && o.Alg != k.slot.alg {
				return fmt.Errorf("key %q is for %s, not for %q; to make the header lie, use Header", kid, k.slot.alg, o.Alg)
			}
			m.alg, m.key = k.slot.alg, k.slot.key
			return nil
		})
		if err != nil {
			return nil, err
		}
	} else {
		if m.alg == "" {
			m.alg = p.alg
		}
		k, private, err := p.keys.signing(context.Background(), m.alg)
		if err != nil {
			return nil, err
		}
		m.key, kid = private, k.id(m.base)
	}
	m.public = m.key.Public()
	m.header = object{"alg": m.alg, "kid": kid}
	var err error
	m.payload, err = claimsText(o.Claims)
	return m, err
}

func claimsText(claims any) ([]byte, error) {
	switch c := claims.(type) {
	case nil:
		return []byte("{}"), nil
	case []byte:
		return slices.Clone(c), nil
	case json.RawMessage:
		return slices.Clone(c), nil
	case string:
		return []byte(c), nil
	}
	text, err := json.Marshal(claims)
	if err != nil {
		return nil, fmt.Errorf("the claims cannot be written as JSON: %w", err)
	}
	return text, nil
}

// strike applies the forgery and the header wanted, and signs.
func (m *mint) strike(o MintOptions) (string, error) {
	if o.Forgery != "" {
		f, err := forgeryByName(o.Forgery)
		if err != nil {
			return "", err
		}
		if err := f.apply(m); err != nil {
			return "", fmt.Errorf("forgery %s: %w", o.Forgery, err)
		}
	}
	for name, value := range o.Header {
		m.header[name] = value
		if value == nil {
			delete(m.header, name)
		}
	}
	if o.RawHeader != nil {
		m.raw, m.rewrite = o.RawHeader, nil
	}
	if m.sign == nil && m.join == nil && m.raw == nil && m.rewrite == nil && m.plainHeader() {
		return m.signRight()
	}
	return m.assemble()
}

// plainHeader says whether the header is one that an honest signer makes.
func (m *mint) plainHeader() bool {
	kid, isString := m.header["kid"].(string)
	_, detached := m.header["b64"] // RFC 7797, which changes what is signed
	return m.header["alg"] == m.alg && isString && kid != "" && !detached
}

// signRight signs as the provider's own tokens are signed.
func (m *mint) signRight() (string, error) {
	kid := m.header["kid"].(string)
	header := object{}
	for name, value := range m.header {
		if name != "alg" && name != "kid" {
			header[name] = value
		}
	}
	signer, err := newSigner(m.alg, m.key, kid, header)
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(m.payload)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

// assemble puts together by hand what no honest signer makes.
func (m *mint) assemble() (string, error) {
	text := m.raw
	if text == nil {
		var err error
		if text, err = json.Marshal(m.header); err != nil {
			return "", fmt.Errorf("the header cannot be written as JSON: %w", err)
		}
	}
	if m.rewrite != nil {
		var err error
		if text, err = m.rewrite(text); err != nil {
			return "", err
		}
	}
	header, payload := encodeOctets(text), encodeOctets(m.payload)
	sign := m.sign
	if sign == nil {
		sign = m.rightSignature
	}
	signature, err := sign(header + "." + payload)
	if err != nil {
		return "", err
	}
	if m.join != nil {
		return m.join(header, payload, encodeOctets(signature))
	}
	return header + "." + payload + "." + encodeOctets(signature), nil
}

func (m *mint) rightSignature(signed string) ([]byte, error) {
	return rawSignature(m.alg, m.key, signed)
}
