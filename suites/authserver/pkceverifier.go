package authserver

import (
	"slices"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// codeVerifiers are the checks on the verifier of a token request (RFC 7636
// §4.5, §4.6).
func codeVerifiers() []*check.Check {
	return []*check.Check{
		{
			// RFC 7636 §4.6: if the transformed verifier does not equal the
			// challenge, invalid_grant must be returned. RFC 9700 §2.1.1: a server
			// that was sent a challenge must enforce the verifier, so that under
			// that policy it is no excuse to do no PKCE at all.
			ID: "pkce-wrong-verifier", Level: check.Must,
			Title:   "A wrong code_verifier is refused as invalid_grant.",
			Clauses: []string{"RFC 7636 §4.6", "RFC 9700 §2.1.1"},
			Sent:    "The working token request with one character of the verifier changed; for a confidential and a public client, as far as there are any.",
			Judged:  "No token; then the error code: invalid_grant.",
			Needs:   append(slices.Clone(forCode), needPKCEOrPolicy),
			Proves:  []string{"pkce-verifier-matches", "pkce-supported"},
			Run: func(t *check.T) {
				for _, c := range ofEachKind(t) {
					contrastRedemption(t, codesOf(t, c), change{c.ID + ": one character changed", wrongVerifier, refused(t, "invalid_grant")})
				}
			},
		},
		{
			// RFC 7636 §4.5: code_verifier is REQUIRED in the token request; RFC
			// 9700 §4.8.2: for a code that was asked for with a challenge there must
			// be a valid verifier. Which error code is left open.
			ID: "pkce-missing-verifier", Level: check.Must,
			Title:   "For a code with a challenge, a token request without code_verifier is refused.",
			Clauses: []string{"RFC 9700 §4.8.2", "RFC 7636 §4.5", "RFC 9700 §2.1.1"},
			Sent:    "The working token request without code_verifier; for a confidential and a public client, as far as there are any.",
			Judged:  "No token; then the error code: invalid_grant or invalid_request.",
			Needs:   forPKCE,
			Proves:  []string{"pkce-verifier-required"},
			Run: func(t *check.T) {
				for _, c := range ofEachKind(t) {
					contrastRedemption(t, codesOf(t, c), change{c.ID + ": without code_verifier", dropParam("code_verifier"), refused(t, "invalid_grant", "invalid_request")})
				}
			},
		},
		{
			// RFC 7636 §4.1: a verifier has 43 characters at least; RFC 6749 §3.2: a
			// parameter without a value is treated as if it was omitted.
			ID: "pkce-empty-verifier", Level: check.Must,
			Title:   "An empty code_verifier is refused.",
			Clauses: []string{"RFC 7636 §4.5", "RFC 7636 §4.1", "RFC 6749 §3.2"},
			Sent:    "The working token request with an empty code_verifier.",
			Judged:  "No token; then the error code: invalid_grant or invalid_request.",
			Needs:   forPKCE,
			Proves:  []string{"pkce-verifier-required"},
			Run: func(t *check.T) {
				contrastRedemption(t, codesOf(t, codeClients(t)[0]), change{"an empty code_verifier", setParam("code_verifier", ""), refused(t, "invalid_grant", "invalid_request")})
			},
		},
		{
			// RFC 7636 §4.6: with S256 the verifier is hashed before it is compared.
			// Who compares it as with plain gives tokens to anybody who has seen the
			// authorization request.
			ID: "pkce-challenge-as-verifier", Level: check.Must,
			Title:   "The challenge itself is no verifier for S256.",
			Clauses: []string{"RFC 7636 §4.6"},
			Sent:    "The working token request with the code_challenge as code_verifier.",
			Judged:  "No token; then the error code: invalid_grant.",
			Needs:   forPKCE,
			Proves:  []string{"pkce-verifier-transformed"},
			Run: func(t *check.T) {
				contrastRedemption(t, codesOf(t, codeClients(t)[0]), change{"the challenge as verifier", func(r *oauth.TokenRequest) {
					r.Set("code_verifier", oauth.ChallengeS256(r.Get("code_verifier")))
				}, refused(t, "invalid_grant")})
			},
		},
		{
			// RFC 7636 §4.4: the server must associate the challenge with the code;
			// RFC 9700 §4.5.3.1: so that a code that is injected does not fit the
			// verifier of the client's own session.
			ID: "pkce-cross-code", Level: check.Must,
			Title:   "The verifier of one flow does not redeem the code of another.",
			Clauses: []string{"RFC 7636 §4.4", "RFC 7636 §4.6", "RFC 9700 §4.5.3.1"},
			Sent:    "Two flows of a client; the token request for the code of the first with the verifier of the second.",
			Judged:  "No token; then the error code: invalid_grant. The second verifier redeems its own code.",
			Needs:   forPKCE,
			Proves:  []string{"pkce-verifier-matches"},
			Run: func(t *check.T) {
				begin := codesOf(t, codeClients(t)[0])
				second, own := begin("the second flow: authorization request")
				contrastRedemption(t, begin, change{"the code of the first flow with the verifier of the second",
					setParam("code_verifier", second.verifier), refused(t, "invalid_grant")})
				second.tokens("the second flow: its own code", own)
			},
		},
		{
			// RFC 9700 §2.1.1, §4.8.2: if there was no challenge in the authorization
			// request, a token request with a verifier must be rejected: an attacker
			// took the challenge out. Whoever gives no code without a challenge does
			// so implicitly. RFC 7636 §5 asks nothing of the kind.
			ID: "pkce-no-challenge-verifier", Level: check.Must,
			LevelUnder: map[target.Policy]check.Level{target.PolicyRFC6749: check.May, target.PolicyOIDC: check.May},
			Title:      "For a code without a challenge, a token request with a code_verifier is refused.",
			Clauses:    []string{"RFC 9700 §4.8.2", "RFC 9700 §2.1.1", "OAuth 2.1 draft §4.1.3"},
			Sent:       "The authorization request without a challenge, and the token request for its code with a verifier.",
			Judged:     "No code without a challenge: pass. No token; then the error code: invalid_request or invalid_grant.",
			Needs:      forPKCE,
			Proves:     []string{"pkce-no-downgrade"},
			Run:        noChallengeVerifier,
		},
	}
}

var needPKCEOrPolicy = check.Need{
	Name: needPKCE.Name,
	Hint: needPKCE.Hint,
	Met:  func(t *check.T) bool { return pkceDemanded(t) || doesPKCE(t) },
}

func noChallengeVerifier(t *check.T) {
	// A confidential client comes first: a public one has to use PKCE anyway.
	c := codeClients(t)[0]
	first := authorize(t, c, "code").unchallenged()
	o := first.walk("authorization request without a challenge")
	if why := landed(o, "code"); why != "" {
		codesOf(t, c)("control: authorization request with a challenge")
		t.Record("without a challenge", why)
		return
	}
	begin := func(step string) (*authorization, string) {
		if a := first; a != nil {
			first = nil
			return a, o.Landing.Get("code")
		}
		a := authorize(t, c, "code").unchallenged()
		return a, a.code(step)
	}
	contrastRedemption(t, begin, change{"with a code_verifier", setParam("code_verifier", t.Random(64)), refused(t, "invalid_request", "invalid_grant")})
}
