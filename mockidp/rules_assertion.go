package mockidp

// Rules of client authentication with a JWT: RFC 7521 §4.2, RFC 7523 §2.2 and §3.
const (
	ruleAssertionType          = "assertion-type-jwt-bearer"
	ruleAssertionSubject       = "assertion-subject-is-client"
	ruleAssertionIssuer        = "assertion-issuer-is-client"
	ruleAssertionClientID      = "assertion-client-id-matches"
	ruleAssertionCritical      = "assertion-crit-refused"
	ruleAssertionTyp           = "assertion-typ"
	ruleAssertionAlg           = "assertion-alg-registered"
	ruleAssertionSignature     = "assertion-signature-verified"
	ruleAssertionHeaderKey     = "assertion-header-key-ignored"
	ruleAssertionHeaderURL     = "assertion-header-url-ignored"
	ruleAssertionKeyNotSecret  = "assertion-key-not-secret"
	ruleAssertionSingle        = "assertion-single-jwt"
	ruleAssertionAudience      = "assertion-audience"
	ruleAssertionExpiry        = "assertion-exp-required"
	ruleAssertionUnexpired     = "assertion-unexpired"
	ruleAssertionLifetime      = "assertion-lifetime-bounded"
	ruleAssertionNotBefore     = "assertion-not-before"
	ruleAssertionID            = "assertion-jti-required"
	ruleAssertionOnce          = "assertion-single-use"
	ruleMetadataAuthAlgs       = "metadata-auth-signing-algs"
	ruleMetadataAuthAlgsSigned = "metadata-auth-signing-algs-no-none"
)

var assertionRuleList = []Rule{{
	Name: ruleAssertionType, Clause: "RFC 7523 §2.2", Kind: KindRequest,
	Text: "client_assertion_type is " + assertionType + ", exactly.",
	Off:  "The assertion is read as a JWT whatever client_assertion_type says.",
}, {
	Name: ruleAssertionSubject, Clause: "RFC 7523 §3", Kind: KindRequest,
	Text: "sub of a client's assertion is its client_id.",
	Off:  "sub is not compared; where it names no client, iss or client_id does.",
}, {
	Name: ruleAssertionIssuer, Clause: "RFC 7521 §5.2", Kind: KindRequest,
	Text: "iss of a client's assertion is its client_id.",
	Off:  "iss is not compared; it may be missing.",
}, {
	Name: ruleAssertionClientID, Clause: "RFC 7521 §4.2", Kind: KindRequest,
	Text: "A client_id beside an assertion names the client of the assertion.",
	Off:  "client_id is ignored beside an assertion.",
}, {
	Name: ruleAssertionCritical, Clause: "RFC 7515 §4.1.11", Kind: KindRequest,
	Text: "An assertion marks no header parameter as critical, because none is understood.",
	Off:  "crit is ignored.",
}, {
	Name: ruleAssertionTyp, Clause: "RFC 8725 §3.11", Kind: KindRequest,
	Text: "The typ of an assertion, if it has one, is JWT or client-authentication+jwt.",
	Off:  "A JWT of any type will do.",
}, {
	Name: ruleAssertionAlg, Clause: "RFC 8725 §3.1", Kind: KindRequest,
	Text: "An assertion is signed with the algorithm registered for the client, or else with one that goes with its authentication method.",
	Off:  "The header is believed: none needs no signature, and any algorithm that fits a key of the client will do.",
}, {
	Name: ruleAssertionSignature, Clause: "RFC 7523 §3", Kind: KindRequest,
	Text: "An assertion is signed with the client's key, or made a MAC of with its secret.",
	Off:  "The signature is not verified.",
}, {
	Name: ruleAssertionHeaderKey, Clause: "RFC 8725 §3.10", Kind: KindResponse,
	Text: "Only registered keys verify an assertion; jwk, jku, x5u and x5c of its header are not used.",
	Off:  "A key in the header's jwk verifies as well.",
}, {
	Name: ruleAssertionHeaderURL, Clause: "RFC 8725 §3.10", Kind: KindResponse,
	Text: "Nothing is fetched because the header of an assertion names its URL.",
	Off:  "The keys at the header's jku are fetched, where that is a loopback address, and verify as well.",
}, {
	Name: ruleAssertionKeyNotSecret, Clause: "RFC 8725 §3.1", Kind: KindResponse,
	Text: "A client's public key is the secret of no MAC.",
	Off:  "The header's alg decides what the key is: a MAC with the PEM text of the public key as its secret is as good as a signature.",
}, {
	Name: ruleAssertionSingle, Clause: "RFC 7523 §2.2", Kind: KindRequest,
	Text: "client_assertion is one JWT.",
	Off:  "Of several, with blanks or commas between them, the first is taken.",
}, {
	Name: ruleAssertionAudience, Clause: "RFC 7523 §3", Kind: KindRequest,
	Text: "aud of an assertion has the issuer identifier, the token endpoint, or the endpoint for pushed requests, compared as strings.",
	Off:  "aud is not looked at.",
}, {
	Name: ruleAssertionExpiry, Clause: "RFC 7523 §3", Kind: KindRequest,
	Text: "An assertion has exp.",
	Off:  "An assertion without exp is good for ever.",
}, {
	Name: ruleAssertionUnexpired, Clause: "RFC 7523 §3", Kind: KindRequest,
	Text: "exp of an assertion has not passed.",
	Off:  "An expired assertion is accepted.",
}, {
	Name: ruleAssertionLifetime, Clause: "RFC 7521 §5.2", Kind: KindRequest,
	Text: "exp of an assertion is at most an hour away.",
	Off:  "exp may be as far away as one likes.",
}, {
	Name: ruleAssertionNotBefore, Clause: "RFC 7523 §3", Kind: KindRequest,
	Text: "nbf of an assertion, if it has one, has passed.",
	Off:  "nbf is not looked at.",
}, {
	Name: ruleAssertionID, Clause: "OpenID Connect Core §9", Kind: KindRequest,
	Text: "An assertion of a client has jti.",
	Off:  "An assertion without jti is accepted, as often as it comes.",
}, {
	Name: ruleAssertionOnce, Clause: "RFC 7523 §3", Kind: KindRequest,
	Text: "An assertion is used once.",
	Off:  "An assertion can be used until it expires.",
}, {
	Name: ruleMetadataAuthAlgs, Clause: "RFC 8414 §2", Kind: KindResponse,
	Text: "Where a method with JWTs is advertised for an endpoint, its auth_signing_alg_values_supported is there.",
	Off:  "The member is missing.",
}, {
	Name: ruleMetadataAuthAlgsSigned, Clause: "RFC 8414 §2", Kind: KindResponse,
	Text: "token_endpoint_auth_signing_alg_values_supported does not have none.",
	Off:  "It lists none as well.",
}}
