package mockidp

import (
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// says lets one member of the header be wrong.
func says(name string, value any) func(*mint) error {
	return func(m *mint) error {
		m.header[name] = value
		return nil
	}
}

// unsigned is a forgery with a spelling of "none".
func unsigned(name, spelling, clause, text string) forgery {
	return forgery{Forgery{name, clause, text}, func(m *mint) error {
		m.header["alg"] = spelling
		m.sign = func(string) ([]byte, error) { return nil, nil }
		return nil
	}}
}

// macced is a forgery that takes something public for the secret of HS256.
func macced(name, what string, secret func(*mint) ([]byte, error)) forgery {
	return forgery{Forgery{name, "RFC 8725 §3.1", "alg is HS256, and the secret is " + what + "."}, func(m *mint) error {
		key, err := secret(m)
		if err != nil {
			return err
		}
		m.header["alg"] = "HS256"
		m.sign = func(signed string) ([]byte, error) {
			mac := hmac.New(sha256.New, key)
			mac.Write([]byte(signed))
			return mac.Sum(nil), nil
		}
		return nil
	}}
}

func publicDER(m *mint) ([]byte, error) { return x509.MarshalPKIXPublicKey(m.public) }

func publicPEM(m *mint) ([]byte, error) {
	der, err := publicDER(m)
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), err
}

func publicPEMTrimmed(m *mint) ([]byte, error) {
	text, err := publicPEM(m)
	return []byte(strings.TrimSpace(string(text))), err
}

func publicPKCS1(m *mint) ([]byte, error) {
	key, ok := m.public.(*rsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("PKCS #1 is a format of RSA keys, and the key is for %s", m.alg)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(key)}), nil
}

// publicJWK is the key as it stands in the JWK Set.
func publicJWK(m *mint) ([]byte, error) {
	kid, _ := m.header["kid"].(string)
	k, err := jwkObject(m.public, kid, m.alg)
	if err != nil {
		return nil, err
	}
	return json.Marshal(k)
}

func algInLowerCase(m *mint) error {
	m.header["alg"] = strings.ToLower(m.alg)
	return nil
}

// algOfAnother names the algorithm that is easiest taken for the right one: of
// the same family where there is one.
func algOfAnother(m *mint) error {
	other := map[string]string{
		algES256: algES384, algES384: algES256, algES512: algES256, algEdDSA: algES256,
		algRS256: algRS384, algRS384: algRS256, algRS512: algRS256,
		algPS256: algRS256, algPS384: algRS384, algPS512: algRS512,
	}
	m.header["alg"] = other[m.alg]
	return nil
}

// changedSignature changes the right signature.
func changedSignature(change func([]byte) []byte) func(*mint) error {
	return func(m *mint) error {
		m.sign = func(signed string) ([]byte, error) {
			s, err := m.rightSignature(signed)
			if err != nil {
				return nil, err
			}
			return change(s), nil
		}
		return nil
	}
}

func signatureInDER(m *mint) error {
	if !strings.HasPrefix(m.alg, "ES") {
		return fmt.Errorf("only ECDSA signatures have two parts, and the key is for %s", m.alg)
	}
	m.sign = func(signed string) ([]byte, error) {
		s, err := m.rightSignature(signed)
		if err != nil {
			return nil, err
		}
		half := len(s) / 2
		return asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(s[:half]), new(big.Int).SetBytes(s[half:])})
	}
	return nil
}

// joinedAs puts the encoded parts together in another way.
func joinedAs(join func(header, payload, signature string) string) func(*mint) error {
	return func(m *mint) error {
		m.join = func(h, p, s string) (string, error) { return join(h, p, s), nil }
		return nil
	}
}

func payloadChanged(m *mint) error {
	var claims object
	if err := json.Unmarshal(m.payload, &claims); err != nil || claims == nil {
		return errors.New("the claims are not a JSON object, so no claim of theirs can be changed")
	}
	claims["sub"] = "somebody-else"
	changed, err := json.Marshal(claims)
	m.join = func(h, _, s string) (string, error) { return h + "." + encodeOctets(changed) + "." + s, nil }
	return err
}

func headerChanged(m *mint) error {
	m.join = func(h, p, s string) (string, error) {
		text, _ := base64.RawURLEncoding.DecodeString(h)
		text, err := appendMembers(text, object{"added": true})
		return encodeOctets(text) + "." + p + "." + s, err
	}
	return nil
}

func duplicateAlg(m *mint) error {
	m.rewrite = func(text []byte) ([]byte, error) { return appendMembers(text, object{"alg": "none"}) }
	return nil
}

func brokenHeader(m *mint) error {
	m.rewrite = func(text []byte) ([]byte, error) { return text[:len(text)/2], nil }
	return nil
}

// paddedParts pads what has a length that asks for it. A space behind the header
// sees to it that one part does.
func paddedParts(m *mint) error {
	m.rewrite = func(text []byte) ([]byte, error) {
		if len(text)%3 == 0 {
			text = append(text, ' ')
		}
		return text, nil
	}
	pad := func(part string) string { return part + strings.Repeat("=", (4-len(part)%4)%4) }
	m.join = func(h, p, _ string) (string, error) {
		signed := pad(h) + "." + pad(p)
		s, err := m.rightSignature(signed)
		return signed + "." + pad(encodeOctets(s)), err
	}
	return nil
}

func flattened(m *mint) error {
	m.join = func(h, p, s string) (string, error) {
		text, err := json.Marshal(object{"protected": h, "payload": p, "signature": s})
		return string(text), err
	}
	return nil
}

func encryptedJunk(m *mint) error {
	kid := m.header["kid"]
	m.header = object{"alg": "RSA-OAEP", "enc": "A256GCM", "kid": kid}
	m.join = func(h, _, _ string) (string, error) {
		part := func(of string, n int) string { return encodeOctets(recipe("junk "+of, n)) }
		return strings.Join([]string{h, part("key", 256), part("iv", 12), part("text", 64), part("tag", 16)}, "."), nil
	}
	return nil
}
