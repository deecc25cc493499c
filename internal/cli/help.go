package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// helpWidth is the width of help texts: that of the narrowest terminal in use,
// so that they look the same everywhere.
const helpWidth = 80

// Group is a number of flags that belong together, under a heading.
type Group struct {
	Title string
	Flags *pflag.FlagSet
}

// NewGroup makes a group without flags.
func NewGroup(title string) *Group {
	f := pflag.NewFlagSet(title, pflag.ContinueOnError)
	f.SortFlags = false
	return &Group{title, f}
}

// After is the key of the annotation with what a help text ends in.
const After = "after"

// Flags gives a command its flags, and a help text that shows them in their
// groups.
func Flags(c *cobra.Command, groups ...*Group) {
	for _, g := range groups {
		c.Flags().AddFlagSet(g.Flags)
	}
	c.DisableFlagsInUseLine = len(groups) == 0
	c.SetHelpFunc(func(c *cobra.Command, _ []string) {
		// A help text that cannot be written has no other place to go.
		_, _ = fmt.Fprint(c.OutOrStdout(), helpText(c, groups))
	})
}

func helpText(c *cobra.Command, groups []*Group) string {
	var b strings.Builder
	b.WriteString(strings.TrimSpace(c.Long) + "\n")
	fmt.Fprintf(&b, "\nUsage:\n  %s\n", c.UseLine())
	if c.HasAvailableSubCommands() {
		b.WriteString("\nCommands:\n")
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() {
				fmt.Fprintf(&b, "  %-12s %s\n", sub.Name(), sub.Short)
			}
		}
	}
	if c.Example != "" {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", strings.TrimRight(c.Example, "\n "))
	}
	width := 0
	for _, g := range groups {
		g.Flags.VisitAll(func(f *pflag.Flag) { width = max(width, len(flagHead(f))) })
	}
	for _, g := range groups {
		fmt.Fprintf(&b, "\n%s:\n", g.Title)
		g.Flags.VisitAll(func(f *pflag.Flag) { writeFlag(&b, f, width) })
	}
	if after := c.Annotations[After]; after != "" {
		b.WriteString("\n" + strings.TrimSpace(after) + "\n")
	}
	return b.String()
}

// flagHead is what stands left of the explanation: "  -o, --output FILE".
func flagHead(f *pflag.Flag) string {
	head := "      --" + f.Name
	if f.Shorthand != "" {
		head = "  -" + f.Shorthand + ", --" + f.Name
	}
	if f.Value.Type() != "bool" {
		head += " " + f.Value.Type()
	}
	return head
}

func writeFlag(b *strings.Builder, f *pflag.Flag, width int) {
	text := f.Usage
	if d := f.DefValue; d != "" && d != "false" && d != "0" {
		text += " (default " + d + ")"
	}
	head := flagHead(f)
	for _, line := range Wrap(text, helpWidth-width-2) {
		fmt.Fprintf(b, "%-*s  %s\n", width, head, line)
		head = ""
	}
}
