package mockidp

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/onsi/gomega"
)

// listening lets a provider listen, once.
func listening(t *testing.T, p *Provider) string {
	t.Helper()
	if p.Addr() == "" {
		gomega.NewWithT(t).Expect(p.Listen("127.0.0.1:0")).To(gomega.Succeed())
	}
	return p.Addr()
}

// shaking makes a handshake with what a client offers, and gives version and
// suite, or the alert.
func shaking(conf *tls.Config) func(*testing.T, *Provider) string {
	return func(t *testing.T, p *Provider) string {
		t.Helper()
		c := conf.Clone()
		c.InsecureSkipVerify = true
		conn, err := tls.Dial("tcp", listening(t, p), c)
		if err != nil {
			return strings.TrimPrefix(err.Error(), "remote error: ")
		}
		defer func() { _ = conn.Close() }()
		s := conn.ConnectionState()
		return tls.VersionName(s.Version) + " " + tls.CipherSuiteName(s.CipherSuite)
	}
}

// old is a client of TLS 1.2 with one suite.
func old(suite uint16) *tls.Config {
	return &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{suite}}
}

// greeting sends a ClientHello that crypto/tls would not, and gives the kind of
// the first record, and of a ServerHello its version, suite and length.
func greeting(version uint16, suites ...uint16) func(*testing.T, *Provider) string {
	return func(t *testing.T, p *Provider) string {
		t.Helper()
		g := gomega.NewWithT(t)
		conn, err := net.Dial("tcp", listening(t, p))
		g.Expect(err).NotTo(gomega.HaveOccurred())
		defer func() { _ = conn.Close() }()
		_, err = conn.Write(helloOf(version, suites...))
		g.Expect(err).NotTo(gomega.HaveOccurred())
		record := make([]byte, 5)
		_, err = io.ReadFull(conn, record)
		g.Expect(err).NotTo(gomega.HaveOccurred())
		body := make([]byte, binary.BigEndian.Uint16(record[3:]))
		_, err = io.ReadFull(conn, body)
		g.Expect(err).NotTo(gomega.HaveOccurred())
		if record[0] != 22 {
			return "alert"
		}
		at := 4 + 2 + 32 + 1 + int(body[4+2+32])
		return fmt.Sprintf("%04x %04x %v", body[4:6], body[at:at+2], len(body) > at+3)
	}
}

// helloOf is a ClientHello with the curve P-256, as the suites of ECDHE need.
func helloOf(version uint16, suites ...uint16) []byte {
	body := binary.BigEndian.AppendUint16(nil, version)
	body = append(body, make([]byte, 33)...)
	body = binary.BigEndian.AppendUint16(body, uint16(2*len(suites)))
	for _, s := range suites {
		body = binary.BigEndian.AppendUint16(body, s)
	}
	body = append(body, 1, 0)
	body = append(body, 0, 26, 0, 10, 0, 4, 0, 2, 0, 23, 0, 13, 0, 4, 0, 2, 4, 3, 0, 11, 0, 2, 1, 0, 0xff, 1, 0, 1)
	body = append(body, 0)[:len(body)+1]
	binary.BigEndian.PutUint16(body[len(body)-29:], 27)
	message := append([]byte{1, 0, byte(len(body) >> 8), byte(len(body))}, body...)
	return append([]byte{22, 3, 0, byte(len(message) >> 8), byte(len(message))}, message...)
}

// shown verifies the certificate of a provider, and says what is wrong with it.
func shown(t *testing.T, p *Provider) string {
	t.Helper()
	g := gomega.NewWithT(t)
	addr := listening(t, p)
	conn, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	defer func() { _ = conn.Close() }()
	cert := conn.ConnectionState().PeerCertificates[0]
	if cert.SignatureAlgorithm == x509.ECDSAWithSHA1 {
		return "SHA-1"
	}
	if cert.PublicKeyAlgorithm == x509.RSA && cert.PublicKey.(interface{ Size() int }).Size() < 256 {
		return "short"
	}
	_, err = cert.Verify(x509.VerifyOptions{Roots: p.CertPool(), DNSName: "127.0.0.1"})
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &invalid):
		return fmt.Sprint("invalid ", invalid.Reason)
	case errors.As(err, &name):
		return "name"
	case errors.As(err, &unknown):
		return "authority"
	}
	g.Expect(err).NotTo(gomega.HaveOccurred())
	return "good"
}

// plainly asks for the metadata without TLS.
func plainly(t *testing.T, p *Provider) string {
	t.Helper()
	resp, err := fetchOver(t, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, "http://"+listening(t, p)+oauthDocument)
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	return fmt.Sprint(resp.StatusCode)
}

func init() {
	secure := func(flow func(*testing.T, *Provider) string, strict, off string) faultCase {
		return faultCase{opts: []Option{WithTLS()}, flow: flow, strict: strict, off: off}
	}
	const version, failure = "tls: protocol version not supported", "tls: handshake failure"
	legacy := &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	elsewhere := legacy.Clone()
	elsewhere.ServerName = "localhost"
	ecdhe := tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
	maps.Copy(faultCases, map[string]faultCase{
		ruleTLS12Offered:      secure(shaking(&tls.Config{MinVersion: tls.VersionTLS12}), "TLS 1.3 TLS_AES_128_GCM_SHA256", version),
		ruleTLSOldRefused:     secure(shaking(legacy), version, "TLS 1.1 TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
		ruleTLSEveryHost:      secure(shaking(elsewhere), version, "TLS 1.1 TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
		ruleTLSSSL3Refused:    secure(greeting(versionSSL3, tls.TLS_RSA_WITH_AES_128_CBC_SHA), "alert", "0300 002f false"),
		ruleTLSNoNull:         secure(greeting(tls.VersionTLS12, 0x0002, suiteNull), "alert", "0303 003b false"),
		ruleTLSNoExport:       secure(greeting(tls.VersionTLS12, suiteExport), "alert", "0303 0008 false"),
		ruleTLSNoRC4:          secure(shaking(old(tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA)), failure, "TLS 1.2 TLS_ECDHE_ECDSA_WITH_RC4_128_SHA"),
		ruleTLSNo3DES:         secure(shaking(old(tls.TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA)), failure, "TLS 1.2 TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA"),
		ruleTLSForwardSecrecy: secure(shaking(old(tls.TLS_RSA_WITH_AES_128_CBC_SHA)), failure, "TLS 1.2 TLS_RSA_WITH_AES_128_CBC_SHA"),
		ruleTLSRenegotiation:  secure(greeting(tls.VersionTLS12, ecdhe), "0303 c02b true", "0303 c02b false"),
		ruleTLSRequired:       secure(plainly, "400", "200"),

		ruleCertificateInDate:  secure(shown, "good", fmt.Sprint("invalid ", x509.Expired)),
		ruleCertificateName:    secure(shown, "good", "name"),
		ruleCertificateTrusted: secure(shown, "good", "authority"),
		ruleCertificateServers: secure(shown, "good", fmt.Sprint("invalid ", x509.IncompatibleUsage)),
		ruleCertificateKeySize: secure(shown, "good", "short"),
		ruleCertificateNoSHA1:  secure(shown, "good", "SHA-1"),
	})
}

// With a rule off that concerns clients of old, clients of today find the
// provider as it was, over both versions of HTTP.
func TestTLSRulesLeaveOthersAlone(t *testing.T) {
	for _, r := range tlsRules {
		if r.Name == ruleTLS12Offered || strings.HasPrefix(r.Name, "certificate-") {
			continue
		}
		t.Run(r.Name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			p := newProvider(t, WithTLS(), WithRuleOff(r.Name))
			g.Expect(p.Listen("127.0.0.1:0")).To(gomega.Succeed())
			resp, err := fetchOver(t, p.HTTPClient(), p.Issuer()+pathJWKS)
			g.Expect(err).NotTo(gomega.HaveOccurred())
			g.Expect(resp.Proto + " " + tls.VersionName(resp.TLS.Version)).To(gomega.Equal("HTTP/2.0 TLS 1.3"))
		})
	}
}

// Who opens a connection and sends nothing, or not all, holds nothing up.
func TestCloseWithConnectionsThatSayNothing(t *testing.T) {
	g := gomega.NewWithT(t)
	p, err := New(WithTLS(), WithKeys(testKeys()))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(p.Listen("127.0.0.1:0")).To(gomega.Succeed())
	whole := helloOf(tls.VersionTLS12, 0xc02b)
	for _, part := range [][]byte{nil, whole[:1], whole[:3], whole[:20], {22, 3, 1, 0xff, 0xff}, whole} {
		conn, err := net.Dial("tcp", p.Addr())
		g.Expect(err).NotTo(gomega.HaveOccurred())
		defer func() { _ = conn.Close() }()
		_, err = conn.Write(part)
		g.Expect(err).NotTo(gomega.HaveOccurred())
	}
	g.Expect(p.Close()).To(gomega.Succeed())
}

func TestReadHello(t *testing.T) {
	g := gomega.NewWithT(t)
	whole := helloOf(tls.VersionTLS12, 0xc02b, 0x002f)[5:]
	g.Expect(*readHello(whole)).To(gomega.Equal(clientHello{version: tls.VersionTLS12, suites: []uint16{0xc02b, 0x002f}}))
	for n := range len(whole) {
		if h := readHello(whole[:n]); h != nil {
			g.Expect(h.newer).To(gomega.BeFalse())
		}
	}
	g.Expect(readHello([]byte("HTTP"))).To(gomega.BeNil())
	at := bytes.LastIndex(whole, []byte{0, 11})
	g.Expect(readHello(slices.Concat(whole[:at], []byte{0, 43}, whole[at+2:])).newer).To(gomega.BeTrue())
}

// The JWK Set under another name is the same one, and the certificate is for it.
func TestJWKSHost(t *testing.T) {
	g := gomega.NewWithT(t)
	_, err := New(WithJWKSHost("not a host"))
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring(`"not a host" is not a host name`)))
	g.Expect(ask(newProvider(t, WithJWKSHost("keys.example")), get(oauthDocument)).str("jwks_uri")).To(gomega.Equal("https://keys.example/jwks"))
	p := newProvider(t, WithTLS(), WithJWKSHost("localhost"))
	uri := strings.Replace("https://"+listening(t, p)+pathJWKS, "127.0.0.1", "localhost", 1)
	g.Expect(ask(p, get(oauthDocument)).str("jwks_uri")).To(gomega.Equal(uri))
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: p.CertPool()}, DisableKeepAlives: true}}
	resp, err := fetchOver(t, client, uri)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(resp.StatusCode).To(gomega.Equal(http.StatusOK))
}
