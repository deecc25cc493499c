package assay_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onsi/gomega"
	"go.uber.org/goleak"

	"github.com/authassay/authassay/fixtures/bundled"
	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/assay"
	"github.com/authassay/authassay/suites/catalog"
	"github.com/authassay/authassay/suites/check"
)

// empty is a target that has nothing: 404 for any path.
func empty(t *testing.T, name string) *target.Target {
	t.Helper()
	s := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	return (&target.Target{Name: name, Issuer: s.URL}).WithDefaults()
}

func mock(t *testing.T) *target.Target {
	t.Helper()
	return described(t, mockidp.Start(t, bundled.MockOptions()...))
}

func described(t *testing.T, p *mockidp.Provider) *target.Target {
	t.Helper()
	tg, err := bundled.Describe(p)
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	return tg
}

func ids(results []reports.Result) (out []string) {
	for _, r := range results {
		out = append(out, r.ID)
	}
	return out
}

func all() (out []string) {
	for _, c := range catalog.All().Checks() {
		out = append(out, c.ID)
	}
	return out
}

// settled tells that the bundled target, which is right, has no https and does not
// serve the password grant, came through all checks.
func settled(t *testing.T, tr reports.TargetReport) {
	t.Helper()
	g := gomega.NewWithT(t)
	for _, r := range tr.Results {
		switch r.Verdict {
		case reports.Pass:
		case reports.Info:
			g.Expect(r.ID).To(gomega.Equal("meta-issuer-form"), r.Message)
		default:
			if !strings.HasPrefix(r.ID, "ropc-") {
				g.Expect(r.Need).To(gomega.ContainSubstring("https"), "%s: %s %s", r.ID, r.Verdict, r.Message)
			}
			g.Expect(r.Verdict).To(gomega.Equal(reports.NotRun), r.ID)
		}
	}
}

func TestSeveralTargets(t *testing.T) {
	g := gomega.NewWithT(t)
	a := assay.New(assay.Options{Seed: "seed"})
	a.Note("a remark")
	first, second, third := empty(t, "first"), mock(t), empty(t, "third")
	for _, tg := range []*target.Target{first, second, third} {
		g.Expect(a.Target(tg)).To(gomega.Succeed())
	}
	r := a.Report()
	g.Expect(r.SchemaVersion).To(gomega.Equal(reports.SchemaVersion))
	g.Expect(r.Seed).To(gomega.Equal("seed"))
	g.Expect(r.Stopped).To(gomega.Equal(reports.StopNone))
	g.Expect(r.Notes).To(gomega.Equal([]string{"a remark"}))
	g.Expect(r.RunID).ToNot(gomega.BeEmpty())
	g.Expect(r.Tool.Name).To(gomega.Equal("authassay"))
	g.Expect(r.DurationMS).To(gomega.BeNumerically(">=", 0))
	g.Expect(r.Targets).To(gomega.HaveLen(3))
	for i, tr := range r.Targets {
		g.Expect(tr.Name).To(gomega.Equal([]string{"first", bundled.Mock, "third"}[i]))
		g.Expect(ids(tr.Results)).To(gomega.Equal(all()), "every check has a result, in the order of the catalogue")
		g.Expect(tr.Roles).To(gomega.Equal([]string{"authorization-server"}))
		g.Expect(tr.Policy).To(gomega.Equal("bcp"))
	}
	settled(t, r.Targets[1])
	g.Expect(r.Targets[0].Count().Fail).To(gomega.BeZero(), "a server that has nothing breaks nothing")
	g.Expect(r.Targets[0].Count().NotRun).To(gomega.BeNumerically(">", 25))
	raw, err := json.Marshal(r)
	g.Expect(err).ToNot(gomega.HaveOccurred())
	var back reports.Report
	g.Expect(json.Unmarshal(raw, &back)).To(gomega.Succeed())
	g.Expect(back.Targets).To(gomega.Equal(r.Targets), "the report survives its JSON form")
}

func TestTargetsBuiltInGoNeedNoDefaults(t *testing.T) {
	g := gomega.NewWithT(t)
	tg := empty(t, "bare")
	tg.Roles, tg.Policy, tg.Version = nil, "", 0
	a := assay.New(assay.Options{})
	g.Expect(a.Target(tg)).To(gomega.Succeed())
	g.Expect(a.Report().Targets[0].Policy).To(gomega.Equal("bcp"))
	g.Expect(a.Report().Targets[0].Roles).To(gomega.Equal([]string{"authorization-server"}))
}

func TestStopBetweenTargets(t *testing.T) {
	g := gomega.NewWithT(t)
	a := assay.New(assay.Options{})
	g.Expect(a.Target(mock(t))).To(gomega.Succeed())
	a.Stop(reports.StopTerminate)
	a.Stop(reports.StopInterrupt) // the first reason stays
	g.Expect(a.Target(mock(t))).To(gomega.Succeed())
	r := a.Report()
	g.Expect(r.Stopped).To(gomega.Equal(reports.StopTerminate))
	settled(t, r.Targets[0])
	g.Expect(ids(r.Targets[1].Results)).To(gomega.Equal(all()))
	g.Expect(r.Targets[1].Count().NotRun).To(gomega.Equal(len(all())))
	g.Expect(r.Targets[1].Exchanges).To(gomega.BeEmpty(), "nothing was sent any more")
}

// Whenever the run is stopped, from another goroutine, the report has a result
// for each check of each target, and comes soon.
func TestStopAtAnyMoment(t *testing.T) {
	first, second := mock(t), mock(t)
	for _, moment := range []int{1, 2, 7, 20, 40, 60, 62, 63, 70, 100} {
		g := gomega.NewWithT(t)
		events := 0
		var stopped time.Time
		var a *assay.Assay
		var wait sync.WaitGroup
		a = assay.New(assay.Options{Workers: 4, OnEvent: func(assay.Progress) {
			if events++; events == moment {
				stopped = time.Now()
				wait.Go(func() { a.Stop(reports.StopInterrupt) })
			}
		}})
		g.Expect(a.Target(first)).To(gomega.Succeed())
		g.Expect(a.Target(second)).To(gomega.Succeed())
		wait.Wait()
		g.Expect(time.Since(stopped)).To(gomega.BeNumerically("<", 10*time.Second))
		r := a.Report()
		g.Expect(r.Stopped).To(gomega.Equal(reports.StopInterrupt))
		g.Expect(r.Targets).To(gomega.HaveLen(2))
		for _, tr := range r.Targets {
			g.Expect(ids(tr.Results)).To(gomega.Equal(all()))
			for _, res := range tr.Results {
				if !res.Observer { // which saw what there was to see
					g.Expect(res.Verdict).To(gomega.BeElementOf(reports.Pass, reports.Info, reports.NotRun), "%s: %s", res.ID, res.Message)
				}
			}
		}
		g.Expect(events).To(gomega.Equal(4*len(all())), "each check begins and ends once at each target")
	}
}

func TestAServerThatHangsDoesNotHoldUpStop(t *testing.T) {
	g := gomega.NewWithT(t)
	asked := make(chan struct{}, 100)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	t.Cleanup(s.Close)
	a := assay.New(assay.Options{})
	done := make(chan error, 1)
	go func() { done <- a.Target(&target.Target{Name: "hangs", Issuer: s.URL}) }()
	<-asked
	stopped := time.Now()
	a.Stop(reports.StopDeadline)
	g.Expect(<-done).To(gomega.Succeed())
	g.Expect(time.Since(stopped)).To(gomega.BeNumerically("<", 2*time.Second))
	g.Expect(a.Report().Targets[0].Count().NotRun).To(gomega.Equal(len(all())))
}

func TestProgressCountsToTheEnd(t *testing.T) {
	g := gomega.NewWithT(t)
	tg := empty(t, "t")
	areas := check.Selection{Areas: []string{"meta", "http"}}
	total := len(catalog.All().Select(areas, nil))
	done, began := 0, map[string]bool{}
	a := assay.New(assay.Options{Selection: areas, OnEvent: func(p assay.Progress) {
		g.Expect(p.Target).To(gomega.Equal("t"))
		g.Expect(p.Total).To(gomega.Equal(total))
		if p.Result == nil {
			began[p.Check.ID] = true
			g.Expect(p.Done).To(gomega.Equal(done))
			return
		}
		done++
		g.Expect(p.Done).To(gomega.Equal(done))
		g.Expect(began).To(gomega.HaveKey(p.Result.ID))
	}})
	g.Expect(a.Target(tg)).To(gomega.Succeed())
	g.Expect(done).To(gomega.Equal(total))
	g.Expect(a.Checks(tg)).To(gomega.HaveLen(total))
}

func TestMistakesOfTheCaller(t *testing.T) {
	g := gomega.NewWithT(t)
	a := assay.New(assay.Options{})
	err := a.Target(&target.Target{Name: "t", Issuer: "https://idp.test", TLS: target.TLS{CAFile: "/nowhere.pem"}})
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("/nowhere.pem")))
	g.Expect(a.Report().Targets).To(gomega.BeEmpty())
	a.Stop(reports.StopInterrupt) // nothing runs, and nothing breaks
}

func TestATargetThatIsNotThere(t *testing.T) {
	g := gomega.NewWithT(t)
	tg := empty(t, "gone")
	s := httptest.NewServer(http.NotFoundHandler())
	tg.Issuer = s.URL
	s.Close()
	a := assay.New(assay.Options{})
	g.Expect(a.Target(tg)).To(gomega.Succeed())
	tr := a.Report().Targets[0]
	g.Expect(tr.Unreachable).To(gomega.ContainSubstring("connection refused"))
	observers := len(catalog.All().Observers())
	g.Expect(tr.Count().Error).To(gomega.Equal(len(all()) - observers))
	g.Expect(tr.Count().NotRun).To(gomega.Equal(observers), "observers had nothing to see")
}

// A front may start the checks itself; the options hold all the same.
func TestAFrontThatStartsTheChecksItself(t *testing.T) {
	g := gomega.NewWithT(t)
	a := assay.New(assay.Options{Strict: true})
	p := mockidp.Start(t, append(bundled.MockOptions(), mockidp.WithRuleOff("client-credentials-no-refresh"))...)
	run, err := a.Begin(described(t, p), nil)
	g.Expect(err).ToNot(gomega.HaveOccurred())
	res := run.Start(catalog.All().Check("cc-no-refresh")).Wait()
	g.Expect(res.Verdict).To(gomega.Equal(reports.Fail))
	g.Expect(res.Raised).To(gomega.BeTrue(), "a warning, raised")
	tr := a.End(run)
	g.Expect(tr.Results).To(gomega.HaveLen(1))
	g.Expect(tr.Results[0].Raised).To(gomega.BeTrue())
	g.Expect(a.Report().Targets).To(gomega.HaveLen(1))
	g.Expect(tr.Exchanges[0].Judged).ToNot(gomega.BeEmpty(), "observers watch whatever is started")
}

// A secret of one target does not show in the part of another.
func TestSecretsAreSharedBetweenTargets(t *testing.T) {
	g := gomega.NewWithT(t)
	const canary = "learned-canary-1234"
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello " + canary)) }))
	t.Cleanup(echo.Close)
	a := assay.New(assay.Options{})
	a.Learn(canary)
	g.Expect(a.Target(&target.Target{Name: "t", Issuer: echo.URL})).To(gomega.Succeed())
	raw, err := json.Marshal(a.Report())
	g.Expect(err).ToNot(gomega.HaveOccurred())
	g.Expect(string(raw)).ToNot(gomega.ContainSubstring(canary))
	g.Expect(string(raw)).To(gomega.ContainSubstring("hello [redacted #"))
	g.Expect(a.Redact("say " + canary)).To(gomega.MatchRegexp(`^say \[redacted #[0-9a-f]{8}\]$`))
}

// After a run nothing is left of it, whether it came to its end or not.
func TestNothingIsLeft(t *testing.T) {
	g := gomega.NewWithT(t)
	p, err := mockidp.New(bundled.MockOptions()...)
	g.Expect(err).ToNot(gomega.HaveOccurred())
	before := goleak.IgnoreCurrent()
	g.Expect(p.Listen("127.0.0.1:0")).To(gomega.Succeed())
	events := 0
	var a *assay.Assay
	a = assay.New(assay.Options{OnEvent: func(assay.Progress) {
		if events++; events == 80 {
			go a.Stop(reports.StopHangup)
		}
	}})
	for range 2 {
		g.Expect(a.Target(described(t, p))).To(gomega.Succeed())
	}
	g.Expect(p.Close()).To(gomega.Succeed())
	goleak.VerifyNone(t, before)
}
