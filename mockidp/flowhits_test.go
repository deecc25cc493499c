package mockidp

import (
	"slices"
	"testing"

	"github.com/onsi/gomega"
)

// Hits are sound for flows of several requests too: what none of them reached,
// the end does not depend on. See TestHitsAreSound. Every provider that is not
// needed is saved: a flow is gone through once for each rule it did not reach.
func TestHitsOfFlowsAreSound(t *testing.T) {
	if testing.Short() {
		t.Skip("goes through each flow once for each rule")
	}
	for _, rule := range slices.Concat(authorizeRules, grantRules, tokenUseRules) {
		c := faultCases[rule.Name]
		p := newProvider(t, c.opts...)
		p.Clock().Freeze()
		want := c.shows(t, p)
		hits := p.Hits()
		for _, r := range slices.Concat(clientRules, tokenRules, errorRules, authorizeRules, grantRules, tokenUseRules) {
			if slices.Contains(hits, r.Name) {
				continue
			}
			gomega.NewWithT(t).Expect(p.SetRule(r.Name, Off)).To(gomega.Succeed())
			got := c.shows(t, p)
			gomega.NewWithT(t).Expect(p.SetRule(r.Name, Enforce)).To(gomega.Succeed())
			gomega.NewWithT(t).Expect(got).To(gomega.Equal(want), "%s: the end depends on rule %s, which was not reached", rule.Name, r.Name)
		}
	}
}
