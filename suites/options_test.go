package suites_test

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites"
)

func TestOptionsReachTheRun(t *testing.T) {
	g := NewWithT(t)
	tg, _ := server(t)
	r := suites.Test(t, tg, suites.Checks("cc-*"), suites.Skip("cc-no-*"), suites.Seed("a-seed-of-mine"), suites.Workers(1))
	g.Expect(verdicts(r)).To(HaveLen(3))
	g.Expect(verdicts(r)).To(HaveKey("cc-public-refused"))
	g.Expect(verdicts(r)).To(HaveKey("cc-happy"))
	g.Expect(verdicts(r)).To(HaveKey("cc-invalid-scope"))
	g.Expect(r.Seed).To(Equal("a-seed-of-mine"))

	// The same seed invents the same names.
	again := suites.Test(t, tg, suites.Checks("cc-invalid-scope"), suites.Seed("a-seed-of-mine"), suites.Timeout(time.Minute))
	var first, second []string
	for _, e := range r.Targets[0].Exchanges {
		if e.Check == "cc-invalid-scope" {
			first = append(first, e.Step)
		}
	}
	for _, e := range again.Targets[0].Exchanges {
		if e.Check == "cc-invalid-scope" {
			second = append(second, e.Step)
		}
	}
	g.Expect(first).To(ContainElement(HavePrefix("with the made-up scope authassay-")))
	g.Expect(second).To(Equal(first))
}

func TestFixedProvidesWhatItWasGiven(t *testing.T) {
	g := NewWithT(t)
	want := &target.Target{Name: "x", Issuer: "https://id.example.com"}
	got, end, err := suites.Fixed(want)()
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(end).To(BeNil())
	g.Expect(got).To(BeIdenticalTo(want))
}
