package cli

import (
	"cmp"
	"time"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/assay"
	"github.com/authassay/authassay/suites/check"
)

// The defaults of a run that the flags show.
const (
	DefaultReportDir = "authassay-report"
	DefaultDeadline  = 10 * time.Minute
)

// RunOptions are what "authassay run" was asked for. A zero value stands for a
// flag that was not given, but for Timeout, Deadline and ReportDir,
// which are required.
type RunOptions struct {
	// Args are the arguments: one TARGET, or none for what is bundled.
	Args []string

	// ClientID and ClientSecret are those of the flags; the environment is
	// looked at beside them.
	ClientID, ClientSecret string
	// RedirectURI is one that this client is registered with.
	RedirectURI string
	// Username and Password are those of the flags, as ClientID and ClientSecret
	// are.
	Username, Password string
	CAFile             string
	Insecure           bool

	// Areas, Checks and Skip select checks by area, id and pattern.
	Areas, Checks, Skip []string
	// Shard is the part of the selected checks to run; the zero value is all.
	Shard assay.Shard
	// Policy replaces that of the target.
	Policy                string
	Register, Destructive bool

	Workers           int
	Timeout, Deadline time.Duration
	// Rate bounds the requests a second; 0 does not. Patience bounds what the run
	// waits for.
	Rate     float64
	Patience time.Duration
	Seed     string

	Strict     bool
	MinDecided int
	// KnownFailing is read, WriteKnownFailing is written and must not exist.
	KnownFailing, WriteKnownFailing string
	ReportDir                       string

	Quiet, Verbose, NoColor bool
}

func (o *RunOptions) selection() check.Selection {
	return check.Selection{Areas: o.Areas, Checks: o.Checks, Skip: o.Skip}
}

// assay gives what the engine has to know.
func (o *RunOptions) assay(onEvent func(assay.Progress)) assay.Options {
	return assay.Options{
		Selection: o.selection(), Workers: o.Workers, Timeout: o.Timeout, Strict: o.Strict,
		Rate: o.Rate, Patience: cmp.Or(o.Patience, -1), Register: o.Register, Destructive: o.Destructive, Seed: o.Seed, Shard: o.Shard, OnEvent: onEvent,
	}
}

// plan is a run of which everything that can be known beforehand is known to
// be right.
type plan struct {
	sources     []source
	credentials credentials
	known       *reports.KnownFailing
}

// prepare checks everything that can be wrong before anything is sent. Its
// errors are UsageErrors.
func prepare(s *Streams, o *RunOptions) (*plan, error) {
	if o.Quiet && o.Verbose {
		return nil, &UsageError{"--quiet and --verbose exclude each other", "choose one"}
	}
	if o.Shard.Count > 0 && o.Seed == "" {
		return nil, &UsageError{"--shard without --seed", "give all shards of a run one seed, such as the number of the pipeline: they can only be merged when they invent the same"}
	}
	if o.Shard.Count > 0 && o.WriteKnownFailing != "" {
		return nil, &UsageError{"--write-known-failing does not go with --shard", "a shard does not know all failures; give it to a run of all checks"}
	}
	if err := validSelection(o.selection()); err != nil {
		return nil, err
	}
	p := &plan{}
	var err error
	if p.sources, err = findTargets(o.Args, s.Env); err != nil {
		return nil, err
	}
	if p.sources[0].bundled != "" {
		if err := onlyForOthers(o); err != nil {
			return nil, err
		}
	} else {
		if p.credentials, err = findCredentials(o, s.Env); err != nil {
			return nil, err
		}
		for _, source := range p.sources {
			if err := adjust(source.target, o, p.credentials); err != nil {
				return nil, err
			}
		}
	}
	if o.KnownFailing != "" {
		if p.known, err = reports.LoadKnownFailing(o.KnownFailing, CheckIDs()); err != nil {
			return nil, Usage("%v", err)
		}
	}
	if o.WriteKnownFailing != "" {
		if err := canCreate("--write-known-failing", o.WriteKnownFailing); err != nil {
			return nil, err
		}
	}
	return p, nil
}
