package tlsprobe_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/onsi/gomega"
	"go.uber.org/goleak"

	"github.com/authassay/authassay/suites/tlsprobe"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// against asks a TLS server of the standard library inside the process.
func against(t *testing.T, conf *tls.Config, h tlsprobe.Hello) tlsprobe.Answer {
	t.Helper()
	return asked(t, h, func(c net.Conn) { _ = tls.Server(c, conf).Handshake() })
}

// asked asks whatever serves the other end of a connection.
func asked(t *testing.T, h tlsprobe.Hello, serve func(net.Conn)) tlsprobe.Answer {
	t.Helper()
	client, server := net.Pipe()
	over := make(chan struct{})
	go func() { defer close(over); defer server.Close(); serve(server) }()
	defer func() { _ = client.Close(); <-over }()
	a, err := tlsprobe.Ask(client, h)
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	return a
}

func certificates(t *testing.T) []tls.Certificate {
	t.Helper()
	g := gomega.NewWithT(t)
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	e, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"idp.test"}}
	one, err := x509.CreateCertificate(rand.Reader, template, template, &r.PublicKey, r)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	two, err := x509.CreateCertificate(rand.Reader, template, template, &e.PublicKey, e)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	return []tls.Certificate{{Certificate: [][]byte{one}, PrivateKey: r}, {Certificate: [][]byte{two}, PrivateKey: e}}
}

// What crypto/tls would negotiate is what the answer says, version by version.
func TestVersions(t *testing.T) {
	certs := certificates(t)
	for _, v := range []uint16{tlsprobe.TLS10, tlsprobe.TLS11, tlsprobe.TLS12} {
		for _, cert := range certs {
			g := gomega.NewWithT(t)
			only := &tls.Config{MinVersion: v, MaxVersion: v, Certificates: []tls.Certificate{cert}}
			for _, offered := range []uint16{tlsprobe.SSL30, tlsprobe.TLS10, tlsprobe.TLS11, tlsprobe.TLS12} {
				suites := tlsprobe.Old
				if offered == tlsprobe.TLS12 {
					suites = tlsprobe.Usual
				}
				a := against(t, only, tlsprobe.Hello{Version: offered, Suites: suites, ServerName: "idp.test"})
				g.Expect(a.Hello).To(gomega.Equal(offered >= v), "%s at a server of %s: %s", tlsprobe.VersionName(offered), tlsprobe.VersionName(v), a)
				if a.Hello {
					g.Expect(a.Version).To(gomega.Equal(v))
					g.Expect(suites).To(gomega.ContainElement(a.Suite))
					g.Expect(a.Has(tlsprobe.ExtRenegotiation)).To(gomega.BeTrue(), "crypto/tls has it")
				} else {
					g.Expect(a.String()).To(gomega.Equal("alert protocol_version"))
				}
				g.Expect(a.Refused()).To(gomega.Equal(!a.Hello))
			}
		}
	}
}

func TestTLS13AloneIsRefused(t *testing.T) {
	a := against(t, &tls.Config{MinVersion: tls.VersionTLS13, Certificates: certificates(t)}, tlsprobe.Hello{Version: tlsprobe.TLS12, Suites: tlsprobe.Usual})
	gomega.NewWithT(t).Expect(a.String()).To(gomega.Equal("alert protocol_version"))
}

// Each group that crypto/tls has suites of is negotiated where a server has one
// of them, and refused where it has not.
func TestGroups(t *testing.T) {
	certs := certificates(t)
	known := map[string]uint16{
		"RC4": tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA, "suites of less than 128 bits (3DES)": tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA,
		"suites without forward secrecy (static RSA)": tls.TLS_RSA_WITH_AES_128_GCM_SHA256,
	}
	seen := map[uint16]string{}
	for _, group := range tlsprobe.Weak() {
		g := gomega.NewWithT(t)
		h := tlsprobe.Hello{Version: tlsprobe.TLS12, Suites: group.Suites}
		g.Expect(against(t, &tls.Config{Certificates: certs}, h).String()).To(gomega.Equal("alert handshake_failure"), group.Name)
		if id := known[group.Name]; id != 0 {
			weak := &tls.Config{Certificates: certs, CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, id}}
			a := against(t, weak, h)
			g.Expect(a.Hello && a.Suite == id).To(gomega.BeTrue(), "%s: %s", group.Name, a)
			g.Expect(a.String()).To(gomega.Equal("ServerHello, TLS 1.2, " + tls.CipherSuiteName(id)))
		}
		for _, id := range group.Suites {
			g.Expect(seen[id]).To(gomega.BeEmpty(), "%#04x is in two groups", id)
			seen[id] = group.Name
			g.Expect(slices.Contains(tlsprobe.Usual[:14], id)).To(gomega.BeFalse(), "%#04x is usual", id)
		}
	}
	// crypto/tls knows which suites have problems; ours are all among ours.
	for _, s := range tls.InsecureCipherSuites() {
		if s.ID != tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256 && s.ID != tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256 { // CBC is another matter
			gomega.NewWithT(t).Expect(seen).To(gomega.HaveKey(s.ID), s.Name)
		}
	}
}

// sends answers the ClientHello with octets.
func sends(b string) func(net.Conn) {
	return func(c net.Conn) {
		_, _ = c.Read(make([]byte, 4096))
		_, _ = c.Write([]byte(b))
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	hello := func(tail string) string { // a ServerHello of SSL 3.0 without session
		body := "\x03\x00" + string(make([]byte, 32)) + "\x00\x00\x05\x00" + tail
		return "\x02\x00\x00" + string(rune(len(body))) + body
	}
	record := func(message string) string { return "\x16\x03\x00\x00" + string(rune(len(message))) + message }
	whole := hello("")
	for name, row := range map[string]struct{ sent, want string }{
		"nothing":                    {"", "the connection was closed"},
		"a page":                     {"HTTP/1.1 400 Bad Request\r\n\r\nsecure only", `no TLS: "HTTP/1.1 400 Bad Request....secure only"`},
		"a word":                     {"hi", `no TLS: "hi"`},
		"an alert":                   {"\x15\x03\x00\x00\x02\x02\x46", "alert protocol_version"},
		"an alert of no name":        {"\x15\x03\x00\x00\x02\x02\xf0", "alert 240"},
		"a warning, then no more":    {"\x15\x03\x01\x00\x02\x01\x70", "the connection was closed"},
		"a warning, then a hello":    {"\x15\x03\x01\x00\x02\x01\x70" + record(whole), "ServerHello, SSL 3.0, TLS_RSA_WITH_RC4_128_SHA"},
		"half an alert":              {"\x15\x03\x00\x00\x02\x02", "the connection was closed"},
		"a hello in two records":     {record(whole[:2]) + record(whole[2:]), "ServerHello, SSL 3.0, TLS_RSA_WITH_RC4_128_SHA"},
		"half a hello":               {record(whole)[:20], "the connection was closed"},
		"a hello with an empty list": {record(hello("\x00\x00")), "ServerHello, SSL 3.0, TLS_RSA_WITH_RC4_128_SHA"},
		"a broken list":              {record(hello("\x00\x05\x00")), `no TLS: "a ServerHello that breaks off"`},
		"a broken extension":         {record(hello("\x00\x04\xff\x01\x00\x09")), `no TLS: "a ServerHello that breaks off"`},
		"a short hello":              {record("\x02\x00\x00\x02\x03\x00"), `no TLS: "a ServerHello that breaks off"`},
		"another message":            {record("\x0b\x00\x00\x00"), `no TLS: "a handshake message of the type 11"`},
		"a hello without an end":     {record("\x02\xff\xff\xff"), `no TLS: "a handshake message of the type 2"`},
		"an empty record":            {"\x16\x03\x00\x00\x00", `no TLS: "....."`},
		"a record that is too long":  {"\x16\x03\x00\xff\xff", `no TLS: "....."`},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			a := asked(t, tlsprobe.Hello{Version: tlsprobe.SSL30, Suites: tlsprobe.Old}, sends(row.sent))
			g.Expect(a.String()).To(gomega.Equal(row.want))
		})
	}
}

// A server that says nothing is an error of the network, and no refusal.
func TestAServerThatSaysNothing(t *testing.T) {
	g := gomega.NewWithT(t)
	client, server := net.Pipe()
	defer server.Close()
	go func() { _, _ = io.Copy(io.Discard, server) }()
	g.Expect(client.SetReadDeadline(time.Now().Add(20 * time.Millisecond))).To(gomega.Succeed())
	_, err := tlsprobe.Ask(client, tlsprobe.Hello{Version: tlsprobe.TLS12, Suites: tlsprobe.Usual})
	g.Expect(errors.Is(err, os.ErrDeadlineExceeded)).To(gomega.BeTrue())
	g.Expect(client.Close()).To(gomega.Succeed())
}

func TestNames(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(tlsprobe.SuiteName(0x1301)).To(gomega.Equal("TLS_AES_128_GCM_SHA256"))
	g.Expect(tlsprobe.SuiteName(0x0002)).To(gomega.Equal("TLS_RSA_WITH_NULL_SHA"))
	g.Expect(tlsprobe.SuiteName(0xfafa)).To(gomega.Equal("suite 0xfafa"))
	g.Expect(tlsprobe.VersionName(0x0304)).To(gomega.Equal("TLS 1.3"))
	g.Expect(tlsprobe.VersionName(0x0002)).To(gomega.Equal("version 0x0002"))
	g.Expect(tlsprobe.Answer{}.String()).To(gomega.Equal("nothing"))
}
