package authserver

import (
	"slices"
	"strconv"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

func itoa(n int) string { return strconv.Itoa(n) }

// tokenRequests are the checks on malformed token requests (RFC 6749 §3.2,
// §5.2).
func tokenRequests() []*check.Check {
	return append([]*check.Check{
		{
			// RFC 6749 §3.2: the client must use POST. The duty is the client's: a
			// server that also answers GET is told so and has broken nothing.
			ID: "tok-post-only", Level: check.Must, Binds: "client",
			Title:   "A token request by GET is not answered with a token.",
			Clauses: []string{"RFC 6749 §3.2"},
			Sent:    "The working request by GET, its parameters in the query, its credentials in Basic.",
			Judged:  "A token: info, since the clause binds the client. Anything else: pass.",
			Needs:   []check.Need{needTokenEndpoint, needConfidential, needBasicWorks},
			Proves:  []string{"token-post-only"},
			Run: func(t *check.T) {
				// By Basic only: a secret in the query of a real server is a secret
				// in its access log.
				working(t).contrast(t, change{"by GET", func(r *oauth.TokenRequest) {
					r.Method, r.InQuery = "GET", true
				}, func(r *check.Response) {
					t.Record("GET is answered", oauth.Describe(r))
					t.Expect(r).To(oauth.RefuseToken(), "the target issues tokens by GET too, which no client may use")
				}})
			},
		},
		{
			// RFC 6749 §4.4.2: grant_type is REQUIRED; §5.2: a request that lacks
			// a required parameter is invalid_request.
			ID: "tok-missing-grant", Level: check.Prose,
			Title:   "A token request without grant_type is refused as invalid_request.",
			Clauses: []string{"RFC 6749 §5.2", "RFC 6749 §4.4.2"},
			Sent:    "The working request without grant_type.",
			Judged:  "No token; then the error code: invalid_request.",
			Needs:   forGrant,
			Proves:  []string{"grant-type-required"},
			Run: func(t *check.T) {
				working(t).contrast(t, change{"without grant_type",
					func(r *oauth.TokenRequest) { r.Del("grant_type") },
					refused(t, "invalid_request")})
			},
		},
		{
			// RFC 6749 §5.2: a grant that the server does not support is
			// unsupported_grant_type. Grant names are compared as they stand.
			ID: "tok-unknown-grant", Level: check.Prose,
			Title:   "A token request with an unknown grant_type is refused as unsupported_grant_type.",
			Clauses: []string{"RFC 6749 §5.2", "RFC 6749 §4.5"},
			Sent:    "The working request with a made-up word, a made-up URN, and its own grant in capitals as grant_type.",
			Judged:  "No token; then the error code: unsupported_grant_type.",
			Needs:   forGrant,
			Proves:  []string{"grant-type-known", "grant-type-exact"},
			Run: func(t *check.T) {
				set := func(v string) func(*oauth.TokenRequest) {
					return func(r *oauth.TokenRequest) { r.Set("grant_type", v) }
				}
				judge := refused(t, "unsupported_grant_type")
				working(t).contrast(t,
					change{"a made-up word", set("authassay" + t.Random(10)), judge},
					change{"a made-up URN", set("urn:authassay:" + t.Random(10)), judge},
					change{"the grant in capitals", set("CLIENT_CREDENTIALS"), judge})
			},
		},
		{
			// RFC 6749 §3.2: parameters must not be included more than once; §5.2:
			// a request that repeats one is invalid_request. "resource" and
			// "audience" may repeat (RFC 8707 §2, RFC 8693 §2.1) and are not sent.
			ID: "tok-duplicate-param", Level: check.Prose,
			Title:   "A token request that repeats a parameter is refused as invalid_request.",
			Clauses: []string{"RFC 6749 §3.2", "RFC 6749 §5.2"},
			Sent:    "The working request with grant_type twice, with scope twice, and where the credentials are in the body with client_id twice; each time with the same value.",
			Judged:  "No token; then the error code: invalid_request.",
			Needs:   forGrant,
			Proves:  []string{"parameters-unrepeated"},
			Run: func(t *check.T) {
				cr := working(t)
				var changes []change
				for _, name := range []string{"grant_type", "scope", "client_id"} {
					if cr.request(t).Get(name) == "" {
						continue // not sent by this client, so not to be repeated
					}
					changes = append(changes, change{name + " twice",
						func(r *oauth.TokenRequest) { r.Add(name, r.Get(name)) },
						refused(t, "invalid_request")})
				}
				cr.contrast(t, changes...)
			},
		},
	}, tokenParameters()...)
}

// needBasicWorks is met when the client that is used for controls
// authenticates with Basic.
var needBasicWorks = check.Need{
	Name: "a client that may use client_secret_basic, so that no secret stands in a URL",
	Hint: "list one in a target file",
	Met: func(t *check.T) bool {
		cr := working(t)
		return cr.method == oauth.ClientSecretBasic && (len(cr.client.Methods()) == 0 || slices.Contains(cr.client.Methods(), cr.method))
	},
}
