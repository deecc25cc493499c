package interop

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/authassay/authassay/mockidp"
	"github.com/onsi/gomega"
)

// agent is an oidc-agent that runs until the test ends, with an empty home.
type agent struct {
	t   *testing.T
	dir string
}

func startAgent(t *testing.T) *agent {
	t.Helper()
	for _, name := range []string{"oidc-agent", "oidc-gen", "oidc-token"} {
		if _, err := exec.LookPath(name); err != nil {
			absent(t, "AUTHASSAY_REQUIRE_CLIENTS", "no "+name+" in PATH (Debian: oidc-agent-cli)")
		}
	}
	g := gomega.NewWithT(t)
	a := &agent{t: t, dir: t.TempDir()}
	g.Expect(os.Mkdir(filepath.Join(a.dir, ".oidc-agent"), 0o700)).To(gomega.Succeed())
	cmd := a.command("oidc-agent", "--console", "--no-autoload", "--socket-path="+a.socket())
	g.Expect(cmd.Start()).To(gomega.Succeed())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	g.Eventually(a.socket, "10s", "20ms").Should(gomega.BeAnExistingFile())
	return a
}

// socket is in the home, whose name is short enough for one.
func (a *agent) socket() string { return filepath.Join(a.dir, "sock") }

func (a *agent) command(name string, args ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	a.t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = time.Second
	cmd.Env = append(os.Environ(), "HOME="+a.dir, "XDG_CONFIG_HOME=", "OIDC_SOCK="+a.socket(), "PW=a passphrase")
	return cmd
}

// gen makes an account at the provider.
func (a *agent) gen(idp *mockidp.Provider, name, callback string, more ...string) *exec.Cmd {
	return a.command("oidc-gen", append([]string{
		name, "--iss=" + idp.Issuer(), "--client-id=" + appID, "--client-secret=" + appSecret, "--redirect-uri=" + callback,
		"--scope=openid profile offline_access", "--pw-env=PW", "--prompt=none", "--confirm-default", "--no-url-call", "--no-scheme",
	}, more...)...)
}

// token asks for an access token that is good for a time.
func (a *agent) token(name, seconds string) string {
	a.t.Helper()
	out, err := a.command("oidc-token", "--time="+seconds, name).CombinedOutput()
	gomega.NewWithT(a.t).Expect(err).NotTo(gomega.HaveOccurred(), "%s", out)
	return strings.TrimSpace(string(out))
}

// oidc-agent gets its tokens by password and by code with PKCE, and refreshes
// those that do not live long enough.
func TestOIDCAgent(t *testing.T) {
	g := gomega.NewWithT(t)
	a := startAgent(t)
	callback := "http://localhost:" + port(t)
	client := newApp(t).client()
	client.RedirectURIs = []string{callback}
	idp := mockidp.Start(t, users(), mockidp.WithClients(client), mockidp.WithLogin(mockidp.LoginPassword))

	out, err := a.gen(idp, "by-password", callback, "--flow=password", "--op-username="+userName, "--op-password="+userPass).CombinedOutput()
	g.Expect(err).NotTo(gomega.HaveOccurred(), "%s", out)
	first := a.token("by-password", "60")
	g.Expect(a.token("by-password", "60")).To(gomega.Equal(first), "it is kept")
	g.Expect(a.token("by-password", "7200")).NotTo(gomega.Equal(first), "an hour is too short")

	cmd := a.gen(idp, "by-code", callback, "--flow=code")
	read, err := cmd.StdoutPipe()
	g.Expect(err).NotTo(gomega.HaveOccurred())
	cmd.Stderr = cmd.Stdout
	g.Expect(cmd.Start()).To(gomega.Succeed())
	lines := bufio.NewScanner(read)
	var said strings.Builder
	visited := false
	for lines.Scan() {
		said.WriteString(lines.Text() + "\n")
		if at := strings.TrimSpace(lines.Text()); !visited && strings.HasPrefix(at, idp.Issuer()+"/authorize?") {
			visited = true
			l, err := idp.Drive(t.Context(), at, mockidp.DriveOptions{User: userName})
			g.Expect(err).NotTo(gomega.HaveOccurred())
			g.Expect(at).To(gomega.ContainSubstring("code_challenge_method=S256"))
			resp, err := http.Get(l.URL.String()) // the agent listens there
			g.Expect(err).NotTo(gomega.HaveOccurred())
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
	}
	g.Expect(cmd.Wait()).To(gomega.Succeed(), said.String())
	g.Expect(a.token("by-code", "60")).NotTo(gomega.BeEmpty())
	strict(t, idp)
}
