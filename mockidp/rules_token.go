package mockidp

// Rules of client authentication at the token endpoint: RFC 6749 §2.3, §3.2.1.
const (
	ruleClientAuthenticationRequired    = "client-authentication-required"
	ruleConfidentialClientAuthenticates = "confidential-client-authenticates"
	ruleBasicSupported                  = "basic-supported"
	ruleBasicFormDecoded                = "basic-form-decoded"
	rulePostSupported                   = "post-supported"
	ruleClientSecretVerified            = "client-secret-verified"
	ruleSingleClientAuthentication      = "single-client-authentication"
	ruleInvalidClientCode               = "invalid-client-code"
	ruleInvalidClient401                = "invalid-client-401"
	ruleBasicChallenge                  = "basic-challenge"
	ruleBasicSchemeCase                 = "basic-scheme-any-case"
	ruleBasicClientID                   = "basic-client-id-matches"
	ruleClientSecretRequired            = "client-secret-required"
	rulePublicUnauthenticated           = "public-client-unauthenticated"
	ruleCredentialsInURI                = "credentials-in-uri-ignored"
	ruleUnknownClientAlike              = "unknown-client-alike"
)

var clientRules = []Rule{{
	Name: ruleClientAuthenticationRequired, Clause: "RFC 6749 §4.4.2", Kind: KindRequest,
	Text: "A token request names its client, by credentials or by client_id.",
	Off:  "A request that names no client gets a token for the client \"" + anonymousClient + "\".",
}, {
	Name: ruleConfidentialClientAuthenticates, Clause: "RFC 6749 §3.2.1", Kind: KindRequest,
	Text: "A confidential client authenticates; its client_id alone is not enough.",
	Off:  "The client_id alone is enough for a confidential client.",
}, {
	Name: ruleBasicSupported, Clause: "RFC 6749 §2.3.1", Kind: KindResponse,
	Text: "HTTP Basic is accepted for clients that have a secret.",
	Off:  "The Authorization header is ignored; credentials in the body still work.",
}, {
	Name: ruleBasicFormDecoded, Clause: "RFC 6749 §2.3.1", Kind: KindResponse,
	Text: "The client identifier and the secret in a Basic header are form-urldecoded after Base64.",
	Off:  "They are compared as they stand, without decoding.",
}, {
	Name: rulePostSupported, Clause: "RFC 8414 §2", Kind: KindResponse,
	Text: "client_secret_post, which the metadata advertises, is accepted.",
	Off:  "client_secret in the body is ignored; Basic still works.",
}, {
	Name: ruleClientSecretVerified, Clause: "RFC 6749 §4.4.2", Kind: KindRequest,
	Text: "The secret is the client's.",
	Off:  "Any secret will do.",
}, {
	Name: ruleSingleClientAuthentication, Clause: "RFC 6749 §2.3", Kind: KindRequest,
	Text: "A request uses one method of client authentication.",
	Off:  "The Authorization header is used and credentials in the body are ignored.",
}, {
	Name: ruleInvalidClientCode, Clause: "RFC 6749 §5.2", Kind: KindResponse,
	Text: "Failed client authentication has the error code invalid_client.",
	Off:  "It has the error code unauthorized_client.",
}, {
	Name: ruleInvalidClient401, Clause: "RFC 6749 §5.2", Kind: KindResponse,
	Text: "Failed client authentication is answered 401.",
	Off:  "It is answered 400, without a challenge.",
}, {
	Name: ruleBasicChallenge, Clause: "RFC 9110 §15.5.2", Kind: KindResponse,
	Text: "A 401 carries a WWW-Authenticate challenge for Basic.",
	Off:  "The 401 has no WWW-Authenticate header.",
}, {
	Name: ruleBasicSchemeCase, Clause: "RFC 9110 §11.1", Kind: KindResponse,
	Text: "The name of the scheme Basic is recognised in any letter case.",
	Off:  "Basic is recognised; any other spelling is a scheme that is not supported.",
}, {
	Name: ruleBasicClientID, Clause: "RFC 6749 §3.2.1", Kind: KindRequest,
	Text: "A client_id beside a Basic header names the client of the header.",
	Off:  "When the client of the header has authenticated, the request is that of the client in the body.",
}, {
	Name: ruleClientSecretRequired, Clause: "RFC 6749 §2.3.1", Kind: KindRequest,
	Text: "The password in a Basic header is there, and not empty.",
	Off:  "Without a password none is compared; a header without a colon holds the identifier alone.",
}, {
	Name: rulePublicUnauthenticated, Clause: "RFC 6749 §2.3", Kind: KindRequest,
	Text: "A public client does not authenticate: it has no secret, and brings none.",
	Off:  "A public client that brings any secret counts as authenticated, and may use client credentials.",
}, {
	Name: ruleCredentialsInURI, Clause: "RFC 6749 §2.3.1", Kind: KindResponse,
	Text: "client_id and client_secret in the query of the endpoint authenticate nobody.",
	Off:  "They are taken where the request has no other credentials.",
}, {
	Name: ruleUnknownClientAlike, Clause: "RFC 6749 §10.10", Kind: KindResponse,
	Text: "An unknown client and a wrong secret are answered alike.",
	Off:  "The error_description says that the client is not known.",
}}

// Rules of the token request and the successful answer: RFC 6749 §3.2, §4.4, §5.1.
const (
	ruleTokenPostOnly              = "token-post-only"
	ruleParametersUnrepeated       = "parameters-unrepeated"
	ruleGrantTypeRequired          = "grant-type-required"
	ruleGrantTypeKnown             = "grant-type-known"
	ruleGrantTypeExact             = "grant-type-exact"
	ruleScopeKnown                 = "scope-known"
	ruleTokenClientCredentials     = "token-client-credentials"
	ruleTokenTypePresent           = "token-type-present"
	ruleClientCredentialsNoRefresh = "client-credentials-no-refresh"
	ruleTokenNoStore               = "token-no-store"
	ruleTokenPragma                = "token-pragma"
	ruleTokenJSON                  = "token-json"
	ruleTokenTypeRegistered        = "token-type-registered"
	ruleExpiresInNumber            = "expires-in-number"
	ruleScopeDifferenceStated      = "scope-difference-stated"
	ruleUnknownParametersIgnored   = "unknown-parameters-ignored"
	ruleEmptyParametersOmitted     = "empty-parameters-omitted"
)

var tokenRules = []Rule{{
	Name: ruleTokenPostOnly, Clause: "RFC 6749 §3.2", Kind: KindRequest,
	Text: "A token request is a POST.",
	Off:  "GET works as well, with the parameters in the query.",
}, {
	Name: ruleParametersUnrepeated, Clause: "RFC 6749 §3.2", Kind: KindRequest,
	Text: "No parameter that the token endpoint knows is sent more than once.",
	Off:  "Of a repeated parameter the last value is used.",
}, {
	Name: ruleGrantTypeRequired, Clause: "RFC 6749 §4.4.2", Kind: KindRequest,
	Text: "grant_type is present.",
	Off:  "Without grant_type the request is taken as client_credentials.",
}, {
	Name: ruleGrantTypeKnown, Clause: "RFC 6749 §5.2", Kind: KindRequest,
	Text: "grant_type is one that the provider serves.",
	Off:  "Any other grant_type is taken as client_credentials.",
}, {
	Name: ruleGrantTypeExact, Clause: "RFC 6749 §4.4.2", Kind: KindRequest,
	Text: "grant_type is written exactly as defined, letter case included.",
	Off:  "grant_type is compared without regard to letter case.",
}, {
	Name: ruleScopeKnown, Clause: "RFC 6749 §5.2", Kind: KindRequest,
	Text: "Every scope asked for is one that the client may have.",
	Off:  "Any scope is granted as asked, and the answer does not state the scope.",
}, {
	Name: ruleTokenClientCredentials, Clause: "RFC 6749 §5.1", Kind: KindResponse,
	Text: "A valid request is answered with an access_token.",
	Off:  "The answer is 200 and has no access_token.",
}, {
	Name: ruleTokenTypePresent, Clause: "RFC 6749 §5.1", Kind: KindResponse,
	Text: "The answer states the token_type.",
	Off:  "The answer has no token_type.",
}, {
	Name: ruleClientCredentialsNoRefresh, Clause: "RFC 6749 §4.4.3", Kind: KindResponse,
	Text: "The client credentials grant gives no refresh token.",
	Off:  "The answer holds a refresh_token.",
}, {
	Name: ruleTokenNoStore, Clause: "RFC 6749 §5.1", Kind: KindResponse,
	Text: "An answer that holds a token has Cache-Control: no-store and Pragma: no-cache.",
	Off:  "It has neither.",
}, {
	Name: ruleTokenPragma, Clause: "RFC 6749 §5.1", Kind: KindResponse,
	Text: "An answer that holds a token has Pragma: no-cache beside Cache-Control.",
	Off:  "It has Cache-Control alone.",
}, {
	Name: ruleTokenJSON, Clause: "RFC 6749 §5.1", Kind: KindResponse,
	Text: "An answer that holds a token is a JSON object.",
	Off:  "It is a form, as drafts of OAuth had it.",
}, {
	Name: ruleTokenTypeRegistered, Clause: "RFC 6749 §8.1", Kind: KindResponse,
	Text: "token_type is a registered name.",
	Off:  "It is BearerToken.",
}, {
	Name: ruleExpiresInNumber, Clause: "RFC 6749 §5.1", Kind: KindResponse,
	Text: "expires_in is a JSON number.",
	Off:  "It is a string.",
}, {
	Name: ruleScopeDifferenceStated, Clause: "RFC 6749 §5.1", Kind: KindResponse,
	Text: "Where the scope that is granted differs from the one asked for, the answer states it.",
	Off:  "A scope that the client may not have is dropped, and the answer does not state the rest; when nothing is left, the default scopes are granted.",
}, {
	Name: ruleUnknownParametersIgnored, Clause: "RFC 6749 §3.2", Kind: KindResponse,
	Text: "The token endpoint ignores parameters that it does not know.",
	Off:  "A request that has one is refused as invalid_request.",
}, {
	Name: ruleEmptyParametersOmitted, Clause: "RFC 6749 §3.2", Kind: KindResponse,
	Text: "A parameter of a token request that has no value counts as left out.",
	Off:  "A request that has one is refused as invalid_request.",
}}

// Rules of error answers of the token endpoint: RFC 6749 §5.2.
const (
	ruleTokenErrorNoStore = "token-error-no-store"
	ruleErrorJSON         = "error-json"
	ruleErrorMember       = "error-member"
	ruleErrorStatus400    = "error-status-400"
	ruleNoServerError     = "no-server-error"
	ruleErrorCharacters   = "error-characters"
	ruleTokenNoRedirect   = "token-no-redirect"
)

var errorRules = []Rule{{
	Name: ruleTokenErrorNoStore, Clause: "RFC 6749 §5.1", Kind: KindResponse,
	Text: "An error answer has Cache-Control: no-store and Pragma: no-cache, like every answer of the token endpoint.",
	Off:  "It has neither.",
}, {
	Name: ruleErrorJSON, Clause: "RFC 6749 §5.2", Kind: KindResponse,
	Text: "An error answer is a JSON object.",
	Off:  "It is the word error as text/plain.",
}, {
	Name: ruleErrorMember, Clause: "RFC 6749 §5.2", Kind: KindResponse,
	Text: "The JSON object of an error answer has the member error.",
	Off:  "It has a member message in place of error and error_description.",
}, {
	Name: ruleErrorStatus400, Clause: "RFC 6749 §5.2", Kind: KindResponse,
	Text: "A refused request is answered 400, unless a clause names another status.",
	Off:  "Where 400 is due the same body is sent with 200.",
}, {
	Name: ruleNoServerError, Clause: "RFC 9110 §15.6", Kind: KindResponse,
	Text: "A request that lacks a parameter is refused, and is no server error.",
	Off:  "A token request without grant_type is answered 500.",
}, {
	Name: ruleErrorCharacters, Clause: "RFC 6749 §5.2", Kind: KindResponse,
	Text: "error_description has only the characters %x20-21 / %x23-5B / %x5D-7E.",
	Off:  "It stands in quotation marks.",
}, {
	Name: ruleTokenNoRedirect, Clause: "RFC 6749 §5.2", Kind: KindResponse,
	Text: "A token request whose client does not authenticate is answered with an error.",
	Off:  "It is redirected to the authorization endpoint, as a browser would be.",
}}
