package authserver

import (
	"net/http"
	"slices"
	"time"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// clientAssertions are the checks on client authentication by JWT (RFC 7523
// §2.2, §3; RFC 7521 §4.2).
func clientAssertions() []*check.Check {
	return slices.Concat(assertionsAccepted(), assertionClaims(), assertionSignatures(), assertionHeaders())
}

// assertionsAccepted are the checks that a right assertion is accepted, and how a
// wrong one is answered.
func assertionsAccepted() []*check.Check {
	return []*check.Check{
		{
			// RFC 7523 §2.2: a JWT in client_assertion, with its type beside it,
			// authenticates the client; §3: a JWT that meets the criteria can be
			// relied on to issue an access token response as RFC 6749 has it.
			// Whether the key is the registered one only the target knows: a refusal
			// decides nothing. What the target takes for its name is agreed upon
			// elsewhere (RFC 7523 §3, §5).
			ID: "ca-pkjwt-happy", Level: check.Must,
			Title:   "A client can authenticate by a JWT that it signed with its key.",
			Clauses: []string{"RFC 7523 §2.2", "RFC 7523 §3", "OpenID Connect Core §9", "RFC 6749 §5.1"},
			Sent:    "A client credentials request with a client assertion; its audience is the issuer identifier or, where that is refused, the token endpoint; with client_id beside it or without.",
			Judged:  "200, application/json, access_token and token_type as strings. Refused in every way: error, since the key may not be the registered one.",
			Needs:   forAssertion,
			Proves:  []string{"token-client-credentials", "token-type-present"},
			Run: func(t *check.T) {
				a := asserterOf(t, keyClients(t), oauth.PrivateKeyJWT)
				r := t.Do("client credentials by private_key_jwt", "token", a.request(t).HTTP())
				if why := undecided(r); why != "" {
					t.Inconclusive("%s gets no token by private_key_jwt (%s), neither for the audience %s nor for any other that was tried; are key, key_id, key_alg, scope and grant those of the registration?",
						a.client.ID, oauth.Describe(r), a.audience)
				}
				t.Record("audience", a.audience)
				judgeTokenResponse(t, r)
			},
		},
		{
			// RFC 7523 §2.2, OpenID Connect Core §9: a client may make the JWT with
			// its secret; RFC 7523 §3, 9: a JWT with an invalid MAC must be rejected.
			ID: "ca-csjwt", Level: check.Must,
			Title:   "A client can authenticate by a JWT with a MAC of its secret, and by no other MAC.",
			Clauses: []string{"RFC 7523 §3", "RFC 7523 §2.2", "OpenID Connect Core §9"},
			Sent:    "A client credentials request with an assertion that has the right MAC; one whose secret differs in a character; one with a bit of the MAC changed; one with none.",
			Judged:  "A token for the first (else error, since the secret may not be the registered one), none for the others.",
			Needs:   []check.Need{needTokenEndpoint, needMACClient},
			Proves:  []string{"assertion-signature-verified"},
			Run: func(t *check.T) {
				a := asserterOf(t, macClients(t), oauth.ClientSecretJWT)
				a.contrast(t,
					forgery{step: "a MAC of another secret", make: func(right *oauth.Assertion) string {
						right.Key = []byte(oneOff(a.client.Secret))
						return signed(t, right)
					}},
					forgery{step: "a bit of the MAC changed", make: func(right *oauth.Assertion) string { return oauth.SpoilSignature(signed(t, right)) }},
					forgery{step: "no MAC", make: func(right *oauth.Assertion) string { return unsigned(t, right, right.Alg) }})
			},
		},
		{
			// RFC 7523 §3.2: the error code for a JWT that is not valid must be
			// invalid_client; RFC 7521 §4.2.1: so it must for any reason. The status
			// is that of RFC 6749 §5.2: 400, or 401.
			ID: "ca-error-status", Level: check.Must,
			Title:   "An assertion that is not valid is refused as invalid_client.",
			Clauses: []string{"RFC 7523 §3.2", "RFC 7521 §4.2.1", "RFC 6749 §5.2"},
			Sent:    "A client credentials request with an assertion that has expired, one for another audience, one with a bit of the signature changed.",
			Judged:  "The error code of each refusal; then the status: 400 or 401. A token: not judged here, but by the checks of what is wrong with it.",
			Needs:   forAssertion,
			Proves:  []string{"invalid-client-code"},
			Run: func(t *check.T) {
				a := asserterOf(t, keyClients(t), oauth.PrivateKeyJWT)
				judge := func(r *check.Response) {
					if oauth.Issued(r) != "" {
						return
					}
					t.Expect(r).To(oauth.HaveError("invalid_client"), "an assertion that is not valid is refused with another error code")
					t.Safe(r).To(oauth.HaveStatus(http.StatusBadRequest, http.StatusUnauthorized), "the refusal has another status")
				}
				a.contrast(t,
					forgery{step: "an assertion that has expired", make: claiming(t, "exp", a.now().Add(-expiredFor).Unix()), judge: judge},
					forgery{step: "an assertion for another audience", make: claiming(t, "aud", stranger(t)), judge: judge},
					forgery{step: "a bit of the signature changed", make: func(right *oauth.Assertion) string { return oauth.SpoilSignature(signed(t, right)) }, judge: judge})
			},
		},
	}
}

// unsigned gives an assertion without a signature.
func unsigned(t *check.T, a *oauth.Assertion, alg string) string {
	jwt, err := a.Unsigned(alg)
	t.Require(err).To(succeed(), "the assertion cannot be written")
	return jwt
}

// stranger is the URL of another server, which nobody has heard of.
func stranger(t *check.T) string { return "https://authassay-" + t.Random(12) + ".example" }

// expiredFor is how long an assertion has expired that must be refused: longer
// than what anybody takes for a difference between two clocks. Some libraries
// allow five minutes.
const expiredFor = 10 * time.Minute
