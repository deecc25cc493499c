package useragent

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/suites/check"
)

// arrives asserts that a walk ends at the client with a code.
func arrives(g *gomega.WithT, o *Outcome, actions ...string) {
	g.Expect(o.Stuck).To(gomega.BeEmpty())
	g.Expect(o.Page).To(gomega.BeNil())
	g.Expect(o.Landing.To).To(gomega.BeEmpty())
	g.Expect(o.Landing.Get("code")).To(gomega.Equal("abc"))
	g.Expect(o.Landing.Get("state")).To(gomega.Equal("xyz"))
	g.Expect(o.Actions).To(gomega.Equal(actions))
}

// refuses asserts that a walk ends at the client with access_denied.
func refuses(g *gomega.WithT, o *Outcome) {
	g.Expect(o.Stuck).To(gomega.BeEmpty())
	g.Expect(o.Landing.Get("error")).To(gomega.Equal("access_denied"))
	g.Expect(o.Actions).To(gomega.Equal([]string{LoggedIn, Denied}))
}

const denied = callback + "?error=access_denied&state=xyz"

// django is the login of the administration and the consent of the toolkit: the
// button that refuses has no name, and forms need their Referer.
func django(t *testing.T) *server {
	login := func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "csrftoken", Value: "t", Path: "/"})
		htmlPage(200, `<form action="`+strings.ReplaceAll(r.URL.RequestURI(), "&", "&amp;")+`" method="post" id="login-form"><input type="hidden" name="csrfmiddlewaretoken" value="hxVkkekVYEXq6yc78vShUAAcmixn">
<label for="id_username">Username:</label> <input type="text" name="username" autofocus autocapitalize="none" autocomplete="username" maxlength="150" required id="id_username">
<input type="password" name="password" autocomplete="current-password" required id="id_password"><input type="hidden" name="next" value="/o/"><input type="submit" value="Log in"></form>`)(w, r)
	}
	protected := func(h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if c, err := r.Cookie("csrftoken"); err != nil || c.Value != "t" || r.PostFormValue("csrfmiddlewaretoken") == "" || !strings.HasPrefix(r.Referer(), "http://"+r.Host+"/") || r.Header.Get("Origin") != "http://"+r.Host {
				htmlPage(403, "CSRF verification failed.")(w, r)
				return
			}
			h(w, r)
		}
	}
	return newServer(t, map[string]http.HandlerFunc{
		"GET /authorize": loggedInOr(htmlPage(200, `<form id="authorizationForm" method="post"><h3>Authorize lab?</h3><input type="hidden" name="csrfmiddlewaretoken" value="xLyq"><input type="hidden" name="scope" value="openid read">
<p>Application requires the following permissions</p><div class="control-group"><input type="submit" class="btn btn-large" value="Cancel"><input type="submit" class="btn btn-large btn-primary" name="allow" value="Authorize"></div></form>`),
			func(w http.ResponseWriter, r *http.Request) {
				redirect(302, "/admin/login/?next="+url.QueryEscape(r.URL.RequestURI()))(w, r)
			}),
		"GET /admin/login/": login,
		"POST /admin/login/": protected(takeLogin("username", "password", func(w http.ResponseWriter, r *http.Request) {
			redirect(302, r.URL.Query().Get("next"))(w, r)
		}, login)),
		"POST /authorize": protected(func(w http.ResponseWriter, r *http.Request) {
			if r.PostFormValue("allow") == "Authorize" {
				redirect(302, answer)(w, r)
				return
			}
			redirect(302, denied)(w, r)
		}),
	})
}

// doorkeeper has a form for each answer, and a logout beside them.
func doorkeeper(t *testing.T) *server {
	return newServer(t, map[string]http.HandlerFunc{
		"GET /authorize": loggedInOr(htmlPage(200, `<form action="/logout" method="post"><input type="hidden" name="authenticity_token" value="x"><button>Log out</button></form>
<form action="/search"><input type="search" name="q"><button>Go</button></form>
<main><p>Authorize <strong>Lab</strong> to use your account?</p><div class="actions">
<form action="/authorize" accept-charset="UTF-8" method="post"><input type="hidden" name="authenticity_token" value="AA1s"><input type="hidden" name="client_id" value="lab"><input type="submit" name="commit" value="Authorize" class="btn btn-success"></form>
<form action="/authorize" accept-charset="UTF-8" method="post"><input type="hidden" name="_method" value="delete"><input type="hidden" name="authenticity_token" value="AA1s"><input type="submit" name="commit" value="Deny"></form></div></main>`),
			redirect(302, "/login")),
		"GET /login":  htmlPage(200, `<form action="/login" method="post"><input type="hidden" name="authenticity_token" value="AA1s8"><input name="username"><input type="password" name="password"><input type="submit" name="commit" value="Log in"></form>`),
		"POST /login": takeLogin("username", "password", redirect(302, "/authorize?again"), htmlPage(200, loginForm)),
		"POST /authorize": func(w http.ResponseWriter, r *http.Request) {
			if r.PostFormValue("_method") == "delete" {
				redirect(302, denied)(w, r)
				return
			}
			redirect(302, answer)(w, r)
		},
		"POST /logout": htmlPage(500, "the harness logged out"),
	})
}

// lemonLDAP sets a cookie for a domain that is an address, sends forms to the
// page itself, and tells refusal by a sign that a script writes.
func lemonLDAP(t *testing.T) *server {
	confirm := htmlPage(200, `<form id="form" action="#" method="post"><input type="hidden" name="url" value="aHR0"><input type="hidden" id="confirm" name="confirm" value="1795208739_1">
<h3>The application Lab would like to know:</h3><ul><li>Your identity</li></ul><button type="submit" class="btn btn-success">Accept</button><button id="refuse" type="submit" class="btn btn-danger" val="-1">Refuse</button></form>
<form action="#" method="post" class="lang"><select name="llnglanguage"><option>en</option></select></form>`)
	return newServer(t, map[string]http.HandlerFunc{
		"GET /authorize": htmlPage(200, `<form id="lform" action="#" method="post" class="login Demo"><input type="hidden" name="url" value="aHR0"><input type="hidden" name="timezone"><input type="hidden" name="token" value="1795208739_38236">
<input name="user" type="text" class="form-control" placeholder="Login" required><input name="password" type="password" required><button type="submit">Connect</button></form>
<div style="display:none"><form action="/resetpwd" method="post"><input type="text" name="mail"><button>Reset my password</button></form></div>`),
		"POST /authorize": func(w http.ResponseWriter, r *http.Request) {
			_, err := r.Cookie("lemonldap")
			switch c := r.PostFormValue("confirm"); {
			case err == nil && strings.HasPrefix(c, "-"):
				redirect(302, denied)(w, r)
			case err == nil && c != "":
				redirect(302, answer)(w, r)
			case r.PostFormValue("user") == alice.Name && r.PostFormValue("password") == alice.Password && r.PostFormValue("token") != "":
				w.Header().Add("Set-Cookie", "lemonldap=abc; domain=.127.0.0.1; path=/; HttpOnly=1; SameSite=Lax")
				confirm(w, r)
			default:
				htmlPage(200, "error")(w, r)
			}
		},
	})
}

// zitadel asks for name and password at once and for no consent; hydra's pages
// have a button to refuse that looks like the other.
func zitadel(t *testing.T) *server {
	return newServer(t, map[string]http.HandlerFunc{
		"GET /authorize":          redirect(302, "/login/username?authRequestID=5"),
		"GET /login/username":     htmlPage(200, `<form method="POST" action="/login/username"><input type="hidden" name="id" value="5"><div><label for="username">Username:</label><input id="username" name="username"></div><div><label for="password">Password:</label><input id="password" name="password" style="width: 100%"></div><p></p><button type="submit">Login</button></form>`),
		"POST /login/username":    takeLogin("username", "password", redirect(302, "/authorize/callback?id=5"), htmlPage(200, loginForm)),
		"GET /authorize/callback": loggedInOr(redirect(302, answer), htmlPage(400, "not logged in")),
	})
}

func hydra(t *testing.T) *server {
	return newServer(t, map[string]http.HandlerFunc{
		"GET /authorize": redirect(302, "/ui/login"),
		"GET /ui/login":  htmlPage(200, `<form action="/ui/login" method="post"><input type="email" name="email" placeholder="email@foobar.com"><input type="password" name="password"><input type="checkbox" name="remember" value="1" id="remember"><label for="remember">Remember me</label><input type="submit" id="accept" name="submit" value="Log in"><input type="submit" id="reject" name="submit" value="Deny access"></form>`),
		"POST /ui/login": func(w http.ResponseWriter, r *http.Request) {
			if r.PostFormValue("submit") != "Log in" || r.PostForm.Has("remember") {
				htmlPage(500, "the wrong button, or a box that nobody asked to tick")(w, r)
				return
			}
			takeLogin("email", "password", redirect(302, "/ui/consent"), htmlPage(200, loginForm))(w, r)
		},
		"GET /ui/consent": htmlPage(200, `<form action="/ui/consent" method="post"><input class="grant_scope" type="checkbox" id="openid" value="openid" name="grant_scope"><label for="openid">openid</label><input type="checkbox" id="read" value="read" name="grant_scope"><label for="read">read</label><input type="checkbox" id="remember" name="remember" value="1"><label for="remember">Do not ask me again</label><input type="submit" id="accept" name="submit" value="Allow access"><input type="submit" id="reject" name="submit" value="Deny access"></form>`),
		"POST /ui/consent": func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.PostFormValue("submit") == "Deny access":
				redirect(303, denied)(w, r)
			case strings.Join(r.PostForm["grant_scope"], " ") == "openid read" && !r.PostForm.Has("remember"):
				redirect(303, answer)(w, r)
			default:
				htmlPage(400, "no scopes")(w, r)
			}
		},
	})
}

// twoPages asks for the name first. The way to refuse is a link.
func twoPages(t *testing.T) *server {
	return newServer(t, map[string]http.HandlerFunc{
		"GET /authorize": htmlPage(200, `<form method="get" action="/who"><input type="hidden" name="req" value="7"><input type="text" name="identifier" autocomplete="username"><button>Weiter</button></form><form action="/signup"><input name="email"><input type="password" name="new"><button>Create account</button></form>`),
		"GET /who":       htmlPage(200, `<form method="post" action="/password"><input type="text" name="identifier" value="alice" readonly><input type="password" name="passwd"><button name="go" value="1">Anmelden</button><button name="go" value="forgot">Passwort vergessen?</button></form>`),
		"POST /password": takeLogin("identifier", "passwd", htmlPage(200, `<form method="post" action="/consent"><p>lab asks for read</p><button autofocus>Continue</button></form><a href="/abort">[ Cancel ]</a>`), htmlPage(401, loginForm)),
		"POST /consent":  redirect(303, answer),
		"GET /abort":     redirect(303, denied),
	})
}

// onePage has everything at once: name, password and a box to confirm.
func onePage(t *testing.T) *server {
	return newServer(t, map[string]http.HandlerFunc{
		"GET /authorize": htmlPage(200, `<form method="post"><input name="username"><input type="password" name="password"><input type="checkbox" name="confirm" value="yes"><label>Confirm</label><input type="submit"></form>`),
		"POST /authorize": takeLogin("username", "password", func(w http.ResponseWriter, r *http.Request) {
			if r.PostFormValue("confirm") == "yes" {
				redirect(302, answer)(w, r)
				return
			}
			redirect(302, denied)(w, r)
		}, htmlPage(200, loginForm)),
	})
}

// The pages of servers are got through, approved and refused.
func TestServers(t *testing.T) {
	for name, c := range map[string]struct {
		start   func(*testing.T) *server
		consent bool
		hops    int
	}{
		"Django": {django, true, 5}, "Doorkeeper": {doorkeeper, true, 5}, "LemonLDAP::NG": {lemonLDAP, true, 3}, "zitadel": {zitadel, false, 4},
		"Hydra": {hydra, true, 5}, "two pages": {twoPages, true, 4}, "one page": {onePage, true, 2},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			s := c.start(t)
			o := s.run(s.target(), nil)
			if !c.consent {
				arrives(g, o, LoggedIn)
			} else {
				g.Expect(o.Actions).To(gomega.ConsistOf(LoggedIn, Approved))
				arrives(g, o, o.Actions...)
			}
			g.Expect(o.Logins()).To(gomega.Equal(1))
			g.Expect(o.Landing.Via).To(gomega.Equal(ViaRedirect))
			g.Expect(o.Landing.URI).To(gomega.Equal(answer))
			g.Expect(o.Responses).To(gomega.HaveLen(c.hops))
			if c.consent {
				o = s.run(s.target(), func(w *Walk) { w.Deny = true })
				g.Expect(o.Stuck).To(gomega.BeEmpty())
				g.Expect(o.Landing.Get("error")).To(gomega.Equal("access_denied"))
				g.Expect(o.Actions).To(gomega.ConsistOf(LoggedIn, Denied))
			}
		})
	}
}

// A session that is logged in is not logged in again, and a clone of it goes its
// own way.
func TestLoginReused(t *testing.T) {
	g := gomega.NewWithT(t)
	s := zitadel(t)
	s.mux.HandleFunc("GET /again", loggedInOr(redirect(302, answer), htmlPage(200, loginForm)))
	d, err := For(s.target())
	g.Expect(err).NotTo(gomega.HaveOccurred())
	session := NewSession()
	o, err := d.Walk(session, s.walk())
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(o.Did(LoggedIn)).To(gomega.BeTrue())
	w := s.walk()
	w.Request.URL = s.URL + "/again"
	o, err = d.Walk(session.Clone(), w)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	arrives(g, o)
	g.Expect(o.Logins()).To(gomega.BeZero())
}

// What the target file says goes before what is guessed.
func TestApproveAndDenyGiven(t *testing.T) {
	g := gomega.NewWithT(t)
	s := newServer(t, map[string]http.HandlerFunc{
		"GET /authorize": htmlPage(200, `<form method="post" action="/consent"><p>lab</p><input type="hidden" name="choice" value=""><button name="b" value="x1">Foo</button><button name="b" value="x2">Bar</button></form>`),
		"POST /consent": func(w http.ResponseWriter, r *http.Request) {
			if b := r.PostFormValue("b"); b == "x1" && r.PostFormValue("choice") != "no" {
				redirect(302, answer)(w, r)
				return
			}
			redirect(302, denied)(w, r)
		},
	})
	o := s.run(s.target(), nil)
	g.Expect(o.Stuck).To(gomega.And(gomega.ContainSubstring(`"Foo", "Bar"`), gomega.ContainSubstring("login.approve")))
	for _, c := range []struct{ approve, deny string }{{"Foo", "Bar"}, {"b=x1", "b=x2"}, {"foo", "choice=no"}} {
		for _, deny := range []bool{false, true} {
			t := s.target()
			t.Login.Approve, t.Login.Deny = c.approve, c.deny
			o := s.run(t, func(w *Walk) { w.Deny = deny })
			g.Expect(o.Stuck).To(gomega.BeEmpty())
			g.Expect(o.Landing.Get("error") == "access_denied").To(gomega.Equal(deny), "%v", c)
			g.Expect(o.Did(Denied)).To(gomega.Equal(deny))
		}
	}
}

// Fields that only the target file knows are filled in.
func TestFieldsGiven(t *testing.T) {
	g := gomega.NewWithT(t)
	s := newServer(t, map[string]http.HandlerFunc{
		"GET /authorize": htmlPage(200, `<form method="post" action="/login"><select name="realm"><option value="a">A</option><option value="b">B</option></select><input name="username"><input type="password" name="password"><button>OK</button></form>`),
		"POST /login":    takeLogin("username", "password", htmlPage(200, `<form method="post" action="/otp"><input name="otp" required><button>OK</button></form>`), htmlPage(200, loginForm)),
		"POST /otp": func(w http.ResponseWriter, r *http.Request) {
			if r.PostFormValue("otp") == "123456" {
				redirect(302, answer)(w, r)
			}
		},
	})
	g.Expect(s.run(s.target(), nil).Stuck).To(gomega.ContainSubstring("otp (text)"))
	tg := s.target()
	tg.Login.Fields = map[string]string{"otp": "123456", "realm": "b"}
	arrives(g, s.run(tg, nil), LoggedIn)
	for _, e := range s.seen[3:] {
		if e.path == "/login" {
			g.Expect(e.form.Get("realm")).To(gomega.Equal("b"))
		}
	}
}

// A form is encoded as browsers do: 307 sends it on, 302 does not.
func TestRedirectsOfForms(t *testing.T) {
	for status, want := range map[int]string{301: "GET ", 302: "GET ", 303: "GET ", 307: "POST alice", 308: "POST alice"} {
		g := gomega.NewWithT(t)
		got := ""
		s := newServer(t, map[string]http.HandlerFunc{
			"GET /authorize": htmlPage(200, loginForm), "POST /login": redirect(status, "/next"),
			"/next": func(w http.ResponseWriter, r *http.Request) {
				got = r.Method + " " + r.PostFormValue("username")
				redirect(302, answer)(w, r)
			},
		})
		arrives(g, s.run(s.target(), nil), LoggedIn)
		g.Expect(got).To(gomega.Equal(want), "%d", status)
	}
}

// An authorization request by POST goes out as it is.
func TestPostedRequest(t *testing.T) {
	g := gomega.NewWithT(t)
	s := newServer(t, map[string]http.HandlerFunc{"POST /authorize": func(w http.ResponseWriter, r *http.Request) {
		if r.PostFormValue("client_id") == "lab" {
			redirect(302, answer)(w, r)
		}
	}})
	o := s.run(s.target(), func(w *Walk) {
		w.Request = &check.Request{Method: "POST", URL: s.URL + "/authorize", Body: []byte("client_id=lab"), Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}
	})
	arrives(g, o)
}
