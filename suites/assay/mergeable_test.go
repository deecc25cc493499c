package assay_test

import (
	"slices"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/assay"
	"github.com/authassay/authassay/suites/check"
)

// small are the three shards of a run of few checks.
func small(t *testing.T) []assay.Part {
	t.Helper()
	return inShards(t, 3, assay.Options{Seed: "s", Selection: check.Selection{Areas: []string{"jwks", "cc"}}}, nil, nil)
}

// changed lets a test change one part, of which it gets a copy of its own.
func changed(parts []assay.Part, i int, change func(*reports.Report, *reports.TargetReport)) []assay.Part {
	parts = slices.Clone(parts)
	r := parts[i].Report
	shard := *r.Shard
	r.Shard, r.Targets = &shard, slices.Clone(r.Targets)
	r.Targets[0].Results = slices.Clone(r.Targets[0].Results)
	change(&r, &r.Targets[0])
	parts[i].Report = r
	return parts
}

// What does not belong together is not merged, and the message says why, and what
// would be right.
func TestMergeRefuses(t *testing.T) {
	parts := small(t)
	type report = reports.Report
	type targetReport = reports.TargetReport
	for name, c := range map[string]struct {
		parts []assay.Part
		says  []string
	}{
		"nothing":             {nil, []string{"there is nothing to merge"}},
		"a missing shard":     {parts[:2], []string{"shard 3 of 3 is missing"}},
		"missing shards":      {parts[1:2], []string{"shards 1, 3 of 3 are missing"}},
		"a doubled shard":     {append(slices.Clone(parts), parts[1]), []string{"shard 2 of 3 is there twice: part-2 and part-2"}},
		"doubled and missing": {[]assay.Part{parts[0], parts[1], parts[1]}, []string{"shard 2 of 3 is there twice", "shard 3 of 3 is missing"}},
		"another number of shards": {changed(parts, 1, func(r *report, _ *targetReport) { r.Shard.Count = 4 }),
			[]string{"the number of shards of part-1 is 3, and that of part-2 is 4: they are of different runs"}},
		"a shard that cannot be": {changed(parts, 1, func(r *report, _ *targetReport) { r.Shard.Index = 4 }),
			[]string{"part-2: the report is damaged: there is no shard 4/3"}},
		"a whole run": {changed(parts, 2, func(r *report, _ *targetReport) { r.Shard = nil }),
			[]string{"part-3: the report is that of a whole run", "--shard"}},
		"an unfinished run": {changed(parts, 2, func(r *report, _ *targetReport) { *r = report{Stopped: reports.StopUnfinished} }),
			[]string{"part-3: the run did not finish", "run this shard again"}},
		"a refused run": {changed(parts, 2, func(r *report, _ *targetReport) {
			*r = report{Outcome: &reports.Outcome{Code: 2, Sentence: "nothing was assayed: no such file"}}
		}), []string{"part-3: nothing was assayed: no such file; run this shard again"}},
		"another schema": {changed(parts, 1, func(r *report, _ *targetReport) { r.SchemaVersion = 2 }),
			[]string{"the schema version of part-1 is 1, and that of part-2 is 2: run all shards with one authassay"}},
		"another authassay": {changed(parts, 1, func(r *report, _ *targetReport) { r.Tool.Version = "v9" }),
			[]string{"the version of authassay of part-1 is ", `"v9"`}},
		"another seed": {changed(parts, 1, func(r *report, _ *targetReport) { r.Seed = "t" }),
			[]string{`the seed of part-1 is "s", and that of part-2 is "t": give all shards the same --seed`}},
		"strict and not": {changed(parts, 2, func(r *report, _ *targetReport) { r.Strict = true }), []string{"--strict"}},
		"another selection": {changed(parts, 2, func(r *report, _ *targetReport) { r.Shard.Areas = []string{"jwks"} }),
			[]string{`is "--area jwks,cc", and that of part-3 is "--area jwks"`, "the same --area"}},
		"another minimum": {changed(parts, 2, func(r *report, _ *targetReport) { r.Shard.MinDecided = 7 }), []string{"--min-decided"}},
		"another known-failing file": {changed(parts, 2, func(r *report, _ *targetReport) { r.Shard.KnownFailing = &reports.KnownFailing{} }),
			[]string{"the known-failing files of part-1 and part-3 differ"}},
		"another target": {changed(parts, 2, func(_ *report, t *targetReport) { t.Name = "other" }),
			[]string{`the target of part-1 is "mock", and that of part-3 is "other"`}},
		"another issuer": {changed(parts, 2, func(_ *report, t *targetReport) { t.Own = false }),
			[]string{"the issuer of target mock of part-1 is"}},
		"another version of the target": {changed(parts, 2, func(_ *report, t *targetReport) { t.Version = "other" }),
			[]string{"the version of target mock", `"other"`, "another software"}},
		"another policy": {changed(parts, 2, func(_ *report, t *targetReport) { t.Policy = "oidc" }),
			[]string{"the policy of target mock", `"oidc"`, "--policy"}},
		"other roles":    {changed(parts, 2, func(_ *report, t *targetReport) { t.Roles = nil }), []string{"the roles of target mock"}},
		"fewer targets":  {changed(parts, 2, func(r *report, _ *targetReport) { r.Targets = nil }), []string{"the number of targets"}},
		"a check in two": {changed(parts, 1, func(_ *report, t *targetReport) { t.Results = parts[0].Report.Targets[0].Results }), []string{"is in another shard too"}},
		"a check in none": {changed(parts, 1, func(_ *report, t *targetReport) { t.Results = nil }),
			[]string{"no shard has a result of the check", "merge with the build of authassay that ran the shards"}},
		"a check that nobody knows": {changed(parts, 1, func(_ *report, t *targetReport) {
			t.Results = append(t.Results, reports.Result{ID: "jwks-new", Verdict: reports.Pass})
		}), []string{"does not know the check jwks-new"}},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			_, err := assay.Merge(c.parts)
			g.Expect(err).To(gomega.HaveOccurred())
			for _, s := range c.says {
				g.Expect(err.Error()).To(gomega.ContainSubstring(s))
			}
		})
	}
	_, err := assay.Merge(parts)
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred(), "the parts themselves belong together")
}

// What happened to one shard is not lost in the whole.
func TestMergeKeepsTheTroubleOfAShard(t *testing.T) {
	parts := small(t)
	type report = reports.Report
	type targetReport = reports.TargetReport
	merge := func(parts []assay.Part) reports.Report {
		r, err := assay.Merge(parts)
		gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
		return r
	}
	g := gomega.NewWithT(t)
	r := merge(changed(parts, 1, func(_ *report, t *targetReport) { t.Unreachable = "connection refused" }))
	g.Expect(r.Targets[0].Unreachable).To(gomega.BeEmpty(), "the others reached it")
	g.Expect(r.Targets[0].Lost).To(gomega.Equal("in shard 2/3 it could not be reached: connection refused"))
	g.Expect(r.Outcome.Code).To(gomega.Equal(reports.ExitUndecided))

	down := parts
	for i := range parts {
		down = changed(down, i, func(_ *report, t *targetReport) { t.Unreachable = "connection refused" })
	}
	g.Expect(merge(down).Targets[0].Unreachable).To(gomega.Equal("connection refused"))

	r = merge(changed(parts, 2, func(_ *report, t *targetReport) {
		t.Lost, t.Left, t.Logins, t.WaitedMS = "gone", []string{"client 4711"}, 3, 20
	}))
	g.Expect(r.Targets[0].Lost).To(gomega.Equal("in shard 3/3: gone"))
	g.Expect(r.Targets[0].Left).To(gomega.Equal([]string{"client 4711"}))
	g.Expect([]int{r.Targets[0].Logins, int(r.Targets[0].WaitedMS)}).To(gomega.Equal([]int{3, 20}))

	stops := changed(parts, 0, func(r *report, _ *targetReport) { r.Stopped = reports.StopDeadline })
	g.Expect(merge(stops).Outcome.Code).To(gomega.Equal(reports.ExitUndecided))
	stops = changed(stops, 2, func(r *report, _ *targetReport) { r.Stopped = reports.StopTerminate })
	g.Expect(merge(stops).Outcome.Code).To(gomega.Equal(reports.ExitTerminate))

	few := parts
	for i := range parts {
		few = changed(few, i, func(r *report, _ *targetReport) { r.Shard.MinDecided = 500 })
	}
	r = merge(few)
	g.Expect(r.Outcome.Code).To(gomega.Equal(reports.ExitUndecided))
	g.Expect(r.Outcome.Sentence).To(gomega.ContainSubstring("500 were asked for"))
}
