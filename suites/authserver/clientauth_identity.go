package authserver

import (
	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// clientIdentities are the checks that the client which authenticated is the one
// that is served (RFC 6749 §2.3, §3.2.1; RFC 7521 §4.2).
func clientIdentities() []*check.Check {
	return []*check.Check{
		{
			// RFC 7521 §4.2: client_id beside an assertion must identify the same
			// client. For Basic no clause says so: client_id is how a client may
			// identify itself (RFC 6749 §3.2.1), and to leave it alone harms nobody.
			// What must never happen is that one client gets what is another's.
			ID: "ca-id-mismatch", Level: check.Must,
			Title:   "A client_id in the body that is not the client which authenticates is refused.",
			Clauses: []string{"RFC 7521 §4.2", "RFC 6749 §3.2.1", "RFC 6749 §5.2"},
			Sent:    "The working request with Basic and the client_id of another client in the body; where a client authenticates by private_key_jwt, the same beside its assertion.",
			Judged:  "A token that says it is the other client's (as a JWT, or by introspection): fail. Another token: info for Basic, warn beside an assertion. Any refusal: pass.",
			Needs:   []check.Need{needTokenEndpoint, needConfidential, needBasicWorks, needOtherClient},
			Proves:  []string{"basic-client-id-matches", "assertion-client-id-matches"},
			Run:     identityMismatch,
		},
		{
			// RFC 6749 §2.3: the server must not rely on the authentication of a
			// public client; RFC 8252 §8.5: nor take a secret for proof of who it is.
			// A made-up secret proves nothing at all: it must not open what is for
			// clients that authenticated (RFC 6749 §4.4).
			ID: "ca-public-with-secret", Level: check.MustNot,
			Title:   "A public client that sends a secret does not count as authenticated.",
			Clauses: []string{"RFC 6749 §2.3", "RFC 6749 §4.4", "RFC 8252 §8.5"},
			Sent:    "A client credentials request of a public client with a made-up secret, by Basic and in the body; as a control, that of a confidential client.",
			Judged:  "No token; then the error code: invalid_client, unauthorized_client or invalid_request.",
			Needs:   []check.Need{needTokenEndpoint, needConfidential, needPublic},
			Proves:  []string{"public-client-unauthenticated"},
			Run: func(t *check.T) {
				public := publicClients(t)[0]
				t.Record("public client", public.ID)
				by := func(method string) change {
					return change{"a public client with a made-up secret, by " + method, func(r *oauth.TokenRequest) {
						*r = *credentials{client: &public}.bare(t).Authenticate(method, public.ID, t.Random(40))
					}, refused(t, "invalid_client", "unauthorized_client", "invalid_request")}
				}
				working(t).contrast(t, by(oauth.ClientSecretBasic), by(oauth.ClientSecretPost))
			},
		},
	}
}

// publicClients are those that cannot authenticate.
func publicClients(t *check.T) []target.Client {
	var out []target.Client
	for _, c := range clients(t) {
		if !c.Confidential() {
			out = append(out, c)
		}
	}
	return out
}

var needPublic = check.Need{
	Name:    "a public client",
	Hint:    "list one without secret, with auth: none, in a target file",
	Met:     func(t *check.T) bool { return len(publicClients(t)) > 0 },
	Instead: byRegistering,
}

var needOtherClient = check.Need{
	Name:    "a second client",
	Hint:    "list another one in a target file",
	Met:     func(t *check.T) bool { return len(clients(t)) > 1 },
	Instead: byRegistering,
}

func identityMismatch(t *check.T) {
	cr := working(t)
	other := anotherClient(t, *cr.client)
	named := func(r *oauth.TokenRequest) { r.Set("client_id", other.ID) }
	cr.contrast(t, change{"Basic, and the client_id of another", named, func(r *check.Response) {
		if oauth.Issued(r) == "" {
			return
		}
		notOf(t, cr, r, other.ID)
		t.Look("Basic, and the client_id of another", r)
		t.Inform("a client_id beside Basic that names another client is not looked at", "a refusal", oauth.Describe(r))
	}})
	if len(keyClients(t)) == 0 {
		return
	}
	a := asserterOf(t, keyClients(t), oauth.PrivateKeyJWT)
	if other = anotherClient(t, a.client); !a.works {
		return // ca-pkjwt-happy says so
	}
	a.contrast(t, forgery{step: "an assertion, and the client_id of another", change: named, judge: func(r *check.Response) {
		if oauth.Issued(r) == "" {
			return
		}
		notOf(t, cr, r, other.ID)
		t.Look("an assertion, and the client_id of another", r)
		t.Safe(r).To(oauth.RefuseToken(), "a client_id beside an assertion that names another client is not looked at")
	}})
}

// notOf expects that a token is not another client's, as far as it can be told.
func notOf(t *check.T, cr credentials, r *check.Response, id string) {
	facts := tokenFacts(t, cr, r)
	for _, claim := range []string{"client_id", "azp", "sub"} {
		if s, ok := facts.String(claim); ok && s != "" {
			t.Look("whose token it is", r)
			t.Expect(r).To(statement{s != id, "a refusal", "a token of the other client (" + claim + ")"},
				"a client gets the token of another by naming it")
			return
		}
	}
}
