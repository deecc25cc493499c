package mockidp

import "slices"

// Further rules of the metadata documents: RFC 8414 §2 and §3, OpenID Connect
// Discovery §3.
const (
	ruleMetadataIssuerForm      = "metadata-issuer-form"
	ruleMetadataAuthorization   = "metadata-authorization-endpoint"
	ruleMetadataToken           = "metadata-token-endpoint"
	ruleMetadataJWKSHTTPS       = "metadata-jwks-https"
	ruleMetadataEmptyOmitted    = "metadata-empty-omitted"
	ruleMetadataGetOnly         = "metadata-get-only"
	ruleMetadataConsistent      = "metadata-consistent"
	ruleMetadataForwardedHost   = "metadata-forwarded-host"
	ruleMetadataSubjectTypes    = "metadata-subject-types"
	ruleMetadataIDTokenAlgs     = "metadata-id-token-algs"
	ruleMetadataRS256           = "metadata-rs256"
	ruleSignedMetadataVerifies  = "signed-metadata-verifies"
	ruleSignedMetadataIss       = "signed-metadata-iss"
	ruleSignedMetadataNotNested = "signed-metadata-not-nested"
)

// Rules of keys and of what is signed with them.
const (
	ruleJWKSUse         = "jwks-use"
	ruleJWKSKeyIDs      = "jwks-key-ids"
	ruleJWTKeyPublished = "jwt-key-published"
	ruleJWTNamesKey     = "jwt-names-key"
)

var documentRules = slices.Concat(furtherMetadataRules, signedMetadataRules, []Rule{{
	Name: ruleJWKSUse, Clause: "RFC 8414 §2", Kind: KindResponse,
	Text: "Where a key for encryption is published, every key says what it is for.",
	Off:  "No key of the set has the member use, the one for encryption among them.",
}, {
	Name: ruleJWKSKeyIDs, Clause: "OpenID Connect Core §10.1", Kind: KindResponse,
	Text: "Every key of the set has a kid.",
	Off:  "No key has one. The tokens name their keys all the same.",
}, {
	Name: ruleJWTKeyPublished, Clause: "RFC 9068 §4", Kind: KindResponse,
	Text: "ID tokens and JWT access tokens are signed with a key of the JWK Set.",
	Off:  "They name such a key and are signed with another of its kind.",
}, {
	Name: ruleJWTNamesKey, Clause: "OpenID Connect Core §10.1", Kind: KindResponse,
	Text: "ID tokens and JWT access tokens name the key that signed them.",
	Off:  "They have no kid.",
}})

var furtherMetadataRules = []Rule{{
	Name: ruleMetadataIssuerForm, Clause: "RFC 8414 §2", Kind: KindResponse,
	Text: "The issuer member has neither query nor fragment.",
	Off:  "It has the query ?version=2.",
}, {
	Name: ruleMetadataAuthorization, Clause: "RFC 8414 §2", Kind: KindResponse,
	Text: "The authorization_endpoint is there.",
	Off:  "It is left out; the endpoint is served.",
}, {
	Name: ruleMetadataToken, Clause: "RFC 8414 §2", Kind: KindResponse,
	Text: "The token_endpoint is there.",
	Off:  "It is left out; the endpoint is served.",
}, {
	Name: ruleMetadataJWKSHTTPS, Clause: "RFC 8414 §2", Kind: KindResponse,
	Text: "jwks_uri has the scheme of the issuer, which is https or is http on the test's own network.",
	Off:  "jwks_uri has the scheme http.",
}, {
	Name: ruleMetadataEmptyOmitted, Clause: "RFC 8414 §3.2", Kind: KindResponse,
	Text: "Lists without elements are left out.",
	Off:  "ui_locales_supported is there and is an empty array.",
}, {
	Name: ruleMetadataGetOnly, Clause: "RFC 8414 §3.1", Kind: KindRequest,
	Text: "The metadata is asked for with GET.",
	Off:  "Every other method gets the document as well.",
}, {
	Name: ruleMetadataConsistent, Clause: "RFC 9068 §4", Kind: KindResponse,
	Text: "The RFC 8414 document and OpenID discovery say the same where both say something.",
	Off:  "OpenID discovery names an older revocation_endpoint, below /v1, which nobody serves.",
}, {
	Name: ruleMetadataForwardedHost, Clause: "RFC 9700 §4.13", Kind: KindResponse,
	Text: "The metadata speaks of the issuer, whatever host X-Forwarded-Host names.",
	Off:  "Issuer and endpoints are at the host that X-Forwarded-Host names.",
}, {
	Name: ruleMetadataSubjectTypes, Clause: "OpenID Connect Discovery §3", Kind: KindResponse,
	Text: "OpenID discovery has subject_types_supported.",
	Off:  "It is left out.",
}, {
	Name: ruleMetadataIDTokenAlgs, Clause: "OpenID Connect Discovery §3", Kind: KindResponse,
	Text: "OpenID discovery has id_token_signing_alg_values_supported.",
	Off:  "It is left out.",
}, {
	Name: ruleMetadataRS256, Clause: "OpenID Connect Discovery §3", Kind: KindResponse,
	Text: "RS256 is among id_token_signing_alg_values_supported.",
	Off:  "It is not, and the other algorithms are.",
}}

// Rules of signed metadata, see [WithSignedMetadata].
var signedMetadataRules = []Rule{{
	Name: ruleSignedMetadataVerifies, Clause: "RFC 8414 §2.1", Kind: KindResponse,
	Text: "The signed metadata is signed with a key of the JWK Set.",
	Off:  "It names such a key and is signed with another of its kind.",
}, {
	Name: ruleSignedMetadataIss, Clause: "RFC 8414 §2.1", Kind: KindResponse,
	Text: "The signed metadata has the claim iss.",
	Off:  "It has none.",
}, {
	Name: ruleSignedMetadataNotNested, Clause: "RFC 8414 §2.1", Kind: KindResponse,
	Text: "The signed metadata does not hold signed_metadata itself.",
	Off:  "It holds the signed metadata of before as a claim.",
}}
