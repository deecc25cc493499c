package mockidp

// Rules of authorization responses: RFC 6749 §4.2.2, RFC 9207, OpenID Connect Core
// §3.3. More of them are in rules_authorize.go.
const (
	ruleAnswerTokenType    = "authorization-token-type"
	ruleAnswerNoRefresh    = "authorization-no-refresh"
	ruleAnswerScopeStated  = "authorization-scope-stated"
	ruleHashHalf           = "id-token-hash-half"
	ruleHybridSubjectSame  = "hybrid-subject-same"
	ruleIssErrors          = "authorization-iss-errors"
	ruleIssModes           = "authorization-iss-modes"
	ruleIssForm            = "authorization-iss-form"
	ruleIssIdentical       = "authorization-iss-identical"
	ruleIssEncoded         = "authorization-iss-encoded"
	ruleIssOnce            = "authorization-iss-once"
	ruleMetadataIssFlag    = "metadata-iss-flag"
	ruleMetadataIssBoolean = "metadata-iss-flag-boolean"
)

var answerRules = []Rule{{
	Name: ruleAnswerTokenType, Clause: "RFC 6749 §4.2.2", Kind: KindResponse,
	Text: "An answer with an access token has its token_type.",
	Off:  "It has none.",
}, {
	Name: ruleAnswerNoRefresh, Clause: "RFC 6749 §4.2.2", Kind: KindResponse,
	Text: "No refresh token comes from the authorization endpoint.",
	Off:  "One comes with every access token.",
}, {
	Name: ruleAnswerScopeStated, Clause: "RFC 6749 §4.2.2", Kind: KindResponse,
	Text: "An answer with an access token that has another scope than was asked for says which.",
	Off:  "A scope that the client may not have is dropped, and the answer has no scope.",
}, {
	Name: ruleHashHalf, Clause: "OpenID Connect Core §3.3.2.11", Kind: KindResponse,
	Text: "at_hash and c_hash are the left half of a hash.",
	Off:  "They are the whole of it.",
}, {
	Name: ruleHybridSubjectSame, Clause: "OpenID Connect Core §3.3.3.6", Kind: KindResponse,
	Text: "The ID token that comes with a code has the sub of the one that the code gives.",
	Off:  "Its sub is the user's email address.",
}, {
	Name: ruleIssErrors, Clause: "RFC 9207 §2", Kind: KindResponse,
	Text: "An error response has iss.",
	Off:  "It has none.",
}, {
	Name: ruleIssModes, Clause: "RFC 9207 §2", Kind: KindResponse,
	Text: "An answer has iss in every response mode.",
	Off:  "Only an answer in the query has it.",
}, {
	Name: ruleIssForm, Clause: "RFC 9207 §2", Kind: KindResponse,
	Text: "iss has neither query nor fragment.",
	Off:  "It has the query v=1.",
}, {
	Name: ruleIssIdentical, Clause: "RFC 9207 §2.3", Kind: KindResponse,
	Text: "iss is the issuer identifier, character by character.",
	Off:  "It has one trailing slash more.",
}, {
	Name: ruleIssEncoded, Clause: "RFC 9207 §2", Kind: KindResponse,
	Text: "iss is form-encoded once, like every parameter.",
	Off:  "It is form-encoded twice.",
}, {
	Name: ruleIssOnce, Clause: "RFC 6749 §3.1", Kind: KindResponse,
	Text: "An answer has iss once.",
	Off:  "It has iss twice.",
}, {
	Name: ruleMetadataIssFlag, Clause: "RFC 9207 §2.3", Kind: KindResponse,
	Text: "authorization_response_iss_parameter_supported says that answers have iss.",
	Off:  "It is left out.",
}, {
	Name: ruleMetadataIssBoolean, Clause: "RFC 9207 §3", Kind: KindResponse,
	Text: "authorization_response_iss_parameter_supported is a boolean.",
	Off:  "It is a string.",
}}
