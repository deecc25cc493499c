package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/mockidp"
)

// Secrets that the run is given.
const (
	canarySecret    = `can4ry client+secret/<1>&'x=~"`
	canaryWebSecret = "can4ryWebClientSecret-0002"
	canaryPassword  = `can4ry password/<3>+&"y%41`
)

// Secrets that the server hands out beside those of the mock, in places that
// say what they are.
var canariesPlanted = map[string]string{
	"device_code":               "can4ry-device-code-0004",
	"user_code":                 "CAN4-RYUC",
	"registration_access_token": "can4ry/registration+token-0005",
	"refresh_token":             "can4ry.refresh.token-0006",
	"client_assertion":          canaryJWT("can4ry-subject-0007"),
	"code_verifier":             "can4ry-verifier~0008",
}

const canaryCookie = "can4ryCookieValue0009"

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

// canarySpellings are the texts under which a secret would give itself away.
func canarySpellings(s string) []string {
	quoted, _ := json.Marshal(s)
	out := []string{
		s, url.QueryEscape(s), url.PathEscape(s), html.EscapeString(s), string(quoted[1 : len(quoted)-1]),
		base64.StdEncoding.EncodeToString([]byte(s)), base64.RawURLEncoding.EncodeToString([]byte(s)), hex.EncodeToString([]byte(s)),
	}
	if parts := strings.Split(s, "."); len(parts) == 3 && len(parts[2]) > 16 {
		out = append(out, parts[1], parts[2]) // a JWT's claims, and a signature by which it is found
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// noCanaries looks for every secret that was met in whatever a command printed
// and wrote.
func (p *parrot) noCanaries(t *testing.T, c *command) {
	t.Helper()
	g := gomega.NewWithT(t)
	places := map[string]string{"stdout": c.stdout.String(), "stderr": c.stderr.String()}
	g.Expect(filepath.WalkDir(c.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		places[path[len(c.dir)+1:]] = string(content)
		return err
	})).To(gomega.Succeed())
	p.mu.Lock()
	defer p.mu.Unlock()
	for kind, values := range p.canaries {
		for _, v := range values[:min(len(values), 25)] {
			looked := canarySpellings(v)
			if !strings.Contains(v, ".") && len(v) >= 32 {
				looked = append(looked, v[:16], v[len(v)-16:]) // as a cut in the wrong place would leave them
			}
			for _, s := range looked {
				for place, content := range places {
					if i := strings.Index(content, s); i >= 0 {
						t.Errorf("%s %.40q is in %s as %.40q: …%.120q…", kind, v, place, s, content[max(0, i-100):i])
					}
				}
			}
		}
	}
}

const canaryTarget = `version: 1
name: parrot
issuer: %URL%
clients:
  - id: the-client
    secret: ${THE_SECRET}
    grants: [client_credentials]
    scopes: [read]
  - id: web
    secret: ${WEB_SECRET}
    grants: [authorization_code, refresh_token]
    scopes: [read]
    redirect_uris: [` + callback + `]
users:
  - name: alice
    password: ${ALICE}
`

func (p *parrot) assay(t *testing.T, args ...string) *command {
	t.Helper()
	return newCommand(t, append([]string{"run", "parrot.yaml", "--verbose", "--skip", "authz-*,pkce-*", "--workers", "4"}, args...)...).
		file("parrot.yaml", strings.ReplaceAll(canaryTarget, "%URL%", p.URL)).
		with("THE_SECRET="+canarySecret, "WEB_SECRET="+canaryWebSecret, "ALICE="+canaryPassword).onGitHub()
}

// Nothing that is secret leaves a run: not in a report, a log, a line on the
// terminal or an error message, whether it is green, red or interrupted, by a
// server that repeats whatever it knows.
func TestCanaries(t *testing.T) {
	t.Parallel()
	t.Run("green", func(t *testing.T) {
		t.Parallel()
		g := gomega.NewWithT(t)
		p := newParrot(t, false, 0)
		o := p.assay(t).run()
		g.Expect(o.code).To(gomega.Equal(0), o.stdout+o.stderr)
		p.noCanaries(t, o.command)
		p.sang(t)
	})
	t.Run("red", func(t *testing.T) {
		t.Parallel()
		g := gomega.NewWithT(t)
		p := newParrot(t, true, 0, mockidp.WithRuleOff("client-secret-verified", "code-single-use"))
		o := p.assay(t, "--write-known-failing", "known.yaml").run()
		g.Expect(o.code).To(gomega.Equal(1), o.stdout+o.stderr)
		p.noCanaries(t, o.command)
		p.sang(t)
	})
	t.Run("interrupted", func(t *testing.T) {
		t.Parallel()
		g := gomega.NewWithT(t)
		p := newParrot(t, false, 40)
		c := p.assay(t).start()
		<-p.held
		g.Expect(c.cmd.Process.Signal(syscall.SIGTERM)).To(gomega.Succeed())
		o := c.wait()
		g.Expect(o.code).To(gomega.Equal(143), o.stdout+o.stderr)
		p.noCanaries(t, o.command)
	})
}

// sang asserts that the server knew secrets of every kind and repeated them:
// else that none is found would show nothing.
func (p *parrot) sang(t *testing.T) {
	t.Helper()
	g := gomega.NewWithT(t)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, kind := range []string{
		"client secret", "password", "code", "sent code", "sent code_verifier", "access_token", "refresh_token", "cookie", "planted cookie",
		"planted device_code", "planted registration_access_token", "planted client_assertion",
	} {
		g.Expect(p.told[kind]).To(gomega.BeNumerically(">", 0), kind)
	}
}
