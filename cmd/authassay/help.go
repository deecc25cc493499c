package main

import (
	"github.com/spf13/cobra"

	"github.com/authassay/authassay/internal/cli"
)

// newHelp replaces cobra's own help command, which calls an unknown command a
// success.
func newHelp() *cobra.Command {
	c := &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "explain a command",
		Long:  "Explains a command, as its --help does.",
		RunE: func(c *cobra.Command, args []string) error {
			about, rest, err := c.Root().Find(args)
			switch {
			case err != nil:
				return err
			case len(rest) > 0:
				return cli.UnknownCommand(about, rest[0])
			}
			return about.Help()
		},
	}
	cli.Flags(c)
	return c
}
