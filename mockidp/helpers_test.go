package mockidp

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/onsi/gomega"
	"go.uber.org/goleak"
)

// TestMain fails when a test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testKeys are shared by the tests that need no keys of their own.
var testKeys = sync.OnceValue(NewKeySet)

// plainClients are the default clients that use client credentials alone.
func plainClients() []Client { return DefaultClients()[:6] }

// newProvider makes a provider that is reached in memory. Unless opts bring
// clients, it has those that use client credentials alone.
func newProvider(t testing.TB, opts ...Option) *Provider {
	t.Helper()
	plain := func(c *config) error {
		if c.clients == nil {
			c.clients = plainClients()
		}
		return nil
	}
	return newFull(t, append(slices.Clone(opts), plain)...)
}

// newFull makes a provider that is reached in memory and has the default
// clients.
func newFull(t testing.TB, opts ...Option) *Provider {
	t.Helper()
	p, err := New(append([]Option{WithKeys(testKeys())}, opts...)...)
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	t.Cleanup(func() { gomega.NewWithT(t).Expect(p.Close()).To(gomega.Succeed()) })
	return p
}

// sent is a request to be made, relative to the issuer.
type sent struct {
	method, path string // POST and the token endpoint when left out
	basic        string // id of the client that authenticates by Basic
	post         string // id of the client that authenticates in the body
	header       http.Header
	form         url.Values
	raw          string // the body in place of form
	root         bool   // path is relative to the host, not to the issuer
}

// cc is a client credentials request.
func cc(more ...string) url.Values {
	v := url.Values{"grant_type": {"client_credentials"}}
	for i := 0; i < len(more); i += 2 {
		v.Add(more[i], more[i+1])
	}
	return v
}

func basicValue(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(id)+":"+url.QueryEscape(secret)))
}

// build makes the request for a provider.
func (s sent) build(p *Provider) *http.Request {
	method, target := s.method, strings.TrimSuffix(p.Issuer(), "/")+s.path
	if method == "" {
		method = http.MethodPost
	}
	switch {
	case s.path == "":
		target += pathToken
	case s.root:
		u, _ := url.Parse(target)
		target = u.Scheme + "://" + u.Host + s.path
	}
	form := url.Values{}
	for k, v := range s.form {
		form[k] = v
	}
	if s.post != "" {
		c := p.registry.byID[s.post]
		form["client_id"], form["client_secret"] = []string{c.ID}, []string{c.Secret}
	}
	body := s.raw
	if body == "" {
		body = form.Encode()
	}
	if method != http.MethodPost {
		body = ""
	}
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.RequestURI = r.URL.RequestURI()
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if s.basic != "" {
		c := p.registry.byID[s.basic]
		r.Header.Set("Authorization", basicValue(c.ID, c.Secret))
	}
	for k, v := range s.header {
		r.Header[k] = v
	}
	return r
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
	doc    map[string]any // the body, if it is a JSON object
}

func (a answer) str(member string) string { s, _ := a.doc[member].(string); return s }

// ask sends a request straight to the handler.
func ask(p *Provider, s sent) answer { return serve(p, s.build(p)) }

func serve(p *Provider, r *http.Request) answer {
	w := httptest.NewRecorder()
	p.Handler().ServeHTTP(w, r)
	a := answer{status: w.Code, header: w.Header(), body: w.Body.String()}
	_ = json.Unmarshal(w.Body.Bytes(), &a.doc)
	return a
}

// over sends a request through an HTTP client.
func over(t testing.TB, c *http.Client, r *http.Request) answer {
	t.Helper()
	g := gomega.NewWithT(t)
	r.RequestURI = "" // set for servers only
	resp, err := c.Do(r)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	a := answer{status: resp.StatusCode, header: resp.Header, body: string(body)}
	_ = json.Unmarshal(body, &a.doc)
	return a
}

// get is a GET below the issuer, getRoot one below the host.
func get(path string) sent     { return sent{method: http.MethodGet, path: path} }
func getRoot(path string) sent { return sent{method: http.MethodGet, path: path, root: true} }

const (
	oauthDocument  = "/.well-known/oauth-authorization-server"
	openidDocument = "/.well-known/openid-configuration"
)
