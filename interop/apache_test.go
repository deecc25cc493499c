package interop

import (
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/authassay/authassay/mockidp"
	"github.com/onsi/gomega"
)

const (
	apache        = "/usr/sbin/apache2"
	apacheModules = "/usr/lib/apache2/modules"
)

var apacheConfig = template.Must(template.New("").Parse(`
ServerRoot {{.Dir}}
ServerName 127.0.0.1
Listen {{.Address}}
PidFile {{.Dir}}/pid
ErrorLog {{.Dir}}/error.log
Mutex file:{{.Dir}}
{{if .Root}}User www-data
Group www-data
{{end}}LoadModule mpm_event_module {{.Modules}}/mod_mpm_event.so
LoadModule authn_core_module {{.Modules}}/mod_authn_core.so
LoadModule authz_core_module {{.Modules}}/mod_authz_core.so
LoadModule authz_user_module {{.Modules}}/mod_authz_user.so
LoadModule headers_module {{.Modules}}/mod_headers.so
LoadModule auth_openidc_module {{.Modules}}/mod_auth_openidc.so
DocumentRoot {{.Dir}}/www
OIDCProviderMetadataURL {{.Issuer}}/.well-known/openid-configuration
OIDCClientID {{.ID}}
OIDCClientSecret "{{.Secret}}"
OIDCRedirectURI http://{{.Address}}/private/callback
OIDCCryptoPassphrase "only for this test"
OIDCScope "openid profile email"
OIDCPKCEMethod S256
OIDCResponseType "{{.ResponseType}}"
{{with .ResponseMode}}OIDCResponseMode {{.}}
{{end}}OIDCProviderTokenEndpointAuth client_secret_basic
<Location /private>
  AuthType openid-connect
  Require claim sub:alice
  Header set X-User "%{OIDC_CLAIM_sub}e"
  Header set X-Email "%{OIDC_CLAIM_email}e"
</Location>
`))

// startApache runs Apache with mod_auth_openidc on loopback until the test ends.
func startApache(t *testing.T, idp *mockidp.Provider, address, responseType, responseMode string) {
	t.Helper()
	g := gomega.NewWithT(t)
	dir, err := os.MkdirTemp("", "apache") // not t.TempDir, which the workers may not enter
	g.Expect(err).NotTo(gomega.HaveOccurred())
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	www := filepath.Join(dir, "www", "private")
	g.Expect(os.MkdirAll(www, 0o755)).To(gomega.Succeed())
	g.Expect(os.Chmod(dir, 0o755)).To(gomega.Succeed())
	g.Expect(os.WriteFile(filepath.Join(www, "page.txt"), []byte("the private page\n"), 0o644)).To(gomega.Succeed())
	var text strings.Builder
	me, err := user.Current()
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(apacheConfig.Execute(&text, map[string]any{
		"Dir": dir, "Address": address, "Modules": apacheModules, "Root": me.Uid == "0", "Issuer": idp.Issuer(),
		"ID": appID, "Secret": appSecret, "ResponseType": responseType, "ResponseMode": responseMode,
	})).To(gomega.Succeed())
	file := filepath.Join(dir, "apache.conf")
	g.Expect(os.WriteFile(file, []byte(text.String()), 0o644)).To(gomega.Succeed())
	var output strings.Builder
	cmd := exec.Command(apache, "-X", "-f", file)
	cmd.Stdout, cmd.Stderr = &output, &output
	g.Expect(cmd.Start()).To(gomega.Succeed())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(dir, "error.log"))
			t.Logf("apache: %s%s", output.String(), log)
		}
	})
	g.Eventually(func() error {
		c, err := net.Dial("tcp", address)
		if err == nil {
			_ = c.Close()
		}
		return err
	}, "10s", "20ms").Should(gomega.Succeed())
}

// freeAddress is a loopback address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func port(t *testing.T) string {
	_, port, _ := net.SplitHostPort(freeAddress(t))
	return port
}

// Apache's mod_auth_openidc lets alice in and bob not: code, hybrid, and implicit
// with form_post.
func TestModAuthOpenIDC(t *testing.T) {
	module := filepath.Join(apacheModules, "mod_auth_openidc.so")
	for _, file := range []string{apache, module} {
		if _, err := os.Stat(file); err != nil {
			absent(t, "AUTHASSAY_REQUIRE_CLIENTS", "no "+file+" (Debian: apache2, libapache2-mod-auth-openidc)")
		}
	}
	for _, c := range []struct{ name, responseType, responseMode string }{
		{"code", "code", ""}, {"hybrid", "code id_token", "form_post"}, {"implicit", "id_token", "form_post"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			address := freeAddress(t)
			client := newApp(t).client()
			client.RedirectURIs = []string{"http://" + address + "/private/callback"}
			client.GrantTypes = append(client.GrantTypes, mockidp.GrantImplicit)
			idp := mockidp.Start(t, users(), mockidp.WithClients(client), mockidp.WithLogin(mockidp.LoginPassword), mockidp.WithSigningAlg("RS256"))
			startApache(t, idp, address, c.responseType, c.responseMode)
			for user, status := range map[string]int{userName: http.StatusOK, otherUser: http.StatusUnauthorized} {
				resp := visitPrivate(t, idp, "http://"+address+"/private/page.txt", user)
				g.Expect(resp.StatusCode).To(gomega.Equal(status), user)
				if status == http.StatusOK {
					g.Expect(resp.Header.Get("X-User")).To(gomega.Equal(userName))
					g.Expect(resp.Header.Get("X-Email")).To(gomega.Equal("alice@example.com"))
				}
			}
			strict(t, idp)
		})
	}
}

// visitPrivate asks for a page behind a login, logs in, and gives the answer.
func visitPrivate(t *testing.T, idp *mockidp.Provider, at, user string) *http.Response {
	t.Helper()
	g := gomega.NewWithT(t)
	jar, err := cookiejar.New(nil)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	client := &http.Client{Jar: jar, Timeout: 20 * time.Second, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), idp.Issuer()) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	defer client.CloseIdleConnections()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at, nil)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	r.Header.Set("Accept", "text/html") // who does not ask for a page is not sent to log in
	resp, err := client.Do(r)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	_ = resp.Body.Close()
	g.Expect(resp.StatusCode).To(gomega.Equal(http.StatusFound))
	l, err := idp.Drive(t.Context(), resp.Header.Get("Location"), mockidp.DriveOptions{User: user})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	if l.Mode == "form_post" {
		resp, err = client.PostForm(l.URL.String(), url.Values(l.Parameters))
	} else {
		resp, err = client.Get(l.URL.String())
	}
	g.Expect(err).NotTo(gomega.HaveOccurred())
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp
}
