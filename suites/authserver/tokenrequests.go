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
			// unsupported_grant_type. A server that looks first at what the client is
			// registered for finds that it is not authorised to use the grant, which is
			// as true: unauthorized_client. Grant names are compared as they stand.
			ID: "tok-unknown-grant", Level: check.Prose,
			Title:   "A token request with an unknown grant_type is refused as unsupported_grant_type.",
			Clauses: []string{"RFC 6749 §5.2", "RFC 6749 §4.5"},
			Sent:    "The working request with a made-up word, a made-up URN, and its own grant in capitals as grant_type.",
			Judged:  "No token; then the error code: unsupported_grant_type or unauthorized_client.",
			Needs:   forGrant,
			Proves:  []string{"grant-type-known", "grant-type-exact"},
			Run: func(t *check.T) {
				set := func(v string) func(*oauth.TokenRequest) {
					return func(r *oauth.TokenRequest) { r.Set("grant_type", v) }
				}
				judge := refused(t, "unsupported_grant_type", "unauthorized_client")
				working(t).contrast(t,
					change{"a made-up word", set("authassay" + t.Random(10)), judge},
					change{"a made-up URN", set("urn:authassay:" + t.Random(10)), judge},
					change{"the grant in capitals", set("CLIENT_CREDENTIALS"), judge})
			},
		},
		{
			// RFC 6749 §3.2: parameters must not be included more than once, which
			// binds the sender; §5.2 describes how a server answers a request that
			// repeats one: invalid_request. Who takes one of two equal values does
			// what the correct request asks for, and nobody is harmed; who takes one
			// of two that differ guesses which was meant. "resource" and "audience"
			// may repeat (RFC 8707 §2, RFC 8693 §2.1) and are not sent.
			ID: "tok-duplicate-param", Level: check.Prose,
			Title:   "A token request that repeats a parameter is refused as invalid_request.",
			Clauses: []string{"RFC 6749 §3.2", "RFC 6749 §5.2"},
			Sent:    "The working request with grant_type twice, with scope twice, and where the credentials are in the body with client_id twice, each with a made-up value after the right one, and before it; then with grant_type twice, with the same value.",
			Judged:  "No token; then the error code: invalid_request. A token for two values that differ: fail; for the same value twice: warn.",
			Needs:   forGrant,
			Proves:  []string{"parameters-unrepeated"},
			Run:     repeatedTokenParameters,
		},
	}, tokenParameters()...)
}

func repeatedTokenParameters(t *check.T) {
	cr := working(t)
	judge := refused(t, "invalid_request")
	var changes []change
	for _, name := range []string{"grant_type", "scope", "client_id"} {
		right, other := cr.request(t).Get(name), "authassay"+t.Random(10)
		if right == "" {
			continue // not sent by this client, so not to be repeated
		}
		// Some servers take the first of two, others the last.
		for _, v := range [][3]string{{"last", right, other}, {"first", other, right}} {
			changes = append(changes, change{name + " twice, a made-up one " + v[0],
				func(r *oauth.TokenRequest) { r.Set(name, v[1]).Add(name, v[2]) },
				func(r *check.Response) {
					t.Expect(r).To(oauth.RefuseToken(), "the target takes one of two values that differ")
					judge(r)
				}})
		}
	}
	cr.contrast(t, append(changes, change{"grant_type twice, with the same value",
		func(r *oauth.TokenRequest) { r.Add("grant_type", r.Get("grant_type")) },
		func(r *check.Response) {
			if oauth.Issued(r) != "" {
				t.Safe(r).To(oauth.RefuseToken(), "the target takes a request that has a parameter twice, with the same value")
				return
			}
			judge(r)
		}})...)
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
