package mockidp

// Rules of refresh tokens and of the password grant: RFC 6749 §4.3, §6, RFC 9700
// §2.4, §4.14.2, OpenID Connect Core §11, §12. More of them are in rules_grants.go.
const (
	ruleRefreshRedeemable   = "refresh-redeemable"
	ruleRefreshRequired     = "refresh-token-required"
	ruleRefreshScopeHeeded  = "refresh-scope-heeded"
	ruleRefreshScopeKept    = "refresh-scope-kept"
	ruleRefreshSpentAtomic  = "refresh-spent-atomically"
	ruleRefreshSubjectKept  = "refresh-subject-kept"
	ruleOfflineConsented    = "offline-access-consented"
	rulePasswordParameters  = "password-parameters-required"
	rulePasswordRegistered  = "password-grant-registered"
	ruleTokenParametersUTF8 = "token-parameters-utf8"
)

var refreshRules = []Rule{{
	Name: ruleRefreshRedeemable, Clause: "RFC 6749 §6", Kind: KindResponse,
	Text: "A refresh token that is given can be redeemed.",
	Off:  "Refresh tokens are given and not kept, so that none of them is known later.",
}, {
	Name: ruleRefreshRequired, Clause: "RFC 6749 §6", Kind: KindRequest,
	Text: "A request of the refresh token grant has a refresh_token.",
	Off:  "A request without one is answered as one with an unknown refresh token.",
}, {
	Name: ruleRefreshScopeHeeded, Clause: "RFC 6749 §6", Kind: KindResponse,
	Text: "A refresh request that asks for less gets less, or is told what it got.",
	Off:  "Whatever scope a refresh request asks for, all that was granted is given, and the answer does not say so.",
}, {
	Name: ruleRefreshScopeKept, Clause: "RFC 6749 §6", Kind: KindResponse,
	Text: "A refresh token that comes of another has its scope, however little the request asked for.",
	Off:  "It has the scope of the access token that comes with it.",
}, {
	Name: ruleRefreshSpentAtomic, Clause: "RFC 9700 §4.14.2", Kind: KindResponse,
	Text: "Of several requests with one refresh token that come at the same time, one is served.",
	Off:  "A refresh token is looked at, and marked as spent a tenth of a second later: who comes in between is served too.",
}, {
	Name: ruleRefreshSubjectKept, Clause: "OpenID Connect Core §12.2", Kind: KindResponse,
	Text: "The ID token of a refresh has the sub of the first.",
	Off:  "Its sub is the user's email address.",
}, {
	Name: ruleOfflineConsented, Clause: "OpenID Connect Core §11", Kind: KindResponse,
	Text: "For a client with refresh tokens for offline access only, offline_access is ignored without prompt=consent.",
	Off:  "It is granted without.",
}, {
	Name: rulePasswordParameters, Clause: "RFC 6749 §4.3.2", Kind: KindRequest,
	Text: "A request of the password grant has username and password.",
	Off:  "One that is missing is taken as empty, which is nobody's.",
}, {
	Name: rulePasswordRegistered, Clause: "RFC 9700 §2.4", Kind: KindResponse,
	Text: "The password grant is served to clients that are registered for it, and to no other.",
	Off:  "It is served to every client that authenticates, and the metadata does not say so.",
}, {
	Name: ruleTokenParametersUTF8, Clause: "RFC 6749 §4.3.2", Kind: KindResponse,
	Text: "The parameters of a token request are decoded as UTF-8.",
	Off:  "They are decoded as ISO 8859-1.",
}}
