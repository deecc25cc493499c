package main

import (
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/targets"
	"github.com/authassay/authassay/mockidp"
)

// A target file that cannot be used is refused with its line, before anything
// is sent, and the reports say so.
func TestBrokenTargetFile(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		file, content, says string
	}{
		"a directory": {".", "", "is a directory, not a target file"},
		"binary":      {"x.yaml", "version: 1\x00\x01", "is a binary file"},
		"a tab":       {"x.yaml", "version: 1\nname: x\nissuer: https://id.example.com\nclients:\n\t- id: a\n", "x.yaml:5:"},
		"unknown key": {"x.yaml", "version: 1\nname: x\nisuer: https://id.example.com\n", "did you mean issuer"},
		"empty":       {"x.yaml", "", "x.yaml"},
		"unset variable": {"x.yaml", "version: 1\nname: x\nissuer: https://id.example.com\nclients:\n  - id: a\n    secret: ${NOT_SET_ANYWHERE}\n",
			"NOT_SET_ANYWHERE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			o := newCommand(t, "run", test.file).file("x.yaml", test.content).run()
			g.Expect(o.code).To(gomega.Equal(2), o.all())
			g.Expect(o.stderr).To(gomega.ContainSubstring(test.says))
			r := o.report()
			g.Expect(r.Outcome.Code).To(gomega.Equal(2))
			g.Expect(r.Outcome.Sentence).To(gomega.ContainSubstring(test.says))

			if test.file == "." {
				return
			}
			lint := newCommand(t, "lint", test.file).file("x.yaml", test.content).run()
			g.Expect(lint.code).To(gomega.Equal(2), lint.all())
			g.Expect(lint.stdout).To(gomega.ContainSubstring(test.says))
		})
	}
}

const stagingFile = `# yaml-language-server: $schema=https://raw.githubusercontent.com/authassay/authassay/main/fixtures/target/target.schema.json
version: 1
name: staging
issuer: %URL%
clients:
  - id: other-client
    secret: ${OTHER_SECRET}
    auth: client_secret_basic
    scopes: [read]
`

// A client of the command line comes before those of the file, or gives the
// one of its name another secret.
func TestClientBesideTargetFile(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	file := strings.ReplaceAll(stagingFile, "%URL%", s.URL)
	t.Run("added", func(t *testing.T) {
		t.Parallel()
		g := gomega.NewWithT(t)
		o := s.assay(t, "--area", "cc").with("OTHER_SECRET=unknown-to-the-server").file("staging.yaml", file)
		o.cmd.Args[2] = "staging.yaml"
		out := o.run()
		g.Expect(out.code).To(gomega.Equal(0), out.all())
		g.Expect(out.report().Targets[0].Name).To(gomega.Equal("staging"))
	})
	t.Run("overridden", func(t *testing.T) {
		t.Parallel()
		g := gomega.NewWithT(t)
		file := strings.ReplaceAll(file, "other-client", s.client)
		c := newCommand(t, "run", "staging.yaml", "--area", "cc").with("OTHER_SECRET=wrong-to-begin-with").file("staging.yaml", file)
		o := c.run()
		g.Expect(o.code).To(gomega.Equal(3), o.all())
		c = newCommand(t, "run", "staging.yaml", "--area", "cc").with("OTHER_SECRET=wrong-to-begin-with",
			"AUTHASSAY_CLIENT_ID="+s.client, "AUTHASSAY_CLIENT_SECRET="+s.secret).file("staging.yaml", file)
		o = c.run()
		g.Expect(o.code).To(gomega.Equal(0), o.all())
	})
}

// The file of a built-in target describes a mock that runs already.
func TestShownTargetFileWorks(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	idp := mockidp.Start(t)
	env := []string{"AUTHASSAY_MOCK_ISSUER=" + idp.Issuer()}
	for id, variable := range targets.MockSecrets() {
		c, _ := idp.Client(id)
		env = append(env, variable+"="+c.Secret)
	}
	for _, u := range idp.Users() {
		env = append(env, targets.MockPasswords()[u.Username]+"="+u.Password)
	}
	shown := run(t, "targets", "show", "mock")
	g.Expect(shown.code).To(gomega.Equal(0), shown.all())
	o := newCommand(t, "run", "mock.yaml", "--policy", "rfc6749").file("mock.yaml", shown.stdout).with(env...).run()
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(o.report().Targets[0].Policy).To(gomega.Equal("rfc6749"))
}

func TestLint(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	clean := strings.ReplaceAll(stagingFile, "%URL%", "https://id.example.com")
	warns := strings.ReplaceAll(clean, "${OTHER_SECRET}", "in-plain-text")
	lint := func(args ...string) outcome {
		return newCommand(t, append([]string{"lint"}, args...)...).with("OTHER_SECRET=x").
			file("clean.yaml", clean).file("warns.yaml", warns).file("wrong.yaml", "version: 7\n").run()
	}
	o := lint("clean.yaml")
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(o.stdout).To(gomega.Equal("clean.yaml: no problems\n"))
	o = lint("clean.yaml", "warns.yaml")
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(o.stdout).To(gomega.MatchRegexp(`(?m)^warns\.yaml:7:\d+: warning: .*plain text`))
	o = lint("warns.yaml", "wrong.yaml", "clean.yaml")
	g.Expect(o.code).To(gomega.Equal(2), o.all())
	g.Expect(o.stdout).To(gomega.MatchRegexp(`(?m)^wrong\.yaml:1:\d+: version 7 is not supported`))
	g.Expect(o.stdout).To(gomega.ContainSubstring("clean.yaml: no problems"), "the files after the wrong one are looked at too")
	g.Expect(o.stdout + o.stderr).NotTo(gomega.ContainSubstring("in-plain-text"))
}
