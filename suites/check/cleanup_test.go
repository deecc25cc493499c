package check_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// What a run made is removed in the reverse order, once, after every check.
func TestCleaningUp(t *testing.T) {
	g := gomega.NewWithT(t)
	var order []string
	made := func(id string) *check.Check {
		return active("x-"+id, func(t *check.T) {
			t.AtEnd(id, func(t *check.T) {
				get(t, "/"+id)
				order = append(order, id)
			})
		})
	}
	tg := serve(t, nothing)
	a, b := made("a"), made("b")
	catalogue(t, a, b)
	r := start(t, check.Config{Target: tg})
	r.Start(a).Wait()
	r.Start(b).Wait()
	rep := finish(t, r)
	finish(t, r)
	g.Expect(order).To(gomega.Equal([]string{"b", "a"}))
	g.Expect(rep.Left).To(gomega.BeEmpty())
	g.Expect(rep.Exchanges).To(gomega.HaveLen(2))
	g.Expect(rep.Exchanges[0].Check).To(gomega.Equal("cleanup"))
}

// It is removed when the run is stopped in mid-run, too.
func TestCleaningUpAfterAnInterrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gomega.NewWithT(t)
		removed := false
		c := active("x-a", func(t *check.T) {
			t.AtEnd("client a", func(t *check.T) { get(t, "/"); removed = true })
			<-t.Context().Done()
		})
		catalogue(t, c)
		r := start(t, check.Config{Target: anywhere(), Transport: answering(nothing)})
		r.Start(c)
		synctest.Wait()
		r.Stop(reports.StopInterrupt)
		rep := finish(t, r)
		g.Expect(removed).To(gomega.BeTrue())
		g.Expect(rep.Left).To(gomega.BeEmpty())
	})
}

// What cannot be removed is listed with the reason, without secrets, and does not
// keep the run.
func TestLeftovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gomega.NewWithT(t)
		began := time.Now()
		rep := assay(t, check.Config{Target: anywhere(), Transport: answering(nothing)}, active("x-a", func(t *check.T) {
			t.Learn("s3cr3t-value-1234")
			t.AtEnd("client a", func(t *check.T) { t.Inconclusive("the target said s3cr3t-value-1234") })
			t.AtEnd("client b", func(*check.T) { panic("oh") })
			t.AtEnd("client c", func(t *check.T) { <-t.Context().Done() })
			t.AtEnd("client d", func(*check.T) {})
		}))
		g.Expect(rep.Left).To(gomega.HaveLen(3))
		g.Expect(rep.Left[0]).To(gomega.Equal("client c: it did not come to its end"))
		g.Expect(rep.Left[1]).To(gomega.Equal("client b: the check itself broke: oh"))
		g.Expect(rep.Left[2]).To(gomega.HavePrefix("client a: the target said "))
		g.Expect(rep.Left[2]).ToNot(gomega.ContainSubstring("s3cr3t"))
		g.Expect(time.Since(began)).To(gomega.BeNumerically("<", time.Minute))
	})
}

// A request that makes something is not given up when the run is stopped: what it
// made is removed all the same. One to a target that takes its time is.
func TestWhatIsMadeDuringAnInterruptIsRemoved(t *testing.T) {
	for name, test := range map[string]struct {
		takes time.Duration
		made  bool
	}{"a second": {time.Second, true}, "an hour": {time.Hour, false}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := gomega.NewWithT(t)
				told, removed := 0, false
				c := active("x-a", func(t *check.T) {
					t.Do("make", "registration", &check.Request{URL: "http://idp.test/make", Made: func(_ *check.Response, err error) {
						told++
						if err == nil {
							t.AtEnd("client a", func(t *check.T) { get(t, "/remove"); removed = true })
						}
					}})
				})
				catalogue(t, c)
				r := start(t, check.Config{Target: anywhere(), Transport: answering(func(_ http.ResponseWriter, r *http.Request) {
					if r.URL.Path == "/make" {
						select {
						case <-time.After(test.takes):
						case <-r.Context().Done():
						}
					}
				})})
				r.Start(c)
				synctest.Wait()
				began := time.Now()
				r.Stop(reports.StopInterrupt)
				rep := finish(t, r)
				g.Expect(told).To(gomega.Equal(1))
				g.Expect(removed).To(gomega.Equal(test.made))
				g.Expect(rep.Results[0].Verdict).To(gomega.Equal(reports.NotRun))
				g.Expect(time.Since(began)).To(gomega.BeNumerically("<=", 3*time.Second))
			})
		})
	}
}
