package mockidp

import (
	"slices"
	"time"
)

// invented is the grant of a code or refresh token that the provider never
// issued: of the first user, for all the client may have by default. Only a
// provider gives it whose rule about known codes or tokens is off.
func (x *exchange) invented(c *Client, kind string) *issued {
	u := x.p.users.first()
	if u == nil {
		return nil
	}
	g := x.p.grants.begin(&grant{kind: kind, client: c.ID, user: u, subject: u.Subject, scopes: c.DefaultScopes, authTime: x.p.clock.Now()})
	return &issued{grant: g}
}

// redeemCode exchanges an authorization code (RFC 6749 §4.1.3). The code is
// spent last, so that a request with a mistake in it does not use it up.
func (x *exchange) redeemCode(c *Client, f form) (*tokenSet, *refusal) {
	now := x.p.clock.Now()
	code := f.get("code")
	if x.breaks(ruleCodeRequired, code != "", "code", "none") {
		return nil, refuse(errInvalidRequest, "code is missing")
	}
	t := x.p.grants.find(code, KindCode)
	if x.breaks(ruleCodeKnown, t != nil, "a code of this provider", "another") {
		return nil, refuse(errInvalidGrant, "the code is not known")
	}
	if t == nil {
		if t = x.invented(c, GrantAuthorizationCode); t == nil {
			return nil, refuse(errInvalidGrant, "the code is not known")
		}
		return x.codeTokens(t, t.grant.resources, nil), nil
	}
	set, bad := x.redeemKnown(c, t, f, now)
	if bad != nil && x.varies(varCodeSpentByRefusal) {
		x.p.grants.revoke(t, now, "a request that was refused used the code up")
	}
	return set, bad
}

// redeemKnown exchanges a code that the provider issued.
func (x *exchange) redeemKnown(c *Client, t *issued, f form, now time.Time) (*tokenSet, *refusal) {
	g := t.grant
	if x.breaks(ruleCodeClientBound, g.client == c.ID, "a code of the client", "a code of another client") {
		return nil, refuse(errInvalidGrant, "the code is another client's")
	}
	if !x.p.grants.spentAt(t).IsZero() {
		if bad := x.codeReplayed(t, false); bad != nil {
			return nil, bad
		}
	} else if x.p.grants.revokedNow(t) {
		return nil, refuse(errInvalidGrant, "the code has been revoked")
	}
	if x.breaks(ruleCodeUnexpired, !t.expired(now), "a code that is younger than "+c.CodeLifetime.String(), "an expired code") {
		return nil, refuse(errInvalidGrant, "the code has expired")
	}
	if g.redirectURI != "" && x.breaks(ruleCodeRedirectURIBound, f.get("redirect_uri") == g.redirectURI, "the redirect_uri of the authorization request", "another redirect_uri, or none") {
		return nil, refuse(errInvalidGrant, "redirect_uri is not that of the authorization request")
	}
	if bad := x.checkVerifier(g, f); bad != nil {
		return nil, bad
	}
	audience, bad := x.resourcesWithin(c, g, f)
	if bad != nil {
		return nil, bad
	}
	if x.p.grants.spend(t, now) {
		x.breaks(ruleCodeSingleUse, true, "", "")
	} else if bad := x.codeReplayed(t, true); bad != nil { // another request was faster
		return nil, bad
	}
	set := x.codeTokens(t, audience, f)
	if !x.keeps(ruleCodeScopeBound) {
		set.scope = granted{scopes: c.Scopes, silent: true}
	}
	return set, nil
}

// spreadingTime is how long a provider whose rule code-spent-at-once is off takes
// to know that a code is spent.
const spreadingTime = 5 * time.Second

// codeReplayed refuses a code that has been redeemed before, and revokes what it
// gave (RFC 6749 §4.1.2). The replay is noted, unless it is already.
func (x *exchange) codeReplayed(t *issued, noted bool) *refusal {
	if x.p.clock.Now().Sub(x.p.grants.spentAt(t)) < spreadingTime && !x.keeps(ruleCodeSpentAtOnce) {
		return nil
	}
	if !x.breaks(ruleCodeSingleUse, false, "a code that is redeemed for the first time", "a code that was redeemed") {
		return nil
	}
	now := x.p.clock.Now()
	if !noted {
		x.p.grants.replay(t, now)
	}
	if x.keeps(ruleCodeReuseRevokes) {
		x.p.grants.revokeGrant(t.grant, now, "its authorization code was redeemed twice")
	}
	return refuse(errInvalidGrant, "the code has been redeemed before")
}

func (x *exchange) codeTokens(t *issued, audience []string, _ form) *tokenSet {
	set := &tokenSet{
		grant: t.grant, scope: granted{scopes: t.grant.scopes}, audience: audience,
		refresh: true, idToken: slices.Contains(t.grant.scopes, "openid"),
	}
	if t.kind != "" { // not invented
		set.parent = t
	}
	return set
}
