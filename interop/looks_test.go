package interop

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/authassay/authassay/mockidp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/onsi/gomega"
)

// audit lists what is wrong with the page in the tab for people who cannot see
// well, use no mouse, or have a small screen.
const audit = `(() => {
  const wrong = [];
  const name = e => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + " " + (e.textContent || "").trim().slice(0, 30);
  if (document.documentElement.lang !== "en") wrong.push("no lang");
  if (document.querySelectorAll("h1").length !== 1) wrong.push("not one h1");
  if (!document.title) wrong.push("no title");
  if (document.querySelectorAll("main").length !== 1) wrong.push("not one main");
  const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
  if (new Set(ids).size !== ids.length) wrong.push("an id twice");
  for (const e of document.querySelectorAll("input:not([type=hidden])")) {
    if (!e.labels || e.labels.length !== 1) wrong.push("no label: " + name(e));
    if (!e.autocomplete) wrong.push("no autocomplete: " + name(e));
  }
  for (const e of document.querySelectorAll("[aria-describedby]"))
    if (!document.getElementById(e.getAttribute("aria-describedby"))) wrong.push("described by nothing: " + name(e));
  for (const e of document.querySelectorAll("button")) if (!e.textContent.trim()) wrong.push("a button without text");
  for (const e of document.querySelectorAll("button, input:not([type=hidden])"))
    if (e.getBoundingClientRect().height < 24) wrong.push("too small to hit: " + name(e)); // WCAG 2.2, 2.5.8
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) wrong.push("wider than the window");
  const rgb = s => { const n = s.match(/[\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
  const light = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] === 1) return c; } return [255, 255, 255, 1]; };
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.checkVisibility() || e.tagName === "SCRIPT") continue;
    const c = contrast(rgb(getComputedStyle(e).color), ground(e)); // WCAG 2.2, 1.4.3
    if (c < 4.5) wrong.push("contrast " + c.toFixed(2) + ": " + name(e));
  }
  for (const e of document.querySelectorAll("input:not([type=hidden]), button.plain")) {
    const c = contrast(rgb(getComputedStyle(e).borderTopColor), ground(e.parentElement)); // WCAG 2.2, 1.4.11
    if (c < 3) wrong.push("contrast of the border " + c.toFixed(2) + ": " + name(e));
  }
  return wrong;
})()`

// look audits the page in the tab on a desktop and on a phone, light and dark,
// and takes a picture of each.
func (b *browser) look(dir, name string) {
	b.t.Helper()
	g := gomega.NewWithT(b.t)
	for _, screen := range []struct {
		name          string
		width, height int64
	}{{"desktop", desktopWidth, desktopHeight}, {"phone", phoneWidth, phoneHeight}} {
		for _, scheme := range []string{"light", "dark"} {
			_, err := chromedp.Call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
			g.Expect(err).NotTo(gomega.HaveOccurred())
			b.do(chromedp.EmulateViewport(screen.width, screen.height))
			title := name + "-" + screen.name + "-" + scheme
			picture := get(b, chromedp.CaptureScreenshot())
			g.Expect(os.WriteFile(filepath.Join(dir, title+".png"), picture, 0o600)).To(gomega.Succeed())
			g.Expect(get(b, chromedp.Evaluate[[]string](audit))).To(gomega.BeEmpty(), title)
		}
	}
	b.do(chromedp.ResetViewport())
}

// screenshots is where pictures go: with AUTHASSAY_SCREENSHOTS set to a directory
// they stay there.
func screenshots(t *testing.T) string {
	if dir := os.Getenv("AUTHASSAY_SCREENSHOTS"); dir != "" {
		return dir
	}
	return t.TempDir()
}

// Every page is accessible and fits a phone.
func TestLooks(t *testing.T) {
	b := newBrowser(t)
	dir := screenshots(t)
	a := newApp(t)
	long := a.client()
	long.ID = strings.Repeat("a-client-with-a-long-name-", 4)
	long.Scopes = append(long.Scopes, "https://api.example.com/auth/"+strings.Repeat("photos.", 12)+"readonly")
	idp := startProvider(t, a, mockidp.WithClients(long), mockidp.WithLogin(mockidp.LoginPassword), mockidp.WithConsent(mockidp.ConsentAsked))
	pick := startProvider(t, a, mockidp.WithLogin(mockidp.LoginPick))

	b.do(chromedp.Navigate(visit(a, pick)))
	b.heading("Choose an account")
	b.look(dir, "pick")

	b.do(chromedp.Navigate(visit(a, idp)))
	b.heading("Sign in")
	b.look(dir, "login")
	b.signIn(userName, "wrong")
	b.do(chromedp.WaitVisible(chromedp.CSS(`[role=alert]`)))
	b.look(dir, "login-wrong")
	b.signIn(userName, userPass)
	b.heading("Allow access?")
	b.look(dir, "consent")
	b.do(chromedp.Navigate(visit(a, idp, "client_id", long.ID, "scope", strings.Join(long.Scopes, " "))))
	b.heading("Allow access?")
	b.look(dir, "consent-long")
	b.do(chromedp.Navigate(idp.Issuer() + "/signout"))
	b.heading("Sign out?")
	b.look(dir, "logout")
	b.do(press("logout"))
	b.heading("Signed out")
	b.look(dir, "signed-out")
	b.quiet()

	b.do(chromedp.Navigate(visit(a, idp, "redirect_uri", "https://evil.example/")))
	b.heading("This request cannot be answered")
	b.look(dir, "error")

	// What is posted to the callback of a client that does not answer stays on
	// the page long enough only without scripts.
	b.do(chromedp.Navigate("about:blank"))
	_, err := chromedp.Call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	automatic := startProvider(t, a)
	b.do(chromedp.Navigate(visit(a, automatic, "response_mode", "form_post")))
	b.look(dir, "form-post")
}
