// Package tlsprobe asks a TLS server what it would negotiate, with a ClientHello
// put together by hand: for versions and cipher suites that crypto/tls does not
// speak any more, or never did. It looks at the first answer and goes no further;
// nothing is encrypted, and no secret is sent.
package tlsprobe

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"net"
	"strings"
)

// Versions on the wire (RFC 6101 §A.1, RFC 2246, RFC 4346, RFC 5246).
const (
	SSL30 uint16 = 0x0300
	TLS10 uint16 = 0x0301
	TLS11 uint16 = 0x0302
	TLS12 uint16 = 0x0303
)

// VersionName is the name of a version, for people.
func VersionName(v uint16) string {
	switch v {
	case SSL30:
		return "SSL 3.0"
	case TLS10, TLS11, TLS12, 0x0304:
		return fmt.Sprintf("TLS 1.%d", v-TLS10)
	}
	return fmt.Sprintf("version %#04x", v)
}

// Hello is what a ClientHello offers. It never offers TLS 1.3.
type Hello struct {
	// Version is the highest that is offered.
	Version uint16
	// Suites in order of preference.
	Suites []uint16
	// ServerName for the extension of RFC 6066 §3; left out for addresses.
	ServerName string
}

// Extensions of a ClientHello.
const (
	extServerName          = 0
	extGroups              = 10
	extPointFormats        = 11
	extSignatureAlgorithms = 13
	extMasterSecret        = 23
	// ExtRenegotiation is renegotiation_info (RFC 5746 §3.2).
	ExtRenegotiation uint16 = 0xff01
)

// suiteSCSV stands for renegotiation_info where there are no extensions
// (RFC 5746 §3.3).
const suiteSCSV = 0x00ff

// Marshal is the ClientHello in one record (RFC 5246 §7.4.1.2, §6.2.1).
func (h Hello) Marshal() []byte {
	body := binary.BigEndian.AppendUint16(nil, h.Version)
	var random [32]byte
	rand.Read(random[:])
	body = append(body, random[:]...)
	body = append(body, 0) // no session
	suites := h.Suites
	if h.Version == SSL30 {
		suites = append(suites[:len(suites):len(suites)], suiteSCSV)
	}
	body = append(body, vector16(words(suites...))...)
	body = append(body, 1, 0) // no compression
	if h.Version > SSL30 {
		body = append(body, vector16(h.extensions())...)
	}
	message := append([]byte{1, byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body))}, body...)
	// RFC 5246 App. E.1: the record of a first hello says TLS 1.0 or less, since
	// some servers look there.
	return append([]byte{recordHandshake, 3, byte(min(h.Version, TLS10))}, vector16(message)...)
}

func (h Hello) extensions() []byte {
	var out []byte
	add := func(kind uint16, body []byte) {
		out = append(binary.BigEndian.AppendUint16(out, kind), vector16(body)...)
	}
	if name := strings.TrimSuffix(h.ServerName, "."); name != "" && net.ParseIP(name) == nil {
		add(extServerName, vector16(append([]byte{0}, vector16([]byte(name))...)))
	}
	add(extGroups, vector16(words(29, 23, 24, 25))) // X25519 and the NIST curves
	add(extPointFormats, []byte{1, 0})              // uncompressed
	if h.Version >= TLS12 {
		// RSA PKCS #1, ECDSA and RSA-PSS with SHA-256 to SHA-512; with SHA-1 too,
		// as the servers that are looked for may have nothing else.
		add(extSignatureAlgorithms, vector16(words(0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201)))
	}
	add(extMasterSecret, nil)
	add(ExtRenegotiation, []byte{0})
	return out
}

func words(list ...uint16) []byte {
	var out []byte
	for _, w := range list {
		out = binary.BigEndian.AppendUint16(out, w)
	}
	return out
}

// vector16 puts the length of b before it, in two octets.
func vector16(b []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...)
}
