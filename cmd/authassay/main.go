// Command authassay assays OAuth 2.0 authorization servers. Each subcommand
// has a file of its own; what they do is in package internal/cli.
package main

import (
	"io"
	"log"
	"os"

	"github.com/spf13/cobra"

	"github.com/authassay/authassay/internal/cli"
)

func main() {
	// net/http logs to the default logger what a server sends out of turn, and
	// that may be anything, a token too. What is worth saying, the report says.
	log.SetOutput(io.Discard)
	os.Exit(execute(cli.Standard(), os.Args[1:]))
}

// execute runs one command line and gives the exit code.
func execute(s *cli.Streams, args []string) (code int) {
	defer func() {
		if p := recover(); p != nil {
			code = cli.Broke(s, p)
		}
	}()
	root := newRoot(s)
	root.SetArgs(args)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	c, err := root.ExecuteC()
	return cli.Finish(s, c.CommandPath(), err)
}

func newRoot(s *cli.Streams) *cobra.Command {
	root := &cobra.Command{
		Use: "authassay COMMAND",
		Long: `authassay assays authorization: it sends requests to an OAuth 2.0 authorization
server and says, clause by clause, what holds and what does not.

It needs no configuration to begin with: "authassay run" starts the identity
provider that comes with it and assays that.`,
		Example: `  authassay run                            # what is bundled
  authassay run https://id.example.com     # your server: metadata and keys
  authassay init https://id.example.com -o staging.yaml
  authassay run staging.yaml               # your server, with its clients
  authassay explain ca-wrong-secret        # what a check asks, and why`,
		Annotations: map[string]string{cli.After: exitCodes + `

"authassay COMMAND --help" says more about a command.`},
		SilenceErrors: true, SilenceUsage: true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return cli.UnknownCommand(c, args[0])
		},
		RunE: func(*cobra.Command, []string) error {
			return &cli.UsageError{Message: "which command? run, merge, diff, idp, checks, explain, selftest, targets, lint, init", Hint: `"authassay run" is a good first one`}
		},
	}
	root.SetFlagErrorFunc(cli.FlagMistake)
	root.AddCommand(newRun(s), newMerge(s), newDiff(s), newIDP(s), newChecks(s), newExplain(s), newSelfTest(s), newTargets(s),
		newLint(s), newInit(s), newVersion(s), newCompletion(s))
	root.SetHelpCommand(newHelp())
	cli.Flags(root)
	cobra.EnableCommandSorting = false
	return root
}

// exitCodes is part of the help of every command that it concerns.
const exitCodes = `Exit codes, the first that applies:
    2  wrong usage, or a wrong target file; nothing was sent
  130  stopped by SIGINT; 143 by SIGTERM; 129 by SIGHUP
    1  a check fails, or a listed known failure passes
    3  nothing, or less than was asked for, can be said: an error, nothing
       selected, the deadline reached, less decided than --min-decided asks;
       also when the reports could not be written, or authassay itself broke
    0  none of these`
