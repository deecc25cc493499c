package mockidp

// Rules of assertions as authorization grants: RFC 7523 §2.1, §3.
const (
	ruleGrantAssertionIssuer    = "grant-assertion-issuer-trusted"
	ruleGrantAssertionSubject   = "grant-assertion-subject"
	ruleGrantAssertionCritical  = "grant-assertion-crit-refused"
	ruleGrantAssertionTyp       = "grant-assertion-typ"
	ruleGrantAssertionAlg       = "grant-assertion-alg"
	ruleGrantAssertionSignature = "grant-assertion-signature-verified"
	ruleGrantAssertionHeaderKey = "grant-assertion-header-key-ignored"
	ruleGrantAssertionAudience  = "grant-assertion-audience"
	ruleGrantAssertionExpiry    = "grant-assertion-exp-required"
	ruleGrantAssertionUnexpired = "grant-assertion-unexpired"
	ruleGrantAssertionLifetime  = "grant-assertion-lifetime-bounded"
	ruleGrantAssertionNotBefore = "grant-assertion-not-before"
	ruleGrantAssertionOnce      = "grant-assertion-single-use"
)

var grantAssertionRuleList = []Rule{{
	Name: ruleGrantAssertionIssuer, Clause: "RFC 7523 §3", Kind: KindRequest,
	Text: "iss of an assertion is an issuer that the provider trusts, compared as a string.",
	Off:  "Anyone's assertion is believed; of an unknown issuer neither the signature nor aud is looked at.",
}, {
	Name: ruleGrantAssertionSubject, Clause: "RFC 7523 §3", Kind: KindRequest,
	Text: "An assertion has sub.",
	Off:  "Without sub the subject is the client.",
}, {
	Name: ruleGrantAssertionCritical, Clause: "RFC 7515 §4.1.11", Kind: KindRequest,
	Text: "An assertion marks no header parameter as critical, because none is understood.",
	Off:  "crit is ignored.",
}, {
	Name: ruleGrantAssertionTyp, Clause: "RFC 8725 §3.11", Kind: KindRequest,
	Text: "The typ of an assertion, if it has one, is JWT.",
	Off:  "A JWT of any type will do.",
}, {
	Name: ruleGrantAssertionAlg, Clause: "RFC 8725 §3.1", Kind: KindRequest,
	Text: "An assertion is signed with an asymmetric algorithm.",
	Off:  "The header is believed: none needs no signature.",
}, {
	Name: ruleGrantAssertionSignature, Clause: "RFC 7523 §3", Kind: KindRequest,
	Text: "An assertion is signed with a key of its issuer.",
	Off:  "The signature is not verified.",
}, {
	Name: ruleGrantAssertionHeaderKey, Clause: "RFC 8725 §3.10", Kind: KindResponse,
	Text: "Only the keys the provider was given for an issuer verify its assertions; jwk, jku, x5u and x5c of the header are not used.",
	Off:  "A key in the header's jwk verifies as well.",
}, {
	Name: ruleGrantAssertionAudience, Clause: "RFC 7523 §3", Kind: KindRequest,
	Text: "aud of an assertion has the issuer identifier or the token endpoint, compared as strings.",
	Off:  "aud is not looked at.",
}, {
	Name: ruleGrantAssertionExpiry, Clause: "RFC 7523 §3", Kind: KindRequest,
	Text: "An assertion has exp.",
	Off:  "An assertion without exp is good for ever.",
}, {
	Name: ruleGrantAssertionUnexpired, Clause: "RFC 7523 §3", Kind: KindRequest,
	Text: "exp of an assertion has not passed.",
	Off:  "An expired assertion is accepted.",
}, {
	Name: ruleGrantAssertionLifetime, Clause: "RFC 7521 §5.2", Kind: KindRequest,
	Text: "exp of an assertion is at most an hour away.",
	Off:  "exp may be as far away as one likes.",
}, {
	Name: ruleGrantAssertionNotBefore, Clause: "RFC 7523 §3", Kind: KindRequest,
	Text: "nbf of an assertion, if it has one, has passed.",
	Off:  "nbf is not looked at.",
}, {
	Name: ruleGrantAssertionOnce, Clause: "RFC 7523 §3", Kind: KindRequest,
	Text: "An assertion that has jti is used once.",
	Off:  "It can be used until it expires.",
}}
