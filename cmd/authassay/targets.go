package main

import (
	"github.com/spf13/cobra"

	"github.com/authassay/authassay/fixtures/targets"
	"github.com/authassay/authassay/internal/cli"
)

func newTargets(s *cli.Streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "targets",
		Short: "list the built-in targets, or show the file of one",
		Long: `Lists the targets that "authassay run" knows by name. "authassay targets show
NAME" prints the target file of one, which is an example to write others by.`,
		Example: `  authassay targets
  authassay targets show mock`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return cli.UnknownCommand(c, args[0])
			}
			return nil
		},
		RunE: func(*cobra.Command, []string) error { return cli.ListTargets(s) },
	}
	cli.Flags(c)
	show := &cobra.Command{
		Use:     "show NAME",
		Short:   "print the target file of a built-in target",
		Long:    "Prints the target file of a built-in target.",
		Example: "  authassay targets show mock > mine.yaml",
		Args:    cli.Exactly(1, "NAME"),
		RunE:    func(_ *cobra.Command, args []string) error { return cli.ShowTarget(s, args[0]) },
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			return targets.Names(), cobra.ShellCompDirectiveNoFileComp
		},
	}
	cli.Flags(show)
	c.AddCommand(show)
	return c
}
