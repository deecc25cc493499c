package main

import (
	"github.com/spf13/cobra"

	"github.com/authassay/authassay/internal/cli"
	"github.com/authassay/authassay/suites/check"
)

func newInit(s *cli.Streams) *cobra.Command {
	var o cli.InitOptions
	c := &cobra.Command{
		Use:   "init URL",
		Short: "write a target file for a server, from its metadata",
		Long: `Reads the metadata of an authorization server, at the well-known locations of
RFC 8414 and of OpenID Connect Discovery, and writes a target file with what
they say and a comment for every key. Clients and their secrets are for you to
fill in. URL is the issuer.`,
		Example: `  authassay init https://id.example.com
  authassay init https://id.example.com --output staging.yaml`,
		Annotations: map[string]string{cli.After: `Exit codes:
    0  the file is written
    2  wrong usage, or a file that exists
    3  the server cannot be reached, or has no metadata that can be used`},
		Args: cli.Exactly(1, "URL"),
		RunE: func(_ *cobra.Command, args []string) error {
			o.Issuer = args[0]
			return cli.Init(s, o)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	g := cli.NewGroup("Flags")
	g.Flags.VarP(cli.Text(&o.Output, "FILE"), "output", "o", "write to this file, not to stdout; it must not exist")
	g.Flags.BoolVar(&o.Force, "force", false, "replace the file if it exists")
	cli.TextVar(g.Flags, &o.Name, "name", "NAME", "", "name of the target in reports; without it made from the host")
	cli.TextVar(g.Flags, &o.CAFile, "ca-file", "FILE", "", "PEM file of certificate authorities to trust as well")
	g.Flags.BoolVar(&o.Insecure, "insecure", false, "do not verify certificates")
	cli.DurationVar(g.Flags, &o.Timeout, "timeout", check.DefaultTimeout, "time for everything that is asked")
	cli.Flags(c, g)
	return c
}
