package mockidp

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onsi/gomega"
)

// wire sends form posts over the in-memory transport, as a client would.
func wire(t *testing.T, p *Provider, path, client string, v url.Values) answer {
	t.Helper()
	c, _ := p.Client(client)
	r, err := http.NewRequest(http.MethodPost, p.Issuer()+path, strings.NewReader(v.Encode()))
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", basicValue(c.ID, c.Secret))
	return over(t, &http.Client{Transport: p.Transport()}, r)
}

// A code past its expiry and a refresh family into revocation, over an in-memory
// transport, in no wall time: hours pass, the test takes none of them.
func TestNoWallTime(t *testing.T) {
	keys := testKeys() // made outside of the bubble, since its RSA key is made by a goroutine
	began := time.Now()
	synctest.Test(t, func(t *testing.T) {
		g := gomega.NewWithT(t)
		p, err := New(WithKeys(keys))
		g.Expect(err).NotTo(gomega.HaveOccurred())
		defer func() { g.Expect(p.Close()).To(gomega.Succeed()) }()
		client := &http.Client{Transport: p.Transport(), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		code := func() string {
			r, err := http.NewRequest(http.MethodGet, p.Issuer()+pathAuthorize+"?"+authRequestOf(ClientWeb, "code").Encode(), nil)
			g.Expect(err).NotTo(gomega.HaveOccurred())
			return over(t, client, r).response().Get("code")
		}
		exchange := func(code string) answer {
			return wire(t, p, pathToken, ClientWeb, url.Values{
				"grant_type": {GrantAuthorizationCode}, "code": {code}, "redirect_uri": {testCallback}, "code_verifier": {testVerifier},
			})
		}
		refresh := func(token string) answer {
			return wire(t, p, pathToken, ClientWeb, url.Values{"grant_type": {GrantRefreshToken}, "refresh_token": {token}})
		}

		first := code()
		time.Sleep(59 * time.Second)
		tokens := exchange(first)
		g.Expect(outcome(tokens)).To(gomega.Equal("200 token"), "a second before it expires")
		second := code()
		time.Sleep(time.Minute)
		g.Expect(outcome(exchange(second))).To(gomega.Equal("400 invalid_grant"), "the moment it expires")

		stolen := tokens.str("refresh_token")
		for range 5 {
			time.Sleep(12 * time.Hour)
			g.Expect(introspectOver(t, p, tokens.str("access_token"))).To(gomega.BeFalse(), "expired")
			tokens = refresh(tokens.str("refresh_token"))
			g.Expect(outcome(tokens)).To(gomega.Equal("200 token"))
			g.Expect(introspectOver(t, p, tokens.str("access_token"))).To(gomega.BeTrue())
		}
		g.Expect(outcome(refresh(stolen))).To(gomega.Equal("400 invalid_grant"), "used again")
		g.Expect(introspectOver(t, p, tokens.str("access_token"))).To(gomega.BeFalse(), "the family is revoked")
		g.Expect(outcome(refresh(tokens.str("refresh_token")))).To(gomega.Equal("400 invalid_grant"))
		g.Expect(p.LiveTokens()).To(gomega.BeEmpty())
	})
	gomega.NewWithT(t).Expect(time.Since(began)).To(gomega.BeNumerically("<", 20*time.Second))
}

func introspectOver(t *testing.T, p *Provider, token string) bool {
	t.Helper()
	active, _ := wire(t, p, pathIntrospect, ClientWeb, url.Values{"token": {token}}).doc["active"].(bool)
	return active
}

// The same with a clock that stands still.
func TestFrozenClock(t *testing.T) {
	g := gomega.NewWithT(t)
	clock := NewManualClock(testTime)
	p := newFull(t, WithClock(clock))
	code := codeFor(t, p, ClientWeb)
	clock.Advance(time.Minute - time.Nanosecond)
	a := redeem(p, ClientWeb, code)
	g.Expect(outcome(a)).To(gomega.Equal("200 token"))
	clock.Advance(time.Hour)
	g.Expect(userinfoWith(p, a.str("access_token")).status).To(gomega.Equal(401))
	a = refreshWith(p, ClientWeb, a.str("refresh_token"))
	g.Expect(userinfoWith(p, a.str("access_token")).status).To(gomega.Equal(200))
	clock.Advance(30 * 24 * time.Hour)
	g.Expect(outcome(refreshWith(p, ClientWeb, a.str("refresh_token")))).To(gomega.Equal("400 invalid_grant"))
}
