package mockidp

import (
	"net"
	"net/http"
	"os"
	"syscall"
)

// Down takes the provider off the network and keeps its port, so that nobody
// else can be given it: open connections are broken off, and new ones are reset
// before a request is read; in memory they are refused. A server of the caller's
// own that uses [Provider.Handler] gets its connections closed. Nothing is
// recorded meanwhile. [Provider.Up] ends it.
func (p *Provider) Down() {
	p.pranks.down.Store(true)
	p.running.Lock()
	defer p.running.Unlock()
	for _, s := range p.servers {
		s.breakOff()
	}
	for _, t := range []*http.Transport{p.inMemory, p.network} {
		if t != nil {
			t.CloseIdleConnections()
		}
	}
}

// Up puts the provider back on the network.
func (p *Provider) Up() { p.pranks.down.Store(false) }

// IsDown reports whether [Provider.Down] holds.
func (p *Provider) IsDown() bool { return p.pranks.down.Load() }

// breakOff closes every connection, those with a request under way too.
func (s *server) breakOff() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.conns {
		resetConn(conn)
	}
}

// refusing is a listener that resets what it accepts while the provider is down.
type refusing struct {
	net.Listener
	down func() bool
}

// Accept implements net.Listener.
func (l refusing) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil || !l.down() {
			return conn, err
		}
		resetConn(conn)
	}
}

// errRefused is what a connection in memory meets while the provider is down: the
// same error that a port nobody listens on gives.
var errRefused = &net.OpError{Op: "dial", Net: "pipe", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
