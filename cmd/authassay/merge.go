package main

import (
	"github.com/spf13/cobra"

	"github.com/authassay/authassay/internal/cli"
)

func newMerge(s *cli.Streams) *cobra.Command {
	var o cli.MergeOptions
	c := &cobra.Command{
		Use:   "merge DIR...",
		Short: "join the reports of the shards of a run",
		Long: `Joins what the shards of one run found into the reports of the whole, prints the
summary, and ends with the exit code that a run of all checks would have had.
DIR is the report directory of a shard, or its report.json. All shards must be
there.

Observers, which judge what all checks sent, are judged anew by the traffic of
all shards, and the known-failing file of the shards is applied to the whole.
All shards must be of one target, policy, selection, seed and version.`,
		Example: `  authassay run staging.yaml --shard 1/2 --seed build-7 --report-dir shard-1
  authassay run staging.yaml --shard 2/2 --seed build-7 --report-dir shard-2
  authassay merge shard-1 shard-2 --report-dir authassay-report`,
		Annotations: map[string]string{cli.After: `Environment:
  NO_COLOR                 set to anything: no colour
  GITHUB_ACTIONS           true: failures are printed as annotations too
  GITHUB_STEP_SUMMARY      a file that report.md is added to

Exit codes are those of a run (authassay run --help); 2 also for reports that
are not those of all shards of one run.`},
		Args: cli.AtLeastOne("DIR"),
		RunE: func(_ *cobra.Command, args []string) error {
			o.Args = args
			return cli.Merge(s, o)
		},
	}
	results, output := cli.NewGroup("Results"), cli.NewGroup("Output")
	cli.TextVar(results.Flags, &o.ReportDir, "report-dir", "DIR", cli.DefaultReportDir, "where the reports of the whole go")
	output.Flags.BoolVar(&o.Quiet, "quiet", false, "print the verdict sentence and nothing else")
	output.Flags.BoolVar(&o.Verbose, "verbose", false, "print every check, and the exchanges of those that fail")
	output.Flags.BoolVar(&o.NoColor, "no-color", false, "no colour, also on a terminal")
	cli.Flags(c, results, output)
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		cli.Disown(s, o.ReportDir, cli.FlagMistake(c, err))
		return cli.FlagMistake(c, err)
	})
	return c
}
