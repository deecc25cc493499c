package mockidp

import "slices"

// grantMetadata adds what the grants bring along: the endpoints for tokens and
// users, and what they support.
func (x *exchange) grantMetadata(doc object) {
	x.issMetadata(doc)
	// The provider's default is true (OpenID Connect Discovery §3).
	doc["request_uri_parameter_supported"] = false
	credentials := slices.DeleteFunc(x.p.registry.authMethods(), func(m string) bool { return m == AuthMethodNone })
	doc["introspection_endpoint"] = x.id.endpoint(pathIntrospect)
	doc["introspection_endpoint_auth_methods_supported"] = credentials
	doc["revocation_endpoint"] = x.id.endpoint(pathRevoke)
	doc["revocation_endpoint_auth_methods_supported"] = x.p.registry.authMethods()
	if slices.Contains(x.p.servedGrants(), GrantAuthorizationCode) && x.keeps(ruleMetadataChallengeMethods) && x.keeps(rulePKCESupported) {
		methods := []string{challengeS256}
		if slices.ContainsFunc(x.p.registry.all(), func(c *Client) bool { return c.AllowPlainPKCE }) {
			methods = append(methods, challengePlain)
		}
		doc["code_challenge_methods_supported"] = methods
	}
	if x.p.servesOpenID() {
		doc["userinfo_endpoint"] = x.id.endpoint(pathUserinfo)
		doc["end_session_endpoint"] = x.id.endpoint(pathEndSession)
		doc["claims_supported"] = standardClaims()
	}
}
