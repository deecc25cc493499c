package mockidp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
)

// strictClient trusts the provider's CA alone, and gives what it saw of TLS.
func strictClient(t testing.TB, p *Provider, protocols ...string) *http.Client {
	t.Helper()
	tr := &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: p.CertPool(), NextProtos: protocols},
		ForceAttemptHTTP2: len(protocols) == 0, DisableKeepAlives: true,
	}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: 10 * time.Second}
}

func fetchOver(t testing.TB, c *http.Client, url string) (*http.Response, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	resp, err := c.Do(r)
	if err == nil {
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
	return resp, err
}

// The issuer is https and everything is served there, to a client that checks
// the certificate, by HTTP/1.1 and HTTP/2.
func TestTLS(t *testing.T) {
	g := gomega.NewWithT(t)
	p := Start(t, WithTLS("idp.internal.example", "192.0.2.7"), WithKeys(testKeys()), WithPath("/t"))
	g.Expect(p.Issuer()).To(gomega.HavePrefix("https://127.0.0.1:"))
	for protocol, c := range map[string]*http.Client{"HTTP/1.1": strictClient(t, p, "http/1.1"), "HTTP/2.0": strictClient(t, p)} {
		resp, err := fetchOver(t, c, p.Issuer()+pathJWKS)
		g.Expect(err).NotTo(gomega.HaveOccurred())
		g.Expect(resp.StatusCode).To(gomega.Equal(200))
		g.Expect(resp.Proto).To(gomega.Equal(protocol))
		g.Expect(resp.TLS.Version).To(gomega.BeNumerically(">=", tls.VersionTLS12))
	}
	meta := over(t, p.HTTPClient(), get(openidDocument).build(p))
	for _, name := range []string{"issuer", "token_endpoint", "jwks_uri"} {
		g.Expect(meta.str(name)).To(gomega.HavePrefix(p.Issuer()), name)
	}
	g.Expect(outcome(over(t, p.HTTPClient(), happy.build(p)))).To(gomega.Equal("200 token"))

	// Every name in the certificate, as a client would verify it.
	for _, host := range []string{"127.0.0.1", "::1", "localhost", "idp.internal.example", "192.0.2.7"} {
		conn, err := (&tls.Dialer{Config: &tls.Config{RootCAs: p.CertPool(), ServerName: host}}).DialContext(t.Context(), "tcp", p.Addr())
		g.Expect(err).NotTo(gomega.HaveOccurred(), host)
		g.Expect(conn.Close()).To(gomega.Succeed())
	}
	_, err := fetchOver(t, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, p.Issuer()+pathJWKS)
	var unknown x509.UnknownAuthorityError
	g.Expect(errors.As(err, &unknown)).To(gomega.BeTrue(), "the system does not know the CA: %v", err)
	old := &tls.Dialer{Config: &tls.Config{RootCAs: p.CertPool(), MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}}
	_, err = old.DialContext(t.Context(), "tcp", p.Addr())
	g.Expect(err).To(gomega.HaveOccurred(), "TLS 1.1 (RFC 9325 §3.1.1)")
	resp, err := fetchOver(t, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, "http://"+p.Addr()+"/t/jwks")
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(resp.StatusCode).To(gomega.Equal(400), "plain HTTP is not served")
}

// The PEM of the CA is what the pool holds, and a CA lives as long as its
// provider.
func TestCACertPEM(t *testing.T) {
	g := gomega.NewWithT(t)
	p, other := newProvider(t, WithTLS()), newProvider(t, WithTLS())
	block, rest := pem.Decode(p.CACertPEM())
	g.Expect(block.Type).To(gomega.Equal("CERTIFICATE"))
	g.Expect(rest).To(gomega.BeEmpty())
	cert, err := x509.ParseCertificate(block.Bytes)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(cert.IsCA).To(gomega.BeTrue())
	g.Expect(p.CertPool().Equal(other.CertPool())).To(gomega.BeFalse())
	g.Expect(os.WriteFile(filepath.Join(t.TempDir(), "ca.pem"), p.CACertPEM(), 0o600)).To(gomega.Succeed())
	plain := newProvider(t)
	g.Expect(plain.CertPool()).To(gomega.BeNil())
	g.Expect(plain.CACertPEM()).To(gomega.BeNil())
}

// An issuer of another name is reached under it, by a client that checks it.
func TestTLSIssuerOfAnotherName(t *testing.T) {
	g := gomega.NewWithT(t)
	p := Start(t, WithTLS(), WithKeys(testKeys()), WithIssuer("https://login.example/t"))
	g.Expect(over(t, p.HTTPClient(), get(pathJWKS).build(p)).status).To(gomega.Equal(200))
}

// In memory there is no TLS, and the issuer is https all the same.
func TestTLSInMemory(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, WithTLS())
	g.Expect(p.Issuer()).To(gomega.Equal("https://idp.test"))
	g.Expect(outcome(over(t, p.HTTPClient(), happy.build(p)))).To(gomega.Equal("200 token"))
}

// certificateErrors are what a strict client says to each wrong certificate.
var certificateErrors = map[string]func(error) bool{
	CertificateExpired:     invalidFor(x509.Expired),
	CertificateNotYetValid: invalidFor(x509.Expired), // what the library calls both
	CertificateWrongUsage:  invalidFor(x509.IncompatibleUsage),
	CertificateOtherName: func(err error) bool {
		var e x509.HostnameError
		return errors.As(err, &e) && e.Certificate.DNSNames[0] == otherName
	},
	CertificateOtherCA: byUnknown(false), CertificateSelfSigned: byUnknown(true),
}

func invalidFor(reason x509.InvalidReason) func(error) bool {
	return func(err error) bool {
		var e x509.CertificateInvalidError
		return errors.As(err, &e) && e.Reason == reason
	}
}

func byUnknown(itself bool) func(error) bool {
	return func(err error) bool {
		var e x509.UnknownAuthorityError
		return errors.As(err, &e) && (e.Cert.CheckSignature(e.Cert.SignatureAlgorithm, e.Cert.RawTBSCertificate, e.Cert.Signature) == nil) == itself
	}
}

// Each wrong certificate is refused for what is wrong with it, from the next
// request on, and the right one is accepted again.
func TestWrongCertificates(t *testing.T) {
	for _, c := range Certificates()[1:] {
		t.Run(c.Name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			g.Expect(c.Clause).To(gomega.MatchRegexp(`^RFC \d+ §\d+(\.\d+)*$`))
			g.Expect(c.Text).To(gomega.HaveSuffix("."))
			p := Start(t, WithTLS(), WithKeys(testKeys()))
			client := p.HTTPClient()
			ok := func() error { _, err := fetchOver(t, client, p.Issuer()+pathJWKS); return err }
			g.Expect(ok()).To(gomega.Succeed())
			g.Expect(p.SetCertificate(c.Name)).To(gomega.Succeed())
			err := ok()
			g.Expect(err).To(gomega.HaveOccurred())
			g.Expect(certificateErrors[c.Name](err)).To(gomega.BeTrue(), "%v", err)
			careless := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} //nolint:gosec // the careless client of the test
			_, err = fetchOver(t, careless, p.Issuer()+pathJWKS)
			g.Expect(err).NotTo(gomega.HaveOccurred(), "who does not check does not see")
			g.Expect(p.SetCertificate(CertificateRight)).To(gomega.Succeed())
			g.Expect(ok()).To(gomega.Succeed())
		})
	}
	gomega.NewWithT(t).Expect(certificateErrors).To(gomega.HaveLen(len(Certificates()) - 1))
}

// The certificate can be wrong from the start.
func TestWithCertificate(t *testing.T) {
	g := gomega.NewWithT(t)
	p := Start(t, WithTLS(), WithCertificate(CertificateExpired), WithKeys(testKeys()))
	_, err := fetchOver(t, p.HTTPClient(), p.Issuer()+pathJWKS)
	g.Expect(invalidFor(x509.Expired)(err)).To(gomega.BeTrue(), "%v", err)
	for want, opts := range map[string][]Option{
		"without WithTLS":                    {WithCertificate(CertificateExpired)},
		`did you mean "expired"?`:            {WithTLS(), WithCertificate("expire")},
		"is not https":                       {WithTLS(), WithIssuer("http://idp.example")},
		"neither a host name nor an IP":      {WithTLS("a b")},
		`"" is neither a host name`:          {WithTLS("")},
		`"https://x" is neither a host name`: {WithTLS("https://x")},
	} {
		_, err := New(opts...)
		g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring(want)))
	}
	g.Expect(newProvider(t).SetCertificate(CertificateExpired)).To(gomega.MatchError(gomega.ContainSubstring("without WithTLS")))
	g.Expect(p.SetCertificate("x")).To(gomega.HaveOccurred())
}

// A client that opens a connection and says nothing, or nonsense, is no trouble.
func TestTLSNonsense(t *testing.T) {
	g := gomega.NewWithT(t)
	p := Start(t, WithTLS(), WithKeys(testKeys()))
	silent, err := net.Dial("tcp", p.Addr())
	g.Expect(err).NotTo(gomega.HaveOccurred())
	defer func() { _ = silent.Close() }()
	loud, err := net.Dial("tcp", p.Addr())
	g.Expect(err).NotTo(gomega.HaveOccurred())
	defer func() { _ = loud.Close() }()
	_, err = io.WriteString(loud, strings.Repeat("\x16\x03\x01 nonsense", 100))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(loud.(*net.TCPConn).CloseWrite()).To(gomega.Succeed())
	_, _ = io.Copy(io.Discard, loud) // until the provider hangs up
	g.Expect(outcome(over(t, p.HTTPClient(), happy.build(p)))).To(gomega.Equal("200 token"))
}
