// Package suites is the way into authassay for Go tests: Test for the testing
// package, Register for Ginkgo. Both run the catalogue of package catalog on
// the engine of package check, so that they come to the verdicts of the
// command line.
package suites

import (
	"time"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/assay"
	"github.com/authassay/authassay/suites/useragent"
)

// Option changes what Test and Register run.
type Option func(*settings)

type settings struct {
	assay        assay.Options
	reportDir    string
	knownFailing string
}

func newSettings(opts []Option) *settings {
	s := &settings{}
	for _, o := range opts {
		o(s)
	}
	return s
}

// Areas selects areas of the catalogue: "cc", "meta". Default: all that fit
// the roles of the target.
func Areas(ids ...string) Option {
	return func(s *settings) { s.assay.Selection.Areas = append(s.assay.Selection.Areas, ids...) }
}

// Checks selects checks by id; "*" stands for any characters.
func Checks(patterns ...string) Option {
	return func(s *settings) { s.assay.Selection.Checks = append(s.assay.Selection.Checks, patterns...) }
}

// Skip leaves checks out by id; "*" stands for any characters.
func Skip(patterns ...string) Option {
	return func(s *settings) { s.assay.Selection.Skip = append(s.assay.Selection.Skip, patterns...) }
}

// Strict makes warnings fail.
func Strict() Option { return func(s *settings) { s.assay.Strict = true } }

// Workers sets how many checks run at once; the default is that of package check.
func Workers(n int) Option { return func(s *settings) { s.assay.Workers = n } }

// Timeout bounds one check; default 30 s.
func Timeout(d time.Duration) Option { return func(s *settings) { s.assay.Timeout = d } }

// Rate bounds the requests sent a second; without it they go as they come.
func Rate(perSecond float64) Option { return func(s *settings) { s.assay.Rate = perSecond } }

// Patience is how long the run waits for one thing at a target whose clock it
// cannot move: for a code to expire, or because the target asks for a pause.
// Default 30 s; 0 waits for nothing.
func Patience(d time.Duration) Option {
	return func(s *settings) {
		if s.assay.Patience = d; d <= 0 {
			s.assay.Patience = -1
		}
	}
}

// Login says who or what logs in where the target file leaves it to a person or a
// browser: useragent.WithPerson, useragent.WithBrowser.
func Login(opts ...useragent.Option) Option {
	return func(s *settings) { s.assay.Login = append(s.assay.Login, opts...) }
}

// Seed repeats what an earlier run invented; it is in that run's report.
func Seed(seed string) Option { return func(s *settings) { s.assay.Seed = seed } }

// AllowRegister allows the run to register clients at the target.
func AllowRegister() Option { return func(s *settings) { s.assay.Register = true } }

// AllowDestructive allows the run to change what existed before it.
func AllowDestructive() Option { return func(s *settings) { s.assay.Destructive = true } }

// ReportDir writes the reports (junit.xml, report.json and the others that
// reports.DirFiles names) into a directory. A relative path is relative to the
// package under test.
func ReportDir(path string) Option { return func(s *settings) { s.reportDir = path } }

// KnownFailing names a file of checks that are known to fail, with reasons.
func KnownFailing(path string) Option { return func(s *settings) { s.knownFailing = path } }

// finish takes a report through the known-failing file and into the report
// directory, and says what the run amounts to.
func (s *settings) finish(r *reports.Report, known *reports.KnownFailing, dir *reports.Dir) (reports.Outcome, error) {
	known.Apply(r)
	out := reports.Decide(*r, reports.DecideOptions{NoMinimum: true})
	r.Outcome = &out
	if dir == nil {
		return out, nil
	}
	r.RunID = dir.RunID() // as in the files that stand there already
	return out, dir.Write(*r)
}

// prepare reads the known-failing file and opens the report directory.
func (s *settings) prepare(ids []string) (known *reports.KnownFailing, dir *reports.Dir, err error) {
	if s.knownFailing != "" {
		if known, err = reports.LoadKnownFailing(s.knownFailing, ids); err != nil {
			return nil, nil, err
		}
	}
	if s.reportDir != "" {
		dir, err = reports.OpenDir(s.reportDir)
	}
	return known, dir, err
}
