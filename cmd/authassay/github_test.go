package main

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/reports"
)

// onGitHub gives a command the variables that a runner sets.
func (c *command) onGitHub() *command {
	return c.with("GITHUB_ACTIONS=true", "GITHUB_STEP_SUMMARY="+c.path("step.md"))
}

// On a runner the failures are annotations, and the report is on the page of
// the job, after what the step wrote there before.
func TestOnGitHub(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, nil, mockidp.WithRuleOff("jwks-public-only"))
	c := s.assay(t, "--area", "jwks").onGitHub().file("step.md", "# before")
	o := c.run()
	g.Expect(o.code).To(gomega.Equal(1), o.all())
	g.Expect(o.stdout).To(gomega.MatchRegexp(`(?m)^::error title=jwks-no-private%3A RFC 7517 .*::\S`))
	own, err := os.ReadFile(c.path("authassay-report/" + reports.MarkdownFile))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(string(own)).To(gomega.HavePrefix("## authassay: FAIL\n"))
	g.Expect(os.ReadFile(c.path("step.md"))).To(gomega.BeEquivalentTo("# before\n" + string(own)))
	// Elsewhere there are neither.
	o = s.assay(t, "--area", "jwks").run()
	g.Expect(o.stdout).NotTo(gomega.ContainSubstring("::"))
	// --quiet keeps its word; the page of the job is not the terminal.
	quiet := s.assay(t, "--area", "jwks", "--quiet").onGitHub()
	g.Expect(quiet.run().stdout).To(gomega.MatchRegexp(`^not conformant: [^\n]+\n$`))
	g.Expect(quiet.path("step.md")).To(gomega.BeAnExistingFile())
}

// What a server says is no command to the runner.
func TestAServerDoesNotCommandTheRunner(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, []answer{at("/jwks", write(http.StatusOK, "application/json",
		`{"keys":[{"kty":"oct","k":"c2VjcmV0LWtleS0wMDA3","kid":"`+strings.Repeat("much ", 10)+`::set-output name=pwned::yes ::add-mask::all"}]}`))})
	o := s.assay(t, "--area", "jwks", "--verbose").onGitHub().run()
	g.Expect(o.code).To(gomega.Equal(1), o.all())
	g.Expect(o.stdout).To(gomega.ContainSubstring("::set-output name=pwned"), "the server is not quoted, so this shows nothing")
	stop := regexp.MustCompile(`^::stop-commands::(\S+)$`)
	word := ""
	for line := range strings.Lines(o.stdout) {
		line = strings.TrimSpace(line) // so does the runner
		switch m := stop.FindStringSubmatch(line); {
		case m != nil:
			word = m[1]
		case word != "" && line == "::"+word+"::":
			word = ""
		case word == "" && line != "":
			g.Expect(line).To(gomega.MatchRegexp(`^::(error|warning) title=`), o.all())
		}
	}
	g.Expect(word).To(gomega.BeEmpty(), "commands stay off")
	for line := range strings.Lines(o.stderr) {
		g.Expect(strings.TrimSpace(line)).NotTo(gomega.HavePrefix("::"))
	}
}

// A summary that cannot be written is said, and changes no verdict.
func TestStepSummaryThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	full := strings.Repeat("x", reports.MaxMarkdown-100)
	for path, why := range map[string]string{"no/such/step.md": "there is no such directory", "full.md": "there is no room in it"} {
		c := newCommand(t, "run", "--check", "jwks-kty").file("full.md", full)
		o := c.with("GITHUB_STEP_SUMMARY=" + c.path(path)).run()
		g.Expect(o.code).To(gomega.Equal(0), o.all())
		g.Expect(o.stderr).To(gomega.ContainSubstring("warning: the job summary could not be written: GITHUB_STEP_SUMMARY"))
		g.Expect(o.stderr).To(gomega.ContainSubstring(why))
		g.Expect(os.ReadFile(c.path("full.md"))).To(gomega.BeEquivalentTo(full))
	}
	// What the step wrote before and this take no more than GitHub shows.
	c := newCommand(t, "run").file("half.md", full[:len(full)-3000])
	g.Expect(c.with("GITHUB_STEP_SUMMARY=" + c.path("half.md")).run().code).To(gomega.Equal(0))
	after, err := os.Stat(c.path("half.md"))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(after.Size()).To(gomega.BeNumerically("<=", reports.MaxMarkdown))
	g.Expect(after.Size()).To(gomega.BeNumerically(">", len(full)-3000))
}

// A run that never began says so where people look.
func TestARefusedRunOnGitHub(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	c := newCommand(t, "run", "--area", "nonsense").onGitHub()
	o := c.run()
	g.Expect(o.code).To(gomega.Equal(2), o.all())
	g.Expect(o.stdout).To(gomega.MatchRegexp(`^::error title=authassay::nothing was assayed: [^\n]*nonsense[^\n]*\n$`))
	text, err := os.ReadFile(c.path("step.md"))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(string(text)).To(gomega.HavePrefix("## authassay: ERROR\n\nnothing was assayed: "))
}
