package authserver

import (
	"strings"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// assertionHeaders are the checks on what stands around the claims: the request
// parameters (RFC 7521 §4.2, RFC 7523 §2.2) and the JOSE header (RFC 7515 §4.1).
func assertionHeaders() []*check.Check {
	const judged = "No token. Which error code it is, ca-error-status says."
	return []*check.Check{
		{
			// RFC 7521 §4.2: client_assertion_type is REQUIRED; RFC 7523 §2.2 says
			// what it is, and §1.1 that values are case sensitive. Without it the
			// request has a parameter that means nothing, and no authentication.
			ID: "ca-pkjwt-type", Level: check.Required,
			Title:   "An assertion without client_assertion_type, or with another one, is refused.",
			Clauses: []string{"RFC 7521 §4.2", "RFC 7523 §2.2", "RFC 7523 §1.1"},
			Sent:    "The working request without client_assertion_type, with a made-up one, and with the right one in capitals.",
			Judged:  "No token. The error code is not judged: the parameter is missing, or the client did not authenticate.",
			Needs:   forAssertion,
			Proves:  []string{"assertion-type-jwt-bearer"},
			Run: func(t *check.T) {
				set := func(v string) func(*oauth.TokenRequest) {
					return func(r *oauth.TokenRequest) { r.Set("client_assertion_type", v) }
				}
				asserterOf(t, keyClients(t), oauth.PrivateKeyJWT).contrast(t,
					forgery{step: "without client_assertion_type", change: func(r *oauth.TokenRequest) { r.Del("client_assertion_type") }},
					forgery{step: "a made-up client_assertion_type", change: set("urn:authassay:" + t.Random(12))},
					forgery{step: "client_assertion_type in capitals", change: set(strings.ToUpper(oauth.AssertionTypeJWT))})
			},
		},
		{
			// RFC 7523 §2.2: client_assertion holds a single JWT and must not hold
			// more; §3, 10: what is not a valid JWT must be rejected, and two with a
			// blank between them are none.
			ID: "ca-pkjwt-two", Level: check.Must,
			Title:   "Two JWTs in client_assertion are refused.",
			Clauses: []string{"RFC 7523 §3", "RFC 7523 §2.2"},
			Sent:    "The working request with two right assertions in client_assertion, with a blank between them, and with a comma.",
			Judged:  judged,
			Needs:   forAssertion,
			Proves:  []string{"assertion-single-jwt"},
			Run: func(t *check.T) {
				a := asserterOf(t, keyClients(t), oauth.PrivateKeyJWT)
				joined := func(by string) func(*oauth.Assertion) string {
					return func(right *oauth.Assertion) string {
						return signed(t, right) + by + signed(t, a.assertion(t))
					}
				}
				a.contrast(t,
					forgery{step: "two JWTs and a blank", make: joined(" ")},
					forgery{step: "two JWTs and a comma", make: joined(",")})
			},
		},
		{
			// RFC 7515 §4.1.11: when a header parameter that crit lists is not
			// understood, the JWS is invalid. Nobody understands a made-up one.
			ID: "ca-pkjwt-crit", Level: check.Must,
			Title:   "An assertion with a critical header parameter that nobody knows is refused.",
			Clauses: []string{"RFC 7515 §4.1.11", "RFC 7523 §3"},
			Sent:    "The working request with an assertion whose header has a made-up parameter and lists it in crit.",
			Judged:  judged,
			Needs:   forAssertion,
			Proves:  []string{"assertion-crit-refused"},
			Run: func(t *check.T) {
				name := "authassay-" + t.Random(12)
				asserterOf(t, keyClients(t), oauth.PrivateKeyJWT).contrast(t, forgery{step: "a made-up parameter in crit",
					make: func(right *oauth.Assertion) string {
						right.Header[name], right.Header["crit"] = true, []string{name}
						return signed(t, right)
					}})
			},
		},
		{
			// RFC 7523 §3, 9: the signature is that of the issuer, whose key is
			// registered; RFC 8725 §3.10: the URLs of jku and x5u are not followed
			// blindly; RFC 7515 §4.1.2, §4.1.5: what is fetched from there must come
			// by TLS, and ours do not.
			ID: "ca-pkjwt-kid-injection", Level: check.Must,
			Title:   "A key that the assertion itself brings, or says where to fetch, is not used.",
			Clauses: []string{"RFC 7523 §3", "RFC 8725 §3.10", "RFC 7515 §4.1.2", "RFC 7515 §4.1.5"},
			Sent:    "The working request with an assertion that a key signed which nobody has registered: the key in jwk, its certificate in x5c; and, where the target is on this machine, its URL in jku, in x5u, in kid.",
			Judged:  "No token, and no request to the URLs, at which we listen. A target elsewhere could not reach us: it is judged by jwk and x5c alone.",
			Needs:   forAssertion,
			Proves:  []string{"assertion-header-key-ignored", "assertion-header-url-ignored"},
			Run:     injectedKeys,
		},
	}
}
