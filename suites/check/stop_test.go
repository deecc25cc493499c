package check_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// hanging is a transport that answers nothing before the request is cancelled.
type hanging struct{}

func (hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestStopBeforeAnythingBegan(t *testing.T) {
	g := gomega.NewWithT(t)
	ran := false
	c := active("x-one", func(*check.T) { ran = true })
	o := observer("x-seen", func(*check.Exchange) *check.Judgement { return nil })
	catalogue(t, c, o)
	r := start(t, check.Config{})
	r.Stop(reports.StopInterrupt)
	p := r.Start(c)
	r.Start(o)
	rep := finish(t, r)
	g.Expect(ran).To(gomega.BeFalse())
	g.Expect(verdicts(rep)).To(gomega.Equal("x-one=not run x-seen=not run"))
	g.Expect(p.Wait().Need).To(gomega.Equal("a run that goes on: the run was stopped (SIGINT) before this check began"))
	g.Expect(r.Stopped()).To(gomega.Equal(reports.StopInterrupt))
	g.Expect(rep.Unreachable).To(gomega.BeEmpty(), "nobody looked")
}

func TestStopInTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gomega.NewWithT(t)
		release := make(chan struct{})
		defer close(release)
		checks := []*check.Check{
			active("x-done", func(*check.T) {}),
			active("x-asks", func(t *check.T) { get(t, "/") }),
			active("x-looks", func(t *check.T) { _, _ = t.Try("x", "x", &check.Request{URL: "https://idp.test/"}) }),
			active("x-waits", func(t *check.T) { <-t.Context().Done() }),
			active("x-stubborn", func(*check.T) { <-release }),
			active("x-seen", func(t *check.T) { t.Safe(1).To(gomega.Equal(2)); get(t, "/") }),
		}
		checks[5].Level = check.VendorMust
		for i := range 10 {
			checks = append(checks, active(fmt.Sprintf("x-late-%d", i), func(*check.T) {}))
		}
		catalogue(t, checks...)
		r := start(t, check.Config{Target: anywhere(), Transport: hanging{}, Workers: 5})
		for _, c := range checks[:1] {
			r.Start(c).Wait()
		}
		for _, c := range append(checks[1:5:5], checks[5]) {
			r.Start(c)
		}
		time.Sleep(time.Second)
		for _, c := range checks[6:] { // the pool is full
			r.Start(c)
		}
		stopped := time.Now()
		r.Stop(reports.StopTerminate)
		r.Stop(reports.StopInterrupt) // the first reason stays
		rep := finish(t, r)
		g.Expect(time.Since(stopped)).To(gomega.BeNumerically("<=", time.Second))
		g.Expect(verdicts(rep)).To(gomega.HavePrefix(
			"x-done=pass x-asks=not run x-looks=not run x-waits=not run x-stubborn=not run x-seen=fail x-late-0=not run"))
		g.Expect(rep.Results).To(gomega.HaveLen(16))
		g.Expect(rep.Count().NotRun).To(gomega.Equal(14))
		g.Expect(result(t, rep, "x-asks").Need).To(gomega.Equal("a run that goes on: the run was stopped (SIGTERM) while this check ran"))
		g.Expect(r.Stopped()).To(gomega.Equal(reports.StopTerminate))
	})
}

// Whenever Stop comes, every check has a result and the engine does not hang.
func TestStopAtEveryMoment(t *testing.T) {
	tg := serve(t, nothing)
	for moment := range 24 {
		t.Run(fmt.Sprint(moment), func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			var checks []*check.Check
			for i := range 10 {
				c := active(fmt.Sprintf("x-%d", i), func(t *check.T) {
					check.Shared(t, "shared", func(t *check.T) int { get(t, "/shared"); return 1 })
					get(t, "/a")
					get(t, "/b")
				})
				c.Serial = i == 4
				checks = append(checks, c)
			}
			seen := observer("x-seen", func(*check.Exchange) *check.Judgement { return &check.Judgement{OK: true} })
			catalogue(t, append(checks, seen)...)
			var events atomic.Int32
			var r *check.Run
			ready := make(chan struct{})
			stop := func() {
				<-ready
				r.Stop(reports.StopHangup)
			}
			r = start(t, check.Config{Target: tg, Workers: 3, Observers: []*check.Check{seen}, OnEvent: func(check.Event) {
				if int(events.Add(1)) == moment {
					go stop()
				}
			}})
			close(ready)
			if moment == 0 {
				stop()
			}
			for _, c := range append(checks, seen) {
				r.Start(c)
			}
			rep := finish(t, r)
			g.Expect(rep.Results).To(gomega.HaveLen(11))
			for _, res := range rep.Results {
				g.Expect(res.Verdict).To(gomega.BeElementOf(reports.Pass, reports.NotRun), "%s: %s", res.ID, res.Message)
			}
			g.Expect(events.Load()).To(gomega.BeEquivalentTo(22), "each check begins and ends once")
		})
	}
}

func TestStopWhileTheTargetIsLookedFor(t *testing.T) {
	g := gomega.NewWithT(t)
	tg := anywhere()
	tg.Issuer = "http://192.0.2.1:9" // documentation: nobody answers
	c := active("x-one", func(*check.T) {})
	catalogue(t, c)
	began := make(chan struct{}, 1)
	r := start(t, check.Config{Target: tg, OnEvent: func(e check.Event) {
		if e.Result == nil {
			began <- struct{}{}
		}
	}})
	r.Start(c)
	<-began
	r.Stop(reports.StopDeadline)
	rep := finish(t, r)
	g.Expect(rep.Results[0].Verdict).To(gomega.BeElementOf(reports.NotRun, reports.Error))
	if rep.Results[0].Verdict == reports.Error { // a machine without a network knows at once
		g.Expect(rep.Results[0].Message).To(gomega.ContainSubstring("no connection to 192.0.2.1:9"))
	}
	g.Expect(rep.Unreachable).ToNot(gomega.ContainSubstring("stopped"))
}

func TestStopAfterFinishChangesNothing(t *testing.T) {
	g := gomega.NewWithT(t)
	c := active("x-one", func(*check.T) {})
	catalogue(t, c)
	r := start(t, check.Config{})
	r.Start(c)
	rep := finish(t, r)
	r.Stop(reports.StopInterrupt)
	g.Expect(r.Finish()).To(gomega.Equal(rep))
	g.Expect(verdicts(rep)).To(gomega.Equal("x-one=pass"))
}

func TestFinishTwiceAndStartAfterwards(t *testing.T) {
	g := gomega.NewWithT(t)
	c, late := active("x-one", func(*check.T) {}), active("x-late", func(*check.T) { panic("runs") })
	seen := observer("x-seen", func(*check.Exchange) *check.Judgement { return nil })
	catalogue(t, c, late, seen)
	r := start(t, check.Config{})
	r.Start(c)
	r.Start(seen)
	first := finish(t, r)
	for _, l := range []*check.Check{late, seen} {
		g.Expect(r.Start(l).Wait().Verdict).To(gomega.Equal(reports.NotRun))
	}
	g.Expect(finish(t, r)).To(gomega.Equal(first))
	g.Expect(first.Results).To(gomega.HaveLen(2))
}

func TestFinishFromManyGoroutines(t *testing.T) {
	g := gomega.NewWithT(t)
	c := active("x-one", func(t *check.T) { t.Record("a", "b") })
	seen := observer("x-seen", func(*check.Exchange) *check.Judgement { return nil })
	catalogue(t, c, seen)
	r := start(t, check.Config{})
	r.Start(c)
	r.Start(seen)
	reportsOf := make(chan reports.TargetReport)
	for range 8 {
		go func() { reportsOf <- r.Finish() }()
	}
	first := <-reportsOf
	for range 7 {
		g.Expect(<-reportsOf).To(gomega.Equal(first))
	}
}
