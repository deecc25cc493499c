package main

import (
	"os"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/reports"
)

// What the README promises: without an argument what is bundled is assayed,
// the reports are written and the exit code is 0.
func TestRunWhatIsBundled(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	o := run(t, "run")
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(o.stdout).To(gomega.ContainSubstring("conformant in "))
	g.Expect(o.stdout).To(gomega.ContainSubstring("Exit code: 0"))
	g.Expect(o.stdout).To(gomega.ContainSubstring("authassay-report/report.html"))
	g.Expect(o.stderr).To(gomega.MatchRegexp(`assaying mock at http://127\.0\.0\.1:\d+/tenant: \d+ checks`))
	g.Expect(o.stderr).To(gomega.MatchRegexp(`(?m)^  ca +\d+ checks in \d+\.\d s: \d+ passed$`))
	g.Expect(o.stdout+o.stderr).NotTo(gomega.MatchRegexp("[\x00-\x09\x0b-\x1f\x7f]"), "control characters in what is no terminal")
	r := o.report()
	g.Expect(r.Targets).To(gomega.HaveLen(1))
	g.Expect(r.Outcome.Code).To(gomega.Equal(0))
	g.Expect(r.Count().Pass).To(gomega.BeNumerically(">=", 31))
	g.Expect(r.Stopped).To(gomega.BeEmpty())
}

func TestRunBuiltinByName(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	o := newCommand(t, "run", "mock", "--policy", "oauth21").with("AUTHASSAY_CLIENT_ID=someone").run()
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(o.report().Targets[0].Policy).To(gomega.Equal("oauth21"))
	g.Expect(o.stderr).To(gomega.ContainSubstring("AUTHASSAY_CLIENT_ID and AUTHASSAY_CLIENT_SECRET are not looked at"))
}

// A broken requirement: 1, whatever else is undecided.
func TestExitFail(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, nil, mockidp.WithRuleOff("jwks-rsa-size"))
	o := s.assay(t).run()
	g.Expect(o.code).To(gomega.Equal(1), o.all())
	g.Expect(o.stdout).To(gomega.ContainSubstring("not conformant: 1 of "))
	g.Expect(verdicts(o.report())).To(gomega.HaveKeyWithValue("jwks-rsa-2048", reports.Fail))
}

// A warning is no failure, unless --strict says so.
func TestExitWarning(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, nil, mockidp.WithRuleOff("client-credentials-no-refresh"))
	o := s.assay(t, "--check", "cc-*").run()
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(verdicts(o.report())).To(gomega.HaveKeyWithValue("cc-no-refresh", reports.Warn))
	o = s.assay(t, "--check", "cc-*", "--strict").run()
	g.Expect(o.code).To(gomega.Equal(1), o.all())
	g.Expect(verdicts(o.report())).To(gomega.HaveKeyWithValue("cc-no-refresh", reports.Fail))
}

// Nothing to listen there: 3, and one message rather than one for each check.
func TestExitUnreachable(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	o := run(t, "run", "http://127.0.0.1:1")
	g.Expect(o.code).To(gomega.Equal(3), o.all())
	g.Expect(o.stdout).To(gomega.ContainSubstring("connection refused"))
	g.Expect(o.report().Targets[0].Unreachable).To(gomega.ContainSubstring("127.0.0.1:1"))
	o = run(t, "run", "https://authassay.invalid")
	g.Expect(o.code).To(gomega.Equal(3), o.all())
	g.Expect(o.stdout).To(gomega.ContainSubstring("authassay.invalid"))
}

// An empty selection says so, writes its reports and is never 0.
func TestExitNothingSelected(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, nil)
	o := s.assay(t, "--area", "jwks", "--check", "cc-*").run()
	g.Expect(o.code).To(gomega.Equal(3), o.all())
	g.Expect(o.stdout).To(gomega.ContainSubstring("nothing was selected"))
	g.Expect(o.report().Outcome.Code).To(gomega.Equal(3))
	g.Expect(s.requests.Load()).To(gomega.BeZero())
}

// Selections by area, id and pattern, repeated and separated by commas.
func TestSelection(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	o := run(t, "run", "--area", "jwks,cc", "--area", "ca", "--check", "jwks-k*,jwks-rsa*,cc-happy", "--check", "ca-p*t", "--skip", "jwks-*-p*")
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	var ids []string
	for id := range verdicts(o.report()) {
		ids = append(ids, id)
	}
	g.Expect(ids).To(gomega.ConsistOf("cc-happy", "ca-post", "jwks-kty", "jwks-rsa-2048"))
}

// Less decided than asked for: 3.
func TestExitMinDecided(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	o := run(t, "run", "--min-decided", "1000")
	g.Expect(o.code).To(gomega.Equal(3), o.all())
	g.Expect(o.stdout).To(gomega.ContainSubstring("1000 were asked for"))
	g.Expect(run(t, "run", "--min-decided", "20").code).To(gomega.Equal(0))
}

// A known failure is excused with its reason; one that passes is not.
func TestKnownFailing(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, nil, mockidp.WithRuleOff("jwks-rsa-size"))

	// The file that a run writes is refused until a person has edited it.
	o := s.assay(t, "--area", "jwks", "--write-known-failing", "known.yaml").run()
	g.Expect(o.code).To(gomega.Equal(1), o.all())
	g.Expect(o.stderr).To(gomega.ContainSubstring("known.yaml lists 1 failure"))
	written, err := os.ReadFile(o.path("known.yaml"))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	refused := s.assay(t, "--area", "jwks", "--known-failing", "known.yaml").file("known.yaml", string(written)).run()
	g.Expect(refused.code).To(gomega.Equal(2), refused.all())
	g.Expect(refused.stderr).To(gomega.ContainSubstring("nobody has edited"))

	edited := strings.Replace(string(written), "EDIT ME: ", "Keys of 2019, to be replaced: ", 1)
	excused := s.assay(t, "--area", "jwks", "--known-failing", "known.yaml").file("known.yaml", edited).run()
	g.Expect(excused.code).To(gomega.Equal(0), excused.all())
	g.Expect(excused.stdout).To(gomega.ContainSubstring("Keys of 2019"))

	s = serve(t, nil, mockidp.WithSigningAlg("RS256")) // mended meanwhile
	edited = strings.Replace(edited, "    target:", "    # target:", 1)
	passes := s.assay(t, "--area", "jwks", "--known-failing", "known.yaml").file("known.yaml", edited).run()
	g.Expect(passes.code).To(gomega.Equal(1), passes.all())
	g.Expect(passes.stdout).To(gomega.ContainSubstring("known-failing file is out of date"))
}

// --write-known-failing overwrites nothing, and says so before it sends
// anything.
func TestWriteKnownFailingKeepsFiles(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, nil)
	o := s.assay(t, "--write-known-failing", "known.yaml").file("known.yaml", "precious").run()
	g.Expect(o.code).To(gomega.Equal(2), o.all())
	g.Expect(o.stderr).To(gomega.ContainSubstring(`"known.yaml" exists`))
	g.Expect(os.ReadFile(o.path("known.yaml"))).To(gomega.BeEquivalentTo("precious"))
	g.Expect(s.requests.Load()).To(gomega.BeZero())
}

// A run with the seed of another invents the same.
func TestSeed(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	bodies := func(seed string) (scopes []string) {
		r := run(t, "run", "--check", "cc-invalid-scope", "--seed", seed).report()
		g.Expect(r.Seed).To(gomega.Equal(seed))
		for _, e := range r.Targets[0].Exchanges {
			if strings.Contains(e.Request.Body, "scope=") {
				scopes = append(scopes, e.Request.Body)
			}
		}
		return scopes
	}
	first := bodies("abc")
	g.Expect(first).NotTo(gomega.BeEmpty())
	g.Expect(bodies("abc")).To(gomega.Equal(first))
	g.Expect(bodies("abd")).NotTo(gomega.Equal(first))
}

// What a run may change is not asked for by any check yet; a flag that allows
// it does not pass in silence.
func TestLeaveThatNobodyNeeds(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	o := run(t, "run", "--check", "jwks-kty", "--register", "--allow-destructive")
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(o.stdout).To(gomega.ContainSubstring("--register was given"))
	g.Expect(o.report().Notes).To(gomega.ContainElement(gomega.HavePrefix("--allow-destructive was given")))
}
