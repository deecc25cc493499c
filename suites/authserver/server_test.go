package authserver_test

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/authassay/authassay/fixtures/target"
)

// idp is a small authorization server, correct as it stands. A test changes
// one thing of it.
type idp struct {
	t *testing.T
	// path of the issuer.
	path string
	// secrets of the clients.
	secrets map[string]string
	// metadata has the last word on the document at a location ("rfc8414",
	// "openid" and so on); nil: there is none.
	metadata func(location string, m map[string]any) map[string]any
	// jwks has the last word on the keys.
	jwks func(keys []map[string]any) any
	// lax names what is not enforced.
	lax []string
	// token has the last word on an answer of the token endpoint.
	token func(c *call, a *reply)
	// first gets every request before anybody else; true: it was answered.
	first func(w http.ResponseWriter, r *http.Request) bool
	// last gets every request to a path that nobody serves.
	last http.HandlerFunc

	// host in place of 127.0.0.1.
	host string

	url string
}

// call is a token request and what became of it.
type call struct {
	r      *http.Request
	form   url.Values
	method string // of client authentication
	client string
	reason string // error code; empty for a token
}

// reply is an answer before it is sent.
type reply struct {
	status  int
	header  http.Header
	members map[string]any
	raw     string // in place of the members
}

func (s *idp) lacks(rule string) bool { return slices.Contains(s.lax, rule) }

// start serves and gives the target.
func (s *idp) start() *target.Target {
	if s.secrets == nil {
		s.secrets = map[string]string{"alpha": "alpha-canary-value-1", "odd:client ä": "p&ss w+rd%7E:é"}
	}
	srv := httptest.NewServer(s)
	s.t.Cleanup(srv.Close)
	s.url = srv.URL
	if s.host != "" {
		s.url = strings.Replace(s.url, "127.0.0.1", s.host, 1)
	}
	return s.target()
}

func (s *idp) issuer() string { return s.url + s.path }

func (s *idp) target() *target.Target {
	tg := &target.Target{Name: "t", Issuer: s.issuer()}
	for _, id := range []string{"alpha", "odd:client ä"} {
		if secret := s.secrets[id]; secret != "" {
			tg.Clients = append(tg.Clients, target.Client{ID: id, Secret: secret, Scopes: []string{"read"}})
		}
	}
	return tg.WithDefaults()
}

func (s *idp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.first != nil && s.first(w, r) {
		return
	}
	path := r.URL.EscapedPath()
	for location, at := range map[string]string{
		"rfc8414":  "/.well-known/oauth-authorization-server" + strings.TrimSuffix(s.path, "/"),
		"appended": strings.TrimSuffix(s.path, "/") + "/.well-known/oauth-authorization-server",
		"openid":   strings.TrimSuffix(s.path, "/") + "/.well-known/openid-configuration",
		"inserted": "/.well-known/openid-configuration" + strings.TrimSuffix(s.path, "/"),
	} {
		if path == at {
			if m := s.document(location); m != nil {
				send(w, http.StatusOK, nil, m)
				return
			}
		}
	}
	switch strings.TrimPrefix(path, strings.TrimSuffix(s.path, "/")) {
	case "/token":
		s.answerToken(w, r)
	case "/jwks":
		var set any = map[string]any{"keys": publicKeys()}
		if s.jwks != nil {
			set = s.jwks(publicKeys())
		}
		send(w, http.StatusOK, nil, set)
	default:
		if s.last != nil {
			s.last(w, r)
			return
		}
		http.NotFound(w, r)
	}
}

func (s *idp) document(location string) map[string]any {
	if location == "appended" && s.path != "" && s.metadata == nil || location == "inserted" && s.metadata == nil {
		return nil
	}
	base := s.url + strings.TrimSuffix(s.path, "/")
	m := map[string]any{
		"issuer": s.issuer(), "authorization_endpoint": base + "/authorize", "token_endpoint": base + "/token", "jwks_uri": base + "/jwks",
		"response_types_supported": []string{"code"}, "grant_types_supported": []string{"client_credentials"}, "code_challenge_methods_supported": []string{"S256"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post"},
	}
	if s.metadata != nil {
		return s.metadata(location, m)
	}
	return m
}

func send(w http.ResponseWriter, status int, h http.Header, v any) {
	w.Header().Set("Content-Type", "application/json")
	for k, values := range h {
		w.Header()[k] = values
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func (s *idp) answerToken(w http.ResponseWriter, r *http.Request) {
	c := &call{r: r}
	_ = r.ParseForm()
	c.form = r.PostForm
	if r.Method == http.MethodGet && s.lacks("post") {
		c.form = r.Form
	}
	c.reason = s.judge(c)
	a := &reply{status: http.StatusOK, header: http.Header{"Cache-Control": {"no-store"}, "Pragma": {"no-cache"}}}
	a.members = map[string]any{"access_token": "token-canary-" + rand.Text(), "token_type": "Bearer", "expires_in": 3600, "scope": c.form.Get("scope")}
	switch c.reason {
	case "":
	case "invalid_client":
		a.status, a.members = http.StatusUnauthorized, map[string]any{"error": c.reason}
		a.header.Set("WWW-Authenticate", `Basic realm="idp"`)
	case "method":
		a.status, a.members = http.StatusMethodNotAllowed, map[string]any{"error": "invalid_request"}
		a.header.Set("Allow", "POST")
	default:
		a.status, a.members = http.StatusBadRequest, map[string]any{"error": c.reason}
	}
	if s.token != nil {
		s.token(c, a)
	}
	if a.raw != "" || a.members == nil {
		w.Header().Set("Content-Type", "application/json")
		for k, values := range a.header {
			w.Header()[k] = values
		}
		w.WriteHeader(a.status)
		_, _ = w.Write([]byte(a.raw))
		return
	}
	send(w, a.status, a.header, a.members)
}

// judge gives the error code for a token request; empty for a token.
func (s *idp) judge(c *call) string {
	if c.r.Method != http.MethodPost && !s.lacks("post") {
		return "method"
	}
	for name, values := range c.form {
		if len(values) > 1 && !s.lacks("repeat "+name) {
			return "invalid_request"
		}
	}
	if reason := s.authenticate(c); reason != "" {
		return reason
	}
	switch grant := c.form.Get("grant_type"); {
	case grant == "" && !s.lacks("grant"):
		return "invalid_request"
	case grant == "", grant == "client_credentials", strings.EqualFold(grant, "client_credentials") && s.lacks("grant case"):
	case !s.lacks("unknown grant"):
		return "unsupported_grant_type"
	}
	if scope := c.form.Get("scope"); strings.HasPrefix(scope, "authassay") && !s.lacks("scope") || scope == "offline_access" {
		return "invalid_scope"
	}
	return ""
}

func (s *idp) authenticate(c *call) string {
	id, secret, byHeader := c.r.BasicAuth()
	if byHeader && !s.lacks("basic decoding") {
		id, _ = url.QueryUnescape(id)
		secret, _ = url.QueryUnescape(secret)
	}
	if s.lacks("basic") {
		byHeader = false
	}
	inBody := c.form.Get("client_secret") != "" && !s.lacks("post secrets")
	switch {
	case byHeader && inBody && !s.lacks("two methods"):
		return "invalid_request"
	case byHeader:
		c.method = "client_secret_basic"
	case inBody:
		c.method, id, secret = "client_secret_post", c.form.Get("client_id"), c.form.Get("client_secret")
	case c.form.Get("client_id") != "" && s.lacks("confidential"), s.lacks("authentication"):
		return ""
	default:
		return "invalid_client"
	}
	c.client = id
	if s.secrets[id] == "" || s.secrets[id] != secret && !s.lacks("secret") {
		return "invalid_client"
	}
	return ""
}
