package suites_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites"
	"github.com/authassay/authassay/suites/check"
)

// TestInner is what the tests below run in a process of its own, since a
// subtest that fails fails its parents.
func TestInner(t *testing.T) {
	file := os.Getenv("TEST_INNER")
	if file == "" {
		t.Skip("run by the tests of this file, in a process of its own")
	}
	tg, err := target.Load(file, os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	var opts []suites.Option
	if k := os.Getenv("TEST_INNER_KNOWN"); k != "" {
		opts = append(opts, suites.KnownFailing(k))
	}
	if c := os.Getenv("TEST_INNER_CHECKS"); c != "" {
		opts = append(opts, suites.Checks(c))
	}
	suites.Test(t, tg, opts...)
}

func inner(t *testing.T, file, run string, env ...string) (string, error) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.v", "-test.run="+run)
	cmd.Env = append(append(os.Environ(), "TEST_INNER="+file), env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestTestComesToTheVerdictsOfTheEngine(t *testing.T) {
	g := NewWithT(t)
	tg, _ := server(t)
	g.Expect(verdicts(suites.Test(t, tg))).To(Equal(reference(t, tg, check.Selection{})))
}

func TestTestRunsAnyNumberOfTimesAtOnce(t *testing.T) {
	tg, _ := server(t)
	t.Run("at once", func(t *testing.T) {
		for range 4 {
			t.Run("one", func(t *testing.T) {
				t.Parallel()
				r := suites.Test(t, tg, suites.Areas("cc", "http"))
				NewWithT(t).Expect(r.Targets).To(HaveLen(1))
				NewWithT(t).Expect(verdicts(r)).To(HaveKeyWithValue("cc-happy", reports.Pass))
			})
		}
	})
}

func TestABrokenServerFailsItsSubtests(t *testing.T) {
	g := NewWithT(t)
	_, file := server(t, broken...)
	out, err := inner(t, file, "^TestInner$")
	g.Expect(err).To(HaveOccurred())
	g.Expect(out).To(MatchRegexp(`--- FAIL: TestInner/mock/tok-no-store`))
	g.Expect(out).To(ContainSubstring("RFC 6749 §5.1"))
	g.Expect(out).To(ContainSubstring("expected: Cache-Control with no-store"))
	g.Expect(out).To(MatchRegexp(`--- FAIL: TestInner/mock/http-401-challenge`))
	g.Expect(out).To(MatchRegexp(`--- FAIL: TestInner/mock/tok-missing-grant`), "an error is no pass")
	g.Expect(out).To(ContainSubstring("inconclusive: without grant_type: the target answered 500"))
	g.Expect(out).To(MatchRegexp(`--- PASS: TestInner/mock/cc-no-refresh`), "a warning passes, and is logged")
	g.Expect(out).To(ContainSubstring("WARN: the target issues a refresh token"))
	g.Expect(out).To(MatchRegexp(`--- PASS: TestInner/mock/cc-happy`))
	g.Expect(out).To(MatchRegexp(`--- SKIP: TestInner/mock/ca-basic-encoding`))
	g.Expect(out).To(ContainSubstring("needs a confidential client whose identifier or secret holds"))
}

func TestRunSelectsSubtests(t *testing.T) {
	g := NewWithT(t)
	_, file := server(t, broken...)
	out, err := inner(t, file, "^TestInner$/^mock$/^cc-happy$")
	g.Expect(err).NotTo(HaveOccurred(), out)
	g.Expect(out).To(ContainSubstring("TestInner/mock/cc-happy"))
	g.Expect(out).NotTo(ContainSubstring("tok-no-store"))
}

func TestKnownFailuresAreSkippedAndCannotRot(t *testing.T) {
	g := NewWithT(t)
	_, file := server(t, "token-no-store")
	known := filepath.Join(t.TempDir(), "known-failing.yaml")
	write := func(ids ...string) {
		text := "version: 1\nentries:\n"
		for _, id := range ids {
			text += "  - check: " + id + "\n    reason: the proxy in front adds it\n"
		}
		g.Expect(os.WriteFile(known, []byte(text), 0o600)).To(Succeed())
	}
	write("tok-no-store", "http-no-store-tokens")
	out, err := inner(t, file, "^TestInner$", "TEST_INNER_KNOWN="+known)
	g.Expect(err).NotTo(HaveOccurred(), out)
	g.Expect(out).To(ContainSubstring("known failure: the proxy in front adds it"))

	write("tok-no-store", "http-no-store-tokens", "cc-happy")
	out, err = inner(t, file, "^TestInner$", "TEST_INNER_KNOWN="+known)
	g.Expect(err).To(HaveOccurred(), "a listed check that passes fails the run")
	g.Expect(out).To(MatchRegexp(`--- FAIL: TestInner/mock/cc-happy`))
}

func TestNothingDecidedIsNoSuccess(t *testing.T) {
	g := NewWithT(t)
	_, file := server(t)
	out, err := inner(t, file, "^TestInner$", "TEST_INNER_CHECKS=ca-basic-encoding")
	g.Expect(err).To(HaveOccurred(), "the only selected check lacks what it needs")
	g.Expect(out).To(ContainSubstring("nothing was decided"))

	out, err = inner(t, file, "^TestInner$", "TEST_INNER_CHECKS=no-such-*")
	g.Expect(err).To(HaveOccurred())
	g.Expect(out).To(ContainSubstring("nothing in the catalogue is called no-such-*"))
}
