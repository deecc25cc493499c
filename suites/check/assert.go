package check

import (
	"fmt"
	"strings"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"
)

// Explainer is a matcher that says in one line each what it expected and what
// it got. Matchers that do not are read from their Gomega failure message.
type Explainer interface {
	Explain(actual any) (expected, got string)
}

// consequence is what a failed assertion means.
type consequence int

const (
	breaks   consequence = iota // the clause is broken; the check ends
	deviates                    // a deviation that harmed nobody; the check goes on
	spoils                      // nothing can be said; the check ends as an error
)

// assertion is a Gomega assertion that ends in a finding.
type assertion struct {
	t      *T
	inner  types.Assertion
	means  consequence
	actual any // what the matcher is shown
	last   any // the last of several values
	failed *string
}

func newAssertion(t *T, means consequence, actual any, extra ...any) types.Assertion {
	a := &assertion{t: t, means: means, actual: actual, last: actual, failed: new(string)}
	g := gomega.NewGomega(func(message string, _ ...int) { *a.failed = message })
	a.inner = g.Expect(actual, extra...)
	if len(extra) > 0 {
		a.last = extra[len(extra)-1]
	}
	return a
}

// watched is a matcher whose error is kept: a matcher that cannot be applied
// says nothing about the target.
type watched struct {
	types.GomegaMatcher
	asked bool
	err   error
}

func (w *watched) Match(actual any) (ok bool, err error) {
	w.asked = true
	ok, w.err = w.GomegaMatcher.Match(actual)
	return ok, w.err
}

func (a *assertion) match(m types.GomegaMatcher, want bool, desc []any) bool {
	var ok bool
	w := &watched{GomegaMatcher: m}
	if want {
		ok = a.inner.To(w)
	} else {
		ok = a.inner.ToNot(w)
	}
	if ok {
		return true
	}
	f, means := finding{message: describe(desc)}, a.means
	e, explains := m.(Explainer)
	switch {
	case w.err != nil:
		means, f = spoils, finding{message: "the check itself broke: " + oneLine(w.err.Error())}
	case !w.asked: // Gomega refused the other values, an error for example
		f.got = oneLine(*a.failed)
		f.expected = "no error and no further value"
	case explains:
		f.expected, f.got = e.Explain(a.actual)
		if !want {
			f.expected = "anything but " + f.expected
		}
	default:
		f.expected, f.got = readGomega(*a.failed)
	}
	a.t.found(means, f)
	return false
}

// describe reads the optional description as Gomega does.
func describe(desc []any) string {
	if len(desc) == 0 {
		return ""
	}
	switch d := desc[0].(type) {
	case func() string:
		return d()
	case string:
		return fmt.Sprintf(d, desc[1:]...)
	}
	return fmt.Sprint(desc...)
}

// readGomega splits a Gomega message ("Expected\n    <int>: 1\nto equal\n …")
// into what was expected and what was got.
func readGomega(msg string) (expected, got string) {
	rest, ok := strings.CutPrefix(msg, "Expected\n")
	if !ok {
		return oneLine(msg), ""
	}
	lines := strings.Split(rest, "\n")
	for i, l := range lines {
		if i > 0 && !strings.HasPrefix(l, " ") {
			return oneLine(strings.Join(lines[i:], " ")), oneLine(strings.Join(lines[:i], " "))
		}
	}
	return oneLine(msg), ""
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func (a *assertion) Should(m types.GomegaMatcher, d ...any) bool    { return a.match(m, true, d) }
func (a *assertion) ShouldNot(m types.GomegaMatcher, d ...any) bool { return a.match(m, false, d) }
func (a *assertion) To(m types.GomegaMatcher, d ...any) bool        { return a.match(m, true, d) }
func (a *assertion) ToNot(m types.GomegaMatcher, d ...any) bool     { return a.match(m, false, d) }
func (a *assertion) NotTo(m types.GomegaMatcher, d ...any) bool     { return a.match(m, false, d) }

// WithOffset has no meaning here: a finding names the clause, not a line.
func (a *assertion) WithOffset(int) types.Assertion { return a }

// Error returns an assertion on the last of several return values.
func (a *assertion) Error() types.Assertion {
	return &assertion{t: a.t, inner: a.inner.Error(), means: a.means, actual: a.last, last: a.last, failed: a.failed}
}
