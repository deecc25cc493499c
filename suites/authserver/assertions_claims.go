package authserver

import (
	"slices"
	"time"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// assertionClaims are the checks on the claims of a client's assertion (RFC 7523
// §3, 1 to 5).
func assertionClaims() []*check.Check {
	const judged = "No token. Which error code it is, ca-error-status says."
	return []*check.Check{
		{
			// RFC 7523 §3, 3: the server must reject any JWT that does not name it as
			// the intended audience; strings are compared as they stand. Which
			// strings name it is agreed upon elsewhere, so both are such that nobody
			// can have agreed upon.
			ID: "ca-pkjwt-aud-wrong", Level: check.Must,
			Title:   "An assertion for the audience of another server is refused.",
			Clauses: []string{"RFC 7523 §3", "RFC 7521 §5.2"},
			Sent:    "The working request with an assertion whose aud is a made-up URL; then one that begins as the right one does.",
			Judged:  judged,
			Needs:   forAssertion,
			Proves:  []string{"assertion-audience"},
			Run: func(t *check.T) {
				a := asserterOf(t, keyClients(t), oauth.PrivateKeyJWT)
				a.contrast(t,
					forgery{step: "aud of another server", make: claiming(t, "aud", stranger(t))},
					forgery{step: "aud that begins as the right one", make: claiming(t, "aud", a.audience+".authassay-"+t.Random(12)+".example")})
			},
		},
		{
			// RFC 7523 §3, 3: the JWT must contain aud, and the server must reject one
			// that does not contain its identity.
			ID: "ca-pkjwt-no-aud", Level: check.Must,
			Title:   "An assertion without audience is refused.",
			Clauses: []string{"RFC 7523 §3", "RFC 7521 §5.2"},
			Sent:    "The working request with an assertion without aud.",
			Judged:  judged,
			Needs:   forAssertion,
			Proves:  []string{"assertion-audience"},
			Run: func(t *check.T) {
				asserterOf(t, keyClients(t), oauth.PrivateKeyJWT).contrast(t, forgery{step: "without aud", make: claiming(t, "aud", nil)})
			},
		},
		{
			// RFC 7523 §3, 1: the JWT must contain iss; RFC 7521 §5.2: it must be the
			// client_id where the client made the assertion itself. Another issuer
			// would have to be one that the target knows.
			ID: "ca-pkjwt-iss", Level: check.Must,
			Title:   "An assertion whose iss is missing, or is not the client, is refused.",
			Clauses: []string{"RFC 7523 §3", "RFC 7521 §5.2"},
			Sent:    "The working request with an assertion without iss, and one with a made-up iss.",
			Judged:  judged,
			Needs:   forAssertion,
			Proves:  []string{"assertion-issuer-is-client"},
			Run: func(t *check.T) {
				asserterOf(t, keyClients(t), oauth.PrivateKeyJWT).contrast(t,
					forgery{step: "without iss", make: claiming(t, "iss", nil)},
					forgery{step: "a made-up iss", make: claiming(t, "iss", "authassay-"+t.Random(12))})
			},
		},
		{
			// RFC 7523 §3, 2 B: for client authentication sub must be the client_id.
			ID: "ca-pkjwt-sub", Level: check.Must,
			Title:   "An assertion whose sub is missing, or is not the client, is refused.",
			Clauses: []string{"RFC 7523 §3", "RFC 7521 §5.2"},
			Sent:    "The working request with an assertion without sub, one with a made-up sub, and where there is another client one with its identifier as sub.",
			Judged:  judged,
			Needs:   forAssertion,
			Proves:  []string{"assertion-subject-is-client"},
			Run: func(t *check.T) {
				a := asserterOf(t, keyClients(t), oauth.PrivateKeyJWT)
				list := []forgery{
					{step: "without sub", make: claiming(t, "sub", nil)},
					{step: "a made-up sub", make: claiming(t, "sub", "authassay-"+t.Random(12))},
				}
				if other := anotherClient(t, a.client); other != nil {
					list = append(list, forgery{step: "another client as sub", make: claiming(t, "sub", other.ID)})
				}
				a.contrast(t, list...)
			},
		},
		{
			// RFC 7523 §3, 4: the JWT must contain exp, and the server must reject one
			// whose time has passed, but for what clocks may differ.
			ID: "ca-pkjwt-exp", Level: check.Must,
			Title:   "An assertion that has expired, or never does, is refused.",
			Clauses: []string{"RFC 7523 §3", "RFC 7521 §5.2"},
			Sent:    "The working request with an assertion without exp, and one whose exp was ten minutes ago by the clock of the target.",
			Judged:  judged,
			Needs:   forAssertion,
			Proves:  []string{"assertion-exp-required", "assertion-unexpired"},
			Run: func(t *check.T) {
				a := asserterOf(t, keyClients(t), oauth.PrivateKeyJWT)
				a.contrast(t,
					forgery{step: "without exp", make: claiming(t, "exp", nil)},
					forgery{step: "exp ten minutes ago", make: claiming(t, "exp", a.now().Add(-expiredFor).Unix())})
			},
		},
		{
			// RFC 7523 §3, 5: before nbf the token must not be accepted.
			ID: "ca-pkjwt-nbf", Level: check.MustNot,
			Title:   "An assertion is not accepted before its nbf.",
			Clauses: []string{"RFC 7523 §3"},
			Sent:    "The working request with an assertion whose nbf is an hour away by the clock of the target.",
			Judged:  judged,
			Needs:   forAssertion,
			Proves:  []string{"assertion-not-before"},
			Run: func(t *check.T) {
				a := asserterOf(t, keyClients(t), oauth.PrivateKeyJWT)
				a.contrast(t, forgery{step: "nbf in an hour", make: claiming(t, "nbf", a.now().Add(time.Hour).Unix())})
			},
		},
	}
}

// anotherClient is a client of the target other than the given one, confidential
// if there is such; nil when there is no other.
func anotherClient(t *check.T, c target.Client) *target.Client {
	others := slices.DeleteFunc(slices.Clone(clients(t)), func(o target.Client) bool { return o.ID == c.ID })
	for _, o := range others {
		if o.Confidential() {
			return &o
		}
	}
	if len(others) > 0 {
		return &others[0]
	}
	return nil
}
