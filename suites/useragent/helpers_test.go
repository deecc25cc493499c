package useragent

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
)

const (
	callback = "https://client.example/callback"
	evil     = "https://evil.example/take"
)

var alice = target.User{Name: "alice", Password: "correct horse 1"}

// exchange is one that a server saw.
type exchange struct {
	method, path string
	header       http.Header
	form         url.Values
}

// server is an imitation of an authorization server and what it was sent.
type server struct {
	*httptest.Server
	t    *testing.T
	seen []exchange
	mux  *http.ServeMux
}

func newServer(t *testing.T, routes map[string]http.HandlerFunc) *server {
	t.Helper()
	s := &server{t: t, mux: http.NewServeMux()}
	for pattern, h := range routes {
		s.mux.HandleFunc(pattern, h)
	}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		_ = r.ParseForm()
		s.seen = append(s.seen, exchange{r.Method, r.URL.Path, r.Header.Clone(), r.PostForm})
		s.mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) target() *target.Target {
	return &target.Target{Name: "t", Issuer: s.URL, Users: []target.User{alice}}
}

// request is an authorization request to the server.
func (s *server) request() *check.Request {
	q := url.Values{"response_type": {"code"}, "client_id": {"lab"}, "redirect_uri": {callback}, "scope": {"openid read"}, "state": {"xyz"}}
	return &check.Request{URL: s.URL + "/authorize?" + q.Encode(), Header: http.Header{}}
}

func (s *server) walk() Walk {
	return Walk{Step: "walk", Request: s.request(), RedirectURI: callback, User: alice, Send: send, Watch: []string{evil}}
}

// run walks with the driver of a target and a new session.
func (s *server) run(t *target.Target, change func(*Walk)) *Outcome {
	s.t.Helper()
	w := s.walk()
	if change != nil {
		change(&w)
	}
	d, err := For(t)
	g := gomega.NewWithT(s.t)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	o, err := d.Walk(NewSession(), w)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(o.Landing == nil).NotTo(gomega.Equal(o.Page == nil), "one of landing and page")
	return o
}

func (s *server) paths() (list []string) {
	for _, e := range s.seen {
		list = append(list, e.method+" "+e.path)
	}
	return list
}

var errForeign = errors.New("the harness asked a host that is not the server")

// send makes an exchange as check.T does, and refuses every host but loopback.
func send(_, _ string, r *check.Request) (*check.Response, error) {
	u, err := url.Parse(r.URL)
	if err != nil || !loopback(u.Hostname()) {
		return nil, errForeign
	}
	req, err := http.NewRequestWithContext(context.Background(), firstOf(r.Method, "GET"), r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	req.Header = r.Header.Clone()
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return &check.Response{URL: r.URL, Status: resp.StatusCode, Header: resp.Header, Body: body}, err
}

// htmlPage answers with HTML.
func htmlPage(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<!DOCTYPE html><html><head><title>Example</title></head><body>"+body+"</body></html>")
	}
}

func redirect(status int, to string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(status)
	}
}

// answer is where a right walk ends.
const answer = callback + "?code=abc&state=xyz"

// loggedInOr lets in whoever has the cookie.
func loggedInOr(in, out http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie("sid"); err == nil && strings.HasPrefix(c.Value, "s") {
			in(w, r)
			return
		}
		out(w, r)
	}
}

// takeLogin sets the cookie for the right password.
func takeLogin(user, password string, in, out http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.PostFormValue(user) != alice.Name || r.PostFormValue(password) != alice.Password {
			out(w, r)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: "s1", Path: "/", HttpOnly: true})
		in(w, r)
	}
}

const loginForm = `<h1>Sign in</h1><form method="post" action="/login"><input type="hidden" name="csrf" value="c0ffee0123456789abcdef">
<input name="username"><input type="password" name="password"><button>Sign in</button></form>`
