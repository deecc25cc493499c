package interop

import (
	"net/url"
	"strings"
	"testing"

	"github.com/authassay/authassay/mockidp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/onsi/gomega"
)

// visit is an authorization request as the app makes it.
func visit(a *app, idp *mockidp.Provider, more ...string) string {
	v := url.Values{
		"response_type": {"code"}, "client_id": {appID}, "redirect_uri": {a.callback()}, "scope": {scopeOpenID}, "state": {`a b&"<c>`},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return idp.Issuer() + "/authorize?" + v.Encode()
}

// heading waits until a page has a heading that says so.
func (b *browser) heading(want string) {
	b.t.Helper()
	gomega.NewWithT(b.t).Eventually(func() string {
		h, err := chromedp.Run(b, chromedp.Evaluate[string](`document.querySelector("h1")?.textContent ?? ""`))
		if err != nil { // between two pages
			return err.Error()
		}
		return h
	}, "10s", "20ms").Should(gomega.Equal(want), "at %s", b.location())
}

func press(value string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(`button[value="` + value + `"]`))
}

// signIn types name and password and presses the button.
func (b *browser) signIn(name, password string) {
	b.t.Helper()
	get(b, chromedp.Evaluate[string](`document.getElementById("username").value = ""`))
	b.do(
		chromedp.SendKeys(chromedp.CSS("#username"), name),
		chromedp.SendKeys(chromedp.CSS("#password"), password),
		press("login"),
	)
}

// answer gives the one authorization response that came to the app.
func (a *app) answer(t *testing.T) arrival {
	t.Helper()
	g := gomega.NewWithT(t)
	all := a.arrived()
	g.Expect(all).To(gomega.HaveLen(1))
	g.Expect(all[0].parameters.Get("state")).To(gomega.Equal(`a b&"<c>`))
	return all[0]
}

// A person logs in with name and password; a wrong password gets a message that
// belongs to the fields, and another try.
func TestPasswordInBrowser(t *testing.T) {
	b := newBrowser(t)
	g := gomega.NewWithT(t)
	a := newApp(t)
	idp := startProvider(t, a, mockidp.WithLogin(mockidp.LoginPassword))
	b.do(chromedp.Navigate(visit(a, idp)))
	b.heading("Sign in")
	b.signIn(userName, "wrong")
	b.do(chromedp.WaitVisible(chromedp.CSS(`[role=alert]`)))
	g.Expect(get(b, chromedp.Text(chromedp.CSS("#error")))).To(gomega.Equal("The user name or the password is wrong."))
	g.Expect(get(b, chromedp.Evaluate[string](`document.activeElement.id`))).To(gomega.Equal("password"))
	g.Expect(a.arrived()).To(gomega.BeEmpty())
	b.signIn(userName, userPass)
	b.heading("Back at the album")
	g.Expect(a.answer(t).parameters.Get("code")).NotTo(gomega.BeEmpty())
	// Scripts do not see the session.
	b.do(chromedp.Navigate(idp.Issuer() + "/signout"))
	b.heading("Sign out?")
	g.Expect(get(b, chromedp.Evaluate[string](`document.cookie`))).To(gomega.BeEmpty())
	b.quiet()
}

// Consent is asked once, and can be refused.
func TestConsentInBrowser(t *testing.T) {
	b := newBrowser(t)
	g := gomega.NewWithT(t)
	a := newApp(t)
	idp := startProvider(t, a, mockidp.WithLogin(mockidp.LoginPick), mockidp.WithConsent(mockidp.ConsentAsked))
	b.do(chromedp.Navigate(visit(a, idp)))
	b.heading("Choose an account")
	b.do(press(otherUser))
	b.heading("Allow access?")
	g.Expect(get(b, chromedp.Text(chromedp.CSS("main")))).To(gomega.And(
		gomega.ContainSubstring("Bob Brown"), gomega.ContainSubstring(appID), gomega.ContainSubstring("See your email address")))
	b.do(press("deny"))
	b.heading("Back at the album")
	g.Expect(a.answer(t).parameters.Get("error")).To(gomega.Equal("access_denied"))

	b.do(chromedp.Navigate(visit(a, idp, "prompt", "none")))
	b.heading("Back at the album")
	g.Expect(a.answer(t).parameters.Get("error")).To(gomega.Equal("consent_required"))

	b.do(chromedp.Navigate(visit(a, idp)))
	b.heading("Allow access?") // still logged in
	b.do(press("allow"))
	b.heading("Back at the album")
	g.Expect(a.answer(t).parameters.Get("code")).NotTo(gomega.BeEmpty())

	b.do(chromedp.Navigate(visit(a, idp, "prompt", "none")))
	b.heading("Back at the album")
	g.Expect(a.answer(t).parameters.Get("code")).NotTo(gomega.BeEmpty())
	b.quiet()
}

// prompt=none shows nothing to a stranger.
func TestPromptNoneInBrowser(t *testing.T) {
	b := newBrowser(t)
	g := gomega.NewWithT(t)
	a := newApp(t)
	idp := startProvider(t, a, mockidp.WithLogin(mockidp.LoginPassword))
	b.do(chromedp.Navigate(visit(a, idp, "prompt", "none")))
	b.heading("Back at the album")
	g.Expect(a.answer(t).parameters.Get("error")).To(gomega.Equal("login_required"))
	b.quiet()
}

// form_post sends itself where scripts run, and has a button where they do not.
func TestFormPostInBrowser(t *testing.T) {
	b := newBrowser(t)
	g := gomega.NewWithT(t)
	a := newApp(t)
	idp := startProvider(t, a, mockidp.WithLogin(mockidp.LoginPassword))
	b.do(chromedp.Navigate(visit(a, idp, "response_mode", "form_post")))
	b.heading("Sign in")
	b.signIn(userName, userPass)
	b.heading("Back at the album")
	first := a.answer(t)
	g.Expect(first.method).To(gomega.Equal("POST"))
	g.Expect(first.parameters.Get("code")).NotTo(gomega.BeEmpty())
	b.quiet()

	_, err := chromedp.Call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	b.do(chromedp.Navigate(visit(a, idp, "response_mode", "form_post")))
	g.Expect(a.arrived()).To(gomega.BeEmpty())
	b.do(chromedp.Click(chromedp.CSS("button")))
	b.heading("Back at the album")
	g.Expect(a.answer(t).method).To(gomega.Equal("POST"))
}

// A client may send the user on to another origin after the callback. Browsers
// apply the form-action of the page with the form to that redirect too.
func TestRedirectGoesOn(t *testing.T) {
	b := newBrowser(t)
	a, other := newApp(t), newApp(t)
	a.home = other.URL + "/home"
	for _, mode := range []string{"query", "form_post"} {
		idp := startProvider(t, a, mockidp.WithLogin(mockidp.LoginPassword), mockidp.WithConsent(mockidp.ConsentAsked))
		b.do(chromedp.Navigate(visit(a, idp, "response_mode", mode)))
		b.heading("Sign in")
		b.signIn(userName, userPass)
		b.heading("Allow access?")
		b.do(press("allow"))
		b.heading("Home")
		a.answer(t)
	}
	b.quiet()
}

// Everything can be done with the keyboard alone.
func TestKeyboardOnly(t *testing.T) {
	b := newBrowser(t)
	g := gomega.NewWithT(t)
	a := newApp(t)
	idp := startProvider(t, a, mockidp.WithLogin(mockidp.LoginPassword), mockidp.WithConsent(mockidp.ConsentAsked))
	b.do(chromedp.Navigate(visit(a, idp)))
	b.heading("Sign in")
	b.do(chromedp.KeyEvent(userName+kb.Tab+userPass), chromedp.KeyEvent(kb.Enter))
	b.heading("Allow access?")
	var order []string
	for range 3 {
		b.do(chromedp.KeyEvent(kb.Tab))
		order = append(order, get(b, chromedp.Evaluate[string](`document.activeElement.value`)))
		outline := get(b, chromedp.Evaluate[string](`getComputedStyle(document.activeElement).outlineStyle`))
		g.Expect(outline).To(gomega.Equal("solid"), "the focus is to be seen")
	}
	g.Expect(order).To(gomega.Equal([]string{"allow", "deny", "switch"}))
	back := chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(kb.ModifierShift))
	b.do(back, back, chromedp.KeyEvent(kb.Enter)) // to Allow
	b.heading("Back at the album")
	g.Expect(a.answer(t).parameters.Get("code")).NotTo(gomega.BeEmpty())
	b.quiet()
}

// The pages cannot be framed, and can where the rule is off.
func TestFraming(t *testing.T) {
	b := newBrowser(t)
	g := gomega.NewWithT(t)
	a := newApp(t)
	idp := startProvider(t, a, mockidp.WithLogin(mockidp.LoginPassword))
	framed := func() string {
		b.do(chromedp.Navigate(a.URL + "/frame?of=" + url.QueryEscape(visit(a, idp))))
		return strings.Join(b.said(), "\n")
	}
	g.Expect(framed()).To(gomega.ContainSubstring("frame-ancestors 'none'"))
	g.Expect(idp.SetRule("pages-not-framed", mockidp.Off)).To(gomega.Succeed())
	// The page is there, since the browser sees its autofocus.
	g.Expect(framed()).To(gomega.And(gomega.ContainSubstring("autofocus"), gomega.Not(gomega.ContainSubstring("frame-ancestors"))))
}
