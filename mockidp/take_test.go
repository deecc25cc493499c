package mockidp

import (
	"context"
	"testing"
	"time"

	"github.com/onsi/gomega"
)

// Take gives each request once, in order, with its bytes as they were.
func TestTake(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newLiar(t)
	const body = "scope=a+b&grant_type=client_credentials&scope=%7e"
	ask(p, get(pathJWKS))
	ask(p, sent{basic: ClientBasic, raw: body})
	ask(p, happy)
	done, cancel := context.WithCancel(t.Context())
	cancel() // what is there is found without waiting
	r, err := p.Take(done, Filter{Endpoint: "token", Client: ClientBasic})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(string(r.Body)).To(gomega.Equal(body))
	g.Expect(r.Endpoint + " " + r.Client).To(gomega.Equal("token " + ClientBasic))
	r.Body[0] = 'X'
	g.Expect(string(p.Requests()[1].Body)).To(gomega.Equal(body))

	_, err = p.Take(done, Filter{Client: ClientBasic})
	g.Expect(err).To(gomega.MatchError("mockidp: Take: no request that fits: context canceled; not taken are 1 × GET jwks (200), 1 × POST token (200)"))
	g.Expect(err).To(gomega.MatchError(context.Canceled))
	for _, want := range []Filter{{Method: "GET"}, {Status: 200, Func: func(r Request) bool { return r.Error == "" }}} {
		_, err = p.Take(done, want)
		g.Expect(err).NotTo(gomega.HaveOccurred())
	}
	_, err = p.Take(done, Filter{})
	g.Expect(err).To(gomega.MatchError(gomega.HaveSuffix("not taken are none")))
	_, err = p.Take(done, Filter{Endpoint: "jwk"})
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring(`did you mean "jwks"?`)))
	g.Expect(p.Requests()).To(gomega.HaveLen(3), "taking leaves the record alone")
}

// Take waits for a request, for as long as it may, and no longer than the
// provider lives.
func TestTakeWaits(t *testing.T) {
	inBubble(t, "request", func(t *testing.T) {
		g := gomega.NewWithT(t)
		p := newLiar(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		go func() {
			for range 3 {
				time.Sleep(10 * time.Second)
				ask(p, get(pathJWKS))
			}
			ask(p, wrong)
		}()
		r, err := p.Take(ctx, Filter{Error: errInvalidClient})
		g.Expect(err).NotTo(gomega.HaveOccurred())
		g.Expect(r.Status).To(gomega.Equal(401))
		_, err = p.Take(ctx, Filter{Error: errInvalidClient})
		g.Expect(err).To(gomega.MatchError(context.DeadlineExceeded))
		g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("3 × GET jwks (200)")))
	})
	inBubble(t, "closed", func(t *testing.T) {
		p := newLiar(t)
		go func() {
			time.Sleep(time.Second)
			_ = p.Close()
		}()
		_, err := p.Take(t.Context(), Filter{})
		gomega.NewWithT(t).Expect(err).To(gomega.MatchError(gomega.ContainSubstring("the provider is closed")))
	})
}

// Why explains a refusal by the id in its answer, and a lenient answer too.
func TestWhy(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newLiar(t)
	why := func(a answer) Reason {
		r, err := p.Why(a.header.Get("X-Request-Id"))
		g.Expect(err).NotTo(gomega.HaveOccurred())
		return r
	}
	r := why(ask(p, wrong))
	g.Expect(r.Rule).To(gomega.Equal(ruleClientSecretVerified))
	g.Expect(r.Clause + ": " + r.Expected + ", " + r.Got).To(gomega.Equal("RFC 6749 §4.4.2: the client's secret, another"))
	g.Expect(r.String()).To(gomega.Equal("request " + r.Request +
		" at token was answered 401 invalid_client: client-secret-verified (RFC 6749 §4.4.2) expects the client's secret, got another"))

	r = why(ask(p, sent{header: basicOf("nobody", "wrong"), form: cc()}))
	g.Expect(r.Rule + r.Clause).To(gomega.BeEmpty())
	g.Expect(r.String()).To(gomega.HaveSuffix("401 invalid_client: client authentication failed"))

	g.Expect(p.SetRule(ruleClientSecretVerified, Warn)).To(gomega.Succeed())
	p.LieFor(t, "expires-in-zero", Times(1))
	r = why(ask(p, wrong))
	g.Expect(r.Tolerated).To(gomega.HaveLen(1))
	g.Expect(r.String()).To(gomega.HaveSuffix("at token was answered 200; a strict server would have refused it for client-secret-verified" +
		" (RFC 6749 §4.4.2), which expects the client's secret, got another; the lie expires-in-zero was told"))

	// The error that goes to the browser is explained too.
	a := ask(p, get(pathAuthorize+"?response_type=nothing&state=s&client_id="+ClientWeb))
	g.Expect(why(a).Description).NotTo(gomega.BeEmpty())
	_, err := p.Why("no-such-request")
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("X-Request-Id")))
}
