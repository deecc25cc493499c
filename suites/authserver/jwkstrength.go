package authserver

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/authassay/authassay/suites/check"
)

// jwkStrength are the checks on what the keys are worth (RFC 7518 §3).
func jwkStrength() []*check.Check {
	needs := []check.Need{needJWKS}
	return append(jwkSigned(), []*check.Check{
		{
			// RFC 7518 §3.3 (RS256 to RS512) and §3.5 (PS256 to PS512): a key of
			// 2048 bits or more must be used.
			ID: "jwks-rsa-2048", Level: check.Must,
			Title:   "RSA signing keys have 2048 bits or more.",
			Clauses: []string{"RFC 7518 §3.3", "RFC 7518 §3.5"},
			Sent:    "GET of the JWK Set.",
			Judged:  "The bit length of the modulus of every RSA key that is not marked for encryption. No such key: not run.",
			Needs:   needs,
			Proves:  []string{"jwks-rsa-size"},
			Run: func(t *check.T) {
				judged := 0
				for i, k := range usableKeys(t) {
					if k.text("kty") != "RSA" || !k.signs() {
						continue
					}
					n, bad := k.octets("n")
					if bad != "" {
						continue // jwks-kty says so
					}
					judged++
					bits := new(big.Int).SetBytes(n).BitLen()
					t.Expect(k).To(statement{bits >= 2048, "2048 bits or more", fmt.Sprintf("%d bits in key %d%s", bits, i+1, k.label())},
						"an RSA signing key is too short")
				}
				if judged == 0 {
					t.NotRun(check.Need{Name: "an RSA signing key in the JWK Set", Hint: "nothing to do: the target signs with other keys"})
				}
			},
		},
		{
			// RFC 7518 §3.4: which curve goes with which ES algorithm; §6.2.1.1: the
			// registered curves; RFC 8725 §3.4: a point that is not on its curve is
			// an attack, so nobody may have to accept one.
			ID: "jwks-ec-curve", Level: check.Must,
			Title:   "EC keys use the curve that fits their algorithm, and their point lies on it.",
			Clauses: []string{"RFC 7518 §3.4", "RFC 7518 §6.2.1.1", "RFC 8725 §3.4"},
			Sent:    "GET of the JWK Set.",
			Judged:  "Curve against \"alg\", point against curve. A curve that is not known here is recorded. No EC key: not run.",
			Needs:   needs,
			Proves:  []string{"jwks-ec-on-curve", "jwks-ec-alg-curve"},
			Run: func(t *check.T) {
				judged := 0
				for i, k := range usableKeys(t) {
					if k.text("kty") != "EC" {
						continue
					}
					crv, alg := k.text("crv"), k.text("alg")
					if want := esCurves[alg]; want != "" {
						t.Expect(k).To(statement{crv == want, want + " for " + alg, fmt.Sprintf("%s in key %d%s", clip(crv), i+1, k.label())},
							"an EC key has a curve that its algorithm cannot use")
					} else if strings.HasPrefix(alg, "ES") {
						t.Record("algorithm not known here", clip(alg))
					}
					on, known := k.onCurve()
					if !known {
						t.Record("curve not judged", clip(crv))
						continue
					}
					judged++
					t.Expect(k).To(statement{on, "a point on " + crv, fmt.Sprintf("another point in key %d%s", i+1, k.label())},
						"the point of an EC key does not lie on its curve")
				}
				if judged == 0 {
					t.NotRun(check.Need{Name: "an EC key on a known curve in the JWK Set", Hint: "nothing to do: the target signs with other keys"})
				}
			},
		},
	}...)
}

// esCurves is the table of RFC 7518 §3.4, with ES256K of RFC 8812 §3.2.
var esCurves = map[string]string{"ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "ES256K": "secp256k1"}
