package main

import (
	"github.com/spf13/cobra"

	"github.com/authassay/authassay/internal/cli"
)

func newSelfTest(s *cli.Streams) *cobra.Command {
	var o cli.SelfTestOptions
	c := &cobra.Command{
		Use:   "selftest",
		Short: "prove that every check can go red",
		Long: `Breaks the bundled mock identity provider, one rule at a time, and runs the
checks against each broken server. Prints the matrix of faults and the checks
that notice them. A check that no fault turns red, a fault that no check sees, a
check that calls a correct server wrong, and a difference from the matrix that
was reviewed make it fail. Nothing leaves the process.`,
		Example: `  authassay selftest
  authassay selftest --only pkce,code-single-use
  authassay selftest --full`,
		Annotations: map[string]string{cli.After: `Exit codes:
    0  the self-test is whole
    1  it is not; the problems stand below the matrix
    2  wrong usage
    3  it could not be run
  130  stopped by SIGINT; 143 by SIGTERM; 129 by SIGHUP`},
		Args: cli.AtMost(0, ""),
		RunE: func(*cobra.Command, []string) error { return cli.SelfTest(s, o) },
	}
	g := cli.NewGroup("Flags")
	g.Flags.BoolVar(&o.Full, "full", false, "run every check under every fault, also where it cannot notice it")
	cli.ListVar(g.Flags, &o.Only, "only", "AREA|ID", "only these areas or checks; * stands for anything")
	cli.CountVar(g.Flags, &o.Workers, "workers", 0, "runs at once; without it one for each processor")
	cli.TextVar(g.Flags, &o.Seed, "seed", "SEED", "", "seed of what the checks invent; without it a fixed one")
	g.Flags.BoolVar(&o.Quiet, "quiet", false, "print the sentence at the end and nothing else")
	cli.Flags(c, g)
	return c
}
