package main

import (
	"encoding/json"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/reports"
)

// Two runs against one server that breaks in between, and is mended again.
func TestDiff(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, nil)
	dir := t.TempDir()
	assay := func(into string, code int) {
		t.Helper()
		o := s.assay(t, "--area", "jwks,cc", "--report-dir", into).in(dir).run()
		g.Expect(o.code).To(gomega.Equal(code), o.all())
	}
	assay("old", 0)
	s.idp.SetRule("client-credentials-no-refresh", mockidp.Off)
	s.idp.SetRule("jwks-public-only", mockidp.Off)
	assay("new", 1)

	o := newCommand(t, "diff", "old", "new/report.json").in(dir).run()
	g.Expect(o.code).To(gomega.Equal(1), o.all())
	g.Expect(o.stderr).To(gomega.BeEmpty())
	g.Expect(o.stdout).To(gomega.MatchRegexp(`(?m)^  BROKE    jwks-no-private +\[RFC 7517 `))
	g.Expect(o.stdout).To(gomega.ContainSubstring("worse than before: 2 broke"))
	o = newCommand(t, "diff", "new", "old").in(dir).run()
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(o.stdout).To(gomega.ContainSubstring("nothing is worse: 2 were mended"))
	o = newCommand(t, "diff", "old", "old", "--json").in(dir).run()
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	var d reports.Diff
	g.Expect(json.Unmarshal([]byte(o.stdout), &d)).To(gomega.Succeed())
	g.Expect(d.Sentence).To(gomega.Equal("nothing is worse; nothing changed"))
	// On a runner, what a server said is no command.
	o = newCommand(t, "diff", "old", "new").in(dir).onGitHub().run()
	g.Expect(o.stdout).To(gomega.MatchRegexp(`^::stop-commands::\S+\nauthassay diff\n`))

	// Another server is another target.
	other := serve(t, nil)
	o = other.assay(t, "--area", "jwks,cc", "--report-dir", "other").in(dir).run()
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	o = newCommand(t, "diff", "old", "other").in(dir).run()
	g.Expect(o.code).To(gomega.Equal(2), o.all())
	g.Expect(o.stderr).To(gomega.ContainSubstring("cannot be compared"))
	g.Expect(o.stdout).To(gomega.BeEmpty())
}

// Reports that no authassay of this version wrote.
func TestDiffOfOtherVersions(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	for content, says := range map[string]string{
		`{"schemaVersion": 99}`: "the report has schema version 99, and this authassay reads versions up to 1",
		`{"schemaVersion": 0}`:  "not a report of authassay",
		`{`:                     "not a report of authassay",
		``:                      "the document is empty",
	} {
		o := newCommand(t, "diff", "a.json", "a.json").file("a.json", content).run()
		g.Expect(o.code).To(gomega.Equal(2), o.all())
		g.Expect(o.stderr).To(gomega.ContainSubstring(says))
	}
}
