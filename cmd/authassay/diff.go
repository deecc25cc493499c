package main

import (
	"github.com/spf13/cobra"

	"github.com/authassay/authassay/internal/cli"
)

func newDiff(s *cli.Streams) *cobra.Command {
	var o cli.DiffOptions
	c := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "say what changed between two runs",
		Long: `Compares two reports of one target, check by check: what broke, what was mended,
what is decided no longer or only now, which checks are new or gone, and what
drifted where the verdict stayed. OLD and NEW are report directories, or their
report.json. Nothing is sent anywhere.

Worse is: a check fails that did not, or warns that held, unless the
known-failing file of the new run excuses it; or a check that held, or warned,
is no longer decided. A check that only one of the runs had is not worse.

Drift is a fact that a check noted, a message, or the latency of an endpoint.
Noise is left out: numbers that differ by 5 % or less, and medians of latency
that are of fewer than 10 answers, or no further apart than 20 ms, than half the
old one, or than the middle half of the answers of either run is wide.`,
		Example: `  authassay diff last-release/ authassay-report/
  authassay diff old/report.json new/report.json --json`,
		Annotations: map[string]string{cli.After: `Exit codes:
    0  nothing is worse
    1  something is worse
    2  they cannot be compared: other targets, other schema versions, shards of
       which the others are missing, a run that did not finish; or wrong usage
    3  the comparison could not be written`},
		Args: func(_ *cobra.Command, args []string) error {
			switch len(args) {
			case 0:
				return cli.Usage("OLD and NEW are missing: authassay diff OLD NEW")
			case 1:
				return cli.Usage("NEW is missing: authassay diff OLD NEW")
			case 2:
				return nil
			}
			return cli.Usage("takes OLD and NEW, and was given %d arguments", len(args))
		},
		RunE: func(_ *cobra.Command, args []string) error {
			o.Old, o.New = args[0], args[1]
			return cli.Diff(s, o)
		},
	}
	g := cli.NewGroup("Flags")
	g.Flags.BoolVar(&o.JSON, "json", false, "print it as JSON")
	g.Flags.BoolVar(&o.Verbose, "verbose", false, "name every check, however many there are")
	g.Flags.BoolVar(&o.NoColor, "no-color", false, "no colour, also on a terminal")
	cli.Flags(c, g)
	return c
}
