package authserver

import (
	"slices"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
	"github.com/authassay/authassay/suites/useragent"
)

// challengeMethods are the checks on code_challenge_method (RFC 7636 §4.3,
// §4.4.1).
func challengeMethods() []*check.Check {
	return []*check.Check{
		{
			// RFC 7636 §4.4.1: if the server does not support the requested
			// transformation, the authorization endpoint must return the error
			// response with invalid_request.
			ID: "pkce-unknown-method", Level: check.Must,
			Title:   "An unknown code_challenge_method is refused as invalid_request at the authorization endpoint.",
			Clauses: []string{"RFC 7636 §4.4.1"},
			Sent:    "The working authorization request with a made-up method; where it brings a code, the token request with the verifier, and with the challenge as verifier.",
			Judged:  "An error response with invalid_request. Another refusal, or a code that gives no token: warn. A token: fail.",
			Needs:   forPKCE,
			Proves:  []string{"pkce-method-known"},
			Run: func(t *check.T) {
				unsupported(t, "a made-up method", "authassay-"+t.Random(6))
			},
		},
		{
			// RFC 7636 §6.2.1: the name of a method is case-sensitive, so that "s256"
			// is a method that nobody registered; §4.4.1 says how it is answered.
			ID: "pkce-method-case", Level: check.Prose,
			Title:   "The method s256 is not taken for S256.",
			Clauses: []string{"RFC 7636 §6.2.1", "RFC 7636 §4.3", "RFC 7636 §4.4.1"},
			Sent:    "The working authorization request with the method s256; where it brings a code, the token request with the verifier, and with the challenge as verifier.",
			Judged:  "An error response with invalid_request. Another refusal, or a code that gives no token: warn. A token: fail.",
			Needs:   forPKCE,
			Proves:  []string{"pkce-method-exact"},
			Run:     func(t *check.T) { unsupported(t, "the method s256", "s256") },
		},
		{
			// RFC 7636 §7.2: plain should not be used, but for compatibility; RFC
			// 9700 §2.1.1: S256 is the only method that does not expose the verifier.
			ID: "pkce-plain-refused", Level: check.ShouldNot,
			Title:   "The method plain is not offered.",
			Clauses: []string{"RFC 7636 §7.2", "RFC 9700 §2.1.1"},
			Sent:    "The working authorization request with the verifier as challenge and the method plain; where it brings a code, the token request.",
			Judged:  "A token: the target offers plain. Any refusal: pass.",
			Needs:   forPKCE,
			Proves:  []string{"pkce-s256"},
			Run: func(t *check.T) {
				c := codeClients(t)[0]
				codesOf(t, c)("control: with S256")
				a := authorize(t, c, "code")
				why, r := flow(t, "with plain", a.challenge(a.verifier, "plain", a.verifier))
				if why == "" && !slices.Contains(advertisedChallenges(t), "plain") && !heedsVerifier(t) {
					t.Look("with plain", r)
					t.Inform("a challenge by plain gives a token, at a target that looks at no verifier", "a refusal", "a token")
					return
				}
				t.Look("with plain", r)
				t.Expect(why).To(statement{why != "", "a refusal", "a token"}, "the target offers plain, which shows the verifier to whoever sees the authorization request")
			},
		},
		{
			// RFC 7636 §4.4.1: the authorization endpoint must return the error
			// response; RFC 6749 §4.1.2.1: that goes to the redirect URI, and state
			// is REQUIRED in it if the request had one.
			ID: "pkce-error-page-vs-redirect", Level: check.Must,
			Title:   "What is wrong with a challenge is told the client, at its redirect URI and with its state.",
			Clauses: []string{"RFC 7636 §4.4.1", "RFC 6749 §4.1.2.1"},
			Sent:    "The working authorization request with a made-up code_challenge_method.",
			Judged:  "The answer goes to the redirect URI and has the state of the request. A page instead: warn, nobody is harmed. A method that is not refused: not run.",
			Needs:   forPKCE,
			Proves:  []string{"pkce-error-redirected", "state-echoed"},
			Run:     errorRedirected,
		},
	}
}

// withMethod is a change of the method and of nothing else.
func withMethod(step, method string, judge func(*authorization, *useragent.Outcome)) authorizationChange {
	var changed *authorization
	return authorizationChange{step,
		func(a *authorization) {
			changed = a
			a.request.Set("code_challenge_method", method)
		},
		func(o *useragent.Outcome) { judge(changed, o) }}
}

// unsupported expects a method that the target does not support to be refused.
func unsupported(t *check.T, step, method string) {
	c := codeClients(t)[0]
	contrastAuthorization(t, func(t *check.T) *authorization { return authorize(t, c, "code") }, "code",
		withMethod(step, method, func(a *authorization, o *useragent.Outcome) {
			if landed(o, "code") == "" {
				takenFor(t, a, o)
				t.Look(step, o.Last())
			}
			deniedAs(t, o, "invalid_request")
		}))
}

// takenFor expects a code that should not have been given to be good for nothing:
// neither the verifier nor the challenge redeems it.
func takenFor(t *check.T, a *authorization, o *useragent.Outcome) {
	code := o.Landing.Get("code")
	for _, try := range []struct{ step, verifier, as string }{
		{"its code, with the verifier", a.verifier, "with the verifier, as for S256"},
		{"its code, with the challenge", oauth.ChallengeS256(a.verifier), "with the challenge as its verifier, as for plain"},
	} {
		r := t.Do(try.step, "token", a.redeem(code).Set("code_verifier", try.verifier).HTTP())
		if oauth.Issued(r) != "" && !heedsVerifier(t) {
			try.as = "whatever the verifier: it does not look at it"
		}
		t.Look(try.step, r)
		t.Expect(r).To(oauth.RefuseToken(), "the target gives a code for a method that it does not support, and tokens for the code %s", try.as)
	}
}

func errorRedirected(t *check.T) {
	c := codeClients(t)[0]
	contrastAuthorization(t, func(t *check.T) *authorization { return authorize(t, c, "code") }, "code",
		withMethod("a made-up method", "authassay-"+t.Random(6), func(a *authorization, o *useragent.Outcome) {
			if landed(o, "code") == "" {
				t.NotRun(check.Need{
					Name: "a target that refuses an unknown code_challenge_method",
					Hint: "see pkce-unknown-method; as it is, there is no error to look at",
				})
			}
			if o.Landing == nil || o.Landing.To != "" {
				t.Safe(o).To(statement{false, "an error response at the redirect URI", ending(o)}, "the client is not told what is wrong with its challenge")
				return
			}
			got := o.Landing.Get("state")
			t.Expect(got).To(statement{got == a.request.Get("state"), "the state of the request", stateGot(got)}, "the error response does not have the state of the request")
		}))
}

// stateGot says what state came, if any.
func stateGot(s string) string {
	if s == "" {
		return "none"
	}
	return "another"
}
