package tlsprobe

import (
	"crypto/tls"
	"fmt"
)

// Group is a group of cipher suites that RFC 9325 §4.1 speaks of. The numbers are
// those of the IANA registry of TLS cipher suites.
type Group struct {
	// Name for people: "RC4".
	Name   string
	Suites []uint16
	// Forbidden tells MUST NOT from SHOULD NOT.
	Forbidden bool
}

// Weak are the groups that nobody is to negotiate.
func Weak() []Group {
	return []Group{
		{"suites without encryption (NULL)", nullSuites, true},
		{"RC4", rc4Suites, true},
		{"suites of less than 112 bits (export, DES)", shortSuites, true},
		{"suites of less than 128 bits (3DES)", tripleDES, false},
		{"suites without forward secrecy (static RSA)", staticRSA, false},
	}
}

var (
	// Of RSA, of ECDHE and of static ECDH, with MD5, SHA-1, SHA-256.
	nullSuites = []uint16{0x0001, 0x0002, 0x003b, 0xc006, 0xc010, 0xc001, 0xc00b}
	rc4Suites  = []uint16{0xc011, 0xc007, 0x0005, 0x0004, 0xc002, 0xc00c}
	// Export suites of 40 and 56 bits, and DES with RSA and DHE.
	shortSuites = []uint16{0x0003, 0x0006, 0x0008, 0x000e, 0x0011, 0x0014, 0x0062, 0x0064, 0x0009, 0x000c, 0x000f, 0x0012, 0x0015}
	tripleDES   = []uint16{0xc012, 0xc008, 0x0016, 0x0013, 0x000a}
	// AES in GCM, CBC and CCM, Camellia, SEED, ARIA.
	staticRSA = []uint16{0x009d, 0x009c, 0x003d, 0x003c, 0x0035, 0x002f, 0xc09d, 0xc09c, 0xc0a1, 0xc0a0, 0x0084, 0x0041, 0x00c0, 0x00ba, 0x0096, 0xc050, 0xc051}
)

// Usual are suites for TLS 1.2 of which every server has one.
var Usual = []uint16{
	0xc02f, 0xc030, 0xc02b, 0xc02c, 0xcca8, 0xcca9, 0x009e, 0x009f,
	0xc027, 0xc028, 0xc023, 0xc024, 0xc013, 0xc014, 0xc009, 0xc00a, 0x0033, 0x0039,
	0x009c, 0x009d, 0x002f, 0x0035,
}

// Old are suites of which every server that speaks TLS 1.1 or less has one.
var Old = []uint16{
	0xc013, 0xc014, 0xc009, 0xc00a, 0x0033, 0x0039, 0x0032, 0x0038, 0x002f, 0x0035, 0x0041, 0x0084,
	0xc012, 0xc008, 0x0016, 0x000a, 0xc011, 0xc007, 0x0005, 0x0004, 0x0009, 0x0015,
}

// SuiteName is the name of a cipher suite, for people.
func SuiteName(id uint16) string {
	if n := moreNames[id]; n != "" {
		return n
	}
	if n := tls.CipherSuiteName(id); n[:2] != "0x" {
		return n
	}
	return fmt.Sprintf("suite %#04x", id)
}

// moreNames are those that crypto/tls does not know.
var moreNames = map[uint16]string{
	0x0001: "TLS_RSA_WITH_NULL_MD5", 0x0002: "TLS_RSA_WITH_NULL_SHA", 0x003b: "TLS_RSA_WITH_NULL_SHA256",
	0xc006: "TLS_ECDHE_ECDSA_WITH_NULL_SHA", 0xc010: "TLS_ECDHE_RSA_WITH_NULL_SHA",
	0x0003: "TLS_RSA_EXPORT_WITH_RC4_40_MD5", 0x0006: "TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5", 0x0008: "TLS_RSA_EXPORT_WITH_DES40_CBC_SHA",
	0x0009: "TLS_RSA_WITH_DES_CBC_SHA", 0x0015: "TLS_DHE_RSA_WITH_DES_CBC_SHA", 0x0004: "TLS_RSA_WITH_RC4_128_MD5",
	0x0016: "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA", 0x0033: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", 0x0039: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
}
