package assay_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/bundled"
	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/assay"
	"github.com/authassay/authassay/suites/catalog"
	"github.com/authassay/authassay/suites/check"
)

// once assays a bundled mock of its own, as a process of its own would.
func once(t *testing.T, o assay.Options, known *reports.KnownFailing, off []string) reports.Report {
	t.Helper()
	opts := bundled.MockOptions()
	for _, rule := range off {
		opts = append(opts, mockidp.WithRuleOff(rule))
	}
	a := assay.New(o)
	a.Terms(0, known)
	gomega.NewWithT(t).Expect(a.Target(described(t, mockidp.Start(t, opts...)))).To(gomega.Succeed())
	r := a.Report()
	known.Apply(&r)
	outcome := reports.Decide(r, reports.DecideOptions{})
	r.Outcome = &outcome
	return r
}

// inShards does the same in several parts.
func inShards(t *testing.T, n int, o assay.Options, known *reports.KnownFailing, off []string) (parts []assay.Part) {
	t.Helper()
	for i := 1; i <= n; i++ {
		o.Shard = assay.Shard{Index: i, Count: n}
		parts = append(parts, assay.Part{Name: fmt.Sprintf("part-%d", i), Report: once(t, o, known, off)})
	}
	return parts
}

var (
	bits = regexp.MustCompile(`(at most |the secrets apart Value:)\d+`)
	kid  = regexp.MustCompile(`kid "[^"]+"`)
	hash = regexp.MustCompile(`#[0-9a-f]{4,}`)
	port = regexp.MustCompile(`(127\.0\.0\.1|localhost)(:|%3A)\d+`)
)

// told is what a result says, without what no two runs have in common: how long it
// took, the numbers of its exchanges, the port of the server, the marks of secrets,
// the ids of keys, how random the random turned out.
// An observer meets the requests in the order in which they happen to be sent, so
// of its findings only what was found counts.
func told(tr *reports.TargetReport) map[string]string {
	out := map[string]string{}
	sent := map[int]string{}
	for _, e := range tr.Exchanges {
		status := 0
		if e.Response != nil {
			status = e.Response.Status
		}
		url, _, _ := strings.Cut(e.Request.URL, "?") // the server puts marks of its own there
		sent[e.Number] = fmt.Sprint(e.Check, " ", e.Step, " ", e.Request.Method, " ", url, " ", status)
	}
	for _, r := range tr.Results {
		r.DurationMS = 0
		var findings []string
		for _, f := range r.Findings {
			where := sent[f.Exchange]
			if r.Observer {
				f.Step, where = "", ""
			}
			f.Exchange = 0
			findings = append(findings, fmt.Sprintf("%+v at %s", f, where))
		}
		slices.Sort(findings)
		var exchanges []string
		for _, n := range r.Exchanges {
			exchanges = append(exchanges, sent[n])
		}
		slices.Sort(exchanges)
		if r.Observer {
			findings, exchanges, r.Observations, r.Step = slices.Compact(findings), nil, nil, ""
		}
		r.Findings, r.Exchanges = nil, nil
		text := fmt.Sprintf("%+v\n%s\nexchanges:\n%s", r, strings.Join(findings, "\n"), strings.Join(exchanges, "\n"))
		text = bits.ReplaceAllString(text, "N")
		text = kid.ReplaceAllString(text, "kid")
		out[r.ID] = port.ReplaceAllString(hash.ReplaceAllString(text, "#"), "HOST")
	}
	return out
}

// The report that is merged of three shards says what a run of all checks says, be
// the server right or wrong.
func TestMergedSaysWhatTheWholeSays(t *testing.T) {
	known := &reports.KnownFailing{Path: "known.yaml", Entries: []reports.KnownFailure{
		{Check: "http-no-store-tokens", Verdict: reports.Fail, Reason: "an observer that fails", Line: 3},
		{Check: "http-no-5xx", Verdict: reports.Fail, Reason: "an observer that holds", Line: 5},
		{Check: "jwks-no-private", Verdict: reports.Fail, Reason: "a check that fails", Line: 7},
		{Check: "cc-happy", Target: "elsewhere", Verdict: reports.Fail, Reason: "of another target", Line: 9},
	}}
	broken := []string{"token-no-store", "jwks-public-only", "client-credentials-no-refresh", "refresh-rotation"}
	for name, c := range map[string]struct {
		off   []string
		known *reports.KnownFailing
		o     assay.Options
		code  int
	}{
		"green":            {code: reports.ExitOK},
		"red":              {off: broken, code: reports.ExitFail},
		"red, strict":      {off: broken, o: assay.Options{Strict: true}, code: reports.ExitFail},
		"red, some known":  {off: broken, known: known, code: reports.ExitFail},
		"a part of it":     {off: broken, o: assay.Options{Selection: check.Selection{Areas: []string{"cc", "http", "jwks"}, Skip: []string{"jwks-k*"}}}, code: reports.ExitFail},
		"a single check":   {o: assay.Options{Selection: check.Selection{Checks: []string{"cc-happy"}}}, code: reports.ExitOK},
		"too little of it": {o: assay.Options{Selection: check.Selection{Checks: []string{"ropc-happy"}}}, code: reports.ExitUndecided},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			// One check after the other: what a check notes of a race, or of a clock that
			// another one moves, is not the same in any two runs.
			c.o.Seed, c.o.Workers = "seed-of-all", 1
			whole := once(t, c.o, c.known, c.off)
			g.Expect(whole.Outcome.Code).To(gomega.Equal(c.code), whole.Outcome.Sentence)
			g.Expect(whole.Shard).To(gomega.BeNil())
			parts := inShards(t, 3, c.o, c.known, c.off)
			slices.Reverse(parts) // their order does not matter
			merged, err := assay.Merge(parts)
			g.Expect(err).NotTo(gomega.HaveOccurred())

			a, b := &whole.Targets[0], &merged.Targets[0]
			g.Expect(ids(b.Results)).To(gomega.Equal(ids(a.Results)))
			want, got := told(a), told(b)
			for _, id := range ids(a.Results) {
				g.Expect(got[id]).To(gomega.Equal(want[id]), id)
			}
			g.Expect(merged.Count()).To(gomega.Equal(whole.Count()))
			g.Expect(merged.Outcome).To(gomega.Equal(whole.Outcome))
			g.Expect(merged.Shard).To(gomega.BeNil())
			g.Expect(merged.Seed).To(gomega.Equal(whole.Seed))
			for i, e := range b.Exchanges {
				g.Expect(e.Number).To(gomega.Equal(i + 1))
			}
			for _, note := range whole.Notes {
				g.Expect(merged.Notes).To(gomega.ContainElement(note))
			}
			g.Expect(merged.Notes).To(gomega.HaveLen(len(whole.Notes) + 1))
		})
	}
}

// No check is forgotten, none is run twice, and where it runs depends on nothing
// but its id: these numbers stay as they are.
func TestShardsDivideTheChecks(t *testing.T) {
	g := gomega.NewWithT(t)
	for n := 1; n <= 7; n++ {
		for _, c := range catalog.All().Checks() {
			in := 0
			for i := 1; i <= n; i++ {
				if (assay.Shard{Index: i, Count: n}).Has(c) {
					in++
				}
			}
			want := 1
			if c.Observer() {
				want = n
			}
			g.Expect(in).To(gomega.Equal(want), "%s in %d shards", c.ID, n)
			g.Expect(assay.Shard{}.Has(c)).To(gomega.BeTrue())
		}
	}
	g.Expect([]int{assay.ShardOf("cc-happy", 3), assay.ShardOf("ca-basic", 3), assay.ShardOf("jwks-kty", 3), assay.ShardOf("cc-happy", 1000)}).
		To(gomega.Equal([]int{2, 1, 3, 117}))
}

// A shard says that it is one, is not asked for what it cannot know, and may be
// empty.
func TestAShardSaysWhichItIs(t *testing.T) {
	g := gomega.NewWithT(t)
	index := assay.ShardOf("cc-happy", 3)
	for i := 1; i <= 3; i++ {
		r := once(t, assay.Options{Seed: "s", Shard: assay.Shard{Index: i, Count: 3}, Selection: check.Selection{Checks: []string{"cc-happy"}}}, nil, nil)
		g.Expect(r.Shard.String()).To(gomega.Equal(fmt.Sprintf("%d/3", i)))
		g.Expect(r.Outcome.Code).To(gomega.Equal(reports.ExitOK))
		sentence := fmt.Sprintf("shard %d of 3: no selected check belongs to it", i)
		if i == index {
			sentence = fmt.Sprintf("shard %d of 3: conformant in 1 of 1 requirement", i)
		} else {
			g.Expect(r.Targets[0].Exchanges).To(gomega.BeEmpty())
		}
		g.Expect(r.Outcome.Sentence).To(gomega.Equal(sentence))
	}
}
