package mockidp

import (
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/onsi/gomega"
)

// told is what a provider says of the time in one answer: by its Date, and by
// iat and exp of the token.
func told(t testing.TB, p *Provider) (date time.Time, iat, exp int64) {
	t.Helper()
	g := gomega.NewWithT(t)
	a := ask(p, sent{basic: ClientConfidential, form: cc()})
	date, err := http.ParseTime(a.header.Get("Date"))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	_, claims := verified(t, p, a.str("access_token"))
	return date, int64(claims["iat"].(float64)), int64(claims["exp"].(float64))
}

// Every act on the clock holds from the next request on, over a clock that moves
// and over one that stands.
func TestIssuerClock(t *testing.T) {
	start := testTime.Truncate(time.Second)
	below := NewManualClock(start)
	p := newProvider(t, WithClock(below))
	c := p.Clock()
	for i, step := range []struct {
		do   func()
		want time.Duration // since start
	}{
		{func() {}, 0},
		{func() { below.Advance(time.Minute) }, time.Minute},
		{func() { c.Advance(time.Hour) }, 61 * time.Minute},
		{func() { c.Advance(-time.Minute) }, time.Hour},
		{func() { below.Advance(time.Minute) }, 61 * time.Minute},
		{func() { c.Freeze(); below.Advance(time.Hour) }, 61 * time.Minute},
		{func() { c.Freeze() }, 61 * time.Minute},
		{func() { c.Advance(time.Second) }, 61*time.Minute + time.Second},
		{func() { c.Set(start) }, 0},
		{func() { c.Skew(5 * time.Minute) }, 5 * time.Minute},
		{func() { c.Skew(-5 * time.Minute) }, -5 * time.Minute},
		{func() { c.Set(start.Add(time.Hour)) }, time.Hour},
		{func() { c.Skew(0) }, time.Hour + 5*time.Minute},
		{func() { c.Resume(); below.Advance(time.Second) }, time.Hour + 5*time.Minute + time.Second},
		{func() { c.Resume() }, time.Hour + 5*time.Minute + time.Second},
		{func() { c.Set(start.AddDate(400, 0, 0)) }, start.AddDate(400, 0, 0).Sub(start)},
		{func() { c.Set(start.Add(-time.Hour)) }, -time.Hour},
		{func() { c.Freeze(); c.Skew(time.Hour); c.Reset(); below.Set(start) }, 0},
	} {
		g := gomega.NewWithT(t)
		step.do()
		date, iat, exp := told(t, p)
		want := start.Add(step.want)
		if i == 15 { // longer than a Duration can say
			want = start.AddDate(400, 0, 0)
		}
		g.Expect(date.Unix()).To(gomega.Equal(want.Unix()), "step %d", i)
		g.Expect(iat).To(gomega.Equal(want.Unix()), "step %d", i)
		g.Expect(exp).To(gomega.Equal(want.Unix()+3600), "step %d", i)
		g.Expect(c.Now().Unix()).To(gomega.Equal(want.Unix()), "step %d", i)
		requests := p.Requests()
		g.Expect(requests[len(requests)-2].Time.Unix()).To(gomega.Equal(want.Unix()), "step %d", i)
	}
	gomega.NewWithT(t).Expect(c.Frozen()).To(gomega.BeFalse())
}

// One provider's clock moves no other's.
func TestClocksApart(t *testing.T) {
	g := gomega.NewWithT(t)
	below := NewManualClock(testTime)
	a, b := newProvider(t, WithClock(below)), newProvider(t, WithClock(below))
	a.Clock().Advance(time.Hour)
	a.Clock().Freeze()
	g.Expect(b.Clock().Now()).To(gomega.Equal(testTime))
	g.Expect(b.Clock().Frozen()).To(gomega.BeFalse())
}

// Under the fake time of a bubble, real waiting and a moved clock add up, and a
// frozen clock waits for nobody. It takes no wall time.
func TestClockInBubble(t *testing.T) {
	testKeys() // made outside: they outlive the bubble
	synctest.Test(t, func(t *testing.T) {
		g := gomega.NewWithT(t)
		p := newProvider(t)
		http := p.HTTPClient()
		token := func() jwt.Claims {
			raw := over(t, http, sent{basic: ClientConfidential, form: cc()}.build(p)).str("access_token")
			payload, err := strictly(t, p, raw, algES256)
			g.Expect(err).NotTo(gomega.HaveOccurred())
			g.Expect(payload).NotTo(gomega.BeEmpty())
			var claims jwt.Claims
			parsed, err := jwt.ParseSigned(raw, allAlgs())
			g.Expect(err).NotTo(gomega.HaveOccurred())
			g.Expect(parsed.UnsafeClaimsWithoutVerification(&claims)).To(gomega.Succeed())
			return claims
		}
		start := time.Now()
		valid := func(c jwt.Claims) error { return c.ValidateWithLeeway(jwt.Expected{Time: time.Now()}, 0) }

		first := token()
		g.Expect(valid(first)).To(gomega.Succeed())
		time.Sleep(59 * time.Minute)
		g.Expect(valid(first)).To(gomega.Succeed())
		time.Sleep(time.Minute + time.Second)
		g.Expect(valid(first)).To(gomega.MatchError(jwt.ErrExpired))
		g.Expect(token().IssuedAt.Time().Sub(start)).To(gomega.Equal(time.Hour + time.Second))

		p.Clock().Freeze()
		time.Sleep(3 * time.Hour)
		stale := token()
		g.Expect(stale.IssuedAt.Time().Sub(start)).To(gomega.Equal(time.Hour + time.Second))
		g.Expect(valid(stale)).To(gomega.MatchError(jwt.ErrExpired), "the provider's clock stands still")

		p.Clock().Reset()
		p.Clock().Skew(10 * time.Minute)
		ahead := token()
		g.Expect(valid(ahead)).To(gomega.MatchError(jwt.ErrIssuedInTheFuture))
		time.Sleep(10 * time.Minute)
		g.Expect(valid(ahead)).To(gomega.Succeed())
	})
}

// The clock may be moved while requests are answered.
func TestClockUnderLoad(t *testing.T) {
	p := newProvider(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				freshToken(t, p)
			}
		})
	}
	for range 200 {
		p.Clock().Advance(time.Second)
		p.Clock().Freeze()
		p.Clock().Skew(time.Second)
		p.Clock().Resume()
		p.Clock().Set(testTime)
		p.Clock().Reset()
	}
	wg.Wait()
}
