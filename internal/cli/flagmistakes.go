package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// FlagMistake turns what pflag says of a command line into a message that
// names the flag, what is wrong with its value, and what would be right.
func FlagMistake(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var bare *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	var syntax *pflag.InvalidSyntaxError
	switch {
	case errors.As(err, &unknown):
		if short := unknown.GetSpecifiedShortnames(); short != "" {
			return &UsageError{Message: fmt.Sprintf("there is no flag -%.1s", unknown.GetSpecifiedName()), Hint: longForm(c, short)}
		}
		name := unknown.GetSpecifiedName()
		hint := ""
		if near := Near(name, flagNames(c)); len(near) > 0 {
			for i := range near {
				near[i] = "--" + near[i]
			}
			hint = "did you mean " + either(near) + "?"
		}
		return &UsageError{Message: "there is no flag --" + name, Hint: hint}
	case errors.As(err, &bare):
		f := bare.GetFlag()
		kind, _ := pflag.UnquoteUsage(f)
		return Usage("--%s needs a value: --%s %s", f.Name, f.Name, kind)
	case errors.As(err, &invalid):
		f, why := invalid.GetFlag(), invalid.Unwrap().Error()
		if f.Value.Type() == "bool" {
			why = "is neither true nor false; the flag alone means true"
		}
		if f.Name == "client-secret" || f.Name == "password" || invalid.GetValue() == "" {
			return Usage("--%s %s", f.Name, why)
		}
		return Usage("--%s %.80q %s", f.Name, invalid.GetValue(), why)
	case errors.As(err, &syntax):
		return Usage("%q is not a flag", syntax.GetSpecifiedFlag())
	}
	return Usage("%v", err)
}

// longForm helps those who wrote a long flag with one hyphen.
func longForm(c *cobra.Command, short string) string {
	for _, name := range flagNames(c) {
		if name == short {
			return "did you mean --" + name + "?"
		}
	}
	return ""
}

func flagNames(c *cobra.Command) []string {
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	return names
}

// AtMost accepts up to n arguments; what names them in the message.
func AtMost(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) > n {
			if n == 0 {
				return Usage("takes no argument, and was given %d", len(args))
			}
			return Usage("takes one %s, and was given %d arguments", what, len(args))
		}
		return nil
	}
}

// Exactly accepts n arguments, 1 or more; what names them in the message.
func Exactly(n int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) < n {
			return Usage("%s is missing: %s", what, c.UseLine())
		}
		return AtMost(n, what)(c, args)
	}
}

// AtLeastOne accepts any number of arguments but none.
func AtLeastOne(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return Usage("%s is missing: %s", what, c.UseLine())
		}
		return nil
	}
}

// UnknownCommand refuses a word in the place of a command.
func UnknownCommand(c *cobra.Command, word string) error {
	var known []string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			known = append(known, sub.Name())
		}
	}
	if len(known) == 0 {
		return Usage("%s has no command %s", c.CommandPath(), Quote(word))
	}
	return &UsageError{"there is no command " + Quote(c.CommandPath()+" "+word), DidYouMean(word, known, "")}
}
