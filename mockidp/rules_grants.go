package mockidp

// Rules of the grants at the token endpoint: RFC 6749 §4.1.3, §4.3, §6, RFC 7636
// §4.6, RFC 8707 §2.2, RFC 9700.
const (
	ruleClientGrantRegistered = "client-grant-registered"
	ruleCodeRequired          = "code-required"
	ruleCodeClientID          = "code-client-id-required"
	ruleCodeKnown             = "code-known"
	ruleCodeClientBound       = "code-client-bound"
	ruleCodeUnexpired         = "code-unexpired"
	ruleCodeSingleUse         = "code-single-use"
	ruleCodeRedirectURIBound  = "code-redirect-uri-bound"
	rulePKCEVerifierRequired  = "pkce-verifier-required"
	rulePKCEVerifierFormat    = "pkce-verifier-format"
	rulePKCEVerifierMatches   = "pkce-verifier-matches"
	rulePKCENoDowngrade       = "pkce-no-downgrade"
	rulePKCETransformed       = "pkce-verifier-transformed"
	ruleResourceWithinGrant   = "resource-within-grant"
	ruleRefreshKnown          = "refresh-known"
	ruleRefreshClientBound    = "refresh-client-bound"
	ruleRefreshSingleUse      = "refresh-single-use"
	ruleRefreshUnrevoked      = "refresh-unrevoked"
	ruleRefreshUnexpired      = "refresh-unexpired"
	ruleRefreshScopeWithin    = "refresh-scope-within"
	rulePasswordVerified      = "password-verified"
	ruleCodeSpentAtOnce       = "code-spent-at-once"
	ruleCodeReuseRevokes      = "code-reuse-revokes"
	ruleCodeUnpredictable     = "code-unpredictable"
	ruleCodeScopeBound        = "code-scope-bound"
	rulePKCESupported         = "pkce-supported"
	rulePKCEDigestEncoding    = "pkce-digest-encoding"
	ruleRefreshRotation       = "refresh-rotation"
	ruleRefreshReuseRevokes   = "refresh-reuse-revokes"
)

var grantRules = []Rule{{
	Name: ruleClientGrantRegistered, Clause: "RFC 6749 §5.2", Kind: KindRequest,
	Text: "The client is registered for the grant type.",
	Off:  "Every client may use every grant type that some client may use.",
}, {
	Name: ruleCodeRequired, Clause: "RFC 6749 §4.1.3", Kind: KindRequest,
	Text: "A request of the authorization code grant has a code.",
	Off:  "A request without one is answered as one with an unknown code.",
}, {
	Name: ruleCodeClientID, Clause: "RFC 6749 §3.2.1", Kind: KindRequest,
	Text: "A client that redeems a code without authenticating names itself by client_id.",
	Off:  "Whose code it is says which public client sent it.",
}, {
	Name: ruleCodeKnown, Clause: "RFC 6749 §4.1.3", Kind: KindRequest,
	Text: "The code is one that the provider issued.",
	Off:  "Any text is taken as a code of the first user, for the client's default scopes.",
}, {
	Name: ruleCodeClientBound, Clause: "RFC 6749 §4.1.3", Kind: KindRequest,
	Text: "The code was issued to the client that redeems it.",
	Off:  "Any client can redeem it.",
}, {
	Name: ruleCodeUnexpired, Clause: "RFC 6749 §4.1.2", Kind: KindRequest,
	Text: "The code has not expired.",
	Off:  "Codes do not expire.",
}, {
	Name: ruleCodeSingleUse, Clause: "RFC 6749 §4.1.2", Kind: KindRequest,
	Text: "The code is redeemed once.",
	Off:  "A code gives tokens as often as it is redeemed.",
}, {
	Name: ruleCodeRedirectURIBound, Clause: "RFC 6749 §4.1.3", Kind: KindRequest,
	Text: "redirect_uri is that of the authorization request, where it had one.",
	Off:  "redirect_uri is ignored.",
}, {
	Name: rulePKCEVerifierRequired, Clause: "RFC 9700 §4.8.2", Kind: KindRequest,
	Text: "A code that was asked for with a code_challenge is redeemed with a code_verifier.",
	Off:  "Without a code_verifier the code_challenge is forgotten.",
}, {
	Name: rulePKCEVerifierFormat, Clause: "RFC 7636 §4.1", Kind: KindRequest,
	Text: "code_verifier is 43 to 128 unreserved characters.",
	Off:  "Any code_verifier that fits is accepted.",
}, {
	Name: rulePKCEVerifierMatches, Clause: "RFC 7636 §4.6", Kind: KindRequest,
	Text: "code_verifier fits the code_challenge.",
	Off:  "Any code_verifier is accepted.",
}, {
	Name: rulePKCENoDowngrade, Clause: "RFC 9700 §4.8.2", Kind: KindRequest,
	Text: "A code that was asked for without a code_challenge is redeemed without a code_verifier.",
	Off:  "A code_verifier that nobody asked for is ignored.",
}, {
	Name: rulePKCETransformed, Clause: "RFC 7636 §4.6", Kind: KindRequest,
	Text: "code_verifier is transformed by the method of its code_challenge before the two are compared.",
	Off:  "A code_verifier that is the code_challenge itself is accepted too.",
}, {
	Name: ruleResourceWithinGrant, Clause: "RFC 8707 §2.2", Kind: KindRequest,
	Text: "A resource asked for when a grant is redeemed is one of the grant, where the grant names any.",
	Off:  "Any resource is accepted.",
}, {
	Name: ruleRefreshKnown, Clause: "RFC 6749 §6", Kind: KindRequest,
	Text: "The refresh token is one that the provider issued.",
	Off:  "Any text is taken as a refresh token of the first user, for the client's default scopes.",
}, {
	Name: ruleRefreshClientBound, Clause: "RFC 6749 §6", Kind: KindRequest,
	Text: "The refresh token was issued to the client that redeems it.",
	Off:  "Any client can redeem it.",
}, {
	Name: ruleRefreshSingleUse, Clause: "RFC 9700 §4.14.2", Kind: KindRequest,
	Text: "A refresh token that was rotated is not redeemed again, but within the client's grace window.",
	Off:  "A rotated refresh token stays good.",
}, {
	Name: ruleRefreshUnrevoked, Clause: "RFC 6749 §6", Kind: KindRequest,
	Text: "The refresh token has not been revoked.",
	Off:  "A revoked refresh token stays good.",
}, {
	Name: ruleRefreshUnexpired, Clause: "RFC 6749 §6", Kind: KindRequest,
	Text: "The refresh token has not expired.",
	Off:  "Refresh tokens do not expire.",
}, {
	Name: ruleRefreshScopeWithin, Clause: "RFC 6749 §6", Kind: KindRequest,
	Text: "The scope of a refresh request is no more than was granted.",
	Off:  "Any scope is granted as asked.",
}, {
	Name: rulePasswordVerified, Clause: "RFC 6749 §4.3.2", Kind: KindRequest,
	Text: "The password is the user's.",
	Off:  "Any password will do for a user who exists.",
}, {
	Name: ruleCodeSpentAtOnce, Clause: "RFC 6749 §4.1.2", Kind: KindResponse,
	Text: "A code is spent from the moment it is redeemed.",
	Off:  "It can be redeemed again for five seconds, as where the news takes that long from one server to the next.",
}, {
	Name: ruleCodeReuseRevokes, Clause: "RFC 6749 §4.1.2", Kind: KindResponse,
	Text: "When a code is redeemed again, all that it gave is revoked.",
	Off:  "The second request is refused, and what the first got stays good.",
}, {
	Name: ruleCodeUnpredictable, Clause: "RFC 6749 §10.10", Kind: KindResponse,
	Text: "A code is 256 random bits.",
	Off:  "Codes count up.",
}, {
	Name: ruleCodeScopeBound, Clause: "RFC 6749 §3.3", Kind: KindResponse,
	Text: "The tokens of a code have the scopes that were granted with it, and the answer says which.",
	Off:  "They have all scopes of the client, and the answer does not say so.",
}, {
	Name: rulePKCESupported, Clause: "RFC 9700 §2.1.1", Kind: KindResponse,
	Text: "The provider does PKCE, and says so.",
	Off:  "code_challenge and code_verifier mean nothing to it, and the metadata does not mention them.",
}, {
	Name: rulePKCEDigestEncoding, Clause: "RFC 7636 §4.6", Kind: KindResponse,
	Text: "With S256 the base64url of the digest is compared.",
	Off:  "Its hexadecimal digits are compared, so that no code_verifier fits.",
}, {
	Name: ruleRefreshRotation, Clause: "RFC 9700 §4.14.2", Kind: KindResponse,
	Text: "A refresh token is rotated: redeemed, it gives the next and is spent.",
	Off:  "No new refresh token is given, and the old one stays good.",
}, {
	Name: ruleRefreshReuseRevokes, Clause: "RFC 9700 §4.14.2", Kind: KindResponse,
	Text: "When a rotated refresh token is used again, its whole family is revoked.",
	Off:  "The request is refused, and the family stays good.",
}}
