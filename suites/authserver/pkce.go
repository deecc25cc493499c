package authserver

import (
	"slices"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// proofKeys are the checks of PKCE, the proof key for code exchange (RFC 7636).
func proofKeys() []*check.Check {
	return slices.Concat(proofKeySupport(), codeVerifiers(), codeChallenges(), challengeMethods())
}

// proofKeySupport are the checks that the target does PKCE at all.
func proofKeySupport() []*check.Check {
	return []*check.Check{
		{
			// RFC 7636 §4.2: S256 is mandatory to implement on the server; §4.6: if
			// the transformed verifier equals the challenge, the token endpoint must
			// go on. RFC 9700 §2.1.1 and OAuth 2.1 §4.1.1: the server must support
			// PKCE, and so look at the verifier.
			ID: "pkce-s256-happy", Level: check.Must,
			Title:   "PKCE with S256 works.",
			Clauses: []string{"RFC 7636 §4.2", "RFC 7636 §4.6", "RFC 9700 §2.1.1", "OAuth 2.1 draft §4.1.1"},
			Sent:    "The flow with a challenge by S256 and its verifier; for a confidential and a public client, as far as there are any. Where it fails, the flow without PKCE. Where nothing advertises PKCE, a token request with a wrong verifier.",
			Judged:  "A token: pass. Refused while the flow without PKCE works: fail. Where the verifier is not looked at, the target does no PKCE: fail under bcp and oauth21, else not run.",
			Needs:   forCode,
			Proves:  []string{"pkce-digest-encoding", "pkce-supported"},
			Run: func(t *check.T) {
				for _, c := range ofEachKind(t) {
					s256Works(t, c)
				}
				supported := doesPKCE(t)
				if !supported && !pkceDemanded(t) {
					t.NotRun(needPKCE)
				}
				t.Expect(supported).To(statement{supported, "a wrong code_verifier to be refused", "a token for it, and no metadata that mentions PKCE"}, "the target does no PKCE")
			},
		},
		{
			// RFC 7636 App. B goes through S256 with numbers; §4.6: the verifier
			// fits the challenge. RFC 9700 §2.1.1 encourages servers to find
			// challenges that do not change: one that refuses this challenge, which
			// is in print, has broken nothing.
			ID: "pkce-vector", Level: check.Must,
			Title:   "The verifier of the RFC's own example fits its challenge.",
			Clauses: []string{"RFC 7636 §4.6", "RFC 7636 App. B", "RFC 9700 §2.1.1"},
			Sent:    "The flow with the challenge and the verifier of RFC 7636 App. B.",
			Judged:  "A token: pass. No code for that challenge: info. A code, and a refusal of the verifier: fail.",
			Needs:   forPKCE,
			Proves:  []string{"pkce-digest-encoding"},
			Run:     pkceVector,
		},
	}
}

// forPKCE are the needs of every check of what a target does that does PKCE.
var forPKCE = append(slices.Clone(forCode), needPKCE)

var needPKCE = check.Need{
	Name: "a target that does PKCE",
	Hint: "nothing to do: its metadata does not mention it, and it does not look at code_verifier (see pkce-s256-happy)",
	Met:  doesPKCE,
}

// pkceDemanded tells whether the policy has the server support PKCE (RFC 9700
// §2.1.1, OAuth 2.1 §4.1.1). By RFC 7636 alone it is an extension.
func pkceDemanded(t *check.T) bool {
	return t.Policy() == target.PolicyBCP || t.Policy() == target.PolicyOAuth21
}

// doesPKCE tells whether the target does PKCE at all: it advertises a challenge
// method (RFC 8414 §2), or refuses a wrong verifier. What it does with the rest,
// checks say. A server without PKCE ignores the parameters (RFC 7636 §5).
func doesPKCE(t *check.T) bool {
	return len(advertisedChallenges(t)) > 0 || heedsVerifier(t)
}

// heedsVerifier tells whether a wrong verifier is refused. Where it is not, a token
// says nothing about what a challenge was taken for.
func heedsVerifier(t *check.T) bool {
	return check.Shared(t, "verifiers matter", func(t *check.T) bool {
		ignored := false
		contrastRedemption(t, codesOf(t, codeClients(t)[0]), change{"does a wrong verifier matter", wrongVerifier,
			func(r *check.Response) { ignored = oauth.Issued(r) != "" }})
		return !ignored
	})
}

// advertisedChallenges are the code challenge methods that the metadata names, in
// whichever of its documents.
func advertisedChallenges(t *check.T) []string {
	for _, d := range discover(t).docs {
		if methods, _, ok := d.list("code_challenge_methods_supported"); ok && len(methods) > 0 {
			return methods
		}
	}
	return nil
}

// wrongVerifier changes one character of the verifier of a token request.
func wrongVerifier(r *oauth.TokenRequest) {
	r.Set("code_verifier", oneOff(r.Get("code_verifier")))
}

// unchallenged takes PKCE out of an authorization request.
func (a *authorization) unchallenged() *authorization {
	a.request.Del("code_challenge").Del("code_challenge_method")
	a.verifier = ""
	return a
}

// challenge puts another challenge into an authorization request, and the
// verifier that belongs to it.
func (a *authorization) challenge(challenge, method, verifier string) *authorization {
	a.request.Set("code_challenge", challenge).Set("code_challenge_method", method)
	a.verifier = verifier
	return a
}

// s256Works expects the flow with S256 to give tokens. Where it does not, the one
// without PKCE shows whether that is for PKCE.
func s256Works(t *check.T, c target.Client) {
	why, r := flow(t, c.ID+", with S256", authorize(t, c, "code"))
	if why == "" {
		return
	}
	other, _ := flow(t, c.ID+", without PKCE", authorize(t, c, "code").unchallenged())
	t.Look(c.ID+", with S256", r)
	if other != "" {
		t.Inconclusive("%s gets no token with S256 (%s) and none without PKCE (%s); is it set up for the flow?", c.ID, why, other)
	}
	t.Expect(why).To(statement{false, "a token", why}, "the flow fails with S256, and works without PKCE")
}

// flow goes from an authorization request to the token response, and says why it
// did not get there.
func flow(t *check.T, step string, a *authorization) (why string, last *check.Response) {
	o := a.walk(step + ": authorization request")
	if why = landed(o, "code"); why != "" {
		return why, o.Last()
	}
	r := t.Do(step+": token request", "token", a.redeem(o.Landing.Get("code")).HTTP())
	if r.Status >= 500 {
		t.Inconclusive("%s: the target answered %d, which is neither a refusal nor a success", step, r.Status)
	}
	return succeeded(r), r
}

// The example of RFC 7636 App. B.
const (
	vectorVerifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	vectorChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

func pkceVector(t *check.T) {
	a := authorize(t, codeClients(t)[0], "code").challenge(vectorChallenge, "S256", vectorVerifier)
	o := a.walk("authorization request")
	why := landed(o, "code")
	if why == "" {
		r := t.Do("token request", "token", a.redeem(o.Landing.Get("code")).HTTP())
		if why = succeeded(r); why == "" {
			return
		}
		if r.Status >= 500 {
			t.Inconclusive("token request: %s", why)
		}
	}
	// Is it this challenge that fails, or any, or the client?
	other, _ := flow(t, "control: another challenge", authorize(t, a.client, "code"))
	if other != "" {
		if none, _ := flow(t, "control: without PKCE", authorize(t, a.client, "code").unchallenged()); none != "" {
			t.Inconclusive("no token with the challenge of the RFC (%s), none with another (%s), and none without PKCE (%s)", why, other, none)
		}
	}
	t.Look("authorization request", o.Last())
	if landed(o, "code") != "" && other == "" {
		t.Inform("the target gives no code for the challenge of the RFC's example, and one for others: it may know it for a constant", "a code", why)
		return
	}
	t.Expect(why).To(statement{false, "a token", why}, "the verifier of the RFC's example is not taken for its challenge")
}
