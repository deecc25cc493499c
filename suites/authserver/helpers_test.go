package authserver_test

import (
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/authserver"
	"github.com/authassay/authassay/suites/check"
)

const patience = 20 * time.Second

// areas is a catalogue of its own for each run: two runs share nothing.
func areas(t testing.TB) *check.Catalog {
	t.Helper()
	c, err := check.NewCatalog(authserver.Areas()...)
	gomega.NewWithT(t).Expect(err).ToNot(gomega.HaveOccurred())
	return c
}

// assay runs checks, by default all, and gives their results.
func assay(t testing.TB, tg *target.Target, ids ...string) map[string]reports.Result {
	t.Helper()
	return assayWithin(t, tg, patience, ids...)
}

func assayWithin(t testing.TB, tg *target.Target, limit time.Duration, ids ...string) map[string]reports.Result {
	t.Helper()
	g := gomega.NewWithT(t)
	c := areas(t)
	_, unknown := c.Unknown(check.Selection{Checks: ids})
	g.Expect(unknown).To(gomega.BeEmpty())
	run, err := check.NewRun(check.Config{Target: tg, Observers: c.Observers(), Timeout: limit, Workers: 8})
	g.Expect(err).ToNot(gomega.HaveOccurred())
	for _, ch := range c.Select(check.Selection{Checks: ids}, nil) {
		run.Start(ch)
	}
	rep := run.Finish()
	out := map[string]reports.Result{}
	for _, r := range rep.Results {
		out[r.ID] = r
	}
	return out
}

// say is a result in a line.
func say(r reports.Result) string {
	line := r.ID + "=" + string(r.Verdict)
	for _, s := range []string{r.Step, r.Message, r.Got, r.Need} {
		if s != "" {
			line += " | " + s
		}
	}
	return line
}

// verdicts are all results with a verdict other than those given, in lines.
func verdicts(results map[string]reports.Result, but ...reports.Verdict) string {
	var out []string
	for _, r := range results {
		said := false
		for _, v := range but {
			said = said || r.Verdict == v
		}
		if !said {
			out = append(out, say(r))
		}
	}
	sort.Strings(out)
	return strings.Join(out, "\n")
}
