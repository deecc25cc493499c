package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/reports"
)

// driven is a server whose users type a password, with a client of one redirect
// URI, and a target file that says how to log in.
func driven(t *testing.T, driver, redirectURI string) (*server, string) {
	t.Helper()
	c := mockidp.Client{
		ID: "the-app", Secret: "s3cr3t-of-the-app", Scopes: []string{"read"},
		AuthMethods: []string{mockidp.ClientSecretBasic}, GrantTypes: []string{mockidp.GrantAuthorizationCode},
		RedirectURIs: []string{redirectURI},
	}
	s := serve(t, nil, mockidp.WithClients(c), mockidp.WithLogin(mockidp.LoginPassword), mockidp.WithConsent(mockidp.ConsentAsked))
	s.client, s.secret = c.ID, c.Secret
	return s, "version: 1\nname: driven\nissuer: " + s.URL + "\nlogin:\n  driver: " + driver + "\nclients:\n  - id: " + c.ID +
		"\n    secret: ${APP_SECRET}\n    auth: client_secret_basic\n    grants: [authorization_code]\n    scopes: [read]\n    redirect_uris: [\"" + redirectURI +
		"\"]\nusers:\n  - name: alice\n    password: ${ALICE}\n"
}

// drive prepares a run of a few checks that log in.
func (s *server) drive(t *testing.T, file string) *command {
	t.Helper()
	u, _ := s.idp.User("alice")
	return newCommand(t, "run", "driven.yaml", "--check", "code-happy,code-missing,iss-success").
		with("APP_SECRET="+s.secret, "ALICE="+u.Password, "PATH="+os.Getenv("PATH")).file("driven.yaml", file)
}

// follow reads what a run says and follows each address that it shows, as the
// person's browser would; then the answer is brought back.
func (s *server) follow(t *testing.T, said io.Reader, bring func(landing string)) (followed int) {
	t.Helper()
	for lines := bufio.NewScanner(said); lines.Scan(); {
		address := strings.TrimSpace(lines.Text())
		if !strings.HasPrefix(address, s.URL+"/authorize?") {
			continue
		}
		landing, err := s.idp.Drive(t.Context(), address, mockidp.DriveOptions{User: "alice"})
		if err != nil {
			t.Errorf("%v", err)
			return followed
		}
		followed++
		bring(landing.URL.String())
	}
	return followed
}

func decidedAll(g gomega.Gomega, o outcome, followed int) {
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	r := o.report()
	g.Expect(r.Count().Pass).To(gomega.Equal(3), o.all())
	g.Expect(followed).To(gomega.BeNumerically(">=", 3))
	g.Expect(r.Targets[0].Logins).To(gomega.Equal(followed))
}

// A person whose browser comes back to loopback needs no terminal: they open what
// the run shows, and it listens for the answer.
func TestAPersonWhoseBrowserComesBack(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	g.Expect(err).NotTo(gomega.HaveOccurred())
	at := l.Addr().String()
	g.Expect(l.Close()).To(gomega.Succeed())
	s, file := driven(t, "person", "http://"+at+"/callback")
	c := s.drive(t, file)
	read, write, err := os.Pipe()
	g.Expect(err).NotTo(gomega.HaveOccurred())
	defer read.Close()
	c.cmd.Stderr = write
	c.start()
	g.Expect(write.Close()).To(gomega.Succeed())
	followed := s.follow(t, read, func(landing string) {
		if resp, err := http.Get(landing); err == nil { // the listener closes when it has the answer
			_ = resp.Body.Close()
		}
	})
	decidedAll(g, c.wait(), followed)
}

// A person at a terminal pastes the address at which the browser ended.
func TestAPersonAtATerminal(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	other, tty := openTerminal(t)
	defer other.Close()
	s, file := driven(t, "person", callback)
	c := s.drive(t, file)
	read, write, err := os.Pipe()
	g.Expect(err).NotTo(gomega.HaveOccurred())
	defer read.Close()
	c.cmd.Stdin, c.cmd.Stderr = tty, write
	c.start()
	g.Expect(tty.Close()).To(gomega.Succeed())
	g.Expect(write.Close()).To(gomega.Succeed())
	followed := s.follow(t, read, func(landing string) { _, _ = other.WriteString(landing + "\n") })
	decidedAll(g, c.wait(), followed)
}

// Where nobody sits at a terminal and nothing can be listened for, that is said at
// once and judges nothing.
func TestAPersonWhoIsNotThere(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s, file := driven(t, "person", callback)
	o := s.drive(t, file).run()
	g.Expect(o.code).To(gomega.Equal(3), o.all())
	g.Expect(o.said()).To(gomega.ContainSubstring("nobody could take the answer"))
	g.Expect(o.report().Count().Error).To(gomega.Equal(3))
}

// A browser fills in the password page of the mock and allows what is asked for.
func TestBrowserDriver(t *testing.T) {
	t.Parallel()
	found := false
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		_, err := exec.LookPath(name)
		found = found || err == nil
	}
	if !found {
		if os.Getenv("AUTHASSAY_REQUIRE_BROWSER") == "1" {
			t.Fatal("no Chromium in PATH, and AUTHASSAY_REQUIRE_BROWSER=1")
		}
		t.Skip("needs Chromium")
	}
	g := gomega.NewWithT(t)
	s, file := driven(t, "browser", callback)
	o := s.drive(t, file).run()
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(o.report().Count().Pass).To(gomega.Equal(3), o.all())
	g.Expect(o.report().Targets[0].Logins).To(gomega.BeNumerically(">", 0))
	browsers := 0
	for _, r := range s.idp.Requests() {
		if strings.Contains(r.Header.Get("User-Agent"), "Chrome") {
			browsers++
		}
	}
	g.Expect(browsers).To(gomega.BeNumerically(">", 0), "no browser was there")
	g.Expect(verdicts(o.report())).To(gomega.HaveKeyWithValue("code-happy", reports.Pass))
}
