package mockidp

import (
	"fmt"
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"
)

func init() { maps.Copy(faultCases, deviceFaultCases) }

var withDevices = []Option{deviceClients()}

func startShows(see func(answer) string) func(*testing.T, *Provider) string {
	return func(_ *testing.T, p *Provider) string { return see(startDevice(p)) }
}

// polling begins a device authorization and shows what comes of polls.
func polling(do func(p *Provider, a answer) answer) func(*testing.T, *Provider) string {
	return func(_ *testing.T, p *Provider) string { return outcome(do(p, startDevice(p))) }
}

func approve(p *Provider, a answer) {
	if err := p.ApproveDevice(a.str("user_code"), ""); err != nil {
		panic(err)
	}
}

var deviceFaultCases = map[string]faultCase{
	ruleDeviceCodeUnpredictable: {opts: withDevices, strict: "false", off: "true", flow: startShows(func(a answer) string {
		return fmt.Sprint(strings.Contains(a.str("device_code"), a.str("user_code")))
	})},
	ruleDeviceExpiresIn: {opts: withDevices, flow: startShows(member("expires_in")), strict: "600", off: "absent"},
	ruleDeviceNoStore:   {opts: withDevices, flow: startShows(cacheHeaders), strict: "no-store/no-cache", off: "/"},
	ruleDeviceConfirmed: {opts: withDevices, strict: "400 authorization_pending", off: "200 token", flow: polling(func(p *Provider, a answer) answer {
		ask(p, get(pathDevice+"?user_code="+a.str("user_code")))
		return poll(p, a)
	})},
	ruleDeviceCSRF: {opts: withDevices, strict: "400 authorization_pending", off: "200 token", flow: polling(func(p *Provider, a answer) answer {
		page := ask(p, get(pathDevice+"?user_code="+a.str("user_code")))
		form := with(hiddenFields(page), "action", "allow", "csrf_token", "")
		ask(p, sent{path: pathDevice, form: form})
		return poll(p, a)
	})},
	ruleDeviceBound: {opts: withDevices, strict: "400 invalid_grant", off: "200 token", flow: polling(func(p *Provider, a answer) answer {
		approve(p, a)
		return poll(p, a, "client_id", "other-television")
	})},
	ruleDeviceUnexpired: {opts: withDevices, strict: "400 expired_token", off: "200 token", flow: polling(func(p *Provider, a answer) answer {
		approve(p, a)
		p.Clock().Advance(11 * time.Minute)
		return poll(p, a)
	})},
	ruleDeviceOnce: {opts: withDevices, strict: "400 invalid_grant", off: "200 token", flow: polling(func(p *Provider, a answer) answer {
		approve(p, a)
		poll(p, a)
		return poll(p, a)
	})},
	ruleDeviceInterval: {opts: withDevices, strict: "400 slow_down", off: "400 authorization_pending", flow: polling(func(p *Provider, a answer) answer {
		poll(p, a)
		return poll(p, a)
	})},
	ruleDeviceSlowDownGrows: {opts: withDevices, strict: "400 slow_down", off: "400 authorization_pending", flow: polling(func(p *Provider, a answer) answer {
		poll(p, a)
		poll(p, a) // too early: ten seconds from now on
		p.Clock().Advance(6 * time.Second)
		return poll(p, a)
	})},
}

// hiddenFields are the hidden fields of a page's form.
func hiddenFields(page answer) url.Values {
	form := url.Values{}
	for _, m := range hiddenInput.FindAllStringSubmatch(page.body, -1) {
		form.Set(m[1], m[2])
	}
	return form
}
