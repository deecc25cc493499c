package check_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// Inside a bubble the clock moves only when everybody waits, so that what took
// how long says exactly what ran beside what.
func TestThePoolRunsAsManyChecksAtOnceAsItHasWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gomega.NewWithT(t)
		const workers, rounds = 5, 4
		var running, most atomic.Int32
		var checks []*check.Check
		for i := range workers * rounds {
			checks = append(checks, active(fmt.Sprintf("x-%d", i), func(*check.T) {
				most.Store(max(most.Load(), running.Add(1)))
				time.Sleep(time.Second)
				running.Add(-1)
			}))
		}
		began := time.Now()
		rep := assay(t, check.Config{Workers: workers}, checks...)
		g.Expect(time.Since(began)).To(gomega.Equal(rounds * time.Second))
		g.Expect(most.Load()).To(gomega.BeEquivalentTo(workers))
		for i, r := range rep.Results {
			g.Expect(r.ID).To(gomega.Equal(checks[i].ID), "results stand in the order of Start")
			g.Expect(r.Verdict).To(gomega.Equal(reports.Pass), r.Message)
		}
	})
}

// Sixteen at once where the target has to do the work on the same machine, and
// twice as many where most of the time goes by on the way.
func TestDefaultWorkers(t *testing.T) {
	for issuer, want := range map[string]time.Duration{
		"http://127.0.0.1:1/": 4, "http://localhost:1": 4, "http://[::1]": 4, "https://idp.test": 2, "https://127.0.0.1.example": 2,
	} {
		synctest.Test(t, func(t *testing.T) {
			var checks []*check.Check
			for i := range 64 {
				checks = append(checks, active(fmt.Sprintf("x-%d", i), func(*check.T) { time.Sleep(time.Second) }))
			}
			tg := anywhere()
			tg.Issuer = issuer
			began := time.Now()
			assay(t, check.Config{Target: tg, Transport: nowhere{}}, checks...)
			gomega.NewWithT(t).Expect(time.Since(began)).To(gomega.Equal(want*time.Second), issuer)
		})
	}
}

func TestASerialCheckRunsAlone(t *testing.T) {
	g := gomega.NewWithT(t)
	var running, beside atomic.Int32
	body := func(serial bool) func(*check.T) {
		return func(t *check.T) {
			n := running.Add(1)
			if serial && n > 1 {
				beside.Add(1)
			}
			for range 200 {
				if serial && running.Load() > 1 {
					beside.Add(1)
				}
				t.Random(8)
			}
			running.Add(-1)
		}
	}
	var checks []*check.Check
	for i := range 60 {
		c := active(fmt.Sprintf("x-%d", i), body(i%3 == 0))
		c.Serial = i%3 == 0
		checks = append(checks, c)
	}
	for _, workers := range []int{1, 4, 60} {
		rep := assay(t, check.Config{Workers: workers}, checks...)
		g.Expect(beside.Load()).To(gomega.BeZero())
		g.Expect(rep.Count().Pass).To(gomega.Equal(60), "with %d workers", workers)
	}
}

func TestACheckHasItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gomega.NewWithT(t)
		rep := assay(t, check.Config{Timeout: 3 * time.Second},
			active("x-long", func(t *check.T) { <-t.Context().Done(); t.Expect(1).To(gomega.Equal(2)) }),
			active("x-quick", func(*check.T) { time.Sleep(2 * time.Second) }))
		long := result(t, rep, "x-long")
		g.Expect(long.Verdict).To(gomega.Equal(reports.Fail), "what was found in time is kept, even at the last moment")
		g.Expect(result(t, rep, "x-quick").Verdict).To(gomega.Equal(reports.Pass))
		g.Expect(result(t, rep, "x-quick").DurationMS).To(gomega.BeEquivalentTo(2000))
	})
}

// A body that does not look at its context is left behind: the run goes on, and
// nothing the body does later lands anywhere.
func TestABodyThatIgnoresItsContextIsLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gomega.NewWithT(t)
		release := make(chan struct{})
		tg := anywhere()
		sent := answering(nothing)
		stubborn := active("x-stubborn", func(t *check.T) {
			t.Safe(1).To(gomega.Equal(2))
			<-release
			t.Record("late", "fact")
			t.Inform("late", "a", "b")
			t.Safe(1).To(gomega.Equal(2))
			t.Look("late", &check.Response{})
			get(t, "/late")
			t.Expect(1).To(gomega.Equal(2))
		})
		began := time.Now()
		catalogue(t, stubborn)
		r := start(t, check.Config{Target: tg, Transport: sent, Timeout: time.Second, Workers: 1})
		p := r.Start(stubborn)
		rep := finish(t, r)
		g.Expect(time.Since(began)).To(gomega.BeNumerically("<", 2*time.Second))
		res := rep.Results[0]
		g.Expect(res.Verdict).To(gomega.Equal(reports.Error))
		g.Expect(res.Message).To(gomega.Equal("no verdict within the 1s a check may take"))
		g.Expect(res.Findings).To(gomega.HaveLen(1))
		close(release)
		synctest.Wait()
		g.Expect(p.Wait().Findings).To(gomega.HaveLen(1))
		g.Expect(p.Wait().Observations).To(gomega.BeEmpty())
		g.Expect(r.Finish()).To(gomega.Equal(rep))
		g.Expect(rep.Exchanges).To(gomega.BeEmpty())
	})
}

func TestManyStubbornBodiesDoNotStarveThePool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gomega.NewWithT(t)
		release := make(chan struct{})
		var checks []*check.Check
		for i := range 10 {
			checks = append(checks, active(fmt.Sprintf("x-stubborn-%d", i), func(*check.T) { <-release }))
		}
		checks = append(checks, active("x-good", func(*check.T) {}))
		began := time.Now()
		rep := assay(t, check.Config{Workers: 2, Timeout: time.Second}, checks...)
		g.Expect(result(t, rep, "x-good").Verdict).To(gomega.Equal(reports.Pass))
		g.Expect(time.Since(began)).To(gomega.BeNumerically("<", 10*time.Second))
		close(release)
	})
}

func TestAPanicIsContained(t *testing.T) {
	var nothing map[string]int
	for name, body := range map[string]func(*check.T){
		"a string":  func(*check.T) { panic("oh") },
		"an error":  func(*check.T) { panic(fmt.Errorf("oh")) },
		"a nil map": func(*check.T) { nothing["a"] = 1 },
		"nil":       func(*check.T) { panic(nil) },
		"a matcher": func(t *check.T) { t.Expect(1).To(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			rep := assay(t, check.Config{}, active("x-bad", body), active("x-good", func(*check.T) {}))
			g.Expect(verdicts(rep)).To(gomega.Equal("x-bad=error x-good=pass"))
			g.Expect(rep.Results[0].Message).To(gomega.HavePrefix("the check itself broke: "))
		})
	}
}

func TestAPanicDoesNotUndoWhatWasSeen(t *testing.T) {
	g := gomega.NewWithT(t)
	c := active("x-bad", func(t *check.T) {
		t.Safe(1).To(gomega.Equal(2), "seen first")
		panic("then broken")
	})
	c.Level = check.VendorMust // where even a safe deviation fails
	res := assay(t, check.Config{}, c).Results[0]
	g.Expect(res.Verdict).To(gomega.Equal(reports.Fail))
	g.Expect(res.Message).To(gomega.Equal("seen first"))
	g.Expect(res.Findings).To(gomega.HaveLen(2))
}
