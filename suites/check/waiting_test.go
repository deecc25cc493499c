package check_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// Waiting takes no place in the pool and no time of the check: with one worker
// and a limit of a second, another check runs meanwhile.
func TestWaitingHappensBesideOtherChecks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gomega.NewWithT(t)
		var order []string
		waits := active("x-waits", func(t *check.T) {
			order = append(order, "waits")
			t.Elapse(20*time.Second, "the code to expire")
			order = append(order, "waited")
		})
		other := active("x-other", func(*check.T) { order = append(order, "other") })
		catalogue(t, waits, other)
		r := start(t, check.Config{Workers: 1, Timeout: time.Second})
		r.Start(waits)
		synctest.Wait()
		r.Start(other).Wait()
		rep := finish(t, r)
		g.Expect(order).To(gomega.Equal([]string{"waits", "other", "waited"}))
		g.Expect(verdicts(rep)).To(gomega.Equal("x-waits=pass x-other=pass"))
		g.Expect(rep.WaitedMS).To(gomega.Equal(int64(20_000)))
	})
}

// Whether a time can be let pass is known before anything is sent.
func TestNeedTime(t *testing.T) {
	clock := &target.Target{Name: "t", Issuer: "https://idp.test", Clock: target.Clock{Move: func(int) error { return nil }}}
	for name, test := range map[string]struct {
		cfg check.Config
		met bool
	}{
		"a clock that can be moved": {check.Config{Target: clock, Patience: -1}, true},
		"patience enough":           {check.Config{Patience: 10 * time.Minute}, true},
		"less patience":             {check.Config{Patience: 10*time.Minute - time.Second}, false},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			ran := false
			c := active("x-one", func(*check.T) { ran = true })
			c.Needs = []check.Need{check.NeedTime(10*time.Minute, "the code to expire")}
			test.cfg.Transport = answering(nothing)
			if test.cfg.Target == nil {
				test.cfg.Target = anywhere()
			}
			res := assay(t, test.cfg, c).Results[0]
			g.Expect(ran).To(gomega.Equal(test.met))
			if !test.met {
				g.Expect(res.Need).To(gomega.Equal("10m0s to wait for the code to expire"))
				g.Expect(res.Adds).To(gomega.Equal([]string{"--patience 10m0s"}))
			}
		})
	}
}

// A serial check does not wait for one that is waiting.
func TestASerialCheckRunsWhileAnotherWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gomega.NewWithT(t)
		began := time.Now()
		var at time.Duration
		waits := active("x-waits", func(t *check.T) { t.Elapse(20*time.Second, "x") })
		serial := active("x-serial", func(*check.T) { at = time.Since(began) })
		serial.Serial = true
		catalogue(t, waits, serial)
		r := start(t, check.Config{})
		r.Start(waits)
		synctest.Wait()
		r.Start(serial)
		g.Expect(verdicts(finish(t, r))).To(gomega.Equal("x-waits=pass x-serial=pass"))
		g.Expect(at).To(gomega.BeNumerically("<", time.Second))
	})
}

// What takes longer than the patience does not run, and the need says how long.
func TestPatience(t *testing.T) {
	g := gomega.NewWithT(t)
	res := one(t, check.Config{}, func(t *check.T) { t.Elapse(10*time.Minute, "the code to expire") })
	g.Expect(res.Verdict).To(gomega.Equal(reports.NotRun))
	g.Expect(res.Need).To(gomega.Equal("10m0s to wait for the code to expire"))
	g.Expect(res.Hint).To(gomega.Equal("add --patience 10m0s"))
	res = one(t, check.Config{Patience: -1}, func(t *check.T) { t.Elapse(time.Second, "x") })
	g.Expect(res.Verdict).To(gomega.Equal(reports.NotRun), "no patience at all")
}

// A clock that can be moved is moved while no other check runs, and what was
// shared before is made anew.
func TestTheClockOfTheTargetIsMovedInstead(t *testing.T) {
	g := gomega.NewWithT(t)
	tg := anywhere()
	var running, moved, made atomic.Int32
	var alone atomic.Bool
	tg.Clock.Move = func(seconds int) error {
		moved.Add(int32(seconds))
		alone.Store(running.Load() == 0)
		return nil
	}
	shared := func(t *check.T) { check.Shared(t, "s", func(*check.T) int { return int(made.Add(1)) }) }
	begun, end := make(chan struct{}), make(chan struct{})
	busy := active("x-busy", func(*check.T) { running.Add(1); close(begun); <-end; running.Add(-1) })
	waits := active("x-waits", func(t *check.T) {
		shared(t)
		close(end) // the other one may go on, and has to before the clock moves
		t.Elapse(90*time.Minute+time.Millisecond, "x")
		shared(t)
	})
	catalogue(t, busy, waits)
	r := start(t, check.Config{Target: tg, Transport: nowhere{}})
	r.Start(busy)
	<-begun
	r.Start(waits)
	g.Expect(verdicts(finish(t, r))).To(gomega.Equal("x-busy=pass x-waits=pass"))
	g.Expect([]int32{moved.Load(), made.Load()}).To(gomega.Equal([]int32{5401, 2}), "whole seconds, rounded up")
	g.Expect(alone.Load()).To(gomega.BeTrue())

	tg.Clock.Move = func(int) error { return errors.New("it is nailed down") }
	res := one(t, check.Config{Target: tg, Transport: nowhere{}}, func(t *check.T) { t.Elapse(time.Second, "x") })
	g.Expect(res.Verdict).To(gomega.Equal(reports.Error))
	g.Expect(res.Message).To(gomega.ContainSubstring("it is nailed down"))
}

// A stopped run does not wait on.
func TestWaitingEndsWithTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gomega.NewWithT(t)
		c := active("x-waits", func(t *check.T) { t.Elapse(30*time.Second, "x") })
		catalogue(t, c)
		r := start(t, check.Config{Workers: 1})
		r.Start(c)
		synctest.Wait()
		began := time.Now()
		r.Stop(reports.StopInterrupt)
		rep := finish(t, r)
		g.Expect(verdicts(rep)).To(gomega.Equal("x-waits=not run"))
		g.Expect(time.Since(began)).To(gomega.BeNumerically("<", time.Second))
	})
}

// What a check waits for beside the target is not its time, and does not keep the
// run from ending.
func TestIdling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gomega.NewWithT(t)
		res := one(t, check.Config{Aids: map[string]any{"person": "Ann"}}, func(t *check.T) {
			t.Idle(func() { time.Sleep(5 * time.Minute) })
			t.Record("who", t.Aid("person").(string))
			t.Expect(t.Aid("other")).To(gomega.BeNil())
		})
		g.Expect(res.Verdict).To(gomega.Equal(reports.Pass), res.Message)
		g.Expect(res.Observations).To(gomega.Equal([]reports.Observation{{Name: "who", Value: "Ann"}}))

		c := active("x-idle", func(t *check.T) { t.Idle(func() { <-t.Context().Done() }) })
		catalogue(t, c)
		r := start(t, check.Config{})
		r.Start(c)
		synctest.Wait()
		r.Stop(reports.StopInterrupt)
		g.Expect(verdicts(finish(t, r))).To(gomega.Equal("x-idle=not run"))
	})
}

// The clock can be moved by a request, which carries the seconds wherever the
// target file puts them.
func TestTheClockIsMovedByARequest(t *testing.T) {
	for name, row := range map[string]struct {
		step target.Step
		want string
	}{
		"url":  {target.Step{Get: "/x?by={{seconds}}", Headers: map[string]string{"X-By": "{{seconds}}"}}, "GET /x?by=60 60 "},
		"form": {target.Step{Post: "/x", Form: map[string]string{"by": "{{seconds}}"}}, "POST /x  by=60"},
		"json": {target.Step{Put: "/x", JSON: map[string]string{"by": "{{seconds}}s"}}, `PUT /x  {"by":"60s"}`},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			var got string
			tg := serve(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				got = r.Method + " " + r.URL.RequestURI() + " " + r.Header.Get("X-By") + " " + string(body)
				if strings.HasPrefix(r.URL.Path, "/broken") {
					w.WriteHeader(500)
				}
			})
			tg.Clock.Advance = row.step
			for _, u := range []*string{&tg.Clock.Advance.Get, &tg.Clock.Advance.Post, &tg.Clock.Advance.Put} {
				if *u != "" {
					*u = tg.Issuer + *u
				}
			}
			res := one(t, check.Config{Target: tg}, func(t *check.T) { t.Elapse(time.Minute, "x") })
			g.Expect(res.Verdict).To(gomega.Equal(reports.Pass), res.Message)
			g.Expect(got).To(gomega.Equal(row.want))
			tg.Clock.Advance = target.Step{Get: tg.Issuer + "/broken"}
			res = one(t, check.Config{Target: tg}, func(t *check.T) { t.Elapse(time.Minute, "x") })
			g.Expect(res.Message).To(gomega.Equal("the target's clock cannot be moved: it answers 500"))
		})
	}
}
