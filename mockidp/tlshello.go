package mockidp

import (
	"encoding/binary"
	"slices"
)

// What crypto/tls has no names for.
const (
	versionSSL3 = 0x0300
	suiteNull   = 0x003b // TLS_RSA_WITH_NULL_SHA256
	suiteExport = 0x0008 // TLS_RSA_EXPORT_WITH_DES40_CBC_SHA
	suiteSCSV   = 0x00ff // TLS_EMPTY_RENEGOTIATION_INFO_SCSV

	extensionSupportedVersions = 43
)

// Suites without encryption, and those of 40 and 56 bits, in a ClientHello that
// offers nothing else.
var (
	suitesNull   = []uint16{0x0001, 0x0002, suiteNull, 0xc001, 0xc006, 0xc00b, 0xc010, suiteSCSV}
	suitesExport = []uint16{0x0003, 0x0006, suiteExport, 0x0009, 0x000c, 0x000e, 0x000f, 0x0011, 0x0012, 0x0014, 0x0015, 0x0062, 0x0064, suiteSCSV}
)

// clientHello is what matters of a ClientHello (RFC 5246 §7.4.1.2).
type clientHello struct {
	version uint16
	suites  []uint16
	// newer tells that the extension for TLS 1.3 is there.
	newer bool
}

// readHello reads a ClientHello from the body of its record; nil when it is none
// that can be read.
func readHello(b []byte) *clientHello {
	take := func(n int) []byte {
		if n < 0 || len(b) < n {
			b = nil
			return nil
		}
		out := b[:n]
		b = b[n:]
		return out
	}
	sized := func(octets int) []byte {
		size := 0
		for _, o := range take(octets) {
			size = size<<8 | int(o)
		}
		return take(size)
	}
	if kind := take(1); len(kind) == 0 || kind[0] != 1 || len(take(3)) == 0 {
		return nil
	}
	version := take(2)
	if len(version) == 0 || len(take(32)) == 0 {
		return nil
	}
	h := &clientHello{version: binary.BigEndian.Uint16(version)}
	sized(1) // the session
	for suites := range slices.Chunk(sized(2), 2) {
		if len(suites) == 2 {
			h.suites = append(h.suites, binary.BigEndian.Uint16(suites))
		}
	}
	sized(1) // compression
	b = sized(2)
	for len(b) >= 4 {
		h.newer = h.newer || binary.BigEndian.Uint16(take(2)) == extensionSupportedVersions
		sized(2)
	}
	return h
}

// serverHello is a ServerHello without extensions, in its record (RFC 5246
// §7.4.1.3).
func serverHello(version, suite uint16) []byte {
	body := binary.BigEndian.AppendUint16(nil, version)
	body = append(body, recipe("random of the server", 32)...)
	body = append(body, 0) // no session
	body = binary.BigEndian.AppendUint16(body, suite)
	body = append(body, 0) // no compression
	message := append([]byte{2, 0, 0, byte(len(body))}, body...)
	record := binary.BigEndian.AppendUint16([]byte{22, byte(version >> 8), byte(version)}, uint16(len(message)))
	return append(record, message...)
}
