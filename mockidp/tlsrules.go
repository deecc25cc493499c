package mockidp

import (
	"context"
	"crypto"
	"crypto/tls"
	"slices"
)

// keeps reports whether a promise about connections is to be kept, and marks the
// fault point as reached, as [exchange.keeps] does for answers.
func (p *Provider) keeps(rule string) bool {
	p.hitting.Lock()
	p.hits[rule] = struct{}{}
	p.hitting.Unlock()
	return p.settings.Load().modes[rule] == Enforce
}

// negotiate gives the configuration for one handshake of the listener that is
// reached at host. It depends on the rules, and on nothing that went before.
func (p *Provider) negotiate(host string, hello *tls.ClientHelloInfo) (*tls.Config, error) {
	c := p.tls.config(host)
	suites, withRSA := []uint16(nil), false
	add := func(rule string, rsa bool, ids ...uint16) {
		if !p.keeps(rule) {
			suites, withRSA = append(suites, ids...), withRSA || rsa
		}
	}
	add(ruleTLSNoRC4, false, tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA)
	add(ruleTLSNo3DES, true, tls.TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA)
	add(ruleTLSForwardSecrecy, true, tls.TLS_RSA_WITH_AES_128_CBC_SHA)
	if len(suites) > 0 {
		for _, s := range tls.CipherSuites() {
			suites = append(suites, s.ID)
		}
		c.CipherSuites = suites // in the order of crypto/tls, which prefers the good ones
	}
	if !p.keeps(ruleTLSOldRefused) || !p.keeps(ruleTLSEveryHost) && hello.ServerName != "" && hello.ServerName != host {
		c.MinVersion = tls.VersionTLS10
	}
	if !p.keeps(ruleTLS12Offered) {
		c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	}
	name := p.tls.now()
	for _, off := range certificateOff {
		if !p.keeps(off.rule) {
			name = off.certificate
		}
	}
	c.GetCertificate = func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
		cert, err := p.tls.certificate(name, host)
		if err != nil || !withRSA || h.SupportsCertificate(cert) == nil {
			return cert, err
		}
		return p.tls.certificate(certificateRSA, host) // for suites that take no other key
	}
	return c, nil
}

// spareRSA is a key for certificates that need one of RSA: one of those that no
// provider signs with.
func spareRSA() (crypto.Signer, error) {
	return strangers().slots[algRS256].wait(context.Background())
}

// oldHello answers a ClientHello that crypto/tls would refuse, where a rule that
// is off says so. It gives the ServerHello to be sent, or nil.
func (p *Provider) oldHello(h *clientHello) []byte {
	if h == nil {
		return nil
	}
	only := func(list []uint16) bool {
		return !slices.ContainsFunc(h.suites, func(id uint16) bool { return !slices.Contains(list, id) })
	}
	answer := func(suite uint16) []byte {
		if !slices.Contains(h.suites, suite) {
			return nil
		}
		return serverHello(h.version, suite)
	}
	ssl3, null, export, renegotiation := p.keeps(ruleTLSSSL3Refused), p.keeps(ruleTLSNoNull), p.keeps(ruleTLSNoExport), p.keeps(ruleTLSRenegotiation)
	switch {
	case h.version == versionSSL3:
		if !ssl3 {
			return answer(tls.TLS_RSA_WITH_AES_128_CBC_SHA)
		}
	case h.version > tls.VersionTLS12 || h.newer || h.version < tls.VersionTLS12:
	case !null && only(suitesNull):
		return answer(suiteNull)
	case !export && only(suitesExport):
		return answer(suiteExport)
	case !renegotiation:
		for _, s := range tls.CipherSuites() {
			if out := answer(s.ID); out != nil {
				return out
			}
		}
	}
	return nil
}
