package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/assay"
)

// conclude judges the run, writes the files, and only then tells the terminal,
// whose reader may be slow.
func (r *runner) conclude(report reports.Report) error {
	report.RunID = r.dir.RunID() // as in the files that stand there already
	r.omitGiven(&report)
	r.plan.known.Apply(&report)
	outcome := reports.Decide(report, reports.DecideOptions{MinDecided: r.o.MinDecided})
	report.Outcome = &outcome

	// What goes wrong from here on is not about the target; it is said, and
	// the exit code is not 0.
	var mishaps []error
	mishap := func(err error) {
		mishaps = append(mishaps, err)
		outcome = blemish(outcome, r.clean(err.Error()))
	}
	if r.o.WriteKnownFailing != "" {
		if err := r.writeKnownFailing(report); err != nil {
			mishap(err)
		}
	}
	reportDir := r.dir.Path()
	if err := r.dir.Write(report); err != nil {
		mishap(err)
		reportDir = ""
	}
	if err := r.show(report, outcome, reportDir); err != nil {
		mishap(err)
	}
	if err := Written(r.publish(report, r.o.Quiet)); err != nil {
		mishap(err)
	}
	for _, m := range mishaps {
		r.Hint("error", m.Error())
	}
	if outcome.Code == reports.ExitOK {
		return nil
	}
	return &Failure{Code: outcome.Code}
}

// omitGiven takes the flags that were given out of what would let more checks run.
func (r *runner) omitGiven(report *reports.Report) {
	given := map[string]bool{
		"--client-id": r.plan.credentials.client.name != "", "--client-secret": r.plan.credentials.client.secret != "",
		"--redirect-uri": r.plan.credentials.redirectURI != "", "--register": r.o.Register, "--allow-destructive": r.o.Destructive,
		"--username": r.plan.credentials.user.name != "", "--password": r.plan.credentials.user.secret != "",
	}
	for _, t := range report.Targets {
		for i := range t.Results {
			t.Results[i].Adds = slices.DeleteFunc(slices.Clone(t.Results[i].Adds), func(flag string) bool { return given[flag] })
		}
	}
}

// show prints the summary, or with --quiet the sentence alone.
func (r *runner) show(report reports.Report, outcome reports.Outcome, reportDir string) error {
	if r.o.Quiet {
		_, err := fmt.Fprintln(r.Out, outcome.Sentence)
		return Written(err)
	}
	width := 0
	if r.OutTerminal {
		width = r.Width
	}
	return Written(r.shielded(func(w io.Writer) error {
		return reports.WriteSummary(w, report, reports.SummaryOptions{
			Color: r.Color(r.o.NoColor), Verbose: r.o.Verbose, Width: width, ReportDir: reportDir, Outcome: outcome,
		})
	}))
}

// blemish adds to an outcome that something beside the target went wrong.
func blemish(o reports.Outcome, reason string) reports.Outcome {
	if o.Code == reports.ExitOK {
		o.Code = reports.ExitUndecided
	}
	o.Reasons = append(slices.Clone(o.Reasons), reason)
	o.RunReasons = append(slices.Clone(o.RunReasons), reason)
	return o
}

// writeKnownFailing writes the failures of this run down, to be explained by a
// person. A run that did not come to its end would leave some out.
func (r *runner) writeKnownFailing(report reports.Report) error {
	path := r.o.WriteKnownFailing
	if report.Stopped != reports.StopNone {
		return fmt.Errorf("%q was not written, since the run did not come to its end", path)
	}
	err := createFile(path, func(w io.Writer) error { return reports.WriteKnownFailing(w, report) })
	if err == nil && !r.o.Quiet {
		c := report.Count()
		r.Hint("hint", fmt.Sprintf("%s lists %s; say in it why each is accepted, then use it with --known-failing",
			path, plural(c.Fail+c.Known, "failure", "failures")))
	}
	return err
}

// refuse replaces what an earlier run left in the report directory by reports
// that say why there was no run, so that nobody takes those for this run's. A
// directory that cannot be written to has no reports to mistake.
func refuse(s *Streams, path string, code int, why error) {
	reason := s.clean(why.Error())
	report := reports.Report{
		Tool: assay.Tool(), Started: time.Now().UTC(),
		Outcome: &reports.Outcome{
			Code: code, Sentence: "nothing was assayed: " + reason,
			Reasons: []string{reason}, RunReasons: []string{reason},
		},
	}
	if dir, err := reports.OpenDir(path); err == nil {
		_ = dir.Write(report)
	}
	_ = s.publish(report, false) // Out is not what is wrong; the error says what is
}

// Disown does the same for a command line that could not be read, where the
// report directory is there already. It makes none, since nobody asked for a
// run yet.
func Disown(s *Streams, path string, why error) {
	if _, err := os.Stat(filepath.Join(path, reports.JUnitFile)); err == nil {
		refuse(s, path, reports.ExitUsage, why)
	}
}
