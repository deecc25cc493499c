package mockidp

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
)

// A wrong password and a user who does not exist give the same page, and the
// form goes on working.
func TestWrongLoginTellsNothing(t *testing.T) {
	g := gomega.NewWithT(t)
	s := newSurfer(t, newProvider(t, withForm...))
	page := s.authorize()
	texts := map[string]bool{}
	for _, try := range [][]string{
		{"username", "alice", "password", "wrong"}, {"username", "nobody", "password", "wrong"}, {"username", "nobody", "password", frontPassword},
		{"password", ""}, {"username", ""},
	} {
		page = s.login(page, try...)
		seen := readPage(page.body)
		g.Expect(seen.alert).To(gomega.Equal(wrongLogin))
		g.Expect(page.body).To(gomega.MatchRegexp(`id="password"[^>]*aria-describedby="error"`))
		texts[seen.alert] = true
	}
	g.Expect(texts).To(gomega.HaveLen(1))
	g.Expect(arrived(s.login(page))).To(gomega.Equal("303 code"))
}

// A form is good for one time, in the browser that got it and from the
// provider's own page.
func TestFormsAreProtected(t *testing.T) {
	for name, c := range map[string]struct {
		change func(s *surfer)
		form   []string
		got    string
	}{
		"untouched":          {got: "303 code"},
		"no token":           {form: []string{"csrf_token", ""}},
		"another token":      {form: []string{"csrf_token", strings.Repeat("a", 52)}},
		"no interaction":     {form: []string{"interaction", ""}},
		"no cookie":          {change: func(s *surfer) { s.cookie = "" }},
		"another cookie":     {change: func(s *surfer) { s.cookie = s.cookie[:len(s.cookie)-52] + strings.Repeat("a", 52) }},
		"a foreign origin":   {change: func(s *surfer) { s.header.Set("Origin", "https://evil.example") }},
		"a malformed origin": {change: func(s *surfer) { s.header.Set("Origin", "https://[") }},
		"cross-site":         {change: func(s *surfer) { s.header.Set("Sec-Fetch-Site", "cross-site") }},
		"its own origin":     {change: func(s *surfer) { s.header.Set("Origin", "https://idp.test") }, got: "303 code"},
		"no origin told":     {change: func(s *surfer) { s.header.Set("Origin", "null") }, got: "303 code"},
		"too late":           {change: func(s *surfer) { s.p.Clock().Advance(interactionLifetime) }},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			s := newSurfer(t, newProvider(t, withForm...))
			page := s.authorize()
			if c.change != nil {
				c.change(s)
			}
			a := s.login(page, c.form...)
			if c.got == "" {
				c.got = "400 This page is out of date"
			}
			g.Expect(arrived(a)).To(gomega.Equal(c.got))
			if c.got == "303 code" {
				g.Expect(arrived(s.login(page))).To(gomega.HavePrefix("400"), "the second time")
			}
		})
	}
}

// The session is a cookie that lasts eight hours and carries consent, for the
// scopes agreed to and no others.
func TestSessionAndConsent(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, withConsent...)
	s := newSurfer(t, p)
	redirect := s.login(s.authorize())
	g.Expect(arrived(redirect)).To(gomega.Equal("303 /consent"))
	g.Expect(arrived(s.authorize("prompt", "none"))).To(gomega.Equal("303 consent_required"))
	page := s.send(strings.TrimPrefix(redirect.header.Get("Location"), p.identity.Load().path), nil)
	g.Expect(page.body).To(gomega.And(gomega.ContainSubstring("Alice Adams"), gomega.ContainSubstring("Know who you are")))
	g.Expect(arrived(s.consent(page))).To(gomega.Equal("303 code"))

	g.Expect(arrived(s.authorize())).To(gomega.Equal("303 code"), "it is remembered")
	g.Expect(arrived(s.authorize("prompt", "none"))).To(gomega.Equal("303 code"))
	g.Expect(arrived(s.authorize("scope", "openid"))).To(gomega.Equal("303 code"), "less than that")
	g.Expect(arrived(s.authorize("scope", "openid email"))).To(gomega.Equal("200 Allow access?"), "more than that")
	g.Expect(arrived(s.authorize("prompt", "consent"))).To(gomega.Equal("200 Allow access?"))
	g.Expect(arrived(s.authorize("prompt", "select_account"))).To(gomega.Equal("200 Sign in"))
	g.Expect(arrived(s.authorize("max_age", "0"))).To(gomega.Equal("200 Sign in"))

	p.Clock().Advance(sessionLifetime - time.Second)
	g.Expect(arrived(s.authorize())).To(gomega.Equal("303 code"))
	p.Clock().Advance(time.Second)
	g.Expect(arrived(s.authorize())).To(gomega.Equal("200 Sign in"))
	g.Expect(arrived(s.authorize("prompt", "none"))).To(gomega.Equal("303 login_required"))
}

// Consent belongs to the user: another one who logs in is asked again.
func TestAnotherUser(t *testing.T) {
	g := gomega.NewWithT(t)
	s := newSurfer(t, newProvider(t, withConsent...))
	s.consent(s.login(s.authorize()))
	redirect := s.login(s.authorize("prompt", "login"), "username", "bob", "password", "battery staple")
	g.Expect(arrived(redirect)).To(gomega.Equal("303 /consent"))
	again := s.consent(redirect, "action", "switch")
	g.Expect(arrived(again)).To(gomega.Equal("303 /login"))
	page := s.send(again.header.Get("Location"), nil)
	g.Expect(arrived(s.login(page))).To(gomega.Equal("303 /consent"))
}

// Deny is access_denied, with the state, on each page.
func TestDeny(t *testing.T) {
	g := gomega.NewWithT(t)
	s := newSurfer(t, newProvider(t, withConsent...))
	for _, a := range []answer{
		s.login(s.authorize(), "action", "deny"),
		s.consent(s.login(s.authorize()), "action", "deny"),
		s.consent(s.authorize(), "action", "anything else"),
	} {
		g.Expect(arrived(a)).To(gomega.Equal("303 access_denied"))
		location, _ := url.Parse(a.header.Get("Location"))
		g.Expect(location.Query().Get("state")).To(gomega.Equal("s"))
	}
}

// A client can have its own mode, and login_hint fills in the name.
func TestModePerClient(t *testing.T) {
	g := gomega.NewWithT(t)
	client := func(id string, m LoginMode, c ConsentMode) Client {
		return Client{ID: id, Login: m, Consent: c, RedirectURIs: []string{frontCallback}, Scopes: []string{"openid", "read"}, GrantTypes: []string{GrantAuthorizationCode}}
	}
	p := newProvider(t, WithLogin(LoginPick), WithClients(
		client("default", LoginDefault, ConsentDefault), client("automatic", LoginAutomatic, ConsentDefault),
		client("password", LoginPassword, ConsentDefault), client("asked", LoginAutomatic, ConsentAsked)))
	see := func(id string, more ...string) answer {
		return newSurfer(t, p).authorize(append(more, "client_id", id)...)
	}
	g.Expect(arrived(see("default"))).To(gomega.Equal("200 Choose an account"))
	g.Expect(arrived(see("automatic"))).To(gomega.Equal("303 code"))
	g.Expect(arrived(see("automatic", "prompt", "none"))).To(gomega.Equal("303 code"))
	g.Expect(arrived(see("password"))).To(gomega.Equal("200 Sign in"))
	g.Expect(arrived(see("asked"))).To(gomega.Equal("200 Allow access?"))
	g.Expect(arrived(see("asked", "prompt", "none"))).To(gomega.Equal("303 consent_required"))
	g.Expect(see("password", "login_hint", "a<b").body).To(gomega.ContainSubstring(`value="a&lt;b"`))
	g.Expect(see("default", "login_hint", "bob").body).To(gomega.MatchRegexp(`value="bob"[^>]* autofocus`))

	_, err := New(WithClients(client("x", LoginMode(9), ConsentDefault)))
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("LoginMode(9) is not a way to log in")))
	_, err = New(WithConsent(ConsentMode(-1)))
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("ConsentMode(-1)")))
}

// A page that waits is shown to the browser it belongs to and to no other.
func TestPagesOfOneBrowserOnly(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, withConsent...)
	s := newSurfer(t, p)
	redirect := s.login(s.authorize())
	location := redirect.header.Get("Location")
	g.Expect(arrived(newSurfer(t, p).send(location, nil))).To(gomega.HavePrefix("400"))
	g.Expect(arrived(s.send(pathLogin+"?interaction=x", nil))).To(gomega.HavePrefix("400"))
	g.Expect(arrived(s.send(pathConsent, nil))).To(gomega.HavePrefix("400"))
}

// A client that is deleted while its page waits gets nothing.
func TestClientGoneMeanwhile(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, withConsent...)
	s := newSurfer(t, p)
	login, consent := s.authorize(), newSurfer(t, p)
	redirect := consent.login(consent.authorize())
	g.Expect(p.registry.remove(frontClient)).To(gomega.BeTrue())
	g.Expect(arrived(s.login(login))).To(gomega.HavePrefix("400"))
	g.Expect(arrived(consent.consent(redirect))).To(gomega.HavePrefix("400"))
}

// Without a login page, consent belongs to the user of the request.
func TestConsentOfAnotherUser(t *testing.T) {
	g := gomega.NewWithT(t)
	s := newSurfer(t, newProvider(t, frontOptions(LoginAutomatic, ConsentAsked)...))
	g.Expect(arrived(s.consent(s.authorize("login_hint", "alice")))).To(gomega.Equal("303 code"))
	g.Expect(arrived(s.authorize("login_hint", "alice"))).To(gomega.Equal("303 code"))
	g.Expect(arrived(s.authorize())).To(gomega.Equal("303 code"), "who is logged in")
	g.Expect(arrived(s.authorize("login_hint", "bob"))).To(gomega.Equal("200 Allow access?"))
}

// What is kept while the user logs in has a limit.
func TestLongRequestIsNotKept(t *testing.T) {
	g := gomega.NewWithT(t)
	s := newSurfer(t, newProvider(t, withForm...))
	g.Expect(arrived(s.authorize("x", strings.Repeat("x", 8<<10)))).To(gomega.Equal("200 Sign in"))
	g.Expect(arrived(s.authorize("x", strings.Repeat("x", maxKept)))).To(gomega.Equal("303 invalid_request"))
}

// The end session endpoint asks before it logs out a user whom no ID token
// names, and the user may stay.
func TestEndSessionAsks(t *testing.T) {
	g := gomega.NewWithT(t)
	s := newSurfer(t, newProvider(t, withForm...))
	s.login(s.authorize())
	page := s.send(pathEndSession, nil)
	g.Expect(arrived(page)).To(gomega.Equal("200 Sign out?"))
	g.Expect(arrived(s.authorize())).To(gomega.Equal("303 code"), "still logged in")
	v := formOf(t, page)
	v.Set("action", "logout")
	g.Expect(arrived(s.send(pathSignOut, v))).To(gomega.Equal("200 Signed out"))
	g.Expect(arrived(s.authorize())).To(gomega.Equal("200 Sign in"))
}

// Pages and sessions are bounded.
func TestFrontIsBounded(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, append(withForm, WithRequestLimit(0, 0))...)
	first := newSurfer(t, p)
	page := first.authorize()
	for range maxInteractions {
		newSurfer(t, p).authorize()
	}
	g.Expect(len(p.front.interactions.items)).To(gomega.BeNumerically("<=", maxInteractions))
	g.Expect(arrived(first.login(page))).To(gomega.HavePrefix("400"), "the oldest made room")
}

// The page that logs out asks first.
func TestLogoutPage(t *testing.T) {
	g := gomega.NewWithT(t)
	s := newSurfer(t, newProvider(t, withForm...))
	g.Expect(arrived(s.send(pathSignOut, nil))).To(gomega.Equal("200 Signed out"), "nobody is logged in")
	s.login(s.authorize())
	for _, step := range []struct{ action, page, then string }{
		{"stay", "200 Still signed in", "303 code"}, {"logout", "200 Signed out", "200 Sign in"},
	} {
		page := s.send(pathSignOut, nil)
		g.Expect(arrived(page)).To(gomega.Equal("200 Sign out?"))
		v := formOf(t, page)
		v.Set("action", step.action)
		a := s.send(pathSignOut, v)
		g.Expect(arrived(a)).To(gomega.Equal(step.page))
		g.Expect(arrived(s.authorize())).To(gomega.Equal(step.then))
	}
}
