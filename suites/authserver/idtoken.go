package authserver

import (
	"crypto"
	_ "crypto/sha512" // for the algorithms that end in 384 and 512
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
)

// idToken is an ID token (OpenID Connect Core §2), read without trusting it.
type idToken struct {
	// header and claims are the members of its first two parts.
	header, claims map[string]json.RawMessage
	// signed is the token for who verifies it; nil when it cannot be, and why says
	// so.
	signed *jose.JSONWebSignature
	why    string
}

// signatureAlgorithms are those of RFC 7518 §3.1 and RFC 8037 §3.1, without none.
var signatureAlgorithms = []jose.SignatureAlgorithm{
	jose.HS256, jose.HS384, jose.HS512, jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512,
	jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
}

// readIDToken reads the parts of an ID token. One that is none, or is encrypted to
// a key that is not here, has why set and no claims.
func readIDToken(raw string) *idToken {
	tok := &idToken{}
	parts := strings.Split(raw, ".")
	switch len(parts) {
	case 3:
	case 5:
		tok.why = "it is encrypted"
		return tok
	default:
		tok.why = "it is no JWT"
		return tok
	}
	for i, into := range []*map[string]json.RawMessage{&tok.header, &tok.claims} {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(text, into) != nil || *into == nil {
			tok.why = fmt.Sprintf("part %d of it is no JSON object in base64url", i+1)
			tok.claims = nil
			return tok
		}
	}
	signed, err := jose.ParseSignedCompact(raw, signatureAlgorithms)
	if err != nil {
		tok.why = err.Error()
		return tok
	}
	tok.signed = signed
	return tok
}

// text is a claim that is a string; empty otherwise.
func (tok *idToken) text(claim string) string { return jwk(tok.claims).text(claim) }

// has tells whether a claim is there.
func (tok *idToken) has(claim string) bool { return tok.claims[claim] != nil }

// alg is the JWS algorithm that the header names.
func (tok *idToken) alg() string { return jwk(tok.header).text("alg") }

// audience is aud, a string or a list of them, in a fixed order (RFC 7519 §4.1.3).
func (tok *idToken) audience() []string {
	var list []string
	if json.Unmarshal(tok.claims["aud"], &list) != nil {
		if one := tok.text("aud"); one != "" {
			list = []string{one}
		}
	}
	slices.Sort(list)
	return list
}

// verify says why the signature of an ID token cannot be relied on; empty when it
// is that of a published key, or a MAC by the secret of the client that it is for
// (OpenID Connect Core §10.1).
func (tok *idToken) verify(t *check.T, c target.Client) string {
	if tok.signed == nil {
		return tok.why
	}
	if strings.HasPrefix(tok.alg(), "HS") {
		if _, err := tok.signed.Verify([]byte(c.Secret)); err != nil {
			return "its MAC is not by the secret of " + c.ID
		}
		return ""
	}
	keys, why := keysFor(t, jwk(tok.header).text("kid"))
	if why != "" {
		return why
	}
	for _, k := range keys {
		if _, err := tok.signed.Verify(k); err == nil {
			return ""
		}
	}
	return fmt.Sprintf("none of the %d published keys that may have signed it fits its signature", len(keys))
}

// keysFor are the published keys that may have signed a token with a kid: those of
// that kid, or all where the token has none.
func keysFor(t *check.T, kid string) (keys []jose.JSONWebKey, why string) {
	for _, k := range keySet(t).keys {
		if !k.signs() || kid != "" && k.text("kid") != kid {
			continue
		}
		raw, err := json.Marshal(k)
		var parsed jose.JSONWebKey
		if err == nil && parsed.UnmarshalJSON(raw) == nil {
			keys = append(keys, parsed.Public())
		}
	}
	if len(keys) == 0 {
		return nil, fmt.Sprintf("the JWK Set has no usable key for it (kid %q)", clip(kid))
	}
	return keys, ""
}

// trusted reads an ID token of a client and ends the check where it cannot be
// relied on: what an ID token says counts only with its signature, which other
// checks judge.
func trusted(t *check.T, step string, c target.Client, raw string) *idToken {
	tok := readIDToken(raw)
	if tok.why == "it is encrypted" {
		t.NotRun(check.Need{Name: "ID tokens that are not encrypted", Hint: "register " + c.ID + " without id_token_encrypted_response_alg"})
	}
	if tok.signed != nil && !strings.HasPrefix(tok.alg(), "HS") && jwksURL(t) == "" {
		t.NotRun(needJWKS)
	}
	if why := tok.verify(t, c); why != "" {
		t.Inconclusive("%s: the ID token cannot be relied on: %s", step, why)
	}
	return tok
}

// halfHash is the value that at_hash and c_hash have for an access token or a code:
// base64url of the left half of the hash that goes with the algorithm (OpenID
// Connect Core §3.1.3.6, §3.3.2.11). Not known for an algorithm without one.
func (tok *idToken) halfHash(value string) (hash string, known bool) {
	h, known := hashOf(tok.alg(), jwk(tok.header).text("crv"))
	if !known {
		return "", false
	}
	sum := h.New()
	sum.Write([]byte(value))
	full := sum.Sum(nil)
	return base64.RawURLEncoding.EncodeToString(full[:len(full)/2]), true
}

// hashOf is the hash inside a JWS algorithm (RFC 7518 §3.1). With Ed25519, which is
// what EdDSA means to go-jose, it is SHA-512 (RFC 8032 §5.1).
func hashOf(alg, crv string) (crypto.Hash, bool) {
	switch {
	case alg == "EdDSA":
		return crypto.SHA512, crv == "" || crv == "Ed25519"
	case len(alg) != 5 || !slices.Contains([]string{"HS", "RS", "PS", "ES"}, alg[:2]):
		return 0, false
	}
	h, ok := map[string]crypto.Hash{"256": crypto.SHA256, "384": crypto.SHA384, "512": crypto.SHA512}[alg[2:]]
	return h, ok
}
