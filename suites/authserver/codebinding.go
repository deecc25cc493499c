package authserver

import (
	"slices"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
	"github.com/authassay/authassay/suites/useragent"
)

// codeBinding are the checks that a code is good for its client, its redirect
// URI and its browser alone (RFC 6749 §4.1.3).
func codeBinding() []*check.Check {
	return []*check.Check{
		{
			// RFC 6749 §4.1.3: the server must ensure that the code was issued to
			// the authenticated confidential client; §5.2: one that was issued to
			// another client is invalid_grant.
			ID: "code-wrong-client", Level: check.Must,
			Title:   "A code of one client is refused to another that authenticates.",
			Clauses: []string{"RFC 6749 §4.1.3", "RFC 6749 §5.2", "RFC 6749 §10.5"},
			Sent:    "The token request of one confidential client with the credentials of another, which redeems a code of its own before.",
			Judged:  "No token; then the error code: invalid_grant.",
			Needs:   append(slices.Clone(forCode), needSecondConfidentialCode),
			Proves:  []string{"code-client-bound"},
			Run: func(t *check.T) {
				list := confidentialCode(t)
				redeemedByAnother(t, list[0], list[1])
			},
		},
		{
			// RFC 6749 §4.1.3: if the client is public, the server must ensure that
			// the code was issued to client_id in the request. §3.2.1 says what
			// for: so that no client accepts a code that is meant for another.
			ID: "code-wrong-public-client", Level: check.Must,
			Title:   "A code of one public client is refused to another.",
			Clauses: []string{"RFC 6749 §4.1.3", "RFC 6749 §3.2.1", "RFC 6749 §5.2"},
			Sent:    "The token request of one public client with the client_id of another, which redeems a code of its own before.",
			Judged:  "No token; then the error code: invalid_grant.",
			Needs:   append(slices.Clone(forCode), needPublicCode, needSecondPublicCode),
			Proves:  []string{"code-client-bound"},
			Run: func(t *check.T) {
				list := publicCode(t)
				redeemedByAnother(t, list[0], list[1])
			},
		},
		{
			// RFC 6749 §4.1.3: client_id is REQUIRED if the client does not
			// authenticate, and the server must ensure that the code was issued to
			// it. What is missing is invalid_request (§5.2); a server may also miss
			// the client (invalid_client), or find that the code is not its own
			// (invalid_grant).
			ID: "code-client-id-required", Level: check.Must,
			Title:   "A public client that does not say who it is gets no token for its code.",
			Clauses: []string{"RFC 6749 §4.1.3", "RFC 6749 §3.2.1"},
			Sent:    "The token request of a public client without client_id.",
			Judged:  "No token; then the error code: invalid_request, invalid_client or invalid_grant.",
			Needs:   append(slices.Clone(forCode), needPublicCode),
			Proves:  []string{"code-client-id-required"},
			Run: func(t *check.T) {
				contrastRedemption(t, codesOf(t, publicCode(t)[0]), change{"without client_id",
					dropParam("client_id"), refused(t, "invalid_request", "invalid_client", "invalid_grant")})
			},
		},
		{
			// RFC 6749 §4.1.3: the server must ensure that redirect_uri, if it was
			// in the authorization request, is identical in the token request; §5.2:
			// else the grant is invalid_grant. OAuth 2.1 §10.2 has a server that
			// serves clients of both kinds enforce it, for those that it knows to
			// be of the older.
			ID: "code-redirect-mismatch", Level: check.Must,
			LevelUnder: map[target.Policy]check.Level{target.PolicyOAuth21: check.May},
			Title:      "A token request with another redirect_uri is refused.",
			Clauses:    []string{"RFC 6749 §4.1.3", "RFC 6749 §10.6", "OAuth 2.1 draft §10.2"},
			Sent:       "The working token request with another redirect URI of the client, if it has several, and with a query added to its own.",
			Judged:     "No token; then the error code: invalid_grant.",
			Needs:      forCode,
			Proves:     []string{"code-redirect-uri-bound"},
			Run: func(t *check.T) {
				c := manyRedirects(t)
				var changes []change
				if len(c.RedirectURIs) > 1 {
					changes = append(changes, change{"another registered redirect URI", setParam("redirect_uri", c.RedirectURIs[1]), refused(t, "invalid_grant")})
				}
				contrastRedemption(t, codesOf(t, c), append(changes,
					change{"with a query added", setParam("redirect_uri", addedQuery(c.RedirectURIs[0], "authassay="+t.Random(8))), refused(t, "invalid_grant")})...)
			},
		},
		{
			// RFC 6749 §4.1.3: the server must ensure that redirect_uri is present
			// if the authorization request had it. Where the client has but one,
			// it could be no other, and nothing is lost with a server that fills it
			// in. OAuth 2.1 clients do not send it (§10.2).
			ID: "code-redirect-omitted", Level: check.Must,
			LevelUnder: map[target.Policy]check.Level{target.PolicyOAuth21: check.May},
			Title:      "A token request without the redirect_uri of the authorization request is refused; under OAuth 2.1 it succeeds.",
			Clauses:    []string{"RFC 6749 §4.1.3", "OAuth 2.1 draft §10.2"},
			Sent:       "The working token request without redirect_uri.",
			Judged:     "No token; then the error code: invalid_request or invalid_grant. A token for a client with one redirect URI: warn. Under OAuth 2.1, a refusal: info.",
			Needs:      forCode,
			Proves:     []string{"code-redirect-uri-bound"},
			Run:        redirectOmitted,
		},
		{
			// RFC 9700 §4.5.3.1: when an attacker injects a code, the client sends
			// the verifier of its own session, which does not fit the challenge
			// that the code is bound to; RFC 7636 §4.6: that is invalid_grant.
			ID: "code-cross-user", Level: check.Must,
			Title:   "A code from the browser of one user is refused in the session of another.",
			Clauses: []string{"RFC 9700 §4.5.3.1", "RFC 9700 §2.1.1", "RFC 7636 §4.6"},
			Sent:    "Two users log in, each in a browser of their own; the token request of the second's session with the code of the first.",
			Judged:  "No token; then the error code: invalid_grant. The code of the second user gives tokens in their session.",
			Needs:   append(slices.Clone(forCode), needSecondUser, needPKCE),
			Proves:  []string{"pkce-verifier-matches"},
			Run: func(t *check.T) {
				c := codeClients(t)[0]
				second := newAuthorization(t, c, "code", useragent.NewSession())
				second.user = t.Target().Users[1]
				own := second.code("the second user: authorization request")
				contrastRedemption(t, codesOf(t, c), change{"the first user's code in the second's session",
					setParam("code_verifier", second.verifier), refused(t, "invalid_grant")})
				second.tokens("the second user's code in their session", own)
			},
		},
	}
}

// redeemedByAnother lets a client redeem the code of another. It redeems one of
// its own first, so that a refusal comes from whose code it is.
func redeemedByAnother(t *check.T, owner, other target.Client) {
	own, code := codesOf(t, other)(other.ID + ": authorization request")
	own.tokens(other.ID+": its own code", code)
	contrastRedemption(t, codesOf(t, owner), change{"by " + other.ID + ", the code of " + owner.ID, func(r *oauth.TokenRequest) {
		grantee{other, methodFor(t, other)}.authenticate(t, r.Unauthenticate())
	}, refused(t, "invalid_grant")})
}

// manyRedirects is a client with several redirect URIs, or else the first.
func manyRedirects(t *check.T) target.Client {
	list := codeClients(t)
	for _, c := range list {
		if len(c.RedirectURIs) > 1 {
			return c
		}
	}
	return list[0]
}

// addedQuery adds a parameter to the query of a URI.
func addedQuery(uri, param string) string {
	if strings.Contains(uri, "?") {
		return uri + "&" + param
	}
	return uri + "?" + param
}

func redirectOmitted(t *check.T) {
	c := manyRedirects(t)
	judge := func(r *check.Response) {
		const what = "the target does not ask for the redirect_uri that the code is bound to"
		if len(c.RedirectURIs) > 1 {
			t.Expect(r).To(oauth.RefuseToken(), what)
		} else {
			t.Safe(r).To(oauth.RefuseToken(), what+"; the client has no other")
		}
		if oauth.Issued(r) == "" {
			t.Safe(r).To(oauth.HaveError("invalid_request", "invalid_grant"), "the refusal does not name its reason as the clause describes")
		}
	}
	if t.Policy() == target.PolicyOAuth21 {
		judge = func(r *check.Response) {
			t.Expect(r).To(statement{succeeded(r) == "", "a token", oauth.Describe(r)}, "the target wants a redirect_uri, which clients of OAuth 2.1 do not send")
		}
	}
	contrastRedemption(t, codesOf(t, c), change{"without redirect_uri", dropParam("redirect_uri"), judge})
}
