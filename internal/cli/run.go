package cli

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/assay"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/useragent"
)

// Notes on a run that every report carries.
const (
	noteSecretShown = "a client secret stood on the command line, where the process list and the shell history show it; " +
		EnvClientSecret + ", or ${NAME} in a target file, keeps it out of both"
	notePasswordShown = "a user's password stood on the command line, where the process list and the shell history show it; " +
		EnvPassword + ", or ${NAME} in a target file, keeps it out of both"
	noteInsecure = "certificates were not verified, so anyone on the way could have answered in the target's place"
	noteRegister = "--register was given, and no client was registered: no selected check needs one, or the target offers no registration"
	noteRefused  = "--register was given, and the target registered no client: it refused every request"
	noteDestroy  = "--allow-destructive was given, and no selected check changes what existed before"
)

// progressWait is how long a run waits for a reader of Err that does not read.
const progressWait = 500 * time.Millisecond

// runner is a run under way.
type runner struct {
	*Streams
	o        RunOptions
	plan     *plan
	dir      *reports.Dir
	assay    *assay.Assay
	progress *progress
	stops    []func() // end the servers that were started
}

// Run assays what the options name and writes the reports. A run whose exit
// code is not 0 gives an error that says the code.
func Run(s *Streams, o RunOptions) error {
	r := &runner{Streams: s, o: o}
	opts := o.assay(func(p assay.Progress) { r.progress.event(p) })
	opts.Login = r.login()
	r.assay = assay.New(opts)
	s.redact = r.assay.Redact
	r.assay.Learn(o.ClientSecret, o.Password)
	for _, name := range []string{EnvClientSecret, EnvPassword} {
		if secret, ok := s.Env(name); ok {
			r.assay.Learn(secret)
		}
	}
	plan, err := prepare(s, &o)
	if err != nil {
		refuse(s, o.ReportDir, reports.ExitUsage, err)
		return err
	}
	r.plan = plan
	r.assay.Terms(o.MinDecided, plan.known)
	if r.dir, err = reports.OpenDir(o.ReportDir); err != nil {
		err := Usage("%v", err)
		refuse(s, o.ReportDir, reports.ExitUsage, err)
		return err
	}
	r.progress = newProgress(s, o.Quiet, o.Verbose)
	defer watch(func(why reports.Stop) {
		r.progress.say(string(why) + ": stopping; the reports will say what did not run (once more ends it at once)")
		r.assay.Stop(why)
	}, os.Exit)()
	// A reader that goes away, of progress or summary, does not end the run.
	signal.Ignore(syscall.SIGPIPE)
	// Servers end when the reports are written: they may take their time.
	defer func() {
		for _, stop := range r.stops {
			stop()
		}
	}()
	err = r.all()
	if broken := r.progress.close(progressWait); broken != nil {
		panic(broken) // a defect of ours: the red reports stay
	}
	if err != nil {
		refuse(s, o.ReportDir, reports.ExitUndecided, err)
		return err
	}
	return r.conclude(r.assay.Report())
}

// login says who logs in where a target file leaves it to a person: whoever sits
// at the terminal. The addresses go the way of the progress, so that they do not
// get between two lines of it.
func (r *runner) login() []useragent.Option {
	return []useragent.Option{useragent.WithPerson(&useragent.Person{
		Show: func(e useragent.Errand) { r.progress.say(e.String()) }, In: r.In,
	})}
}

// all assays every target, within the deadline.
func (r *runner) all() error {
	deadline := time.AfterFunc(r.o.Deadline, func() {
		r.progress.say("the deadline of " + r.o.Deadline.String() + " is reached: stopping; the reports will say what did not run")
		r.assay.Stop(reports.StopDeadline)
	})
	defer deadline.Stop()
	r.remarks()
	for _, source := range r.plan.sources {
		if source.target != nil {
			// Before the first target is asked: its answers may hold the secrets
			// of another.
			r.assay.Learn(source.target.Secrets()...)
		}
	}
	for _, source := range r.plan.sources {
		if err := r.target(source); err != nil {
			return err
		}
	}
	return nil
}

// remarks notes what a reader of the reports has to know of the command line.
func (r *runner) remarks() {
	note := func(kind, text string) {
		r.assay.Note(text)
		r.progress.say(kind + ": " + text)
	}
	if r.plan.credentials.client.shown {
		note("hint", noteSecretShown)
	}
	if r.plan.credentials.user.shown {
		note("hint", notePasswordShown)
	}
	for _, names := range [][2]string{{EnvClientID, EnvClientSecret}, {EnvUsername, EnvPassword}} {
		name, _ := r.Env(names[0])
		secret, _ := r.Env(names[1])
		if r.plan.sources[0].bundled != "" && name+secret != "" {
			r.progress.say("hint: " + names[0] + " and " + names[1] + " are not looked at: this run starts its own server")
		}
	}
	for _, s := range r.plan.sources {
		if s.target != nil && s.target.TLS.Insecure {
			note("warning", noteInsecure)
		}
	}
}

// target assays one target. A server that is started for it ends with the run.
func (r *runner) target(s source) error {
	t, stop, err := s.start()
	if err != nil {
		return failed("%w", err)
	}
	r.stops = append(r.stops, stop)
	if s.bundled != "" && r.o.Policy != "" {
		t.Policy = target.Policy(r.o.Policy)
	}
	checks := r.assay.Checks(t)
	all := r.assay.Selected(t)
	if len(all) == 0 {
		return nil // not even a connection is made for nothing
	}
	if r.o.Destructive && !needsLeave(all, check.NeedDestructive) {
		r.assay.Note(noteDestroy)
	}
	r.progress.begin(fmt.Sprintf("assaying %s at %s", t.Name, t.Issuer), checks)
	defer r.progress.end()
	if err := r.assay.Target(t); err != nil {
		return failed("%w", err)
	}
	if targets := r.assay.Report().Targets; r.o.Register {
		if note := registered(targets[len(targets)-1]); note != "" {
			r.assay.Note(note)
		}
	}
	return nil
}

// registered says why leave to register clients brought none; empty when it did,
// and when the run ended before it could.
func registered(t reports.TargetReport) string {
	asked := false
	for _, e := range t.Exchanges {
		if e.Purpose != "registration" {
			continue
		}
		if e.Response == nil || e.Response.Status >= 200 && e.Response.Status < 300 {
			return ""
		}
		asked = true
	}
	switch {
	case t.Lost != "" || t.Unreachable != "":
		return ""
	case asked:
		return noteRefused
	}
	return noteRegister
}
