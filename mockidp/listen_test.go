package mockidp

import (
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/onsi/gomega"
)

// Close waits for the answer of a request over HTTP/2, and cuts off one that
// takes too long; nothing is left behind either way (see TestMain).
func TestCloseWithHTTP2(t *testing.T) {
	for _, long := range []bool{false, true} {
		t.Run(fmt.Sprint("long ", long), func(t *testing.T) {
			g := gomega.NewWithT(t)
			p, err := New(WithTLS(), WithKeys(testKeys()))
			g.Expect(err).NotTo(gomega.HaveOccurred())
			arrived, release := make(chan struct{}), make(chan struct{})
			p.middleware = append(p.middleware, func(next endpoint) endpoint {
				return func(x *exchange) *reply {
					close(arrived)
					<-release
					return next(x)
				}
			})
			g.Expect(p.Listen("127.0.0.1:0")).To(gomega.Succeed())
			addr, client := p.Addr(), p.HTTPClient()
			got := make(chan error, 1)
			go func() {
				resp, err := fetchOver(t, client, p.Issuer()+pathJWKS)
				if err == nil && resp.Proto != "HTTP/2.0" {
					err = errors.New(resp.Proto)
				}
				got <- err
			}()
			<-arrived
			closed := make(chan error, 1)
			go func() { closed <- p.Close() }()
			if !long {
				g.Eventually(func() error {
					c, err := net.Dial("tcp", addr)
					if err == nil {
						_ = c.Close()
					}
					return err
				}).Should(gomega.HaveOccurred())
				close(release)
				g.Expect(<-got).To(gomega.Succeed())
				g.Expect(<-closed).To(gomega.Succeed())
				return
			}
			g.Expect(<-got).To(gomega.HaveOccurred(), "cut off")
			g.Consistently(closed, 50*time.Millisecond).ShouldNot(gomega.Receive(), "the handler is still at work")
			close(release)
			g.Expect(<-closed).To(gomega.MatchError(errCutOff))
		})
	}
}

// A port in use is said to be.
func TestListenInUse(t *testing.T) {
	g := gomega.NewWithT(t)
	first := Start(t, WithKeys(testKeys()))
	second := newProvider(t)
	g.Expect(second.Listen(first.Addr())).To(gomega.MatchError(gomega.And(
		gomega.HavePrefix("mockidp: Listen: "+first.Addr()+" is in use"), gomega.ContainSubstring("port 0"))))
	g.Expect(second.Listen("127.0.0.1:0")).To(gomega.Succeed(), "it can be tried again")
	g.Expect(second.Listen("127.0.0.1:0")).To(gomega.MatchError(gomega.ContainSubstring("listens on")))
	g.Expect(newProvider(t).Listen("nonsense")).To(gomega.MatchError(gomega.HavePrefix("mockidp: Listen: ")))
}

// Providers that start and stop at the same time do not mind each other, with
// and without TLS (see TestMain for what they leave behind).
func TestStartInParallel(t *testing.T) {
	for i := range 8 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			var opts []Option
			if i%2 == 0 {
				opts = append(opts, WithTLS())
			}
			a, b := Start(t, opts...), Start(t, opts...)
			gomega.NewWithT(t).Expect(a.Issuer()).NotTo(gomega.Equal(b.Issuer()))
			for _, p := range []*Provider{a, b} {
				gomega.NewWithT(t).Expect(outcome(over(t, p.HTTPClient(), happy.build(p)))).To(gomega.Equal("200 token"))
				_, err := p.RotateKey(algES256)
				gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
			}
		})
	}
}
