package mockidp

import (
	"slices"
)

var introspectionParameters = []string{"token", "token_type_hint", "client_id", "client_secret", "client_assertion", "client_assertion_type"}

// tokenForm reads the form of a request about a token, and who sent it.
func (x *exchange) tokenForm() (form, *Client, *reply) {
	f, rep := x.bodyForm()
	if rep != nil {
		return nil, nil, rep
	}
	if name := f.repeated(introspectionParameters); x.breaks(ruleParametersUnrepeated, name == "", "each parameter once", name+" more than once") {
		return nil, nil, x.refused(refuse(errInvalidRequest, name+" is sent more than once"))
	}
	client, bad := x.authenticate(f)
	if bad != nil {
		return nil, nil, x.refused(bad)
	}
	return f, client, nil
}

// introspect says what a token is (RFC 7662 §2). Who asks must be a client with
// credentials: else anyone could try out tokens.
func (x *exchange) introspect() *reply {
	f, caller, rep := x.tokenForm()
	if rep != nil {
		return rep
	}
	if x.breaks(ruleIntrospectionAuthenticated, !caller.Public, "client authentication", "a public client") {
		return x.refused(failedAuthentication())
	}
	if f.get("token") == "" {
		return x.refused(refuse(errInvalidRequest, "token is missing"))
	}
	now := x.p.clock.Now()
	t := x.p.grants.find(f.get("token"), KindAccessToken, KindRefreshToken)
	active := t != nil && x.p.grants.live(t, now)
	if active && !x.mayIntrospect(caller, t) && x.keeps(ruleIntrospectionForeignInactive) {
		active = false
	}
	switch {
	case active:
		return x.document("introspect", caller, x.introspection(t, object{"active": true}))
	case t != nil && !x.keeps(ruleIntrospectionInactiveBare):
		return x.document("introspect", caller, x.introspection(t, object{"active": false}))
	}
	return x.document("introspect", caller, object{"active": false})
}

// mayIntrospect reports whether a token concerns the client: it is its own, or
// meant for it, or the client is a resource server that may see all.
func (x *exchange) mayIntrospect(c *Client, t *issued) bool {
	return c.ID == t.grant.client || c.MayIntrospect || slices.Contains(t.audience, c.ID)
}

// introspection is what there is to say of a token (RFC 7662 §2.2).
func (x *exchange) introspection(t *issued, doc object) object {
	g := t.grant
	if t.kind == KindAccessToken {
		for name, value := range x.accessTokenClaims(t) {
			doc[name] = value
		}
		doc["token_type"] = "Bearer"
	} else {
		doc["iss"], doc["sub"], doc["client_id"] = x.issuer(), g.subject, g.client
		doc["iat"], doc["exp"] = t.at.Unix(), t.expires.Unix()
		if len(t.scopes) > 0 {
			doc["scope"] = joinScope(t.scopes)
		}
	}
	if g.user != nil {
		doc["username"] = g.user.Username
	}
	x.setClaims(doc, InIntrospection, g, t.scopes)
	return doc
}
