package mockidp

// Rules of what is done with tokens afterwards: userinfo (OpenID Connect Core
// §5.3, RFC 6750), introspection (RFC 7662), revocation (RFC 7009) and the end of
// the session.
const (
	ruleBearerSingleMethod           = "bearer-single-method"
	ruleAccessTokenUnexpired         = "access-token-unexpired"
	ruleAccessTokenUnrevoked         = "access-token-unrevoked"
	ruleUserinfoScope                = "userinfo-scope"
	ruleIntrospectionAuthenticated   = "introspection-authenticated"
	ruleRevocationClientBound        = "revocation-client-bound"
	rulePostLogoutRegistered         = "post-logout-registered"
	ruleBearerChallenge              = "bearer-challenge"
	ruleUserinfoSub                  = "userinfo-sub"
	ruleIntrospectionForeignInactive = "introspection-foreign-inactive"
	ruleIntrospectionInactiveBare    = "introspection-inactive-bare"
	ruleRevocationUnknownOK          = "revocation-unknown-ok"
	ruleRevocationEffective          = "revocation-effective"
	ruleRevocationFamily             = "revocation-family"
)

var tokenUseRules = []Rule{{
	Name: ruleBearerSingleMethod, Clause: "RFC 6750 §2", Kind: KindRequest,
	Text: "An access token is presented by one method.",
	Off:  "The one in the Authorization header is used, else the one in the body, and the others are ignored.",
}, {
	Name: ruleAccessTokenUnexpired, Clause: "RFC 6750 §3.1", Kind: KindRequest,
	Text: "The access token has not expired.",
	Off:  "Access tokens do not expire at userinfo.",
}, {
	Name: ruleAccessTokenUnrevoked, Clause: "RFC 6750 §3.1", Kind: KindRequest,
	Text: "The access token has not been revoked, nor what it was made from.",
	Off:  "Revoked access tokens stay good at userinfo.",
}, {
	Name: ruleUserinfoScope, Clause: "OpenID Connect Core §5.3", Kind: KindRequest,
	Text: "The access token has the scope openid.",
	Off:  "Any access token will do.",
}, {
	Name: ruleIntrospectionAuthenticated, Clause: "RFC 7662 §2.1", Kind: KindRequest,
	Text: "Who introspects a token is a client with credentials.",
	Off:  "A public client may introspect tokens as well.",
}, {
	Name: ruleRevocationClientBound, Clause: "RFC 7009 §2.1", Kind: KindRequest,
	Text: "A client revokes its own tokens.",
	Off:  "Every client can revoke every token.",
}, {
	Name: rulePostLogoutRegistered, Clause: "OpenID Connect RP-Initiated Logout §3", Kind: KindRequest,
	Text: "post_logout_redirect_uri is one that the client has registered.",
	Off:  "The browser is sent to any post_logout_redirect_uri.",
}, {
	Name: ruleBearerChallenge, Clause: "RFC 6750 §3", Kind: KindResponse,
	Text: "A refused request for a protected resource is answered with a WWW-Authenticate challenge for Bearer.",
	Off:  "The answer has no WWW-Authenticate header.",
}, {
	Name: ruleUserinfoSub, Clause: "OpenID Connect Core §5.3.2", Kind: KindResponse,
	Text: "The userinfo answer has sub.",
	Off:  "It has none.",
}, {
	Name: ruleIntrospectionForeignInactive, Clause: "RFC 7662 §2.2", Kind: KindResponse,
	Text: "A token that does not concern the caller is inactive to it.",
	Off:  "Every client with credentials is told of every token.",
}, {
	Name: ruleIntrospectionInactiveBare, Clause: "RFC 7662 §2.2", Kind: KindResponse,
	Text: "Of an inactive token nothing is said but that it is inactive.",
	Off:  "Of a token that is known, all is said beside that it is inactive.",
}, {
	Name: ruleRevocationUnknownOK, Clause: "RFC 7009 §2.2", Kind: KindResponse,
	Text: "The revocation of an unknown token is answered 200.",
	Off:  "It is answered 400, invalid_request.",
}, {
	Name: ruleRevocationEffective, Clause: "RFC 7009 §2", Kind: KindResponse,
	Text: "A revoked token is no longer good.",
	Off:  "The answer is the same and the token stays good.",
}, {
	Name: ruleRevocationFamily, Clause: "RFC 7009 §2.1", Kind: KindResponse,
	Text: "With a refresh token the access tokens of the same grant are revoked.",
	Off:  "The refresh token alone is revoked.",
}}
