package mockidp

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/onsi/gomega"
)

// Each condition does what it says, in memory and without taking time.
func TestConditions(t *testing.T) {
	for name, c := range map[string]struct {
		condition Condition
		seen      string
		takes     time.Duration
		body      string // of what is complete
	}{
		"none":  {Condition{}, "whole", 0, ""},
		"delay": {Delay(90 * time.Second), "whole", 90 * time.Second, ""},
		"drop":  {Drop(), "EOF", 0, ""},
		"reset": {Reset(), "EOF", 0, ""},
		"half":  {HalfBody(), "unexpected EOF", 0, ""},
		"drip":  {SlowDrip(100), "whole", 0, ""},
	} {
		inBubble(t, name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			p := newLiar(t)
			if name != "none" {
				p.ConditionFor(t, c.condition, AtEndpoint("jwks"))
			}
			client := p.HTTPClient()
			client.Timeout = 0
			r := get(pathJWKS).build(p)
			r.RequestURI = ""
			begin := time.Now()
			g.Expect(overBroken(client, r)).To(gomega.Equal(c.seen))
			took := time.Since(begin)
			if name == "drip" {
				size := len(ask(newLiar(t), get(pathJWKS)).body)
				c.takes = time.Duration((size+99)/100) * time.Second
			}
			g.Expect(took).To(gomega.Equal(c.takes))

			other := get(openidDocument).build(p)
			other.RequestURI = ""
			g.Expect(overBroken(client, other)).To(gomega.Equal("whole"), "elsewhere all is well")
			all := p.Requests()
			g.Expect(all).To(gomega.HaveLen(2), "a request that got no answer is recorded too")
			if name != "none" {
				g.Expect(all[0].Conditions).To(gomega.HaveLen(1))
			}
		})
	}
}

// A client that gives up, and a provider that closes, end a delay.
func TestDelayEnds(t *testing.T) {
	inBubble(t, "client", func(t *testing.T) {
		g := gomega.NewWithT(t)
		p := newLiar(t)
		p.ConditionFor(t, Delay(time.Hour))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		r := get(pathJWKS).build(p).WithContext(ctx)
		r.RequestURI = ""
		g.Expect(overBroken(p.HTTPClient(), r)).To(gomega.Equal(context.DeadlineExceeded.Error()))
	})
	inBubble(t, "provider", func(t *testing.T) {
		g := gomega.NewWithT(t)
		p := newLiar(t)
		p.ConditionFor(t, Delay(time.Hour))
		begin := time.Now()
		go func() {
			time.Sleep(time.Second)
			_ = p.Close()
		}()
		r := get(pathJWKS).build(p)
		r.RequestURI = ""
		client := p.HTTPClient()
		client.Timeout = 0
		g.Expect(overBroken(client, r)).To(gomega.Equal("EOF"))
		g.Expect(time.Since(begin)).To(gomega.Equal(time.Second))
	})
}

// Conditions that make no sense are refused; Times and clients narrow them.
func TestConditionScopes(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newLiar(t)
	for _, c := range []Condition{{}, Delay(0), SlowDrip(0)} {
		_, err := p.Condition(c)
		g.Expect(err).To(gomega.MatchError(gomega.HavePrefix("mockidp: ")))
	}
	_, err := p.Condition(Drop(), AtEndpoint("tokens"))
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring(`did you mean "token"?`)))
	h := p.ConditionFor(t, Drop(), ForClient(ClientBasic), Times(1))
	send := func(s sent) string {
		r := s.build(p)
		r.RequestURI = ""
		return overBroken(p.HTTPClient(), r)
	}
	g.Expect(send(happy)).To(gomega.Equal("whole"))
	basic := sent{basic: ClientBasic, form: cc()}
	g.Expect(send(basic)).To(gomega.Equal("EOF"))
	g.Expect(send(basic)).To(gomega.Equal("whole"))
	g.Expect(h.Count()).To(gomega.Equal(1))
}

// On a port a reset is a reset. The client here writes once and then only reads:
// an HTTP client that writes at the same time may be told of the reset there, and
// finds a plain end of file when it reads.
func TestResetOnAPort(t *testing.T) {
	g := gomega.NewWithT(t)
	for _, opts := range [][]Option{nil, {WithTLS()}} {
		p := Start(t, append(opts, WithKeys(testKeys()))...)
		p.ConditionFor(t, Reset())
		conn, err := net.Dial("tcp", p.Addr())
		g.Expect(err).NotTo(gomega.HaveOccurred())
		defer func() { _ = conn.Close() }() // it is broken already
		if opts != nil {
			conn = tls.Client(conn, &tls.Config{RootCAs: p.CertPool(), ServerName: "127.0.0.1"})
		}
		_, err = io.WriteString(conn, "GET "+pathJWKS+" HTTP/1.1\r\nHost: "+p.Addr()+"\r\n\r\n")
		g.Expect(err).NotTo(gomega.HaveOccurred())
		_, err = io.ReadAll(conn)
		g.Expect(errors.Is(err, syscall.ECONNRESET)).To(gomega.BeTrue(), "%v", err)
	}
}

// A provider that is down keeps its port and refuses, and is the same afterwards.
func TestDown(t *testing.T) {
	for name, start := range map[string]func(*testing.T) *Provider{
		"port":      func(t *testing.T) *Provider { return Start(t, WithKeys(testKeys())) },
		"TLS":       func(t *testing.T) *Provider { return Start(t, WithKeys(testKeys()), WithTLS()) },
		"in memory": func(t *testing.T) *Provider { return newProvider(t) },
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			p := start(t)
			c := p.HTTPClient()
			send := func() error {
				r := get(pathJWKS).build(p)
				r.RequestURI = ""
				resp, err := c.Do(r)
				if err == nil {
					err = resp.Body.Close()
				}
				return err
			}
			g.Expect(send()).To(gomega.Succeed())
			p.Down()
			g.Expect(p.IsDown()).To(gomega.BeTrue())
			for range 3 {
				err := send()
				g.Expect(err).To(gomega.HaveOccurred())
				if name == "in memory" {
					g.Expect(errors.Is(err, syscall.ECONNREFUSED)).To(gomega.BeTrue(), "%v", err)
				}
			}
			if addr := p.Addr(); addr != "" {
				_, err := net.Listen("tcp", addr)
				g.Expect(errors.Is(err, syscall.EADDRINUSE)).To(gomega.BeTrue(), "nobody inherits the port: %v", err)
			}
			g.Expect(p.Requests()).To(gomega.HaveLen(1))
			p.Up()
			g.Expect(send()).To(gomega.Succeed())
			g.Expect(p.Requests()).To(gomega.HaveLen(2))
		})
	}
}

// A server of the caller's own that is down closes its connections.
func TestDownHandler(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t)
	p.Down()
	g.Expect(func() { ask(p, get(pathJWKS)) }).To(gomega.PanicWith(http.ErrAbortHandler))
}
