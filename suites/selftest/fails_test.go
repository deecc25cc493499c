package selftest

import (
	"context"
	"slices"
	"strings"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/catalog"
	"github.com/authassay/authassay/suites/check"
)

// problems runs the self-test over checks made up for the purpose and gives
// what it complains of, by kind.
func problems(t *testing.T, golden string, checks ...*check.Check) map[string][]string {
	t.Helper()
	return problemsWith(t, golden, "", checks...)
}

func problemsWith(t *testing.T, golden, listed string, checks ...*check.Check) map[string][]string {
	t.Helper()
	g := NewWithT(t)
	for _, c := range checks {
		c.Title, c.Clauses, c.Level, c.Sent, c.Judged = "t", []string{"RFC 6749 §5.2"}, check.Must, "s", "j"
	}
	cat, err := check.NewCatalog(&check.Area{ID: "x", Role: target.RoleAuthorizationServer, Checks: checks})
	g.Expect(err).NotTo(HaveOccurred())
	m, err := run(context.Background(), Options{}, cat, golden, listed)
	g.Expect(err).NotTo(HaveOccurred())
	out := map[string][]string{}
	for _, p := range m.Problems {
		out[p.Kind] = append(out[p.Kind], p.Text)
	}
	return out
}

// metadataFetch asks for the metadata, so that it reaches the fault points
// there, and judges with f.
func metadataFetch(f func(*check.T, *check.Response)) func(*check.T) {
	return func(t *check.T) {
		url := strings.Replace(t.Target().Issuer, "/tenant", "/.well-known/oauth-authorization-server/tenant", 1)
		f(t, t.Do("metadata", "metadata", &check.Request{URL: url}))
	}
}

func TestABlindCheckIsMissedAndUnproven(t *testing.T) {
	got := problems(t, "", &check.Check{
		ID: "x-blind", Proves: []string{"metadata-content-type"},
		Run: metadataFetch(func(*check.T, *check.Response) {}),
	})
	g := NewWithT(t)
	g.Expect(got["miss"]).To(ConsistOf(ContainSubstring("x-blind does not notice that metadata-content-type is switched off: pass")))
	g.Expect(got["unproven"]).To(ConsistOf(ContainSubstring("x-blind")))
	g.Expect(got["unseen"]).To(ContainElement(ContainSubstring("metadata-content-type")))
	g.Expect(got["unseen"]).To(ContainElement(ContainSubstring("token-no-store")))
}

func TestTheListOfUnboundRulesCannotRot(t *testing.T) {
	got := problemsWith(t, "", "# a comment\nmetadata-content-type\ntoken-no-store\nno-such-rule\n", &check.Check{
		ID: "x-sees", Proves: []string{"metadata-content-type"},
		Run: metadataFetch(func(t *check.T, r *check.Response) {
			t.Expect(r.Header.Get("Content-Type")).To(HavePrefix("application/json"))
		}),
	})
	g := NewWithT(t)
	g.Expect(got["stale"]).To(ConsistOf(
		ContainSubstring("metadata-content-type is listed as seen by no check, and a check sees it"),
		ContainSubstring("no-such-rule is listed as seen by no check, and no rule is called that")))
	g.Expect(got["unseen"]).NotTo(ContainElement(ContainSubstring("token-no-store")), "it is listed")
	g.Expect(got["unseen"]).To(ContainElement(ContainSubstring("token-error-no-store")))
}

func TestAnErrorIsNoProof(t *testing.T) {
	got := problems(t, "", &check.Check{
		ID: "x-errs", Proves: []string{"metadata-content-type"},
		Run: metadataFetch(func(t *check.T, r *check.Response) {
			t.Require(r.Header.Get("Content-Type")).To(HavePrefix("application/json"))
		}),
	})
	NewWithT(t).Expect(got["miss"]).To(ConsistOf(ContainSubstring("x-errs does not notice that metadata-content-type is switched off: error")))
}

func TestAFalseAlarmIsFound(t *testing.T) {
	got := problems(t, "", &check.Check{
		ID: "x-picky", Proves: []string{"metadata-content-type"},
		Run: metadataFetch(func(t *check.T, r *check.Response) {
			t.Expect(r.Header.Get("Content-Type")).To(Equal("application/json"), "a parameter is not a deviation")
		}),
	})
	g := NewWithT(t)
	g.Expect(got["miss"]).To(BeEmpty())
	g.Expect(got["false alarm"]).To(ContainElement(ContainSubstring("x-picky says fail of a correct server")))
}

func TestACheckThatFailsTheCorrectServerIsFound(t *testing.T) {
	got := problems(t, "", &check.Check{
		ID: "x-wrong", Proves: []string{"metadata-content-type"},
		Run: metadataFetch(func(t *check.T, r *check.Response) { t.Expect(r.Status).To(Equal(418)) }),
	})
	NewWithT(t).Expect(got["not clean"]).To(ContainElement(ContainSubstring("x-wrong says fail of the correct server")))
}

func TestAnUnknownFaultIsFound(t *testing.T) {
	got := problems(t, "", &check.Check{
		ID: "x-typo", Proves: []string{"metadata-contents-type"},
		Run: metadataFetch(func(*check.T, *check.Response) {}),
	})
	NewWithT(t).Expect(got["unknown fault"]).To(ConsistOf(ContainSubstring(`"metadata-contents-type"`)))
}

func TestADifferenceFromTheGoldenMatrixIsASurprise(t *testing.T) {
	sees := func() *check.Check {
		return &check.Check{
			ID: "x-sees", Proves: []string{"metadata-content-type"},
			Run: metadataFetch(func(t *check.T, r *check.Response) {
				t.Expect(r.Header.Get("Content-Type")).To(HavePrefix("application/json"))
			}),
		}
	}
	g := NewWithT(t)
	g.Expect(problems(t, "", sees())["surprise"]).To(ContainElement(ContainSubstring(`metadata-content-type: the golden matrix has "", this run "x-sees=fail"`)))
	g.Expect(problems(t, "metadata-content-type: x-sees=warn\n", sees())["surprise"]).To(ContainElement(ContainSubstring("x-sees=warn")))
	g.Expect(problems(t, "no-such-rule: x-sees=fail\n", sees())["surprise"]).To(ContainElement(ContainSubstring("no-such-rule")))
}

func TestTwoRunsAreTheSame(t *testing.T) {
	g := NewWithT(t)
	o := Options{Only: []string{"cc", "jwks", "code-happy", "rt-happy", "authz-state-echo"}}
	one, err := Run(context.Background(), o)
	g.Expect(err).NotTo(HaveOccurred())
	o.Workers = 1
	other, err := Run(context.Background(), o)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(one.Golden()).To(Equal(other.Golden()))
	g.Expect(one.Cells).NotTo(BeEmpty())
}

func TestAStoppedSelfTestIsAnError(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Run(ctx, Options{})
	NewWithT(t).Expect(err).To(MatchError(context.Canceled))
}

func TestWriteNamesProofsAndProblems(t *testing.T) {
	g := NewWithT(t)
	m := &Matrix{
		Faults: []string{"a-rule", "b-rule"}, Checks: []string{"x-one", "x-two"}, Reached: 3,
		Cells: []Cell{
			{Fault: "a-rule", Check: "x-one", Verdict: reports.Fail}, {Fault: "a-rule", Check: "x-two", Verdict: reports.Warn},
			{Fault: "b-rule", Check: "x-two", Verdict: reports.Error},
		},
		Problems: []Problem{{"unseen", "no check notices that b-rule is switched off"}},
	}
	var b strings.Builder
	g.Expect(m.Write(&b, map[string][]string{"x-one": {"a-rule"}})).To(Succeed())
	g.Expect(b.String()).To(MatchRegexp(`a-rule +x-one \(fail\) +x-two`))
	g.Expect(b.String()).To(ContainSubstring("UNSEEN: no check notices"))
	g.Expect(b.String()).To(ContainSubstring("the self-test fails: 1 problem"))
}

// Proves is what the command line prints beside each fault.
func TestEveryFaultIsNamedBySomeCheck(t *testing.T) {
	named := map[string]bool{}
	for _, c := range catalog.All().Checks() {
		for _, f := range c.Proves {
			named[f] = true
		}
	}
	m := baseline(t)
	g := NewWithT(t)
	for _, f := range m.Faults {
		if slices.Contains(m.Unseen, f) {
			continue
		}
		g.Expect(named).To(HaveKey(f), "no check claims to prove this fault")
	}
}
