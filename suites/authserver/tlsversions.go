package authserver

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/tlsprobe"
)

// tlsVersions are the checks on what is negotiated at the hosts of the target
// (RFC 9325 §3, §4; RFC 8996).
func tlsVersions() []*check.Check {
	return []*check.Check{
		{
			// RFC 9325 §3.1.1 (RFC 8414 §6.1): TLS 1.2 must be supported, TLS 1.3
			// should be. A server that has the newer alone leaves out clients and
			// harms nobody.
			ID: "http-tls-12", Level: check.Must, Wire: true,
			Title:   "TLS 1.2 or 1.3 is spoken.",
			Clauses: []string{"RFC 9325 §3.1.1", "RFC 8414 §6.1", "RFC 6749 §1.6"},
			Sent:    "A handshake that offers TLS 1.2 and 1.3, and one that offers TLS 1.2 alone, with each host of the target file.",
			Judged:  "One of them succeeds. TLS 1.3 alone: info. An older version in answer to it: fail. No TLS, no connection: error.",
			Needs:   forTLS,
			Proves:  []string{"tls-12-offered"},
			Run: func(t *check.T) {
				for _, h := range ownHosts(t) {
					speaksTLS12(t, h)
				}
			},
		},
		{
			// RFC 8996 §4 and §5: TLS 1.0 and 1.1 must not be negotiated; RFC 9325
			// §3.1.1: nor SSL 3.0.
			ID: "http-tls-old", Level: check.MustNot, Wire: true,
			Title:   "SSL 3.0, TLS 1.0 and TLS 1.1 are refused.",
			Clauses: []string{"RFC 8996 §4", "RFC 8996 §5", "RFC 9325 §3.1.1"},
			Sent:    "To each host of the target file a ClientHello that offers each of these versions at most; a handshake of today before and after.",
			Judged:  "A ServerHello: fail. An alert, a closed connection, anything that is no TLS: pass.",
			Needs:   forTLS,
			Proves:  []string{"tls-old-refused", "tls-ssl3-refused"},
			Run: func(t *check.T) {
				for _, h := range ownHosts(t) {
					contrastTLS(t, h, func() { refusesOld(t, h) })
				}
			},
		},
		{
			// RFC 9325 §4.1: suites without encryption, RC4 and suites of less than
			// 112 bits must not be negotiated; static RSA and suites of less than 128
			// bits should not.
			ID: "http-tls-ciphers", Level: check.MustNot, Wire: true,
			Title:   "No cipher suite is negotiated that is weak or has no forward secrecy.",
			Clauses: []string{"RFC 9325 §4.1"},
			Sent:    "To each host of the target file a ClientHello of TLS 1.2 that offers one group of suites alone: NULL, RC4, export and DES, 3DES, static RSA; a handshake of today before and after.",
			Judged:  "A ServerHello for one of the first three: fail; for 3DES or static RSA: a warning.",
			Needs:   forTLS,
			Proves:  []string{"tls-no-null-suites", "tls-no-rc4", "tls-no-export-suites", "tls-no-3des", "tls-forward-secrecy"},
			Run: func(t *check.T) {
				for _, h := range ownHosts(t) {
					contrastTLS(t, h, func() { refusesWeak(t, h) })
				}
			},
		},
		{
			// RFC 9325 §3.5: servers of TLS 1.2 must implement renegotiation_info
			// (RFC 5746 §3.6: and answer it), whether they renegotiate or not.
			ID: "http-renegotiation", Level: check.Must, Wire: true,
			Title:   "With TLS 1.2 the server answers renegotiation_info.",
			Clauses: []string{"RFC 9325 §3.5"},
			Sent:    "To each host of the target file a ClientHello of TLS 1.2 with the extension renegotiation_info; a handshake of today before and after.",
			Judged:  "The ServerHello has the extension. Where TLS 1.2 is not spoken: not run.",
			Needs:   forTLS,
			Proves:  []string{"tls-renegotiation-info"},
			Run: func(t *check.T) {
				judged := 0
				for _, h := range ownHosts(t) {
					contrastTLS(t, h, func() {
						if answersRenegotiation(t, h) {
							judged++
						}
					})
				}
				if judged == 0 {
					t.NotRun(check.Need{Name: "a host that speaks TLS 1.2", Hint: "nothing to do: TLS 1.3 has no renegotiation"})
				}
			},
		},
		{
			// RFC 8414 §6.1 and RFC 6749 §1.6: what is asked of TLS holds at every
			// host that clients are sent to.
			ID: "http-all-hosts", Level: check.Must, Wire: true,
			Title:   "TLS is as good at every further host that the metadata names.",
			Clauses: []string{"RFC 8414 §6.1", "RFC 9325 §3.1.1", "RFC 9325 §4.1", "RFC 6749 §10.9"},
			Sent:    "To each https host that only the metadata names, those of mtls_endpoint_aliases included, what http-tls-12, http-tls-old, http-tls-ciphers, http-renegotiation and http-cert send.",
			Judged:  "As there. No further host: not run.",
			Needs:   append(slices.Clone(forTLS), needMetadata, needFurtherHost),
			Proves:  []string{"tls-every-host"},
			Run: func(t *check.T) {
				for _, h := range furtherHosts(t) {
					t.Record("looked at", h.String())
					speaksTLS12(t, h)
					contrastTLS(t, h, func() {
						refusesOld(t, h)
						refusesWeak(t, h)
						answersRenegotiation(t, h)
					})
					if !t.Target().TLS.Insecure {
						judgeCertificate(t, h)
					}
				}
			},
		},
	}
}

var needFurtherHost = check.Need{
	Name: "metadata that names a further host",
	Hint: "nothing to do: all endpoints are at the hosts that the target file names",
	Met:  func(t *check.T) bool { return len(furtherHosts(t)) > 0 },
}

func speaksTLS12(t *check.T, h tlsHost) {
	state, err := shake(t, "TLS 1.2 or 1.3 with "+h.String(), h, modern)
	if err != nil {
		if errors.Is(err, check.ErrNoConnection) {
			t.Inconclusive("%s", err)
		}
		// Who wants a certificate of the client speaks TLS all the same.
		a := probe(t, "ClientHello of TLS 1.2 to "+h.String(), h, tlsprobe.Hello{Version: tlsprobe.TLS12, Suites: tlsprobe.Usual})
		if !a.Hello {
			t.Inconclusive("%s neither completes a handshake (%s) nor answers a ClientHello of TLS 1.2: %s", h, err, a)
		}
		t.Expect(a).To(statement{a.Version >= tlsprobe.TLS12, "TLS 1.2 or 1.3", a.String()}, "%s has nothing newer than %s", h, tlsprobe.VersionName(a.Version))
		t.Record("handshake with "+h.String(), "begun and not completed: "+err.Error())
		return
	}
	t.Record(h.String(), tls.VersionName(state.Version))
	if _, err := shake(t, "TLS 1.2 with "+h.String(), h, [2]uint16{tls.VersionTLS12, tls.VersionTLS12}); err != nil {
		if errors.Is(err, check.ErrNoConnection) {
			t.Inconclusive("%s", err)
		}
		// Some have it with suites that crypto/tls does not offer any more.
		a := probe(t, "ClientHello of TLS 1.2 to "+h.String(), h, tlsprobe.Hello{Version: tlsprobe.TLS12, Suites: tlsprobe.Usual})
		if a.Hello && a.Version == tlsprobe.TLS12 {
			t.Record("TLS 1.2 at "+h.String(), a.String())
			return
		}
		t.Inform(fmt.Sprintf("%s speaks TLS 1.3 and not 1.2, which RFC 9325 has every server support; clients of before are left out, and nobody is harmed", h), "TLS 1.2 as well", err.Error())
	}
}

func refusesOld(t *check.T, h tlsHost) {
	for _, v := range []uint16{tlsprobe.SSL30, tlsprobe.TLS10, tlsprobe.TLS11} {
		a := probe(t, "nothing newer than "+tlsprobe.VersionName(v)+", to "+h.String(), h, tlsprobe.Hello{Version: v, Suites: tlsprobe.Old})
		if a.Hello && a.Version > v {
			t.Record("answers with a version that was not offered", a.String())
			continue
		}
		t.Expect(a).To(statement{a.Refused(), "a refusal", a.String()}, "%s negotiates %s", h, tlsprobe.VersionName(a.Version))
	}
}

func refusesWeak(t *check.T, h tlsHost) {
	for _, g := range tlsprobe.Weak() {
		a := probe(t, g.Name+", to "+h.String(), h, tlsprobe.Hello{Version: tlsprobe.TLS12, Suites: g.Suites})
		s := statement{a.Refused(), "a refusal", a.String()}
		if g.Forbidden {
			t.Expect(a).To(s, "%s negotiates %s", h, g.Name)
		} else {
			t.Safe(a).To(s, "%s negotiates %s, which it should not", h, g.Name)
		}
	}
}

// answersRenegotiation tells whether there was something to judge.
func answersRenegotiation(t *check.T, h tlsHost) bool {
	a := probe(t, "renegotiation_info, to "+h.String(), h, tlsprobe.Hello{Version: tlsprobe.TLS12, Suites: tlsprobe.Usual})
	if !a.Hello {
		t.Record("TLS 1.2 at "+h.String(), a.String())
		return false
	}
	t.Expect(a).To(statement{a.Has(tlsprobe.ExtRenegotiation), "renegotiation_info in the ServerHello", a.String() + ", without it"},
		"%s does not know the extension that keeps renegotiation from being abused", h)
	return true
}

// stringsIn are the strings in a JSON object, by name.
func stringsIn(raw json.RawMessage) []string {
	var m map[string]any
	if json.Unmarshal(raw, &m) != nil {
		return nil
	}
	var names, out []string
	for n := range m {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		if s, ok := m[n].(string); ok {
			out = append(out, s)
		}
	}
	return out
}
