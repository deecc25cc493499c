package main

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/mockidp"
)

// The file that init writes is one that lint and run take.
func TestInit(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	idp := mockidp.Start(t, mockidp.WithPath("/tenant"))
	o := run(t, "init", idp.Issuer(), "--output", "staging.yaml", "--name", "staging")
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(o.stdout).To(gomega.BeEmpty())
	g.Expect(o.stderr).To(gomega.ContainSubstring("authassay run staging.yaml"))
	written, err := os.ReadFile(o.path("staging.yaml"))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	text := string(written)
	g.Expect(text).To(gomega.HavePrefix("# yaml-language-server: $schema="))
	g.Expect(text).To(gomega.ContainSubstring("\nname: staging\n"))
	g.Expect(text).To(gomega.MatchRegexp(`(?m)^issuer: "?` + idp.Issuer() + `"?$`))
	g.Expect(text).To(gomega.ContainSubstring(idp.Issuer() + "/token"))
	g.Expect(text).To(gomega.ContainSubstring(idp.Issuer() + "/authorize"))

	again := newCommand(t, "run", "staging.yaml", "--area", "meta,jwks").file("staging.yaml", text).run()
	g.Expect(again.code).To(gomega.Equal(0), again.all())
	stdout := run(t, "init", idp.Issuer(), "--name", "staging")
	g.Expect(stdout.stdout).To(gomega.Equal(text))
}

// Nothing is overwritten without --force.
func TestInitKeepsFiles(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, nil)
	o := newCommand(t, "init", s.URL, "-o", "x.yaml").file("x.yaml", "precious").run()
	g.Expect(o.code).To(gomega.Equal(2), o.all())
	g.Expect(o.stderr).To(gomega.ContainSubstring("--force"))
	g.Expect(os.ReadFile(o.path("x.yaml"))).To(gomega.BeEquivalentTo("precious"))
	g.Expect(s.requests.Load()).To(gomega.BeZero())
	o = newCommand(t, "init", s.URL, "-o", "x.yaml", "--force").file("x.yaml", "precious").run()
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(os.ReadFile(o.path("x.yaml"))).To(gomega.ContainSubstring("issuer: "))
	entries, err := os.ReadDir(o.dir)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(entries).To(gomega.HaveLen(1), "something was left behind")
}

func TestInitUnreachable(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	o := run(t, "init", "http://127.0.0.1:1")
	g.Expect(o.code).To(gomega.Equal(3), o.all())
	g.Expect(o.stderr).To(gomega.ContainSubstring("connection refused"))
	g.Expect(o.stdout).To(gomega.BeEmpty())
}

// Metadata of another issuer must not be used (RFC 8414 §3.3); a slash at the
// end is what the server says it is.
func TestInitIssuer(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, nil, mockidp.WithRuleOff("metadata-issuer-identical"))
	o := run(t, "init", s.URL)
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(o.stdout).To(gomega.MatchRegexp(`(?m)^issuer: "?` + s.URL + `/"?$`))
	g.Expect(o.stderr).To(gomega.ContainSubstring("the server calls itself"))

	s = serve(t, []answer{wellKnown(write(200, "application/json", `{"issuer":"https://evil.example"}`))})
	o = run(t, "init", s.URL)
	g.Expect(o.code).To(gomega.Equal(3), o.all())
	g.Expect(o.stderr).To(gomega.ContainSubstring(`names the issuer "https://evil.example"`))
	g.Expect(o.stderr).To(gomega.ContainSubstring("RFC 8414 §3.3"))
}

// Members of the wrong type are left out with a remark, and what a server
// sends does not drive the terminal.
func TestInitWrongMembers(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, []answer{wellKnown(func(w http.ResponseWriter, r *http.Request) {
		write(200, "application/json", `{"issuer":"http://`+r.Host+`","token_endpoint":7,"scopes_supported":"read","jwks_uri":"\u001b[31mred"}`)(w, r)
	})})
	o := run(t, "init", s.URL)
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(o.stderr).To(gomega.ContainSubstring("token_endpoint, but not as a string"))
	g.Expect(o.stderr).To(gomega.ContainSubstring("scopes_supported, but not as a list of strings"))
	g.Expect(strings.Contains(o.stdout+o.stderr, "\x1b")).To(gomega.BeFalse())
}
