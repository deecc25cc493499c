package mockidp

// Rules of HTTP and JSON that hold at every endpoint: RFC 9110, RFC 8259; and of
// what stands in URLs.
const (
	ruleAllowOn405        = "method-allow"
	ruleJSONNoBOM         = "json-no-byte-order-mark"
	ruleJSONUTF8          = "json-utf-8"
	ruleJSONUnique        = "json-names-unique"
	ruleCodeAnswerNoToken = "code-answer-no-token"
)

var httpRules = []Rule{{
	Name: ruleAllowOn405, Clause: "RFC 9110 §15.5.6", Kind: KindResponse,
	Text: "A 405 names in Allow the methods that work.",
	Off:  "It has no Allow header.",
}, {
	Name: ruleJSONNoBOM, Clause: "RFC 8259 §8.1", Kind: KindResponse,
	Text: "JSON begins with the text and not with a byte order mark.",
	Off:  "Every JSON answer begins with U+FEFF.",
}, {
	Name: ruleJSONUTF8, Clause: "RFC 8259 §8.1", Kind: KindResponse,
	Text: "JSON is UTF-8.",
	Off:  "Every JSON answer has a member mockidp_place whose ü is written in ISO 8859-1.",
}, {
	Name: ruleJSONUnique, Clause: "RFC 8259 §4", Kind: KindResponse,
	Text: "The names in a JSON object are unique.",
	Off:  "The last member of every JSON answer is there twice, with the same value.",
}, {
	Name: ruleCodeAnswerNoToken, Clause: "RFC 9700 §4.3.2", Kind: KindResponse,
	Text: "An answer with a code has no token in its query.",
	Off:  "An access token stands in the query beside the code.",
}}
