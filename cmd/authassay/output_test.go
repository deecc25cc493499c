package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/mockidp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares a text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	g := gomega.NewWithT(t)
	path := filepath.Join("testdata", name)
	if *update {
		g.Expect(os.MkdirAll(filepath.Dir(path), 0o755)).To(gomega.Succeed())
		g.Expect(os.WriteFile(path, []byte(got), 0o644)).To(gomega.Succeed())
	}
	want, err := os.ReadFile(path)
	g.Expect(err).NotTo(gomega.HaveOccurred(), "go test ./cmd/authassay -update writes it")
	g.Expect(got).To(gomega.Equal(string(want)), "%s differs; go test ./cmd/authassay -update rewrites it", path)
}

// The help texts are what a newcomer reads first: every change is looked at.
func TestHelp(t *testing.T) {
	t.Parallel()
	commands := []string{"", "run", "merge", "diff", "idp", "checks", "explain", "selftest", "targets", "targets show", "lint", "init", "version", "completion", "help"}
	for _, command := range commands {
		g := gomega.NewWithT(t)
		words := strings.Fields(command)
		o := run(t, append(words, "--help")...)
		g.Expect(o.code).To(gomega.Equal(0), o.all())
		g.Expect(o.stderr).To(gomega.BeEmpty())
		for line := range strings.Lines(o.stdout) {
			g.Expect(len([]rune(line))).To(gomega.BeNumerically("<=", 81), line)
		}
		name := "authassay"
		if command != "" {
			name = strings.Join(words, "-")
			g.Expect(run(t, append([]string{"help"}, words...)...).stdout).To(gomega.Equal(o.stdout))
		}
		if command != "help" {
			g.Expect(o.stdout).To(gomega.ContainSubstring("\nExamples:\n  "))
		}
		golden(t, "help/"+name+".txt", o.stdout)
	}
	help := run(t, "--help").stdout
	for _, command := range commands[1:] {
		if !strings.Contains(command, " ") && command != "help" {
			gomega.NewWithT(t).Expect(help).To(gomega.MatchRegexp(`(?m)^  ` + command + ` +\S`))
		}
	}
}

// --quiet prints the sentence and nothing else, whatever the verdict.
func TestQuiet(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	o := run(t, "run", "--quiet")
	g.Expect(o.stdout).To(gomega.MatchRegexp(`^conformant in \d+ of \d+ requirements(; [^\n]+)?\n$`))
	g.Expect(o.stderr).To(gomega.BeEmpty())
	s := serve(t, nil, mockidp.WithRuleOff("jwks-public-only"))
	o = newCommand(t, "run", s.URL, "--client-id", s.client, "--client-secret", s.secret, "--insecure", "--quiet").run()
	g.Expect(o.code).To(gomega.Equal(1), o.all())
	g.Expect(o.stdout).To(gomega.MatchRegexp(`^not conformant: 1 of [^\n]+\n$`))
	g.Expect(o.stderr).To(gomega.BeEmpty())
	g.Expect(o.report().Notes).To(gomega.HaveLen(2), "what is not printed is in the report")
	o = run(t, "run", "http://127.0.0.1:1", "--quiet")
	g.Expect(o.stdout).To(gomega.MatchRegexp(`^[^\n]+not decided\n$`))
}

// --verbose names what passed.
func TestVerbose(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	o := run(t, "run", "--verbose", "--check", "jwks-kty")
	g.Expect(o.stdout).To(gomega.MatchRegexp(`(?m)^ +PASS +jwks-kty`))
	g.Expect(o.stderr).To(gomega.MatchRegexp(`(?m)^ +jwks-kty: pass, \d+ ms$`))
	g.Expect(run(t, "run", "--check", "jwks-kty").stdout).NotTo(gomega.ContainSubstring("jwks-kty"))
}

// --insecure is in the reports, so that nobody takes the run for more.
func TestInsecureIsNoted(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, nil)
	o := s.assay(t, "--insecure", "--check", "jwks-kty").run()
	g.Expect(o.stderr).To(gomega.ContainSubstring("warning: certificates were not verified"))
	g.Expect(o.report().Notes).To(gomega.ContainElement(gomega.ContainSubstring("certificates were not verified")))
}

func TestChecks(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	o := run(t, "checks")
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(o.stdout).To(gomega.MatchRegexp(`(?m)^ID +LEVEL +AREA +TITLE$`))
	g.Expect(o.stdout).To(gomega.MatchRegexp(`(?m)^ca-wrong-secret +MUST +ca +A wrong secret`))
	o = run(t, "checks", "--area", "jwks", "--json")
	var checks []map[string]any
	g.Expect(json.Unmarshal([]byte(o.stdout), &checks)).To(gomega.Succeed())
	g.Expect(len(checks)).To(gomega.BeNumerically(">=", 8))
	for _, c := range checks {
		g.Expect(c["area"]).To(gomega.Equal("jwks"))
		for _, member := range []string{"id", "title", "level", "role", "clauses", "sent", "judged", "proves"} {
			g.Expect(c[member]).NotTo(gomega.BeEmpty(), "%v lacks %s", c["id"], member)
		}
	}
}

// The page of --coverage has the requirements of each specification, with the
// checks and the faults that prove them, or with the reason why there is none.
func TestChecksCoverage(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	o := run(t, "checks", "--coverage")
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(o.stderr).To(gomega.BeEmpty())
	g.Expect(o.stdout).To(gomega.HavePrefix("# What is checked, clause by clause\n"))
	g.Expect(o.stdout).To(gomega.MatchRegexp(`(?m)^### RFC 6749 §5\.2 Error Response$`))
	g.Expect(o.stdout).To(gomega.MatchRegexp("(?m)^\\| .+ \\| MUST \\| .*`ca-wrong-secret`.* \\| .*`client-secret-verified`.* \\|$"))
	g.Expect(o.stdout).To(gomega.MatchRegexp(`(?m)^\| .+ \| MUST \(client\) \| none: binds the client \| \|$`))
}

func TestExplain(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	o := run(t, "explain", "ca-wrong-secret")
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	for _, part := range []string{"RFC 6749 §5.2", "MUST", "\nSent ", "\nJudged ", "\nNeeds ",
		"client-secret-verified [RFC 6749", " rule: ", " off:  ", "authassay run TARGET --check ca-wrong-secret"} {
		g.Expect(o.stdout).To(gomega.ContainSubstring(part))
	}
	// Every check can be explained, with faults that exist.
	for line := range strings.Lines(run(t, "checks").stdout) {
		id := strings.Fields(line)[0]
		if id == "ID" {
			continue
		}
		o := run(t, "explain", id)
		g.Expect(o.code).To(gomega.Equal(0), o.all())
		g.Expect(o.stdout).To(gomega.ContainSubstring("rule: "), o.all())
	}
}

func TestVersionAndTargets(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	g.Expect(run(t, "version").stdout).To(gomega.MatchRegexp(`^authassay \S+, go1\.\S+(, commit [0-9a-f]+( with changes)?)?\n$`))
	var v struct{ Name, Version, Go string }
	g.Expect(json.Unmarshal([]byte(run(t, "version", "--json").stdout), &v)).To(gomega.Succeed())
	g.Expect(v.Name).To(gomega.Equal("authassay"))
	g.Expect(v.Version).NotTo(gomega.BeEmpty())
	g.Expect(v.Go).To(gomega.HavePrefix("go1."))
	g.Expect(run(t, "targets").stdout).To(gomega.MatchRegexp(`(?m)^mock +\S`))
}

// The completion scripts are accepted by the shell where it is there, and the
// words they ask for are those of the catalogue.
func TestCompletion(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		o := run(t, "completion", shell)
		g.Expect(o.code).To(gomega.Equal(0), o.all())
		g.Expect(o.stdout).To(gomega.ContainSubstring("authassay"))
		if path, err := exec.LookPath(shell); err == nil && shell != "powershell" {
			check := exec.Command(path, "-n", "/dev/stdin")
			check.Stdin = bytes.NewReader([]byte(o.stdout))
			out, err := check.CombinedOutput()
			g.Expect(err).NotTo(gomega.HaveOccurred(), string(out))
		}
	}
	for args, word := range map[string]string{
		"run --policy":      "oauth21",
		"run --area":        "jwks",
		"run --skip":        "ca-wrong-secret",
		"explain":           "ca-wrong-secret",
		"run":               "mock",
		"targets show":      "mock",
		"idp":               "",
		"idp --signing-alg": "EdDSA",
		"completion":        "fish",
	} {
		o := run(t, append(append([]string{"__complete"}, strings.Fields(args)...), "")...)
		g.Expect(o.code).To(gomega.Equal(0), o.all())
		g.Expect(o.stdout).To(gomega.ContainSubstring(word), o.all())
	}
}

// The binary stays free of what only tests need.
func TestBinaryLinksNoTestFramework(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	g.Expect(err).NotTo(gomega.HaveOccurred())
	packages := strings.Fields(string(out))
	g.Expect(packages).To(gomega.ContainElement("github.com/authassay/authassay/suites/check"), "the list is not that of the binary")
	for _, p := range packages {
		g.Expect(p).NotTo(gomega.Equal("testing"))
		g.Expect(p).NotTo(gomega.HavePrefix("testing/"))
		g.Expect(p).NotTo(gomega.HavePrefix("github.com/onsi/ginkgo"))
		g.Expect(p).NotTo(gomega.HavePrefix("github.com/ory/dockertest"))
		g.Expect(p).NotTo(gomega.HavePrefix("github.com/authassay/authassay/fixtures/containers"))
	}
}
