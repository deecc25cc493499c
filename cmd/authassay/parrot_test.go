package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/mockidp"
)

// canaryJWT is a token without a signature worth the name.
func canaryJWT(subject string) string {
	part := func(v any) string {
		raw, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	return part(map[string]string{"alg": "ES256"}) + "." + part(map[string]string{"sub": subject, "note": subject}) + ".c2lnbmF0dXJlLW9mLWEtY2FuYXJ5"
}

// parrot is a mock identity provider behind a server that repeats whatever
// secret it was sent or handed out, in every answer and in many spellings.
type parrot struct {
	*httptest.Server
	idp *mockidp.Provider
	// cruel makes it repeat also where a client would notice: in pages in place
	// of errors, in fragments of redirects, in the metadata.
	cruel bool
	// hold, where it is set, lets token requests hang from the nth on.
	hold, tokens int
	held         chan struct{}

	mu       sync.Mutex
	canaries map[string][]string // by what they are
	told     map[string]int      // how often each kind was repeated
}

func newParrot(t *testing.T, cruel bool, hold int, opts ...mockidp.Option) *parrot {
	t.Helper()
	g := gomega.NewWithT(t)
	p := &parrot{cruel: cruel, hold: hold, held: make(chan struct{}), told: map[string]int{}, canaries: map[string][]string{
		"client secret": {canarySecret, canaryWebSecret}, "password": {canaryPassword}, "planted cookie": {canaryCookie},
	}}
	for kind, value := range canariesPlanted {
		p.canaries["planted "+kind] = []string{value}
	}
	p.Server = httptest.NewUnstartedServer(p)
	idp, err := mockidp.New(append([]mockidp.Option{
		mockidp.WithIssuer("http://" + p.Listener.Addr().String()),
		mockidp.WithLogin(mockidp.LoginPassword),
		mockidp.WithUsers(mockidp.User{Subject: "alice", Password: canaryPassword}),
		mockidp.WithClients(
			mockidp.Client{ID: "the-client", Secret: canarySecret, Scopes: []string{"read"}, AuthMethods: []string{mockidp.ClientSecretBasic, mockidp.ClientSecretPost}},
			mockidp.Client{ID: "web", Secret: canaryWebSecret, Scopes: []string{"read"}, AuthMethods: []string{mockidp.ClientSecretBasic, mockidp.ClientSecretPost},
				GrantTypes: []string{mockidp.GrantAuthorizationCode, mockidp.GrantRefreshToken}, RedirectURIs: []string{callback}},
		),
	}, opts...)...)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	p.idp = idp
	p.Start()
	t.Cleanup(func() {
		p.CloseClientConnections()
		p.Close()
		_ = idp.Close()
	})
	return p
}

// meet notes a secret.
func (p *parrot) meet(kind, value string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if value != "" && !slices.Contains(p.canaries[kind], value) {
		p.canaries[kind] = append(p.canaries[kind], value)
	}
}

func (p *parrot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	for _, name := range []string{"code", "code_verifier", "refresh_token", "client_assertion", "assertion"} {
		if v := form.Get(name); len(v) >= 12 { // shorter ones are what checks made up, and words
			p.meet("sent "+name, v)
		}
	}
	for _, c := range r.Cookies() {
		p.meet("cookie", c.Value)
	}
	if strings.HasSuffix(r.URL.Path, "/token") && p.hold > 0 {
		p.mu.Lock()
		p.tokens++
		n := p.tokens
		p.mu.Unlock()
		if n == p.hold {
			close(p.held)
		}
		if n >= p.hold {
			hang(w, r)
			return
		}
	}
	again := r.Clone(r.Context())
	again.Body = io.NopCloser(strings.NewReader(string(body)))
	out := httptest.NewRecorder()
	p.idp.Handler().ServeHTTP(out, again)
	p.harvest(out)
	p.repeat(w, r, out, string(body))
}

// harvest notes what the mock handed out.
func (p *parrot) harvest(out *httptest.ResponseRecorder) {
	var members map[string]any
	if json.Unmarshal(out.Body.Bytes(), &members) == nil {
		for _, name := range []string{"access_token", "refresh_token", "id_token"} {
			if v, ok := members[name].(string); ok {
				p.meet(name, v)
			}
		}
	}
	for _, c := range out.Result().Cookies() {
		p.meet("cookie", c.Value)
	}
	if u, err := url.Parse(out.Header().Get("Location")); err == nil {
		p.meet("code", u.Query().Get("code"))
	}
}

// repeat answers as the mock did, and with all that it knows beside it.
func (p *parrot) repeat(w http.ResponseWriter, r *http.Request, out *httptest.ResponseRecorder, body string) {
	request := r.Method + " " + r.URL.String() + " " + r.Header.Get("Authorization") + " " + r.Header.Get("Cookie") + " " + body
	dump := p.dump()
	h := w.Header()
	for name, values := range out.Header() {
		h[name] = values
	}
	h.Del("Content-Length")
	flat := strings.NewReplacer("\n", " ", "\r", " ")
	h.Set("X-Debug", flat.Replace(dump[:min(len(dump), 4<<10)])) // which kinds are first differs
	h.Set("X-Request", flat.Replace(request))
	h.Add("Set-Cookie", "planted="+canaryCookie+"; Path=/")
	text, status := out.Body.String(), out.Code
	page := "<pre>You sent: " + html.EscapeString(request) + "\n" + request + "\n" + dump + "</pre>"
	mediaType := h.Get("Content-Type")
	var members map[string]any
	switch {
	case strings.HasPrefix(mediaType, "text/html"):
		text += page
	case strings.HasPrefix(mediaType, "application/json") && json.Unmarshal([]byte(text), &members) == nil:
		metadata := strings.Contains(r.URL.Path, "/.well-known/") || strings.HasSuffix(r.URL.Path, "/jwks")
		if status >= 400 && p.cruel {
			h.Set("Content-Type", "text/html")
			text = page
			break
		}
		if metadata && !p.cruel {
			break
		}
		members["debug"], members["request"] = dump, request
		if _, ok := members["access_token"]; ok {
			for name, value := range canariesPlanted {
				if members[name] == nil {
					members[name] = value
				}
			}
		}
		raw, _ := json.Marshal(members)
		text = string(raw)
	}
	if location := h.Get("Location"); location != "" && p.cruel {
		fragment := url.Values{}
		for name, value := range canariesPlanted {
			fragment.Set(name, value)
		}
		fragment.Set("debug", dump)
		h.Set("Location", location+"#"+fragment.Encode())
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

// dump tells the latest secret of each kind in many spellings.
func (p *parrot) dump() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var b strings.Builder
	for kind, values := range p.canaries {
		for _, v := range values[max(0, len(values)-1):] {
			p.told[kind]++
			for _, s := range canarySpellings(v) {
				fmt.Fprintf(&b, "note=%s ", s)
			}
			fmt.Fprintf(&b, "Basic %s %s https://client.example.com/cb#access_token=%s ", base64.StdEncoding.EncodeToString([]byte("the-client:"+v)),
				canaryJWT(v), url.QueryEscape(v))
			raw, _ := json.Marshal(map[string]any{"note": v, "inner": map[string]string{"note": v}})
			b.Write(raw)
			b.WriteByte(' ')
		}
	}
	return b.String()
}
