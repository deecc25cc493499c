package main

import (
	"testing"

	"github.com/onsi/gomega"
)

// Another seed, another number of workers: the same verdict, and with --quiet
// nothing else.
func TestSelfTestQuiet(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	o := run(t, "selftest", "--quiet", "--only", "jwks,cc", "--workers", "2", "--seed", "another")
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(o.stdout).To(gomega.MatchRegexp(`^\d+ checks against \d+ faults: .*every one of these checks is proven[^\n]*\n$`))
	g.Expect(o.stderr).To(gomega.BeEmpty())
}
