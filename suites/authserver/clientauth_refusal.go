package authserver

import (
	"net/http"
	"slices"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// clientAuthenticationRefusals are the checks that nobody else passes for a
// client (RFC 6749 §2.3, §3.2.1, §5.2).
func clientAuthenticationRefusals() []*check.Check {
	return slices.Concat([]*check.Check{
		{
			// RFC 6749 §5.2: failed client authentication is invalid_client; a
			// client that used the Authorization header must get 401 with a
			// WWW-Authenticate of the scheme it used. Otherwise 400 and 401 are
			// both right.
			ID: "ca-wrong-secret", Level: check.Must,
			Title:   "A wrong secret is refused as invalid_client; with Basic, by 401 and a Basic challenge.",
			Clauses: []string{"RFC 6749 §5.2", "RFC 6749 §2.3.1"},
			Sent:    "The working request with one character of the secret changed, by each method that works.",
			Judged:  "No token; with Basic 401 and WWW-Authenticate: Basic; in the body 400 or 401; then the error code.",
			Needs:   forGrant,
			Proves:  []string{"client-secret-verified", "invalid-client-401", "basic-challenge", "invalid-client-code"},
			Run:     wrongSecret,
		},
		{
			// RFC 6749 §3.2.1: confidential clients must authenticate; §4.4.2: the
			// server must authenticate the client. A client_id is no secret.
			ID: "ca-none", Level: check.Must,
			Title:   "A confidential client that does not authenticate is refused as invalid_client.",
			Clauses: []string{"RFC 6749 §3.2.1", "RFC 6749 §4.4.2", "RFC 6749 §5.2"},
			Sent:    "The working request with nothing but the client_id, then with nothing at all.",
			Judged:  "No token; then the error code: invalid_client, and without client_id also invalid_request.",
			Needs:   forGrant,
			Proves:  []string{"confidential-client-authenticates"},
			Run: func(t *check.T) {
				cr := working(t)
				cr.contrast(t,
					change{"client_id only",
						func(r *oauth.TokenRequest) { r.Unauthenticate().Add("client_id", cr.client.ID) },
						refused(t, "invalid_client")},
					change{"nothing at all",
						func(r *oauth.TokenRequest) { r.Unauthenticate() },
						refused(t, "invalid_client", "invalid_request")})
			},
		},
		{
			// RFC 6749 §2.3 forbids the client to use two methods in a request;
			// §5.2 describes how the server answers one that does:
			// invalid_request. A client_id beside Basic is no second method. Where the
			// two say the same, the one that is left alone harms nobody; where one of
			// them is wrong, the client did and did not authenticate.
			ID: "ca-two-methods", Level: check.Prose,
			Title:   "Two authentication methods in one request are refused as invalid_request.",
			Clauses: []string{"RFC 6749 §5.2", "RFC 6749 §2.3"},
			Sent:    "The request of a client that gets a token by Basic and by the body alike, with the same right credentials in both; then with another secret in the body, and with another secret in Basic.",
			Judged:  "No token; then the error code: invalid_request, and for secrets that differ also invalid_client. A token for secrets that differ: fail; for the same in both: warn. No such client: not run, since a server ignores parameters that mean nothing to it.",
			Needs:   forGrant,
			Proves:  []string{"single-client-authentication"},
			Run:     twoMethods,
		},
	}, clientSecrets(), clientIdentities())
}

func twoMethods(t *check.T) {
	cr := bothWays(t)
	t.Record("client", cr.client.ID)
	wrong := oneOff(cr.client.Secret)
	both := func(basic, body string) func(*oauth.TokenRequest) {
		return func(r *oauth.TokenRequest) {
			r.Unauthenticate().Authenticate(oauth.ClientSecretBasic, cr.client.ID, basic).Authenticate(oauth.ClientSecretPost, cr.client.ID, body)
		}
	}
	differing := refused(t, "invalid_request", "invalid_client")
	cr.contrast(t,
		change{"Basic and body", both(cr.client.Secret, cr.client.Secret), func(r *check.Response) {
			if oauth.Issued(r) != "" {
				t.Safe(r).To(oauth.RefuseToken(), "the target takes two authentication methods in one request, with the same credentials")
				return
			}
			refused(t, "invalid_request")(r)
		}},
		change{"Basic, and another secret in the body", both(cr.client.Secret, wrong), differing},
		change{"the body, and another secret in Basic", both(wrong, cr.client.Secret), differing})
}

// bothWays finds a client that gets a token by Basic and by the body alike. For
// any other one of the two may mean nothing to the target, and what means
// nothing is to be ignored (RFC 6749 §3.2): that is one method, not two.
func bothWays(t *check.T) credentials {
	for _, c := range confidential(t) {
		if m := c.Methods(); len(m) == 1 || oauth.EncodingMatters(c.ID, c.Secret) {
			continue // registered for the one alone, or a subject of its own
		}
		works := true
		for _, m := range []string{oauth.ClientSecretBasic, oauth.ClientSecretPost} {
			works = works && succeeded(t.Do("does "+m+" work", "token", credentials{&c, m}.request(t).HTTP())) == ""
		}
		if works {
			return credentials{&c, oauth.ClientSecretBasic}
		}
	}
	t.NotRun(check.Need{
		Name: "a client that gets a token by Basic and by the body alike",
		Hint: "register one for both, and list it in a target file",
	})
	return credentials{}
}

// wrongSecret tries each method whose control succeeds; a method that the
// client may not use would be refused for that reason.
func wrongSecret(t *check.T) {
	cr := working(t)
	tried := 0
	for _, m := range []string{oauth.ClientSecretBasic, oauth.ClientSecretPost} {
		c := credentials{cr.client, m}
		if m != cr.method {
			if len(cr.client.Methods()) > 0 && !slices.Contains(cr.client.Methods(), m) {
				continue
			}
			if succeeded(t.Do("does "+m+" work", "token", c.request(t).HTTP())) != "" {
				continue
			}
		}
		tried++
		c.contrast(t, change{"wrong secret by " + m, func(r *oauth.TokenRequest) {
			r.Unauthenticate().Authenticate(m, c.client.ID, oneOff(c.client.Secret))
		}, func(r *check.Response) {
			t.Expect(r).To(oauth.RefuseToken(), "the target issues a token for a wrong secret")
			if m == oauth.ClientSecretBasic {
				t.Expect(r).To(oauth.HaveStatus(http.StatusUnauthorized), "a client that used the Authorization header is not answered 401")
				t.Expect(r).To(oauth.Challenge("Basic"), "the 401 does not challenge with the scheme that the client used")
			} else {
				t.Safe(r).To(oauth.HaveStatus(http.StatusBadRequest, http.StatusUnauthorized), "the refusal has another status")
			}
			t.Safe(r).To(oauth.HaveError("invalid_client"), "the refusal does not name its reason as the clause describes")
		}})
	}
	t.Record("methods tried", itoa(tried))
}

// oneOff is a secret with its last character changed.
func oneOff(secret string) string {
	r := []rune(secret)
	if r[len(r)-1] == 'x' {
		r[len(r)-1] = 'y'
	} else {
		r[len(r)-1] = 'x'
	}
	return string(r)
}
