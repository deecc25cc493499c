package useragent

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
)

// glewlwyd logs in and grants by JSON, and only then answers.
func glewlwyd(t *testing.T) *server {
	return newServer(t, map[string]http.HandlerFunc{
		"GET /authorize": loggedInOr(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.URL.Query().Get("client_id") != "lab":
				w.WriteHeader(http.StatusForbidden)
			case r.URL.Query().Has("g_continue"):
				redirect(302, answer)(w, r)
			default:
				redirect(302, "/login.html")(w, r)
			}
		}, redirect(302, "/login.html")),
		"GET /login.html": htmlPage(200, `<div id="root"></div><script src="/app.js"></script>`),
		"POST /api/auth/": func(w http.ResponseWriter, r *http.Request) {
			var in map[string]string
			body, _ := io.ReadAll(r.Body)
			if json.Unmarshal(body, &in) != nil || in["username"] != alice.Name || in["password"] != alice.Password {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			http.SetCookie(w, &http.Cookie{Name: "sid", Value: "s1", Path: "/"})
			w.Header().Set("X-Session", "a b&c")
			_, _ = io.WriteString(w, `{"session":{"id":["x/y",7]}}`)
		},
		"PUT /api/auth/grant/lab": func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("s") != "a b&c" || r.Header.Get("X-Id") != "x/y7" {
				w.WriteHeader(http.StatusBadRequest)
			}
		},
	})
}

func recipeOf(s *server, steps ...target.Step) *target.Target {
	t := s.target()
	t.Login = target.Login{Driver: target.DriverSteps, Steps: steps}
	return t
}

func glewlwydSteps(s *server) []target.Step {
	return []target.Step{
		{Post: s.URL + "/api/auth/", JSON: map[string]string{"username": "{{username}}", "password": "{{password}}"},
			Take: map[string]string{"id": "json:session.id.0", "n": "json:session.id.1", "s": "header:X-Session"}},
		{Put: s.URL + "/api/auth/grant/{{client_id}}?s={{s}}", Headers: map[string]string{"X-Id": "{{id}}{{n}}"}, JSON: map[string]string{"scope": "{{scope}}"}},
		{Get: "{{authorization_url}}&g_continue"},
	}
}

// A recipe gets through where no form is.
func TestSteps(t *testing.T) {
	g := gomega.NewWithT(t)
	s := glewlwyd(t)
	arrives(g, s.run(recipeOf(s, glewlwydSteps(s)...), nil), LoggedIn)
	g.Expect(s.paths()).To(gomega.Equal([]string{"POST /api/auth/", "PUT /api/auth/grant/lab", "GET /authorize"}))
	// The authorization request is refused: that is an answer.
	o := s.run(recipeOf(s, glewlwydSteps(s)[0], glewlwydSteps(s)[2]), func(w *Walk) {
		w.Request.URL = s.URL + "/authorize?client_id=nobody"
	})
	g.Expect(o.Stuck).To(gomega.BeEmpty())
	g.Expect(o.Page.Status).To(gomega.Equal(http.StatusForbidden))
	// A step that is answered otherwise is none.
	o = s.run(recipeOf(s, glewlwydSteps(s)...), func(w *Walk) { w.Request.URL = s.URL + "/authorize?client_id=nobody" })
	g.Expect(o.Stuck).To(gomega.And(gomega.ContainSubstring("login.steps[1]"), gomega.ContainSubstring("405")))
	o = s.run(recipeOf(s, glewlwydSteps(s)...), func(w *Walk) { w.Deny = true })
	g.Expect(o.Stuck).To(gomega.ContainSubstring("this recipe cannot deny"))
	// A recipe that ends at a page has not got through.
	o = s.run(recipeOf(s, target.Step{Get: "{{authorization_url}}"}), nil)
	g.Expect(o.Stuck).To(gomega.ContainSubstring("needs JavaScript"))
}

// Hidden fields are taken from the page to which a step was redirected, and a
// server that answers early ends the recipe.
func TestStepsTakeHiddenFields(t *testing.T) {
	g := gomega.NewWithT(t)
	s := django(t)
	steps := []target.Step{
		{Get: "{{authorization_url}}", Take: map[string]string{"token": "csrfmiddlewaretoken"}},
		{Post: s.URL + "/admin/login/?next={{authorization_url}}", Form: map[string]string{"csrfmiddlewaretoken": "{{token}}", "username": "{{username}}", "password": "{{password}}"},
			Headers: map[string]string{"Referer": s.URL + "/admin/login/", "Origin": s.URL}, Expect: []int{302}},
		{Post: "{{authorization_url}}", Form: map[string]string{"csrfmiddlewaretoken": "x", "allow": "Authorize"}, Headers: map[string]string{"Referer": s.URL + "/o/", "Origin": s.URL}},
	}
	arrives(g, s.run(recipeOf(s, steps...), nil), LoggedIn)
	g.Expect(s.paths()).To(gomega.Equal([]string{"GET /authorize", "GET /admin/login/", "POST /admin/login/", "POST /authorize"}))

	early := newServer(t, map[string]http.HandlerFunc{"GET /authorize": redirect(302, answer)})
	arrives(g, early.run(recipeOf(early, steps...), nil))

	o := s.run(recipeOf(s, target.Step{Get: "{{authorization_url}}", Take: map[string]string{"token": "nothing"}}, steps[2]), nil)
	g.Expect(o.Stuck).To(gomega.ContainSubstring("nothing in the answer to login.steps[0]"))
	o = s.run(recipeOf(s, steps[0]), nil)
	g.Expect(o.Stuck).To(gomega.ContainSubstring("ends at a page that asks for more"))
}

// A wrong password is sent once.
func TestStepsRefused(t *testing.T) {
	g := gomega.NewWithT(t)
	s := glewlwyd(t)
	tg := recipeOf(s, glewlwydSteps(s)...)
	wrong := func(w *Walk) { w.User.Password = "not that one" }
	o := s.run(tg, wrong)
	g.Expect(o.Stuck).To(gomega.And(gomega.ContainSubstring("401"), gomega.ContainSubstring("any 2xx or 3xx")))
	g.Expect(s.run(tg, wrong).Stuck).To(gomega.ContainSubstring("not sent again"))
	g.Expect(s.seen).To(gomega.HaveLen(1))
}

// Values are encoded for where they stand.
func TestPlaceholders(t *testing.T) {
	n := names{"authorization_url": "http://h/a?b=c", "v": `a b&"/` + "\r\nx"}
	g := gomega.NewWithT(t)
	for in, want := range map[string]string{
		"{{authorization_url}}&x={{v}}":       "http://h/a?b=c&x=" + url.QueryEscape(n["v"]),
		"http://h/{{v}}":                      "http://h/" + url.PathEscape(n["v"]),
		"http://h/?u={{ authorization_url }}": "http://h/?u=" + url.QueryEscape(n["authorization_url"]),
	} {
		got, err := n.url(in)
		g.Expect(got, err).To(gomega.Equal(want))
	}
	got, err := n.body(map[string]string{"k": "<{{v}}>"}, false)
	g.Expect(string(got), err).To(gomega.Equal(url.Values{"k": {"<" + n["v"] + ">"}}.Encode()))
	got, err = n.body(map[string]string{"k": "{{v}}"}, true)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	var back map[string]string
	g.Expect(json.Unmarshal(got, &back)).To(gomega.Succeed())
	g.Expect(back["k"]).To(gomega.Equal(n["v"]))
	header, err := n.header("x {{v}}")
	g.Expect(header, err).To(gomega.Equal(`x a b&"/  x`))
	_, err = n.plain("{{unknown}}")
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("{{unknown}}")))
}

// What cannot be used is said before anything is sent.
func TestDriversThatCannotBeUsed(t *testing.T) {
	for driver, want := range map[string]string{"steps": "login.steps", "person": "nobody to show", "telepathy": "telepathy"} {
		g := gomega.NewWithT(t)
		_, err := For(&target.Target{Login: target.Login{Driver: driver}})
		g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring(want)))
	}
	g := gomega.NewWithT(t)
	d, err := For(&target.Target{Login: target.Login{Driver: "steps", Steps: []target.Step{{Get: "http://127.0.0.1/{{later}}"}}}})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	s := newServer(t, nil)
	_, err = d.Walk(NewSession(), s.walk())
	g.Expect(err).To(gomega.MatchError(gomega.And(gomega.ContainSubstring("login.steps[0]"), gomega.ContainSubstring("{{later}}"))))
	g.Expect(s.seen).To(gomega.BeEmpty())
}
