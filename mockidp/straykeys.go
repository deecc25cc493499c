package mockidp

import (
	"crypto/ecdh"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
)

// Stray keys are published when a rule about keys is switched off. They sign
// nothing. Their values are made by a fixed recipe, so that a fault is the same
// in every run; each is wrong in one respect only.

// strayKeys are the additional keys that the rules switched off ask for.
func (x *exchange) strayKeys() []object {
	var out []object
	add := func(rule string, key func() object) {
		if !x.keeps(rule) {
			k := key()
			k["kid"] = x.strayKeyID(rule)
			out = append(out, k)
		}
	}
	add(ruleJWKSKeyParameters, func() object {
		k := strayRSA(2048)
		delete(k, "e")
		return k
	})
	add(ruleJWKSNoSymmetric, func() object {
		return object{"kty": "oct", "use": "sig", "alg": "HS256", "k": encodeOctets(recipe("symmetric key", 32))}
	})
	add(ruleJWKSRSASize, func() object { return strayRSA(1024) })
	add(ruleJWKSECOnCurve, func() object {
		k := strayEC("P-256", ecdh.P256(), 32)
		y, _ := base64.RawURLEncoding.DecodeString(k["y"].(string))
		// For one x a curve has two points, whose y add up to the field's prime:
		// the neighbour of a y is not the other one.
		y[len(y)-1] ^= 1
		k["y"] = encodeOctets(y)
		return k
	})
	add(ruleJWKSECAlgCurve, func() object { return strayEC("P-384", ecdh.P384(), 48) })
	return out
}

// strayKeyID gives a stray key a kid that looks like all others.
func (x *exchange) strayKeyID(of string) string { return strayKeyIDOf(of, x.id.base) }

func strayKeyIDOf(of, issuer string) string {
	sum := sha256.Sum256([]byte("stray key\x00" + of + "\x00" + issuer))
	return encodeOctets(sum[:])
}

// strayRSA is a public RSA key: an odd modulus of exactly the size asked for.
// Nobody knows its factors; nobody needs them.
func strayRSA(bits int) object {
	n := recipe("modulus", bits/8)
	n[0] |= 0x80
	n[len(n)-1] |= 1
	return object{"kty": "RSA", "use": "sig", "alg": algRS256, "n": encodeOctets(n), "e": "AQAB"}
}

// strayEC is a public EC key on a curve whose coordinates have size octets. Its
// alg is ES256, which fits P-256.
func strayEC(name string, curve ecdh.Curve, size int) object {
	scalar := recipe("scalar of "+name, size)
	scalar[0] = 0 // below the group order
	private, err := curve.NewPrivateKey(scalar)
	if err != nil {
		panic("mockidp: the fixed scalar for " + name + " is out of range") // a test makes all stray keys
	}
	point := private.PublicKey().Bytes() // 4, x, y (SEC 1 §2.3.3)
	return object{
		"kty": "EC", "use": "sig", "alg": algES256, "crv": name,
		"x": encodeOctets(point[1 : 1+size]), "y": encodeOctets(point[1+size:]),
	}
}

func encodeOctets(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// recipe makes n octets from a label, always the same ones.
func recipe(label string, n int) []byte {
	var out []byte
	for i := uint32(0); len(out) < n; i++ {
		sum := sha256.Sum256(binary.BigEndian.AppendUint32([]byte("mockidp "+label), i))
		out = append(out, sum[:]...)
	}
	return out[:n]
}
