package mockidp

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"time"
)

// signedByStranger lets a key sign that is no provider's.
func signedByStranger(m *mint) (err error) {
	m.key, err = strayKey(m.alg)
	return err
}

func embeddedJWK(m *mint) error {
	if err := signedByStranger(m); err != nil {
		return err
	}
	kid := strayKeyIDOf("minted", m.base)
	jwk, err := jwkObject(m.key.Public(), kid, m.alg)
	m.header["kid"], m.header["jwk"] = kid, jwk
	return err
}

func embeddedCertificate(m *mint) error {
	if err := signedByStranger(m); err != nil {
		return err
	}
	der, err := selfSigned(m.key, m.base)
	if err != nil {
		return err
	}
	delete(m.header, "kid")
	m.header["x5c"] = []string{base64.StdEncoding.EncodeToString(der)}
	return nil
}

func selfSigned(key crypto.Signer, name string) ([]byte, error) {
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("making a certificate: %w", err)
	}
	return der, nil
}

// foreignSite is where forged headers point to: a name that is reserved
// (RFC 2606), so that nobody answers there. A test that wants to see the request
// puts a URL of its own into [MintOptions].Header.
const foreignSite = "https://attacker.example/"

func pointed(member, file string) func(*mint) error {
	return func(m *mint) error {
		m.header["kid"], m.header[member] = strayKeyIDOf("minted", m.base), foreignSite+file
		return signedByStranger(m)
	}
}

// critUnknown uses a name in the manner of RFC 7515 §4.2, by a URI.
func critUnknown(m *mint) error {
	const name = "https://mockidp.example/understand"
	m.header["crit"], m.header[name] = []string{name}, true
	return nil
}
