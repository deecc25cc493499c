package authserver_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/authassay/authassay/fixtures/target"
)

const (
	portalCallback = "https://client.example/callback"
	portalPassword = "correct horse battery"
)

// portal is a small authorization server with the code grant. Without pages it
// answers at once; with them users log in and agree. What it does otherwise than
// most is in its functions.
type portal struct {
	// refuse gives the error of a request, empty for none. By default response
	// type and scope have to be known.
	refuse func(q url.Values) string
	// answer changes what the client is told.
	answer func(q, a url.Values)
	// instead answers a request that is refused; true when it did.
	instead func(w http.ResponseWriter, r *http.Request, code string) bool
	// before sees every request first; true when it answered.
	before func(w http.ResponseWriter, r *http.Request) bool
	// token changes the token response.
	token func(a map[string]any, scope string)
	// pages has users log in and agree; status redirects after the password.
	pages  bool
	status int
	// takes decides whether a consent form is taken, besides that something
	// waits for its browser; nil: the token has to be the one that was shown.
	takes func(r *http.Request, shown string, issued map[string]bool) bool
	// cookie ends the Set-Cookie field.
	cookie string

	mu      sync.Mutex
	waiting map[string]*waitingUser // by cookie
	issued  map[string]bool         // tokens of forms
	agreed  bool                    // remembered where remembers is set
	// remembers a consent for good.
	remembers bool
	scopes    map[string]string // by code
}

type waitingUser struct {
	q      url.Values
	token  string
	logged bool
}

func (f *portal) start(t *testing.T) *target.Target {
	f.waiting, f.issued, f.scopes = map[string]*waitingUser{}, map[string]bool{}, map[string]string{}
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return &target.Target{
		Version: target.FormatVersion, Name: "portal", Issuer: s.URL, Roles: []target.Role{target.RoleAuthorizationServer}, Policy: target.PolicyBCP,
		Endpoints: target.Endpoints{Authorization: s.URL + "/authorize", Token: s.URL + "/token"},
		Users:     []target.User{{Name: "alice", Password: portalPassword}},
		Clients: []target.Client{{ID: "web", Secret: "web-secret-of-the-tests", Auth: "client_secret_post",
			Grants: []string{"authorization_code"}, Scopes: []string{"read"}, RedirectURIs: []string{portalCallback}}},
	}
}

func (f *portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.before != nil && f.before(w, r) {
		return
	}
	_ = r.ParseForm()
	switch r.URL.Path {
	case "/authorize":
		f.authorize(w, r)
	case "/login":
		f.login(w, r)
	case "/consent":
		f.consent(w, r)
	case "/token":
		f.tokens(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (f *portal) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.Form
	if q.Get("client_id") != "web" || q.Get("redirect_uri") != portalCallback || len(q["client_id"])+len(q["redirect_uri"]) > 2 {
		page(w, 400, "The request names no client.")
		return
	}
	code := ""
	for _, name := range []string{"response_type", "scope", "state", "code_challenge"} {
		if len(q[name]) > 1 {
			code = "invalid_request"
		}
	}
	switch {
	case code != "":
	case f.refuse != nil:
		code = f.refuse(q)
	default:
		code = usual(q)
	}
	switch {
	case code != "" && f.instead != nil && f.instead(w, r, code):
	case code != "":
		f.back(w, r, q, url.Values{"error": {code}})
	case f.pages && !f.agreed:
		id := rand.Text()
		f.waiting[id] = &waitingUser{q: q}
		w.Header().Set("Set-Cookie", "sid="+id+"; Path=/"+f.cookie)
		http.Redirect(w, r, "/login", http.StatusFound)
	default:
		f.success(w, r, q)
	}
}

// usual is the error of a request at a server like most.
func usual(q url.Values) string {
	switch q.Get("response_type") {
	case "code":
	case "":
		return "invalid_request"
	default:
		return "unsupported_response_type"
	}
	if s := q.Get("scope"); s != "" && s != "read" {
		return "invalid_scope"
	}
	return ""
}

func (f *portal) success(w http.ResponseWriter, r *http.Request, q url.Values) {
	code := rand.Text()
	f.scopes[code] = q.Get("scope")
	f.back(w, r, q, url.Values{"code": {code}})
}

func (f *portal) back(w http.ResponseWriter, r *http.Request, q, a url.Values) {
	if s := q.Get("state"); s != "" {
		a.Set("state", s)
	}
	if f.answer != nil {
		f.answer(q, a)
	}
	http.Redirect(w, r, portalCallback+"?"+a.Encode(), http.StatusFound)
}

func (f *portal) who(r *http.Request) *waitingUser {
	c, err := r.Cookie("sid")
	if err != nil {
		return nil
	}
	return f.waiting[c.Value]
}

func (f *portal) login(w http.ResponseWriter, r *http.Request) {
	u := f.who(r)
	switch {
	case u == nil:
		page(w, 400, "Nothing waits for you.")
	case r.Method != http.MethodPost:
		page(w, 200, `Log in <form method="post" action="/login"><input name="username"><input type="password" name="password"><button>Log in</button></form>`)
	case r.PostForm.Get("password") != portalPassword:
		page(w, 401, "No.")
	default:
		u.logged = true
		status := f.status
		if status == 0 {
			status = http.StatusSeeOther
		}
		http.Redirect(w, r, "/consent", status)
	}
}

func (f *portal) consent(w http.ResponseWriter, r *http.Request) {
	u := f.who(r)
	switch {
	case u == nil || !u.logged:
		page(w, 400, "Nothing waits for you.")
	case r.Method != http.MethodPost || r.PostForm.Has("password"): // 307 and 308 bring the login here
		u.token = rand.Text()
		f.issued[u.token] = true
		page(w, 200, fmt.Sprintf(`May web read? <form method="post" action="/consent"><input type="hidden" name="csrf" value="%s">
			<button name="do" value="allow">Allow</button><button name="do" value="deny">Deny</button></form>`, html.EscapeString(u.token)))
	case f.takes == nil && r.PostForm.Get("csrf") != u.token || f.takes != nil && !f.takes(r, u.token, f.issued):
		page(w, 403, "This form is not ours.")
	case r.PostForm.Get("do") == "deny":
		f.back(w, r, u.q, url.Values{"error": {"access_denied"}})
	default:
		u.logged, f.agreed = false, f.remembers
		f.success(w, r, u.q)
	}
}

func (f *portal) tokens(w http.ResponseWriter, r *http.Request) {
	scope, ok := f.scopes[r.PostForm.Get("code")]
	a := map[string]any{"access_token": rand.Text(), "token_type": "Bearer", "scope": scope}
	if !ok {
		w.WriteHeader(http.StatusBadRequest)
		a = map[string]any{"error": "invalid_grant"}
	} else if f.token != nil {
		f.token(a, scope)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(a)
}

func page(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "frame-ancestors 'none'")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(status)
	_, _ = w.Write([]byte("<!DOCTYPE html><html><title>A server</title><body>" + strings.TrimSpace(body) + "</body></html>"))
}
