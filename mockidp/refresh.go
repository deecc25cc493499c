package mockidp

import "slices"

// redeemRefresh gives new tokens for a refresh token (RFC 6749 §6). The refresh
// token is rotated (RFC 9700 §4.14.2) unless the client keeps it.
func (x *exchange) redeemRefresh(c *Client, f form) (*tokenSet, *refusal) {
	now := x.p.clock.Now()
	value := f.get("refresh_token")
	if value == "" {
		return nil, refuse(errInvalidRequest, "refresh_token is missing")
	}
	t := x.p.grants.find(value, KindRefreshToken)
	if x.breaks(ruleRefreshKnown, t != nil, "a refresh token of this provider", "another") {
		return nil, refuse(errInvalidGrant, "the refresh token is not known")
	}
	if t == nil {
		if t = x.invented(c, GrantRefreshToken); t == nil {
			return nil, refuse(errInvalidGrant, "the refresh token is not known")
		}
		return x.codeTokens(t, nil, f), nil
	}
	g := t.grant
	if x.breaks(ruleRefreshClientBound, g.client == c.ID, "a refresh token of the client", "one of another client") {
		return nil, refuse(errInvalidGrant, "the refresh token is another client's")
	}
	if x.replaysRefresh(c, t) {
		return nil, x.refreshReplayed(t, false)
	}
	if x.breaks(ruleRefreshUnrevoked, !x.p.grants.revokedNow(t), "a refresh token that is not revoked", "a revoked one") {
		return nil, refuse(errInvalidGrant, "the refresh token has been revoked")
	}
	if x.breaks(ruleRefreshUnexpired, !t.expired(now), "a refresh token that has not expired", "an expired one") {
		return nil, refuse(errInvalidGrant, "the refresh token has expired")
	}
	scope, bad := x.scopeWithin(g, f.get("scope"))
	if bad != nil {
		return nil, bad
	}
	audience, bad := x.resourcesWithin(c, g, f)
	if bad != nil {
		return nil, bad
	}
	set := &tokenSet{grant: g, parent: t, scope: scope, audience: audience, idToken: slices.Contains(scope.scopes, "openid")}
	if c.KeepRefreshToken || !x.keeps(ruleRefreshRotation) {
		x.p.grants.touch(t, now)
		return set, nil
	}
	set.refresh = true
	if !x.p.grants.spend(t, now) && x.replaysRefresh(c, t) { // another request was faster
		return nil, x.refreshReplayed(t, true)
	}
	return set, nil
}

// replaysRefresh gives the verdict on the use of a token that has been rotated:
// within the client's grace window it is the same use once more.
func (x *exchange) replaysRefresh(c *Client, t *issued) bool {
	spent := x.p.grants.spentAt(t)
	first := spent.IsZero() || c.RefreshGrace > 0 && x.p.clock.Now().Before(spent.Add(c.RefreshGrace))
	return x.breaks(ruleRefreshSingleUse, first, "a refresh token that is redeemed for the first time", "one that was rotated")
}

// refreshReplayed refuses a rotated refresh token. Nobody can tell whether the
// client or a thief used it first, so the family ends (RFC 9700 §4.14.2). The
// replay is noted, unless it is already.
func (x *exchange) refreshReplayed(t *issued, noted bool) *refusal {
	now := x.p.clock.Now()
	if !noted {
		x.p.grants.replay(t, now)
	}
	if x.keeps(ruleRefreshReuseRevokes) {
		x.p.grants.revokeGrant(t.grant, now, "a rotated refresh token was used again")
	}
	return refuse(errInvalidGrant, "the refresh token has been used before")
}

// scopeWithin decides on the scope of a refresh request: it is no more than was
// granted, and all of that when it is left out (RFC 6749 §6).
func (x *exchange) scopeWithin(g *grant, requested string) (granted, *refusal) {
	if requested == "" {
		return granted{scopes: g.scopes}, nil
	}
	asked, ok := parseScope(requested)
	if !ok {
		return granted{}, refuse(errInvalidScope, "scope is not a list of scope tokens separated by single spaces")
	}
	within := !slices.ContainsFunc(asked, func(s string) bool { return !slices.Contains(g.scopes, s) })
	if x.breaks(ruleRefreshScopeWithin, within, "scopes that were granted", "another scope") {
		return granted{}, refuse(errInvalidScope, "a scope is asked for that was not granted")
	}
	return granted{scopes: asked}, nil
}
