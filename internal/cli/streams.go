// Package cli is what the command line does: it reads arguments, plans a run,
// watches signals, shows progress, and finds words for what went wrong. What a
// check is and how it is judged, other packages know.
package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// Streams are where a command writes, and what it may assume of the reader.
type Streams struct {
	// Out takes what was asked for, Err what is said about it.
	Out, Err io.Writer
	// In is what a person types, nil where nobody sits at the other end.
	In io.Reader
	// OutTerminal and ErrTerminal tell that a person's terminal is at the other
	// end, one that obeys control sequences.
	OutTerminal, ErrTerminal bool
	// Width of the terminal in characters; 0 when unknown.
	Width int
	// Env looks up a variable of the environment.
	Env func(name string) (string, bool)

	redact func(string) string
}

// Standard gives the streams of the process.
func Standard() *Streams {
	s := &Streams{Out: os.Stdout, Err: os.Stderr, Env: os.LookupEnv}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		s.In = os.Stdin
	}
	if dumb, _ := s.Env("TERM"); dumb != "dumb" {
		s.OutTerminal = term.IsTerminal(int(os.Stdout.Fd()))
		s.ErrTerminal = term.IsTerminal(int(os.Stderr.Fd()))
	}
	for _, f := range []*os.File{os.Stdout, os.Stderr} {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			s.Width = w
			break
		}
	}
	return s
}

// Color tells whether the output may be coloured: on a terminal, unless the
// flag or the variable NO_COLOR, set to anything, forbids it.
func (s *Streams) Color(forbidden bool) bool {
	no, _ := s.Env("NO_COLOR")
	return s.OutTerminal && !forbidden && no == ""
}

// Hint says something on Err that is no error.
func (s *Streams) Hint(kind, text string) {
	_, _ = fmt.Fprintf(s.Err, "%s: %s\n", kind, s.clean(text))
}

// clean takes the secrets that are known out of a text.
func (s *Streams) clean(text string) string {
	if s.redact == nil {
		return text
	}
	return s.redact(text)
}

// Wrap breaks a text into lines of at most width characters, at spaces.
func Wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case len([]rune(line))+1+len([]rune(word)) > width:
			lines, line = append(lines, line), word
		default:
			line += " " + word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
