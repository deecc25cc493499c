package cli

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/authassay/authassay/reports"
)

// UsageError says that the command line, or a file that it names, is wrong. It
// ends in exit code 2.
type UsageError struct {
	// Message says what is wrong, Hint what would be right; Hint may be empty.
	Message, Hint string
}

// Error gives message and hint.
func (e *UsageError) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + " (" + e.Hint + ")"
}

// Usage makes a UsageError without a hint.
func Usage(format string, args ...any) *UsageError {
	return &UsageError{Message: fmt.Sprintf(format, args...)}
}

// Failure ends a command in an exit code of its own.
type Failure struct {
	// Code is one of the Exit constants of package reports.
	Code int
	// Err is what to say; nil when all has been said.
	Err error
}

// Error gives what is to be said.
func (f *Failure) Error() string {
	if f.Err == nil {
		return fmt.Sprintf("exit code %d", f.Code)
	}
	return f.Err.Error()
}

// Unwrap gives Err.
func (f *Failure) Unwrap() error { return f.Err }

// failed makes a Failure for a result that could not be had: exit code 3.
func failed(format string, args ...any) *Failure {
	return &Failure{Code: reports.ExitUndecided, Err: fmt.Errorf(format, args...)}
}

// Finish says what an error is about and gives the exit code that belongs to
// it. Command is the command as it was called: "authassay run".
func Finish(s *Streams, command string, err error) int {
	if err == nil {
		return reports.ExitOK
	}
	code, say := reports.ExitUndecided, err
	var usage *UsageError
	var failure *Failure
	switch {
	case errors.As(err, &usage):
		code = reports.ExitUsage
	case errors.As(err, &failure):
		code, say = failure.Code, failure.Err
	}
	if say == nil {
		return code
	}
	_, _ = fmt.Fprintf(s.Err, "%s: %s\n", command, s.clean(say.Error()))
	if usage != nil {
		_, _ = fmt.Fprintf(s.Err, "See \"%s --help\".\n", command)
	}
	return code
}

// Broke says that authassay itself broke, after a panic with the value p, and
// gives the exit code: never 0, whatever was found before.
func Broke(s *Streams, p any) int {
	_, _ = fmt.Fprintf(s.Err, "authassay itself broke; this is a defect of authassay and says nothing about the target.\n%s\n\n%s",
		s.clean(fmt.Sprint(p)), s.clean(string(debug.Stack())))
	return reports.ExitUndecided
}

// Written judges an error of writing to Out. A reader that went away has read
// what it wanted; anything else, a full disk for example, lost the answer.
func Written(err error) error {
	if err == nil || errors.Is(err, syscall.EPIPE) {
		return nil
	}
	return failed("the output could not be written: %w", err)
}

// Print writes a text to Out.
func (s *Streams) Print(text string) error {
	_, err := io.WriteString(s.Out, text)
	return Written(err)
}

// plural is the number with the noun in the form that goes with it.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// either joins alternatives for a sentence: "a, b or c".
func either(items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	return strings.Join(items[:len(items)-1], ", ") + " or " + items[len(items)-1]
}
