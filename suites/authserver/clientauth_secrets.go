package authserver

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// clientSecrets are the checks that a secret is the client's own, and comes where
// secrets may come (RFC 6749 §2.3.1).
func clientSecrets() []*check.Check {
	return []*check.Check{
		{
			// RFC 6749 §2.3.1: the client authenticates with the password that it was
			// issued; §3.2.1: it must. None, or somebody else's, is not that.
			ID: "ca-empty-secret", Level: check.Must,
			Title:   "An empty secret, none, and that of another client are refused.",
			Clauses: []string{"RFC 6749 §2.3.1", "RFC 6749 §3.2.1", "RFC 6749 §5.2"},
			Sent:    "The working request with an empty secret; with Basic without colon and secret; and, where there is another client with a secret, with that.",
			Judged:  "No token; then the error code: invalid_client, and where the secret is missing also invalid_request.",
			Needs:   forGrant,
			Proves:  []string{"client-secret-required", "client-secret-verified"},
			Run:     emptySecret,
		},
		{
			// RFC 6749 §5.2: an unknown client is invalid_client. §10.10 has the
			// server prevent that credentials are guessed; no clause says that the
			// answer must not tell which clients exist, so that is noted only.
			ID: "ca-unknown-client", Level: check.Prose,
			Title:   "An unknown client is refused as invalid_client, in the words of a wrong secret.",
			Clauses: []string{"RFC 6749 §5.2", "RFC 6749 §10.10"},
			Sent:    "The working request with a made-up client and secret, and with its own identifier and a wrong secret.",
			Judged:  "No token for the made-up client; then the error code. Another status, code or description than for the wrong secret: info.",
			Needs:   forGrant,
			Proves:  []string{"invalid-client-code", "unknown-client-alike"},
			Run:     unknownClient,
		},
		{
			// RFC 6749 §2.3.1: the parameters can be sent in the request body only,
			// and must not be in the request URI. The duty is the client's: a server
			// that takes them from there is told so and has broken nothing.
			ID: "ca-in-uri-refused", Level: check.MustNot, Binds: "client",
			Title:   "Client credentials in the URL are not accepted.",
			Clauses: []string{"RFC 6749 §2.3.1"},
			Sent:    "The working request without credentials, and with client_id and client_secret in the query of the URL and nowhere else.",
			Judged:  "A token for those in the URL, and none without: info, since the clause binds the client. No token: pass.",
			Needs:   []check.Need{needTokenEndpoint, needConfidential, needExposable},
			Proves:  []string{"credentials-in-uri-ignored"},
			Run: func(t *check.T) {
				cr := working(t)
				cr.contrast(t,
					change{"no credentials", func(r *oauth.TokenRequest) { r.Unauthenticate() }, func(r *check.Response) {
						t.Require(r).To(oauth.RefuseToken(), "a request without any credentials gets a token too, so nothing follows from those in the URL")
					}},
					change{"credentials in the URL", func(r *oauth.TokenRequest) {
						r.Unauthenticate()
						r.Query = []oauth.Param{{Name: "client_id", Value: cr.client.ID}, {Name: "client_secret", Value: cr.client.Secret}}
					}, func(r *check.Response) {
						t.Record("credentials in the URL are answered", oauth.Describe(r))
						t.Expect(r).To(oauth.RefuseToken(), "the target takes client credentials from the URL, where no client may put them and where logs keep them")
					}})
			},
		},
	}
}

// needExposable is met when a client's secret may stand in a URL. Servers, and
// what stands before them, write URLs into their logs.
var needExposable = check.Need{
	Name: "leave to put a client secret into a URL, which servers write into their logs",
	Hint: "add --allow-destructive, and change the secret afterwards; a target on this machine needs no leave",
	Met: func(t *check.T) bool {
		working(t) // where the target lives is known when it was asked something
		return t.SharesLoopback() || check.NeedDestructive.Met(t)
	},
}

func emptySecret(t *check.T) {
	cr := working(t)
	missing, wrong := refused(t, "invalid_client", "invalid_request"), refused(t, "invalid_client")
	with := func(secret string) func(*oauth.TokenRequest) {
		return func(r *oauth.TokenRequest) { r.Unauthenticate().Authenticate(cr.method, cr.client.ID, secret) }
	}
	changes := []change{{"an empty secret", with(""), missing}}
	if cr.method == oauth.ClientSecretBasic {
		changes = append(changes, change{"no colon and no secret", func(r *oauth.TokenRequest) {
			r.SetAuthorization("Basic " + base64.StdEncoding.EncodeToString([]byte(oauth.FormEncode(cr.client.ID))))
		}, missing})
	}
	for _, other := range confidential(t) {
		if other.ID != cr.client.ID && other.Secret != cr.client.Secret {
			changes = append(changes, change{"the secret of another client", with(other.Secret), wrong})
			break
		}
	}
	t.Record("requests with a secret that is not the client's", itoa(len(changes)))
	cr.contrast(t, changes...)
}

func unknownClient(t *check.T) {
	cr := working(t)
	madeUp := "authassay-" + t.Random(12)
	with := func(id, secret string) func(*oauth.TokenRequest) {
		return func(r *oauth.TokenRequest) { r.Unauthenticate().Authenticate(cr.method, id, secret) }
	}
	var unknown *check.Response
	cr.contrast(t,
		change{"a made-up client", with(madeUp, t.Random(40)), func(r *check.Response) {
			unknown = r
			refused(t, "invalid_client")(r)
		}},
		change{"a wrong secret", with(cr.client.ID, oneOff(cr.client.Secret)), func(r *check.Response) {
			if unknown == nil || oauth.Issued(r) != "" {
				return // 5xx, or the subject of ca-wrong-secret
			}
			a, b := inWords(unknown, madeUp), inWords(r, cr.client.ID)
			if a != b {
				t.Look("a made-up client", unknown)
				t.Inform("the target tells an unknown client from a wrong secret, and so which clients exist", b, a)
			}
		}})
}

// inWords is what an answer tells the one who sent it, without the identifier that
// it may repeat.
func inWords(r *check.Response, id string) string {
	a := oauth.Read(r)
	description, _ := a.String("error_description")
	return strings.TrimSpace(fmt.Sprintf("%d %s %s %s", r.Status, http.StatusText(r.Status), a.Error(), clip(strings.ReplaceAll(description, id, "…"))))
}
