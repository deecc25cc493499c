package authserver

import (
	"slices"
	"strings"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/useragent"
)

// The response types that bring an access token, and no code, from the
// authorization endpoint; and those that bring an ID token from there.
var (
	implicitTokens = []string{"token", "id_token token"}
	frontIDTokens  = []string{"id_token", "id_token token", "code id_token", "code id_token token"}
)

// implicitGrant are the checks of the implicit grant (RFC 6749 §4.2, OpenID Connect
// Core §3.2).
func implicitGrant() []*check.Check {
	return []*check.Check{
		{
			// RFC 6749 §4.2.2: access_token and token_type are REQUIRED, and state
			// where the request had one, with the exact value. expires_in is
			// RECOMMENDED, and may be documented instead.
			ID: "impl-required-params", Level: check.Required,
			Title:   "The answer with a token has access_token, token_type and the state of the request.",
			Clauses: []string{"RFC 6749 §4.2.2"},
			Sent:    "An authorization request for a token, with a state.",
			Judged:  "The three parameters, and the value of state. An error or a page: error, since the client may not be set up for it. Whether there is an expires_in is noted.",
			Needs:   forAnswer(implicitTokens...),
			Proves:  []string{"authorization-token-type", "state-echoed"},
			Run: func(t *check.T) {
				c, rt := answering(t, implicitTokens...)
				a := authorize(t, *c, rt)
				l := a.answered("authorization request")
				t.Record("expires_in", yesNo(l.Get("expires_in") != ""))
				t.Expect(l).To(hasParam(l, "access_token"), "the answer has no access token")
				t.Expect(l).To(hasParam(l, "token_type"), "the answer does not say what type the token is")
				t.Expect(l).To(statement{l.Get("state") == a.request.Get("state"), "the state of the request", orNone(l.Get("state"))},
					"the answer does not have the state of the request")
			},
		},
		{
			// RFC 6749 §4.2.2: the server must not issue a refresh token; OpenID
			// Connect Core §11: without a code it must ignore offline_access.
			ID: "impl-no-refresh", Level: check.MustNot,
			Title:   "No refresh token comes with a token from the authorization endpoint.",
			Clauses: []string{"RFC 6749 §4.2.2", "OpenID Connect Core §11"},
			Sent:    "An authorization request for a token; where the client asks for openid, with offline_access too.",
			Judged:  "No refresh_token in the answer, wherever its parameters stand.",
			Needs:   forAnswer(implicitTokens...),
			Proves:  []string{"authorization-no-refresh"},
			Run:     implicitRefresh,
		},
		{
			// RFC 6749 §4.2.2: scope is REQUIRED where it differs from the one that
			// was asked for. A server may also refuse what it does not know (§3.3).
			ID: "impl-scope", Level: check.Required,
			Title:   "The answer with a token states its scope where it is not the one that was asked for.",
			Clauses: []string{"RFC 6749 §4.2.2", "RFC 6749 §3.3"},
			Sent:    "An authorization request for a token, with a made-up scope beside the client's own.",
			Judged:  "An error, or a scope in the answer: pass. A token and no scope: fail, unless introspection or the claim of a JWT shows that the made-up scope was granted; where nothing shows it: not run.",
			Needs:   forAnswer(implicitTokens...),
			Proves:  []string{"authorization-scope-stated"},
			Run:     implicitScope,
		},
		{
			// OpenID Connect Core §3.2.2.1, §3.3.2.1: nonce is REQUIRED where an ID
			// token comes from the authorization endpoint; §3.1.2.2 has the server
			// verify that what is required is there, §3.1.2.6 gives the error.
			ID: "impl-nonce-required", Level: check.Required,
			Title:   "A request for an ID token from the authorization endpoint is refused without a nonce.",
			Clauses: []string{"OpenID Connect Core §3.2.2.1", "OpenID Connect Core §3.3.2.1", "OpenID Connect Core §3.1.2.2"},
			Sent:    "The working authorization request for an ID token without nonce.",
			Judged:  "No ID token, no access token, no code; then the error code at the redirect URI: invalid_request.",
			Needs:   forAnswer(frontIDTokens...),
			Proves:  []string{"nonce-required"},
			Run: func(t *check.T) {
				c, rt := answering(t, frontIDTokens...)
				contrastAuthorization(t, func(t *check.T) *authorization { return authorize(t, *c, rt) }, "id_token", authorizationChange{
					"without nonce", func(a *authorization) { a.request.Del("nonce") }, func(o *useragent.Outcome) {
						t.Expect(o).To(statement{given(o.Landing) == "", "a refusal", "an answer with " + given(o.Landing)},
							"the target issues an ID token that nobody can tie to a request")
						t.Safe(o).To(statement{o.Landing != nil && o.Landing.To == "" && o.Landing.Get("error") == "invalid_request", "error invalid_request at the redirect URI", landed(o, "error")},
							"the refusal does not name its reason as the clause describes")
					},
				})
			},
		},
	}
}

// given names what an answer gives away; empty when it gives nothing.
func given(l *useragent.Landing) string {
	if l == nil {
		return ""
	}
	for _, name := range []string{"id_token", "access_token", "code"} {
		if l.Query.Get(name)+l.Fragment.Get(name)+l.Form.Get(name) != "" {
			return name
		}
	}
	return ""
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return clip(s)
}

func implicitRefresh(t *check.T) {
	c, rt := answering(t, implicitTokens...)
	judge := func(l *useragent.Landing) {
		found := l.Query.Get("refresh_token")+l.Fragment.Get("refresh_token")+l.Form.Get("refresh_token") != ""
		t.Expect(l).To(statement{!found, "no refresh_token", "one"}, "a refresh token is sent by way of the browser")
	}
	judge(authorize(t, *c, rt).answered("authorization request"))
	if slices.Contains(c.Scopes, "openid") && !slices.Contains(c.Scopes, "offline_access") {
		const step = "with offline_access"
		a := authorize(t, *c, rt)
		a.askForRefresh(refreshOffline)
		o := a.walk(step)
		t.Look(step, o.Last())
		if o.Landing != nil { // a refusal brings none either
			judge(o.Landing)
		}
	}
}

func implicitScope(t *check.T) {
	c, rt := answering(t, implicitTokens...)
	authorize(t, *c, rt).answered("control")
	extra := "authassay" + t.Random(10)
	a := authorize(t, *c, rt)
	a.request.Set("scope", strings.Join(append(slices.Clone(c.Scopes), extra), " "))
	const step = "with a made-up scope"
	o := a.walk(step)
	if o.Landing == nil || o.Landing.Get("access_token") == "" {
		t.Record(step, landed(o, "access_token"))
		return // nothing was granted, so nothing is to be stated
	}
	if o.Landing.Get("scope") != "" {
		return
	}
	real, known := scopeOfToken(t, "the scope of the token", *c, o.Landing.Get("access_token"))
	t.Look(step, o.Last())
	got := seen("", false, real, known)
	if got.undecidable() {
		t.NotRun(needScopeSeen)
	}
	got.expectStated(t, extra)
}
