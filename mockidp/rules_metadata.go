package mockidp

// Rules of the metadata documents: RFC 8414 and OpenID Connect Discovery.
const (
	ruleMetadataServed            = "metadata-served"
	ruleMetadataPathInserted      = "metadata-path-inserted"
	ruleMetadataContentType       = "metadata-content-type"
	ruleMetadataIssuerIdentical   = "metadata-issuer-identical"
	ruleMetadataEndpointHTTPS     = "metadata-endpoint-https"
	ruleMetadataEndpointFragment  = "metadata-endpoint-no-fragment"
	ruleMetadataEndpointAbsolute  = "metadata-endpoint-absolute"
	ruleMetadataResponseTypes     = "metadata-response-types"
	ruleMetadataResponseTypesList = "metadata-response-types-array"
	ruleMetadataGrantsServed      = "metadata-grants-served"
	ruleMetadataGrantsComplete    = "metadata-grants-complete"
	ruleMetadataChallengeMethods  = "metadata-code-challenge-methods"
)

var metadataRules = []Rule{{
	Name: ruleMetadataServed, Clause: "RFC 8414 §3.2", Kind: KindResponse,
	Text: "The well-known locations answer with the metadata as a JSON object.",
	Off:  "Every well-known location answers 200 with an HTML page.",
}, {
	Name: ruleMetadataPathInserted, Clause: "RFC 8414 §3.1", Kind: KindResponse,
	Text: "For an issuer with a path the metadata is found where the well-known string is inserted between host and path.",
	Off:  "For an issuer with a path the RFC 8414 document is served with the well-known string appended; both inserted locations answer 404. OpenID discovery, which appends, is not touched.",
}, {
	Name: ruleMetadataContentType, Clause: "RFC 8414 §3.2", Kind: KindResponse,
	Text: "The metadata has the media type application/json.",
	Off:  "The metadata is sent as text/plain.",
}, {
	Name: ruleMetadataIssuerIdentical, Clause: "RFC 8414 §3.3", Kind: KindResponse,
	Text: "The issuer member is identical to the issuer identifier from which the location was made.",
	Off:  "The issuer member has one trailing slash more.",
}, {
	Name: ruleMetadataEndpointHTTPS, Clause: "RFC 6749 §3.2", Kind: KindResponse,
	Text: "No endpoint is advertised in clear text: each has the issuer's own scheme, which is https or is http on the test's own network.",
	Off:  "A revocation_endpoint is advertised at http://idp.invalid/revoke.",
}, {
	Name: ruleMetadataEndpointFragment, Clause: "RFC 6749 §3.2", Kind: KindResponse,
	Text: "No advertised endpoint has a fragment.",
	Off:  "The token_endpoint carries the fragment #token. The endpoint works for who drops it.",
}, {
	Name: ruleMetadataEndpointAbsolute, Clause: "RFC 8414 §2", Kind: KindResponse,
	Text: "Every advertised endpoint is an absolute URL.",
	Off:  "An introspection_endpoint is advertised as a path without scheme and host.",
}, {
	Name: ruleMetadataResponseTypes, Clause: "RFC 8414 §2", Kind: KindResponse,
	Text: "response_types_supported is present.",
	Off:  "response_types_supported is left out.",
}, {
	Name: ruleMetadataResponseTypesList, Clause: "RFC 8414 §2", Kind: KindResponse,
	Text: "response_types_supported is an array of strings.",
	Off:  "response_types_supported is one string, its values joined by commas.",
}, {
	Name: ruleMetadataGrantsServed, Clause: "RFC 8414 §2", Kind: KindResponse,
	Text: "Every advertised grant type is served.",
	Off:  "The password grant is advertised too; the token endpoint answers it unsupported_grant_type.",
}, {
	Name: ruleMetadataGrantsComplete, Clause: "RFC 8414 §2", Kind: KindResponse,
	Text: "Every grant type that is served is advertised.",
	Off:  "client_credentials is served but not advertised; the list names only an extension grant, " + grantExtension + ", which works like it.",
}, {
	Name: ruleMetadataChallengeMethods, Clause: "RFC 8414 §2", Kind: KindResponse,
	Text: "code_challenge_methods_supported names the PKCE methods that are served.",
	Off:  "It is left out.",
}}
