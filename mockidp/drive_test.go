package mockidp

import (
	"context"
	"errors"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/onsi/gomega"
)

// authURL is an authorization request of the front client.
func authURL(p *Provider, more ...string) string {
	v := url.Values{
		"response_type": {"code"}, "client_id": {frontClient}, "redirect_uri": {frontCallback}, "scope": {"openid read"}, "state": {"a b&c"},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return strings.TrimSuffix(p.Issuer(), "/") + pathAuthorize + "?" + v.Encode()
}

// Drive reaches the client in every mode, in memory and over a port.
func TestDrive(t *testing.T) {
	for name, c := range map[string]struct {
		login   LoginMode
		consent ConsentMode
		pages   []string
	}{
		"automatic":        {LoginAutomatic, ConsentImplied, nil},
		"pick":             {LoginPick, ConsentImplied, []string{"Choose an account"}},
		"password":         {LoginPassword, ConsentImplied, []string{"Sign in"}},
		"consent":          {LoginPassword, ConsentAsked, []string{"Sign in", "Allow access?"}},
		"consent, no page": {LoginAutomatic, ConsentAsked, []string{"Allow access?"}},
	} {
		for _, mode := range []string{"query", "fragment", "form_post"} {
			t.Run(name+" "+mode, func(t *testing.T) {
				g := gomega.NewWithT(t)
				p := newProvider(t, frontOptions(c.login, c.consent)...)
				if mode == "fragment" {
					g.Expect(p.Listen("127.0.0.1:0")).To(gomega.Succeed())
				}
				l, err := p.Drive(context.Background(), authURL(p, "response_mode", mode), DriveOptions{User: "alice@example.com"})
				g.Expect(err).NotTo(gomega.HaveOccurred())
				g.Expect(l.Mode).To(gomega.Equal(mode))
				g.Expect(l.URL.String()).To(gomega.HavePrefix(frontCallback))
				g.Expect(l.Parameters.Get("code")).NotTo(gomega.BeEmpty())
				g.Expect(l.Parameters.Get("state")).To(gomega.Equal("a b&c"))
				g.Expect(l.Pages).To(gomega.Equal(c.pages))
			})
		}
	}
}

// The user can refuse, mistype, and come back; a jar is the browser's memory.
func TestDriveUser(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, withConsent...)
	drive := func(o DriveOptions, more ...string) (*Landing, error) {
		return p.Drive(context.Background(), authURL(p, more...), o)
	}
	l, err := drive(DriveOptions{Deny: true})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(l.Parameters.Get("error")).To(gomega.Equal("access_denied"))

	var stopped *DriveError
	_, err = drive(DriveOptions{Password: "wrong"})
	g.Expect(errors.As(err, &stopped)).To(gomega.BeTrue())
	g.Expect(stopped).To(gomega.Equal(&DriveError{200, "Sign in", wrongLogin}))
	_, err = drive(DriveOptions{}, "client_id", "nobody")
	g.Expect(errors.As(err, &stopped)).To(gomega.BeTrue())
	g.Expect(stopped.Status).To(gomega.Equal(400))
	_, err = drive(DriveOptions{User: "nobody"})
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("set User and Password")))
	_, err = p.Drive(context.Background(), "/authorize", DriveOptions{})
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("not the URL of an authorization request")))

	jar, _ := cookiejar.New(nil)
	l, err = drive(DriveOptions{Jar: jar}, "login_hint", "bob")
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(l.Pages).To(gomega.HaveLen(2))
	l, err = drive(DriveOptions{Jar: jar}, "prompt", "none")
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(l.Parameters).To(gomega.HaveKey("code"))
	g.Expect(l.Pages).To(gomega.BeEmpty())
}

// At a provider known by its address alone, name and password are needed.
func TestDriveOverTheNetwork(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, withForm...)
	g.Expect(p.Listen("127.0.0.1:0")).To(gomega.Succeed())
	_, err := Drive(context.Background(), p.HTTPClient(), authURL(p), DriveOptions{User: "alice"})
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("set User and Password")))
	l, err := Drive(context.Background(), p.HTTPClient(), authURL(p), DriveOptions{User: "alice", Password: frontPassword})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(l.Status).To(gomega.Equal(303))
}

// The client may live at the provider's own address.
func TestDriveSameOrigin(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, WithLogin(LoginPick), WithClients(Client{
		ID: frontClient, RedirectURIs: []string{"https://idp.test/app/callback"}, Scopes: []string{"openid", "read"}, GrantTypes: []string{GrantAuthorizationCode}}))
	l, err := p.Drive(context.Background(), authURL(p, "redirect_uri", "https://idp.test/app/callback"), DriveOptions{})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(l.URL.Path).To(gomega.Equal("/app/callback"))
}

// It takes no wall time in a bubble of synctest.
func TestDriveInSynctest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gomega.NewWithT(t)
		p := newProvider(t, withConsent...)
		l, err := p.Drive(t.Context(), authURL(p), DriveOptions{})
		g.Expect(err).NotTo(gomega.HaveOccurred())
		g.Expect(l.Parameters).To(gomega.HaveKey("code"))
	})
}

// FuzzReadPage reads any text as a page, and finds again what the templates
// write.
func FuzzReadPage(f *testing.F) {
	for _, s := range []string{"", "<", "<form", "<form>", "<form><input name=a value='b", "<input>", "</form><button>", "<!--", "<script>", "<p role=alert>x", "<form a=\"", "<h1>a<h1>b</h1>", "<p=>", "<a ==>", "<a b=>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		readPage(text)
		value := strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "")
		x := &exchange{set: &settings{}}
		rep := x.render(200, "password", pageView{Title: "t", Client: value, Hint: value}, nil, "")
		seen := readPage(string(rep.body))
		if len(seen.forms) != 1 || len(seen.forms[0].buttons) != 2 {
			t.Fatalf("%d forms", len(seen.forms))
		}
		if got := seen.forms[0].field("username").value; got != strings.ReplaceAll(strings.ReplaceAll(value, "\r\n", "\n"), "\r", "\n") && got != value {
			t.Fatalf("%q became %q", value, got)
		}
	})
}

// FuzzLoginForms sends anything to the pages: never a code, a server error, or
// an unescaped echo.
func FuzzLoginForms(f *testing.F) {
	for _, path := range []string{pathLogin, pathConsent, pathSignOut} {
		for _, body := range []string{"", "interaction=x&csrf_token=y", "%zz", "interaction=%00", "username=alice&password=x", "action=deny", "<svg onload=x>"} {
			f.Add(path, body, "mockidp_=x", "https://evil.example")
		}
	}
	p := fuzzProvider(f, withConsent...)
	f.Fuzz(func(t *testing.T, path, body, cookie, origin string) {
		for _, known := range []string{pathLogin, pathConsent, pathSignOut} {
			if path != known {
				continue
			}
			a := ask(p, sent{path: path, raw: body, header: map[string][]string{"Cookie": {cookie}, "Origin": {origin}}})
			if a.status >= 500 || a.header.Get("Location") != "" {
				t.Fatalf("%d to %q", a.status, a.header.Get("Location"))
			}
			if strings.Contains(body, "<") && strings.Contains(a.body, body) && len(body) > 8 {
				t.Fatalf("an echo: %s", a.body)
			}
		}
	})
}
