package interop

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"

	"github.com/authassay/authassay/mockidp"
	"golang.org/x/oauth2"
)

const (
	appID       = "photo-album"
	appSecret   = "the secret of the photo album"
	userName    = "alice"
	userPass    = "correct horse battery staple"
	otherUser   = "bob"
	scopeOpenID = "openid profile email"
)

// app is a client with a callback on a port of its own.
type app struct {
	*httptest.Server
	mu       sync.Mutex
	arrivals []arrival
	home     string // where the callback sends the user on to
}

// arrival is an authorization response that came to the callback.
type arrival struct {
	method     string
	parameters url.Values
}

func newApp(t *testing.T) *app {
	t.Helper()
	a := &app{}
	mux := http.NewServeMux()
	mux.HandleFunc("/callback", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		a.mu.Lock()
		a.arrivals = append(a.arrivals, arrival{r.Method, r.Form})
		home := a.home
		a.mu.Unlock()
		if home != "" {
			http.Redirect(w, r, home, http.StatusSeeOther)
			return
		}
		page(w, "Back at the album", r.Form.Get("error"))
	})
	mux.HandleFunc("/home", func(w http.ResponseWriter, r *http.Request) { page(w, "Home", "") })
	mux.HandleFunc("/frame", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!DOCTYPE html><title>frame</title><link rel="icon" href="data:,"><iframe id="frame" src="%s"></iframe>`, html.EscapeString(r.URL.Query().Get("of")))
	})
	a.Server = httptest.NewServer(mux)
	t.Cleanup(a.Close)
	return a
}

func page(w http.ResponseWriter, title, message string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!DOCTYPE html><html lang="en"><title>%s</title><link rel="icon" href="data:,"><h1>%s</h1><p id="message">%s</p>`, title, title, html.EscapeString(message))
}

func (a *app) callback() string { return a.URL + "/callback" }

// arrived gives what came to the callback since the last time.
func (a *app) arrived() []arrival {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := a.arrivals
	a.arrivals = nil
	return out
}

// client is how the provider knows the app.
func (a *app) client() mockidp.Client {
	return mockidp.Client{
		ID: appID, Secret: appSecret,
		AuthMethods:  []string{mockidp.ClientSecretBasic, mockidp.ClientSecretPost},
		GrantTypes:   []string{mockidp.GrantAuthorizationCode, mockidp.GrantRefreshToken, mockidp.GrantClientCredentials, mockidp.GrantPassword},
		Scopes:       []string{"openid", "profile", "email", "offline_access", "photos"},
		RedirectURIs: []string{a.callback()},
	}
}

// users are those of every provider here.
func users() mockidp.Option {
	return mockidp.WithUsers(
		mockidp.User{Subject: userName, Password: userPass, Claims: map[string]any{"name": "Alice Adams", "email": "alice@example.com", "email_verified": true}},
		mockidp.User{Subject: otherUser, Password: userPass, Claims: map[string]any{"name": "Bob Brown", "email": "bob@example.com"}})
}

// startProvider runs a provider that knows the app.
func startProvider(t *testing.T, a *app, opts ...mockidp.Option) *mockidp.Provider {
	t.Helper()
	return mockidp.Start(t, append([]mockidp.Option{users(), mockidp.WithClients(a.client())}, opts...)...)
}

// config is how the app knows the provider.
func (a *app) config(idp *mockidp.Provider) *oauth2.Config {
	return &oauth2.Config{
		ClientID: appID, ClientSecret: appSecret, RedirectURL: a.callback(),
		Scopes:   []string{"openid", "profile", "email"},
		Endpoint: oauth2.Endpoint{AuthURL: idp.Issuer() + "/authorize", TokenURL: idp.Issuer() + "/token", AuthStyle: oauth2.AuthStyleInHeader},
	}
}
