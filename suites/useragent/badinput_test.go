package useragent

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
)

// What no walk gets past ends it with a reason; what asks for nothing is an
// answer.
func TestPagesThatEndAWalk(t *testing.T) {
	cookies := func(w http.ResponseWriter, r *http.Request) {
		for i := range 200 {
			http.SetCookie(w, &http.Cookie{Name: fmt.Sprintf("c%d", i), Value: "v", Path: "/"})
		}
		htmlPage(200, loginForm)(w, r)
	}
	typed := func(kind string, status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	for name, c := range map[string]struct {
		page  http.HandlerFunc
		stuck []string // what the reason says; nil: an answer
	}{
		"an error page":              {htmlPage(400, `<h1>invalid_client</h1><form action="/search"><input name="q"></form>`), nil},
		"an error page with 200":     {htmlPage(200, `<h1>Bad request</h1>`), nil},
		"an error page and a logout": {htmlPage(200, `<h1>Bad request</h1><form method="post" action="/logout"><button>Log out</button></form>`), nil},
		"an error with a contact":    {htmlPage(400, `<h1>Error</h1><form><input name="message"><button>Send</button></form>`), nil},
		"an error as text":           {typed("text/plain", 400, "invalid_request"), nil},
		"an error as nothing":        {typed("", 403, ""), nil},
		"an error of the server":     {htmlPage(500, "oops"), nil},
		"JSON with 200":              {typed("application/json", 200, `{"login_required":true}`), []string{"application/json", "no page"}},
		"nothing with 200":           {typed("text/html", 200, ""), []string{"nothing to read"}},
		"an image":                   {typed("image/png", 200, "\x89PNG\x00"), []string{"nothing to read"}},
		"HTTP authentication": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(401)
		}, []string{"HTTP authentication (Basic)"}},
		"reCAPTCHA":                 {htmlPage(200, loginForm+`<div class="g-recaptcha" data-sitekey="k"></div>`), []string{"reCAPTCHA", "username (text)"}},
		"hCaptcha":                  {htmlPage(200, loginForm+`<script src="https://js.hcaptcha.com/1/api.js"></script>`), []string{"hCaptcha"}},
		"Turnstile":                 {htmlPage(403, `<script src="https://challenges.cloudflare.com/x.js"></script>Checking`), []string{"Turnstile"}},
		"a captcha of its own":      {htmlPage(200, `<form method="post"><input name="username"><input type="password" name="password"><img id="captcha"><input name="captcha"></form>`), []string{"captcha"}},
		"200 cookies":               {cookies, []string{"200 cookies"}},
		"JavaScript":                {htmlPage(200, `<div id="root"></div><noscript>You need to enable JavaScript to run this app.</noscript><script src="/app.js"></script>`), []string{"login.driver browser"}},
		"JavaScript that loads":     {htmlPage(200, `<p>Loading…</p><script src="/app.js"></script>`), []string{"login.driver browser"}},
		"fields without a form":     {htmlPage(200, `<input name="username"><input type="password"><button>Log in</button><script src="/app.js"></script>`), []string{"login.driver browser"}},
		"a new password":            {htmlPage(200, `<form method="post"><input type="password" name="new1"><input type="password" name="new2"><button>Save</button></form>`), []string{"a new password"}},
		"a form nobody knows":       {htmlPage(200, `<form method="post"><input name="otp"><button>OK</button></form>`), []string{"otp (text)", "login.fields"}},
		"two buttons nobody knows":  {htmlPage(200, `<form><button>Foo</button></form><form><button>Bar</button></form>`), []string{`"Foo"`, `"Bar"`}},
		"logins as links":           {htmlPage(200, `<a href="/ldap">Log in with LDAP</a><a href="/mail">Log in with Email</a>`), []string{"Log in with LDAP"}},
		"a login elsewhere":         {htmlPage(200, `<form method="post" action="https://other.example/login"><input name="username"><input type="password" name="password"></form>`), []string{"https://other.example", "hosts"}},
		"a Location nobody follows": {redirect(300, "/login"), []string{"300"}},
		"a Location that is none":   {redirect(302, "http://[::1"), []string{"Location"}},
		"a redirect without end":    {func(w http.ResponseWriter, r *http.Request) { redirect(302, r.URL.Path)(w, r) }, []string{"20 pages and redirects"}},
		"the same page":             {htmlPage(200, `<form action="/authorize"><button>Continue</button></form>`), []string{"goes in circles"}},
		"consent without an end":    {htmlPage(200, `<form method="post"><p>lab</p><button>Allow</button></form>`), []string{"goes in circles", `"Allow"`}},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			s := newServer(t, map[string]http.HandlerFunc{"/authorize": c.page, "POST /login": htmlPage(500, "the password was sent")})
			o := s.run(s.target(), nil)
			g.Expect(o.Page).NotTo(gomega.BeNil())
			if c.stuck == nil {
				g.Expect(o.Stuck).To(gomega.BeEmpty())
				g.Expect(s.seen).To(gomega.HaveLen(1))
			}
			for _, part := range c.stuck {
				g.Expect(o.Stuck).To(gomega.ContainSubstring(part))
			}
			g.Expect(o.Actions).NotTo(gomega.ContainElement(LoggedIn))
			for _, e := range s.seen {
				g.Expect(e.form.Get("password")).To(gomega.BeEmpty())
			}
		})
	}
}

// A password that was refused is not sent again in the run, and no reason shows
// it or a token.
func TestRefusedPasswordIsNotSentAgain(t *testing.T) {
	g := gomega.NewWithT(t)
	s := newServer(t, map[string]http.HandlerFunc{
		"GET /authorize": htmlPage(200, loginForm),
		"POST /login":    htmlPage(200, `<p>Wrong password `+alice.Password+` c0ffee0123456789abcdef</p>`+loginForm),
	})
	tg := s.target()
	o := s.run(tg, nil)
	g.Expect(o.Stuck).To(gomega.And(gomega.ContainSubstring("refused"), gomega.ContainSubstring("/login (200"), gomega.ContainSubstring("Wrong password")))
	g.Expect(o.Actions).To(gomega.BeEmpty())
	for _, text := range []string{o.Stuck, o.Page.Text} {
		g.Expect(text).NotTo(gomega.Or(gomega.ContainSubstring(alice.Password), gomega.ContainSubstring("c0ffee")))
	}
	g.Expect(o.Page.Password).To(gomega.BeTrue())
	g.Expect(o.Page.Title).To(gomega.Equal("Example"))
	o = s.run(tg, nil)
	g.Expect(o.Stuck).To(gomega.ContainSubstring("not sent again"))
	g.Expect(s.paths()).To(gomega.Equal([]string{"GET /authorize", "POST /login", "GET /authorize"}))
	o = s.run(tg, func(w *Walk) { w.User = target.User{Name: "bob", Password: "another"} })
	g.Expect(o.Stuck).To(gomega.ContainSubstring("refused"), "somebody else's password has its own try")
	g.Expect(s.paths()).To(gomega.HaveLen(5))
}

// Of many walks that begin at once, one tries the password.
func TestOneTriesThePassword(t *testing.T) {
	g := gomega.NewWithT(t)
	var mu sync.Mutex
	tries := 0
	s := newServer(t, nil)
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			mu.Lock()
			tries++
			mu.Unlock()
		}
		htmlPage(200, loginForm)(w, r)
	})
	d, err := For(s.target())
	g.Expect(err).NotTo(gomega.HaveOccurred())
	var all sync.WaitGroup
	stuck := make([]string, 16)
	for i := range stuck {
		all.Go(func() {
			if o, err := d.Walk(NewSession(), s.walk()); err == nil {
				stuck[i] = o.Stuck
			}
		})
	}
	all.Wait()
	g.Expect(tries).To(gomega.Equal(1))
	g.Expect(stuck).To(gomega.HaveEach(gomega.ContainSubstring("refused")))
}

// Who waits for the first login of another walk stops when its time is up.
func TestWaitingForTheFirstLogin(t *testing.T) {
	g := gomega.NewWithT(t)
	one := (&trials{known: map[target.User]*trial{}}).of(alice)
	may, done, err := one.begin(t.Context())
	g.Expect(may, err).To(gomega.BeTrue())
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("time is up"))
	_, _, err = one.begin(ctx)
	g.Expect(err).To(gomega.MatchError("time is up"))
	one.was(accepted)
	done()
	for range mostRefusals - 1 {
		one.was(refused)
	}
	may, _, err = one.begin(t.Context())
	g.Expect(may, err).To(gomega.BeTrue(), "a password that was right is not given up at once")
	one.was(refused)
	may, _, err = one.begin(t.Context())
	g.Expect(may, err).To(gomega.BeFalse())
}

// A page is shown as its text, shortened.
func TestPageText(t *testing.T) {
	g := gomega.NewWithT(t)
	s := newServer(t, map[string]http.HandlerFunc{"/authorize": htmlPage(400, `<style>x{}</style><p>One<b>two</b></p><div hidden>no</div><p>three</p>`+strings.Repeat("word ", 200))})
	o := s.run(s.target(), nil)
	g.Expect(o.Page.Text).To(gomega.HavePrefix("Onetwo three word"))
	g.Expect(len(o.Page.Text)).To(gomega.BeNumerically("<=", maxText+5))
	g.Expect(o.Page.HTML).To(gomega.BeTrue())
	g.Expect(o.Page.Status).To(gomega.Equal(400))
}

// A target without users says so where one is asked for.
func TestNoUser(t *testing.T) {
	g := gomega.NewWithT(t)
	s := newServer(t, map[string]http.HandlerFunc{"/authorize": htmlPage(200, loginForm)})
	o := s.run(s.target(), func(w *Walk) { w.User = target.User{} })
	g.Expect(o.Stuck).To(gomega.ContainSubstring("names no user"))
}
