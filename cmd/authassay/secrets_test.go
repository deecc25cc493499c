package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/mockidp"
)

// No secret that a run was given or got is on the terminal or in a file,
// wherever it came from and whatever went wrong.
func TestSecretsStayIn(t *testing.T) {
	t.Parallel()
	const file = `version: 1
name: staging
issuer: %URL%
clients:
  - id: the-client
    secret: ${STAGING_SECRET}
`
	for name, give := range map[string]func(t *testing.T, s *server, flags ...string) *command{
		"on the command line": func(t *testing.T, s *server, flags ...string) *command {
			return newCommand(t, append([]string{"run", s.URL, "--client-id", s.client, "--client-secret", s.secret}, flags...)...)
		},
		"in the environment": func(t *testing.T, s *server, flags ...string) *command {
			return s.assay(t, flags...)
		},
		"in a target file": func(t *testing.T, s *server, flags ...string) *command {
			return newCommand(t, append([]string{"run", "staging.yaml"}, flags...)...).
				file("staging.yaml", strings.ReplaceAll(file, "%URL%", s.URL)).with("STAGING_SECRET=" + s.secret)
		},
		"on the command line, for a target that fails": func(t *testing.T, _ *server, flags ...string) *command {
			broken := serve(t, nil, mockidp.WithRuleOff("client-secret-verified", "token-type-present", "invalid-client-code"))
			c := newCommand(t, append([]string{"run", broken.URL, "--client-id", broken.client, "--client-secret", broken.secret}, flags...)...)
			t.Cleanup(func() { noSecrets(t, c, broken) })
			return c
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, nil)
			for _, flags := range [][]string{{"--verbose", "--write-known-failing", "known.yaml"}, {"--quiet"}} {
				c := give(t, s, flags...)
				o := c.run()
				gomega.NewWithT(t).Expect(o.code).To(gomega.BeElementOf(0, 1), o.all())
				noSecrets(t, c, s)
			}
			if !strings.Contains(name, "fails") {
				s.mu.Lock()
				defer s.mu.Unlock()
				gomega.NewWithT(t).Expect(s.tokens).NotTo(gomega.BeEmpty(), "no token was issued, so the test shows nothing")
			}
		})
	}
}

// noSecrets looks for the secret and the tokens of a server in what a command
// printed and wrote.
func noSecrets(t *testing.T, c *command, s *server) {
	t.Helper()
	g := gomega.NewWithT(t)
	places := map[string]string{"stdout": c.stdout.String(), "stderr": c.stderr.String()}
	err := filepath.WalkDir(c.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		places[path] = string(content)
		return err
	})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	s.mu.Lock()
	defer s.mu.Unlock()
	for place, content := range places {
		g.Expect(strings.Contains(content, s.secret)).To(gomega.BeFalse(), "the client secret is in "+place)
		for token := range s.tokens {
			g.Expect(strings.Contains(content, token)).To(gomega.BeFalse(), "an access token is in "+place)
			// A JWT's signature alone would be enough to find it.
			g.Expect(strings.Contains(content, token[strings.LastIndex(token, ".")+1:])).To(gomega.BeFalse(), "the signature of an access token is in "+place)
		}
	}
}

// A secret on the command line draws a hint and a note in the report.
func TestSecretOnTheCommandLineIsNoted(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, nil)
	o := run(t, "run", s.URL, "--client-id", s.client, "--client-secret", s.secret, "--area", "cc")
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(o.stderr).To(gomega.ContainSubstring("hint: a client secret stood on the command line"))
	g.Expect(o.report().Notes).To(gomega.ContainElement(gomega.ContainSubstring("process list")))
	o = s.assay(t, "--area", "cc").run()
	g.Expect(o.stderr).NotTo(gomega.ContainSubstring("command line"))
	g.Expect(o.report().Notes).To(gomega.BeEmpty())
}
