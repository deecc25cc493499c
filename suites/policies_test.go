package suites_test

import (
	"testing"

	. "github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// The mock identity provider claims every policy, so the catalogue passes
// against it whichever document decides.
func TestTheMockConformsUnderEveryPolicy(t *testing.T) {
	for _, p := range target.Policies() {
		t.Run(string(p), func(t *testing.T) {
			g := NewWithT(t)
			tg, _ := server(t)
			tg.Policy = p
			got := reference(t, tg, check.Selection{})
			decided := 0
			for id, v := range got {
				g.Expect(v).To(BeElementOf(reports.Pass, reports.NotRun), id)
				if v.Decided() {
					decided++
				}
			}
			g.Expect(decided).To(BeNumerically(">", 25), "nothing to say is not success")
		})
	}
}
