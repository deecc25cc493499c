package authserver

import (
	"slices"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
	"github.com/authassay/authassay/suites/useragent"
)

// authorizationRequests are the checks on how authorization requests are read
// (RFC 6749 §3.1, §3.1.1, §3.3).
func authorizationRequests() []*check.Check {
	return slices.Concat([]*check.Check{
		{
			// RFC 6749 §3.1: the server must support GET at the authorization
			// endpoint, and may support POST.
			ID: "authz-get", Level: check.Must,
			Title:   "The authorization endpoint accepts GET.",
			Clauses: []string{"RFC 6749 §3.1"},
			Sent:    "An authorization request by GET, and where that brings the client no answer the same by POST.",
			Judged:  "An answer at the redirect URI, an error too: pass. None by GET and one by POST: fail. None either way: error, the request may not be the right one.",
			Needs:   forAuthorization,
			Proves:  []string{"authorization-get"},
			Run: func(t *check.T) {
				c := codeClients(t)[0]
				o := authorize(t, c, "code").walk("by GET")
				if o.Landing != nil && o.Landing.To == "" {
					return
				}
				a := authorize(t, c, "code")
				a.request.Post = true
				p := a.walk("by POST")
				lookAt(t, "by GET", o)
				if p.Landing == nil || p.Landing.To != "" {
					t.Inconclusive("the authorization request brings the client no answer by GET (%s) and none by POST (%s)", came(o), came(p))
				}
				t.Expect(o).To(statement{false, "an answer at the redirect URI", came(o)}, "the authorization endpoint serves POST and not GET")
			},
		},
		{
			// RFC 6749 §3.1: the server must ignore request parameters that it does
			// not recognise.
			ID: "authz-unknown-param-ignored", Level: check.Must,
			Title:   "Unrecognised parameters of an authorization request are ignored.",
			Clauses: []string{"RFC 6749 §3.1"},
			Sent:    "The working request with one made-up parameter.",
			Judged:  "A code at the redirect URI: pass. A refusal: fail.",
			Needs:   forAuthorization,
			Proves:  []string{"authorization-unknown-ignored"},
			Run: func(t *check.T) {
				name := "authassay_" + t.Random(10)
				contrastAuthorization(t, workingRequest, "code", authorizationChange{"with the parameter " + name,
					func(a *authorization) { a.request.Add(name, t.Random(10)) },
					func(o *useragent.Outcome) {
						t.Expect(o).To(statement{landed(o, "code") == "", "an authorization code, as without the parameter", came(o)},
							"the target refuses a request for a parameter that it does not know")
					}})
			},
		},
		{
			// RFC 6749 §3.1: parameters sent without a value must be treated as if
			// they were omitted. What the server makes of a request that omits
			// scope or state is its own business; it is the same either way.
			ID: "authz-empty-param-omitted", Level: check.Must,
			Title:   "A parameter of an authorization request that has no value counts as omitted.",
			Clauses: []string{"RFC 6749 §3.1"},
			Sent:    "The working request without scope, and with scope and no value; the same for state; and with prompt, login_hint and response_mode without values.",
			Judged:  "The same answer either way: a code, or the same error; and no state where none had a value.",
			Needs:   forAuthorization,
			Proves:  []string{"authorization-empty-omitted"},
			Run: func(t *check.T) {
				emptyLikeOmitted(t, "scope")
				emptyLikeOmitted(t, "state")
				contrastAuthorization(t, workingRequest, "code", authorizationChange{"prompt, login_hint and response_mode without values",
					func(a *authorization) { a.request.Add("prompt", "").Add("login_hint", "").Add("response_mode", "") },
					func(o *useragent.Outcome) {
						t.Expect(o).To(statement{landed(o, "code") == "", "an authorization code, as without the parameters", came(o)},
							"parameters without a value are not treated as omitted")
					}})
			},
		},
		{
			// RFC 6749 §3.1: parameters must not be included more than once, which
			// binds the sender; §4.1.2.1 describes how a server answers a request
			// that does: invalid_request. Who takes one of two equal values does what
			// the correct request asks for, and nobody is harmed; who takes one of
			// two that differ guesses which was meant. What the server does not
			// recognise it ignores, so that nothing is repeated but what every server
			// knows. Where client_id or redirect_uri is repeated there may be nobody
			// to tell.
			ID: "authz-duplicate-param", Level: check.Prose,
			Title:   "An authorization request that repeats a parameter is refused as invalid_request.",
			Clauses: []string{"RFC 6749 §4.1.2.1", "RFC 6749 §3.1"},
			Sent:    "The working request with client_id, redirect_uri, scope and, where the metadata lists PKCE methods, code_challenge twice, one at a time, with the same value; then with two states that differ, and with a made-up response_type after the right one, and before it.",
			Judged:  "No code; then the error at the redirect URI: invalid_request. A code for two values that differ: fail; for the same value twice: warn. A page is as good for client_id and redirect_uri.",
			Needs:   forAuthorization,
			Proves:  []string{"authorization-parameters-unrepeated"},
			Run:     repeatedParameters,
		},
		{
			// RFC 6749 §3.1.1: a request without response_type gets an error
			// response as §4.1.2.1 describes, which is a redirect. Its code is not
			// named there: invalid_request describes it (a required parameter is
			// missing), unsupported_response_type as well.
			ID: "authz-missing-response-type", Level: check.Must,
			Title:   "An authorization request without response_type gets an error response.",
			Clauses: []string{"RFC 6749 §3.1.1", "RFC 6749 §4.1.2.1"},
			Sent:    "The working request without response_type.",
			Judged:  "No code; then an error at the redirect URI, else a warning: invalid_request or unsupported_response_type.",
			Needs:   forAuthorization,
			Proves:  []string{"response-type-required", "authorization-error-redirected"},
			Run: func(t *check.T) {
				m := tryMistake(t, noResponseType)
				m.decided(t)
				refusedByRedirect(t, m.o, "invalid_request", "unsupported_response_type")
			},
		},
		{
			// RFC 6749 §3.1.1: a response type that is not understood gets an error
			// response as §4.1.2.1 describes. unsupported_response_type is made for
			// it; invalid_request ("an invalid parameter value") and unauthorized_client
			// ("not authorized … using this method") describe it too.
			ID: "authz-unknown-response-type", Level: check.Must,
			Title:   "An unknown response_type gets an error response.",
			Clauses: []string{"RFC 6749 §3.1.1", "RFC 6749 §4.1.2.1"},
			Sent:    "The working request with a made-up response_type.",
			Judged:  "No code; then an error at the redirect URI, else a warning: unsupported_response_type, invalid_request or unauthorized_client.",
			Needs:   forAuthorization,
			Proves:  []string{"response-type-known", "authorization-error-redirected"},
			Run: func(t *check.T) {
				m := tryMistake(t, unknownResponseType)
				m.decided(t)
				refusedByRedirect(t, m.o, "unsupported_response_type", "invalid_request", "unauthorized_client")
			},
		},
	}, authorizationScopes())
}

// workingRequest makes the correct request of the first client.
func workingRequest(t *check.T) *authorization { return authorize(t, codeClients(t)[0], "code") }

// emptyLikeOmitted compares a request that leaves a parameter out with one that
// has it without a value.
func emptyLikeOmitted(t *check.T, name string) {
	correctRequest(t)
	omitted := workingRequest(t)
	omitted.request.Del(name)
	without := omitted.walk("without " + name)
	empty := workingRequest(t)
	empty.request.Set(name, "")
	with := empty.walk(name + " without a value")
	lookAt(t, name+" without a value", with)
	want, got := kind(without), kind(with)
	s := statement{want == got, "the same as without " + name + ": " + want, came(with)}
	if issued(with) != "" { // more than without it, which harms nobody
		t.Safe(with).To(s, "%s without a value is not treated as omitted", name)
	} else {
		t.Expect(with).To(s, "%s without a value is not treated as omitted", name)
	}
	if name == "state" && with.Landing != nil {
		t.Expect(with).To(statement{with.Landing.Get("state") == "", "no state in the answer", "a state that nobody sent"},
			"a state without a value is not treated as omitted")
	}
}

// kind is what came of a walk, as far as two walks can be compared.
func kind(o *useragent.Outcome) string {
	switch {
	case o.Landing == nil || o.Landing.To != "":
		return "a page"
	case issued(o) != "":
		return "a code"
	case o.Landing.Get("error") != "":
		return "the error " + o.Landing.Get("error")
	}
	return "neither a code nor an error"
}

func repeatedParameters(t *check.T) {
	names := []string{"client_id", "redirect_uri", "scope"}
	if d := discover(t).chosen; d != nil {
		if methods, _, ok := d.list("code_challenge_methods_supported"); ok && len(methods) > 0 {
			names = append(names, "code_challenge")
		}
	}
	var changes []authorizationChange
	for _, name := range names {
		if workingRequest(t).request.Get(name) == "" {
			continue // not sent by this client, so not to be repeated
		}
		changes = append(changes, authorizationChange{name + " twice", func(a *authorization) { again(a.request, name) },
			func(o *useragent.Outcome) {
				if (name == "client_id" || name == "redirect_uri") && (o.Landing == nil || o.Landing.To == useragent.Elsewhere) {
					return // who would be told, and where, is just what is in doubt
				}
				if issued(o) != "" {
					t.Safe(o).To(statement{false, "the error invalid_request", came(o)}, "the target takes a request that has a parameter twice, with the same value")
					return
				}
				refusedByRedirect(t, o, "invalid_request")
			}})
	}
	differing := func(step string, apply func(*oauth.AuthorizationRequest)) authorizationChange {
		return authorizationChange{step, func(a *authorization) { apply(a.request) }, func(o *useragent.Outcome) {
			t.Expect(o).To(statement{issued(o) == "", "the error invalid_request", came(o)}, "the target takes one of two values that differ")
			refusedByRedirect(t, o, "invalid_request")
		}}
	}
	other := "authassay_" + t.Random(10)
	contrastAuthorization(t, workingRequest, "code", append(changes,
		differing("two states", func(r *oauth.AuthorizationRequest) { r.Add("state", "state-"+t.Random(26)) }),
		differing("response_type code, and a made-up one", func(r *oauth.AuthorizationRequest) { r.Add("response_type", other) }),
		differing("a made-up response_type, and code", func(r *oauth.AuthorizationRequest) { r.Set("response_type", other).Add("response_type", "code") }))...)
}

// again repeats a parameter.
func again(r *oauth.AuthorizationRequest, name string) { r.Add(name, r.Get(name)) }
