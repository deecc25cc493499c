package main

import (
	"github.com/spf13/cobra"

	"github.com/authassay/authassay/internal/cli"
)

func newVersion(s *cli.Streams) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "version",
		Short:   "say which build this is",
		Long:    "Prints the version, the version of Go, and the commit where the build knows it.",
		Example: "  authassay version --json",
		Args:    cli.AtMost(0, ""),
		RunE:    func(*cobra.Command, []string) error { return cli.Version(s, asJSON) },
	}
	g := cli.NewGroup("Flags")
	g.Flags.BoolVar(&asJSON, "json", false, "JSON in place of a line")
	cli.Flags(c, g)
	return c
}
