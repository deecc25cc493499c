package tlsprobe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
)

// Kinds of records and messages (RFC 5246 §6.2.1, §7.4).
const (
	recordAlert     = 21
	recordHandshake = 22
	messageHello    = 2
	levelWarning    = 1
)

// Bounds of what is read: a record with its expansion, and a ServerHello, which
// has no reason to be longer than that.
const (
	maxRecord = 1<<14 + 2048
	maxHello  = 1 << 14
)

// Answer is the first thing that a server says to a ClientHello.
type Answer struct {
	// Hello tells that it is a ServerHello: the server would go on with Version
	// and Suite.
	Hello          bool
	Version, Suite uint16
	// Extensions that the server sent, by their number.
	Extensions map[uint16][]byte
	// Alert tells that it is an alert; Description is its number.
	Alert       bool
	Description byte
	// Closed tells that the connection was closed or reset without an answer.
	Closed bool
	// Other begins what was sent in place of TLS; printable characters alone.
	Other string
}

// Refused tells whether the server would not go on: by an alert, by closing the
// connection, or with something that is no TLS.
func (a Answer) Refused() bool { return !a.Hello }

// Has tells whether the server sent an extension.
func (a Answer) Has(extension uint16) bool { _, ok := a.Extensions[extension]; return ok }

// String says in words what the answer was.
func (a Answer) String() string {
	switch {
	case a.Hello:
		return fmt.Sprintf("ServerHello, %s, %s", VersionName(a.Version), SuiteName(a.Suite))
	case a.Alert:
		return "alert " + alertName(a.Description)
	case a.Closed:
		return "the connection was closed"
	case a.Other != "":
		return fmt.Sprintf("no TLS: %q", a.Other)
	}
	return "nothing"
}

// Ask sends a ClientHello and reads the first answer. The error is one of the
// network, a time-out above all; a connection that is closed is an Answer.
func Ask(c net.Conn, h Hello) (Answer, error) {
	if _, err := c.Write(h.Marshal()); err != nil {
		return closed(err)
	}
	return read(c)
}

func closed(err error) (Answer, error) {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) {
		return Answer{Closed: true}, nil
	}
	return Answer{}, err
}

// read takes records until the first message is whole.
func read(r io.Reader) (Answer, error) {
	var message []byte
	for {
		var header [5]byte
		if _, err := io.ReadFull(r, header[:1]); err != nil {
			return closed(err)
		}
		if n, err := io.ReadFull(r, header[1:]); err != nil && header[0] != recordHandshake && header[0] != recordAlert {
			return Answer{Other: printable(header[:1+n])}, nil
		} else if err != nil {
			return closed(err)
		}
		size := int(binary.BigEndian.Uint16(header[3:]))
		switch {
		case header[0] == recordAlert && header[1] == 3 && size == 2:
			var alert [2]byte
			if _, err := io.ReadFull(r, alert[:]); err != nil {
				return closed(err)
			}
			if alert[0] == levelWarning && alert[1] != 0 {
				continue // a remark, such as unrecognized_name; the handshake goes on
			}
			return Answer{Alert: true, Description: alert[1]}, nil
		case header[0] != recordHandshake || header[1] != 3 || size == 0 || size > maxRecord:
			return Answer{Other: printable(header[:]) + rest(r)}, nil
		}
		at := len(message)
		message = append(message, make([]byte, size)...)
		if _, err := io.ReadFull(r, message[at:]); err != nil {
			return closed(err)
		}
		if len(message) < 4 {
			continue
		}
		length := int(message[1])<<16 | int(message[2])<<8 | int(message[3])
		switch {
		case message[0] != messageHello || length > maxHello:
			return Answer{Other: fmt.Sprintf("a handshake message of the type %d", message[0])}, nil
		case len(message) >= 4+length:
			return parse(message[4 : 4+length]), nil
		}
	}
}

// rest is a little more of an answer that is no TLS.
func rest(r io.Reader) string {
	more := make([]byte, 60)
	n, _ := r.Read(more)
	return printable(more[:n])
}

func printable(b []byte) string {
	out := make([]byte, 0, len(b))
	for _, c := range b {
		if c < ' ' || c > '~' {
			c = '.'
		}
		out = append(out, c)
	}
	return string(out)
}

// parse reads a ServerHello (RFC 5246 §7.4.1.3). One that breaks off is no TLS.
func parse(b []byte) Answer {
	broken := Answer{Other: "a ServerHello that breaks off"}
	if len(b) < 35 || len(b) < 38+int(b[34]) {
		return broken
	}
	a := Answer{Hello: true, Version: binary.BigEndian.Uint16(b), Extensions: map[uint16][]byte{}}
	b = b[35+int(b[34]):] // version, random and session
	a.Suite = binary.BigEndian.Uint16(b)
	b = b[3:] // suite and compression
	if len(b) < 2 {
		return a // SSL 3.0, or no extension
	}
	if int(binary.BigEndian.Uint16(b)) != len(b)-2 {
		return broken
	}
	for b = b[2:]; len(b) > 0; {
		if len(b) < 4 || len(b) < 4+int(binary.BigEndian.Uint16(b[2:])) {
			return broken
		}
		size := int(binary.BigEndian.Uint16(b[2:]))
		a.Extensions[binary.BigEndian.Uint16(b)] = b[4 : 4+size]
		b = b[4+size:]
	}
	return a
}

// alertName is the name of an alert that ends a handshake (RFC 5246 §7.2).
func alertName(d byte) string {
	names := map[byte]string{
		10: "unexpected_message", 20: "bad_record_mac", 22: "record_overflow", 40: "handshake_failure", 47: "illegal_parameter",
		0: "close_notify", 50: "decode_error", 70: "protocol_version", 71: "insufficient_security", 80: "internal_error", 86: "inappropriate_fallback",
		100: "no_renegotiation", 109: "missing_extension", 112: "unrecognized_name",
	}
	if n := names[d]; n != "" {
		return n
	}
	return fmt.Sprint(d)
}
