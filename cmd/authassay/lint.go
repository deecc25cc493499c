package main

import (
	"github.com/spf13/cobra"

	"github.com/authassay/authassay/internal/cli"
)

func newLint(s *cli.Streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "lint FILE...",
		Short: "look for mistakes in target files",
		Long: `Prints what is wrong with target files, a line for each problem:
file:line:column: message (what would be right). Warnings are about what works
and is unwise, such as a secret in the file. References such as ${CLIENT_SECRET}
are looked up in the environment, as in a run. Nothing is sent anywhere.`,
		Example: `  authassay lint staging.yaml
  authassay lint targets/*.yaml`,
		Annotations: map[string]string{cli.After: `Exit codes:
    0  nothing, or warnings alone
    2  a file has an error`},
		Args: cli.AtLeastOne("FILE"),
		RunE: func(_ *cobra.Command, args []string) error { return cli.Lint(s, args) },
	}
	cli.Flags(c)
	return c
}
