package check_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// explaining is a matcher that explains itself, and cannot be applied to text.
type explaining struct{ holds bool }

func (m explaining) Match(actual any) (bool, error) {
	if s, ok := actual.(string); ok {
		return false, fmt.Errorf("not for %q", s)
	}
	return m.holds, nil
}
func (m explaining) Explain(actual any) (expected, got string) { return "harmony", fmt.Sprint(actual) }
func (m explaining) FailureMessage(any) string                 { return "not harmonious" }
func (m explaining) NegatedFailureMessage(any) string          { return "harmonious" }

func TestAFindingSaysWhatWasExpectedAndGot(t *testing.T) {
	for name, row := range map[string]struct {
		assert                 func(*check.T)
		message, expected, got string
	}{
		"an explaining matcher": {func(t *check.T) { t.Expect(7).To(explaining{false}) }, "expected harmony, got 7", "harmony", "7"},
		"negated": {
			func(t *check.T) { t.Expect(7).NotTo(explaining{true}) },
			"expected anything but harmony, got 7", "anything but harmony", "7",
		},
		"with words":      {func(t *check.T) { t.Expect(7).To(explaining{false}, "it is %s", "wrong") }, "it is wrong", "harmony", "7"},
		"words of a func": {func(t *check.T) { t.Expect(7).Should(explaining{false}, func() string { return "100% wrong" }) }, "100% wrong", "harmony", "7"},
		"a Gomega matcher": {
			func(t *check.T) { t.Expect(1).To(gomega.Equal(2)) },
			"expected to equal <int>: 2, got <int>: 1", "to equal <int>: 2", "<int>: 1",
		},
		"a negated Gomega matcher": {
			func(t *check.T) { t.Expect(1).ShouldNot(gomega.Equal(1)) },
			"expected not to equal <int>: 1, got <int>: 1", "not to equal <int>: 1", "<int>: 1",
		},
		"an offset": {func(t *check.T) { t.Expect(7).WithOffset(3).ToNot(explaining{true}, "w") }, "w", "anything but harmony", "7"},
		"an error": {
			func(t *check.T) { t.Expect(0, errors.New("oh")).Error().To(explaining{false}) },
			"expected harmony, got oh", "harmony", "oh",
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			res := one(t, check.Config{}, row.assert)
			g.Expect(res.Verdict).To(gomega.Equal(reports.Fail))
			g.Expect(res.Message).To(gomega.Equal(row.message))
			g.Expect(res.Expected).To(gomega.Equal(row.expected))
			g.Expect(res.Got).To(gomega.Equal(row.got))
		})
	}
}

// A matcher that cannot be applied is a mistake of the check: no verdict on the
// target follows from it, neither from "to" nor from "not to".
func TestAMatcherThatCannotBeApplied(t *testing.T) {
	for name, assert := range map[string]func(*check.T){
		"to":       func(t *check.T) { t.Expect("text").To(explaining{true}) },
		"not to":   func(t *check.T) { t.Expect("text").ToNot(explaining{true}) },
		"safe":     func(t *check.T) { t.Safe("text").To(explaining{true}) },
		"gomega's": func(t *check.T) { t.Expect(1).To(gomega.HavePrefix("a")) },
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			res := one(t, check.Config{}, assert)
			g.Expect(res.Verdict).To(gomega.Equal(reports.Error))
			g.Expect(res.Message).To(gomega.HavePrefix("the check itself broke: "))
		})
	}
}

func TestAnErrorBesideTheValueIsFound(t *testing.T) {
	g := gomega.NewWithT(t)
	res := one(t, check.Config{}, func(t *check.T) { t.Expect(7, errors.New("oh")).To(explaining{true}, "words") })
	g.Expect(res.Verdict).To(gomega.Equal(reports.Fail))
	g.Expect(res.Got).To(gomega.ContainSubstring("oh"))
}

func TestWhatHoldsIsTrue(t *testing.T) {
	res := one(t, check.Config{}, func(t *check.T) {
		for _, ok := range []bool{
			t.Expect(1).To(gomega.Equal(1)), t.Expect(1).ToNot(gomega.Equal(2)), t.Safe(1).Should(gomega.Equal(1)),
			t.Require(1).ShouldNot(gomega.Equal(2)), t.Expect(1, nil).NotTo(gomega.Equal(2)), !t.Safe(1).To(gomega.Equal(2), "no"),
		} {
			t.Require(ok).To(gomega.BeTrue())
		}
	})
	g := gomega.NewWithT(t)
	g.Expect(res.Message).To(gomega.Equal("no"))
	g.Expect(res.Verdict).To(gomega.Equal(reports.Warn))
}
