package mockidp

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onsi/gomega"
)

const deviceClient = "television"

// deviceClients are two public clients with the device grant, and one without.
func deviceClients() Option {
	device := func(id string) Client {
		return Client{ID: id, Public: true, GrantTypes: []string{GrantDeviceCode, GrantRefreshToken}, Scopes: []string{"openid", "read", "write"}, DefaultScopes: []string{"read"}}
	}
	return WithClients(append(plainClients(), device(deviceClient), device("other-television"))...)
}

// startDevice begins a device authorization.
func startDevice(p *Provider, more ...string) answer {
	return ask(p, sent{path: pathDeviceAuthorization, form: with(url.Values{"client_id": {deviceClient}}, more...)})
}

func poll(p *Provider, a answer, more ...string) answer {
	return ask(p, sent{form: with(url.Values{"grant_type": {GrantDeviceCode}, "client_id": {deviceClient}, "device_code": {a.str("device_code")}}, more...)})
}

func deviceProvider(t *testing.T, opts ...Option) (*Provider, *ManualClock) {
	clock := NewManualClock(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
	return newProvider(t, append(opts, deviceClients(), WithClock(clock))...), clock
}

// A device gets its tokens once the user has allowed it, and once only.
func TestDeviceAuthorization(t *testing.T) {
	g := gomega.NewWithT(t)
	p, clock := deviceProvider(t)
	a := startDevice(p, "scope", "openid read")
	g.Expect(a.status).To(gomega.Equal(200), a.body)
	g.Expect(a.header.Get("Cache-Control")).To(gomega.Equal("no-store"))
	user := a.str("user_code")
	g.Expect(user).To(gomega.MatchRegexp(`^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$`))
	g.Expect(a.doc).To(gomega.Equal(map[string]any{
		"device_code": a.str("device_code"), "user_code": user, "expires_in": 600.0, "interval": 5.0,
		"verification_uri": p.Issuer() + pathDevice, "verification_uri_complete": p.Issuer() + pathDevice + "?user_code=" + user,
	}))
	g.Expect(p.PendingDevices()).To(gomega.Equal([]string{user}))
	g.Expect(outcome(poll(p, a))).To(gomega.Equal("400 authorization_pending"))
	clock.Advance(5 * time.Second)
	g.Expect(p.ApproveDevice(strings.ToLower(strings.ReplaceAll(user, "-", " ")), UserBob)).To(gomega.Succeed())
	g.Expect(p.PendingDevices()).To(gomega.BeEmpty())
	g.Expect(p.ApproveDevice(user, "")).To(gomega.MatchError(gomega.ContainSubstring("has its answer already")))
	got := poll(p, a)
	g.Expect(outcome(got)).To(gomega.Equal("200 token"), got.body)
	g.Expect(got.str("refresh_token")).NotTo(gomega.BeEmpty())
	_, claims := verified(t, p, got.str("id_token"))
	g.Expect(claims["sub"]).To(gomega.Equal(UserBob))
	lineage := p.Lineage(got.str("access_token"))
	g.Expect(lineage[len(lineage)-1].Kind).To(gomega.Equal(KindDeviceCode))
	g.Expect(outcome(poll(p, a))).To(gomega.Equal("400 invalid_grant"), "the second time")
	g.Expect(outcome(tokenRequest(p, deviceClient, url.Values{"grant_type": {GrantRefreshToken}, "refresh_token": {got.str("refresh_token")}}))).To(gomega.Equal("200 token"))
}

func TestDeviceRefusals(t *testing.T) {
	g := gomega.NewWithT(t)
	p, clock := deviceProvider(t)
	a := startDevice(p)
	g.Expect(p.DenyDevice(a.str("user_code"))).To(gomega.Succeed())
	g.Expect(outcome(poll(p, a))).To(gomega.Equal("400 access_denied"))
	a = startDevice(p)
	g.Expect(outcome(poll(p, a, "client_id", "other-television"))).To(gomega.Equal("400 invalid_grant"), "another client")
	g.Expect(outcome(poll(p, a, "device_code", "made-up"))).To(gomega.Equal("400 invalid_grant"))
	g.Expect(outcome(poll(p, a, "device_code", ""))).To(gomega.Equal("400 invalid_request"))
	g.Expect(outcome(poll(p, a, "+device_code", "x"))).To(gomega.Equal("400 invalid_request"))
	clock.Advance(10*time.Minute - 1)
	g.Expect(outcome(poll(p, a))).To(gomega.Equal("400 authorization_pending"))
	clock.Advance(1)
	g.Expect(outcome(poll(p, a))).To(gomega.Equal("400 expired_token"))
	g.Expect(p.ApproveDevice(a.str("user_code"), "")).To(gomega.MatchError(gomega.ContainSubstring("may have expired")))
	g.Expect(p.ApproveDevice("nonsense", "")).NotTo(gomega.Succeed())
	g.Expect(p.ApproveDevice(startDevice(p).str("user_code"), "nobody")).To(gomega.MatchError(gomega.ContainSubstring("no user")))

	g.Expect(outcome(startDevice(p, "client_id", ""))).To(gomega.Equal("401 invalid_client"))
	g.Expect(outcome(startDevice(p, "client_id", ClientPublic))).To(gomega.Equal("400 unauthorized_client"))
	g.Expect(outcome(startDevice(p, "scope", "admin"))).To(gomega.Equal("400 invalid_scope"))
	g.Expect(ask(p, get(pathDeviceAuthorization)).status).To(gomega.Equal(405))
	doc := ask(p, get(oauthDocument)).doc
	g.Expect(doc["device_authorization_endpoint"]).To(gomega.Equal(p.Issuer() + pathDeviceAuthorization))
	g.Expect(doc["grant_types_supported"]).To(gomega.ContainElement(GrantDeviceCode))
	plain := newProvider(t)
	g.Expect(ask(plain, get(oauthDocument)).doc).NotTo(gomega.HaveKey("device_authorization_endpoint"))
	g.Expect(ask(plain, get(pathDevice)).status).To(gomega.Equal(404))
}

// A flow through slow_down to its tokens, over HTTP and with a clock of its own:
// the real one does not move.
func TestDeviceFlowThroughSlowDown(t *testing.T) {
	began := time.Now()
	synctest.Test(t, func(t *testing.T) {
		g := gomega.NewWithT(t)
		p, err := New(WithKeys(testKeys()), deviceClients())
		g.Expect(err).NotTo(gomega.HaveOccurred())
		defer func() { g.Expect(p.Close()).To(gomega.Succeed()) }()
		p.DevicePolls(2)
		client := p.HTTPClient()
		post := func(path string, form url.Values) answer {
			form.Set("client_id", deviceClient)
			r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, p.Issuer()+path, strings.NewReader(form.Encode()))
			g.Expect(err).NotTo(gomega.HaveOccurred())
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			resp, err := client.Do(r)
			g.Expect(err).NotTo(gomega.HaveOccurred())
			defer func() { _ = resp.Body.Close() }()
			a := answer{status: resp.StatusCode}
			body, err := io.ReadAll(resp.Body)
			g.Expect(err).NotTo(gomega.HaveOccurred())
			_ = json.Unmarshal(body, &a.doc)
			return a
		}
		a := post(pathDeviceAuthorization, url.Values{})
		interval := time.Duration(a.doc["interval"].(float64)) * time.Second
		var seen []string
		wait := []time.Duration{interval, time.Second, 7 * time.Second, 15 * time.Second, 15 * time.Second}
		for _, d := range wait {
			time.Sleep(d)
			seen = append(seen, outcome(post(pathToken, url.Values{"grant_type": {GrantDeviceCode}, "device_code": {a.str("device_code")}})))
		}
		g.Expect(seen).To(gomega.Equal([]string{
			"400 authorization_pending", // the first of two
			"400 slow_down",             // after 1 s, where 5 are due: from now on 10
			"400 slow_down",             // after 7 s, where 10 are due: from now on 15
			"400 authorization_pending",
			"200 token",
		}))
	})
	gomega.NewWithT(t).Expect(time.Since(began)).To(gomega.BeNumerically("<", 10*time.Second))
}

// The user types the code, compares it, and allows or refuses.
func TestDevicePages(t *testing.T) {
	g := gomega.NewWithT(t)
	p, _ := deviceProvider(t)
	browser := newSurfer(t, p)
	page := browser.send(pathDevice, nil)
	g.Expect(page.status).To(gomega.Equal(200))
	g.Expect(page.body).To(gomega.ContainSubstring(`<label for="user_code">`))
	g.Expect(page.header.Get("Content-Security-Policy")).To(gomega.ContainSubstring("frame-ancestors 'none'"))
	g.Expect(browser.send(pathDevice+"?user_code=%3Cscript%3E", nil).body).NotTo(gomega.ContainSubstring("<script>"))
	g.Expect(browser.send(pathDevice+"?user_code=BBBB-BBBB", nil).status).To(gomega.Equal(404))
	g.Expect(browser.send(pathDevice+"?user_code=%zz", nil).status).To(gomega.Equal(400))

	for action, want := range map[string]string{"allow": "200 token", "deny": "400 access_denied"} {
		a := startDevice(p)
		u, err := url.Parse(a.str("verification_uri_complete"))
		g.Expect(err).NotTo(gomega.HaveOccurred())
		page := browser.send(u.RequestURI(), nil)
		g.Expect(page.body).To(gomega.ContainSubstring(a.str("user_code")))
		g.Expect(page.body).To(gomega.ContainSubstring(deviceClient))
		g.Expect(page.body).NotTo(gomega.ContainSubstring(a.str("device_code")), "it is not for the user")
		form := url.Values{"action": {action}}
		for _, m := range hiddenInput.FindAllStringSubmatch(page.body, -1) {
			form.Set(m[1], m[2])
		}
		// Another browser, or one that is led here by another site, changes nothing.
		g.Expect(newSurfer(t, p).send(pathDevice, form).status).To(gomega.Equal(400))
		g.Expect(browser.send(pathDevice, url.Values{"action": {action}}).status).To(gomega.Equal(400))
		g.Expect(outcome(poll(p, a))).To(gomega.Equal("400 authorization_pending"))
		g.Expect(browser.send(pathDevice, form).status).To(gomega.Equal(200))
		g.Expect(outcome(poll(p, a))).To(gomega.Equal(want))
		g.Expect(browser.send(pathDevice, form).status).To(gomega.Equal(400), "a form is good once")
	}
}

// Where users log in, they do so on the way.
func TestDevicePageWithLogin(t *testing.T) {
	g := gomega.NewWithT(t)
	p, _ := deviceProvider(t, WithLogin(LoginPassword), WithUsers(User{Subject: "alice", Password: frontPassword}))
	browser := newSurfer(t, p)
	a := startDevice(p)
	fields := func(page answer, more ...string) url.Values {
		form := url.Values{}
		for _, m := range hiddenInput.FindAllStringSubmatch(page.body, -1) {
			form.Set(m[1], m[2])
		}
		return with(form, more...)
	}
	page := browser.send(pathDevice+"?user_code="+a.str("user_code"), nil)
	page = browser.send(pathDevice, fields(page, "action", "allow"))
	g.Expect(page.body).To(gomega.ContainSubstring(`name="password"`))
	page = browser.send(pathLogin, fields(page, "username", "alice", "password", frontPassword, "action", "login"))
	g.Expect(page.body).To(gomega.ContainSubstring("Device connected"), fmt.Sprint(page.status, page.header))
	got := poll(p, a)
	g.Expect(outcome(got)).To(gomega.Equal("200 token"))
	g.Expect(p.Lineage(got.str("access_token"))[0].Subject).To(gomega.Equal("alice"))
}
