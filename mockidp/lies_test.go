package mockidp

import (
	"slices"
	"testing"

	"github.com/onsi/gomega"
)

// Every lie shows, is told in the same way each time, and is counted; without it
// the provider tells the truth.
func TestEveryLieShows(t *testing.T) {
	cases := lieCases()
	for _, l := range Lies() {
		inBubble(t, l.Name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			c, ok := cases[l.Name]
			g.Expect(ok).To(gomega.BeTrue(), "the lie has no case")
			p := newLiar(t, c.opts...)
			usual := c.see(t, p)
			if c.usual != "" {
				g.Expect(usual).To(gomega.Equal(c.usual), "as usual")
			}
			h := p.LieFor(t, l.Name)
			g.Expect(c.see(t, p)).To(gomega.Equal(c.under), "under the lie")
			g.Expect(usual).NotTo(gomega.Equal(c.under))
			told := h.Count()
			g.Expect(told).To(gomega.BeNumerically(">", 0))
			g.Expect(c.see(t, p)).To(gomega.Equal(c.under), "again")
			now := p.Lies()[slices.IndexFunc(p.Lies(), func(a Lie) bool { return a.Name == l.Name })]
			g.Expect(now.On).To(gomega.BeTrue())
			g.Expect(now.Told).To(gomega.Equal(h.Count()))
			g.Expect(p.Requests()).To(gomega.ContainElement(gomega.HaveField("Lies", gomega.Equal([]string{l.Name}))))
			h.Stop()
			g.Expect(withoutDigits(c.see(t, p))).To(gomega.Equal(withoutDigits(usual)), "stopped")
		})
	}
	gomega.NewWithT(t).Expect(cases).To(gomega.HaveLen(len(Lies())), "a case for a lie that does not exist")
}

// withoutDigits cuts what differs from answer to answer, such as a random token.
func withoutDigits(s string) string {
	if len(s) > 200 {
		return s[:20]
	}
	return s
}

// Each lie says all that a reader wants to know, and names are told apart.
func TestLieCatalogue(t *testing.T) {
	g := gomega.NewWithT(t)
	seen := map[string]bool{}
	for _, l := range Lies() {
		g.Expect(l.Name).To(gomega.MatchRegexp(`^[a-z0-9]+(-[a-z0-9]+)*$`))
		g.Expect(seen).NotTo(gomega.HaveKey(l.Name))
		seen[l.Name] = true
		g.Expect(l.Clause).To(gomega.MatchRegexp(`^(RFC \d+|OpenID Connect (Core|Discovery)) (§|App\. )`), l.Name)
		for _, text := range []string{l.Text, l.Client, l.Shows} {
			g.Expect(text).To(gomega.HaveSuffix("."), l.Name)
		}
		g.Expect(l.On || l.Told > 0).To(gomega.BeFalse())
	}
	p := newLiar(t)
	for _, l := range p.Lies() {
		g.Expect(l.On || l.Told > 0).To(gomega.BeFalse(), "off by default")
	}
	for _, bad := range []func() (*Handle, error){
		func() (*Handle, error) { return p.Lie("id-token-alg-nine") },
		func() (*Handle, error) { return p.Lie("jwks-empty", AtEndpoint("token")) },
		func() (*Handle, error) { return p.Lie("jwks-empty", AtEndpoint("jwk")) },
		func() (*Handle, error) { return p.Lie("jwks-empty", Times(0)) },
		func() (*Handle, error) { return p.Lie("jwks-empty", nil) },
		func() (*Handle, error) { return p.Lie("state-wrong", AtEndpoint("token")) },
		func() (*Handle, error) { return p.Lie("state-wrong", ForClient("web-clint")) },
	} {
		_, err := bad()
		g.Expect(err).To(gomega.MatchError(gomega.HavePrefix("mockidp: ")))
	}
	_, err := p.Lie("id-token-alg-nine")
	g.Expect(err).To(gomega.MatchError(`mockidp: there is no lie "id-token-alg-nine"; did you mean "id-token-alg-none"?`))
	_, err = p.Lie("state-wrong", ForClient("web-clint"))
	g.Expect(err).To(gomega.MatchError(`mockidp: lie state-wrong: there is no client "web-clint"; did you mean "web-client"?`))
	_, err = p.Lie("jwks-empty", AtEndpoint("jwk"))
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring(`did you mean "jwks"?`)))
}
