package mockidp

// Rules of the form of authorization requests and of their answers: RFC 6749
// §3.1, §3.3, §4.1.2, RFC 9700 §2.6, §4.11.2, §4.17.2.
const (
	ruleAuthorizationGet             = "authorization-get"
	ruleAuthorizationUnknownIgnored  = "authorization-unknown-ignored"
	ruleAuthorizationEmptyOmitted    = "authorization-empty-omitted"
	ruleAuthorizationUnrepeated      = "authorization-parameters-unrepeated"
	ruleResponseTypeRequired         = "response-type-required"
	ruleResponseTypeKnown            = "response-type-known"
	ruleScopeGrammar                 = "scope-grammar"
	ruleScopeOmitted                 = "scope-omitted"
	ruleStateExact                   = "state-exact"
	ruleStateWhole                   = "state-whole"
	ruleStateInErrors                = "state-echoed-in-errors"
	ruleErrorRedirected              = "authorization-error-redirected"
	ruleAuthorizationErrorCharacters = "authorization-error-characters"
	ruleErrorPresent                 = "authorization-error-present"
	ruleErrorRegistered              = "authorization-error-registered"
	ruleFormPostServed               = "form-post-served"
	ruleWebMessageOrigin             = "web-message-origin"
	ruleAuthorizationNoCORS          = "authorization-no-cors"
	ruleLoginBeforeError             = "login-before-error"
)

var authorizeRequestRules = []Rule{{
	Name: ruleAuthorizationGet, Clause: "RFC 6749 §3.1", Kind: KindResponse,
	Text: "The authorization endpoint serves GET.",
	Off:  "It serves POST alone.",
}, {
	Name: ruleAuthorizationUnknownIgnored, Clause: "RFC 6749 §3.1", Kind: KindResponse,
	Text: "Parameters of an authorization request that the provider does not know are ignored.",
	Off:  "A request with one is refused as invalid_request.",
}, {
	Name: ruleAuthorizationEmptyOmitted, Clause: "RFC 6749 §3.1", Kind: KindResponse,
	Text: "A parameter of an authorization request that has no value counts as left out.",
	Off:  "A request that has a parameter without a value is refused as invalid_request.",
}, {
	Name: ruleAuthorizationUnrepeated, Clause: "RFC 6749 §3.1", Kind: KindRequest,
	Text: "No parameter that the authorization endpoint knows is sent more than once.",
	Off:  "Of a repeated parameter the last value is used.",
}, {
	Name: ruleResponseTypeRequired, Clause: "RFC 6749 §3.1.1", Kind: KindRequest,
	Text: "response_type is present.",
	Off:  "Without response_type the request is taken as one for a code.",
}, {
	Name: ruleResponseTypeKnown, Clause: "RFC 6749 §3.1.1", Kind: KindRequest,
	Text: "response_type is one that the provider serves.",
	Off:  "Any other response_type is taken as code.",
}, {
	Name: ruleScopeGrammar, Clause: "RFC 6749 §3.3", Kind: KindRequest,
	Text: "scope is a list of scope tokens, each without quotation marks and backslashes.",
	Off:  "What is no scope token is granted as a scope like any other.",
}, {
	Name: ruleScopeOmitted, Clause: "RFC 6749 §3.3", Kind: KindResponse,
	Text: "An authorization request without scope is answered with the default scopes.",
	Off:  "It is refused as invalid_request.",
}, {
	Name: ruleStateExact, Clause: "RFC 6749 §4.1.2", Kind: KindResponse,
	Text: "The state in the answer is the one of the request, character by character.",
	Off:  "It has been form-decoded once more: a plus sign comes back as a space.",
}, {
	Name: ruleStateWhole, Clause: "RFC 6749 §4.1.2", Kind: KindResponse,
	Text: "The state comes back whole, however long it is.",
	Off:  "It is cut off after 255 characters.",
}, {
	Name: ruleStateInErrors, Clause: "RFC 6749 §4.1.2.1", Kind: KindResponse,
	Text: "The state of the request is in an error response too.",
	Off:  "Error responses have no state.",
}, {
	Name: ruleErrorRedirected, Clause: "RFC 6749 §4.1.2.1", Kind: KindResponse,
	Text: "Where client and redirect URI are right, the client is told what else is wrong with a request, or that the user refused.",
	Off:  "A page tells the user, and the client learns nothing.",
}, {
	Name: ruleAuthorizationErrorCharacters, Clause: "RFC 6749 §4.1.2.1", Kind: KindResponse,
	Text: "error_description in an authorization response has no quotation marks, no backslashes and nothing beyond ASCII.",
	Off:  "It stands in quotation marks.",
}, {
	Name: ruleErrorPresent, Clause: "RFC 6749 §4.1.2.1", Kind: KindResponse,
	Text: "An error response has error.",
	Off:  "It has error_description alone.",
}, {
	Name: ruleErrorRegistered, Clause: "RFC 6749 §4.1.2.1", Kind: KindResponse,
	Text: "The error of an error response is one that is registered.",
	Off:  "It is bad_request, whatever is wrong.",
}, {
	Name: ruleFormPostServed, Clause: "RFC 8414 §2", Kind: KindResponse,
	Text: "The response mode form_post, which the metadata advertises, is served.",
	Off:  "It is ignored, and the answer goes the way that it goes without response_mode.",
}, {
	Name: ruleWebMessageOrigin, Clause: "RFC 9700 §4.17.2", Kind: KindResponse,
	Text: "An answer by postMessage names the origin of the redirect URI as its receiver.",
	Off:  "Its receiver is *, whoever has opened the window.",
}, {
	Name: ruleAuthorizationNoCORS, Clause: "RFC 9700 §2.6", Kind: KindResponse,
	Text: "The authorization endpoint lets no other origin read its answers.",
	Off:  "It allows every origin that asks, for preflight requests too.",
}, {
	Name: ruleLoginBeforeError, Clause: "RFC 9700 §4.11.2", Kind: KindResponse,
	Text: "Where users log in on a page, one who has not logged in does so before the browser is sent to the client with an error.",
	Off:  "The browser is sent there at once.",
}}
