package mockidp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"time"
)

const (
	// closeGrace is how long Close waits for requests under way.
	closeGrace = time.Second
	// maxHeader bounds the header of a request. A header of 16 kB, which some
	// clients send, must be answered and not cut off.
	maxHeader = 64 << 10
)

// errCutOff is the error of a close that did not wait for every request.
var errCutOff = errors.New("mockidp: close cut off requests under way")

// server is a http.Server that knows its connections, so that it can be closed
// without waiting for connections that will never send anything, and without
// cutting off an answer.
type server struct {
	http     *http.Server
	listener net.Listener
	serving  chan struct{} // closed when Serve has returned

	mu       sync.Mutex
	conns    map[net.Conn]http.ConnState
	handling int           // requests that a handler is at
	change   chan struct{} // closed and replaced at every change of conns and handling
}

// startServer serves h on l until close, with TLS if there is a configuration
// for it.
func startServer(l net.Listener, h http.Handler, secure *tls.Config) *server {
	s := &server{
		listener: l,
		serving:  make(chan struct{}), change: make(chan struct{}),
		conns: make(map[net.Conn]http.ConnState),
	}
	s.http = &http.Server{
		Handler:           s.counting(h),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    maxHeader,
		ConnState:         s.track,
		ConnContext:       withConn,
		TLSConfig:         secure,
		ErrorLog:          log.New(handshakeLog{}, "", 0),
	}
	go func() {
		defer close(s.serving)
		// Always an error, and after close the expected one.
		if secure != nil {
			_ = s.http.ServeTLS(l, "", "")
		} else {
			_ = s.http.Serve(l)
		}
	}()
	return s
}

// counting counts the requests that h is at. With HTTP/2 a connection can end
// before its handlers do.
func (s *server) counting(h http.Handler) http.Handler {
	add := func(n int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.handling += n
		close(s.change)
		s.change = make(chan struct{})
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		add(1)
		defer add(-1)
		h.ServeHTTP(w, r)
	})
}

// track keeps the state of each connection. A connection counts as active from
// the first byte of a request until its answer has been flushed.
func (s *server) track(c net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if state == http.StateClosed || state == http.StateHijacked {
		delete(s.conns, c)
	} else {
		s.conns[c] = state
	}
	close(s.change)
	s.change = make(chan struct{})
}

// close refuses new requests, waits for those under way, cuts off what is left
// after grace, and waits until no connection is served any more.
func (s *server) close(grace time.Duration) error {
	deadline, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	_ = s.listener.Close()
	// Idle connections are closed now and active ones after their answer.
	s.http.SetKeepAlivesEnabled(false)
	cutOff := s.await(deadline.Done(), http.StateActive)
	err := s.http.Close()
	<-s.serving
	hard, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	left := s.await(hard.Done(), http.StateNew, http.StateActive, http.StateIdle)
	switch {
	case left > 0:
		return fmt.Errorf("mockidp: close: %d connections are still being served", left)
	case cutOff > 0:
		return fmt.Errorf("%w: %d requests after %v", errCutOff, cutOff, grace)
	case err != nil && !errors.Is(err, net.ErrClosed):
		return fmt.Errorf("mockidp: close: %w", err)
	}
	return nil
}

// count counts the connections in one of the states, or the requests that a
// handler is at where these are more.
func (s *server) count(states ...http.ConnState) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, st := range s.conns {
		if slices.Contains(states, st) {
			n++
		}
	}
	return max(n, s.handling)
}

// await waits until no connection is in one of the states and no handler at
// work, and gives the number
// of those that still are when done is closed.
func (s *server) await(done <-chan struct{}, states ...http.ConnState) int {
	for {
		s.mu.Lock()
		change := s.change
		s.mu.Unlock()
		n := s.count(states...)
		if n == 0 {
			return 0
		}
		select {
		case <-change:
		case <-done:
			return n
		}
	}
}

// Listen binds addr ("127.0.0.1:0" for a free port) and serves requests there
// until [Provider.Close]. Unless [WithIssuer] was given, the issuer becomes the
// bound address. When Listen returns the provider can sign. It binds once.
func (p *Provider) Listen(addr string) error {
	ready, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := p.keys.ready(ready); err != nil {
		return err
	}
	p.running.Lock()
	defer p.running.Unlock()
	switch {
	case p.closed:
		return errors.New("mockidp: Listen: the provider is closed")
	case p.listener != nil:
		return fmt.Errorf("mockidp: Listen: the provider listens on %s already", p.listener.Addr())
	}
	l, err := net.Listen("tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("mockidp: Listen: %s is in use by another program; choose another port, or port 0 for a free one: %w", addr, err)
	case err != nil:
		return fmt.Errorf("mockidp: Listen: %w", err)
	}
	l = refusing{l, p.IsDown}
	if !p.fixed {
		id, err := newIdentity(p.scheme() + reachable(l.Addr()) + p.path)
		if err != nil {
			_ = l.Close()
			return err
		}
		p.identity.Store(id)
	}
	p.listener = l
	if p.tls == nil {
		p.servers = append(p.servers, startServer(l, p.Handler(), nil))
		return nil
	}
	both := newSorter(p, l)
	p.servers = append(p.servers,
		startServer(both.secure, p.Handler(), p.tlsConfig(p.identity.Load())), startServer(both.plain, p.Handler(), nil))
	return nil
}

// reachable is the address under which a bound listener is reached from this
// machine: an unspecified address is bound on all, loopback among them.
func reachable(a net.Addr) string {
	tcp, ok := a.(*net.TCPAddr)
	if ok && tcp.IP.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", fmt.Sprint(tcp.Port))
	}
	return a.String()
}

// Addr is the bound address as host:port, empty before [Provider.Listen].
func (p *Provider) Addr() string {
	p.running.Lock()
	defer p.running.Unlock()
	if p.listener == nil {
		return ""
	}
	return p.listener.Addr().String()
}
