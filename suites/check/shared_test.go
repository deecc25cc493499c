package check_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

func TestASharedStepIsMadeOnceAndBelongsToAll(t *testing.T) {
	g := gomega.NewWithT(t)
	var asked atomic.Int32
	tg := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		_, _ = w.Write([]byte("here"))
	})
	var checks []*check.Check
	for i := range 20 {
		checks = append(checks, active(fmt.Sprintf("x-%d", i), func(t *check.T) {
			for range 2 { // asking again makes nothing again, and adds nothing
				body := check.Shared(t, "page", func(t *check.T) string { return string(get(t, "/").Body) })
				t.Expect(body).To(gomega.Equal("here"))
			}
		}))
	}
	rep := assay(t, check.Config{Target: tg}, checks...)
	g.Expect(asked.Load()).To(gomega.BeEquivalentTo(1))
	for _, r := range rep.Results {
		g.Expect(r.Verdict).To(gomega.Equal(reports.Pass))
		g.Expect(r.Exchanges).To(gomega.Equal([]int{1}))
	}
	g.Expect(rep.Exchanges[0].Check).To(gomega.Equal("shared:page"))
}

func TestNestedSharedSteps(t *testing.T) {
	g := gomega.NewWithT(t)
	inner := func(t *check.T) int {
		return check.Shared(t, "inner", func(t *check.T) int { return get(t, "/inner").Status })
	}
	outer := func(t *check.T) int {
		return check.Shared(t, "outer", func(t *check.T) int { return inner(t) + get(t, "/outer").Status })
	}
	rep := assay(t, check.Config{Target: serve(t, nothing), Workers: 8},
		active("x-inner", func(t *check.T) { t.Expect(inner(t)).To(gomega.Equal(200)) }),
		active("x-outer", func(t *check.T) { t.Expect(outer(t)).To(gomega.Equal(400)) }),
		active("x-both", func(t *check.T) { t.Expect(inner(t) + outer(t)).To(gomega.Equal(600)) }))
	g.Expect(verdicts(rep)).To(gomega.Equal("x-inner=pass x-outer=pass x-both=pass"))
	g.Expect(rep.Exchanges).To(gomega.HaveLen(2))
	for _, r := range rep.Results[1:] {
		g.Expect(r.Exchanges).To(gomega.ConsistOf(1, 2), "%s lists each exchange once", r.ID)
	}
}

// A shared step that said nothing about the target never becomes a pass.
func TestASharedStepThatFails(t *testing.T) {
	for name, row := range map[string]struct {
		step    func(*check.T) int
		want    reports.Verdict
		message string
	}{
		"inconclusive": {func(t *check.T) int { t.Inconclusive("who knows"); return 1 }, reports.Error, "who knows"},
		"require":      {func(t *check.T) int { t.Require(1).To(gomega.Equal(2), "no"); return 1 }, reports.Error, "no"},
		"expect":       {func(t *check.T) int { t.Expect(1).To(gomega.Equal(2), "no"); return 1 }, reports.Error, "no"},
		"safe":         {func(t *check.T) int { t.Safe(1).To(gomega.Equal(2), "no"); return 1 }, reports.Error, "no"},
		"panic":        {func(*check.T) int { panic("oh") }, reports.Error, "the check itself broke: oh"},
		"dead":         {func(t *check.T) int { return get(t, "/429").Status }, reports.Error, "GET /429: the target limits the rate of requests (429, Retry-After: 7)"},
		"need":         {func(t *check.T) int { t.NotRun(need("n", nil)); return 1 }, reports.NotRun, ""},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			tg := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "7")
				w.WriteHeader(http.StatusTooManyRequests)
			})
			var reached atomic.Bool
			body := func(t *check.T) { check.Shared(t, "step", row.step); reached.Store(true) }
			deep := func(t *check.T) {
				check.Shared(t, "deep", func(t *check.T) int { return check.Shared(t, "step", row.step) })
				reached.Store(true)
			}
			rep := assay(t, check.Config{Target: tg, Patience: -1}, active("x-a", body), active("x-b", body), active("x-c", deep))
			g.Expect(reached.Load()).To(gomega.BeFalse())
			for _, r := range rep.Results {
				g.Expect(r.Verdict).To(gomega.Equal(row.want), "%s: %s", r.ID, r.Message)
				g.Expect(r.Message).To(gomega.Equal(row.message))
			}
		})
	}
}

// A body that survives the end of a shared step cannot make a pass of it.
func TestNobodyOutlivesASharedStep(t *testing.T) {
	step := func(t *check.T) int { t.Inconclusive("who knows"); return 1 }
	res := one(t, check.Config{}, func(t *check.T) {
		try := func() { defer func() { _ = recover() }(); check.Shared(t, "step", step) }
		try()
		try() // the second time it ends as well
		check.Shared(t, "step", step)
	})
	gomega.NewWithT(t).Expect(res.Verdict).To(gomega.Equal(reports.Error))
}

func TestASharedStepThatRunsOutOfTime(t *testing.T) {
	for name, step := range map[string]func(*check.T) int{
		"waits": func(t *check.T) int { <-t.Context().Done(); return 1 },
		"asks":  func(t *check.T) int { return get(t, "/").Status },
		"looks": func(t *check.T) int {
			for range 2 { // the first request has ten seconds, the second five
				_, _ = t.Try("x", "x", &check.Request{URL: "https://idp.test/"})
			}
			return 1
		},
		"ignores": func(*check.T) int { time.Sleep(time.Hour); return 1 },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := gomega.NewWithT(t)
				body := func(t *check.T) { check.Shared(t, "step", step) }
				cfg := check.Config{Target: anywhere(), Transport: hanging{}, Timeout: 15 * time.Second}
				rep := assay(t, cfg, active("x-a", body), active("x-b", body), active("x-c", body))
				for _, r := range rep.Results {
					g.Expect(r.Verdict).To(gomega.Equal(reports.Error), r.Message)
					g.Expect(r.Message).ToNot(gomega.BeEmpty())
				}
				time.Sleep(2 * time.Hour)
			})
		})
	}
}

// Who comes late to a step that ran out of time is told so too.
func TestALateComerToADeadSharedStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gomega.NewWithT(t)
		body := func(t *check.T) { check.Shared(t, "step", func(t *check.T) int { <-t.Context().Done(); return 1 }) }
		a, b := active("x-a", body), active("x-b", body)
		catalogue(t, a, b)
		r := start(t, check.Config{Timeout: time.Second})
		r.Start(a).Wait()
		res := r.Start(b).Wait()
		g.Expect(res.Verdict).To(gomega.Equal(reports.Error))
		g.Expect(res.Message).To(gomega.Equal("a step that several checks share (step) did not come to its end within 1s"))
		finish(t, r)
	})
}

func TestSharedStepsKeepTheirTypes(t *testing.T) {
	g := gomega.NewWithT(t)
	type nothing *int
	rep := assay(t, check.Config{Workers: 1},
		active("x-nil-error", func(t *check.T) {
			t.Expect(check.Shared(t, "error", func(*check.T) error { return nil })).To(gomega.Succeed())
			t.Expect(check.Shared(t, "other", func(*check.T) error { return errors.New("e") })).To(gomega.MatchError("e"))
		}),
		active("x-nil-pointer", func(t *check.T) {
			t.Expect(check.Shared(t, "nil", func(*check.T) nothing { return nil })).To(gomega.BeNil())
		}),
		active("x-clash", func(t *check.T) {
			check.Shared(t, "clash", func(*check.T) int { return 1 })
			check.Shared(t, "clash", func(*check.T) string { return "" })
		}))
	g.Expect(verdicts(rep)).To(gomega.Equal("x-nil-error=pass x-nil-pointer=pass x-clash=error"))
	g.Expect(rep.Results[2].Message).To(gomega.ContainSubstring("two types under the key clash"))
}

func TestARemarkOfASharedStepReachesEveryCheckOnce(t *testing.T) {
	g := gomega.NewWithT(t)
	step := func(t *check.T) int { t.Inform("odd", "a", "b"); return 1 }
	deep := func(t *check.T) int { return check.Shared(t, "step", step) }
	res := one(t, check.Config{}, func(t *check.T) { check.Shared(t, "step", step); check.Shared(t, "deep", deep) })
	g.Expect(res.Verdict).To(gomega.Equal(reports.Info))
	g.Expect(slices.IndexFunc(res.Findings, func(f reports.Finding) bool { return f.Message == "odd" })).To(gomega.BeZero())
	g.Expect(res.Findings).To(gomega.HaveLen(1))
}
