package coverage_test

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/suites/catalog"
	"github.com/authassay/authassay/suites/coverage"
)

var update = flag.Bool("update", false, "write docs/coverage.md anew")

const file = "../../docs/coverage.md"

// The data hold against the catalogue: every requirement has a check or a
// reason, every named check exists, every check that cites a covered section
// stands there.
func TestDataHold(t *testing.T) {
	c, err := coverage.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range c.Check(catalog.All()) {
		t.Error(wrong)
	}
}

// The page in docs is the one that the catalogue gives.
func TestPageIsCurrent(t *testing.T) {
	g := gomega.NewWithT(t)
	c, err := coverage.Load()
	g.Expect(err).NotTo(gomega.HaveOccurred())
	var b bytes.Buffer
	g.Expect(c.Write(&b, catalog.All())).To(gomega.Succeed())
	if *update {
		g.Expect(os.WriteFile(file, b.Bytes(), 0o644)).To(gomega.Succeed())
	}
	have, err := os.ReadFile(file)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	if !bytes.Equal(have, b.Bytes()) {
		t.Error("docs/coverage.md is out of date: go test ./suites/coverage -update")
	}
}

// What is wrong with data is found.
func TestWrongDataIsFound(t *testing.T) {
	g := gomega.NewWithT(t)
	c := &coverage.Coverage{
		Specs: []coverage.Spec{{Name: "RFC 6749", Sections: []coverage.Section{{Number: "5.2", Requirements: []coverage.Requirement{
			{Says: "x", Level: "MUST"},
			{Says: "x", Level: "MUST", Checks: []string{"tok-nonsense"}},
			{Level: "MUST", Reason: "because"},
			{Says: "x", Level: "MUST", Reason: "second tier, waits: tok-missing-grant, tok-none"},
		}}}}},
		Rows: coverage.Row{
			Tier1:   map[string][]string{"tok": {"tok-missing-grant", "tok-none", "ca-basic"}},
			LeftOut: map[string]string{"tok-missing-grant": "why", "tok-other": "why"},
		},
	}
	wrong := strings.Join(c.Check(catalog.All()), "\n")
	for _, want := range []string{
		"requirement 1: either checks, or the reason", "requirement 2: there is no check tok-nonsense", "requirement 3: what it says",
		"requirement 4: the reason why there is no check speaks of tok-missing-grant, and that is there",
		"ca-wrong-secret cites RFC 6749 §5.2, and stands under none", "tok-missing-grant is listed as left out (why), and there is such a check",
		"tok-none is a row of the first tier", "ca-basic is listed under the area tok", "tok-other is listed as left out without a reason, or is no row",
	} {
		g.Expect(wrong).To(gomega.ContainSubstring(want))
	}
	g.Expect(wrong).NotTo(gomega.ContainSubstring("speaks of tok-none"))
}
