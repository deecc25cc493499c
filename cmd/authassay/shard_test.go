package main

import (
	"fmt"
	"os"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/reports"
)

// in runs a command in the directory of another.
func (c *command) in(dir string) *command { c.dir, c.cmd.Dir = dir, dir; return c }

// Shards of a run, merged: one report, with the exit code of the whole.
func TestShardsAndMerge(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, nil, mockidp.WithRuleOff("jwks-public-only"))
	dir := t.TempDir()
	codes := map[int]int{}
	for i := 1; i <= 2; i++ {
		o := s.assay(t, "--area", "jwks,cc,http", "--shard", fmt.Sprintf("%d/2", i), "--seed", "s", "--report-dir", fmt.Sprintf("shard-%d", i)).in(dir).run()
		codes[o.code]++
		g.Expect(o.stdout).To(gomega.ContainSubstring(fmt.Sprintf("shard %d of 2: ", i)), o.all())
		junit, err := os.ReadFile(o.path(fmt.Sprintf("shard-%d/junit.xml", i)))
		g.Expect(err).NotTo(gomega.HaveOccurred())
		g.Expect(string(junit)).To(gomega.ContainSubstring(fmt.Sprintf(`<property name="shard" value="%d/2"/>`, i)))
	}
	g.Expect(codes).To(gomega.Equal(map[int]int{0: 1, 1: 1}), "what is broken shows in one shard")
	o := newCommand(t, "merge", "shard-2", "shard-1/report.json").in(dir).run()
	g.Expect(o.code).To(gomega.Equal(1), o.all())
	g.Expect(o.stdout).To(gomega.ContainSubstring("not conformant: 1 of "))
	merged := o.report()
	whole := s.assay(t, "--area", "jwks,cc,http", "--seed", "s").run()
	g.Expect(verdicts(merged)).To(gomega.Equal(verdicts(whole.report())))
	g.Expect(merged.Outcome).To(gomega.Equal(whole.report().Outcome))

	// What cannot be merged replaces what stood there, and leaves the shards alone.
	o = newCommand(t, "merge", "shard-1").in(dir).run()
	g.Expect(o.code).To(gomega.Equal(2), o.all())
	g.Expect(o.stderr).To(gomega.ContainSubstring("shard 2 of 2 is missing"))
	g.Expect(o.report().Outcome.Sentence).To(gomega.HavePrefix("nothing was assayed: the reports cannot be merged"))
	o = newCommand(t, "merge", "shard-1", "shard-2", "--report-dir", "shard-2").in(dir).run()
	g.Expect(o.code).To(gomega.Equal(2), o.all())
	g.Expect(o.stderr).To(gomega.ContainSubstring(`"shard-2" is the directory of a shard`))
	g.Expect(readReports(t, o.path("shard-2"), "").Shard.Index).To(gomega.Equal(2))
	// Nor is an output directory that is a shard's own overwritten by another name.
	o = newCommand(t, "merge", "shard-1", "shard-2/report.json", "--report-dir", "./shard-1/../shard-2").in(dir).run()
	g.Expect(o.code).To(gomega.Equal(2), o.all())
	g.Expect(readReports(t, o.path("shard-2"), "").Shard.Index).To(gomega.Equal(2))
}

// A server that a run starts itself is at another port in each shard.
func TestShardsOfWhatIsBundled(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	dir := t.TempDir()
	for i := 1; i <= 2; i++ {
		o := newCommand(t, "run", "--area", "jwks", "--shard", fmt.Sprintf("%d/2", i), "--seed", "s", "--report-dir", fmt.Sprint(i)).in(dir).run()
		g.Expect(o.code).To(gomega.Equal(0), o.all())
	}
	o := newCommand(t, "merge", "1", "2", "--quiet").in(dir).run()
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(o.stdout).To(gomega.MatchRegexp(`^conformant in \d+ of \d+ requirements\n$`))
}

// A known-failing file that is given to the shards counts for the whole: an entry
// for a check of another shard is no mistake, and one for an observer waits.
func TestShardsWithKnownFailing(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, nil, mockidp.WithRuleOff("jwks-public-only"))
	dir := t.TempDir()
	known := `version: 1
entries:
  - {check: jwks-no-private, reason: the key of a test}
  - {check: http-no-5xx, reason: an observer that holds}
`
	for i := 1; i <= 2; i++ {
		o := s.assay(t, "--area", "jwks,http", "--shard", fmt.Sprintf("%d/2", i), "--seed", "s", "--known-failing", "known.yaml",
			"--report-dir", fmt.Sprint(i)).in(dir).file("known.yaml", known).run()
		g.Expect(o.code).To(gomega.Equal(0), o.all())
		g.Expect(o.stdout).NotTo(gomega.ContainSubstring("was not part of this run"))
	}
	o := newCommand(t, "merge", "1", "2").in(dir).run()
	g.Expect(o.code).To(gomega.Equal(1), o.all())
	g.Expect(o.stdout).To(gomega.ContainSubstring("1 check passes although the known-failing file lists it: http-no-5xx"))
	g.Expect(o.report().Count().Known).To(gomega.Equal(1))
	g.Expect(o.report().Outcome.Code).To(gomega.Equal(reports.ExitFail))
}
