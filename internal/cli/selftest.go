package cli

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/catalog"
	"github.com/authassay/authassay/suites/selftest"
)

// SelfTestOptions are what "authassay selftest" was asked for.
type SelfTestOptions struct {
	// Full runs every check under every fault.
	Full bool
	// Only these areas or checks; empty for all.
	Only []string
	// Workers; 0 for one each processor.
	Workers int
	// Seed; empty for the fixed one.
	Seed  string
	Quiet bool
}

// SelfTest runs the self-test and writes its matrix. It fails with exit code 1
// when the self-test is not whole.
func SelfTest(s *Streams, o SelfTestOptions) error {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	defer watch(func(why reports.Stop) { cancel(stopped(why)) }, os.Exit)()

	show, end := s.selfTestProgress(o.Quiet)
	m, err := selftest.Run(ctx, selftest.Options{Full: o.Full, Only: o.Only, Workers: o.Workers, Seed: o.Seed, OnProgress: show})
	end()
	var by stopped
	switch {
	case errors.As(context.Cause(ctx), &by):
		return by.failure()
	case err != nil:
		return failed("the self-test could not be run: %w", err)
	}
	text := m.Sentence() + "\n"
	if !o.Quiet {
		proves := map[string][]string{}
		for _, c := range catalog.All().Checks() {
			proves[c.ID] = c.Proves
		}
		var b strings.Builder
		if err := m.Write(&b, proves); err != nil {
			return failed("%w", err)
		}
		text = b.String()
	}
	if err := s.Print(text); err != nil {
		return err
	}
	if len(m.Problems) > 0 {
		return &Failure{Code: reports.ExitFail}
	}
	return nil
}

// selfTestProgress gives a function that shows how far the self-test is, on a
// terminal, and one that ends it.
func (s *Streams) selfTestProgress(quiet bool) (show func(done, total int), end func()) {
	if quiet || !s.ErrTerminal {
		return func(int, int) {}, func() {}
	}
	bar := progressbar.NewOptions(1,
		progressbar.OptionSetWriter(writerOnly{s.Err}),
		progressbar.OptionSetWidth(barWidth),
		progressbar.OptionSetDescription("self-test"),
		progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionUseANSICodes(true),
		progressbar.OptionThrottle(50*time.Millisecond),
	)
	return func(done, total int) {
		// The total grows from stage to stage. An error means a terminal that is
		// gone.
		if bar.GetMax() < total {
			bar.ChangeMax(total)
		}
		_ = bar.Set(min(done, bar.GetMax()-1)) // a full bar would end itself before the next stage
	}, func() { _ = bar.Clear() }
}
