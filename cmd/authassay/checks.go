package main

import (
	"github.com/spf13/cobra"

	"github.com/authassay/authassay/internal/cli"
)

func newChecks(s *cli.Streams) *cobra.Command {
	var areas []string
	var asJSON bool
	c := &cobra.Command{
		Use:   "checks",
		Short: "list the checks there are",
		Long: `Lists the checks of the catalogue with level, area and title. --json gives
everything that is known of them: clauses, what is sent, how it is judged, what
is needed, and the faults that prove it.`,
		Example: `  authassay checks
  authassay checks --area ca,tok
  authassay checks --json | jq -r '.[] | [.id, .clauses[0]] | @tsv'`,
		Args: cli.AtMost(0, ""),
		RunE: func(*cobra.Command, []string) error { return cli.ListChecks(s, areas, asJSON) },
	}
	g := cli.NewGroup("Flags")
	cli.ListVar(g.Flags, &areas, "area", "AREA", "only these areas (repeat it, or separate by commas)")
	g.Flags.BoolVar(&asJSON, "json", false, "JSON in place of a table")
	cli.Flags(c, g)
	complete(c, "area", cli.Areas)
	return c
}
