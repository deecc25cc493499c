package authserver

import (
	"net/http"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// codeGrant are the checks of the authorization code grant: the exchange of a
// code for tokens (RFC 6749 §4.1.3, §4.1.4).
func codeGrant() []*check.Check {
	return []*check.Check{
		{
			// RFC 6749 §4.1.2: the authorization server issues a code and delivers
			// it to the client; §4.1.4: a valid token request is answered with an
			// access token.
			ID: "code-happy", Level: check.Must,
			Title:   "A code is issued and exchanged for a token response.",
			Clauses: []string{"RFC 6749 §4.1.4", "RFC 6749 §4.1.2"},
			Sent:    "An authorization request, the login, and the token request with the code, for each kind of client there is.",
			Judged:  "A code at the redirect URI; then 200 with an access token and its type.",
			Needs:   forCode,
			Proves:  []string{"token-type-present"},
			Run: func(t *check.T) {
				for _, c := range codeClients(t)[:1] {
					a := authorize(t, c, "code")
					code := a.code("authorization request")
					r := t.Do("token request with the code", "token", a.redeem(code).HTTP())
					t.Require(succeeded(r)).To(beEmpty(), "the correct token request does not succeed")
					t.Expect(r).To(oauth.HaveStatus(http.StatusOK), "the request is answered with another status")
					t.Expect(r).To(oauth.HaveMediaType("application/json"), "the token response is not labelled as JSON")
					t.Expect(r).To(oauth.HaveStringMember("access_token"), "the token response has no access token")
					t.Expect(r).To(oauth.HaveStringMember("token_type"), "the token response does not say what type the token is")
				}
			},
		},
	}
}
