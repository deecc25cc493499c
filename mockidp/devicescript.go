package mockidp

import (
	"fmt"
	"slices"
	"time"
)

// forget drops the device authorizations of a client.
func (d *devices) forget(client string) {
	of := func(r *deviceRequest) bool { return r.client.ID == client }
	d.byCode.removeIf(of)
	d.byUserCode.removeIf(of)
}

// decide allows or refuses a pending device authorization.
func (d *devices) decide(r *deviceRequest, state deviceState, who *login) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r.state != devicePending {
		return false
	}
	r.state, r.who = state, who
	return true
}

// byTyped finds the device authorization of a user code that can still be used.
func (d *devices) byTyped(typed string, now time.Time) *deviceRequest {
	r, found, forgotten := d.byUserCode.get(typedUserCode(typed), now)
	if !found || forgotten || !now.Before(r.expires) {
		return nil
	}
	return r
}

// ApproveDevice lets a user allow what a device asks for, as on the page at the
// verification URI. The user code may be typed in any case; an empty user is the
// first. What cannot be allowed any more is an error.
func (p *Provider) ApproveDevice(userCode, user string) error {
	u := p.users.first()
	if user != "" {
		u = p.users.find(user)
	}
	if u == nil {
		return fmt.Errorf("mockidp: ApproveDevice: there is no user %q", user)
	}
	return p.decideDevice("ApproveDevice", userCode, deviceAllowed, &login{user: u, at: p.clock.Now()})
}

// DenyDevice refuses what a device asks for, as the user can on the page at the
// verification URI.
func (p *Provider) DenyDevice(userCode string) error {
	return p.decideDevice("DenyDevice", userCode, deviceRefused, nil)
}

func (p *Provider) decideDevice(what, userCode string, state deviceState, who *login) error {
	d := p.ext.devices
	r := d.byTyped(userCode, p.clock.Now())
	switch {
	case r == nil:
		return fmt.Errorf("mockidp: %s: no device waits with the user code %q; it may have expired", what, userCode)
	case !d.decide(r, state, who):
		return fmt.Errorf("mockidp: %s: the device with the user code %q has its answer already", what, userCode)
	}
	return nil
}

// DevicePolls scripts the device authorizations that begin from now on: each is
// answered authorization_pending n times and is then allowed by the first user. A
// negative n, the default, has them wait for [Provider.ApproveDevice],
// [Provider.DenyDevice] or the page.
func (p *Provider) DevicePolls(n int) {
	p.ext.devices.mu.Lock()
	defer p.ext.devices.mu.Unlock()
	p.ext.devices.script = n
}

// PendingDevices lists the user codes that wait for an answer, sorted.
func (p *Provider) PendingDevices() []string {
	d, now := p.ext.devices, p.clock.Now()
	var out []string
	for _, r := range d.byUserCode.values() {
		d.mu.Lock()
		if r.state == devicePending && now.Before(r.expires) {
			out = append(out, r.userCode)
		}
		d.mu.Unlock()
	}
	slices.Sort(out)
	return out
}
