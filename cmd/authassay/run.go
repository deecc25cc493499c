package main

import (
	"fmt"

	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/authassay/authassay/fixtures/targets"
	"github.com/authassay/authassay/internal/cli"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

func newRun(s *cli.Streams) *cobra.Command {
	var o cli.RunOptions
	c := &cobra.Command{
		Use:   "run [TARGET]",
		Short: "assay a server, and write the reports",
		Long: `Runs the checks against a server, prints a summary, and writes into the report
directory ` + strings.Join(reports.DirFiles(), ", ") + `.

TARGET is
  an issuer URL      https://id.example.com
  a target file      staging.yaml ("authassay init" writes one)
  a built-in target  mock ("authassay targets" lists them; ./mock is a file)
Without TARGET, everything that is bundled is started on loopback and assayed.

A run contacts the hosts that the target names, and those that its verified
metadata names. It changes and deletes only what it made itself; --register and
--allow-destructive allow more.`,
		Example: `  authassay run
  authassay run https://id.example.com --client-id ci   # secret: see below
  authassay run https://id.example.com --client-id ci \
    --redirect-uri https://client.example.com/callback --username alice
  authassay run staging.yaml --area ca,tok --strict
  authassay run staging.yaml --check 'jwks-*' --skip jwks-ec-curve
  authassay run staging.yaml --known-failing known.yaml --min-decided 20
  authassay run staging.yaml --shard 2/3 --seed build-7 --report-dir shard-2`,
		Annotations: map[string]string{cli.After: `Environment:
  AUTHASSAY_CLIENT_ID      a client, where --client-id is not given
  AUTHASSAY_CLIENT_SECRET  its secret, where --client-secret is not given; here
                           it is in no process list and no shell history
  AUTHASSAY_USERNAME       a user to log in as, where --username is not given
  AUTHASSAY_PASSWORD       their password, where --password is not given
  NO_COLOR                 set to anything: no colour
  GITHUB_ACTIONS           true: failures are printed as annotations too
  GITHUB_STEP_SUMMARY      a file that report.md is added to

` + exitCodes},
		Args: cli.AtMost(1, "TARGET"),
		RunE: func(c *cobra.Command, args []string) error {
			o.Args = args
			if more := o.Patience - check.DefaultPatience; more > 0 && !c.Flags().Changed("deadline") {
				o.Deadline += more // or it would end the run before what is waited for
			}
			return cli.Run(s, o)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return targets.Names(), cobra.ShellCompDirectiveDefault
		},
	}
	server, which, how, results, output := cli.NewGroup("The server"), cli.NewGroup("Which checks"),
		cli.NewGroup("How they run"), cli.NewGroup("Results"), cli.NewGroup("Output")
	serverFlags(server.Flags, &o)
	whichFlags(which.Flags, &o)
	howFlags(how.Flags, &o)
	resultFlags(results.Flags, &o)
	outputFlags(output.Flags, &o)
	cli.Flags(c, server, which, how, results, output)
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		cli.Disown(s, o.ReportDir, cli.FlagMistake(c, err))
		return cli.FlagMistake(c, err)
	})
	complete(c, "area", cli.Areas)
	complete(c, "check", cli.CheckIDs)
	complete(c, "skip", cli.CheckIDs)
	complete(c, "policy", cli.Policies)
	return c
}

func serverFlags(f *pflag.FlagSet, o *cli.RunOptions) {
	cli.TextVar(f, &o.ClientID, "client-id", "ID", "", "client to use, besides those of a target file")
	cli.TextVar(f, &o.ClientSecret, "client-secret", "SECRET", "", "its secret; better in AUTHASSAY_CLIENT_SECRET")
	cli.TextVar(f, &o.RedirectURI, "redirect-uri", "URI", "", "redirect URI that this client is registered with; a run never fetches it")
	cli.TextVar(f, &o.Username, "username", "NAME", "", "user to log in as, before those of a target file")
	cli.TextVar(f, &o.Password, "password", "PASSWORD", "", "their password; better in AUTHASSAY_PASSWORD")
	cli.TextVar(f, &o.CAFile, "ca-file", "FILE", "", "PEM file of certificate authorities to trust as well")
	f.BoolVar(&o.Insecure, "insecure", false, "do not verify certificates; the reports say so")
}

func whichFlags(f *pflag.FlagSet, o *cli.RunOptions) {
	cli.ListVar(f, &o.Areas, "area", "AREA", "only these areas (repeat it, or separate by commas)")
	cli.ListVar(f, &o.Checks, "check", "ID", "only these checks; * stands for anything")
	cli.ListVar(f, &o.Skip, "skip", "ID", "not these checks; * stands for anything")
	cli.ShardVar(f, &o.Shard, "shard", "only the I-th of N parts of them; \"authassay merge\" joins the reports")
	cli.ChoiceVar(f, &o.Policy, "policy", "POLICY", "", cli.Policies(),
		"which documents bind where they disagree: rfc6749, bcp (RFC 9700), oauth21 or oidc; without it as the target file says, or else bcp")
	f.BoolVar(&o.Register, "register", false, "let the run register clients at the server")
	f.BoolVar(&o.Destructive, "allow-destructive", false, "let the run change, revoke and delete what existed before it")
}

func howFlags(f *pflag.FlagSet, o *cli.RunOptions) {
	cli.CountVar(f, &o.Workers, "workers", 0, fmt.Sprintf("checks that run at once; without it %d, or %d for a server that is not on this machine", check.DefaultWorkers, check.RemoteWorkers))
	cli.DurationVar(f, &o.Timeout, "timeout", check.DefaultTimeout, "time for one check")
	cli.DurationVar(f, &o.Deadline, "deadline", cli.DefaultDeadline, "time for the whole run; by default more where --patience is")
	cli.RateVar(f, &o.Rate, "rate", "requests a second at most; without it as they come")
	cli.PatienceVar(f, &o.Patience, "patience", check.DefaultPatience, "time to wait for one thing: a code that expires, a target that asks for a pause; 0 waits for nothing")
	cli.TextVar(f, &o.Seed, "seed", "SEED", "", "repeat the run that named this seed: it invents the same names")
}

func resultFlags(f *pflag.FlagSet, o *cli.RunOptions) {
	f.BoolVar(&o.Strict, "strict", false, "warnings are failures")
	cli.CountVar(f, &o.MinDecided, "min-decided", 0,
		"exit 3 when fewer checks are decided; without it, when no MUST is decided in a role of the target")
	cli.TextVar(f, &o.KnownFailing, "known-failing", "FILE", "", "checks that are known to fail, with reasons; one that passes fails the run")
	cli.TextVar(f, &o.WriteKnownFailing, "write-known-failing", "FILE", "", "write such a file from this run, to be edited; it must not exist")
	cli.TextVar(f, &o.ReportDir, "report-dir", "DIR", cli.DefaultReportDir, "where the reports go")
}

func outputFlags(f *pflag.FlagSet, o *cli.RunOptions) {
	f.BoolVar(&o.Quiet, "quiet", false, "print the verdict sentence and nothing else")
	f.BoolVar(&o.Verbose, "verbose", false, "print every check, and the exchanges of those that fail")
	f.BoolVar(&o.NoColor, "no-color", false, "no colour, also on a terminal")
}

// complete offers words for the value of a flag to the shell.
func complete(c *cobra.Command, flag string, words func() []string) {
	err := c.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return words(), cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic(err) // the flag does not exist: a mistake of ours, which every test would meet
	}
}
