package authserver

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/tlsprobe"
)

// needHTTPS is met when the target is to be reached by https.
var needHTTPS = check.Need{
	Name: "a target that is reached by https",
	Hint: "nothing to do for a server on loopback; assay the server that faces the network as well",
	Met:  func(t *check.T) bool { return len(ownHosts(t)) > 0 },
}

// forTLS are the needs of every check that looks at TLS.
var forTLS = []check.Need{needHTTPS, check.NeedConnection}

// tlsHost is a host and port that serve https.
type tlsHost struct{ name, port string }

func (h tlsHost) String() string { return net.JoinHostPort(h.name, h.port) }

// hostsOf are the hosts of those URLs that are https, each once.
func hostsOf(urls ...string) []tlsHost {
	var out []tlsHost
	for _, s := range urls {
		u, err := url.Parse(s)
		if err != nil || u.Scheme != "https" || u.Host == "" {
			continue
		}
		h := tlsHost{u.Hostname(), u.Port()}
		if h.port == "" {
			h.port = "443"
		}
		if !slices.Contains(out, h) {
			out = append(out, h)
		}
	}
	return out
}

// ownHosts are the hosts that the target file names: what can be looked at even
// where no request gets through.
func ownHosts(t *check.T) []tlsHost {
	resource := t.Target().Resource.URL // which is another server
	return hostsOf(slices.DeleteFunc(t.Target().URLs(), func(u string) bool { return u == resource })...)
}

// furtherHosts are those that only the metadata names, aliases for clients with
// certificates (RFC 8705 §5) included.
func furtherHosts(t *check.T) []tlsHost {
	own := ownHosts(t)
	d := discover(t)
	if d.chosen == nil || !issuerFits(d.chosen.text("issuer"), t.Target().Issuer, t.Target().IssuerAsTyped) {
		return nil // nobody may use what it says (RFC 8414 §3.3)
	}
	urls := d.chosen.urls()
	if aliases := d.chosen.aliases(); len(aliases) > 0 {
		t.Allow(aliases...)
		urls = append(urls, aliases...)
	}
	return slices.DeleteFunc(hostsOf(urls...), func(h tlsHost) bool { return slices.Contains(own, h) })
}

// shake makes a whole handshake, without looking at the certificate, and gives
// what was agreed on. The error says why there was none.
func shake(t *check.T, step string, h tlsHost, versions [2]uint16) (state tls.ConnectionState, err error) {
	err = t.Dial(step, "tls", h.String(), func(c net.Conn) (sent, got string, err error) {
		sent = fmt.Sprintf("a handshake of crypto/tls, %s to %s, server name %s", tlsprobe.VersionName(versions[0]), tlsprobe.VersionName(versions[1]), h.name)
		conn := tls.Client(c, &tls.Config{
			ServerName: h.name, MinVersion: versions[0], MaxVersion: versions[1],
			InsecureSkipVerify: true, //nolint:gosec // http-cert looks at the certificate, and nothing is sent
		})
		if err = conn.HandshakeContext(t.Context()); err != nil {
			return sent, "", err
		}
		state = conn.ConnectionState()
		return sent, fmt.Sprintf("%s, %s, %d certificates", tlsprobe.VersionName(state.Version), tlsprobe.SuiteName(state.CipherSuite), len(state.PeerCertificates)), nil
	})
	return state, err
}

// probe asks with a ClientHello what a host would negotiate. No connection and no
// answer end the check.
func probe(t *check.T, step string, h tlsHost, hello tlsprobe.Hello) tlsprobe.Answer {
	hello.ServerName = h.name
	var a tlsprobe.Answer
	err := t.Dial(step, "tls", h.String(), func(c net.Conn) (sent, got string, err error) {
		sent = fmt.Sprintf("ClientHello: %s, %d cipher suites", tlsprobe.VersionName(hello.Version), len(hello.Suites))
		if a, err = tlsprobe.Ask(c, hello); err != nil {
			return sent, "", err
		}
		return sent, a.String(), nil
	})
	if err != nil {
		t.Inconclusive("%s: %s gave no answer: %s", step, h, err)
	}
	return a
}

// modern are the versions that every client of today has.
var modern = [2]uint16{tls.VersionTLS12, tls.VersionTLS13}

// contrastTLS looks at a host while it serves clients of today: a handshake that
// succeeds, what judge asks, and a handshake again. A host that refuses everybody
// refuses nothing in particular.
func contrastTLS(t *check.T, h tlsHost, judge func()) {
	control := func(step string) {
		if _, err := shake(t, step+" with "+h.String(), h, modern); err != nil && !reachedTLS(t, h, err) {
			t.Inconclusive("%s: no handshake with %s, so nothing follows from a refusal: %s", step, h, err)
		}
	}
	control("control: TLS 1.2 or 1.3")
	judge()
	control("control, once more: TLS 1.2 or 1.3")
}

// reachedTLS tells whether a server agrees to a handshake that crypto/tls does
// not complete: because it asks for a certificate of the client, or has nothing
// that is of today. It refuses not everybody, then.
func reachedTLS(t *check.T, h tlsHost, err error) bool {
	if errors.Is(err, check.ErrNoConnection) {
		return false
	}
	a := probe(t, "control: ClientHello of TLS 1.2 to "+h.String(), h, tlsprobe.Hello{Version: tlsprobe.TLS12, Suites: tlsprobe.Usual})
	return a.Hello
}

// aliases are the URLs in mtls_endpoint_aliases.
func (d *document) aliases() []string {
	var out []string
	for _, s := range stringsIn(d.members["mtls_endpoint_aliases"]) {
		if u, err := url.Parse(s); err == nil && u.Host != "" {
			out = append(out, s)
		}
	}
	return out
}
