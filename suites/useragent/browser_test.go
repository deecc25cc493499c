package useragent

import (
	"io"
	"net/http"
	"os"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
)

// chromium skips a test where no Chromium is installed, and fails it where one
// has to be.
func chromium(t *testing.T) {
	t.Helper()
	if _, err := findBrowser(""); err != nil {
		if os.Getenv("AUTHASSAY_REQUIRE_BROWSER") == "1" {
			t.Fatalf("%v, and AUTHASSAY_REQUIRE_BROWSER=1", err)
		}
		t.Skip(err)
	}
}

func script(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = io.WriteString(w, body)
	}
}

// app is a login that a script makes: no form, no name, answers in JSON.
func app(t *testing.T, wrong bool) *server {
	password := alice.Password
	if wrong {
		password = "another"
	}
	return newServer(t, map[string]http.HandlerFunc{
		"GET /authorize": htmlPage(200, `<div id="root"></div><noscript>Enable JavaScript</noscript><script src="/app.js"></script><script src="https://cdn.example/x.js"></script>`),
		"GET /app.js": script(`
			const root = document.getElementById("root");
			document.cookie = "seen=1; path=/";
			setTimeout(() => {
				root.innerHTML = '<h1>Hello</h1><input id="u" placeholder="Username"><input id="p" type="password"><button id="b" disabled type="button">Log in</button><p id="e"></p>';
				const u = document.getElementById("u"), p = document.getElementById("p"), b = document.getElementById("b");
				p.addEventListener("input", () => { b.disabled = !(u.value && p.value) });
				b.addEventListener("click", async () => {
					const r = await fetch("/api/login", {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({u: u.value, p: p.value})});
					if (!r.ok) { document.getElementById("e").textContent = "That was wrong"; return }
					root.innerHTML = '<p>lab asks for read</p><button id="y" type="button">Allow</button><button id="n" type="button">Deny</button>';
					document.getElementById("y").onclick = async () => { location.href = (await (await fetch("/api/consent?yes")).json()).to };
					document.getElementById("n").onclick = async () => { location.href = (await (await fetch("/api/consent?no")).json()).to };
				});
			}, 300);`),
		"POST /api/login": func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if string(body) != `{"u":"alice","p":"`+password+`"}` || r.Header.Get("Cookie") != "seen=1" {
				w.WriteHeader(401)
				return
			}
			http.SetCookie(w, &http.Cookie{Name: "sid", Value: "s1", Path: "/"})
		},
		"GET /api/consent": loggedInOr(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			to := answer
			if r.URL.RawQuery == "no" {
				to = denied
			}
			_, _ = io.WriteString(w, `{"to":"`+to+`"}`)
		}, htmlPage(401, "")),
	})
}

func browserTarget(s *server) *target.Target {
	t := s.target()
	t.Login.Driver = target.DriverBrowser
	return t
}

// A login that only scripts make is got through in a browser; the redirect URI
// is not fetched, and neither is a host that nobody named.
func TestBrowser(t *testing.T) {
	chromium(t)
	g := gomega.NewWithT(t)
	s := app(t, false)
	o := s.run(browserTarget(s), nil)
	g.Expect(o.Landing).NotTo(gomega.BeNil(), o.Stuck)
	g.Expect(o.Landing.Via).To(gomega.Equal(ViaScript))
	arrives(g, o, LoggedIn, Approved)
	refuses(g, s.run(browserTarget(s), func(w *Walk) { w.Deny = true }))
}

// A password that a script refuses ends the walk.
func TestBrowserRefused(t *testing.T) {
	chromium(t)
	g := gomega.NewWithT(t)
	s := app(t, true)
	o := s.run(browserTarget(s), nil)
	g.Expect(o.Stuck).To(gomega.And(gomega.ContainSubstring("refused"), gomega.ContainSubstring("That was wrong"), gomega.ContainSubstring("cdn.example")))
	g.Expect(o.Stuck).NotTo(gomega.ContainSubstring(alice.Password))
}

// The pages that need no browser work in one as well.
func TestBrowserOnServers(t *testing.T) {
	chromium(t)
	for name, start := range map[string]func(*testing.T) *server{"Django": django, "Doorkeeper": doorkeeper, "two pages": twoPages, "zitadel": zitadel} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			s := start(t)
			o := s.run(browserTarget(s), nil)
			g.Expect(o.Landing).NotTo(gomega.BeNil(), o.Stuck)
			g.Expect(o.Landing.Via).To(gomega.Equal(ViaRedirect))
			g.Expect(o.Logins()).To(gomega.Equal(1))
			arrives(g, o, o.Actions...)
		})
	}
}

// A form that sends itself, and pages that end a walk, are read in a browser.
func TestBrowserAnswers(t *testing.T) {
	chromium(t)
	g := gomega.NewWithT(t)
	s := newServer(t, map[string]http.HandlerFunc{
		"GET /authorize": htmlPage(200, `<form method="post" action="`+callback+`"><input type="hidden" name="code" value="abc"><input type="hidden" name="state" value="xyz"></form><script>document.forms[0].submit()</script>`),
		"GET /error":     htmlPage(400, `<h1>invalid_client</h1><a href="`+evil+`">x</a>`),
		"GET /evil":      htmlPage(200, `<script>location.replace("`+evil+`?error=x")</script>`),
	})
	o := s.run(browserTarget(s), nil)
	arrives(g, o)
	g.Expect(o.Landing.Mode).To(gomega.Equal(ModeFormPost))
	g.Expect(o.Landing.Via).To(gomega.Equal(ViaForm))
	at := func(path string) *Outcome {
		return s.run(browserTarget(s), func(w *Walk) { w.Request.URL = s.URL + path })
	}
	o = at("/error")
	g.Expect(o.Stuck).To(gomega.BeEmpty())
	g.Expect(o.Page.Status).To(gomega.Equal(400))
	g.Expect(o.Page.Text).To(gomega.Equal("invalid_client x"))
	o = at("/evil")
	g.Expect(o.Landing).NotTo(gomega.BeNil(), o.Stuck)
	g.Expect(o.Landing.To).To(gomega.Equal(evil))
}

// A name that is no browser is an error before anything is sent.
func TestNoBrowser(t *testing.T) {
	g := gomega.NewWithT(t)
	_, err := For(&target.Target{Login: target.Login{Driver: target.DriverBrowser}}, WithBrowser("no-such-browser"))
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("no-such-browser")))
}
