package check_test

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// A target that limits the rate of requests is asked again when it says, and
// what it answers then counts. Each attempt is in the record.
func TestRetryAfter(t *testing.T) {
	for name, value := range map[string]func() string{
		"seconds": func() string { return "3" },
		"date":    func() string { return time.Now().Add(3 * time.Second).UTC().Format(http.TimeFormat) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := gomega.NewWithT(t)
				var asked atomic.Int32
				tr := answering(func(w http.ResponseWriter, _ *http.Request) {
					if asked.Add(1) == 1 {
						w.Header().Set("Retry-After", value())
						w.WriteHeader(http.StatusTooManyRequests)
					}
				})
				began := time.Now()
				rep := assay(t, check.Config{Target: anywhere(), Transport: tr, Timeout: time.Second},
					active("x-one", func(t *check.T) { t.Expect(get(t, "/").Status).To(gomega.Equal(200)) }))
				g.Expect(verdicts(rep)).To(gomega.Equal("x-one=pass"))
				g.Expect(rep.Exchanges).To(gomega.HaveLen(2))
				g.Expect(time.Since(began)).To(gomega.BeNumerically("~", 3*time.Second, 1100*time.Millisecond))
				g.Expect(rep.WaitedMS).To(gomega.BeNumerically(">", 1500))
			})
		})
	}
}

// Beyond the patience, or without a word on when, it is an error and no verdict.
func TestARateLimitBeyondThePatience(t *testing.T) {
	for _, value := range []string{"31", "", "soon", "-1", "99999999999"} {
		synctest.Test(t, func(t *testing.T) {
			g := gomega.NewWithT(t)
			tr := answering(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", value)
				w.WriteHeader(http.StatusTooManyRequests)
			})
			began := time.Now()
			res := one(t, check.Config{Target: anywhere(), Transport: tr}, func(t *check.T) { get(t, "/") })
			g.Expect(res.Verdict).To(gomega.Equal(reports.Error))
			g.Expect(res.Message).To(gomega.ContainSubstring("limits the rate of requests (429"))
			g.Expect(time.Since(began)).To(gomega.BeNumerically("<", time.Second), value)
		})
	}
}

// While the target asks for a pause, no check sends anything.
func TestARateLimitHoldsTheWholeRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gomega.NewWithT(t)
		began := time.Now()
		var first atomic.Bool
		var early atomic.Int32
		tr := answering(func(w http.ResponseWriter, _ *http.Request) {
			if first.CompareAndSwap(false, true) {
				w.Header().Set("Retry-After", "10")
				w.WriteHeader(http.StatusTooManyRequests)
			} else if time.Since(began) < 10*time.Second {
				early.Add(1)
			}
		})
		body := func(t *check.T) { get(t, "/") }
		a, b := active("x-a", body), active("x-b", body)
		catalogue(t, a, b)
		r := start(t, check.Config{Target: anywhere(), Transport: tr})
		r.Start(a)
		synctest.Wait()
		r.Start(b)
		g.Expect(verdicts(finish(t, r))).To(gomega.Equal("x-a=pass x-b=pass"))
		g.Expect(early.Load()).To(gomega.BeZero())
	})
}

// The rate holds over all checks together, and standing in line is not a check's
// time.
func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gomega.NewWithT(t)
		began := time.Now()
		var checks []*check.Check
		for i := range 5 {
			checks = append(checks, active("x-"+strconv.Itoa(i), func(t *check.T) { get(t, "/"); get(t, "/") }))
		}
		rep := assay(t, check.Config{Target: anywhere(), Transport: answering(nothing), Rate: 2, Timeout: time.Second}, checks...)
		g.Expect(rep.Exchanges).To(gomega.HaveLen(10))
		for _, r := range rep.Results {
			g.Expect(r.Verdict).To(gomega.Equal(reports.Pass), r.Message)
		}
		g.Expect(time.Since(began)).To(gomega.BeNumerically("~", 4500*time.Millisecond, 100*time.Millisecond))
	})
}

// A target that stops answering in mid-run ends the run early: checks that come
// later do not wait for the same.
func TestATargetThatStopsAnswering(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gomega.NewWithT(t)
		var checks []*check.Check
		for i := range 20 {
			checks = append(checks, active("x-"+strconv.Itoa(i), func(t *check.T) { get(t, "/") }))
		}
		began := time.Now()
		rep := assay(t, check.Config{Target: anywhere(), Transport: hanging{}, Workers: 3}, checks...)
		g.Expect(time.Since(began)).To(gomega.BeNumerically("<", 25*time.Second), "two rounds of three, ten seconds each")
		g.Expect(rep.Lost).To(gomega.HavePrefix("the target stopped answering: 6 requests in a row, the last: no complete answer within 10s"))
		tally := map[reports.Verdict]int{}
		for _, r := range rep.Results {
			tally[r.Verdict]++
		}
		g.Expect(tally[reports.NotRun]).To(gomega.BeNumerically(">=", 14))
		g.Expect(tally[reports.NotRun] + tally[reports.Error]).To(gomega.Equal(20))
		one := reports.Report{Targets: []reports.TargetReport{rep}}
		out := reports.Decide(one, reports.DecideOptions{})
		g.Expect(out.Code).To(gomega.Equal(reports.ExitUndecided))
		g.Expect(out.RunReasons).To(gomega.ContainElement(gomega.ContainSubstring("ended early: the target stopped answering")))
	})
}

// One that answers in between is there.
func TestATargetThatAnswersNowAndThen(t *testing.T) {
	g := gomega.NewWithT(t)
	var n atomic.Int32
	tg := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if n.Add(1)%4 != 0 {
			panic(http.ErrAbortHandler)
		}
	})
	rep := assay(t, check.Config{Target: tg, Workers: 1}, active("x-one", func(t *check.T) {
		for range 20 {
			_, _ = t.Try("x", "x", &check.Request{Method: "POST", URL: t.Target().Issuer})
		}
	}))
	g.Expect(rep.Lost).To(gomega.BeEmpty())
}
