package mockidp

// Rules of the authorization endpoint: RFC 6749 §3.1, §4.1, §4.2, RFC 7636, RFC
// 9207, OpenID Connect Core §3.
const (
	ruleRedirectURIRegistered  = "redirect-uri-registered"
	ruleRedirectURIExact       = "redirect-uri-exact"
	ruleOpenIDRedirectURI      = "openid-redirect-uri-required"
	ruleResponseTypeRegistered = "response-type-registered"
	ruleTokensNotInQuery       = "tokens-not-in-query"
	rulePKCERequired           = "pkce-required"
	rulePKCES256               = "pkce-s256"
	rulePKCEChallengeFormat    = "pkce-challenge-format"
	rulePKCEMethodKnown        = "pkce-method-known"
	rulePKCEMethodExact        = "pkce-method-exact"
	rulePKCEErrorRedirected    = "pkce-error-redirected"
	rulePKCEChallengeHidden    = "pkce-challenge-hidden"
	ruleNonceRequired          = "nonce-required"
	rulePromptNoneAlone        = "prompt-none-alone"
	ruleResourceURI            = "resource-uri"
	ruleResourceKnown          = "resource-known"
	ruleStateEchoed            = "state-echoed"
	ruleAuthorizationIss       = "authorization-iss"
	ruleNonceEchoed            = "nonce-echoed"
	ruleAtHash                 = "id-token-at-hash"
	ruleCHash                  = "id-token-c-hash"
)

var authorizeRules = []Rule{{
	Name: ruleRedirectURIRegistered, Clause: "RFC 6749 §3.1.2.4", Kind: KindRequest,
	Text: "redirect_uri is one that the client has registered.",
	Off:  "The browser is sent to any redirect_uri.",
}, {
	Name: ruleRedirectURIExact, Clause: "RFC 9700 §4.1.3", Kind: KindRequest,
	Text: "redirect_uri is identical to a registered one, but for the port of a native client's loopback URI (RFC 8252 §7.3).",
	Off:  "A redirect_uri that begins with a registered one is accepted.",
}, {
	Name: ruleOpenIDRedirectURI, Clause: "OpenID Connect Core §3.1.2.1", Kind: KindRequest,
	Text: "A request with the scope openid has redirect_uri.",
	Off:  "It may be left out where the client has registered one, as OAuth allows.",
}, {
	Name: ruleResponseTypeRegistered, Clause: "RFC 6749 §4.1.2.1", Kind: KindRequest,
	Text: "The client is registered for the response type.",
	Off:  "Every client may use every response type that some client may use.",
}, {
	Name: ruleTokensNotInQuery, Clause: "OpenID Connect Core §3.2.2.5", Kind: KindRequest,
	Text: "A request for a token or an ID token does not ask for response_mode query.",
	Off:  "Tokens are sent in the query when the request asks for it.",
}, {
	Name: rulePKCERequired, Clause: "RFC 9700 §2.1.1", Kind: KindRequest,
	Text: "A public client, or one for which it is demanded, sends a code_challenge.",
	Off:  "A code is given without a code_challenge to every client.",
}, {
	Name: rulePKCES256, Clause: "RFC 9700 §2.1.1", Kind: KindRequest,
	Text: "code_challenge_method is S256, unless plain is allowed for the client.",
	Off:  "plain is accepted from every client.",
}, {
	Name: rulePKCEChallengeFormat, Clause: "RFC 7636 §4.2", Kind: KindRequest,
	Text: "code_challenge is 43 to 128 unreserved characters.",
	Off:  "Any code_challenge is accepted.",
}, {
	Name: rulePKCEMethodKnown, Clause: "RFC 7636 §4.4.1", Kind: KindRequest,
	Text: "code_challenge_method is S256 or plain.",
	Off:  "Any other method is taken for S256.",
}, {
	Name: rulePKCEMethodExact, Clause: "RFC 7636 §6.2.1", Kind: KindRequest,
	Text: "code_challenge_method is spelled as it is registered.",
	Off:  "S256 may be written s256.",
}, {
	Name: rulePKCEErrorRedirected, Clause: "RFC 7636 §4.4.1", Kind: KindResponse,
	Text: "What is wrong with a code_challenge is told the client, by an error response.",
	Off:  "A page tells the user.",
}, {
	Name: rulePKCEChallengeHidden, Clause: "RFC 7636 §4.4", Kind: KindResponse,
	Text: "Nobody but the provider can take the code_challenge out of a code.",
	Off:  "A code carries its code_challenge with it, as JSON in base64url.",
}, {
	Name: ruleNonceRequired, Clause: "OpenID Connect Core §3.2.2.1", Kind: KindRequest,
	Text: "A request for an ID token from the authorization endpoint has a nonce.",
	Off:  "An ID token without nonce is given.",
}, {
	Name: rulePromptNoneAlone, Clause: "OpenID Connect Core §3.1.2.1", Kind: KindRequest,
	Text: "prompt has the value none alone, or not at all.",
	Off:  "none beside other values is taken as none.",
}, {
	Name: ruleResourceURI, Clause: "RFC 8707 §2", Kind: KindRequest,
	Text: "Every resource is an absolute URI without fragment.",
	Off:  "Any text is accepted as a resource and becomes the audience.",
}, {
	Name: ruleResourceKnown, Clause: "RFC 8707 §2", Kind: KindRequest,
	Text: "Every resource is one that the client may ask for.",
	Off:  "Any resource is accepted.",
}, {
	Name: ruleStateEchoed, Clause: "RFC 6749 §4.1.2", Kind: KindResponse,
	Text: "The state of the request is in the answer, errors included.",
	Off:  "No answer has a state.",
}, {
	Name: ruleAuthorizationIss, Clause: "RFC 9207 §2", Kind: KindResponse,
	Text: "Every answer, errors included, has the issuer as iss, as the metadata says.",
	Off:  "No answer has iss; the metadata says it has.",
}, {
	Name: ruleNonceEchoed, Clause: "OpenID Connect Core §2", Kind: KindResponse,
	Text: "The nonce of the request is in the ID token.",
	Off:  "ID tokens have no nonce.",
}, {
	Name: ruleAtHash, Clause: "OpenID Connect Core §3.2.2.10", Kind: KindResponse,
	Text: "An ID token that comes with an access token has its at_hash.",
	Off:  "ID tokens have no at_hash.",
}, {
	Name: ruleCHash, Clause: "OpenID Connect Core §3.3.2.11", Kind: KindResponse,
	Text: "An ID token that comes with a code has its c_hash.",
	Off:  "ID tokens have no c_hash.",
}}
