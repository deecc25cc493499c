package mockidp

import (
	"fmt"
	"slices"
)

// Forgery is something wrong with a token that [Provider.Mint] makes. Whoever
// verifies a token must refuse every one of them.
type Forgery struct {
	// Name is the stable name, in words joined by hyphens.
	Name string
	// Clause is the section by which the token is to be refused.
	Clause string
	// Text is what is wrong with the token.
	Text string
}

// forgery is a Forgery with what it does to a token.
type forgery struct {
	Forgery
	apply func(*mint) error
}

// Forgeries lists every forgery in a stable order.
func Forgeries() []Forgery {
	out := make([]Forgery, len(forgeryCatalog))
	for i := range forgeryCatalog {
		out[i] = forgeryCatalog[i].Forgery
	}
	return out
}

// forgeryByName finds a forgery. An unknown name is an error that suggests the
// nearest known one.
func forgeryByName(name string) (*forgery, error) {
	names := make([]string, len(forgeryCatalog))
	for i := range forgeryCatalog {
		if forgeryCatalog[i].Name == name {
			return &forgeryCatalog[i], nil
		}
		names[i] = forgeryCatalog[i].Name
	}
	return nil, fmt.Errorf("there is no forgery %q%s", name, suggestion(name, names))
}

// forgeryCatalog holds every forgery: those of the algorithm, of the key, of the
// signature, of the form.
var forgeryCatalog = slices.Concat(algForgeries, keyForgeries, signatureForgeries, formForgeries)

var algForgeries = []forgery{
	unsigned("alg-none", "none", "RFC 7518 §3.6", "alg is none and the signature is empty."),
	unsigned("alg-none-capital", "None", "RFC 7515 §4.1.1", "alg is None and the signature is empty."),
	unsigned("alg-none-upper", "NONE", "RFC 7515 §4.1.1", "alg is NONE and the signature is empty."),
	unsigned("alg-none-mixed", "nOnE", "RFC 7515 §4.1.1", "alg is nOnE and the signature is empty."),
	{Forgery{"alg-none-signed", "RFC 7518 §3.6", "alg is none, and a signature by the right key follows."}, says("alg", "none")},
	{Forgery{"alg-empty", "RFC 7515 §4.1.1", "alg is the empty string; the signature is right."}, says("alg", "")},
	{Forgery{"alg-absent", "RFC 7515 §4.1.1", "There is no alg; the signature is right."}, func(m *mint) error {
		delete(m.header, "alg")
		return nil
	}},
	{Forgery{"alg-lowercase", "RFC 7515 §4.1.1", "alg is spelled in lower case; the signature is right."}, algInLowerCase},
	{Forgery{"alg-other", "RFC 8725 §3.1", "alg names another algorithm than the one that signed."}, algOfAnother},
	macced("hs256-public-pem", "the public key in PEM, as openssl writes it", publicPEM),
	macced("hs256-public-pem-trimmed", "the public key in PEM without the newline at the end", publicPEMTrimmed),
	macced("hs256-public-der", "the public key in DER (SubjectPublicKeyInfo)", publicDER),
	macced("hs256-public-pkcs1", "the public RSA key in the PEM of PKCS #1", publicPKCS1),
	macced("hs256-public-jwk", "the public key as the JWK that is published, octet for octet", publicJWK),
	macced("hs256-empty-secret", "nothing", func(*mint) ([]byte, error) { return nil, nil }),
}

var keyForgeries = []forgery{
	{Forgery{"key-foreign", "RFC 7515 §5.2", "Another key signed; the header has the kid of the right one."}, signedByStranger},
	{Forgery{"key-foreign-kid", "RFC 7515 §10.3", "Another key signed; the header has a kid that is not published."}, func(m *mint) error {
		m.header["kid"] = strayKeyIDOf("minted", m.base)
		return signedByStranger(m)
	}},
	{Forgery{"jwk-embedded", "RFC 7515 §10.3", "Another key signed; the header brings it along as jwk."}, embeddedJWK},
	{Forgery{"x5c-embedded", "RFC 7515 §4.1.6", "Another key signed; the header brings it along in a certificate that it signed itself."}, embeddedCertificate},
	{Forgery{"jku-foreign", "RFC 8725 §3.10", "Another key signed; jku says where to get it."}, pointed("jku", "keys.json")},
	{Forgery{"x5u-foreign", "RFC 8725 §3.10", "Another key signed; x5u says where to get its certificate."}, pointed("x5u", "chain.pem")},
	{Forgery{"crit-unknown", "RFC 7515 §4.1.11", "crit lists a header parameter that nobody understands; the signature is right."}, critUnknown},
}

var signatureForgeries = []forgery{
	{Forgery{"signature-broken", "RFC 7515 §5.2", "One bit of the signature is wrong."}, changedSignature(func(s []byte) []byte {
		s[len(s)/2] ^= 1
		return s
	})},
	{Forgery{"signature-empty", "RFC 7515 §5.2", "The signature is empty."}, changedSignature(func([]byte) []byte { return nil })},
	{Forgery{"signature-short", "RFC 7515 §5.2", "The last octet of the signature is missing."}, changedSignature(func(s []byte) []byte {
		return s[:len(s)-1]
	})},
	{Forgery{"signature-zero", "RFC 7515 §5.2", "The signature has the right length and is all zeros."}, changedSignature(func(s []byte) []byte {
		return make([]byte, len(s))
	})},
	{Forgery{"signature-der", "RFC 7518 §3.4", "The ECDSA signature is in ASN.1 DER in place of R and S."}, signatureInDER},
	{Forgery{"payload-changed", "RFC 7515 §5.2", "The claims were changed after signing: sub is another."}, payloadChanged},
	{Forgery{"header-changed", "RFC 7515 §5.2", "The header was changed after signing: a member was added."}, headerChanged},
}

var formForgeries = []forgery{
	{Forgery{"header-duplicate-alg", "RFC 7515 §4", "alg is there twice, first the right one and then none; the signature is right."}, duplicateAlg},
	{Forgery{"header-not-json", "RFC 7515 §5.2", "The header is cut off in the middle; the signature is right."}, brokenHeader},
	{Forgery{"base64-padded", "RFC 7515 §2", "The parts are padded with =; the signature is right."}, paddedParts},
	{Forgery{"two-parts", "RFC 7515 §3.1", "The signature is missing with the period before it."}, joinedAs(func(h, p, _ string) string { return h + "." + p })},
	{Forgery{"four-parts", "RFC 7515 §3.1", "A fourth part follows the signature."}, joinedAs(func(h, p, s string) string { return h + "." + p + "." + s + ".e30" })},
	{Forgery{"token-truncated", "RFC 7515 §5.2", "The token breaks off in the middle of the claims."}, joinedAs(func(h, p, _ string) string { return h + "." + p[:len(p)/2] })},
	{Forgery{"json-serialization", "RFC 7519 §1", "The signed token is in the JSON serialization, not in the compact one."}, flattened},
	{Forgery{"jwe-junk", "RFC 7516 §5.2", "Five parts as of an encrypted token, with nothing in them that decrypts."}, encryptedJunk},
}
