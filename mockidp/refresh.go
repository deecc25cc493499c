package mockidp

import (
	"slices"
	"time"
)

// redeemRefresh gives new tokens for a refresh token (RFC 6749 §6). The refresh
// token is rotated (RFC 9700 §4.14.2) unless the client keeps it.
func (x *exchange) redeemRefresh(c *Client, f form) (*tokenSet, *refusal) {
	now := x.p.clock.Now()
	value := f.get("refresh_token")
	if x.breaks(ruleRefreshRequired, value != "", "refresh_token", "none") {
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
		if x.varies(varRefreshMismatchRevokes) {
			x.p.grants.revokeGrant(g, now, "another client presented a refresh token of it")
		}
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
	scope, bad := x.scopeWithin(t, f.get("scope"))
	if bad != nil {
		return nil, bad
	}
	audience, bad := x.resourcesWithin(c, g, f)
	if bad != nil {
		return nil, bad
	}
	set := &tokenSet{grant: g, parent: t, scope: scope, audience: audience, idToken: slices.Contains(scope.scopes, "openid") && !x.varies(varRefreshNoIDToken)}
	if c.KeepRefreshToken || !c.Public && x.varies(varRefreshKept) || !x.keeps(ruleRefreshRotation) {
		x.p.grants.touch(t, now)
		return set, nil
	}
	set.refresh = true
	if !x.keeps(ruleRefreshSpentAtomic) {
		select {
		case <-time.After(slowSpending):
		case <-x.r.Context().Done():
		}
		x.p.grants.spend(t, now)
		return set, nil
	}
	if !x.p.grants.spend(t, now) && x.replaysRefresh(c, t) { // another request was faster
		return nil, x.refreshReplayed(t, true)
	}
	return set, nil
}

// replaysRefresh gives the verdict on the use of a token that has been rotated:
// within the client's grace window it is the same use once more.
func (x *exchange) replaysRefresh(c *Client, t *issued) bool {
	spent := x.p.grants.spentAt(t)
	first := spent.IsZero() || x.varies(varRefreshUntilUsed) && !x.p.grants.successorUsed(t) || c.RefreshGrace > 0 && x.p.clock.Now().Before(spent.Add(c.RefreshGrace))
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

// scopeWithin decides on the scope of a refresh request: it is no more than the
// refresh token is good for, and all of that when it is left out (RFC 6749 §6).
func (x *exchange) scopeWithin(t *issued, requested string) (granted, *refusal) {
	all := granted{scopes: t.scopes}
	if requested == "" {
		return all, nil
	}
	asked, ok := parseScope(requested)
	if !ok {
		return granted{}, refuse(errInvalidScope, "scope is not a list of scope tokens separated by single spaces")
	}
	if !x.keeps(ruleRefreshScopeHeeded) {
		all.silent = true
		return all, nil
	}
	known := slices.DeleteFunc(slices.Clone(asked), func(s string) bool { return !slices.Contains(t.scopes, s) })
	if len(known) < len(asked) && x.varies(varScopeNarrowed) {
		if len(known) > 0 {
			return granted{scopes: known}, nil
		}
		return all, nil
	}
	if x.breaks(ruleRefreshScopeWithin, len(known) == len(asked), "scopes that were granted", "another scope") {
		return granted{}, refuse(errInvalidScope, "a scope is asked for that was not granted")
	}
	return granted{scopes: asked}, nil
}

// scopeOffline asks for a refresh token (OpenID Connect Core §11).
const scopeOffline = "offline_access"

// offlineOnly reports whether a client gets refresh tokens for offline access only.
func (x *exchange) offlineOnly(c *Client) bool {
	return c.OfflineOnly || x.varies(varRefreshOfflineOnly)
}

// slowSpending is how long a provider whose rule refresh-spent-atomically is off
// takes to note that a refresh token is spent.
const slowSpending = 100 * time.Millisecond

// successorUsed reports whether a token that came of t has been presented.
func (s *store) successorUsed(t *issued) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.all, func(o *issued) bool { return o.parent == t && len(o.uses) > 0 })
}
