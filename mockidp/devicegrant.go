package mockidp

import (
	"slices"
	"time"
)

// Error codes of RFC 8628 §3.5. access_denied is one too.
const (
	errAuthorizationPending = "authorization_pending"
	errSlowDown             = "slow_down"
	errExpiredToken         = "expired_token"
)

// redeemDevice answers a poll of the token endpoint (RFC 8628 §3.4, §3.5).
func (x *exchange) redeemDevice(c *Client, f form) (*tokenSet, *refusal) {
	code := f.get("device_code")
	if code == "" {
		return nil, refuse(errInvalidRequest, "device_code is missing")
	}
	now, d := x.p.clock.Now(), x.p.ext.devices
	r, found, forgotten := d.byCode.get(code, now)
	if !found || forgotten {
		return nil, refuse(errInvalidGrant, "the device code is not known")
	}
	if x.breaks(ruleDeviceBound, r.client.ID == c.ID, "the client that the device code was issued to", "another") {
		return nil, refuse(errInvalidGrant, "the device code is not of this client")
	}
	if x.breaks(ruleDeviceUnexpired, now.Before(r.expires), "a device code that has not expired", "an expired one") {
		return nil, refuse(errExpiredToken, "the device code has expired")
	}
	audience, bad := x.resourcesWithin(c, &grant{resources: r.resources}, f)
	if bad != nil {
		return nil, bad
	}
	who, bad := x.pollDevice(r, now)
	if bad != nil {
		return nil, bad
	}
	g := x.p.grants.begin(&grant{
		kind: GrantDeviceCode, client: c.ID, user: who.user, subject: who.user.Subject, scopes: r.scope.scopes,
		resources: r.resources, params: remembered(r.params, f), authTime: who.at, acr: who.acr, amr: who.amr,
	})
	if who.scopes != nil {
		g.scopes = slices.DeleteFunc(slices.Clone(g.scopes), func(s string) bool { return !slices.Contains(who.scopes, s) })
	}
	parent := x.p.grants.find(code, KindDeviceCode)
	if parent == nil {
		parent = x.p.grants.add(code, &issued{kind: KindDeviceCode, grant: g, scopes: g.scopes, audience: r.resources, at: r.expires.Add(-d.lifetime), expires: r.expires})
	}
	x.p.grants.spend(parent, now)
	scope := r.scope
	scope.scopes = g.scopes
	return &tokenSet{
		grant: g, parent: parent, scope: scope, audience: audience,
		refresh: true, idToken: slices.Contains(g.scopes, "openid"),
	}, nil
}

// pollDevice finds out how a device authorization stands. Of several polls that
// come after it was allowed one gets the login.
func (x *exchange) pollDevice(r *deviceRequest, now time.Time) (*login, *refusal) {
	d := x.p.ext.devices
	d.mu.Lock()
	defer d.mu.Unlock()
	early := !r.polled.IsZero() && now.Before(r.polled.Add(r.interval-pollTolerance))
	first := r.polled.IsZero()
	r.polled = now
	switch r.state {
	case deviceRefused:
		return nil, refuse(errAccessDenied, "the user refused the request")
	case deviceRedeemed:
		if x.breaks(ruleDeviceOnce, false, "a device code that was not redeemed", "one that was") {
			return nil, refuse(errInvalidGrant, "the device code was redeemed before")
		}
		return r.who, nil
	case devicePending:
		if !first && x.breaks(ruleDeviceInterval, !early, "a poll after the interval", "an earlier one") {
			if x.keeps(ruleDeviceSlowDownGrows) {
				r.interval += slowDownStep
			}
			return nil, refuse(errSlowDown, "the client polls too often")
		}
		if r.script < 0 || r.polls < r.script {
			r.polls++
			return nil, refuse(errAuthorizationPending, "the user has not answered yet")
		}
		u := x.p.users.first()
		if u == nil {
			return nil, refuse(errAccessDenied, "there is no user who could allow the request")
		}
		r.who = &login{user: u, at: now}
	}
	x.breaks(ruleDeviceOnce, true, "", "")
	r.state = deviceRedeemed
	return r.who, nil
}
