package main

import (
	"github.com/spf13/cobra"

	"github.com/authassay/authassay/internal/cli"
)

func newExplain(s *cli.Streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "explain ID",
		Short: "say what a check asks, sends and judges",
		Long: `Says what a check is about: the clause and its level, what goes over the wire,
how the answer is judged, what the target must offer, and which faults prove
that the check can go red.`,
		Example: `  authassay explain ca-wrong-secret`,
		Args:    cli.Exactly(1, "ID"),
		RunE:    func(_ *cobra.Command, args []string) error { return cli.Explain(s, args[0]) },
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return cli.CheckIDs(), cobra.ShellCompDirectiveNoFileComp
		},
	}
	cli.Flags(c)
	return c
}
