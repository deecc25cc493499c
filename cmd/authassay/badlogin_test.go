package main

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/catalog"
	"github.com/authassay/authassay/suites/check"
)

// loginServer is a server whose users type a password, with a client for code and
// client credentials.
func loginServer(t *testing.T, answers ...answer) *server {
	t.Helper()
	return grantServer(t, answers, mockidp.GrantAuthorizationCode, mockidp.GrantRefreshToken, mockidp.GrantClientCredentials)
}

func grantServer(t *testing.T, answers []answer, grants ...string) *server {
	t.Helper()
	c := mockidp.Client{
		ID: "the-web-client", Secret: "s3cr3t-of-the-web-client", Scopes: []string{"read"},
		AuthMethods:  []string{mockidp.ClientSecretBasic, mockidp.ClientSecretPost},
		GrantTypes:   grants,
		RedirectURIs: []string{callback},
	}
	s := serve(t, answers, mockidp.WithClients(c), mockidp.WithLogin(mockidp.LoginPassword))
	s.client, s.secret = c.ID, c.Secret
	return s
}

// login prepares a run with client, redirect URI and user.
func (s *server) login(t *testing.T, args ...string) *command {
	t.Helper()
	u, _ := s.idp.User("alice")
	return s.assay(t, append([]string{"--redirect-uri", callback}, args...)...).
		with("AUTHASSAY_USERNAME=alice", "AUTHASSAY_PASSWORD="+u.Password)
}

// front are the areas whose checks all walk through a login.
var front = []string{"authz", "code", "pkce", "rt", "iss"}

func inFront() int { return len(catalog.All().Select(check.Selection{Areas: front}, nil)) }

const loginPage = `<!doctype html><title>Log in</title><form method="post" action="/login">
<input name="username"><input type="password" name="password">%s<button>Log in</button></form>`

// What keeps a login or the authorization endpoint from working is an error with
// a reason, and neither a pass nor a fail: most of these checks expect a refusal,
// and a page that is in the way refuses everything.
func TestRunWithBadLogin(t *testing.T) {
	t.Parallel()
	page := func(more string) http.HandlerFunc { return write(200, "text/html", fmt.Sprintf(loginPage, more)) }
	cookies := func(w http.ResponseWriter, r *http.Request) {
		for i := range 200 {
			http.SetCookie(w, &http.Cookie{Name: fmt.Sprintf("c%d", i), Value: "v", Path: "/"})
		}
		page("")(w, r)
	}
	big := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		part := []byte(strings.Repeat("<p>more</p>\n", 100_000))
		for range 84 {
			if _, err := w.Write(part); err != nil {
				return
			}
		}
	}
	drip := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		for {
			if _, err := w.Write([]byte(" ")); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			select {
			case <-r.Context().Done():
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	}
	for name, test := range map[string]struct {
		answers []answer
		says    string
	}{
		"a login that loops":     {[]answer{at("/authorize", page("")), at("/login", page(""))}, "the login of \"alice\" is refused, or asked for again"},
		"a login in circles":     {[]answer{at("/authorize", redirectTo("/login")), at("/login", redirectTo("/authorize"))}, "pages and redirects"},
		"a redirect loop":        {[]answer{at("/authorize", redirectTo("/authorize"))}, "pages and redirects"},
		"a captcha":              {[]answer{at("/authorize", page(`<div class="g-recaptcha" data-sitekey="k"></div>`))}, "reCAPTCHA"},
		"200 cookies":            {[]answer{at("/authorize", cookies)}, "200 cookies"},
		"JSON":                   {[]answer{at("/authorize", write(200, "application/json", `{"login":"required"}`))}, "which is no page"},
		"an image":               {[]answer{at("/authorize", write(200, "image/png", "\x89PNG\x00"))}, "nothing to read"},
		"a page without a login": {[]answer{at("/authorize", write(200, "text/html", "<h1>Welcome</h1>"))}, "Welcome"},
		"a server error":         {[]answer{at("/authorize", write(502, "text/html", "<h1>Bad gateway</h1>"))}, "502"},
		"100 MB":                 {[]answer{at("/authorize", big)}, "decides nothing"},
		"a page that drips":      {[]answer{at("/authorize", drip)}, "(login) did not come to its end within 2s"},
		"silence":                {[]answer{at("/authorize", hang)}, "within 2s"},
		"a page for every request": {[]answer{func(w http.ResponseWriter, r *http.Request) bool {
			write(200, "text/html", "<h1>Welcome</h1>")(w, r)
			return true
		}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			s := loginServer(t, test.answers...)
			began := time.Now()
			timeout := "2s"
			if name == "100 MB" { // which take a time to come
				timeout = "25s"
			}
			o := s.login(t, "--area", strings.Join(front, ","), "--timeout", timeout).run()
			g.Expect(time.Since(began)).To(gomega.BeNumerically("<", 30*time.Second))
			g.Expect(o.code).To(gomega.Equal(3), o.all())
			g.Expect(o.said()).To(gomega.ContainSubstring(test.says))
			g.Expect(verdicts(o.report())).To(gomega.HaveLen(inFront()))
			for id, v := range verdicts(o.report()) {
				g.Expect(v).To(gomega.BeElementOf(reports.Error, reports.NotRun), "%s: %s", id, o.all())
			}
		})
	}
}

func redirectTo(path string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, path+"?"+r.URL.RawQuery, http.StatusFound)
	}
}

// A wrong password is sent once in a whole run, whatever asks for it, and the error
// says what to look at.
func TestAWrongPasswordIsSentOnce(t *testing.T) {
	t.Parallel()
	code, password := mockidp.GrantAuthorizationCode, mockidp.GrantPassword
	redirect := []string{"--redirect-uri", callback}
	for name, test := range map[string]struct {
		grants, args []string
		says         string
	}{
		"at the login page": {[]string{code}, redirect, `the login of "alice" is refused`},
		"at the login page, and not at the token endpoint": {[]string{code, password}, redirect, `the password of "alice" is refused at the login page, and is not sent again`},
		"at the token endpoint":                            {[]string{password}, nil, `the target refuses the password of "alice" at the token endpoint`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			s := grantServer(t, nil, test.grants...)
			o := s.assay(t, append(test.args, "--skip", "code-expires")...).with("AUTHASSAY_USERNAME=alice", "AUTHASSAY_PASSWORD=not-her-password").run()
			g.Expect(o.code).To(gomega.BeElementOf(1, 3), o.all()) // 1: who offers the password grant breaks RFC 9700
			sent := 0
			for _, r := range s.idp.Requests() {
				form, _ := url.ParseQuery(string(r.Body))
				if form.Get("password") == "not-her-password" {
					sent++
				}
				g.Expect(r.URL).NotTo(gomega.ContainSubstring("not-her-password"))
			}
			g.Expect(sent).To(gomega.Equal(1), o.all())
			g.Expect(o.said()).To(gomega.ContainSubstring(test.says))
			for id, v := range verdicts(o.report()) {
				if slices.Contains(front, strings.Split(id, "-")[0]) || strings.HasPrefix(id, "ropc-") && id != "ropc-disabled" {
					g.Expect(v).To(gomega.BeElementOf(reports.Error, reports.NotRun), id)
				}
			}
		})
	}
}

// A whole run against a server that is right sends no wrong password for a user
// that there is, and no client more than a few wrong secrets: accounts and clients
// are locked after some.
func TestWrongCredentialsAreFew(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := grantServer(t, nil, mockidp.GrantAuthorizationCode, mockidp.GrantRefreshToken, mockidp.GrantClientCredentials, mockidp.GrantPassword)
	o := s.login(t, "--skip", "code-expires", "--skip", "ropc-disabled").run()
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	right, _ := s.idp.User("alice")
	passwords, secrets, total := 0, map[string]int{}, 0
	for _, r := range s.idp.Requests() {
		total++
		form, _ := url.ParseQuery(string(r.Body))
		if form.Get("username") == right.Username && form.Has("password") && form.Get("password") != "" && form.Get("password") != right.Password {
			passwords++
		}
		id, secret := form.Get("client_id"), form.Get("client_secret")
		if user, pass, ok := (&http.Request{Header: r.Header}).BasicAuth(); ok {
			id, secret = user, pass
		}
		if id == s.client && secret != "" && secret != s.secret {
			secrets[id]++
		}
	}
	g.Expect(total).To(gomega.BeNumerically(">", 200), "that was no whole run")
	g.Expect(s.idp.Dropped()).To(gomega.BeZero(), "not every request was kept")
	g.Expect(passwords).To(gomega.BeZero())
	g.Expect(secrets[s.client]).To(gomega.BeNumerically(">", 0), "wrong secrets are looked for in the wrong place")
	g.Expect(secrets[s.client]).To(gomega.BeNumerically("<=", mostWrongSecrets))
}

// mostWrongSecrets is how many wrong secrets of one client a whole run sends: one
// for each check of what a target makes of one.
const mostWrongSecrets = 8

// A client whose secret in the environment is wrong is not tried by every check.
func TestAWrongClientSecretIsSentAFewTimes(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := loginServer(t)
	secret := s.secret
	s.secret = "not-the-secret"
	o := s.assay(t, "--area", "cc,ca,tok").run()
	g.Expect(o.code).To(gomega.Equal(3), o.all())
	sent := 0
	for _, r := range s.idp.Requests() {
		form, _ := url.ParseQuery(string(r.Body))
		if _, pass, ok := (&http.Request{Header: r.Header}).BasicAuth(); ok && pass == s.secret || form.Get("client_secret") == s.secret {
			sent++
		}
	}
	g.Expect(secret).NotTo(gomega.Equal(s.secret))
	g.Expect(sent).To(gomega.BeNumerically(">", 0))
	g.Expect(sent).To(gomega.BeNumerically("<=", 2*5), o.all()) // by either method: two look for what works, three try each
	g.Expect(o.said()).To(gomega.ContainSubstring("are identifier, secret and method those of the registration? They are not sent again"))
}
