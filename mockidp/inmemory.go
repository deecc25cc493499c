package mockidp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

var errClosed = errors.New("mockidp: the provider is closed")

// pipeListener accepts connections that never leave the process.
type pipeListener struct {
	conns  chan net.Conn
	once   sync.Once
	closed chan struct{}
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
}

// Accept implements net.Listener.
func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr implements net.Listener.
func (l *pipeListener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "in-memory" }

func (l *pipeListener) dial(ctx context.Context) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.closed:
	case <-ctx.Done():
	}
	_ = client.Close()
	_ = server.Close()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return nil, errClosed
}

// Transport connects an HTTP client to the provider inside the process: full
// HTTP/1.1, no port, no network. It reaches the issuer's host and no other, by
// http and https alike; there is no TLS under the https. It works inside
// testing/synctest when the provider was made there. Its connections end with
// the provider.
func (p *Provider) Transport() http.RoundTripper {
	return p.transport(&p.inMemory, func(ctx context.Context) (net.Conn, error) {
		if p.IsDown() {
			return nil, errRefused
		}
		p.running.Lock()
		if p.pipe == nil && !p.closed {
			p.pipe = newPipeListener()
			p.servers = append(p.servers, startServer(p.pipe, p.Handler(), nil))
		}
		pipe := p.pipe
		p.running.Unlock()
		if pipe == nil {
			return nil, errClosed
		}
		return pipe.dial(ctx)
	})
}

// HTTPClient gives a client that reaches the provider and nothing else: over the
// network when it listens, else in memory. Where the issuer names another host
// than the bound one, the client dials the bound one all the same: with TLS and
// trust in its CA after [WithTLS], else without TLS, also for https.
// It follows no redirect, and a request takes at most 30 seconds.
func (p *Provider) HTTPClient() *http.Client {
	transport := p.Transport()
	if addr := p.Addr(); addr != "" {
		transport = p.transport(&p.network, func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", addr)
		})
	}
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       30 * time.Second,
	}
}

// transport gives the transport kept in slot, and makes it at its first use.
func (p *Provider) transport(slot **http.Transport, connect func(context.Context) (net.Conn, error)) *http.Transport {
	p.running.Lock()
	defer p.running.Unlock()
	if *slot != nil {
		return *slot
	}
	dial := func(ctx context.Context, _, addr string) (net.Conn, error) {
		if host := p.identity.Load().host; addr != host && addr != p.Addr() {
			return nil, fmt.Errorf("mockidp: this transport reaches the provider at %s and nothing else, not %s", host, addr)
		}
		return connect(ctx)
	}
	*slot = &http.Transport{
		// No Proxy: what the environment says about proxies does not concern a
		// provider of one's own.
		DialContext:    dial,
		DialTLSContext: dial,
		// Tests open many requests at once to one host.
		MaxIdleConnsPerHost: 64,
		IdleConnTimeout:     30 * time.Second,
		DisableCompression:  true,
	}
	if pool := p.CertPool(); pool != nil && slot == &p.network {
		(*slot).DialTLSContext = nil // the transport does the handshake
		(*slot).TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
		(*slot).ForceAttemptHTTP2 = true
	}
	return *slot
}
