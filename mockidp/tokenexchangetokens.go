package mockidp

import "strings"

// exchanged is a token that was brought to be exchanged, or that says who acts.
type exchanged struct {
	token     *issued // nil for a token of another issuer
	subject   string
	issuer    string // empty for the provider itself
	user      *User
	scopes    []string
	hasScopes bool
	claims    object
}

// exchangedToken finds out what a token is by what its type says (RFC 8693 §2.1,
// §3). The second result says what is wrong with it.
func (x *exchange) exchangedToken(c *Client, value, kind, rule string) (*exchanged, string) {
	kinds := map[string][]TokenKind{
		TokenTypeAccessToken: {KindAccessToken}, TokenTypeRefreshToken: {KindRefreshToken}, TokenTypeIDToken: {KindIDToken},
		TokenTypeJWT: {KindAccessToken, KindIDToken},
	}
	if kinds[kind] == nil && kind != "" {
		return nil, "is of a type that is not supported"
	}
	t := x.p.grants.find(value, KindAccessToken, KindRefreshToken, KindIDToken)
	if t == nil && kind == TokenTypeJWT {
		return x.exchangedAssertion(value, rule)
	}
	if t == nil {
		x.breaks(rule, false, "a token of the provider", "another")
		return x.believedToken(value, rule)
	}
	isKind := kind == "" || contains(kinds[kind], t.kind) && (kind != TokenTypeJWT || strings.Count(value, ".") == 2)
	if x.breaks(ruleExchangeTypeMatches, isKind, "a token of the type that is named", "a token of another type") {
		return nil, "is not of the type that is named"
	}
	now := x.p.clock.Now()
	if x.breaks(rule, x.p.grants.live(t, now), "a token that is live", "one that is not") {
		return nil, "has expired, was revoked or was redeemed"
	}
	// A refresh token is of use to its client alone (RFC 6749 §10.4).
	if t.kind == KindRefreshToken && t.grant.client != c.ID {
		return nil, "is a refresh token of another client"
	}
	x.p.grants.touch(t, now)
	return x.ownToken(t, value), ""
}

func contains(kinds []TokenKind, kind TokenKind) bool {
	for _, k := range kinds {
		if k == kind {
			return true
		}
	}
	return false
}

// ownToken describes a token of the provider. What it claims is in the token, or,
// where it is opaque, would be.
func (x *exchange) ownToken(t *issued, value string) *exchanged {
	e := &exchanged{
		token: t, subject: t.grant.subject, user: t.grant.user,
		scopes: t.scopes, hasScopes: t.kind != KindIDToken,
	}
	if parsed, malformed := parseJWT(value); malformed == "" {
		e.claims = parsed.claims
	} else if t.kind == KindAccessToken {
		e.claims = x.accessTokenClaims(t)
		x.setClaims(e.claims, InAccessToken, t.grant, t.scopes)
	}
	return e
}

// exchangedAssertion takes a JWT of an issuer that the provider trusts.
func (x *exchange) exchangedAssertion(value, rule string) (*exchanged, string) {
	t, malformed := parseJWT(value)
	if malformed != "" {
		x.breaks(rule, false, "a JWT", "something else")
		return nil, "is not a JWT"
	}
	before, refused := len(x.rec.Verdicts), x.rec.Refused
	if bad := x.trustedAssertion(t); bad != "" {
		if x.set.modes[rule] != Enforce {
			// It is believed all the same, so the request is refused for none of it.
			x.rec.Refused = refused
			for i := range x.rec.Verdicts[before:] {
				x.rec.Verdicts[before+i].Refused = false
			}
		}
		x.breaks(rule, false, "a JWT of the provider or of a trusted issuer", "another")
		return x.believedToken(value, rule)
	}
	x.breaks(rule, true, "", "")
	return x.foreignToken(t)
}

// believedToken is what a provider makes of a token that is not valid, whose rule
// about it is off: it believes a JWT as it stands.
func (x *exchange) believedToken(value, rule string) (*exchanged, string) {
	if x.set.modes[rule] == Enforce {
		return nil, "is not valid here"
	}
	t, malformed := parseJWT(value)
	if malformed != "" {
		return nil, "is not valid here"
	}
	return x.foreignToken(t)
}

func (x *exchange) foreignToken(t *jwtToken) (*exchanged, string) {
	user := x.assertedUser(t.str("sub"))
	if user == nil {
		return nil, "has no sub that could be a subject here"
	}
	e := &exchanged{subject: user.Subject, issuer: t.str("iss"), user: user, claims: t.claims}
	if scope, ok := t.claims["scope"].(string); ok {
		e.scopes, e.hasScopes = strings.Fields(scope), true
	} else if has(t.claims, "scope") { // to ignore it would give more than it says
		return nil, "has a scope that is not a string" // RFC 8693 §4.2
	}
	return e, ""
}

// checkMayAct applies the may_act claim of the subject token (RFC 8693 §4.4):
// where it names who may act, only that party may, as the actor or, where there is
// none, as the client. All claims of the name count. Where it has no issuer, the
// party is of this one, or of the one whose token says so.
func (x *exchange) checkMayAct(c *Client, subject, actor *exchanged) *refusal {
	named, ok := subject.claims["may_act"]
	if !ok {
		return nil
	}
	who, _ := asObject(named)
	acting, issuer := c.ID, x.issuer()
	if actor != nil {
		acting = actor.subject
		if actor.issuer != "" {
			issuer = actor.issuer
		}
	}
	sub, hasSub := who["sub"]
	clientID, hasClient := who["client_id"]
	iss, hasIss := who["iss"]
	may := (hasSub || hasClient) && (!hasSub || sub == acting) && (!hasClient || clientID == c.ID)
	if hasIss {
		may = may && iss == issuer
	} else {
		may = may && (issuer == x.issuer() || issuer == subject.issuer)
	}
	if x.breaks(ruleExchangeMayAct, may, "the party that may_act names", "another") {
		return refuse(errInvalidRequest, "the subject_token lets another party act")
	}
	return nil
}

// actClaim says who acts, and who acted before (RFC 8693 §4.1). Without an actor
// the new token tells what the old one told.
func (x *exchange) actClaim(subject, actor *exchanged) any {
	prior, _ := asObject(subject.claims["act"])
	if actor == nil {
		if prior == nil {
			return nil
		}
		return prior
	}
	act := object{"sub": actor.subject}
	if actor.issuer != "" {
		act["iss"] = actor.issuer
	}
	if prior != nil && x.keeps(ruleExchangeActChain) {
		act["act"] = prior
	}
	return act
}

// asObject is a claim that is a JSON object.
func asObject(value any) (object, bool) {
	switch v := value.(type) {
	case object:
		return v, true
	case map[string]any:
		return v, true
	}
	return nil, false
}
