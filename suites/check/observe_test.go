package check_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// noTeapot finds that a path with "tea" is answered 418.
func noTeapot() *check.Check {
	return observer("x-no-teapot", func(e *check.Exchange) *check.Judgement {
		switch {
		case e.Response == nil || e.Response.Status == http.StatusNoContent:
			return nil
		case e.Response.Status == http.StatusTeapot:
			return &check.Judgement{Message: "a teapot", Expected: "coffee", Got: "tea"}
		}
		return &check.Judgement{OK: true}
	})
}

// kitchen answers /tea with 418, /none with 204.
func kitchen(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/tea":
		w.WriteHeader(http.StatusTeapot)
	case "/none":
		w.WriteHeader(http.StatusNoContent)
	}
}

// visits are checks that each ask for some paths.
func visits(paths ...[]string) (checks []*check.Check) {
	for i, list := range paths {
		checks = append(checks, active(fmt.Sprintf("x-visit-%d", i), func(t *check.T) {
			for _, p := range list {
				get(t, p)
			}
		}))
	}
	return checks
}

func TestAnObserverJudgesTheTrafficOfOthers(t *testing.T) {
	for name, row := range map[string]struct {
		paths     []string
		want      reports.Verdict
		exchanges []int
	}{
		"nothing sent":       {nil, reports.NotRun, nil},
		"nothing applicable": {[]string{"/none"}, reports.NotRun, nil},
		"all is well":        {[]string{"/coffee", "/none"}, reports.Pass, nil},
		"one is not":         {[]string{"/coffee", "/tea", "/coffee"}, reports.Fail, []int{2}},
		"two are not":        {[]string{"/tea", "/none", "/tea"}, reports.Fail, []int{1, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			// The observer is started first: it waits for the others anyway.
			rep := assay(t, check.Config{Target: serve(t, kitchen)}, append([]*check.Check{noTeapot()}, visits(row.paths)...)...)
			res := rep.Results[0]
			g.Expect(res.Verdict).To(gomega.Equal(row.want))
			g.Expect(res.Exchanges).To(gomega.Equal(row.exchanges))
			g.Expect(res.Observer).To(gomega.BeTrue())
			g.Expect(res.Need != "").To(gomega.Equal(row.want == reports.NotRun))
			if row.want == reports.Fail {
				g.Expect(res.Message).To(gomega.Equal("a teapot"))
				g.Expect(res.Findings).To(gomega.HaveLen(len(row.exchanges)))
				g.Expect(res.Findings[0].Exchange).To(gomega.Equal(row.exchanges[0]))
			}
		})
	}
}

func TestAPanicOfAnObserverIsContained(t *testing.T) {
	g := gomega.NewWithT(t)
	bad := observer("x-bad", func(e *check.Exchange) *check.Judgement { panic("oh") })
	rep := assay(t, check.Config{Target: serve(t, kitchen)},
		append(visits([]string{"/coffee"}, []string{"/tea"}), bad, noTeapot())...)
	g.Expect(verdicts(rep)).To(gomega.Equal("x-visit-0=pass x-visit-1=pass x-bad=error x-no-teapot=fail"))
	g.Expect(result(t, rep, "x-bad").Message).To(gomega.Equal("the observer itself broke: oh"))
}

// What a check sees, and what a failed check sent, the observer judges all the
// same, the hops of redirects and answers that broke off included.
func TestAnObserverSeesEverything(t *testing.T) {
	g := gomega.NewWithT(t)
	var seen atomic.Int32
	var errors atomic.Int32
	o := observer("x-seen", func(e *check.Exchange) *check.Judgement {
		seen.Add(1)
		if e.Err != nil {
			errors.Add(1)
		}
		return &check.Judgement{OK: true}
	})
	tg := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/a":
			http.Redirect(w, r, "/b", http.StatusFound)
		case "/drop":
			panic(http.ErrAbortHandler)
		case "/short":
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("short"))
		}
	})
	rep := assay(t, check.Config{Target: tg}, o,
		active("x-fails", func(t *check.T) { get(t, "/"); t.Expect(1).To(gomega.Equal(2)) }),
		active("x-follows", func(t *check.T) { t.Do("a", "", &check.Request{URL: tg.Issuer + "/a", Follow: 5}) }),
		active("x-drop", func(t *check.T) { get(t, "/drop") }),
		active("x-short", func(t *check.T) { get(t, "/short") }))
	g.Expect(verdicts(rep)).To(gomega.Equal("x-seen=pass x-fails=fail x-follows=pass x-drop=error x-short=error"))
	g.Expect(seen.Load()).To(gomega.BeEquivalentTo(5))
	g.Expect(errors.Load()).To(gomega.BeEquivalentTo(2))
	g.Expect(rep.Results[0].Observations).To(gomega.ConsistOf(reports.Observation{Name: "exchanges judged", Value: "5"}))
	for i, e := range rep.Exchanges {
		g.Expect(e.Number).To(gomega.Equal(i + 1))
	}
	g.Expect(rep.Exchanges).To(gomega.HaveLen(5))
}

// However a run is cut into pieces, the stored exchanges together give the
// verdict of one run, and what an earlier reduction said is gone.
func TestShardsReduceToTheVerdictOfOneRun(t *testing.T) {
	g := gomega.NewWithT(t)
	paths := [][]string{{"/coffee"}, {"/none"}, {"/tea", "/coffee"}, {"/coffee"}}
	tg := serve(t, kitchen)
	whole := result(t, assay(t, check.Config{Target: tg, Workers: 1}, append(visits(paths...), noTeapot())...), "x-no-teapot")
	worth := func(bool) reports.Verdict { return reports.Fail }
	for _, shards := range [][][]int{{{0, 1}, {2, 3}}, {{2}, {0, 1, 3}}, {{1}, {0}, {3}, {2}}, {{0, 1, 2, 3}}} {
		var merged []reports.Exchange
		var left reports.Result
		for _, shard := range shards {
			var part [][]string
			for _, i := range shard {
				part = append(part, paths[i])
			}
			o := noTeapot()
			rep := assay(t, check.Config{Target: tg, Strict: true}, append(visits(part...), o)...)
			raw, err := json.Marshal(rep) // a shard arrives as JSON
			g.Expect(err).ToNot(gomega.HaveOccurred())
			var back reports.TargetReport
			g.Expect(json.Unmarshal(raw, &back)).To(gomega.Succeed())
			left = result(t, back, "x-no-teapot")
			merged = append(merged, back.Exchanges...)
		}
		got := check.Reduce(left, merged, worth)
		g.Expect(check.ReduceFor(noTeapot(), left, merged)).To(gomega.Equal(got))
		got.Exchanges, got.Findings[0].Exchange = whole.Exchanges, whole.Findings[0].Exchange // numbered anew in each shard
		g.Expect(got).To(gomega.Equal(whole))
		g.Expect(check.Reduce(got, nil, worth).Verdict).To(gomega.Equal(reports.NotRun))
		g.Expect(check.Reduce(got, nil, worth).Message).To(gomega.BeEmpty())
	}
}

// A filter does not change what an observer sees of what is sent, nor what it
// makes of it, even if its own result is not asked for.
func TestAnObserverThatIsNotSelectedStillJudges(t *testing.T) {
	g := gomega.NewWithT(t)
	o, c := noTeapot(), visits([]string{"/tea"})[0]
	catalogue(t, o, c)
	r := start(t, check.Config{Target: serve(t, kitchen), Observers: []*check.Check{o}})
	r.Start(c)
	rep := finish(t, r)
	g.Expect(verdicts(rep)).To(gomega.Equal("x-visit-0=pass"))
	g.Expect(rep.Exchanges[0].Judged).To(gomega.Equal([]reports.Judgement{{Check: "x-no-teapot", Message: "a teapot", Expected: "coffee", Got: "tea"}}))
}
