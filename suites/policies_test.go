package suites_test

import (
	"testing"

	. "github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/catalog"
	"github.com/authassay/authassay/suites/check"
)

// The mock identity provider breaks no clause of any policy, so nothing fails or
// warns whichever document decides. What a document leaves open it may do
// otherwise, and a check of level MAY says so for information.
func TestTheMockConformsUnderEveryPolicy(t *testing.T) {
	for _, p := range target.Policies() {
		t.Run(string(p), func(t *testing.T) {
			g := NewWithT(t)
			tg, _ := server(t)
			tg.Policy = p
			got := reference(t, tg, check.Selection{})
			decided := 0
			for id, v := range got {
				if v == reports.Info && (catalog.All().Check(id).LevelFor(p) == check.May || id == "meta-issuer-form") { // which is http, on loopback
					continue
				}
				g.Expect(v).To(BeElementOf(reports.Pass, reports.NotRun), id)
				if v.Decided() {
					decided++
				}
			}
			g.Expect(decided).To(BeNumerically(">", len(got)/2), "nothing to say is not success")
		})
	}
}
