package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/onsi/gomega"
)

// idpLine is what "authassay idp" prints.
type idpLine struct {
	Issuer        string `json:"issuer"`
	Listen        string `json:"listen"`
	TokenEndpoint string `json:"token_endpoint"`
	JWKSURI       string `json:"jwks_uri"`
	Clients       []struct {
		ID          string   `json:"client_id"`
		Secret      string   `json:"client_secret"`
		AuthMethods []string `json:"auth_methods"`
	} `json:"clients"`
}

// startIDP starts a provider and waits for its line.
func startIDP(t *testing.T, args ...string) (*command, idpLine) {
	t.Helper()
	g := gomega.NewWithT(t)
	c := newCommand(t, append([]string{"idp"}, args...)...)
	read, write, err := os.Pipe()
	g.Expect(err).NotTo(gomega.HaveOccurred())
	t.Cleanup(func() { _ = read.Close() })
	c.cmd.Stdout = write
	c.start()
	g.Expect(write.Close()).To(gomega.Succeed())
	out := bufio.NewReader(read)
	t.Cleanup(func() {
		_ = c.cmd.Process.Kill()
		<-c.ended
		rest, _ := io.ReadAll(out)
		g.Expect(rest).To(gomega.BeEmpty(), "more than one line on stdout")
	})
	line, err := out.ReadString('\n')
	g.Expect(err).NotTo(gomega.HaveOccurred(), "no line came")
	var l idpLine
	g.Expect(json.Unmarshal([]byte(line), &l)).To(gomega.Succeed(), line)
	return c, l
}

// token asks for a token by client_secret_post.
func token(t *testing.T, l idpLine, id, secret string) (int, string) {
	t.Helper()
	g := gomega.NewWithT(t)
	resp, err := http.PostForm(l.TokenEndpoint, url.Values{
		"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret},
	})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	defer resp.Body.Close()
	var body struct {
		AccessToken string `json:"access_token"`
	}
	g.Expect(json.NewDecoder(resp.Body).Decode(&body)).To(gomega.Succeed())
	return resp.StatusCode, body.AccessToken
}

// When the line is there, the provider signs; a signal ends it, and that is no
// failure.
func TestIDP(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]syscall.Signal{"SIGINT": syscall.SIGINT, "SIGTERM": syscall.SIGTERM, "SIGHUP": syscall.SIGHUP} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			c, l := startIDP(t, "--listen", "127.0.0.1:0", "--path", "/tenant-1")
			g.Expect(l.Issuer).To(gomega.Equal("http://" + l.Listen + "/tenant-1"))
			g.Expect(l.JWKSURI).To(gomega.HavePrefix(l.Issuer))
			g.Expect(len(l.Clients)).To(gomega.BeNumerically(">", 3))
			status, jwt := token(t, l, l.Clients[0].ID, l.Clients[0].Secret)
			g.Expect(status).To(gomega.Equal(200))
			g.Expect(strings.Count(jwt, ".")).To(gomega.Equal(2))
			g.Expect(c.cmd.Process.Signal(signal)).To(gomega.Succeed())
			g.Eventually(c.ended).WithTimeout(5 * time.Second).Should(gomega.BeClosed())
			g.Expect(c.cmd.ProcessState.ExitCode()).To(gomega.Equal(0), c.stderr.String())
			g.Expect(c.stderr.String()).To(gomega.BeEmpty())
		})
	}
}

// A client of one's own replaces the default ones.
func TestIDPClient(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	_, l := startIDP(t, "--listen", "127.0.0.1:0", "--client-id", "app", "--client-secret", "not a secret", "--signing-alg", "RS256")
	g.Expect(l.Clients).To(gomega.HaveLen(1))
	g.Expect(l.Clients[0].AuthMethods).To(gomega.ConsistOf("client_secret_basic", "client_secret_post"))
	status, jwt := token(t, l, "app", "not a secret")
	g.Expect(status).To(gomega.Equal(200))
	g.Expect(jwt).To(gomega.HavePrefix("eyJhbGciOiJSUzI1NiI"), "not signed with RS256")
	status, _ = token(t, l, "app", "wrong")
	g.Expect(status).To(gomega.Equal(401))

	// And it can be assayed as any other server.
	o := newCommand(t, "run", l.Issuer).with("AUTHASSAY_CLIENT_ID=app", "AUTHASSAY_CLIENT_SECRET=not a secret").run()
	g.Expect(o.code).To(gomega.Equal(0), o.all())
}

// A random secret is made for a client without one, and printed.
func TestIDPRandomSecret(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	_, l := startIDP(t, "--listen", "127.0.0.1:0", "--client-id", "app")
	status, _ := token(t, l, "app", l.Clients[0].Secret)
	g.Expect(status).To(gomega.Equal(200))
}

func TestIDPPortInUse(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	g.Expect(err).NotTo(gomega.HaveOccurred())
	defer taken.Close()
	o := run(t, "idp", "--listen", taken.Addr().String())
	g.Expect(o.code).To(gomega.Equal(3), o.all())
	g.Expect(o.stderr).To(gomega.ContainSubstring("is in use by another process"))
	g.Expect(o.stderr).To(gomega.ContainSubstring("--listen 127.0.0.1:0"))
	o = run(t, "idp", "--listen", "192.0.2.1:0")
	g.Expect(o.code).To(gomega.Equal(3), o.all())
	g.Expect(o.stderr).To(gomega.ContainSubstring("this machine does not have the address"))
}

// Beyond loopback it warns, on stderr.
func TestIDPExposed(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	c, l := startIDP(t, "--listen", "0.0.0.0:0")
	g.Expect(l.Issuer).To(gomega.HavePrefix("http://127.0.0.1:"))
	g.Expect(c.cmd.Process.Signal(syscall.SIGTERM)).To(gomega.Succeed())
	<-c.ended
	g.Expect(c.stderr.String()).To(gomega.ContainSubstring("warning: "))
	g.Expect(c.stderr.String()).To(gomega.ContainSubstring("This is a test server"))
}

// With --registration a run needs nothing but the address, a user and leave; the
// provider knows the clients it was started with when it is over, and no others.
func TestIDPWithRegistration(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	_, l := startIDP(t, "--listen", "127.0.0.1:0", "--registration", "--client-id", "app")
	o := newCommand(t, "run", l.Issuer, "--register", "--username", "alice").run()
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(o.report().Count().Decided()).To(gomega.BeNumerically(">", 100), o.all())
	g.Expect(o.report().Targets[0].Left).To(gomega.BeEmpty())

	_, closed := startIDP(t, "--listen", "127.0.0.1:0")
	o = newCommand(t, "run", closed.Issuer, "--register", "--area", "cc").run()
	g.Expect(o.report().Notes).To(gomega.ConsistOf(gomega.ContainSubstring("the target offers no registration")))
}
