package mockidp

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
)

const (
	frontClient   = "app"
	frontCallback = "https://client.example/callback"
	frontPassword = "correct horse"
)

// frontOptions are a provider with one client whose users see pages.
func frontOptions(login LoginMode, consent ConsentMode) []Option {
	return []Option{
		WithLogin(login), WithConsent(consent),
		WithUsers(
			User{Subject: "alice", Password: frontPassword, Claims: map[string]any{"name": "Alice Adams", "email": "alice@example.com"}},
			User{Subject: "bob", Password: "battery staple"}),
		WithClients(
			Client{ID: frontClient, RedirectURIs: []string{frontCallback}, Scopes: []string{"openid", "email", "read"}, GrantTypes: []string{GrantAuthorizationCode}},
			Client{ID: "phone", Public: true, RedirectURIs: []string{"com.example.phone:/cb"}, Scopes: []string{"read"}, GrantTypes: []string{GrantAuthorizationCode}}),
	}
}

// surfer is a browser without a screen that keeps the session cookie.
type surfer struct {
	t      *testing.T
	p      *Provider
	cookie string
	header http.Header
}

func newSurfer(t *testing.T, p *Provider) *surfer { return &surfer{t: t, p: p, header: http.Header{}} }

// send makes a request for a path of the provider; with a form it is a POST.
func (s *surfer) send(path string, form url.Values) answer {
	s.t.Helper()
	r := httptest.NewRequest(http.MethodGet, strings.TrimSuffix(s.p.Issuer(), "/")+path, nil)
	if form != nil {
		r = httptest.NewRequest(http.MethodPost, strings.TrimSuffix(s.p.Issuer(), "/")+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	maps.Copy(r.Header, s.header)
	if s.cookie != "" {
		r.Header.Set("Cookie", s.cookie)
	}
	a := serve(s.p, r)
	if c := cookieOf(a); c != nil {
		s.cookie = c.Name + "=" + c.Value
	}
	return a
}

func cookieOf(a answer) *http.Cookie {
	for _, c := range (&http.Response{Header: a.header}).Cookies() {
		return c
	}
	return nil
}

// authorize sends an authorization request; more are parameters.
func (s *surfer) authorize(more ...string) answer {
	s.t.Helper()
	v := url.Values{
		"response_type": {"code"}, "client_id": {frontClient}, "redirect_uri": {frontCallback}, "scope": {"openid read"}, "state": {"s"},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(more); i += 2 {
		if more[i+1] == "" {
			v.Del(more[i])
			continue
		}
		v.Set(more[i], more[i+1])
	}
	return s.send(pathAuthorize+"?"+v.Encode(), nil)
}

// formOf reads the first form of a page.
func formOf(t *testing.T, a answer) url.Values {
	t.Helper()
	seen := readPage(a.body)
	gomega.NewWithT(t).Expect(seen.forms).NotTo(gomega.BeEmpty(), "status %d: %s", a.status, a.body)
	v := url.Values{}
	for _, f := range seen.forms[0].fields {
		v.Set(f.name, f.value)
	}
	return v
}

// login fills in the login form.
func (s *surfer) login(page answer, more ...string) answer {
	s.t.Helper()
	v := formOf(s.t, page)
	v.Set("username", "alice")
	v.Set("password", frontPassword)
	v.Set("action", "login")
	for i := 0; i < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return s.send(pathLogin, v)
}

// consent fills in the consent form that a login leads to.
func (s *surfer) consent(redirect answer, more ...string) answer {
	s.t.Helper()
	page := redirect
	if location := redirect.header.Get("Location"); location != "" {
		page = s.send(strings.TrimPrefix(location, s.p.identity.Load().path), nil)
	}
	v := formOf(s.t, page)
	v.Set("action", "allow")
	for i := 0; i < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return s.send(pathConsent, v)
}

// arrived says what an answer is: a code or an error at the client, a page, or
// the way to one.
func arrived(a answer) string {
	location, _ := url.Parse(a.header.Get("Location"))
	switch {
	case location.Query().Get("code") != "":
		return fmt.Sprintf("%d code", a.status)
	case location.Query().Get("error") != "":
		return fmt.Sprintf("%d %s", a.status, location.Query().Get("error"))
	case location.Path != "":
		return fmt.Sprintf("%d %s", a.status, location.Path)
	}
	return fmt.Sprintf("%d %s", a.status, readPage(a.body).title)
}

// onPage shows something of the login page.
func onPage(see func(answer) string, more ...string) func(*testing.T, *Provider) string {
	return func(t *testing.T, p *Provider) string { return see(newSurfer(t, p).authorize(more...)) }
}

// again logs in and then sends a second request in the same session.
func again(wait time.Duration, more ...string) func(*testing.T, *Provider) string {
	return func(t *testing.T, p *Provider) string {
		s := newSurfer(t, p)
		first := s.login(s.authorize())
		gomega.NewWithT(t).Expect(arrived(first)).To(gomega.Equal("303 code"))
		p.Clock().Advance(wait)
		return arrived(s.authorize(more...))
	}
}

func cookieSays(attribute string) func(answer) string {
	return func(a answer) string {
		return fmt.Sprint(strings.Contains(a.header.Get("Set-Cookie"), attribute))
	}
}

var (
	withForm    = frontOptions(LoginPassword, ConsentImplied)
	withConsent = frontOptions(LoginPassword, ConsentAsked)
)

var loginFaultCases = map[string]faultCase{
	ruleLoginCSRF: {opts: withForm, strict: "400 This page is out of date", off: "303 code", flow: func(t *testing.T, p *Provider) string {
		page := newSurfer(t, p).authorize()
		return arrived(newSurfer(t, p).login(page, "csrf_token", "x"))
	}},
	ruleConsentCSRF: {opts: withConsent, strict: "400 This page is out of date", off: "303 code", flow: func(t *testing.T, p *Provider) string {
		s := newSurfer(t, p)
		return arrived(s.consent(s.login(s.authorize()), "csrf_token", ""))
	}},
	ruleLogoutCSRF: {opts: withForm, strict: "400 This page is out of date", off: "200 Signed out", flow: func(t *testing.T, p *Provider) string {
		s := newSurfer(t, p)
		s.login(s.authorize())
		v := formOf(t, s.send(pathSignOut, nil))
		v.Set("csrf_token", "x")
		v.Set("action", "logout")
		return arrived(s.send(pathSignOut, v))
	}},
	ruleLoginPassword: {opts: withForm, strict: "200 Sign in", off: "303 code", flow: func(t *testing.T, p *Provider) string {
		s := newSurfer(t, p)
		return arrived(s.login(s.authorize(), "password", "wrong"))
	}},
	ruleLoginRedirect303: {opts: withForm, strict: "303 code", off: "307 code", flow: func(t *testing.T, p *Provider) string {
		s := newSurfer(t, p)
		return arrived(s.login(s.authorize()))
	}},
	ruleSessionRenewed: {opts: withForm, strict: "true", off: "false", flow: func(t *testing.T, p *Provider) string {
		s := newSurfer(t, p)
		page := s.authorize()
		before := s.cookie
		s.login(page)
		return fmt.Sprint(s.cookie != before)
	}},
	ruleSessionCookieHTTPOnly: {opts: withForm, strict: "true", off: "false", flow: onPage(cookieSays("; HttpOnly"))},
	ruleSessionCookieSameSite: {opts: withForm, strict: "true", off: "false", flow: onPage(cookieSays("; SameSite=Lax"))},
	ruleSessionCookieSecure:   {opts: withForm, strict: "true", off: "false", flow: onPage(cookieSays("; Secure"))},
	rulePagesNotFramed: {opts: withForm, strict: "true DENY", off: "false ", flow: onPage(func(a answer) string {
		return fmt.Sprint(strings.Contains(a.header.Get("Content-Security-Policy"), "frame-ancestors 'none'"), " ", a.header.Get("X-Frame-Options"))
	})},
	rulePagesNoReferrer: {opts: withForm, strict: "no-referrer", off: "unsafe-url", flow: onPage(func(a answer) string { return a.header.Get("Referrer-Policy") })},
	rulePagesNoStore:    {opts: withForm, strict: "no-store", off: "", flow: onPage(func(a answer) string { return a.header.Get("Cache-Control") })},
	ruleInputEscaped: {opts: withForm, strict: "false", off: "true", flow: onPage(func(a answer) string {
		return fmt.Sprint(strings.Contains(a.body, `"><svg/onload=x>+`))
	}, "login_hint", `"><svg/onload=x>+`)},
	rulePromptNoneSilent:  {opts: withForm, strict: "303 login_required", off: "200 Sign in", flow: onPage(arrived, "prompt", "none")},
	rulePromptLogin:       {opts: withForm, strict: "200 Sign in", off: "303 code", flow: again(0, "prompt", "login")},
	ruleMaxAge:            {opts: withForm, strict: "200 Sign in", off: "303 code", flow: again(time.Minute, "max_age", "30")},
	rulePublicClientAsked: {opts: withConsent, strict: "200 Allow access?", off: "303 code", flow: phoneAgain},
}

// phoneAgain agrees to a public client and then sends its request again.
func phoneAgain(t *testing.T, p *Provider) string {
	s := newSurfer(t, p)
	phone := []string{"client_id", "phone", "redirect_uri", "com.example.phone:/cb", "scope", "read"}
	first := s.consent(s.login(s.authorize(phone...)))
	gomega.NewWithT(t).Expect(arrived(first)).To(gomega.Equal("303 code"))
	return arrived(s.authorize(phone...))
}

func init() { maps.Copy(faultCases, loginFaultCases) }
