package mockidp

import "slices"

// passwordGrant gives tokens for a user's name and password (RFC 6749 §4.3).
func (x *exchange) passwordGrant(c *Client, f form) (*tokenSet, *refusal) {
	username, password := f.get("username"), f.get("password")
	if x.breaks(rulePasswordParameters, username != "" && password != "", "username and password", "one of them, or neither") {
		return nil, refuse(errInvalidRequest, "username or password is missing")
	}
	scope, bad := x.grantScope(c, f.get("scope"))
	if bad != nil {
		return nil, bad
	}
	audience, bad := x.resources(c, f)
	if bad != nil {
		return nil, bad
	}
	u := x.p.users.find(username)
	if u == nil {
		return nil, wrongPassword()
	}
	if x.breaks(rulePasswordVerified, u.passwordIs(password), "the user's password", "another") {
		return nil, wrongPassword()
	}
	g := x.p.grants.begin(&grant{
		kind: GrantPassword, client: c.ID, user: u, subject: u.Subject, scopes: scope.scopes, resources: audience,
		params: remembered(f), authTime: x.p.clock.Now(), amr: []string{"pwd"},
	})
	return &tokenSet{grant: g, scope: scope, audience: audience, refresh: true, idToken: slices.Contains(scope.scopes, "openid")}, nil
}

// wrongPassword is the same for an unknown user, so that it tells no one who
// exists.
func wrongPassword() *refusal {
	return refuse(errInvalidGrant, "the username or the password is not right")
}

// clientCredentials gives a client an access token of its own (RFC 6749 §4.4).
// No user is involved, so the subject is the client (RFC 9068 §2.2).
func (x *exchange) clientCredentials(c *Client, f form) (*tokenSet, *refusal) {
	if f.get("scope") == "" && x.varies(varScopeRequired) {
		return nil, refuse(errInvalidScope, "scope is missing, and there is no default")
	}
	scope, bad := x.grantScope(c, f.get("scope"))
	if bad != nil {
		return nil, bad
	}
	audience, bad := x.resources(c, f)
	if bad != nil {
		return nil, bad
	}
	g := x.p.grants.begin(&grant{
		kind: GrantClientCredentials, client: c.ID, subject: c.ID, scopes: scope.scopes, resources: audience, params: remembered(f),
	})
	return &tokenSet{grant: g, scope: scope, audience: audience}, nil
}
