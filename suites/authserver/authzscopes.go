package authserver

import (
	"slices"
	"strings"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// authorizationScopes are the checks on the scope of an authorization request
// (RFC 6749 §3.3).
func authorizationScopes() []*check.Check {
	return []*check.Check{
		{
			// RFC 6749 §3.3: the server may ignore a scope, and must say which scope
			// it granted when that is another than the one requested; §4.1.2.1: an
			// unknown scope is invalid_scope. The scope that was granted is stated
			// in the token response (§5.1).
			ID: "authz-invalid-scope", Level: check.Must,
			Title:   "An unknown scope is refused as invalid_scope, or the token response states the scope that was granted.",
			Clauses: []string{"RFC 6749 §3.3", "RFC 6749 §4.1.2.1", "RFC 6749 §5.1"},
			Sent:    "The working request with a made-up scope beside its own; where that brings a code, the token request with it.",
			Judged:  "invalid_scope, or a token with another scope stated: pass. No scope in the answer, and a token without the made-up one, by introspection or the claim of a JWT: fail. Another error, a page, or the made-up scope granted, as the answer or the token says (an answer without scope says so): warn.",
			Needs:   forCode,
			Proves:  []string{"scope-known"},
			Run: func(t *check.T) {
				m := tryMistake(t, unknownScope)
				m.decided(t)
				if issued(m.o) != "code" {
					refusedByRedirect(t, m.o, "invalid_scope")
					return
				}
				m.grantsOddScope(t, m.redeemed(t))
			},
		},
		{
			// RFC 6749 §3.3: a scope token has neither quotation marks nor
			// backslashes; §4.1.2.1: a malformed scope is invalid_scope, and an
			// otherwise malformed request invalid_request. The server may also
			// ignore what it does not like, and then states what it granted.
			ID: "authz-malformed-scope", Level: check.ABNF,
			Title:   "A scope that breaks the grammar is refused, or left out of what is granted.",
			Clauses: []string{"RFC 6749 §3.3", "RFC 6749 §4.1.2.1"},
			Sent:    "The working request with a word beside its own scope that holds a quotation mark and a backslash; where that brings a code, the token request with it.",
			Judged:  "invalid_scope or invalid_request, or a token with another scope stated: pass. A token with the malformed scope stated: fail. Else as authz-invalid-scope.",
			Needs:   forCode,
			Proves:  []string{"scope-grammar"},
			Run: func(t *check.T) {
				m := tryMistake(t, malformedScope)
				m.decided(t)
				if issued(m.o) != "code" {
					refusedByRedirect(t, m.o, "invalid_scope", "invalid_request")
					return
				}
				r := m.redeemed(t)
				granted, _ := oauth.Read(r).String("scope")
				t.Expect(r).To(statement{!slices.Contains(strings.Fields(granted), m.oddScope()), "a scope of scope tokens", "the malformed scope granted"},
					"the target grants a scope that no scope may be")
				m.grantsOddScope(t, r)
			},
		},
		{
			// RFC 6749 §3.3: without scope the server must either process the
			// request with a default, or fail it indicating an invalid scope.
			ID: "authz-scope-default", Level: check.Must,
			Title:   "An authorization request without scope is processed with a default, or fails with invalid_scope.",
			Clauses: []string{"RFC 6749 §3.3"},
			Sent:    "The working request without scope.",
			Judged:  "A code, or the error invalid_scope: pass. Another error, or a page: warn, since the request fails as it may and does not say why.",
			Needs:   forAuthorization,
			Proves:  []string{"scope-omitted"},
			Run: func(t *check.T) {
				correctRequest(t)
				a := workingRequest(t)
				a.request.Del("scope")
				o := a.walk("without scope")
				if issued(o) == "" {
					refusedByRedirect(t, o, "invalid_scope")
					again := workingRequest(t).walk("control, once more")
					t.Require(landed(again, "code")).To(beEmpty(), "the correct authorization request does not succeed any more, so nothing follows from a refusal")
				}
				t.Record("without scope", came(o))
			},
		},
	}
}

// redeemed exchanges the code that came of a mistake after all.
func (m mistaken) redeemed(t *check.T) *check.Response {
	r := t.Do("the token request with its code", "token", m.redeem(m.o.Landing.Get("code")).HTTP())
	if r.Status >= 500 {
		t.Inconclusive("the token request is answered %d, which is neither a refusal nor a success", r.Status)
	}
	return r
}

// grantsOddScope judges the token response to a code that was asked for with a
// scope nobody defined.
func (m mistaken) grantsOddScope(t *check.T, r *check.Response) {
	if oauth.Issued(r) == "" {
		t.Safe(r).To(oauth.HaveError("invalid_scope"), "the refusal of an unknown scope does not name its reason as the clause describes")
		return
	}
	stated, says := oauth.Read(r).String("scope")
	token, _ := oauth.Read(r).String("access_token")
	real, known := scopeOfToken(t, "what has the token?", m.client, token)
	t.Look("the token request with its code", r)
	seen(stated, says, real, known).judgeMadeUp(t, m.oddScope())
}

// oddScope is the last word of the scope that was asked for.
func (m mistaken) oddScope() string {
	words := strings.Fields(m.request.Get("scope"))
	return words[len(words)-1]
}
