package mockidp

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/onsi/gomega"
)

// The lies in ID tokens and in responses are told in the front channel too, in
// every response mode.
func TestLiesInTheFrontChannel(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newLiar(t)
	const hybrid = "code id_token token"
	idToken := func() []byte { return part(frontChannel(t, p, ClientLegacy, hybrid).Get("id_token"), 1) }
	for lie, claim := range map[string]string{
		"id-token-iss-wrong": "iss", "id-token-nonce-wrong": "nonce", "id-token-at-hash-wrong": "at_hash", "id-token-azp-wrong": "azp",
	} {
		before := claimOfText(idToken(), claim)
		h := p.LieFor(t, lie)
		g.Expect(claimOfText(idToken(), claim)).NotTo(gomega.Equal(before), lie)
		g.Expect(h.Count()).To(gomega.Equal(1))
		h.Stop()
	}
	h := p.LieFor(t, "id-token-at-hash-missing")
	g.Expect(string(idToken())).NotTo(gomega.ContainSubstring("at_hash"))
	h.Stop()

	p.LieFor(t, "state-duplicate", AtEndpoint("authorize"), ForClient(ClientLegacy))
	g.Expect(frontChannel(t, p, ClientLegacy, hybrid)["state"]).To(gomega.Equal([]string{walkState, otherValue}))
	g.Expect(frontChannel(t, p, ClientWeb, "code")["state"]).To(gomega.HaveLen(1))
	q := url.Values{
		"client_id": {ClientLegacy}, "response_type": {"code"}, "redirect_uri": {walkCallback}, "state": {walkState}, "response_mode": {"form_post"},
		"code_challenge": {strings.Repeat("A", 43)}, "code_challenge_method": {"S256"}, "scope": {"read"},
	}
	posted := ask(p, get(pathAuthorize+"?"+q.Encode()))
	g.Expect(posted.status).To(gomega.Equal(http.StatusOK))
	g.Expect(posted.body).To(gomega.And(gomega.ContainSubstring(walkState), gomega.ContainSubstring(otherValue)))
}

// A login page between the request and the response changes nothing: lies and
// scripted replies for "authorize" wait for the response.
func TestLiesAfterALoginPage(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newLiar(t, WithLogin(LoginPassword))
	h := p.LieFor(t, "state-wrong", AtEndpoint("authorize"), ForClient(ClientWeb), When(Match{Param: map[string]string{"login_hint": UserBob}}))
	p.ScriptFor(t, Reply{Endpoint: "authorize", Match: Match{Client: ClientWeb, Param: map[string]string{"nonce": "n"}}, Error: "access_denied"})
	drive := func(more ...string) url.Values {
		q := url.Values{"client_id": {ClientWeb}, "response_type": {"code"}, "redirect_uri": {walkCallback}, "scope": {"openid"}, "state": {walkState},
			"code_challenge": {strings.Repeat("A", 43)}, "code_challenge_method": {"S256"}}
		for i := 0; i < len(more); i += 2 {
			q.Set(more[i], more[i+1])
		}
		l, err := p.Drive(t.Context(), p.Issuer()+"/authorize?"+q.Encode(), DriveOptions{User: UserAlice})
		g.Expect(err).NotTo(gomega.HaveOccurred())
		return l.Parameters
	}
	g.Expect(drive().Get("state")).To(gomega.Equal(walkState))
	g.Expect(drive("login_hint", UserBob).Get("state")).To(gomega.Equal(otherValue))
	g.Expect(h.Count()).To(gomega.Equal(1))
	g.Expect(drive("nonce", "n").Get("error")).To(gomega.Equal("access_denied"))
	g.Expect(drive("nonce", "n").Get("code")).NotTo(gomega.BeEmpty())
}

func claimOfText(text []byte, name string) any {
	claims, _ := parseObject(text)
	return claims[name]
}

// A lie in the access token leaves the rest right: at_hash is that of the token
// that is sent, which userinfo takes.
func TestAccessTokenLiesAlone(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newLiar(t)
	p.LieFor(t, "access-token-alg-none")
	a := walked(t, p)
	g.Expect(a.str("access_token")).To(gomega.HaveSuffix("."))
	g.Expect(saysOf(part(a.str("id_token"), 1), "at_hash", isHash(p, a))).To(gomega.Equal("1× true"))
	userinfo := sent{method: http.MethodGet, path: "/userinfo", header: http.Header{"Authorization": {"Bearer " + a.str("access_token")}}}
	g.Expect(ask(p, userinfo).status).To(gomega.Equal(200))
}

// Every algorithm can lie: the forged signature is by the right key, or is not.
func TestLiesOfEveryAlgorithm(t *testing.T) {
	for _, alg := range signingAlgs {
		t.Run(alg, func(t *testing.T) {
			g := gomega.NewWithT(t)
			p := newLiar(t, WithSigningAlg(alg))
			p.LieFor(t, "id-token-azp-wrong", Times(1))
			p.LieFor(t, "access-token-key-unpublished")
			a := walked(t, p)
			g.Expect(verifiedBy(p, a.str("id_token"))).To(gomega.BeTrue(), "changed and signed again")
			g.Expect(verifiedBy(p, a.str("access_token"))).To(gomega.BeFalse())
			p.LieFor(t, "jwks-other-keys")
			g.Expect(verifiedBy(p, a.str("id_token"))).To(gomega.BeFalse())
		})
	}
}

// The places that lies lead to exist only while one is told.
func TestForeignPlaces(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newLiar(t)
	g.Expect(ask(p, get("/"+endpointForeign)).status).To(gomega.Equal(404))
	p.LieFor(t, "id-token-jku-foreign")
	token := jwtOf(t, p, KindIDToken)
	keys, err := parseJWKS([]byte(ask(p, get("/"+endpointForeign)).body))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	parsed, malformed := parseJWT(token)
	g.Expect(malformed).To(gomega.BeEmpty())
	g.Expect(parsed.signedBy(keys)).To(gomega.BeTrue(), "who follows jku is fooled")
	p.LieFor(t, "redirect-307")
	g.Expect(outcome(ask(p, sent{path: "/" + endpointForeignToken, basic: ClientConfidential, form: cc()}))).To(gomega.Equal("200 token"))
	p.StopLies()
	g.Expect(ask(p, get("/"+endpointForeign)).status).To(gomega.Equal(404))
}

// Lies under variances: the wrong thing alone is wrong.
func TestLiesUnderVariances(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newLiar(t, WithVariance(varJSONEscapes, varContentTypeCase, varMemberOrder))
	p.LieFor(t, "expires-in-zero")
	a := ask(p, ccAnswer)
	g.Expect(member("expires_in")(a)).To(gomega.Equal("0"))
	g.Expect(contentType(a)).To(gomega.HavePrefix("Application/JSON"))
	g.Expect(a.body).NotTo(gomega.ContainSubstring(`"access_token"`), "still written with escapes")
}

// FuzzLies sends anything while everything lies: no panic, whatever it is.
func FuzzLies(f *testing.F) {
	for _, path := range []string{"/token", "/authorize", "/jwks", "/introspect", "/userinfo", openidDocument, "/foreign/jwks", "/foreign/token", "/"} {
		f.Add(path, "client_id="+ClientWeb+"&response_type=code&scope=openid&state=s", "grant_type=client_credentials&scope=a", "Basic YTpi")
		f.Add(path, "%", "code=x&token=y&client_assertion=a.b.c", "Bearer x")
	}
	p := fuzzProvider(f, WithClients(DefaultClients()...))
	for _, l := range lieCatalog {
		if l.send == nil && l.replace == nil && l.Name != "jwks-10000-keys" {
			if _, err := p.Lie(l.Name); err != nil {
				f.Fatal(err)
			}
		}
	}
	f.Fuzz(func(t *testing.T, path, query, body, auth string) {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			r := sent{method: method, raw: body + " "}.build(p)
			r.URL = &url.URL{Path: path, RawQuery: query}
			r.Header.Set("Authorization", auth)
			if a := serve(p, r); a.status < 200 || a.status > 599 {
				t.Fatalf("status %d", a.status)
			}
		}
	})
}

// Nothing is left running when conditions, lies and a take are still in force.
func TestLeavesNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, err := New()
		gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
		p.LieFor(t, "body-slow")
		p.ConditionFor(t, Delay(1<<40))
		for range 3 {
			go func() {
				r := get(pathJWKS).build(p)
				r.RequestURI = ""
				c := p.HTTPClient()
				c.Timeout = 0
				overBroken(c, r)
			}()
			go func() { _, _ = p.Take(t.Context(), Filter{Endpoint: "token"}) }()
		}
		synctest.Wait()
		gomega.NewWithT(t).Expect(p.Close()).To(gomega.Succeed())
	}) // a goroutine that is left makes the bubble panic
}
