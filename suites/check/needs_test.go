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

func need(name string, met func(*check.T) bool) check.Need {
	return check.Need{Name: name, Hint: "hint for " + name, Met: met}
}

func always(met bool) func(*check.T) bool { return func(*check.T) bool { return met } }

func TestTheFirstNeedThatIsNotMetIsNamed(t *testing.T) {
	g := gomega.NewWithT(t)
	c := active("x-one", func(*check.T) { panic("must not run") })
	asked := false
	c.Needs = []check.Need{
		need("met", always(true)), need("first", always(false)),
		need("second", func(*check.T) bool { asked = true; return false }),
	}
	res := assay(t, check.Config{}, c).Results[0]
	g.Expect(res.Verdict).To(gomega.Equal(reports.NotRun))
	g.Expect(res.Need).To(gomega.Equal("first"))
	g.Expect(res.Hint).To(gomega.Equal("hint for first"))
	g.Expect(asked).To(gomega.BeFalse())
}

func TestNeedsThatAreMetLetTheCheckRun(t *testing.T) {
	ran := false
	c := active("x-one", func(*check.T) { ran = true })
	c.Needs = []check.Need{need("a", always(true)), need("b", always(true))}
	g := gomega.NewWithT(t)
	g.Expect(verdicts(assay(t, check.Config{}, c))).To(gomega.Equal("x-one=pass"))
	g.Expect(ran).To(gomega.BeTrue())
}

// That a need could not be found out is neither "not run" nor a pass.
func TestANeedThatCannotBeFoundOutIsAnError(t *testing.T) {
	for name, met := range map[string]func(*check.T) bool{
		"panics": func(*check.T) bool { panic("oh") },
		"dead":   func(t *check.T) bool { return get(t, "/").Status == 200 },
		"shared": func(t *check.T) bool {
			return check.Shared(t, "s", func(t *check.T) bool { get(t, "/"); return true })
		},
		"inconclusive": func(t *check.T) bool { t.Inconclusive("who knows"); return true },
	} {
		t.Run(name, func(t *testing.T) {
			c := active("x-one", func(*check.T) {})
			c.Needs = []check.Need{need("n", met)}
			tooMany := answering(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) })
			res := assay(t, check.Config{Target: anywhere(), Transport: tooMany}, c).Results[0]
			g := gomega.NewWithT(t)
			g.Expect(res.Verdict).To(gomega.Equal(reports.Error))
			g.Expect(res.Message).ToNot(gomega.BeEmpty())
		})
	}
}

func TestANeedThatTakesTooLongIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := active("x-one", func(*check.T) {})
		c.Needs = []check.Need{need("n", func(t *check.T) bool { <-t.Context().Done(); return false })}
		res := assay(t, check.Config{Timeout: time.Second}, c).Results[0]
		g := gomega.NewWithT(t)
		g.Expect(res.Verdict).To(gomega.BeElementOf(reports.Error, reports.NotRun))
	})
}

func TestWhatTheUserAllowed(t *testing.T) {
	for _, allowed := range []bool{false, true} {
		register, destructive := active("x-register", func(*check.T) {}), active("x-change", func(*check.T) {})
		register.Needs = []check.Need{check.NeedRegister}
		destructive.Needs = []check.Need{check.NeedDestructive}
		g := gomega.NewWithT(t)
		rep := assay(t, check.Config{Register: allowed}, register, destructive)
		g.Expect(rep.Results[0].Verdict == reports.Pass).To(gomega.Equal(allowed))
		g.Expect(rep.Results[1].Verdict).To(gomega.Equal(reports.NotRun))
		g.Expect(rep.Results[1].Hint).To(gomega.Equal("add --allow-destructive"))
		rep = assay(t, check.Config{Destructive: allowed}, register, destructive)
		g.Expect(rep.Results[0].Verdict).To(gomega.Equal(reports.NotRun))
		g.Expect(rep.Results[0].Hint).To(gomega.Equal("add --register"))
		g.Expect(rep.Results[1].Verdict == reports.Pass).To(gomega.Equal(allowed))
	}
}

// A body may find out late that something is missing; what it saw before, stays.
func TestNotRunFromWithinABody(t *testing.T) {
	missing := need("what is missing", always(false))
	for name, row := range map[string]struct {
		body func(*check.T)
		want reports.Verdict
	}{
		"at once":         {func(*check.T) {}, reports.NotRun},
		"after a remark":  {func(t *check.T) { t.Inform("a", "b", "c") }, reports.NotRun},
		"after a warning": {func(t *check.T) { t.Safe(1).To(gomega.Equal(2)) }, reports.Warn},
	} {
		t.Run(name, func(t *testing.T) {
			res := one(t, check.Config{}, func(t *check.T) { row.body(t); t.NotRun(missing) })
			g := gomega.NewWithT(t)
			g.Expect(res.Verdict).To(gomega.Equal(row.want))
			g.Expect(res.Need == missing.Name).To(gomega.Equal(row.want == reports.NotRun))
			g.Expect(res.Message == "").To(gomega.Equal(row.want == reports.NotRun))
		})
	}
}

// Where the target lives decides what may be listened for and written down. One
// that is not there is a matter of the guard's own tests.
func TestSharesLoopback(t *testing.T) {
	for name, cfg := range map[string]check.Config{
		"in the process": {Target: anywhere(), Transport: answering(nothing)},
		"at 127.0.0.1":   {Target: serve(t, nothing)},
	} {
		t.Run(name, func(t *testing.T) {
			got := false
			assay(t, cfg, active("x-one", func(t *check.T) { got = t.SharesLoopback() }))
			gomega.NewWithT(t).Expect(got).To(gomega.BeTrue())
		})
	}
}

// A check says by which flags it would run: those of all its needs, where flags
// supply them all.
func TestTheFlagsThatWouldLetACheckRun(t *testing.T) {
	byFlag := func(hint string, met bool) check.Need {
		return check.Need{Name: "n", Hint: hint, Met: always(met)}
	}
	unknown := check.Need{Name: "n", Hint: "add --unknown", Met: func(t *check.T) bool {
		return check.Shared(t, "not made yet", func(t *check.T) bool { get(t, "/"); return true })
	}}
	breaks := check.Need{Name: "n", Hint: "add --breaks", Met: func(*check.T) bool { var list []int; return list[0] > 0 }}
	instead := byFlag("add --client-id, or list one", false)
	instead.Instead = func(*check.T) string { return "add --register" }
	for name, test := range map[string]struct {
		needs []check.Need
		hint  string
		adds  []string
	}{
		"one":                     {[]check.Need{byFlag("add --a and --b-c, or --d in a file", false)}, "add --a and --b-c, or --d in a file", []string{"--a", "--b-c"}},
		"two":                     {[]check.Need{byFlag("add --a", false), byFlag("add --b", false)}, "add --a", []string{"--a", "--b"}},
		"one, the other is met":   {[]check.Need{byFlag("add --a", false), byFlag("list one", true)}, "add --a", []string{"--a"}},
		"the other by no flag":    {[]check.Need{byFlag("add --a", false), byFlag("list one", false)}, "add --a", nil},
		"the first by no flag":    {[]check.Need{byFlag("list one", false), byFlag("add --a", false)}, "list one", nil},
		"a value":                 {[]check.Need{byFlag("add --patience 10m15s", false)}, "add --patience 10m15s", []string{"--patience 10m15s"}},
		"a simpler way":           {[]check.Need{instead}, "add --register, or --client-id, or list one", []string{"--register"}},
		"one that nobody knows":   {[]check.Need{byFlag("add --a", false), unknown}, "add --a", nil},
		"one that cannot be told": {[]check.Need{byFlag("add --a", false), breaks}, "add --a", nil},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			c := active("x-one", func(*check.T) {})
			c.Needs = test.needs
			rep := assay(t, check.Config{Target: anywhere(), Transport: answering(nothing)}, c)
			g.Expect(rep.Results[0].Verdict).To(gomega.Equal(reports.NotRun))
			g.Expect(rep.Results[0].Hint).To(gomega.Equal(test.hint))
			g.Expect(rep.Exchanges).To(gomega.BeEmpty(), "a request was sent to find out")
			if test.adds == nil {
				g.Expect(rep.Results[0].Adds).To(gomega.BeEmpty())
				return
			}
			g.Expect(rep.Results[0].Adds).To(gomega.Equal(test.adds))
		})
	}
}
