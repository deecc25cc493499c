package mockidp

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"

	"github.com/onsi/gomega"
)

// A lie holds where its scopes say, and nowhere else.
func TestScopes(t *testing.T) {
	other := sent{basic: ClientBasic, form: cc("scope", "read write")}
	marked := sent{basic: ClientConfidential, form: cc("scope", "read write"), header: http.Header{"X-Test": {"mine"}}}
	for name, c := range map[string]struct {
		scopes []Scope
		lied   []string // outcomes of: as it is, other client, marked header, read alone
	}{
		"issuer":       {nil, []string{"lie", "lie", "lie", "lie"}},
		"endpoint":     {[]Scope{AtEndpoint("token", "userinfo")}, []string{"lie", "lie", "lie", "lie"}},
		"client":       {[]Scope{ForClient(ClientBasic)}, []string{"truth", "lie", "truth", "truth"}},
		"next":         {[]Scope{Times(2)}, []string{"lie", "lie", "truth", "truth"}},
		"header":       {[]Scope{When(Match{Header: map[string]string{"x-test": "mine"}})}, []string{"truth", "truth", "lie", "truth"}},
		"no header":    {[]Scope{When(Match{Header: map[string]string{"X-Test": ""}})}, []string{"lie", "lie", "truth", "lie"}},
		"any header":   {[]Scope{When(Match{Header: map[string]string{"X-Test": "*"}})}, []string{"truth", "truth", "lie", "truth"}},
		"scope":        {[]Scope{When(Match{Scope: "write"})}, []string{"lie", "lie", "lie", "truth"}},
		"parameter":    {[]Scope{When(Match{Param: map[string]string{"scope": "read"}})}, []string{"truth", "truth", "truth", "lie"}},
		"client, next": {[]Scope{ForClient(ClientConfidential), Times(1)}, []string{"lie", "truth", "truth", "truth"}},
		"both clients": {[]Scope{ForClient(ClientBasic), When(Match{Scope: "write"})}, []string{"truth", "lie", "truth", "truth"}},
		"function": {[]Scope{When(Match{Func: func(r Request) bool { return len(r.Header["X-Test"]) == 0 && r.Method == "POST" }})},
			[]string{"lie", "lie", "truth", "lie"}},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			p := newLiar(t)
			h, err := p.Lie("token-type-missing", c.scopes...)
			g.Expect(err).NotTo(gomega.HaveOccurred())
			var got []string
			for _, s := range []sent{ccAnswer, other, marked, {basic: ClientConfidential, form: cc("scope", "read")}} {
				a := ask(p, s)
				g.Expect(a.status).To(gomega.Equal(200))
				got = append(got, map[bool]string{true: "truth", false: "lie"}[a.doc["token_type"] != nil])
			}
			g.Expect(got).To(gomega.Equal(c.lied))
			g.Expect(h.Count()).To(gomega.Equal(len(slices.DeleteFunc(got, func(s string) bool { return s != "lie" }))))
		})
	}
}

// An answer that the lie could not change uses up nothing.
func TestTimesCountsChangesOnly(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newLiar(t)
	h := p.LieFor(t, "expires-in-string", Times(1))
	ask(p, get(pathJWKS))
	ask(p, sent{basic: ClientBasic, form: cc("scope", "unknown")})
	g.Expect(h.Count()).To(gomega.BeZero())
	g.Expect(member("expires_in")(ask(p, ccAnswer))).To(gomega.Equal(`"3600"`))
	g.Expect(member("expires_in")(ask(p, ccAnswer))).To(gomega.Equal("3600"))
	g.Expect(h.Count()).To(gomega.Equal(1))
	g.Expect(p.pranks.inForce()).To(gomega.BeEmpty(), "what is over is forgotten")
}

// Of many requests at once exactly as many are lied to as were asked for.
func TestTimesUnderLoad(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newLiar(t)
	p.LieFor(t, "token-type-missing", Times(7))
	var wait sync.WaitGroup
	var mu sync.Mutex
	lied := 0
	for range 40 {
		wait.Go(func() {
			a := ask(p, ccAnswer)
			mu.Lock()
			defer mu.Unlock()
			lied += count(a.doc["token_type"] == nil)
		})
	}
	wait.Wait()
	g.Expect(lied).To(gomega.Equal(7))
}

// Several lies at once are all told; a lie for one test ends with it.
func TestLieFor(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newLiar(t)
	t.Run("a test", func(t *testing.T) {
		g := gomega.NewWithT(t)
		p.LieFor(t, "token-type-unknown")
		p.LieFor(t, "expires-in-zero")
		p.LieFor(t, "json-bom")
		a := ask(p, ccAnswer)
		g.Expect(a.body).To(gomega.HavePrefix("\ufeff"))
		g.Expect(a.body).To(gomega.And(gomega.ContainSubstring("mockidp-unknown"), gomega.ContainSubstring(`"expires_in":0`)))
		all := p.Requests()
		g.Expect(all[len(all)-1].Lies).To(gomega.Equal([]string{"token-type-unknown", "expires-in-zero", "json-bom"}))
	})
	g.Expect(outcome(ask(p, ccAnswer))).To(gomega.Equal("200 token"))
	p.LieFor(t, "jwks-empty")
	p.StopLies()
	g.Expect(p.pranks.inForce()).To(gomega.BeEmpty())
	failing := &recordingTB{}
	g.Expect(p.LieFor(failing, "no-such-lie")).To(gomega.BeNil())
	g.Expect(failing.failures).To(gomega.HaveLen(1))
}

// A match by user finds the user by name, by code and by token.
func TestMatchUser(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newLiar(t)
	h := p.LieFor(t, "userinfo-sub-other", When(Match{User: UserBob}))
	for user, sub := range map[string]string{UserAlice: UserAlice, UserBob: "another-user"} {
		code := frontChannel(t, p, ClientWeb, "code", "login_hint", user).Get("code")
		token := redeemed(p, code, walkVerifier).str("access_token")
		a := ask(p, sent{method: http.MethodGet, path: "/userinfo", header: http.Header{"Authorization": {"Bearer " + token}}})
		g.Expect(a.str("sub")).To(gomega.Equal(sub))
	}
	g.Expect(h.Count()).To(gomega.Equal(1))
	p.LieFor(t, "id-token-iss-wrong", When(Match{User: UserBob}))
	g.Expect(claimOf(jwtOf(t, p, KindIDToken), "iss")).To(gomega.Equal(p.Issuer()))
}

// recordingTB stands for a test that fails.
type recordingTB struct {
	failures, logs []string
	cleanups       []func()
}

func (r *recordingTB) Helper()          {}
func (r *recordingTB) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recordingTB) Errorf(s string, a ...any) {
	r.failures = append(r.failures, fmt.Sprintf(s, a...))
}
func (r *recordingTB) Fatalf(s string, a ...any) {
	r.failures = append(r.failures, fmt.Sprintf(s, a...))
}
func (r *recordingTB) Logf(s string, a ...any) { r.logs = append(r.logs, fmt.Sprintf(s, a...)) }
func (r *recordingTB) end() {
	for _, f := range slices.Backward(r.cleanups) {
		f()
	}
}

// FuzzMatch reads the parameters of any request: no panic, whatever it is.
func FuzzMatch(f *testing.F) {
	for _, s := range []string{"", "a=b", "%zz=1&client_id=x", "client_assertion=a.b.c", "scope=a+b", "token=x", ";", "=&="} {
		f.Add(s, s, "Basic YTpi", "application/x-www-form-urlencoded")
		f.Add(s, s, "Bearer a.e30.b", "text/plain")
	}
	p := fuzzProvider(f)
	if _, err := p.Script(Reply{Times: -1, Status: 500, Match: Match{
		Client: "x", User: "y", Scope: "a", Param: map[string]string{"a": "*", "b": ""}, Header: map[string]string{"Authorization": "*"},
	}}); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, query, body, auth, contentType string) {
		r := sent{raw: body + " "}.build(p)
		r.URL = &url.URL{Path: pathToken, RawQuery: query}
		r.Header.Set("Authorization", auth)
		r.Header.Set("Content-Type", contentType)
		if a := serve(p, r); a.status < 200 || a.status > 599 {
			t.Fatalf("status %d", a.status)
		}
	})
}
