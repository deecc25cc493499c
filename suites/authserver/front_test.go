package authserver_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
)

// frontClients are the clients of a server that needs no login.
func frontClients() []target.Client {
	return []target.Client{
		{ID: "web", Grants: []string{"authorization_code", "implicit"}, RedirectURIs: []string{"https://client.example/callback"}},
		{ID: "query", Grants: []string{"authorization_code"}, RedirectURIs: []string{"https://query.example/callback?tenant=a%20b&x=1"}},
		{ID: "several", Grants: []string{"authorization_code"}, RedirectURIs: []string{"https://several.example/callback", "https://several.example/other"}},
		{ID: "native", Native: true, Grants: []string{"authorization_code"}, RedirectURIs: []string{"http://127.0.0.1/callback", "com.example.app:/callback"}},
	}
}

// front is an authorization request and how to answer it.
type front struct {
	http.ResponseWriter
	r *http.Request
	// uri is the redirect URI of the request, known tells that it is the client's.
	uri    string
	client *target.Client
	known  bool
}

// redirect sends the browser away, with parameters of the answer and the state.
func (f *front) redirect(to string, params ...string) {
	v := url.Values{"state": {f.r.Form.Get("state")}}
	for i := 0; i < len(params); i += 2 {
		v.Set(params[i], params[i+1])
	}
	sep := "?"
	if strings.Contains(to, "?") {
		sep = "&"
	}
	if f.r.Form.Get("response_type") == "token" && v.Has("access_token") {
		sep = "#"
	}
	f.Header()["Location"] = []string{to + sep + v.Encode()}
	f.WriteHeader(http.StatusFound)
}

// grant gives what was asked for.
func (f *front) grant(to string) {
	if f.r.Form.Get("response_type") == "token" {
		f.redirect(to, "access_token", "front-canary-token", "token_type", "Bearer")
		return
	}
	f.redirect(to, "code", "front-canary-code")
}

// page tells the user that nothing will come of it.
func (f *front) page(status int) {
	f.Header().Set("Content-Type", "text/html")
	f.WriteHeader(status)
	_, _ = f.Write([]byte("<html><title>Error</title><p>" + html.EscapeString(f.uri) + " is not registered.</p></html>"))
}

// registered is the first redirect URI of the client.
func (f *front) registered() string { return f.client.RedirectURIs[0] }

// anyPort is the loopback redirect URI of the native client, but for its port.
var anyPort = regexp.MustCompile(`^http://127\.0\.0\.1:\d+/callback$`)

// correct answers as the documents have it.
func correct(f *front) {
	native := f.client != nil && f.client.Native && anyPort.MatchString(f.uri)
	switch {
	case f.client == nil || !f.known && !native || f.uri == "" && len(f.client.RedirectURIs) > 1:
		f.page(http.StatusBadRequest)
	case strings.HasPrefix(f.r.Form.Get("response_type"), "authassay"):
		f.redirect(f.uri, "error", "unsupported_response_type")
	default:
		f.grant(f.uri)
	}
}

// wrongly answers in another way where the redirect URI is not the client's, or
// there is no client.
func wrongly(answer func(*front)) func(*front) {
	return func(f *front) {
		if f.client != nil && f.known {
			correct(f)
			return
		}
		answer(f)
	}
}

// assayFront runs the checks against a server that answers authorization requests
// in some way.
func assayFront(t *testing.T, answer func(*front), policy target.Policy, change func(*target.Target), ids ...string) map[string]reports.Result {
	t.Helper()
	var tg *target.Target
	types := func(_ string, m map[string]any) map[string]any {
		m["response_types_supported"] = []string{"code", "token"}
		return m
	}
	s := idp{t: t, metadata: types, first: func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/authorize" {
			return false
		}
		_ = r.ParseForm()
		f := &front{ResponseWriter: w, r: r, uri: r.Form.Get("redirect_uri")}
		for i := range tg.Clients {
			if c := &tg.Clients[i]; c.ID == r.Form.Get("client_id") {
				f.client, f.known = c, slices.Contains(c.RedirectURIs, f.uri)
			}
		}
		answer(f)
		return true
	}}
	tg = s.start()
	tg.Clients, tg.Users = frontClients(), []target.User{{Name: "alice", Password: "front-canary-password"}}
	if policy != "" {
		tg.Policy = policy
	}
	if change != nil {
		change(tg)
	}
	return assay(t, tg, ids...)
}
