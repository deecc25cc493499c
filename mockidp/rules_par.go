package mockidp

// Rules of pushed authorization requests: RFC 9126.
const (
	rulePushedNoRequestURI  = "pushed-no-request-uri"
	rulePushedClientID      = "pushed-client-id"
	rulePushedValidated     = "pushed-request-validated"
	rulePushedCreated       = "pushed-created-201"
	rulePushedUnpredictable = "pushed-request-uri-unpredictable"
	rulePushedNoStore       = "pushed-no-store"
	rulePushedOnce          = "pushed-single-use"
	rulePushedBound         = "pushed-client-bound"
	rulePushedUnexpired     = "pushed-unexpired"
	rulePushedRequired      = "pushed-required"
)

var pushedRules = []Rule{{
	Name: rulePushedNoRequestURI, Clause: "RFC 9126 §2.1", Kind: KindRequest,
	Text: "A pushed request has no request_uri.",
	Off:  "request_uri is left out of what is pushed.",
}, {
	Name: rulePushedClientID, Clause: "RFC 9126 §2.1", Kind: KindRequest,
	Text: "A pushed request has the client_id of the client that authenticates.",
	Off:  "client_id may be missing or another's; the client that authenticates counts.",
}, {
	Name: rulePushedValidated, Clause: "RFC 9126 §2.1", Kind: KindResponse,
	Text: "A pushed request is validated like one at the authorization endpoint.",
	Off:  "Anything can be pushed; it is validated when it is used.",
}, {
	Name: rulePushedCreated, Clause: "RFC 9126 §2.2", Kind: KindResponse,
	Text: "A pushed request is answered 201.",
	Off:  "It is answered 200.",
}, {
	Name: rulePushedUnpredictable, Clause: "RFC 9126 §2.2", Kind: KindResponse,
	Text: "A request_uri cannot be guessed.",
	Off:  "It ends in a number that counts up from 1.",
}, {
	Name: rulePushedNoStore, Clause: "RFC 9126 §2.2", Kind: KindResponse,
	Text: "The answer to a pushed request has Cache-Control: no-store and Pragma: no-cache.",
	Off:  "It has neither.",
}, {
	Name: rulePushedOnce, Clause: "RFC 9126 §4", Kind: KindRequest,
	Text: "A request_uri is used once.",
	Off:  "It can be used until it expires.",
}, {
	Name: rulePushedBound, Clause: "RFC 9126 §2.2", Kind: KindRequest,
	Text: "A request_uri is used by the client that pushed the request.",
	Off:  "Any client_id will do, or none.",
}, {
	Name: rulePushedUnexpired, Clause: "RFC 9126 §4", Kind: KindRequest,
	Text: "A request_uri is used before it expires.",
	Off:  "It can be used for an hour longer.",
}, {
	Name: rulePushedRequired, Clause: "RFC 9126 §4", Kind: KindRequest,
	Text: "A client that has to push its authorization requests does so.",
	Off:  "It may send the parameters to the authorization endpoint as well.",
}}
