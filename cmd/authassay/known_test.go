package main

import (
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/mockidp"
)

// An entry that has expired is refused before anything is sent; one that has not
// excuses.
func TestKnownFailingExpires(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, nil, mockidp.WithRuleOff("jwks-public-only"))
	entry := "version: 1\nentries:\n  - {check: jwks-no-private, reason: a key of a test, expires: "
	o := s.assay(t, "--area", "jwks", "--known-failing", "known.yaml").file("known.yaml", entry+"2020-02-29}\n").run()
	g.Expect(o.code).To(gomega.Equal(2), o.all())
	g.Expect(o.stderr).To(gomega.ContainSubstring("the entry has expired: it was accepted until 2020-02-29"))
	g.Expect(s.requests.Load()).To(gomega.BeZero())
	o = s.assay(t, "--area", "jwks", "--known-failing", "known.yaml").file("known.yaml", entry+"9999-12-31}\n").run()
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(o.report().Targets[0].Results).To(gomega.ContainElement(gomega.HaveField("KnownFailingExpires", "9999-12-31")))
}

// An entry for one version of the software excuses no other.
func TestKnownFailingVersion(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, nil, mockidp.WithRuleOff("jwks-public-only"))
	for software, code := range map[string]int{"Example Server 1.0": 0, "Example Server 1.1": 1} {
		o := newCommand(t, "run", "target.yaml", "--area", "jwks", "--known-failing", "known.yaml").
			file("target.yaml", "version: 1\nname: example\nsoftware: "+software+"\nissuer: "+s.URL+"\n").
			file("known.yaml", "version: 1\nentries:\n  - {check: jwks-no-private, reason: mended in 1.1, version: Example Server 1.0}\n").run()
		g.Expect(o.code).To(gomega.Equal(code), o.all())
		if code == 1 {
			g.Expect(o.said()).To(gomega.ContainSubstring("is listed for the version Example Server 1.0 of the target, and its target file states Example Server 1.1"))
		}
	}
}
