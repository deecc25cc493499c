package check_test

import (
	"fmt"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// worth is the table of verdicts, written down a second time.
var worth = map[check.Level]struct{ broken, safe, group string }{
	check.Must:        {"fail", "warn", "must"},
	check.MustNot:     {"fail", "warn", "must"},
	check.Required:    {"fail", "warn", "must"},
	check.Prose:       {"fail", "warn", "must"},
	check.ABNF:        {"fail", "warn", "must"},
	check.Consistency: {"fail", "warn", "must"},
	check.Should:      {"warn", "info", "should"},
	check.ShouldNot:   {"warn", "info", "should"},
	check.Recommended: {"warn", "info", "should"},
	check.May:         {"info", "info", "may"},
	check.Optional:    {"info", "info", "may"},
	check.Information: {"info", "info", "may"},
	check.VendorMust:  {"fail", "fail", "must"},
	check.VendorRFC:   {"warn", "warn", "should"},
	check.VendorOBS:   {"info", "info", "may"},
}

func TestWhatADeviationIsWorth(t *testing.T) {
	for level, want := range worth {
		for _, binds := range []string{"", "client"} {
			for _, strict := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s binds %q strict %t", level, binds, strict), func(t *testing.T) {
					g := gomega.NewWithT(t)
					g.Expect(level.Known()).To(gomega.BeTrue())
					g.Expect(level.Group()).To(gomega.Equal(want.group))
					judge := func(body func(*check.T)) reports.Result {
						c := active("x-one", body)
						c.Level, c.Binds = level, binds
						return assay(t, check.Config{Strict: strict}, c).Results[0]
					}
					compare := func(res reports.Result, worth string) {
						if binds != "" {
							worth = "info"
						}
						raised := strict && worth == "warn"
						if raised {
							worth = "fail"
						}
						g.Expect(res.Verdict).To(gomega.BeEquivalentTo(worth))
						g.Expect(res.Raised).To(gomega.Equal(raised))
						g.Expect(res.Message).To(gomega.Equal("why"))
						g.Expect(res.Binds).To(gomega.Equal(binds))
					}
					compare(judge(func(t *check.T) { t.Expect(1).To(gomega.Equal(2), "why"); panic("ended") }), want.broken)
					after := false
					compare(judge(func(t *check.T) { t.Safe(1).To(gomega.Equal(2), "why"); after = true }), want.safe)
					g.Expect(after).To(gomega.BeTrue(), "a safe deviation does not end the check")
					res := judge(func(t *check.T) { t.Require(1).To(gomega.Equal(2), "why"); panic("ended") })
					g.Expect(res.Verdict).To(gomega.Equal(reports.Error), "trouble is trouble at any level")
					g.Expect(judge(func(*check.T) {}).Verdict).To(gomega.Equal(reports.Pass))
				})
			}
		}
	}
}

func TestAnObserverIsWorthTheSame(t *testing.T) {
	for level, want := range worth {
		for _, safe := range []bool{false, true} {
			g := gomega.NewWithT(t)
			o := observer("x-seen", func(*check.Exchange) *check.Judgement {
				return &check.Judgement{Message: "why", Safe: safe}
			})
			o.Level = level
			rep := assay(t, check.Config{Target: anywhere(), Transport: answering(nothing)}, o, active("x-asks", func(t *check.T) { get(t, "/") }))
			expected := want.broken
			if safe {
				expected = want.safe
			}
			g.Expect(rep.Results[0].Verdict).To(gomega.BeEquivalentTo(expected), "%s safe %t", level, safe)
		}
	}
}

func TestThePolicyDecidesTheLevel(t *testing.T) {
	for policy, want := range map[target.Policy]reports.Verdict{
		target.PolicyBCP: reports.Fail, "": reports.Fail, target.PolicyOAuth21: reports.Info, target.PolicyRFC6749: reports.Warn,
	} {
		g := gomega.NewWithT(t)
		c := active("x-one", func(t *check.T) { t.Expect(1).To(gomega.Equal(2)) })
		c.LevelUnder = map[target.Policy]check.Level{target.PolicyOAuth21: check.May, target.PolicyRFC6749: check.Should}
		tg := anywhere()
		tg.Policy = policy
		rep := assay(t, check.Config{Target: tg, Transport: nowhere{}}, c)
		g.Expect(rep.Results[0].Verdict).To(gomega.Equal(want), "policy %q", policy)
		g.Expect(rep.Results[0].Level).To(gomega.BeEquivalentTo(c.LevelFor(policy)))
		if policy == "" {
			policy = target.PolicyBCP // the default stands in the report
		}
		g.Expect(rep.Policy).To(gomega.BeEquivalentTo(policy))
	}
}

// Of two verdicts the worse one decides: fail, error, warn, info, pass.
func TestTheWorstVerdictDecides(t *testing.T) {
	steps := map[string]func(*check.T){
		"fail":  func(t *check.T) { t.Expect(1).To(gomega.Equal(2), "fail") },
		"error": func(t *check.T) { t.Inconclusive("error") },
		"warn":  func(t *check.T) { t.Safe(1).To(gomega.Equal(2), "warn") },
		"info":  func(t *check.T) { t.Inform("info", "a", "b") },
		"pass":  func(t *check.T) { t.Record("pass", "pass") },
	}
	order := []string{"pass", "info", "warn", "error", "fail"}
	for i, first := range order[:3] { // after the others nothing comes
		for j, second := range order {
			g := gomega.NewWithT(t)
			res := one(t, check.Config{}, func(t *check.T) { steps[first](t); steps[second](t) })
			want := order[max(i, j)]
			g.Expect(res.Verdict).To(gomega.BeEquivalentTo(want), "%s, then %s", first, second)
			if want != "pass" {
				g.Expect(res.Message).To(gomega.Equal(want))
			}
		}
	}
}

func TestFactsAreKeptWithoutJudgingThem(t *testing.T) {
	g := gomega.NewWithT(t)
	res := one(t, check.Config{}, func(t *check.T) { t.Record("a", "1"); t.Record("a", "2") })
	g.Expect(res.Verdict).To(gomega.Equal(reports.Pass))
	g.Expect(res.Observations).To(gomega.Equal([]reports.Observation{{Name: "a", Value: "1"}, {Name: "a", Value: "2"}}))
}

func TestAResultSaysWhatItIs(t *testing.T) {
	g := gomega.NewWithT(t)
	c := active("x-one", func(t *check.T) { get(t, "/"); t.Inform("m", "e", "g") })
	res := assay(t, check.Config{Target: anywhere(), Transport: answering(nothing)}, c).Results[0]
	res.DurationMS = 0
	g.Expect(res).To(gomega.Equal(reports.Result{
		ID: "x-one", Area: "x", Role: "authorization-server", Title: "Title of x-one.", Clauses: []string{"RFC 6749 §5.2"},
		Level: "MUST", Sent: "something", Judged: "somehow", Verdict: reports.Info, Message: "m", Step: "GET /", Expected: "e", Got: "g", Proves: []string{"a-fault"},
		Findings:  []reports.Finding{{Verdict: reports.Info, Message: "m", Step: "GET /", Expected: "e", Got: "g", Exchange: 1}},
		Exchanges: []int{1},
	}))
}

// A check outside any catalogue can be run; it has no area.
func TestACheckWithoutACatalogue(t *testing.T) {
	g := gomega.NewWithT(t)
	r := start(t, check.Config{})
	res := r.Start(active("x-one", func(*check.T) {})).Wait()
	finish(t, r)
	g.Expect(res.Verdict).To(gomega.Equal(reports.Pass))
	g.Expect(res.Area).To(gomega.BeEmpty())
}
