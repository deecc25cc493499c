package mockidp

import (
	"slices"
	"strconv"
)

// issueCode makes an authorization code for a grant.
func (x *exchange) issueCode(c *Client, g *grant) string {
	now := x.p.clock.Now()
	value := randomWord()
	if !x.keeps(ruleCodeUnpredictable) {
		value = strconv.FormatUint(100_000_000_000+x.p.ext.counter.Add(1), 10)
	}
	if g.challenge != "" && !x.keeps(rulePKCEChallengeHidden) {
		value += "." + encodeOctets([]byte(`{"code_challenge":"`+g.challenge+`","code_challenge_method":"`+g.challengeWay+`"}`))
	}
	x.p.grants.add(value, &issued{kind: KindCode, grant: g, scopes: g.scopes, audience: g.resources, at: now, expires: now.Add(c.CodeLifetime)})
	return value
}

// issueRefresh makes a refresh token. It is good for all scopes of the grant,
// however few were asked for this time (RFC 6749 §6).
func (x *exchange) issueRefresh(c *Client, g *grant, parent *issued, asked []string) string {
	now := x.p.clock.Now()
	value := randomWord()
	scopes := g.scopes
	if parent != nil && parent.kind == KindRefreshToken && !x.keeps(ruleRefreshScopeKept) {
		scopes = asked
	}
	if !x.keeps(ruleRefreshRedeemable) {
		return value
	}
	x.p.grants.add(value, &issued{
		kind: KindRefreshToken, grant: g, parent: parent, scopes: scopes, audience: g.resources,
		at: now, expires: now.Add(c.RefreshLifetime),
	})
	return value
}

// answerTokens issues what a token request came to and answers it.
func (x *exchange) answerTokens(c *Client, set *tokenSet) *reply {
	var refresh string
	access, _, err := x.issueAccess(c, set.grant, accessOptions{
		parent: set.parent, scopes: set.scope.scopes, audience: set.audience, claims: set.claims, lifetime: set.lifetime,
	})
	if err != nil {
		return x.cannotSign()
	}
	idToken := ""
	if set.idToken {
		if idToken, err = x.issueIDToken(c, set.grant, set.parent, idTokenExtras{accessToken: access}); err != nil {
			return x.cannotSign()
		}
	}
	if set.refresh && c.mayUseGrant(GrantRefreshToken) && (!x.offlineOnly(c) || slices.Contains(set.grant.scopes, scopeOffline)) {
		refresh = x.issueRefresh(c, set.grant, set.parent, set.scope.scopes)
	}
	x.revokeOrphans(c, set.grant)
	return x.tokenAnswer(c, set, access, refresh, idToken)
}

// revokeOrphans revokes what was issued to a client that was deleted while its
// request was under way. One that is deleted later takes it along (RFC 7592 §2.3).
func (x *exchange) revokeOrphans(c *Client, g *grant) {
	if c.ID != anonymousClient && x.p.registry.find(c.ID) == nil && x.keeps(ruleManagementRevokes) {
		x.p.grants.revokeGrant(g, x.p.clock.Now(), "the client was deleted")
	}
}

func (x *exchange) cannotSign() *reply {
	rep := text(503, "the signing key is not ready")
	x.noStore(rep)
	return rep
}
