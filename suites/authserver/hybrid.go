package authserver

import (
	"slices"

	"github.com/authassay/authassay/suites/check"
)

// The response types that bring an ID token together with a code, and together with
// an access token, from the authorization endpoint.
var (
	withCode  = []string{"code id_token", "code id_token token"}
	withToken = []string{"code id_token token", "id_token token"}
)

// hybridFlow are the checks of the hybrid flow (OpenID Connect Core §3.3).
func hybridFlow() []*check.Check {
	return []*check.Check{
		{
			// OpenID Connect Core §3.3.2.11: c_hash is REQUIRED in an ID token that
			// comes with a code: base64url of the left half of the hash of the code,
			// by the hash inside the algorithm of the ID token.
			ID: "hyb-c-hash", Level: check.Required,
			Title:   "An ID token that comes with a code has the right c_hash.",
			Clauses: []string{"OpenID Connect Core §3.3.2.11", "OpenID Connect Core §3.3.2.10"},
			Sent:    "An authorization request for a code and an ID token.",
			Judged:  "c_hash in the ID token, whose signature is verified, and its value. An algorithm without a known hash: not run.",
			Needs:   forAnswer(withCode...),
			Proves:  []string{"id-token-c-hash", "id-token-hash-half"},
			Run:     func(t *check.T) { hashed(t, "c_hash", "code", withCode...) },
		},
		{
			// OpenID Connect Core §3.3.2.11, §3.2.2.10: at_hash is REQUIRED in an ID
			// token that comes with an access token from the authorization endpoint.
			ID: "hyb-at-hash", Level: check.Required,
			Title:   "An ID token that comes with an access token from the authorization endpoint has the right at_hash.",
			Clauses: []string{"OpenID Connect Core §3.3.2.11", "OpenID Connect Core §3.2.2.10"},
			Sent:    "An authorization request for an ID token and an access token, with a code if the client may have it.",
			Judged:  "at_hash in the ID token, whose signature is verified, and its value. An algorithm without a known hash: not run.",
			Needs:   forAnswer(withToken...),
			Proves:  []string{"id-token-at-hash", "id-token-hash-half"},
			Run:     func(t *check.T) { hashed(t, "at_hash", "access_token", withToken...) },
		},
		{
			// OpenID Connect Core §3.3.3.6: where an ID token comes from both
			// endpoints, iss and sub must be identical in both.
			ID: "hyb-same-iss-sub", Level: check.Must,
			Title:   "The ID tokens of both endpoints have the same iss and sub.",
			Clauses: []string{"OpenID Connect Core §3.3.3.6"},
			Sent:    "An authorization request for a code and an ID token, and the token request with the code.",
			Judged:  "The two claims of both ID tokens, whose signatures are verified, character by character.",
			Needs:   append(slices.Clone(forAnswer(withCode...)), needTokenEndpoint),
			Proves:  []string{"hybrid-subject-same"},
			Run:     sameInBoth,
		},
	}
}

// hashed judges the claim that ties an ID token to what comes with it.
func hashed(t *check.T, claim, param string, responseTypes ...string) {
	const step = "authorization request"
	c, rt := answering(t, responseTypes...)
	l := authorize(t, *c, rt).answered(step)
	if l.Get(param) == "" || l.Get("id_token") == "" {
		t.Inconclusive("the answer to %s has not all that was asked for", rt)
	}
	tok := trusted(t, step, *c, l.Get("id_token"))
	want, known := tok.halfHash(l.Get(param))
	if !known {
		t.NotRun(check.Need{Name: "an ID token whose algorithm has a known hash", Hint: "the target signs with " + clip(tok.alg())})
	}
	t.Record("algorithm", tok.alg())
	t.Expect(tok).To(statement{tok.has(claim), claim, "none"}, "the ID token is not tied to the %s that comes with it", param)
	t.Expect(tok).To(statement{tok.text(claim) == want, claim + " " + want, clip(tok.text(claim))},
		"%s is not the left half of the hash of the %s that comes with the ID token", claim, param)
}

func sameInBoth(t *check.T) {
	c, rt := answering(t, withCode...)
	a := authorize(t, *c, rt)
	l := a.answered("authorization request")
	if l.Get("code") == "" || l.Get("id_token") == "" {
		t.Inconclusive("the answer to %s has not all that was asked for", rt)
	}
	front := trusted(t, "authorization request", *c, l.Get("id_token"))
	const step = "token request with the code"
	raw, _ := a.tokens(step, l.Get("code")).String("id_token")
	if raw == "" {
		t.Inconclusive("the token response has no ID token, so that there is nothing to compare with")
	}
	back := trusted(t, step, *c, raw)
	for _, claim := range []string{"iss", "sub"} {
		t.Expect(back).To(statement{back.text(claim) == front.text(claim), claim + " " + clip(front.text(claim)), clip(back.text(claim))},
			"the ID tokens of the two endpoints differ in %s", claim)
	}
}
