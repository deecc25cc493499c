// Package assay runs the catalogue against one or several targets and makes
// the report of it. The command line, go test and Ginkgo are fronts of it.
package assay

import (
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/catalog"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/useragent"
)

// Options say what a run does. The zero value runs the whole catalogue with
// the defaults of package check.
type Options struct {
	// Selection of checks; default: all that fit the roles of the target.
	Selection check.Selection
	// Workers, Timeout, Strict, Register, Destructive and Seed are those of
	// check.Config.
	Workers               int
	Timeout               time.Duration
	Strict                bool
	Register, Destructive bool
	Seed                  string
	// Rate and Patience are those of check.Config.
	Rate     float64
	Patience time.Duration
	// Login says who or what logs in where the target file leaves it to a person
	// or a browser.
	Login []useragent.Option
	// Shard divides the checks; the zero value runs them all.
	Shard Shard
	// OnEvent is told the progress. It must not block.
	OnEvent func(Progress)
}

// Progress is an event of a run, with where it stands.
type Progress struct {
	check.Event
	Target string
	// Done of Total checks of this target are over.
	Done, Total int
}

// Assay is a run over one or several targets, one after the other. It can be
// stopped from another goroutine.
type Assay struct {
	opts     Options
	redactor *check.Redactor

	mu      sync.Mutex
	report  reports.Report
	current *check.Run
	began   time.Time
}

// New prepares a run.
func New(opts Options) *Assay {
	if opts.Seed == "" {
		opts.Seed = check.NewSeed()
	}
	a := &Assay{opts: opts, redactor: check.NewRedactor(), began: time.Now()}
	a.report = reports.Report{
		SchemaVersion: reports.SchemaVersion, RunID: reports.NewRunID(), Tool: Tool(), Started: a.began.UTC(),
		Seed: opts.Seed, Strict: opts.Strict,
	}
	if opts.Shard.Count > 0 {
		a.report.Shard = &reports.Shard{
			Index: opts.Shard.Index, Count: opts.Shard.Count,
			Areas: opts.Selection.Areas, Checks: opts.Selection.Checks, Skip: opts.Selection.Skip,
		}
	}
	return a
}

// Tool says which build this is.
func Tool() reports.Tool {
	t := reports.Tool{Name: "authassay", Version: "devel", Go: runtime.Version()}
	if Version != "" {
		t.Version = Version
	} else if bi, ok := debug.ReadBuildInfo(); ok && bi.Main.Path == "github.com/authassay/authassay" && bi.Main.Version != "" && bi.Main.Version != "(devel)" {
		t.Version = bi.Main.Version
	}
	return t
}

// Version of a release build, set by the linker.
var Version string

// Learn makes secrets known to the redaction before a target is assayed.
func (a *Assay) Learn(secrets ...string) {
	for _, s := range secrets {
		a.redactor.Learn(s)
	}
}

// Redact removes every secret the run knows from a text.
func (a *Assay) Redact(s string) string { return a.redactor.Text(s) }

// Checks are those that the options select for a target, and that belong to the
// shard.
func (a *Assay) Checks(t *target.Target) []*check.Check { return a.opts.Shard.of(a.Selected(t)) }

// Selected are the checks that the options select for a target, in all shards
// together.
func (a *Assay) Selected(t *target.Target) []*check.Check {
	roles := make([]string, len(t.Roles))
	for i, r := range t.Roles {
		roles[i] = string(r)
	}
	return catalog.All().Select(a.opts.Selection, roles)
}

// Target runs the selected checks against a target and adds what they found
// to the report. An error is a mistake of the caller's: a CA file that cannot
// be read. After Stop it still adds the target, with its checks not run. A target
// without checks is added, and nothing is sent to it.
func (a *Assay) Target(t *target.Target) error {
	checks := a.Checks(t)
	progress := Progress{Target: t.Name, Total: len(checks)}
	var mu sync.Mutex
	run, err := a.Begin(t, func(e check.Event) {
		if a.opts.OnEvent == nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if e.Result != nil {
			progress.Done++
		}
		progress.Event = e
		a.opts.OnEvent(progress)
	})
	if err != nil {
		return err
	}
	if len(checks) == 0 {
		run.Stop(reports.StopNone) // so that nobody looks whether the target is there
	}
	for _, c := range checks {
		run.Start(c)
	}
	a.End(run)
	return nil
}

// Begin starts an empty run against a target, for fronts that start the checks
// themselves. End must follow.
func (a *Assay) Begin(t *target.Target, onEvent func(check.Event)) (*check.Run, error) {
	run, err := check.NewRun(check.Config{
		Target: t, Observers: catalog.All().Observers(), Workers: a.opts.Workers, Timeout: a.opts.Timeout,
		Strict: a.opts.Strict, Register: a.opts.Register, Destructive: a.opts.Destructive, Seed: a.opts.Seed,
		Rate: a.opts.Rate, Patience: a.opts.Patience, Aids: map[string]any{useragent.Aid: a.opts.Login}, Redactor: a.redactor, Agent: "authassay/" + a.report.Tool.Version, OnEvent: onEvent,
	})
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.current = run
	if a.report.Stopped != reports.StopNone {
		run.Stop(a.report.Stopped)
	}
	return run, nil
}

// End finishes a run that Begin started and adds it to the report.
func (a *Assay) End(run *check.Run) reports.TargetReport {
	tr := run.Finish()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.report.Targets = append(a.report.Targets, tr)
	a.current = nil
	return tr
}

// Stop ends the run: what has not begun does not, what runs is told to end.
// The report is complete all the same, and says what did not run.
func (a *Assay) Stop(why reports.Stop) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.report.Stopped == reports.StopNone {
		a.report.Stopped = why
	}
	if a.current != nil {
		a.current.Stop(why)
	}
}

// Note adds a remark on the run as a whole to the report.
func (a *Assay) Note(note string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.report.Notes = append(a.report.Notes, note)
}

// Report is what was found so far.
func (a *Assay) Report() reports.Report {
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.report
	r.DurationMS = time.Since(a.began).Milliseconds()
	return r
}
