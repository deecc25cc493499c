package main

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/reports"
)

const callback = "https://client.example.com/callback"

// codeServer is a server whose client is registered for the authorization code
// grant, with callback, and for further grants.
func codeServer(t *testing.T, grants ...string) *server {
	t.Helper()
	code := mockidp.Client{
		ID: "the-code-client", Secret: "s3cr3t-of-the-code-client", Scopes: []string{"read"},
		AuthMethods:  []string{mockidp.ClientSecretBasic, mockidp.ClientSecretPost},
		GrantTypes:   append([]string{mockidp.GrantAuthorizationCode}, grants...),
		RedirectURIs: []string{callback},
	}
	s := serve(t, nil, mockidp.WithClients(code))
	s.client, s.secret = code.ID, code.Secret
	return s
}

// What a login needs may all stand on the command line, or but for the redirect
// URI in the environment; nothing of it is assumed.
func TestUserAndRedirectURIOfTheCommandLine(t *testing.T) {
	t.Parallel()
	s := codeServer(t)
	for name, test := range map[string]struct {
		args, env []string
		want      reports.Verdict
		need      string
	}{
		"flags": {[]string{"--redirect-uri", callback, "--username", "alice", "--password", "hush-hush-hush"}, nil, reports.Pass, ""},
		"environment": {[]string{"--redirect-uri", callback},
			[]string{"AUTHASSAY_USERNAME=alice", "AUTHASSAY_PASSWORD=hush-hush-hush"}, reports.Pass, ""},
		"no password":     {[]string{"--redirect-uri", callback, "--username", "alice"}, nil, reports.Pass, ""},
		"no user":         {[]string{"--redirect-uri", callback}, nil, reports.NotRun, "a user who can log in"},
		"no redirect URI": {[]string{"--username", "alice"}, nil, reports.NotRun, "with a redirect URI"},
		"another redirect URI": {[]string{"--redirect-uri", callback + "/x", "--username", "alice"}, nil,
			reports.Error, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			o := s.assay(t, append([]string{"--check", "code-happy"}, test.args...)...).with(test.env...).run()
			result := o.report().Targets[0].Results[0]
			g.Expect(result.Verdict).To(gomega.Equal(test.want), o.all())
			g.Expect(result.Need).To(gomega.ContainSubstring(test.need))
		})
	}
}

// The user of the command line goes before those of a target file, and so does
// the redirect URI: the file's would be refused.
func TestUserAndRedirectURIBesideTargetFile(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := codeServer(t)
	file := strings.ReplaceAll(stagingFile, "%URL%", s.URL)
	file = strings.ReplaceAll(file, "other-client", s.client) + "    redirect_uris: [https://other.example.com/callback]\n"
	assay := func(args ...string) outcome {
		return newCommand(t, append([]string{"run", "staging.yaml", "--check", "code-happy"}, args...)...).
			with("OTHER_SECRET="+s.secret, "AUTHASSAY_USERNAME=alice").file("staging.yaml", file).run()
	}
	o := assay()
	g.Expect(verdicts(o.report())).To(gomega.HaveKeyWithValue("code-happy", reports.Error), o.all())
	o = assay("--client-id", s.client, "--redirect-uri", callback)
	g.Expect(verdicts(o.report())).To(gomega.HaveKeyWithValue("code-happy", reports.Pass), o.all())
}

// A password on the command line draws a hint and a note in the report.
func TestPasswordOnTheCommandLineIsNoted(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, nil)
	o := run(t, "run", s.URL, "--area", "meta", "--username", "alice", "--password", "hush-hush-hush")
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(o.stderr).To(gomega.ContainSubstring("hint: a user's password stood on the command line"))
	g.Expect(o.report().Notes).To(gomega.ConsistOf(gomega.And(
		gomega.ContainSubstring("process list"), gomega.ContainSubstring("AUTHASSAY_PASSWORD"))))
	o = newCommand(t, "run", s.URL, "--area", "meta").with("AUTHASSAY_USERNAME=alice", "AUTHASSAY_PASSWORD=hush-hush-hush").run()
	g.Expect(o.stderr).NotTo(gomega.ContainSubstring("command line"))
	g.Expect(o.report().Notes).To(gomega.BeEmpty())
}

// A password that a server repeats is in no report, wherever the run has it
// from. A run that does not know it shows that the report would hold it.
func TestPasswordsStayIn(t *testing.T) {
	t.Parallel()
	const password = "correct-horse-battery"
	s := serve(t, []answer{wellKnown(func(w http.ResponseWriter, _ *http.Request) {
		write(200, "text/html", "<p>"+password+"</p>")(w, nil)
	})})
	file := "version: 1\nname: staging\nissuer: " + s.URL + "\nusers:\n  - name: alice\n    password: ${ALICE}\n"
	for name, test := range map[string]struct {
		args, env []string
		held      bool
	}{
		"unknown":        {[]string{s.URL}, nil, true},
		"flag":           {[]string{s.URL, "--username", "alice", "--password", password}, nil, false},
		"environment":    {[]string{s.URL}, []string{"AUTHASSAY_USERNAME=alice", "AUTHASSAY_PASSWORD=" + password}, false},
		"target file":    {[]string{"staging.yaml"}, []string{"ALICE=" + password}, false},
		"refused target": {[]string{"nowhere-" + password, "--username", "alice", "--password", password}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			o := newCommand(t, append([]string{"run", "--area", "meta", "--verbose"}, test.args...)...).
				with(append(test.env, "ALICE="+password)...).file("staging.yaml", file).run()
			report, err := os.ReadFile(o.path("authassay-report/report.json"))
			g.Expect(err).NotTo(gomega.HaveOccurred(), o.all())
			junit, err := os.ReadFile(o.path("authassay-report/junit.xml"))
			g.Expect(err).NotTo(gomega.HaveOccurred(), o.all())
			held := strings.Contains(o.stdout+o.stderr+string(report)+string(junit), password)
			g.Expect(held).To(gomega.Equal(test.held), o.all())
		})
	}
}

// What is said of a user is not looked at where the run brings its own.
func TestUserOfTheEnvironmentIsNotForBundledTargets(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	o := newCommand(t, "run", "--area", "jwks").with("AUTHASSAY_USERNAME=alice").run()
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(o.stderr).To(gomega.ContainSubstring("AUTHASSAY_USERNAME and AUTHASSAY_PASSWORD are not looked at"))
	g.Expect(o.stderr).NotTo(gomega.ContainSubstring("AUTHASSAY_CLIENT_ID"))
}
