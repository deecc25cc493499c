package mockidp

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// firstOctets is how long a connection may take to send its first record.
const firstOctets = 10 * time.Second

// maxClientHello is how long a record with a ClientHello may be to be looked at.
const maxClientHello = 1 << 14

// sorter takes the connections of a port and gives those that begin with TLS to
// one listener and the others, where plain http is to be served, to another. It
// looks at their first octets for that.
type sorter struct {
	p      *Provider
	inner  net.Listener
	secure *sorted
	plain  *sorted

	mu      sync.Mutex
	waiting map[net.Conn]struct{}
	closed  bool
	wait    sync.WaitGroup
}

// sorted is one of the two listeners.
type sorted struct {
	*pipeListener
	s *sorter
}

// Addr implements net.Listener.
func (l *sorted) Addr() net.Addr { return l.s.inner.Addr() }

// Close implements net.Listener; either closes both.
func (l *sorted) Close() error { return l.s.close() }

func newSorter(p *Provider, inner net.Listener) *sorter {
	s := &sorter{p: p, inner: inner, waiting: make(map[net.Conn]struct{})}
	s.secure, s.plain = &sorted{newPipeListener(), s}, &sorted{newPipeListener(), s}
	s.wait.Go(s.accept)
	return s
}

func (s *sorter) accept() {
	for {
		conn, err := s.inner.Accept()
		if err != nil {
			var again interface{ Temporary() bool }
			if errors.As(err, &again) && again.Temporary() { //nolint:staticcheck // what net/http asks too
				time.Sleep(5 * time.Millisecond) // as net/http does: too many open files, most likely
				continue
			}
			_ = s.secure.pipeListener.Close()
			_ = s.plain.pipeListener.Close()
			return
		}
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			_ = conn.Close()
			continue
		}
		s.waiting[conn] = struct{}{}
		s.wait.Go(func() { s.sort(conn) })
		s.mu.Unlock()
	}
}

// sort looks at the beginning of a connection and hands it on.
func (s *sorter) sort(conn net.Conn) {
	defer func() {
		s.mu.Lock()
		delete(s.waiting, conn)
		s.mu.Unlock()
	}()
	_ = conn.SetReadDeadline(time.Now().Add(firstOctets))
	begun := &replayed{Conn: conn}
	header := make([]byte, 5)
	n, err := io.ReadFull(conn, header[:1])
	begun.first = header[:n]
	to := s.secure
	switch {
	case err != nil:
		_ = conn.Close()
		return
	case header[0] != 22:
		if !s.p.keeps(ruleTLSRequired) {
			to = s.plain
		}
	default:
		if s.answered(begun, header) {
			return
		}
	}
	_ = conn.SetReadDeadline(time.Time{})
	select {
	case to.conns <- begun:
	case <-to.closed:
		_ = conn.Close()
	}
}

// answered reads the first record, and answers it where crypto/tls cannot. What
// was read is kept for the one who takes the connection.
func (s *sorter) answered(begun *replayed, header []byte) bool {
	n, err := io.ReadFull(begun.Conn, header[1:])
	begun.first = header[:1+n]
	size := int(binary.BigEndian.Uint16(header[3:]))
	if err != nil || size > maxClientHello {
		return false
	}
	record := make([]byte, 5+size)
	copy(record, header)
	n, err = io.ReadFull(begun.Conn, record[5:])
	begun.first = record[:5+n]
	if err != nil {
		return false
	}
	answer := s.p.oldHello(readHello(record[5:]))
	if answer == nil {
		return false
	}
	if _, err := begun.Conn.Write(answer); err == nil {
		_, _ = io.Copy(io.Discard, begun.Conn) // until the client has read it and goes
	}
	_ = begun.Conn.Close()
	return true
}

func (s *sorter) close() error {
	err := s.inner.Close()
	_ = s.secure.pipeListener.Close()
	_ = s.plain.pipeListener.Close()
	s.mu.Lock()
	s.closed = true
	for conn := range s.waiting {
		_ = conn.Close()
	}
	s.mu.Unlock()
	s.wait.Wait()
	return err
}

// replayed is a connection whose first octets have been read already.
type replayed struct {
	net.Conn
	first []byte
}

// Read implements net.Conn.
func (c *replayed) Read(b []byte) (int, error) {
	if len(c.first) > 0 {
		n := copy(b, c.first)
		c.first = c.first[n:]
		return n, nil
	}
	return c.Conn.Read(b)
}

// NetConn is the connection below, for who breaks it off.
func (c *replayed) NetConn() net.Conn { return c.Conn }
