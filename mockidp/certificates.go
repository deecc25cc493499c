package mockidp

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"slices"
	"time"
)

// Certificate is a certificate that a provider with [WithTLS] can show.
type Certificate struct {
	// Name is the stable name, in words joined by hyphens.
	Name string
	// Clause is the section by which a client refuses it, empty for the right one.
	Clause string
	// Text is what it is.
	Text string
}

// The names of the certificates.
const (
	// CertificateRight is the one shown unless told otherwise.
	CertificateRight       = "right"
	CertificateExpired     = "expired"
	CertificateNotYetValid = "not-yet-valid"
	CertificateOtherName   = "other-name"
	CertificateOtherCA     = "other-ca"
	CertificateSelfSigned  = "self-signed"
	CertificateWrongUsage  = "wrong-usage"
)

// Certificates that only rules ask for: one that is right and has an RSA key, for
// suites that need one, one with an RSA key of 1024 bits, and one signed with
// SHA-1. Of the last two clients take no or little notice.
const (
	certificateRSA      = "rsa"
	certificateShortKey = "short-key"
	certificateSHA1     = "sha1"
)

// otherName is what a certificate of another name is for. It is reserved
// (RFC 2606).
const otherName = "another-host.example"

var certificateCatalog = []Certificate{
	{CertificateRight, "", "Valid, for the names of the provider, by its own CA."},
	{CertificateExpired, "RFC 9325 §7.1", "Expired an hour ago; all else is right."},
	{CertificateNotYetValid, "RFC 9325 §7.1", "Not valid before tomorrow; all else is right."},
	{CertificateOtherName, "RFC 9110 §4.3.4", "For the name " + otherName + " alone; all else is right."},
	{CertificateOtherCA, "RFC 9110 §4.3.4", "By a CA of the same name with another key; all else is right."},
	{CertificateSelfSigned, "RFC 9110 §4.3.4", "Signed by itself; all else is right."},
	{CertificateWrongUsage, "RFC 9325 §7.1", "For clients, not for servers (its extended key usage); all else is right."},
}

// Certificates lists every certificate that a provider can show, the right one
// first.
func Certificates() []Certificate { return slices.Clone(certificateCatalog) }

func checkCertificate(name string) error {
	names := make([]string, len(certificateCatalog))
	for i, c := range certificateCatalog {
		names[i] = c.Name
	}
	if slices.Contains(names, name) {
		return nil
	}
	return fmt.Errorf("there is no certificate %q%s", name, suggestion(name, names))
}

// authority is a certification authority that lives in memory.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

// newAuthority makes a CA that is valid from a day ago for a year.
func newAuthority() (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making the key of the CA: %w", err)
	}
	now := time.Now()
	der, err := certify(&x509.Certificate{
		Subject:   pkix.Name{CommonName: "mockidp CA"},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}, nil, key, key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &authority{key: key, cert: cert}, err
}

// certify signs a certificate for the public half of key. Without a parent it
// signs itself.
func certify(template, parent *x509.Certificate, key, by crypto.Signer) ([]byte, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	template.SerialNumber = serial.Add(serial, big.NewInt(1))
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), by)
	if err != nil {
		return nil, fmt.Errorf("making a certificate: %w", err)
	}
	return der, nil
}

// leaf makes the server certificate of a name from the catalogue for the given
// hosts.
func (a *authority) leaf(name string, hosts []string) (*tls.Certificate, error) {
	key, err := leafKey(name)
	if err != nil {
		return nil, fmt.Errorf("making the key of the certificate: %w", err)
	}
	now := time.Now()
	template := &x509.Certificate{
		Subject:   pkix.Name{CommonName: "mockidp"},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.AddDate(1, 0, -1),
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	parent, by := a.cert, crypto.Signer(a.key)
	switch name {
	case certificateRSA:
		template.KeyUsage |= x509.KeyUsageKeyEncipherment
	case certificateSHA1:
		template.SignatureAlgorithm = x509.ECDSAWithSHA1
	case CertificateExpired:
		template.NotAfter = now.Add(-time.Hour)
	case CertificateNotYetValid:
		template.NotBefore = now.Add(24 * time.Hour)
	case CertificateOtherName:
		hosts = []string{otherName}
	case CertificateOtherCA:
		other, err := newAuthority()
		if err != nil {
			return nil, err
		}
		parent, by = other.cert, other.key
	case CertificateSelfSigned:
		parent, by = nil, key
	case CertificateWrongUsage:
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, h)
		}
	}
	der, err := certify(template, parent, key, by)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// leafKey makes the key of a certificate.
func leafKey(name string) (crypto.Signer, error) {
	switch name {
	case certificateRSA:
		return spareRSA()
	case certificateShortKey:
		return rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // that is what is wrong with it
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

func (a *authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}
