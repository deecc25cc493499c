package mockidp

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/onsi/gomega"
)

// minted is a token taken apart without looking at its signature.
type minted struct {
	parts      []string
	header     map[string]any
	headerText string
	payload    string
	signature  []byte
	key        crypto.PublicKey // that the provider signs with
	jwk        map[string]any   // the same as it is published
	t          testing.TB
}

func takeApart(t testing.TB, p *Provider, token, alg string) *minted {
	t.Helper()
	m := &minted{t: t, parts: strings.Split(token, ".")}
	if len(m.parts) == 3 {
		parts := make([][]byte, 3)
		for i, part := range m.parts {
			parts[i] = decodePart(t, strings.TrimRight(part, "="))
		}
		m.headerText, m.payload, m.signature = string(parts[0]), string(parts[1]), parts[2]
		_ = json.Unmarshal(parts[0], &m.header)
	}
	for _, k := range ask(p, get(pathJWKS)).doc["keys"].([]any) {
		if k.(map[string]any)["alg"] == alg {
			m.jwk = k.(map[string]any)
		}
	}
	for _, k := range p.Keys() {
		if k.Alg == alg && k.State == KeySigning {
			m.key = k.Public
		}
	}
	return m
}

func (m *minted) signed() string { return m.parts[0] + "." + m.parts[1] }

// isRight says whether a signature is one by the key for an algorithm.
func (m *minted) isRight(alg string, signature []byte) bool {
	return verifies(alg, m.key, []byte(m.signed()), signature)
}

// hs256 says whether the signature is a MAC with the secret.
func (m *minted) hs256(secret []byte) bool {
	return m.header["alg"] == "HS256" && verifies("HS256", padSecret(secret), []byte(m.signed()), m.signature)
}

// padSecret changes no MAC (RFC 2104 §2 pads with zeros), and keeps the verifier
// from refusing a secret for being short.
func padSecret(secret []byte) []byte {
	if len(secret) >= 64 {
		return secret
	}
	return append(slices.Clone(secret), make([]byte, 64-len(secret))...)
}

func (m *minted) pem() []byte {
	der, _ := x509.MarshalPKIXPublicKey(m.key)
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// byStranger says whether the token is signed by a key that is not published,
// and the key that a header member brings along is that key.
func (m *minted) byStranger(alg string) bool {
	stranger, err := strayKey(alg)
	return err == nil && verifies(alg, stranger.Public(), []byte(m.signed()), m.signature) && !m.isRight(alg, m.signature)
}

// forgeryShows says of each forgery how a token shows that it has it.
var forgeryShows = map[string]func(m *minted, alg string) bool{
	"alg-none":         func(m *minted, _ string) bool { return m.header["alg"] == "none" && len(m.signature) == 0 },
	"alg-none-capital": func(m *minted, _ string) bool { return m.header["alg"] == "None" && len(m.signature) == 0 },
	"alg-none-upper":   func(m *minted, _ string) bool { return m.header["alg"] == "NONE" && len(m.signature) == 0 },
	"alg-none-mixed":   func(m *minted, _ string) bool { return m.header["alg"] == "nOnE" && len(m.signature) == 0 },
	"alg-none-signed": func(m *minted, alg string) bool {
		return m.header["alg"] == "none" && m.isRight(alg, m.signature)
	},
	"alg-empty": func(m *minted, alg string) bool { return m.header["alg"] == "" && m.isRight(alg, m.signature) },
	"alg-absent": func(m *minted, alg string) bool {
		_, there := m.header["alg"]
		return !there && m.isRight(alg, m.signature)
	},
	"alg-lowercase": func(m *minted, alg string) bool {
		return m.header["alg"] == strings.ToLower(alg) && m.isRight(alg, m.signature)
	},
	"alg-other": func(m *minted, alg string) bool {
		other, _ := m.header["alg"].(string)
		return other != alg && slices.Contains(signingAlgs, other) && m.isRight(alg, m.signature)
	},
	"hs256-public-pem":         func(m *minted, _ string) bool { return m.hs256(m.pem()) },
	"hs256-public-pem-trimmed": func(m *minted, _ string) bool { return m.hs256([]byte(strings.TrimSpace(string(m.pem())))) },
	"hs256-public-der": func(m *minted, _ string) bool {
		block, _ := pem.Decode(m.pem())
		return m.hs256(block.Bytes)
	},
	"hs256-public-pkcs1": func(m *minted, _ string) bool {
		der := x509.MarshalPKCS1PublicKey(m.key.(*rsa.PublicKey))
		return m.hs256(pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: der}))
	},
	"hs256-public-jwk": func(m *minted, _ string) bool {
		text, _ := json.Marshal(m.jwk)
		return m.hs256(text)
	},
	"hs256-empty-secret": func(m *minted, _ string) bool { return m.hs256(nil) },
	"key-foreign": func(m *minted, alg string) bool {
		return m.byStranger(alg) && m.header["kid"] == m.jwk["kid"]
	},
	"key-foreign-kid": func(m *minted, alg string) bool {
		return m.byStranger(alg) && m.header["kid"] != m.jwk["kid"]
	},
	"jwk-embedded": func(m *minted, alg string) bool {
		text, _ := json.Marshal(m.header["jwk"])
		var k jose.JSONWebKey
		return m.byStranger(alg) && k.UnmarshalJSON(text) == nil && k.IsPublic() && k.KeyID == m.header["kid"] &&
			verifies(alg, k.Key, []byte(m.signed()), m.signature)
	},
	"x5c-embedded": func(m *minted, alg string) bool {
		chain, _ := m.header["x5c"].([]any)
		if len(chain) != 1 {
			return false
		}
		der, _ := base64.StdEncoding.DecodeString(chain[0].(string))
		cert, err := x509.ParseCertificate(der)
		return err == nil && m.byStranger(alg) && verifies(alg, cert.PublicKey, []byte(m.signed()), m.signature)
	},
	"jku-foreign": func(m *minted, alg string) bool {
		return m.byStranger(alg) && m.header["jku"] == "https://attacker.example/keys.json"
	},
	"x5u-foreign": func(m *minted, alg string) bool {
		return m.byStranger(alg) && m.header["x5u"] == "https://attacker.example/chain.pem"
	},
	"crit-unknown": func(m *minted, alg string) bool {
		crit, _ := m.header["crit"].([]any)
		return len(crit) == 1 && m.header[crit[0].(string)] == true && m.isRight(alg, m.signature)
	},
	"signature-broken": func(m *minted, alg string) bool {
		mended := slices.Clone(m.signature)
		mended[len(mended)/2] ^= 1
		return !m.isRight(alg, m.signature) && m.isRight(alg, mended)
	},
	"signature-empty": func(m *minted, alg string) bool { return m.header["alg"] == alg && m.parts[2] == "" },
	"signature-short": func(m *minted, alg string) bool {
		for last := range 256 {
			if m.isRight(alg, append(slices.Clone(m.signature), byte(last))) {
				return true
			}
		}
		return false
	},
	"signature-zero": func(m *minted, _ string) bool {
		return len(m.signature) >= 64 && !slices.ContainsFunc(m.signature, func(b byte) bool { return b != 0 })
	},
	"signature-der": func(m *minted, alg string) bool {
		h := hashOf(alg).New()
		h.Write([]byte(m.signed()))
		return ecdsa.VerifyASN1(m.key.(*ecdsa.PublicKey), h.Sum(nil), m.signature)
	},
	"payload-changed": func(m *minted, alg string) bool {
		right := *m
		right.parts = []string{m.parts[0], encodeOctets([]byte(mintedClaims))}
		return strings.Contains(m.payload, "somebody-else") && right.isRight(alg, m.signature)
	},
	"header-changed": func(m *minted, alg string) bool {
		right := *m
		right.parts = []string{encodeOctets([]byte(strings.Replace(m.headerText, `,"added":true`, "", 1))), m.parts[1]}
		return m.header["added"] == true && right.isRight(alg, m.signature)
	},
	"header-duplicate-alg": func(m *minted, alg string) bool {
		return strings.HasPrefix(m.headerText, `{"alg":"`+alg+`"`) && strings.HasSuffix(m.headerText, `,"alg":"none"}`) && m.isRight(alg, m.signature)
	},
	"header-not-json": func(m *minted, alg string) bool {
		return !json.Valid([]byte(m.headerText)) && strings.HasPrefix(m.headerText, `{"alg":`) && m.isRight(alg, m.signature)
	},
	"base64-padded": func(m *minted, alg string) bool {
		return strings.Contains(strings.Join(m.parts, "."), "=") && m.isRight(alg, m.signature)
	},
	"two-parts":       func(m *minted, _ string) bool { return len(m.parts) == 2 },
	"four-parts":      func(m *minted, _ string) bool { return len(m.parts) == 4 },
	"token-truncated": func(m *minted, _ string) bool { return len(m.parts) == 2 && len(m.parts[1]) < len(mintedClaims) },
	"json-serialization": func(m *minted, alg string) bool {
		jws, err := jose.ParseSignedJSON(strings.Join(m.parts, "."), []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
		if err != nil {
			return false
		}
		_, err = jws.Verify(m.key)
		return err == nil
	},
	"jwe-junk": func(m *minted, _ string) bool {
		_, err := jose.ParseEncryptedCompact(strings.Join(m.parts, "."), []jose.KeyAlgorithm{jose.RSA_OAEP}, []jose.ContentEncryption{jose.A256GCM})
		return len(m.parts) == 5 && err == nil
	},
}

const mintedClaims = `{"sub":"alice","aud":"https://rs.example"}`

// Every forgery is what it says it is, and a strict verifier refuses it. The
// same token without the forgery verifies.
func TestForgeries(t *testing.T) {
	only := map[string]string{"hs256-public-pkcs1": "RS PS", "signature-der": "ES"}
	p := newProvider(t)
	for _, alg := range []string{algES256, algES384, algES512, algEdDSA, algRS256, algPS384} {
		right, err := p.Mint(MintOptions{Claims: mintedClaims, Alg: alg})
		gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
		_, err = strictly(t, p, right, alg)
		gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
		for _, f := range Forgeries() {
			t.Run(f.Name+" "+alg, func(t *testing.T) {
				g := gomega.NewWithT(t)
				token, err := p.Mint(MintOptions{Claims: mintedClaims, Alg: alg, Forgery: f.Name})
				if families := only[f.Name]; families != "" && !strings.Contains(families, alg[:2]) {
					g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("the key is for " + alg)))
					return
				}
				g.Expect(err).NotTo(gomega.HaveOccurred())
				shows, ok := forgeryShows[f.Name]
				g.Expect(ok).To(gomega.BeTrue(), "the forgery has no case")
				g.Expect(shows(takeApart(t, p, token, alg), alg)).To(gomega.BeTrue(), token)
				g.Expect(shows(takeApart(t, p, right, alg), alg)).To(gomega.BeFalse(), "so does the right token")
				_, err = strictly(t, p, token, alg)
				g.Expect(err).To(gomega.HaveOccurred(), "a strict verifier accepts it")
			})
		}
	}
	gomega.NewWithT(t).Expect(forgeryShows).To(gomega.HaveLen(len(Forgeries())))
}
