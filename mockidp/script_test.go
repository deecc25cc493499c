package mockidp

import (
	"net/http"
	"testing"
	"time"

	"github.com/onsi/gomega"
)

// A scripted reply is given once, or as often as it says, to the first that
// matches, in place of the provider's own.
func TestScript(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newLiar(t)
	p.ScriptFor(t, Reply{Endpoint: "token", Match: Match{Client: ClientBasic}, Error: errInvalidGrant, ErrorDescription: "scripted"})
	p.ScriptFor(t, Reply{Endpoint: "token", Times: 2, Status: 503, Body: []byte("later"), Header: http.Header{"retry-after": {"7"}}})
	p.ScriptFor(t, Reply{Endpoint: "token", Match: Match{Param: map[string]string{"scope": "read"}}, JSON: map[string]any{"access_token": "x"}, Times: -1})

	a := ask(p, happy)
	g.Expect(a.status).To(gomega.Equal(503))
	g.Expect(a.body).To(gomega.Equal("later"))
	g.Expect(a.header.Get("Retry-After")).To(gomega.Equal("7"))
	a = ask(p, sent{basic: ClientBasic, form: cc()})
	g.Expect(outcome(a)).To(gomega.Equal("400 " + errInvalidGrant))
	g.Expect(cacheHeaders(a)).To(gomega.Equal("no-store/no-cache"))
	g.Expect(ask(p, sent{basic: ClientBasic, form: cc()}).status).To(gomega.Equal(503), "the next in the queue")
	g.Expect(outcome(ask(p, happy))).To(gomega.Equal("200 token"), "all are taken")
	read := sent{basic: ClientConfidential, form: cc("scope", "read")}
	for range 3 {
		g.Expect(ask(p, read).str("access_token")).To(gomega.Equal("x"))
	}
	all := p.Requests()
	g.Expect(all[0].Scripted).To(gomega.Equal("reply for token"))
	g.Expect(all[1].Scripted).To(gomega.Equal(`reply for token, client "` + ClientBasic + `"`))
	g.Expect(all[3].Scripted).To(gomega.BeEmpty())
	g.Expect(p.Unmet()).To(gomega.BeEmpty())
}

// A reply that names no answer changes the provider's own.
func TestScriptChanges(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newLiar(t)
	p.ScriptFor(t, Reply{
		Endpoint: "token", Match: Match{User: UserAlice}, Members: map[string]any{"expires_in": 5, "scope": nil, "more": "yes"},
		IDToken: map[string]any{"nonce": nil, "groups": []string{"a"}}, AccessToken: map[string]any{"roles": "admin"},
	})
	a := walked(t, p)
	g.Expect(member("expires_in")(a) + member("scope")(a) + member("more")(a)).To(gomega.Equal(`5absent"yes"`))
	g.Expect(string(part(a.str("id_token"), 1))).To(gomega.And(gomega.ContainSubstring(`"groups":["a"]`), gomega.Not(gomega.ContainSubstring("nonce"))))
	g.Expect(claimOf(a.str("access_token"), "roles")).To(gomega.Equal("admin"))
	g.Expect(verifiedBy(p, a.str("id_token"))).To(gomega.BeTrue())
	userinfo := sent{method: http.MethodGet, path: "/userinfo", header: http.Header{"Authorization": {"Bearer " + a.str("access_token")}}}
	p.ScriptFor(t, Reply{Endpoint: "userinfo", Members: map[string]any{"email": "other@example.com"}})
	g.Expect(ask(p, userinfo).str("email")).To(gomega.Equal("other@example.com"), "the changed token is good")
	g.Expect(ask(p, userinfo).str("email")).NotTo(gomega.Equal("other@example.com"))
}

// An error for the authorization endpoint goes to the client by the browser.
func TestScriptAuthorize(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newLiar(t)
	p.ScriptFor(t, Reply{Endpoint: "authorize", Error: "access_denied", Header: http.Header{"X-Scripted": {"1"}}})
	p.ScriptFor(t, Reply{Endpoint: "authorize", Match: Match{Param: map[string]string{"login_hint": UserBob}}, Members: map[string]any{"code": "chosen"}})
	answer := frontChannel(t, p, ClientWeb, "code")
	g.Expect(answer.Get("error") + " " + answer.Get("state") + answer.Get("code")).To(gomega.Equal("access_denied " + walkState))
	g.Expect(answer.Get("iss")).To(gomega.Equal(p.Issuer()))
	g.Expect(frontChannel(t, p, ClientWeb, "code").Get("code")).NotTo(gomega.Equal("chosen"))
	g.Expect(frontChannel(t, p, ClientWeb, "code", "login_hint", UserBob).Get("code")).To(gomega.Equal("chosen"))
	p.ScriptFor(t, Reply{Endpoint: "authorize", Status: 500})
	g.Expect(ask(p, get(pathAuthorize)).status).To(gomega.Equal(500))
}

// Delay and drop belong to the reply.
func TestScriptConditions(t *testing.T) {
	inBubble(t, "delay", func(t *testing.T) {
		g := gomega.NewWithT(t)
		p := newLiar(t)
		p.ScriptFor(t, Reply{Delay: 5 * time.Second, Status: 204})
		p.ScriptFor(t, Reply{Drop: true})
		begin := time.Now()
		r := get(pathJWKS).build(p)
		a := over(t, p.HTTPClient(), r)
		g.Expect(a.status).To(gomega.Equal(204))
		g.Expect(time.Since(begin)).To(gomega.Equal(5 * time.Second))
		r = happy.build(p)
		r.RequestURI = ""
		g.Expect(overBroken(p.HTTPClient(), r)).To(gomega.Equal("EOF"))
	})
}

// What was expected and did not come fails the test.
func TestScriptUnmet(t *testing.T) {
	g := gomega.NewWithT(t)
	failing := &recordingTB{}
	p := Start(failing, WithKeys(testKeys()))
	_, err := p.Script(Reply{Endpoint: "token", Times: 2, Match: Match{Client: "a", Param: map[string]string{"code": "secret"}}, Status: 500})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	_, err = p.Script(Reply{Endpoint: "jwks", Optional: true, Status: 500})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	stopped, err := p.Script(Reply{Endpoint: "jwks", Times: -1, Status: 500})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	p.ScriptFor(failing, Reply{Endpoint: "userinfo", Status: 500})
	g.Expect(p.Unmet()).To(gomega.HaveLen(3))
	stopped.Stop()
	failing.end()
	g.Expect(failing.failures).To(gomega.Equal([]string{
		"mockidp: the scripted reply for userinfo was taken 0 times of 1",
		`mockidp: the scripted reply for token, client "a", parameters code was taken 0 times of 2`,
	}))
}

// Replies that contradict themselves are refused.
func TestScriptChecks(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newLiar(t)
	for _, r := range []Reply{
		{}, {Status: 99}, {Status: 600}, {Body: []byte("x"), Error: "y"}, {ErrorDescription: "x"}, {Times: -2, Status: 200},
		{Delay: -1}, {Status: 200, Members: map[string]any{"a": 1}}, {Endpoint: "tokn", Status: 200}, {JSON: make(chan int)},
		{Members: map[string]any{"a": func() {}}},
	} {
		_, err := p.Script(r)
		g.Expect(err).To(gomega.MatchError(gomega.HavePrefix("mockidp: Script: ")), "%+v", r)
	}
	g.Expect(p.pranks.inForce()).To(gomega.BeEmpty())
	failing := &recordingTB{}
	g.Expect(p.ScriptFor(failing, Reply{})).To(gomega.BeNil())
	g.Expect(failing.failures).To(gomega.HaveLen(1))
}
