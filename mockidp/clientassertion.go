package mockidp

import (
	"slices"
	"strings"
)

var clientAssertionRules = assertionRules{
	signature: ruleAssertionSignature, alg: ruleAssertionAlg, headerKey: ruleAssertionHeaderKey,
	headerURL: ruleAssertionHeaderURL, keySecret: ruleAssertionKeyNotSecret,
	critical: ruleAssertionCritical, typ: ruleAssertionTyp, audience: ruleAssertionAudience,
	expiry: ruleAssertionExpiry, unexpired: ruleAssertionUnexpired, notBefore: ruleAssertionNotBefore,
	lifetime: ruleAssertionLifetime, id: ruleAssertionID, once: ruleAssertionOnce,
	skew: varAssertionSkew,
}

// authenticateByAssertion takes the client from a JWT (RFC 7521 §4.2, RFC 7523
// §2.2, §3; OpenID Connect Core §9). Whatever is wrong is invalid_client
// (RFC 7521 §4.2.1).
func (x *exchange) authenticateByAssertion(f form) (*Client, *refusal) {
	invalid := func(why string) (*Client, *refusal) { return nil, refuse(errInvalidClient, why) }
	if x.breaks(ruleAssertionType, f.get("client_assertion_type") == assertionType, assertionType, "another client_assertion_type or none") {
		return invalid("the client_assertion_type is not the one for JWTs")
	}
	value := f.get("client_assertion")
	if several := strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(" \t\r\n,", r) }); len(several) > 1 {
		if x.breaks(ruleAssertionSingle, false, "one JWT", "several") {
			return invalid("the client_assertion is more than one JWT")
		}
		value = several[0]
	}
	token, malformed := parseJWT(value)
	if malformed != "" {
		return invalid(malformed)
	}
	client := x.assertingClient(token, f.get("client_id"))
	if client == nil {
		return nil, x.unknownClient()
	}
	id := client.ID
	if x.breaks(ruleAssertionSubject, token.str("sub") == id, "sub with the client_id", "another sub or none") {
		return invalid("sub of the assertion is not the client")
	}
	if x.breaks(ruleAssertionIssuer, token.str("iss") == id, "iss with the client_id", "another iss or none") {
		return invalid("iss of the assertion is not the client")
	}
	if named := f.get("client_id"); named != "" && x.breaks(ruleAssertionClientID, named == id, "the client of the assertion", "another client_id") {
		return invalid("client_id is not the client of the assertion")
	}
	by := x.clientAsserts(client)
	if bad := x.checkAssertion(token, by, clientAssertionRules); bad != "" {
		return invalid(bad)
	}
	if bad := x.useAssertion(token, by, clientAssertionRules); bad != "" {
		return invalid(bad)
	}
	x.breaks(ruleConfidentialClientAuthenticates, true, "", "")
	x.breaks(ruleClientAuthenticationRequired, true, "", "")
	return client, nil
}

// assertingClient finds the client that an assertion is of: the subject says who
// it is. Where that is not to be looked at, the issuer or client_id says so.
func (x *exchange) assertingClient(t *jwtToken, clientID string) *Client {
	for _, id := range []string{t.str("sub"), t.str("iss"), clientID} {
		c := x.p.registry.find(id)
		if c != nil && (c.mayUse(ClientSecretJWT) || c.mayUse(PrivateKeyJWT)) {
			return c
		}
	}
	return nil
}

// clientAsserts gives the keys and algorithms of a client's assertions.
func (x *exchange) clientAsserts(c *Client) assertionBy {
	by := assertionBy{name: "client " + c.ID, algs: c.assertionAlgs(), typs: []string{"jwt", "client-authentication+jwt"}}
	by.auds = func() []string {
		names := x.ownNames()
		switch {
		case x.varies(varAssertionAudIssuer):
			return names[:1]
		case x.varies(varAssertionAudToken):
			return names[1:]
		case !x.p.servesPushed():
			return names
		}
		return append(names, x.id.endpoint(pathPushed)) // RFC 9126 §2
	}
	if c.AuthSigningAlg != "" {
		by.algs = []string{c.AuthSigningAlg}
	}
	if c.mayUse(ClientSecretJWT) {
		by.secret = []byte(c.Secret)
	}
	var seen uint64  // the fetch that the keys are of
	var fetched bool // for this assertion; once is enough
	by.keys = func(fresh bool) []verifyKey {
		if !c.mayUse(PrivateKeyJWT) || fresh && c.JWKSURI == "" {
			return nil
		}
		if c.JWKSURI == "" {
			return slices.Clone(c.keys)
		}
		if fetched {
			return nil
		}
		var keys []verifyKey
		var err error
		keys, seen, fetched, err = x.p.ext.keys.get(x.r.Context(), c.JWKSURI, x.p.clock.Now(), seen)
		if err != nil {
			return nil // the signature cannot be verified, so it is not right
		}
		return keys
	}
	return by
}
