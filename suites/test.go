package suites

import (
	"strings"
	"testing"
	"time"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/assay"
	"github.com/authassay/authassay/suites/catalog"
)

// Test assays a target inside a test: a subtest for each check, named by its
// id. A failed check and an inconclusive one fail their subtest, a check that
// lacks what it needs is skipped with the need as reason, a warning is logged.
// The checks run in a pool of their own, whatever -parallel says; -run selects
// among them. Test may be called any number of times in a process, also in
// parallel. The report is returned for further questions.
func Test(t *testing.T, tg *target.Target, opts ...Option) reports.Report {
	t.Helper()
	s := newSettings(opts)
	tg = tg.WithDefaults()
	known, dir, err := s.prepare(checkIDs())
	if err != nil {
		t.Fatal(err)
	}
	a := assay.New(s.assay)
	if areas, patterns := catalog.All().Unknown(s.assay.Selection); len(areas)+len(patterns) > 0 {
		t.Fatalf("nothing in the catalogue is called %s", strings.Join(append(areas, patterns...), ", "))
	}
	checks := a.Checks(tg)
	if len(checks) == 0 {
		t.Fatalf("no check is selected for %s", tg.Name)
	}
	run, err := a.Begin(tg, nil)
	if err != nil {
		t.Fatal(err)
	}
	// A test binary that runs out of time is killed without a report; the run
	// ends a little earlier, with one.
	if end, ok := t.Deadline(); ok {
		timer := time.AfterFunc(time.Until(end)-5*time.Second, func() { a.Stop(reports.StopDeadline) })
		defer timer.Stop()
	}
	over := make(chan struct{})
	started := 0
	t.Run(tg.Name, func(t *testing.T) {
		for _, c := range checks {
			t.Run(c.ID, func(t *testing.T) {
				// The engine starts the check now; the subtest waits for it when
				// its turn comes, so that -parallel bounds only the waiting.
				started++
				p := run.Start(c)
				t.Parallel()
				tell(t, p.Wait(), known, tg)
			})
		}
		// The subtests go on when this function returns. Observers are judged
		// when every check is over.
		go func() { defer close(over); a.End(run) }()
	})
	<-over
	report := a.Report()
	if started == 0 {
		return report // -run selects something else
	}
	out, err := s.finish(&report, known, dir)
	if err != nil {
		t.Error(err)
	}
	count := report.Count()
	if count.Decided() == 0 && count.Error == 0 {
		t.Errorf("nothing was decided about %s: %s", tg.Name, out.Sentence)
	}
	if report.Stopped != reports.StopNone {
		t.Errorf("the run was stopped (%s): %s", report.Stopped, out.Sentence)
	}
	for _, reason := range out.RunReasons {
		t.Log(reason)
	}
	return report
}

// checkIDs are the ids that a known-failing file may name.
func checkIDs() []string {
	var ids []string
	for _, c := range catalog.All().Checks() {
		ids = append(ids, c.ID)
	}
	return ids
}

// tell makes the outcome of a subtest of a result.
func tell(t *testing.T, r reports.Result, known *reports.KnownFailing, tg *target.Target) {
	t.Helper()
	r = excuse(r, known, tg.Name, tg.Issuer)
	switch text := Text(r); {
	case r.KnownFailing != "":
		t.Skipf("known failure: %s\n%s", r.KnownFailing, text)
	case r.UnexpectedPass != "":
		t.Errorf("listed as a known failure and passes: %s", r.UnexpectedPass)
	case r.Verdict == reports.Fail:
		t.Error(text)
	case r.Verdict == reports.Error:
		t.Error("inconclusive: " + text)
	case r.Verdict == reports.NotRun:
		t.Skip("needs " + r.Need + hint(r))
	case r.Verdict == reports.Warn, r.Verdict == reports.Info:
		t.Logf("%s: %s", strings.ToUpper(string(r.Verdict)), text)
	}
}

// excuse applies a known-failing file to a single result.
func excuse(r reports.Result, known *reports.KnownFailing, name, issuer string) reports.Result {
	one := reports.Report{Targets: []reports.TargetReport{{Name: name, Issuer: issuer, Results: []reports.Result{r}}}}
	known.Apply(&one)
	return one.Targets[0].Results[0]
}

func hint(r reports.Result) string {
	if r.Hint == "" {
		return ""
	}
	return " (" + r.Hint + ")"
}

// Text explains a result in a few lines: what was asked, by which clause, what
// was expected and what was got.
func Text(r reports.Result) string {
	lines := []string{r.Message, r.Title + " (" + r.Level + ", " + strings.Join(r.Clauses, ", ") + ")"}
	for _, l := range []struct{ name, text string }{{"request: ", r.Step}, {"expected: ", r.Expected}, {"got: ", r.Got}} {
		if l.text != "" {
			lines = append(lines, l.name+l.text)
		}
	}
	return strings.Join(append(lines, "more: authassay explain "+r.ID), "\n")
}
