package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/mockidp"
)

// Secrets that the run is given.
const (
	canarySecret    = `can4ry client+secret/<1>&'x=~"`
	canaryWebSecret = "can4ryWebClientSecret-0002"
	canaryPassword  = `can4ry password/<3>+&"y%41`
)

// Secrets that the server hands out beside those of the mock, in places that
// say what they are.
var canariesPlanted = map[string]string{
	"device_code":               "can4ry-device-code-0004",
	"user_code":                 "CAN4-RYUC",
	"registration_access_token": "can4ry/registration+token-0005",
	"refresh_token":             "can4ry.refresh.token-0006",
	"client_assertion":          canaryJWT("can4ry-subject-0007"),
	"code_verifier":             "can4ry-verifier~0008",
}

const canaryCookie = "can4ryCookieValue0009"

// canarySpellings are the texts under which a secret would give itself away.
func canarySpellings(s string) []string {
	quoted, _ := json.Marshal(s)
	out := []string{
		s, url.QueryEscape(s), url.PathEscape(s), html.EscapeString(s), string(quoted[1 : len(quoted)-1]),
		base64.StdEncoding.EncodeToString([]byte(s)), base64.RawURLEncoding.EncodeToString([]byte(s)), hex.EncodeToString([]byte(s)),
	}
	if parts := strings.Split(s, "."); len(parts) == 3 && len(parts[2]) > 16 {
		out = append(out, parts[1], parts[2]) // a JWT's claims, and a signature by which it is found
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// noCanaries looks for every secret that was met in whatever a command printed
// and wrote.
func (p *parrot) noCanaries(t *testing.T, c *command) {
	t.Helper()
	g := gomega.NewWithT(t)
	places := map[string]string{"stdout": c.stdout.String(), "stderr": c.stderr.String()}
	g.Expect(filepath.WalkDir(c.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		places[path[len(c.dir)+1:]] = string(content)
		return err
	})).To(gomega.Succeed())
	p.mu.Lock()
	defer p.mu.Unlock()
	for kind, values := range p.canaries {
		for _, v := range values[:min(len(values), 25)] {
			looked := canarySpellings(v)
			if !strings.Contains(v, ".") && len(v) >= 32 {
				looked = append(looked, v[:16], v[len(v)-16:]) // as a cut in the wrong place would leave them
			}
			for _, s := range looked {
				for place, content := range places {
					if i := strings.Index(content, s); i >= 0 {
						t.Errorf("%s %.40q is in %s as %.40q: …%.120q…", kind, v, place, s, content[max(0, i-100):i])
					}
				}
			}
		}
	}
}

const canaryTarget = `version: 1
name: parrot
issuer: %URL%
clients:
  - id: the-client
    secret: ${THE_SECRET}
    grants: [client_credentials]
    scopes: [read]
  - id: web
    secret: ${WEB_SECRET}
    grants: [authorization_code, refresh_token]
    scopes: [read]
    redirect_uris: [` + callback + `]
users:
  - name: alice
    password: ${ALICE}
`

func (p *parrot) assay(t *testing.T, args ...string) *command {
	t.Helper()
	return newCommand(t, append([]string{"run", "parrot.yaml", "--verbose", "--skip", "authz-*,pkce-*", "--workers", "4"}, args...)...).
		file("parrot.yaml", strings.ReplaceAll(canaryTarget, "%URL%", p.URL)).
		with("THE_SECRET="+canarySecret, "WEB_SECRET="+canaryWebSecret, "ALICE="+canaryPassword).onGitHub()
}

// Nothing that is secret leaves a run: not in a report, a log, a line on the
// terminal or an error message, whether it is green, red or interrupted, by a
// server that repeats whatever it knows.
func TestCanaries(t *testing.T) {
	t.Parallel()
	t.Run("green", func(t *testing.T) {
		t.Parallel()
		g := gomega.NewWithT(t)
		p := newParrot(t, false, 0)
		o := p.assay(t).run()
		g.Expect(o.code).To(gomega.Equal(0), o.stdout+o.stderr)
		p.noCanaries(t, o.command)
		p.sang(t)
	})
	t.Run("red", func(t *testing.T) {
		t.Parallel()
		g := gomega.NewWithT(t)
		p := newParrot(t, true, 0, mockidp.WithRuleOff("client-secret-verified", "code-single-use"))
		o := p.assay(t, "--write-known-failing", "known.yaml").run()
		g.Expect(o.code).To(gomega.Equal(1), o.stdout+o.stderr)
		p.noCanaries(t, o.command)
		p.sang(t)
	})
	t.Run("interrupted", func(t *testing.T) {
		t.Parallel()
		g := gomega.NewWithT(t)
		p := newParrot(t, false, 40)
		c := p.assay(t).start()
		<-p.held
		g.Expect(c.cmd.Process.Signal(syscall.SIGTERM)).To(gomega.Succeed())
		o := c.wait()
		g.Expect(o.code).To(gomega.Equal(143), o.stdout+o.stderr)
		p.noCanaries(t, o.command)
	})
}

// sang asserts that the server knew secrets of every kind and repeated them:
// else that none is found would show nothing.
func (p *parrot) sang(t *testing.T) {
	t.Helper()
	g := gomega.NewWithT(t)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, kind := range []string{
		"client secret", "password", "code", "sent code", "sent code_verifier", "access_token", "refresh_token", "cookie", "planted cookie",
		"planted device_code", "planted registration_access_token", "planted client_assertion",
	} {
		g.Expect(p.told[kind]).To(gomega.BeNumerically(">", 0), kind)
	}
}
