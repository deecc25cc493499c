package authserver

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/authassay/authassay/suites/check"
)

// tlsCertificates are the checks on the certificate of the target (RFC 6749
// §10.9, RFC 9325 §4.5).
func tlsCertificates() []*check.Check {
	return []*check.Check{
		{
			// RFC 6749 §10.9: TLS with server authentication is required, and clients
			// must verify the certificate; RFC 9325 §4.5: RSA keys of 2048 bits or
			// more, no SHA-1 and no MD5. Which CA is trusted the user says: of one
			// that nobody named, at a private address, nothing follows.
			ID: "http-cert", Level: check.Must, Wire: true,
			Title:   "The certificate is trusted, in date, for this name, and strong.",
			Clauses: []string{"RFC 6749 §10.9", "RFC 9325 §4.5"},
			Sent:    "A handshake of TLS 1.2 or 1.3 with each host of the target file.",
			Judged:  "Name, dates, use, key size and signatures of the certificate and of those between; then its way to a CA of the system or of tls.ca_file. An unknown CA where none is configured, at a private address: error.",
			Needs:   append([]check.Need{needVerification}, forTLS...),
			Proves:  []string{"certificate-in-date", "certificate-host-name", "certificate-trusted", "certificate-for-servers", "certificate-key-size", "certificate-no-sha1"},
			Run: func(t *check.T) {
				for _, h := range ownHosts(t) {
					judgeCertificate(t, h)
				}
			},
		},
	}
}

var needVerification = check.Need{
	Name: "a certificate that is to be verified",
	Hint: "leave out tls.insecure, and name the CA in tls.ca_file",
	Met:  func(t *check.T) bool { return !t.Target().TLS.Insecure },
}

func judgeCertificate(t *check.T, h tlsHost) {
	roots, err := t.Target().CertPool()
	t.Require(err).To(succeed(), "the CA file cannot be read")
	state, err := shake(t, "the certificate of "+h.String(), h, modern)
	if err != nil {
		t.Inconclusive("no handshake with %s, so there is no certificate to look at: %s", h, err)
	}
	chain := state.PeerCertificates
	leaf := chain[0]
	if bad := certificateFault(chain, h.name, time.Now()); bad != "" {
		t.Expect(leaf).To(statement{false, "a certificate that clients of " + h.name + " accept", bad}, "the certificate of %s is not good", h)
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err = leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, DNSName: h.name, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
	var unknown x509.UnknownAuthorityError
	if errors.As(err, &unknown) && roots == nil && private(t, h) {
		t.Inconclusive("the certificate of %s is by a CA that the system does not know; if it is yours, name it in tls.ca_file", h)
	}
	why := ""
	if err != nil {
		why = err.Error()
	}
	t.Expect(leaf).To(statement{err == nil, "a way to a trusted CA", why}, "the certificate of %s is not trusted", h)
}

// certificateFault says what is wrong with a chain, whoever signed it; empty when
// nothing is. The first certificate is that of the server.
func certificateFault(chain []*x509.Certificate, host string, now time.Time) string {
	leaf := chain[0]
	if err := leaf.VerifyHostname(host); err != nil {
		return err.Error()
	}
	if len(leaf.ExtKeyUsage) > 0 && !slices.ContainsFunc(leaf.ExtKeyUsage, func(u x509.ExtKeyUsage) bool {
		return u == x509.ExtKeyUsageServerAuth || u == x509.ExtKeyUsageAny
	}) {
		return "its extended key usage is not that of a server"
	}
	for i, c := range chain {
		what := "it"
		if i > 0 {
			what = "the CA certificate " + fmt.Sprintf("%q", c.Subject.CommonName) + " that comes with it"
		}
		own := bytes.Equal(c.RawIssuer, c.RawSubject)
		switch {
		case i > 0 && own:
			continue // a root, which clients have or do not have
		case now.Before(c.NotBefore):
			return fmt.Sprintf("%s is not valid before %s", what, c.NotBefore.UTC().Format(time.RFC3339))
		case i == 0 && now.After(c.NotAfter): // others may come along for clients of before
			return fmt.Sprintf("%s has expired at %s", what, c.NotAfter.UTC().Format(time.RFC3339))
		}
		if key, ok := c.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() < 2048 {
			return fmt.Sprintf("%s has an RSA key of %d bits", what, key.N.BitLen())
		}
		switch c.SignatureAlgorithm {
		case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
			if !own {
				return fmt.Sprintf("%s is signed with %s", what, c.SignatureAlgorithm)
			}
		}
	}
	return ""
}

// private tells whether a host is at an address that is nobody else's business.
func private(t *check.T, h tlsHost) bool {
	at := netip.Addr{}
	_ = t.Dial("the address of "+h.String(), "tls", h.String(), func(c net.Conn) (sent, got string, err error) {
		if a, err := netip.ParseAddrPort(c.RemoteAddr().String()); err == nil {
			at = a.Addr().Unmap()
		}
		return "nothing", at.String(), nil
	})
	return at.IsLoopback() || at.IsPrivate() || at.IsLinkLocalUnicast()
}
