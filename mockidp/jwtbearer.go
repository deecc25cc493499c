package mockidp

// GrantJWTBearer is the grant that takes a JWT of a trusted issuer for an
// authorization (RFC 7523 §2.1).
const GrantJWTBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// The grants beyond RFC 6749, and what of their parameters does not repeat.
func init() {
	grantTypes = append(grantTypes,
		grantType{name: GrantDeviceCode, handle: (*exchange).redeemDevice, public: true},
		grantType{name: GrantTokenExchange, handle: (*exchange).exchangeToken, public: true},
		grantType{name: GrantJWTBearer, handle: (*exchange).bearerAssertion, public: true},
	)
	tokenParameters = append(tokenParameters, "device_code", "assertion",
		"requested_token_type", "subject_token", "subject_token_type", "actor_token", "actor_token_type")
}

var grantAssertionRules = assertionRules{
	signature: ruleGrantAssertionSignature, alg: ruleGrantAssertionAlg, headerKey: ruleGrantAssertionHeaderKey,
	critical: ruleGrantAssertionCritical, typ: ruleGrantAssertionTyp, audience: ruleGrantAssertionAudience,
	expiry: ruleGrantAssertionExpiry, unexpired: ruleGrantAssertionUnexpired, notBefore: ruleGrantAssertionNotBefore,
	lifetime: ruleGrantAssertionLifetime, once: ruleGrantAssertionOnce,
}

// bearerAssertion redeems an assertion (RFC 7523 §2.1, §3.1). Whatever is wrong
// with it is invalid_grant.
func (x *exchange) bearerAssertion(c *Client, f form) (*tokenSet, *refusal) {
	raw := f.get("assertion")
	if raw == "" {
		return nil, refuse(errInvalidRequest, "assertion is missing")
	}
	t, malformed := parseJWT(raw)
	if malformed != "" {
		return nil, refuse(errInvalidGrant, malformed)
	}
	if bad := x.trustedAssertion(t); bad != "" {
		return nil, refuse(errInvalidGrant, bad)
	}
	subject := t.str("sub")
	if subject == "" { // let through without
		subject = c.ID
	}
	user := x.assertedUser(subject)
	if user == nil {
		return nil, refuse(errInvalidGrant, "sub of the assertion cannot be a subject here")
	}
	scope, bad := x.grantScope(c, f.get("scope"))
	if bad != nil {
		return nil, bad
	}
	resources, bad := x.resources(c, f)
	if bad != nil {
		return nil, bad
	}
	// Last, so that a request that is refused for another reason can be mended.
	by := assertionBy{name: "issuer " + t.str("iss")}
	if bad := x.useAssertion(t, by, grantAssertionRules); bad != "" {
		return nil, refuse(errInvalidGrant, bad)
	}
	g := x.p.grants.begin(&grant{
		kind: GrantJWTBearer, client: c.ID, user: user, subject: user.Subject,
		scopes: scope.scopes, resources: resources, params: remembered(f),
	})
	return &tokenSet{grant: g, scope: scope, audience: resources}, nil
}
