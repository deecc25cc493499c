package authserver

import (
	"slices"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// refreshBinding are the checks that a refresh token is good for its client alone
// (RFC 6749 §6, §10.4).
func refreshBinding() []*check.Check {
	return []*check.Check{
		{
			// RFC 6749 §6: the server must require client authentication for
			// confidential clients, and §3.2.1 says why: it enforces the binding of
			// refresh tokens to their client.
			ID: "rt-client-auth", Level: check.Must,
			Title:   "A confidential client that does not authenticate gets nothing for its refresh token.",
			Clauses: []string{"RFC 6749 §6", "RFC 6749 §3.2.1", "RFC 6749 §5.2"},
			Sent:    "The working refresh request of a confidential client with nothing but the client_id.",
			Judged:  "No token; then the error code: invalid_client.",
			Needs:   append(slices.Clone(forCode), needRefreshConfidential),
			Proves:  []string{"confidential-client-authenticates"},
			Run: func(t *check.T) {
				c := refreshers(t, confidentialCode(t), 1)[0]
				contrastRefresh(t, plainFamily(t, c), change{"client_id only",
					func(r *oauth.TokenRequest) { r.Unauthenticate().Add("client_id", c.ID) },
					refused(t, "invalid_client")})
			},
		},
		{
			// RFC 6749 §6: the server must ensure that the refresh token was issued
			// to the authenticated client; §5.2: one that was issued to another
			// client is invalid_grant.
			ID: "rt-wrong-client", Level: check.Must,
			Title:   "A refresh token of one client is refused to another that authenticates.",
			Clauses: []string{"RFC 6749 §6", "RFC 6749 §10.4", "RFC 9700 §4.14.1", "RFC 6749 §5.2"},
			Sent:    "The refresh request with the token of one confidential client and the credentials of another, which refreshes with a token of its own before.",
			Judged:  "No token; then the error code: invalid_grant.",
			Needs:   append(slices.Clone(forCode), needTwoRefreshConfidential),
			Proves:  []string{"refresh-client-bound"},
			Run: func(t *check.T) {
				list := refreshers(t, confidentialCode(t), 2)
				refreshedByAnother(t, list[0], list[1])
			},
		},
		{
			// RFC 6749 §6: the refresh token is bound to the client to which it was
			// issued; §5.2: one that was issued to another client is invalid_grant.
			// That the server must verify the binding §10.4 says of clients whose
			// identity can be authenticated; OAuth 2.1 §4.3.1 says it of any request
			// that has a client_id.
			ID: "rt-public-client-id", Level: check.Prose,
			LevelUnder: map[target.Policy]check.Level{target.PolicyOAuth21: check.Must},
			Title:      "A refresh token of one public client is refused to another.",
			Clauses:    []string{"RFC 6749 §5.2", "RFC 6749 §6", "RFC 6749 §10.4", "OAuth 2.1 draft §4.3.1"},
			Sent:       "The refresh request with the token of one public client and the client_id of another, which refreshes with a token of its own before.",
			Judged:     "No token; then the error code: invalid_grant.",
			Needs:      append(slices.Clone(forCode), needTwoRefreshPublic),
			Proves:     []string{"refresh-client-bound"},
			Run: func(t *check.T) {
				list := refreshers(t, publicCode(t), 2)
				refreshedByAnother(t, list[0], list[1])
			},
		},
	}
}

// refreshedByAnother lets a client use the refresh token of another. It uses one of
// its own first, so that a refusal comes from whose token it is.
func refreshedByAnother(t *check.T, owner, other target.Client) {
	beginFamily(t, other, other.ID, nil).must(other.ID + ": its own refresh token")
	contrastRefresh(t, plainFamily(t, owner), change{"by " + other.ID + ", the refresh token of " + owner.ID,
		func(r *oauth.TokenRequest) {
			grantee{other, methodFor(t, other)}.authenticate(t, r.Unauthenticate())
		}, refused(t, "invalid_grant")})
}
