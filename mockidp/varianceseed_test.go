package mockidp

import (
	"fmt"
	"strings"
	"testing"

	"github.com/onsi/gomega"
)

func picked(p *Provider) []string {
	var on []string
	for _, v := range p.Variances() {
		if v.On {
			on = append(on, v.Name)
		}
	}
	return on
}

// A seed picks the same variances and the same bytes in every run, tells itself,
// and never picks two that exclude each other.
func TestVarianceSeed(t *testing.T) {
	g := gomega.NewWithT(t)
	chosen := map[string]int{}
	for i := range 60 {
		seed := fmt.Sprint("seed ", i)
		p, again := newLiar(t, WithVarianceSeed(seed)), newLiar(t, WithVarianceSeed(seed))
		g.Expect(p.VarianceSeed()).To(gomega.Equal(seed))
		g.Expect(picked(p)).To(gomega.Equal(picked(again)))
		a := ask(p, getRoot(oauthDocument))
		g.Expect(a.header.Get("X-Variance-Seed")).To(gomega.Equal(seed))
		g.Expect(a.body).To(gomega.Equal(ask(again, getRoot(oauthDocument)).body))
		groups := map[string]bool{}
		for _, name := range picked(p) {
			v, err := varianceByName(name)
			g.Expect(err).NotTo(gomega.HaveOccurred())
			g.Expect(groups[v.Group] && v.Group != "").To(gomega.BeFalse(), "two of group %s", v.Group)
			groups[v.Group] = true
			chosen[name]++
		}
	}
	for _, v := range Variances() {
		if contains := strings.Join(unseeded, " "); strings.Contains(contains, v.Name) {
			g.Expect(chosen[v.Name]).To(gomega.BeZero(), v.Name)
			continue
		}
		g.Expect(chosen[v.Name]).To(gomega.BeNumerically("~", 30, 28), v.Name)
	}
}

// A right client notices nothing of any seed.
func TestVarianceSeedIsCorrect(t *testing.T) {
	for i := range 25 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			g := gomega.NewWithT(t)
			p := newLiar(t, WithVarianceSeed(fmt.Sprint(i)))
			if p.settings.Load().variances[varTokenEndpointQuery] {
				g.Expect(p.SetVariance(varTokenEndpointQuery, false)).To(gomega.Succeed()) // the walk knows one place
			}
			a := walked(t, p)
			g.Expect(outcome(a)).To(gomega.Equal("200 token"))
			g.Expect(verifiedBy(p, a.str("id_token"))).To(gomega.BeTrue(), "%v", picked(p))
		})
	}
}

// An empty seed is a random one, which Start logs; named variances come on top.
func TestVarianceSeedOptions(t *testing.T) {
	g := gomega.NewWithT(t)
	tb := &recordingTB{}
	p := Start(tb, WithKeys(testKeys()), WithVarianceSeed(""))
	defer tb.end()
	g.Expect(p.VarianceSeed()).To(gomega.HaveLen(12))
	g.Expect(tb.logs).To(gomega.Equal([]string{fmt.Sprintf("mockidp: variance seed %q", p.VarianceSeed())}))
	for i := range 20 {
		p := newLiar(t, WithVariance(varCacheCase), WithVarianceSeed(fmt.Sprint(i)))
		g.Expect(picked(p)).To(gomega.ContainElement(varCacheCase))
		g.Expect(picked(p)).NotTo(gomega.ContainElement(varCacheLines))
	}
	for _, bad := range []string{"a\nb", "ü", strings.Repeat("x", 201)} {
		_, err := New(WithVarianceSeed(bad))
		g.Expect(err).To(gomega.HaveOccurred())
	}
	g.Expect(ask(newLiar(t), happy).header).NotTo(gomega.HaveKey("X-Variance-Seed"))
}

// Only the order changes: the members are the same, and every one is there once.
func TestMemberOrder(t *testing.T) {
	g := gomega.NewWithT(t)
	usual := ask(newLiar(t), getRoot(oauthDocument))
	for _, opts := range [][]Option{{WithVariance(varMemberOrder)}, {WithVariance(varMemberOrder), WithVarianceSeed("x")}} {
		p := newLiar(t, opts...)
		for _, name := range picked(p) {
			g.Expect(p.SetVariance(name, name == varMemberOrder)).To(gomega.Succeed())
		}
		other := ask(p, getRoot(oauthDocument))
		g.Expect(other.body).To(gomega.MatchJSON(usual.body))
		g.Expect(other.body).To(gomega.HaveLen(len(usual.body)))
		g.Expect(other.body).NotTo(gomega.Equal(usual.body))
	}
}
