package suites_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/bundled"
	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites"
	"github.com/authassay/authassay/suites/assay"
	"github.com/authassay/authassay/suites/check"
)

// broken are rules whose absence shows in every kind of verdict: fail, warn,
// info, error, and an observer that fails.
var broken = []string{"token-no-store", "client-credentials-no-refresh", "token-post-only", "no-server-error", "basic-challenge"}

// server starts a mock identity provider and describes it by a target file, for
// processes of their own, and by the target that the file is: with clients for
// the grants that every server has, and users who can log in.
func server(t *testing.T, rulesOff ...string) (*target.Target, string) {
	t.Helper()
	g := NewWithT(t)
	p := mockidp.Start(t, append(bundled.MockOptions(), mockidp.WithRuleOff(rulesOff...))...)
	yaml := "version: 1\nname: mock\nissuer: " + p.Issuer() + "\nclients:\n"
	for i, id := range []string{mockidp.ClientConfidential, mockidp.ClientWeb, mockidp.ClientSPA} {
		c, ok := p.Client(id)
		g.Expect(ok).To(BeTrue(), id)
		yaml += "  - id: " + c.ID + "\n    scopes: [" + strings.Join(c.Scopes, ", ") + "]\n    grants: [" + strings.Join(c.GrantTypes, ", ") + "]\n"
		if len(c.RedirectURIs) > 0 {
			yaml += "    redirect_uris: [" + strings.Join(c.RedirectURIs, ", ") + "]\n"
		}
		if c.Secret == "" {
			yaml += "    auth: none\n"
			continue
		}
		secret := fmt.Sprintf("TEST_SECRET_%d", i)
		t.Setenv(secret, c.Secret)
		yaml += "    secret: ${" + secret + "}\n"
	}
	yaml += "users:\n"
	for _, u := range p.Users() {
		yaml += "  - name: " + u.Username + "\n    password: " + u.Password + "\n"
	}
	file := filepath.Join(t.TempDir(), "target.yaml")
	g.Expect(os.WriteFile(file, []byte(yaml), 0o600)).To(Succeed())
	tg, err := target.Load(file, os.LookupEnv)
	g.Expect(err).NotTo(HaveOccurred())
	return tg, file
}

// verdicts are the verdicts of a report by id.
func verdicts(r reports.Report) map[string]reports.Verdict {
	out := map[string]reports.Verdict{}
	for _, t := range r.Targets {
		for _, res := range t.Results {
			out[res.ID] = res.Verdict
		}
	}
	return out
}

// differences are the checks about which two runs say different things.
func differences(got, want map[string]reports.Verdict) map[string][2]reports.Verdict {
	out := map[string][2]reports.Verdict{}
	for _, m := range []map[string]reports.Verdict{got, want} {
		for id := range m {
			if got[id] != want[id] {
				out[id] = [2]reports.Verdict{got[id], want[id]}
			}
		}
	}
	return out
}

// reference is what the engine itself says, the way the command line runs it.
func reference(t *testing.T, tg *target.Target, sel check.Selection) map[string]reports.Verdict {
	t.Helper()
	a := assay.New(assay.Options{Selection: sel})
	NewWithT(t).Expect(a.Target(tg.WithDefaults())).To(Succeed())
	return verdicts(a.Report())
}

// conformance builds the ready-made suite once.
func conformance(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "conformance.test")
	out, err := exec.Command("go", "test", "-c", "-o", bin, "./conformance").CombinedOutput()
	if err != nil {
		t.Fatalf("building the suite: %v\n%s", err, out)
	}
	return bin
}

// runSuite runs a command of the ready-made suite against a target file and
// reads the report it leaves.
func runSuite(t *testing.T, file string, name string, args ...string) (map[string]reports.Verdict, string, error) {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), suites.EnvTarget+"="+file, "AUTHASSAY_REPORT_DIR="+dir)
	out, runErr := cmd.CombinedOutput()
	f, err := os.Open(filepath.Join(dir, reports.JSONFile))
	if err != nil {
		return nil, string(out), runErr
	}
	defer f.Close()
	r, err := reports.ReadJSON(f)
	NewWithT(t).Expect(err).NotTo(HaveOccurred())
	return verdicts(r), string(out), runErr
}

func TestEveryFrontComesToTheSameVerdicts(t *testing.T) {
	suite := conformance(t)
	for name, off := range map[string][]string{"a correct server": nil, "a broken server": broken} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			tg, file := server(t, off...)
			want := reference(t, tg, check.Selection{})
			seen := map[reports.Verdict]bool{}
			for _, v := range want {
				seen[v] = true
			}
			g.Expect(seen).To(HaveKey(reports.Pass))
			if off != nil {
				for _, v := range []reports.Verdict{reports.Fail, reports.Warn, reports.Info, reports.Error} {
					g.Expect(seen).To(HaveKey(v), "the broken server shows every verdict")
				}
			}
			fronts := map[string][]string{
				"go test":   {suite, "-test.v"},
				"ginkgo":    {"go", "tool", "ginkgo", "run", suite},
				"ginkgo -p": {"go", "tool", "ginkgo", "run", "--procs=3", suite},
			}
			for front, args := range fronts {
				got, out, err := runSuite(t, file, args[0], args[1:]...)
				g.Expect(differences(got, want)).To(BeEmpty(), "%s\n%s", front, out)
				if off == nil {
					g.Expect(err).NotTo(HaveOccurred(), "%s\n%s", front, out)
				} else {
					g.Expect(err).To(HaveOccurred(), "%s is green on a broken server\n%s", front, out)
				}
			}
		})
	}
}

func TestALabelFilterSelectsWhatTheCommandLineSelects(t *testing.T) {
	g := NewWithT(t)
	suite := conformance(t)
	tg, file := server(t, broken...)
	all := reference(t, tg, check.Selection{})
	want := maps.Clone(all)
	maps.DeleteFunc(want, func(id string, _ reports.Verdict) bool {
		return !strings.HasPrefix(id, "cc-") || id == "cc-no-refresh" // a SHOULD NOT
	})
	got, out, err := runSuite(t, file, suite, "--ginkgo.label-filter=cc && must")
	g.Expect(differences(got, want)).To(BeEmpty(), out)
	g.Expect(err).NotTo(HaveOccurred(), "nothing in this selection is broken\n%s", out)

	// Observers are no specs and obey the filter all the same. They judge what
	// the run sent: here nothing, so that nothing is what they say.
	got, out, err = runSuite(t, file, suite, "--ginkgo.label-filter=tok || http")
	g.Expect(err).To(HaveOccurred(), out)
	g.Expect(got).To(HaveKeyWithValue("http-no-store-tokens", reports.Fail))
	g.Expect(got).NotTo(HaveKey("cc-happy"))
}

// Every process of a parallel run removes the clients that it registered.
func TestAParallelRunRemovesWhatItRegistered(t *testing.T) {
	g := NewWithT(t)
	p := mockidp.Start(t, bundled.MockOptions()...)
	before := len(p.Clients())
	file := filepath.Join(t.TempDir(), "target.yaml")
	yaml := "version: 1\nname: mock\nissuer: " + p.Issuer() + "\nusers:\n  - name: alice\n"
	g.Expect(os.WriteFile(file, []byte(yaml), 0o600)).To(Succeed())
	t.Setenv("AUTHASSAY_REGISTER", "1")
	got, out, _ := runSuite(t, file, "go", "tool", "ginkgo", "run", "--procs=3", "--label-filter=cc || code", conformance(t))
	g.Expect(got).To(HaveKeyWithValue("code-happy", reports.Pass), out)
	g.Expect(got).To(HaveKeyWithValue("cc-happy", reports.Pass), out)
	registered := 0
	for _, r := range p.Requests() {
		if r.Method == "POST" && strings.HasSuffix(r.URL, "/register") {
			registered++
		}
	}
	g.Expect(registered).To(BeNumerically(">=", 4), out)
	g.Expect(p.Clients()).To(HaveLen(before), "%d were registered\n%s", registered, out)
}

func TestAFilterThatMatchesNothingFails(t *testing.T) {
	_, file := server(t)
	_, out, err := runSuite(t, file, conformance(t), "--ginkgo.label-filter=nothing-is-called-this")
	NewWithT(t).Expect(err).To(HaveOccurred(), out)
}

func TestATargetThatIsNotThereFailsTheSuite(t *testing.T) {
	g := NewWithT(t)
	_, out, err := runSuite(t, filepath.Join(t.TempDir(), "no-such-file.yaml"), conformance(t))
	g.Expect(err).To(HaveOccurred())
	g.Expect(out).To(ContainSubstring("no-such-file.yaml"))
}
