package cli

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// The values of flags. Each refuses what cannot be meant: a variable that a
// pipeline left empty must not select everything, or take a client away.

var errEmpty = errors.New("is empty; leave the flag out, or give it a value")

type textValue struct {
	p    *string
	name string
}

// TextVar defines a flag with a text that is not empty. What it is called in
// the help, for example "FILE", is kind.
func TextVar(f *pflag.FlagSet, p *string, name, kind, value, usage string) {
	*p = value
	f.Var(Text(p, kind), name, usage)
}

// Text is the value of a flag with a text that is not empty.
func Text(p *string, kind string) pflag.Value { return &textValue{p, kind} }

func (v *textValue) Set(s string) error {
	if strings.TrimSpace(s) == "" {
		return errEmpty
	}
	*v.p = s
	return nil
}
func (v *textValue) String() string { return *v.p }
func (v *textValue) Type() string   { return v.name }

type listValue struct {
	p    *[]string
	name string
}

// ListVar defines a flag that may be repeated and takes several words at once,
// separated by commas.
func ListVar(f *pflag.FlagSet, p *[]string, name, kind, usage string) {
	f.Var(&listValue{p, kind}, name, usage)
}

func (v *listValue) Set(s string) error {
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part == "" {
			if strings.TrimSpace(s) == "" {
				return errEmpty
			}
			return errors.New("has nothing between two commas")
		}
		*v.p = append(*v.p, part)
	}
	return nil
}
func (v *listValue) String() string { return strings.Join(*v.p, ",") }
func (v *listValue) Type() string   { return v.name }

type choiceValue struct {
	p       *string
	name    string
	choices []string
}

// ChoiceVar defines a flag that takes one of several words.
func ChoiceVar(f *pflag.FlagSet, p *string, name, kind, value string, choices []string, usage string) {
	*p = value
	f.Var(&choiceValue{p, kind, choices}, name, usage)
}

func (v *choiceValue) Set(s string) error {
	if strings.TrimSpace(s) == "" {
		return errEmpty
	}
	if !slices.Contains(v.choices, s) {
		hint := "it is one of " + strings.Join(v.choices, ", ")
		if near := Near(s, v.choices); len(near) > 0 {
			hint = "did you mean " + either(near) + "? " + hint
		}
		return errors.New("is unknown; " + hint)
	}
	*v.p = s
	return nil
}
func (v *choiceValue) String() string { return *v.p }
func (v *choiceValue) Type() string   { return v.name }

type countValue struct{ p *int }

// CountVar defines a flag with a whole number of at least 1. A default of 0 is
// not shown.
func CountVar(f *pflag.FlagSet, p *int, name string, value int, usage string) {
	*p = value
	f.Var(&countValue{p}, name, usage)
}

func (v *countValue) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return errors.New("is not a whole number from 1 up")
	}
	*v.p = n
	return nil
}
func (v *countValue) String() string { return strconv.Itoa(*v.p) }
func (v *countValue) Type() string   { return "N" }

type durationValue struct{ p *time.Duration }

// DurationVar defines a flag with a time longer than 0.
func DurationVar(f *pflag.FlagSet, p *time.Duration, name string, value time.Duration, usage string) {
	*p = value
	f.Var(&durationValue{p}, name, usage)
}

func (v *durationValue) Set(s string) error {
	d, err := time.ParseDuration(s)
	if _, bare := strconv.ParseFloat(s, 64); err != nil && bare == nil {
		return errors.New("has no unit; write 30s, 500ms or 2m")
	}
	if err != nil {
		return errors.New("is not a duration; write 30s, 500ms or 2m")
	}
	if d <= 0 {
		return errors.New("is not longer than 0; write 30s, 500ms or 2m")
	}
	*v.p = d
	return nil
}

func (v *durationValue) String() string {
	s := v.p.String() // "10m0s"
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
func (v *durationValue) Type() string { return "DURATION" }
