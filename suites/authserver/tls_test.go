package authserver_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
)

// bothProtocols takes TLS and plain http at one port, as few servers do.
type bothProtocols struct {
	net.Listener
	conf *tls.Config
}

type begun struct {
	net.Conn
	r *bufio.Reader
}

func (b begun) Read(p []byte) (int, error) { return b.r.Read(p) }

func (l bothProtocols) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		_ = conn.SetReadDeadline(time.Now().Add(time.Second)) // who only looks whether there is a port
		b := begun{conn, bufio.NewReader(conn)}
		first, err := b.r.Peek(1)
		if err != nil {
			_ = conn.Close()
			continue
		}
		_ = conn.SetReadDeadline(time.Time{})
		if first[0] == 22 {
			return tls.Server(b, l.conf), nil
		}
		return b, nil
	}
}

// ourCA is a CA for the tests, and a certificate by it for a name on loopback.
var ourCA = sync.OnceValues(func() (*x509.CertPool, tls.Certificate) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "CA"}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	root, err := x509.CreateCertificate(rand.Reader, ca, ca, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	leaf, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(2), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, ca, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	parsed, err := x509.ParseCertificate(root)
	if err != nil {
		panic(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return pool, tls.Certificate{Certificate: [][]byte{leaf}, PrivateKey: key}
})

// startTLS serves with TLS, and what comes without it too.
func (s *idp) startTLS(change func(*tls.Config)) *target.Target {
	pool, cert := ourCA()
	conf := &tls.Config{Certificates: []tls.Certificate{cert}}
	if change != nil {
		change(conf)
	}
	s.secrets = map[string]string{"alpha": "alpha-canary-value-1"}
	srv := httptest.NewUnstartedServer(s)
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes that fail are what is asked for
	srv.Listener = bothProtocols{srv.Listener, conf}
	srv.Start()
	s.t.Cleanup(srv.Close)
	s.url = strings.Replace(srv.URL, "http:", "https:", 1)
	tg := s.target()
	tg.TLS.Roots = pool
	tg.Clients = append(tg.Clients, target.Client{ID: "web", Secret: "web-canary-value-1", Grants: []string{"authorization_code"}, RedirectURIs: []string{"https://client.example/callback"}})
	return tg
}

// without TLS, answers what it is told.
func plain(answer http.HandlerFunc) idp {
	return idp{first: func(w http.ResponseWriter, r *http.Request) bool {
		if r.TLS != nil {
			if r.URL.Path == "/authorize" {
				http.Redirect(w, r, "/login", http.StatusFound)
				return true
			}
			return false
		}
		answer(w, r)
		return true
	}}
}

func redirectTo(status int, to func(*http.Request) string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to(r), status) }
}

func secureURL(r *http.Request) string { return "https://" + r.Host + r.URL.String() }

func TestTLSAtOddServers(t *testing.T) {
	const token, others = "tok-http-refused", "http-plain-refused"
	const pass, info, fail, notRun, failed = reports.Pass, reports.Info, reports.Fail, reports.NotRun, reports.Error
	says := func(status int, body string) http.HandlerFunc { return always(status, "application/json", body) }
	for name, row := range map[string]struct {
		s    idp
		tls  func(*tls.Config)
		tg   func(*target.Target)
		id   string
		want reports.Verdict
		say  string
	}{
		"TLS 1.3 alone":                    {idp{}, func(c *tls.Config) { c.MinVersion = tls.VersionTLS13 }, nil, "http-tls-12", info, "TLS 1.3 and not 1.2"},
		"TLS 1.3 alone, old versions":      {idp{}, func(c *tls.Config) { c.MinVersion = tls.VersionTLS13 }, nil, "http-tls-old", pass, ""},
		"TLS 1.3 alone, renegotiation":     {idp{}, func(c *tls.Config) { c.MinVersion = tls.VersionTLS13 }, nil, "http-renegotiation", notRun, "a host that speaks TLS 1.2"},
		"TLS 1.2 alone":                    {idp{}, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }, nil, "http-tls-12", pass, ""},
		"TLS 1.1 as well":                  {idp{}, func(c *tls.Config) { c.MinVersion = tls.VersionTLS11 }, nil, "http-tls-old", fail, "negotiates TLS 1.1"},
		"a certificate of the client":      {idp{}, func(c *tls.Config) { c.MaxVersion, c.ClientAuth = tls.VersionTLS12, tls.RequireAnyClientCert }, nil, "http-tls-12", pass, ""},
		"the same, old versions":           {idp{}, func(c *tls.Config) { c.MaxVersion, c.ClientAuth = tls.VersionTLS12, tls.RequireAnyClientCert }, nil, "http-tls-old", pass, ""},
		"the same, certificate":            {idp{}, func(c *tls.Config) { c.MaxVersion, c.ClientAuth = tls.VersionTLS12, tls.RequireAnyClientCert }, nil, "http-cert", failed, "no certificate to look at"},
		"a CA that nobody named":           {idp{}, nil, func(tg *target.Target) { tg.TLS.Roots = nil }, "http-cert", failed, "if it is yours, name it in tls.ca_file"},
		"another CA than the one named":    {idp{}, nil, func(tg *target.Target) { tg.TLS.Roots = x509.NewCertPool() }, "http-cert", fail, "not trusted"},
		"verification switched off":        {idp{}, nil, func(tg *target.Target) { tg.TLS.Insecure = true }, "http-cert", notRun, "to be verified"},
		"one host":                         {idp{}, nil, nil, "http-all-hosts", notRun, "a further host"},
		"a host whose metadata lies":       {member("issuer", "https://id.example"), nil, nil, "http-all-hosts", notRun, "a further host"},
		"an alias for certificates":        {alias("localhost"), nil, nil, "http-all-hosts", pass, ""},
		"plain http is not served":         {plain(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), nil, nil, token, pass, ""},
		"plain http leads to https":        {plain(redirectTo(301, secureURL)), nil, nil, token, pass, ""},
		"plain http is to be sent again":   {plain(redirectTo(308, secureURL)), nil, nil, token, info, "nobody notices"},
		"plain http is another page":       {plain(always(200, "text/html", "<html><form>")), nil, nil, token, pass, ""},
		"plain http is forbidden":          {plain(says(403, `{"error":"invalid_request","error_description":"HTTPS required"}`)), nil, nil, token, pass, ""},
		"it says so as invalid_client":     {plain(says(401, `{"error":"invalid_client","error_description":"TLS is required"}`)), nil, nil, token, pass, ""},
		"plain http is taken":              {plain(says(401, `{"error":"invalid_client"}`)), nil, nil, token, fail, "requests with credentials by plain http"},
		"plain http gets a token":          {plain(says(200, `{"access_token":"canary-abcdefgh"}`)), nil, nil, token, fail, "issues tokens by plain http"},
		"plain http is down":               {plain(says(503, `{}`)), nil, nil, token, failed, "503"},
		"authorization leads to https":     {plain(redirectTo(302, secureURL)), nil, nil, others, pass, ""},
		"authorization answers the client": {plain(redirectTo(302, func(*http.Request) string { return "https://client.example/callback?code=x" })), nil, nil, others, fail, "answers authorization requests"},
		"authorization shows a form":       {plain(always(200, "text/html", "<html><FORM method=post>")), nil, nil, others, fail, "log in or to agree"},
		"authorization shows a page":       {plain(always(200, "text/html", "<html>Please use https.")), nil, nil, others, pass, ""},
		"authorization leads to a form": {plain(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/authorize" {
				http.Redirect(w, r, "/login", http.StatusFound)
				return
			}
			always(200, "text/html", "<form>")(w, r)
		}), nil, nil, others, fail, "log in or to agree"},
		"authorization leads in a circle": {plain(redirectTo(302, func(*http.Request) string { return "/authorize" })), nil, nil, others, pass, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := row.s
			s.t = t
			tg := s.startTLS(row.tls)
			if row.tg != nil {
				row.tg(tg)
			}
			g := gomega.NewWithT(t)
			r := assay(t, tg, row.id)[row.id]
			g.Expect(r.Verdict).To(gomega.Equal(row.want), say(r))
			g.Expect(say(r)).To(gomega.ContainSubstring(row.say))
		})
	}
}

// alias names a host for clients with certificates, which is the same server.
func alias(host string) idp {
	return idp{metadata: func(location string, m map[string]any) map[string]any {
		if location != "rfc8414" {
			return nil
		}
		m["mtls_endpoint_aliases"] = map[string]any{"token_endpoint": strings.Replace(m["token_endpoint"].(string), "127.0.0.1", host, 1), "x": 1}
		return m
	}}
}

// Where there is no https nothing of this is run, and what is missing is named.
func TestNoTLSOnLoopback(t *testing.T) {
	ids := []string{"http-tls-12", "http-tls-old", "http-tls-ciphers", "http-cert", "http-all-hosts", "http-renegotiation", "http-plain-refused", "tok-http-refused"}
	s := &idp{t: t}
	results := assay(t, s.start(), ids...)
	for _, id := range ids {
		g := gomega.NewWithT(t)
		g.Expect(results[id].Verdict).To(gomega.Equal(reports.NotRun), say(results[id]))
		g.Expect(results[id].Need).To(gomega.Equal("a target that is reached by https"))
	}
}

// A port that speaks no TLS at all is no verdict, and one that is closed neither.
func TestNoTLSBehindAnHTTPSURL(t *testing.T) {
	g := gomega.NewWithT(t)
	s := &idp{t: t}
	tg := s.start()
	tg.Issuer = strings.Replace(tg.Issuer, "http:", "https:", 1)
	for _, r := range assay(t, tg, "http-tls-12", "http-tls-old", "http-tls-ciphers", "http-cert", "http-renegotiation") {
		g.Expect(r.Verdict).To(gomega.BeElementOf(reports.Error, reports.NotRun), say(r))
	}
	closed := httptest.NewServer(http.NotFoundHandler())
	tg.Issuer = strings.Replace(closed.URL, "http:", "https:", 1)
	closed.Close()
	for _, r := range assay(t, tg, "http-tls-12", "http-tls-old") {
		g.Expect(r.Verdict).To(gomega.BeElementOf(reports.Error, reports.NotRun), say(r))
	}
}

// What goes over the wire by plain http holds no secret of a client.
func TestNothingRealGoesByPlainHTTP(t *testing.T) {
	g := gomega.NewWithT(t)
	var mu sync.Mutex
	var heard []string
	s := plain(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		id, secret, _ := r.BasicAuth()
		mu.Lock()
		heard = append(heard, r.URL.String()+" "+r.PostForm.Encode()+" "+id+" "+secret)
		mu.Unlock()
		always(401, "application/json", `{"error":"x"}`)(w, r)
	})
	s.t = t
	s.metadata = func(_ string, m map[string]any) map[string]any {
		m["revocation_endpoint"], m["introspection_endpoint"] = s.url+"/token", s.url+"/token"
		return m
	}
	assay(t, s.startTLS(nil), "tok-http-refused", "http-plain-refused")
	mu.Lock()
	defer mu.Unlock()
	g.Expect(len(heard)).To(gomega.Equal(4), "token, introspection, revocation, authorization")
	g.Expect(strings.Join(heard, "\n")).NotTo(gomega.ContainSubstring("canary"))
}
