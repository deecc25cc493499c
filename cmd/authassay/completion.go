package main

import (
	"bytes"

	"github.com/spf13/cobra"

	"github.com/authassay/authassay/internal/cli"
)

func newCompletion(s *cli.Streams) *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	c := &cobra.Command{
		Use:   "completion SHELL",
		Short: "write a completion script for a shell",
		Long: `Writes a script that lets a shell complete commands, flags, areas and checks.
SHELL is bash, zsh, fish or powershell.`,
		Example: `  source <(authassay completion bash)
  authassay completion zsh > "${fpath[1]}/_authassay"
  authassay completion fish > ~/.config/fish/completions/authassay.fish
  authassay completion powershell | Out-String | Invoke-Expression`,
		Args:      cli.Exactly(1, "SHELL"),
		ValidArgs: shells,
		RunE: func(c *cobra.Command, args []string) error {
			var script bytes.Buffer
			root := c.Root()
			var err error
			switch args[0] {
			case "bash":
				err = root.GenBashCompletionV2(&script, true)
			case "zsh":
				err = root.GenZshCompletion(&script)
			case "fish":
				err = root.GenFishCompletion(&script, true)
			case "powershell":
				err = root.GenPowerShellCompletionWithDesc(&script)
			default:
				return &cli.UsageError{Message: "SHELL " + cli.Quote(args[0]) + " is unknown", Hint: cli.DidYouMean(args[0], shells, "")}
			}
			if err != nil {
				return err
			}
			return s.Print(script.String())
		},
	}
	cli.Flags(c)
	return c
}
