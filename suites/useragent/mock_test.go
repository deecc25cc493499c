package useragent_test

import (
	"bytes"
	"net/http"
	"net/url"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/useragent"
)

const mockCallback = "https://client.example/callback"

// mock starts a provider whose users log in and are asked, and gives the walk of
// an authorization request.
func mock(t *testing.T, options ...mockidp.Option) (*target.Target, func(more ...string) useragent.Walk) {
	t.Helper()
	options = append([]mockidp.Option{mockidp.WithClients(mockidp.Client{
		ID: "lab", Public: true, RedirectURIs: []string{mockCallback}, Scopes: []string{"openid", "read"}, GrantTypes: []string{mockidp.GrantAuthorizationCode},
	}), mockidp.WithUsers(mockidp.User{Subject: "1", Username: "alice", Password: "correct horse"})}, options...)
	p, err := mockidp.New(options...)
	g := gomega.NewWithT(t)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(p.Listen("127.0.0.1:0")).To(gomega.Succeed())
	t.Cleanup(func() { _ = p.Close() })
	user := target.User{Name: "alice", Password: "correct horse"}
	tg := &target.Target{Issuer: p.Issuer(), Users: []target.User{user}}
	return tg, func(more ...string) useragent.Walk {
		q := url.Values{
			"response_type": {"code"}, "client_id": {"lab"}, "redirect_uri": {mockCallback}, "scope": {"openid read"}, "state": {"a b&c"},
			"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
		}
		for i := 0; i < len(more); i += 2 {
			q.Set(more[i], more[i+1])
		}
		return useragent.Walk{
			Step: "walk", Request: &check.Request{URL: p.Issuer() + "/authorize?" + q.Encode()}, RedirectURI: mockCallback, User: user, Send: sendPlain,
			Watch: []string{"https://evil.example"}, Context: t.Context(),
		}
	}
}

func sendPlain(_, _ string, r *check.Request) (*check.Response, error) {
	method := r.Method
	if method == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequest(method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	req.Header = r.Header
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var body bytes.Buffer
	_, err = body.ReadFrom(resp.Body)
	return &check.Response{URL: r.URL, Status: resp.StatusCode, Header: resp.Header, Body: body.Bytes()}, err
}

// The mock's own pages are got through, in each of its modes.
func TestMock(t *testing.T) {
	for name, c := range map[string]struct {
		options []mockidp.Option
		deny    bool
		more    []string
		actions []string
		mode    string
	}{
		"no page":           {nil, false, nil, nil, useragent.ModeQuery},
		"password":          {[]mockidp.Option{mockidp.WithLogin(mockidp.LoginPassword)}, false, nil, []string{useragent.LoggedIn}, useragent.ModeQuery},
		"password, consent": {[]mockidp.Option{mockidp.WithLogin(mockidp.LoginPassword), mockidp.WithConsent(mockidp.ConsentAsked)}, false, nil, []string{useragent.LoggedIn, useragent.Approved}, useragent.ModeQuery},
		"password, denial":  {[]mockidp.Option{mockidp.WithLogin(mockidp.LoginPassword), mockidp.WithConsent(mockidp.ConsentAsked)}, true, nil, []string{useragent.LoggedIn, useragent.Denied}, useragent.ModeQuery},
		"a list of users":   {[]mockidp.Option{mockidp.WithLogin(mockidp.LoginPick)}, false, nil, []string{useragent.LoggedIn}, useragent.ModeQuery},
		"a list, consent":   {[]mockidp.Option{mockidp.WithLogin(mockidp.LoginPick), mockidp.WithConsent(mockidp.ConsentAsked)}, false, nil, []string{useragent.LoggedIn, useragent.Approved}, useragent.ModeQuery},
		"form_post":         {[]mockidp.Option{mockidp.WithLogin(mockidp.LoginPassword)}, false, []string{"response_mode", "form_post"}, []string{useragent.LoggedIn}, useragent.ModeFormPost},
		"fragment":          {[]mockidp.Option{mockidp.WithLogin(mockidp.LoginPassword)}, false, []string{"response_mode", "fragment"}, []string{useragent.LoggedIn}, useragent.ModeFragment},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			tg, walk := mock(t, c.options...)
			d, err := useragent.For(tg)
			g.Expect(err).NotTo(gomega.HaveOccurred())
			session := useragent.NewSession()
			w := walk(c.more...)
			w.Deny = c.deny
			o, err := d.Walk(session, w)
			g.Expect(err).NotTo(gomega.HaveOccurred())
			g.Expect(o.Stuck).To(gomega.BeEmpty())
			g.Expect(o.Landing).NotTo(gomega.BeNil())
			g.Expect(o.Landing.Mode).To(gomega.Equal(c.mode))
			g.Expect(o.Landing.Get("state")).To(gomega.Equal("a b&c"))
			g.Expect(o.Actions).To(gomega.Equal(c.actions))
			if c.deny {
				g.Expect(o.Landing.Get("error")).To(gomega.Equal("access_denied"))
				return
			}
			g.Expect(o.Landing.Get("code")).NotTo(gomega.BeEmpty())
			o, err = d.Walk(session.Clone(), walk())
			g.Expect(err).NotTo(gomega.HaveOccurred())
			g.Expect(o.Logins()).To(gomega.BeZero(), "the session is logged in")
			g.Expect(o.Landing.Get("code")).NotTo(gomega.BeEmpty())
		})
	}
}

// A request that the mock refuses with a page, a wrong password, and a session
// that prompt=login does not use.
func TestMockRefuses(t *testing.T) {
	g := gomega.NewWithT(t)
	tg, walk := mock(t, mockidp.WithLogin(mockidp.LoginPassword))
	d, err := useragent.For(tg)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	o, err := d.Walk(useragent.NewSession(), walk("redirect_uri", "https://evil.example/x"))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(o.Stuck).To(gomega.BeEmpty())
	g.Expect(o.Page.Status).To(gomega.Equal(http.StatusBadRequest))
	g.Expect(o.Page.HTML).To(gomega.BeTrue())

	session := useragent.NewSession()
	for range 2 {
		o, err = d.Walk(session, walk("prompt", "login"))
		g.Expect(err).NotTo(gomega.HaveOccurred())
		g.Expect(o.Logins()).To(gomega.Equal(1))
		g.Expect(o.Landing.Get("code")).NotTo(gomega.BeEmpty())
	}

	w := walk()
	w.User.Password = "wrong password"
	o, err = d.Walk(useragent.NewSession(), w)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(o.Stuck).To(gomega.And(gomega.ContainSubstring("refused"), gomega.ContainSubstring("Sign in")))
	g.Expect(o.Stuck).NotTo(gomega.ContainSubstring("wrong password"))
	g.Expect(o.Actions).To(gomega.BeEmpty())
}
