package interop

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/authassay/authassay/mockidp"
	"github.com/onsi/gomega"
)

// python is Debian's own, which sees the packages of Debian; another one in PATH
// does not.
const python = "/usr/bin/python3"

// runPython runs a script of testdata that prints an authorization URL, wants the
// URL of the landing, and prints what it found.
func runPython(t *testing.T, idp *mockidp.Provider, module, debian, script string, args ...string) map[string]any {
	t.Helper()
	g := gomega.NewWithT(t)
	if err := exec.Command(python, "-c", "import "+module).Run(); err != nil {
		absent(t, "AUTHASSAY_REQUIRE_CLIENTS", "no Python module "+module+" at "+python+" (Debian: "+debian+")")
	}
	cmd := exec.CommandContext(t.Context(), python, append([]string{filepath.Join("testdata", script)}, args...)...)
	// Both libraries refuse plain http unless told that this is a test.
	cmd.Env = append(os.Environ(), "AUTHLIB_INSECURE_TRANSPORT=1", "OAUTHLIB_INSECURE_TRANSPORT=1", "NO_PROXY=*", "PYTHONDONTWRITEBYTECODE=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	in, err := cmd.StdinPipe()
	g.Expect(err).NotTo(gomega.HaveOccurred())
	out, err := cmd.StdoutPipe()
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(cmd.Start()).To(gomega.Succeed())
	reader := bufio.NewReader(out)
	authURL, err := reader.ReadString('\n')
	if err == nil {
		l, err := idp.Drive(t.Context(), strings.TrimSpace(authURL), mockidp.DriveOptions{User: userName})
		if err != nil {
			t.Error(err)
		} else {
			_, _ = io.WriteString(in, l.URL.String()+"\n") // a script that has ended says so below
		}
	}
	_ = in.Close()
	answer, err := io.ReadAll(reader)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(cmd.Wait()).To(gomega.Succeed(), stderr.String())
	var found map[string]any
	g.Expect(json.Unmarshal(answer, &found)).To(gomega.Succeed(), string(answer))
	return found
}

// Authlib accepts the provider: discovery, code with PKCE, ID token, userinfo,
// introspection, refresh, revocation.
func TestAuthlib(t *testing.T) {
	g := gomega.NewWithT(t)
	a := newApp(t)
	idp := startProvider(t, a, mockidp.WithLogin(mockidp.LoginPassword), mockidp.WithConsent(mockidp.ConsentAsked))
	found := runPython(t, idp, "authlib", "python3-authlib, python3-requests", "authlib_client.py", idp.Issuer(), appID, appSecret, a.callback())
	g.Expect(found).To(gomega.Equal(map[string]any{
		"sub": userName, "email": "alice@example.com", "active": true, "refreshed": true, "revoked": 200.0, "active_after": false}))
	strict(t, idp)
}

// requests-oauthlib accepts it: code with PKCE, refresh, password, client
// credentials; and tells a refresh token that is used again.
func TestRequestsOAuthlib(t *testing.T) {
	g := gomega.NewWithT(t)
	a := newApp(t)
	idp := startProvider(t, a, mockidp.WithLogin(mockidp.LoginPick))
	found := runPython(t, idp, "requests_oauthlib", "python3-requests-oauthlib", "oauthlib_client.py",
		idp.Issuer(), appID, appSecret, a.callback(), userName, userPass)
	g.Expect(found).To(gomega.Equal(map[string]any{
		"email": "alice@example.com", "refreshed": true, "replayed": "invalid_grant", "password": "Bearer", "own": "Bearer"}))
}

// strict fails the test when the client broke a rule of the provider's.
func strict(t *testing.T, idp *mockidp.Provider) {
	t.Helper()
	for _, v := range idp.Verdicts() {
		if !v.Pass {
			t.Errorf("the client broke %s (%s): expected %s, got %s", v.Rule, v.Clause, v.Expected, v.Got)
		}
	}
}
