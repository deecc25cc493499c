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
	actual any
	failed *string
}

func newAssertion(t *T, means consequence, actual any, extra ...any) types.Assertion {
	failed := new(string)
	g := gomega.NewGomega(func(message string, _ ...int) { *failed = message })
	return &assertion{t: t, inner: g.Expect(actual, extra...), means: means, actual: actual, failed: failed}
}

func (a *assertion) match(m types.GomegaMatcher, want bool, desc []any) bool {
	var ok bool
	if want {
		ok = a.inner.To(m)
	} else {
		ok = a.inner.ToNot(m)
	}
	if ok {
		return true
	}
	f := finding{message: describe(desc)}
	if e, is := m.(Explainer); is && want {
		f.expected, f.got = e.Explain(a.actual)
	} else {
		f.expected, f.got = readGomega(*a.failed)
	}
	a.t.found(a.means, f)
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
	return &assertion{t: a.t, inner: a.inner.Error(), means: a.means, actual: a.actual, failed: a.failed}
}
