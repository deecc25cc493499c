package mockidp

import (
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
)

// Of a repeated parameter beside a pushed request none is taken (RFC 6749 §3.1):
// neither the client nor the request may depend on which one a server reads.
func TestPushedRequestNamedTwice(t *testing.T) {
	p := newFull(t)
	for name, more := range map[string][]string{
		"client_id":   {"client_id", ClientSPA, "+client_id", ClientWeb},
		"request_uri": {"request_uri", requestURIPrefix + "x"},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			a := pushing(p, ClientWeb)
			if name == "request_uri" {
				more = append(more, "+request_uri", a.str("request_uri"))
			}
			g.Expect(errorOf(authorizePushed(p, ClientWeb, a, more...))).To(gomega.Equal("page 400"))
			g.Expect(errorOf(authorizePushed(p, ClientWeb, a))).To(gomega.Equal("query code"), "it has not been used up")
		})
	}
}

// What is kept until it is used is bounded, however long a request may be.
func TestKeptRequestsAreBounded(t *testing.T) {
	g := gomega.NewWithT(t)
	long := strings.Repeat("a", maxKept)
	s := newSurfer(t, newProvider(t, withForm...))
	g.Expect(arrived(s.login(s.authorize()))).To(gomega.Equal("303 code"))
	g.Expect(s.send(pathEndSession, url.Values{"state": {long}}).status).To(gomega.Equal(http.StatusBadRequest), "a logout that waits")
	g.Expect(s.send(pathEndSession, url.Values{"mockidp": slices.Repeat([]string{"b"}, maxKept/16)}).status).To(gomega.Equal(http.StatusBadRequest), "of many small parameters")
	g.Expect(s.send(pathEndSession, url.Values{"state": {"short"}}).status).To(gomega.Equal(http.StatusOK))
}

// A token does not hold on to the body of the request it came of.
func TestTokensLetGoOfTheBody(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t)
	body := authRequestOf(ClientWeb, "code").Encode() + "&code_verifier=" + strings.Repeat("a", maxBody-2048)
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	for range 200 {
		g.Expect(errorOf(ask(p, sent{path: pathAuthorize, raw: body}))).To(gomega.Equal("query code"))
	}
	g.Expect(p.LiveTokens()).To(gomega.HaveLen(200))
	g.Expect(int64(heap()) - int64(before)).To(gomega.BeNumerically("<", 100<<20))
	runtime.KeepAlive(p)
}

// OpenID Connect Core §3.1.2.1 requires redirect_uri, where OAuth lets a client
// with one leave it out. Nobody is sent anywhere.
func TestOpenIDRequestNamesItsRedirectURI(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t)
	g.Expect(errorOf(authorizeAt(p, authRequestOf(ClientWeb, "code", "redirect_uri", "")))).To(gomega.Equal("page 400"))
	g.Expect(errorOf(authorizeAt(p, authRequestOf(ClientWeb, "code", "redirect_uri", "", "scope", "read")))).To(gomega.Equal("query code"))
	g.Expect(errorOf(authorizeAt(p, authRequestOf(ClientWeb, "code", "redirect_uri", "", "scope", "")))).To(gomega.Equal("query code"))
}

// A number of seconds is a number, however large (OpenID Connect Core §3.1.2.1).
func TestLargeMaxAge(t *testing.T) {
	p := newFull(t)
	for age, want := range map[string]string{
		"4294967296": "query code", "99999999999999999999999": "query code", "0": "query code",
		"-1": "query invalid_request", "1.5": "query invalid_request", "+1": "query invalid_request",
	} {
		gomega.NewWithT(t).Expect(errorOf(authorizeAt(p, authRequestOf(ClientWeb, "code", "max_age", age)))).To(gomega.Equal(want), age)
	}
}

// Where nobody can log in, nobody has agreed to anything.
func TestResponseTypeNoneNeedsAUser(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(errorOf(authorizeAt(newFull(t, WithUsers()), authRequestOf(ClientWeb, "none")))).To(gomega.Equal("query login_required"))
	r := authorizeAt(newFull(t), authRequestOf(ClientWeb, "none")).response()
	g.Expect(r).To(gomega.HaveLen(3), "state, iss and how it came: %v", r)
}

// A session that follows another takes over what the user agreed to, and does not
// share it: a form of the old one may still be under way.
func TestRenewedSessionHasItsOwnConsents(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, withConsent...)
	s := newSurfer(t, p)
	s.consent(s.login(s.authorize("scope", "openid")))
	old := p.front.sessions.values()[0]
	s.login(s.authorize("prompt", "login", "scope", "openid"))
	next := p.front.sessions.values()[0]
	g.Expect(next).NotTo(gomega.BeIdenticalTo(old))
	g.Expect(next.agreed(frontClient, []string{"openid"})).To(gomega.BeTrue())
	old.agree(frontClient, []string{"email"})
	g.Expect(next.agreed(frontClient, []string{"email"})).To(gomega.BeFalse())
}

// Browsers send no SameSite=Lax cookie with a POST from another site. The user is
// known all the same: the authorization endpoint does not end the session by a new
// cookie, and the end session endpoint does not leave the user logged in.
func TestCrossSitePOSTKeepsTheSession(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, withForm...)
	s := newSurfer(t, p)
	v := url.Values{
		"response_type": {"code"}, "client_id": {frontClient}, "redirect_uri": {frontCallback}, "scope": {"openid read"}, "state": {"a b\r\nc"},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
	}
	g.Expect(arrived(s.login(s.authorize()))).To(gomega.Equal("303 code"))
	cookie := s.cookie
	// post sends a form without the cookie, and follows to where that leads with it.
	post := func(path string, v url.Values) answer {
		s.cookie = ""
		a := s.send(path, v)
		g.Expect(a.header.Values("Set-Cookie")).To(gomega.BeEmpty())
		g.Expect(a.status).To(gomega.Equal(http.StatusSeeOther))
		s.cookie = cookie
		return s.send(strings.TrimPrefix(a.header.Get("Location"), p.identity.Load().path), nil)
	}
	a := post(pathAuthorize, v)
	g.Expect(arrived(a)).To(gomega.Equal("303 code"))
	g.Expect(a.response().Get("state")).To(gomega.Equal(v.Get("state")))
	g.Expect(arrived(post(pathEndSession, url.Values{"client_id": {frontClient}}))).To(gomega.Equal("200 Sign out?"))
	p.Clock().Advance(time.Second)
	g.Expect(p.front.sessions.values()).To(gomega.HaveLen(1))
}
