package mockidp

// Rules of token exchange: RFC 8693.
const (
	ruleExchangeSubjectType   = "exchange-subject-type-required"
	ruleExchangeActorType     = "exchange-actor-type-paired"
	ruleExchangeRequestedType = "exchange-requested-type"
	ruleExchangeTypeMatches   = "exchange-type-matches"
	ruleExchangeSubjectValid  = "exchange-subject-token-valid"
	ruleExchangeActorValid    = "exchange-actor-token-valid"
	ruleExchangeMayAct        = "exchange-may-act"
	ruleExchangeScope         = "exchange-scope-within"
	ruleExchangeTarget        = "exchange-audience-known"
	ruleExchangeActChain      = "exchange-act-chain"
	ruleExchangeIssuedType    = "exchange-issued-token-type"
)

var exchangeRules = []Rule{{
	Name: ruleExchangeSubjectType, Clause: "RFC 8693 §2.1", Kind: KindRequest,
	Text: "subject_token comes with subject_token_type.",
	Off:  "Without subject_token_type any token of the provider is taken.",
}, {
	Name: ruleExchangeActorType, Clause: "RFC 8693 §2.1", Kind: KindRequest,
	Text: "actor_token_type is there with actor_token, and only with it.",
	Off:  "Without actor_token_type any token of the provider is taken; without actor_token it is ignored.",
}, {
	Name: ruleExchangeRequestedType, Clause: "RFC 8693 §2.2.2", Kind: KindRequest,
	Text: "requested_token_type, if it is there, is a type that the provider can issue.",
	Off:  "An access token is issued whatever is asked for.",
}, {
	Name: ruleExchangeTypeMatches, Clause: "RFC 8693 §2.1", Kind: KindRequest,
	Text: "A token is of the type that is named for it.",
	Off:  "Any token of the provider is taken for what it is.",
}, {
	Name: ruleExchangeSubjectValid, Clause: "RFC 8693 §2.2.2", Kind: KindRequest,
	Text: "The subject token is valid: issued by the provider and live, or a JWT of a trusted issuer; else the error is invalid_request.",
	Off:  "A token of the provider that is no longer live is accepted, and any other JWT is believed as it stands.",
}, {
	Name: ruleExchangeActorValid, Clause: "RFC 8693 §2.2.2", Kind: KindRequest,
	Text: "The actor token is valid, in the same way.",
	Off:  "A token of the provider that is no longer live is accepted, and any other JWT is believed as it stands.",
}, {
	Name: ruleExchangeMayAct, Clause: "RFC 8693 §4.4", Kind: KindRequest,
	Text: "Where the subject token has may_act, the actor, or the client where there is none, is who it names.",
	Off:  "may_act is not looked at.",
}, {
	Name: ruleExchangeScope, Clause: "RFC 6749 §5.2", Kind: KindRequest,
	Text: "No scope is asked for that the subject token does not have, where it has scopes.",
	Off:  "Any scope that the client may have is granted.",
}, {
	Name: ruleExchangeTarget, Clause: "RFC 8693 §2.2.2", Kind: KindRequest,
	Text: "Every audience is a client, a resource of the client, or the provider; else the error is invalid_target.",
	Off:  "A token is issued for any audience.",
}, {
	Name: ruleExchangeActChain, Clause: "RFC 8693 §4.1", Kind: KindResponse,
	Text: "act of the new token names the actor, and in it stands the act of the subject token.",
	Off:  "act names the actor alone; who acted before is lost.",
}, {
	Name: ruleExchangeIssuedType, Clause: "RFC 8693 §2.2.1", Kind: KindResponse,
	Text: "The answer has issued_token_type.",
	Off:  "The member is missing.",
}}
