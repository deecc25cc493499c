package mockidp

import "slices"

// GrantTokenExchange is the token exchange grant (RFC 8693 §2.1).
const GrantTokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange"

// The token type identifiers (RFC 8693 §3).
const (
	// TokenTypeAccessToken is an access token of the provider.
	TokenTypeAccessToken = "urn:ietf:params:oauth:token-type:access_token"
	// TokenTypeRefreshToken is a refresh token of the provider.
	TokenTypeRefreshToken = "urn:ietf:params:oauth:token-type:refresh_token"
	// TokenTypeIDToken is an ID token of the provider.
	TokenTypeIDToken = "urn:ietf:params:oauth:token-type:id_token"
	// TokenTypeJWT is a JWT: of the provider, or of an issuer that it trusts.
	TokenTypeJWT = "urn:ietf:params:oauth:token-type:jwt"
)

// exchangeToken redeems a token for another (RFC 8693 §2). What is wrong with the
// request or its tokens is invalid_request (§2.2.2).
func (x *exchange) exchangeToken(c *Client, f form) (*tokenSet, *refusal) {
	invalid := func(why string) (*tokenSet, *refusal) { return nil, refuse(errInvalidRequest, why) }
	if f.get("subject_token") == "" {
		return invalid("subject_token is missing")
	}
	kind := f.get("subject_token_type")
	if x.breaks(ruleExchangeSubjectType, kind != "", "subject_token_type", "none") {
		return invalid("subject_token_type is missing")
	}
	actorKind, hasActor := f.get("actor_token_type"), f.get("actor_token") != ""
	if x.breaks(ruleExchangeActorType, hasActor == (actorKind != ""), "actor_token_type with actor_token, and only with it", "one without the other") {
		return invalid("actor_token and actor_token_type come together or not at all")
	}
	issuedType, bad := x.requestedType(c, f.get("requested_token_type"))
	if bad != nil {
		return nil, bad
	}
	subject, why := x.exchangedToken(c, f.get("subject_token"), kind, ruleExchangeSubjectValid)
	if why != "" {
		return invalid("the subject_token " + why)
	}
	var actor *exchanged
	if hasActor {
		if actor, why = x.exchangedToken(c, f.get("actor_token"), actorKind, ruleExchangeActorValid); why != "" {
			return invalid("the actor_token " + why)
		}
	}
	if bad := x.checkMayAct(c, subject, actor); bad != nil {
		return nil, bad
	}
	scope, bad := x.exchangedScope(c, subject, f.get("scope"))
	if bad != nil {
		return nil, bad
	}
	audience, bad := x.exchangeTargets(c, f)
	if bad != nil {
		return nil, bad
	}
	g := x.p.grants.begin(&grant{
		kind: GrantTokenExchange, client: c.ID, user: subject.user, subject: subject.subject, scopes: scope.scopes,
		resources: audience, params: remembered(f), act: x.actClaim(subject, actor),
	})
	set := &tokenSet{grant: g, parent: subject.token, scope: scope, audience: audience, members: object{}}
	if x.keeps(ruleExchangeIssuedType) {
		set.members["issued_token_type"] = issuedType
	}
	return set, nil
}

// requestedType decides what is issued: an access token, which is a JWT where the
// client's are.
func (x *exchange) requestedType(c *Client, asked string) (string, *refusal) {
	supported := asked == "" || asked == TokenTypeAccessToken || asked == TokenTypeJWT && c.AccessTokenFormat == FormatJWT
	if x.breaks(ruleExchangeRequestedType, supported, "a type that can be issued", "another requested_token_type") {
		return "", refuse(errInvalidRequest, "the requested_token_type cannot be issued")
	}
	if asked == TokenTypeJWT && supported {
		return TokenTypeJWT, nil
	}
	return TokenTypeAccessToken, nil
}

// exchangedScope decides on the scope: what is asked for and the subject token
// has, or all that it has of what the client may have. A token that says nothing
// about scopes, as an ID token, leaves it to the client's registration.
func (x *exchange) exchangedScope(c *Client, subject *exchanged, asked string) (granted, *refusal) {
	scope, bad := x.grantScope(c, asked)
	if bad != nil || !subject.hasScopes {
		return scope, bad
	}
	beyond := func(s string) bool { return !slices.Contains(subject.scopes, s) }
	if asked == "" {
		scope.scopes = slices.DeleteFunc(slices.Clone(scope.scopes), beyond)
		return scope, nil
	}
	if x.breaks(ruleExchangeScope, !slices.ContainsFunc(scope.scopes, beyond), "scopes of the subject token", "another scope") {
		return granted{}, refuse(errInvalidScope, "a scope is asked for that the subject token does not have")
	}
	return scope, nil
}

// exchangeTargets reads resource and audience, which may both repeat (§2.1). The
// audiences that are known are clients, the resources of the client, and the
// provider itself.
func (x *exchange) exchangeTargets(c *Client, f form) ([]string, *refusal) {
	targets, bad := x.resources(c, f)
	if bad != nil {
		return nil, bad
	}
	known := func(name string) bool {
		return x.p.registry.find(name) != nil || slices.Contains(c.Resources, name) || slices.Contains(c.Audience, name) || name == x.issuer()
	}
	if names := f["audience"]; len(names) > 0 {
		unknown := slices.ContainsFunc(names, func(name string) bool { return !known(name) })
		if x.breaks(ruleExchangeTarget, !unknown, "audiences that are known", "another audience") {
			return nil, refuse(errInvalidTarget, "an audience is not known")
		}
		for _, name := range names {
			if !slices.Contains(targets, name) {
				targets = append(targets, name)
			}
		}
	}
	return targets, nil
}
