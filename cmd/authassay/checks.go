package main

import (
	"github.com/spf13/cobra"

	"github.com/authassay/authassay/internal/cli"
)

func newChecks(s *cli.Streams) *cobra.Command {
	var areas []string
	var asJSON, coverage bool
	c := &cobra.Command{
		Use:   "checks",
		Short: "list the checks there are",
		Long: `Lists the checks of the catalogue with level, area and title. --json gives
everything that is known of them: clauses, what is sent, how it is judged, what
is needed, and the faults that prove it.

--coverage turns it round: what each specification asks, clause by clause, with
the checks that look at it and the faults that prove them; where there is no
check, the reason. That is a page in Markdown, and always the whole.`,
		Example: `  authassay checks
  authassay checks --area ca,tok
  authassay checks --json | jq -r '.[] | [.id, .clauses[0]] | @tsv'
  authassay checks --coverage > coverage.md`,
		Args: cli.AtMost(0, ""),
		RunE: func(*cobra.Command, []string) error {
			switch {
			case !coverage:
				return cli.ListChecks(s, areas, asJSON)
			case asJSON:
				return cli.Usage("--coverage is a page in Markdown: leave out --json")
			case len(areas) > 0:
				return cli.Usage("--coverage is the page of all areas: leave out --area")
			}
			return cli.PrintCoverage(s)
		},
	}
	g := cli.NewGroup("Flags")
	cli.ListVar(g.Flags, &areas, "area", "AREA", "only these areas (repeat it, or separate by commas)")
	g.Flags.BoolVar(&asJSON, "json", false, "JSON in place of a table")
	g.Flags.BoolVar(&coverage, "coverage", false, "what is checked, clause by clause, as Markdown")
	cli.Flags(c, g)
	complete(c, "area", cli.Areas)
	return c
}
