package interop

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/authassay/authassay/mockidp"
	"github.com/chromedp/chromedp"
	"github.com/onsi/gomega"
	"golang.org/x/oauth2"
)

// television is a device without a browser.
func television() mockidp.Client {
	return mockidp.Client{
		ID: "television", Public: true, Scopes: []string{"films"},
		GrantTypes: []string{mockidp.GrantDeviceCode, mockidp.GrantRefreshToken},
	}
}

func televisionConfig(idp *mockidp.Provider) *oauth2.Config {
	return &oauth2.Config{ClientID: "television", Scopes: []string{"films"}, Endpoint: oauth2.Endpoint{
		TokenURL: idp.Issuer() + "/token", DeviceAuthURL: idp.Issuer() + "/device_authorization", AuthStyle: oauth2.AuthStyleInParams}}
}

// golang.org/x/oauth2 polls at its own pace until the user has decided. In a
// bubble of synctest that takes no time.
func TestGoDevice(t *testing.T) {
	for name, decide := range map[string]func(*mockidp.Provider, string) error{
		"":              func(p *mockidp.Provider, code string) error { return p.ApproveDevice(code, userName) },
		"access_denied": func(p *mockidp.Provider, code string) error { return p.DenyDevice(code) },
		"expired_token": func(*mockidp.Provider, string) error { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := gomega.NewWithT(t)
				idp, err := mockidp.New(users(), mockidp.WithClients(television()))
				g.Expect(err).NotTo(gomega.HaveOccurred())
				defer func() { g.Expect(idp.Close()).To(gomega.Succeed()) }()
				ctx := context.WithValue(t.Context(), oauth2.HTTPClient, idp.HTTPClient())
				c := televisionConfig(idp)
				device, err := c.DeviceAuth(ctx)
				g.Expect(err).NotTo(gomega.HaveOccurred())
				time.AfterFunc(17*time.Second, func() {
					_ = decide(idp, device.UserCode) // what went wrong shows in the answer
				})
				token, err := c.DeviceAccessToken(ctx, device)
				switch name {
				case "":
					g.Expect(err).NotTo(gomega.HaveOccurred())
					g.Expect(token.Valid()).To(gomega.BeTrue())
					g.Expect(token.RefreshToken).NotTo(gomega.BeEmpty())
				case "expired_token":
					// Client and provider count to the same moment: either may be first.
					g.Expect(err).To(gomega.Or(gomega.MatchError(gomega.ContainSubstring(name)), gomega.MatchError(context.DeadlineExceeded)))
				default:
					g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring(name)))
				}
			})
		})
	}
}

// The user of a device compares the code, logs in and agrees.
func TestDeviceInBrowser(t *testing.T) {
	b := newBrowser(t)
	g := gomega.NewWithT(t)
	idp := mockidp.Start(t, users(), mockidp.WithClients(television()), mockidp.WithLogin(mockidp.LoginPassword), mockidp.WithConsent(mockidp.ConsentAsked))
	ctx := context.WithValue(t.Context(), oauth2.HTTPClient, &http.Client{Transport: idp.HTTPClient().Transport})
	device, err := televisionConfig(idp).DeviceAuth(ctx)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	dir := screenshots(t)
	b.do(chromedp.Navigate(device.VerificationURI))
	b.heading("Connect a device")
	b.look(dir, "device-code")
	b.do(chromedp.SendKeys(chromedp.CSS("#user_code"), device.UserCode), chromedp.Click(chromedp.CSS("button")))
	b.do(chromedp.WaitVisible(chromedp.CSS(`button[value=allow]`)))
	g.Expect(get(b, chromedp.Text(chromedp.CSS("main")))).To(gomega.ContainSubstring(device.UserCode))
	b.look(dir, "device-confirm")
	b.do(press("allow"))
	b.heading("Sign in")
	b.signIn(userName, userPass)
	b.heading("Allow access?")
	b.do(press("allow"))
	b.heading("Device connected")
	b.look(dir, "device-done")
	b.quiet()
	g.Expect(idp.PendingDevices()).To(gomega.BeEmpty())
}
