package authserver

import (
	"crypto/ecdh"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
)

// jwk is a key of a JWK Set, member by member: what a library would refuse or
// repair in silence is what the checks look at.
type jwk map[string]json.RawMessage

// text is a member that is a string; empty otherwise.
func (k jwk) text(name string) string {
	var s string
	if json.Unmarshal(k[name], &s) != nil {
		return ""
	}
	return s
}

// label names the key by its kid, for messages.
func (k jwk) label() string {
	if kid := k.text("kid"); kid != "" {
		return fmt.Sprintf(" (kid %q)", clip(kid))
	}
	return ""
}

// signs tells whether the key may be a signing key: nothing says otherwise.
func (k jwk) signs() bool { return k.text("use") != "enc" }

// octets decodes a member: base64url without padding, line breaks or anything
// else (RFC 7515 §2).
func (k jwk) octets(name string) ([]byte, string) {
	raw, ok := k[name]
	if !ok {
		return nil, fmt.Sprintf("no %q", name)
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return nil, fmt.Sprintf("%q is no string", name)
	}
	if s == "" {
		return nil, fmt.Sprintf("%q is empty", name)
	}
	if strings.Contains(s, "=") {
		return nil, fmt.Sprintf("%q is padded with \"=\"", name)
	}
	if strings.ContainsAny(s, "\r\n") { // which the decoder would skip
		return nil, fmt.Sprintf("%q has line breaks", name)
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil, fmt.Sprintf("%q is not base64url", name)
	}
	return b, ""
}

// malformed says what is wrong with an RSA or EC public key; empty when
// nothing is.
func (k jwk) malformed() string {
	if k.text("kty") == "EC" {
		if k.text("crv") == "" {
			return `no "crv"`
		}
		size := curveSize(k.text("crv"))
		for _, m := range []string{"x", "y"} {
			b, bad := k.octets(m)
			if bad != "" {
				return bad
			}
			// RFC 7518 §6.2.1.2, §6.2.1.3: the full size of a coordinate.
			if size > 0 && len(b) != size {
				return fmt.Sprintf("%q has %d octets, a coordinate of %s has %d", m, len(b), k.text("crv"), size)
			}
		}
		return ""
	}
	for _, m := range []string{"n", "e"} {
		b, bad := k.octets(m)
		if bad != "" {
			return bad
		}
		// RFC 7518 §6.3.1.1: an extra zero octet in front must be left out.
		if len(b) > 1 && b[0] == 0 {
			return fmt.Sprintf("%q begins with a zero octet", m)
		}
	}
	return ""
}

// secretMember names the member that makes the key a secret one.
func (k jwk) secretMember() string {
	switch k.text("kty") {
	case "oct":
		return "k"
	case "RSA", "EC", "OKP":
		for _, m := range []string{"d", "p", "q", "dp", "dq", "qi", "oth"} {
			if raw, ok := k[m]; ok && string(raw) != "null" { // which some serialisers write for what is not there
				return m
			}
		}
	}
	return ""
}

// curveSize is the size of a coordinate in octets; 0 for a curve not known.
func curveSize(crv string) int {
	switch crv {
	case "P-256", "secp256k1":
		return 32
	case "P-384":
		return 48
	case "P-521":
		return 66
	}
	return 0
}

// onCurve tells whether the point of an EC key lies on its curve; ok is false
// for a curve not known.
func (k jwk) onCurve() (on, ok bool) {
	x, badX := k.octets("x")
	y, badY := k.octets("y")
	if badX != "" || badY != "" {
		return false, false // jwks-kty says so
	}
	var curve ecdh.Curve
	switch k.text("crv") {
	case "P-256":
		curve = ecdh.P256()
	case "P-384":
		curve = ecdh.P384()
	case "P-521":
		curve = ecdh.P521()
	case "secp256k1":
		return onSecp256k1(x, y), true
	default:
		return false, false
	}
	size := curveSize(k.text("crv"))
	point := append([]byte{4}, pad(x, size)...)
	_, err := curve.NewPublicKey(append(point, pad(y, size)...))
	return err == nil, true
}

func pad(b []byte, size int) []byte {
	if len(b) >= size {
		return b
	}
	return append(make([]byte, size-len(b)), b...)
}

// onSecp256k1 solves y² = x³ + 7 over the field of secp256k1 (RFC 8812 §3.1
// registers the curve; the standard library does not have it).
func onSecp256k1(xb, yb []byte) bool {
	p, _ := new(big.Int).SetString("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F", 16)
	x, y := new(big.Int).SetBytes(xb), new(big.Int).SetBytes(yb)
	if x.Cmp(p) >= 0 || y.Cmp(p) >= 0 {
		return false
	}
	left := new(big.Int).Exp(y, big.NewInt(2), p)
	right := new(big.Int).Exp(x, big.NewInt(3), p)
	right.Add(right, big.NewInt(7)).Mod(right, p)
	return left.Cmp(right) == 0
}
