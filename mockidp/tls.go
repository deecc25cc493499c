package mockidp

import (
	"bytes"
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// security is the TLS of a provider.
type security struct {
	ca    *authority
	hosts []string

	mu    sync.Mutex
	shown string                      // name of the certificate to show
	made  map[string]*tls.Certificate // by name and host
}

var loopbackHosts = []string{"127.0.0.1", "::1", "localhost"}

// hostName is a DNS name as a certificate holds it, maybe with a wildcard.
var hostName = regexp.MustCompile(`^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

// WithTLS lets the provider listen with TLS: its issuer is https, HTTP/1.1 and
// HTTP/2 are served, and the certificate is by a CA of the provider's own, which
// is made with it and forgotten with it. [Provider.HTTPClient] trusts that CA;
// for other clients see [Provider.CertPool] and [Provider.CACertPEM].
//
// The certificate is for 127.0.0.1, ::1, localhost, the host of the issuer, and
// the names and addresses given. The connections of [Provider.Transport] never
// leave the process and have no TLS.
func WithTLS(hosts ...string) Option {
	return func(c *config) error {
		for _, h := range hosts {
			if net.ParseIP(h) == nil && !hostName.MatchString(strings.ToLower(h)) {
				return fmt.Errorf("mockidp: WithTLS: %q is neither a host name nor an IP address", h)
			}
		}
		c.tls = true
		c.tlsHosts = append(c.tlsHosts, hosts...)
		return nil
	}
}

// WithCertificate lets a provider with [WithTLS] show the named certificate of
// [Certificates] from the start, see [Provider.SetCertificate].
func WithCertificate(name string) Option {
	return func(c *config) error {
		if err := checkCertificate(name); err != nil {
			return fmt.Errorf("mockidp: WithCertificate: %w", err)
		}
		c.certificate = name
		return nil
	}
}

// newSecurity makes the TLS that the options ask for, or nil.
func newSecurity(c *config, id *identity) (*security, error) {
	switch {
	case !c.tls && c.certificate != "":
		return nil, errors.New("mockidp: WithCertificate: there is no certificate to show without WithTLS")
	case !c.tls:
		return nil, nil
	case strings.HasPrefix(id.issuer, "http:"):
		return nil, fmt.Errorf("mockidp: WithTLS: the issuer %s is not https", id.issuer)
	}
	ca, err := newAuthority()
	if err != nil {
		return nil, fmt.Errorf("mockidp: WithTLS: %w", err)
	}
	return &security{
		ca: ca, hosts: slices.Concat(loopbackHosts, c.tlsHosts), shown: cmp.Or(c.certificate, CertificateRight), made: make(map[string]*tls.Certificate),
	}, nil
}

// config is the configuration of a listener that is reached at a host.
func (s *security) config(host string) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, // RFC 9325 §3.1.1
		NextProtos: []string{"h2", "http/1.1"},
		// A resumed session shows no certificate, which could be another now.
		SessionTicketsDisabled: true,
		GetCertificate:         func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return s.certificate(s.now(), host) },
	}
}

// now is the name of the certificate to show.
func (s *security) now() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shown
}

// certificate is the one of a name, made when it is first shown.
func (s *security) certificate(name, host string) (*tls.Certificate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := name + " " + host
	if c := s.made[key]; c != nil {
		return c, nil
	}
	hosts := s.hosts
	if !slices.Contains(hosts, host) {
		hosts = append(slices.Clone(hosts), host)
	}
	c, err := s.ca.leaf(name, hosts)
	if err != nil {
		return nil, fmt.Errorf("mockidp: %w", err)
	}
	s.made[key] = c
	return c, nil
}

func (s *security) show(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown = name
}

// SetCertificate lets the provider show the named certificate of [Certificates]
// from the next connection on. Connections that wait for a request are closed, so
// that the next request sees it. The provider needs [WithTLS].
func (p *Provider) SetCertificate(name string) error {
	if err := checkCertificate(name); err != nil {
		return fmt.Errorf("mockidp: SetCertificate: %w", err)
	}
	if p.tls == nil {
		return errors.New("mockidp: SetCertificate: the provider was made without WithTLS")
	}
	p.tls.show(name)
	p.running.Lock()
	defer p.running.Unlock()
	if p.closed {
		return nil
	}
	for _, s := range p.servers {
		s.http.SetKeepAlivesEnabled(false)
		s.http.SetKeepAlivesEnabled(true)
	}
	if p.network != nil {
		p.network.CloseIdleConnections()
	}
	return nil
}

// CertPool holds the CA of a provider with [WithTLS], for the RootCAs of a
// client's tls.Config. It is nil without TLS.
func (p *Provider) CertPool() *x509.CertPool {
	if p.tls == nil {
		return nil
	}
	pool := x509.NewCertPool()
	pool.AddCert(p.tls.ca.cert)
	return pool
}

// CACertPEM is the CA certificate of a provider with [WithTLS] in PEM, for
// clients that read it from a file. It is nil without TLS.
func (p *Provider) CACertPEM() []byte {
	if p.tls == nil {
		return nil
	}
	return p.tls.ca.pem()
}

// tlsConfig is the configuration of the listener of an issuer, or nil.
func (p *Provider) tlsConfig(id *identity) *tls.Config {
	if p.tls == nil {
		return nil
	}
	host := "localhost"
	if u, err := url.Parse(id.issuer); err == nil { // newIdentity has parsed it
		host = u.Hostname()
	}
	c := p.tls.config(host)
	c.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) { return p.negotiate(host, h) }
	return c
}

// scheme is the scheme of an issuer that is made from an address.
func (p *Provider) scheme() string {
	if p.tls != nil {
		return "https://"
	}
	return "http://"
}

// handshakeLog keeps failed handshakes out of the log: a client that refuses a
// certificate does what it should.
type handshakeLog struct{}

func (handshakeLog) Write(line []byte) (int, error) {
	if !bytes.Contains(line, []byte("TLS handshake error")) {
		log.Print(string(line))
	}
	return len(line), nil
}
