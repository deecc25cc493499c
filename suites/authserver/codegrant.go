package authserver

import (
	"net/http"
	"slices"
	"strings"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// codeGrant are the checks of the authorization code grant (RFC 6749 §4.1).
func codeGrant() []*check.Check {
	return slices.Concat(codeExchange(), codeBinding(), codeReuse(), codeLifetime(), codeQuality())
}

// codeExchange are the checks on the exchange of a code for tokens (RFC 6749
// §4.1.3, §4.1.4).
func codeExchange() []*check.Check {
	return []*check.Check{
		{
			// RFC 6749 §4.1.2: the authorization server issues a code and delivers
			// it to the client; §4.1.4: a valid token request is answered with an
			// access token, as §5.1 describes. Whether client, user and scope are
			// set up for it only the target knows: an error decides nothing.
			ID: "code-happy", Level: check.Must,
			Title:   "A code is issued and exchanged for a token response.",
			Clauses: []string{"RFC 6749 §4.1.4", "RFC 6749 §4.1.2", "RFC 6749 §5.1"},
			Sent:    "An authorization request, the login, and the token request with the code; for a confidential and a public client, as far as there are any.",
			Judged:  "An answer at the redirect URI has a code; then 200, application/json, access_token and token_type as strings. An error or a page: error, since client, user or scope may be set up otherwise.",
			Needs:   forCode,
			Proves:  []string{"token-client-credentials", "token-type-present"},
			Run:     codeHappy,
		},
		{
			// RFC 6749 §4.1.3: code is REQUIRED; §5.2: a request that lacks a
			// required parameter is invalid_request. §3.2: a parameter without a
			// value is treated as if it was omitted.
			ID: "code-missing", Level: check.Required,
			Title:   "A token request without a code is refused as invalid_request.",
			Clauses: []string{"RFC 6749 §5.2", "RFC 6749 §4.1.3", "RFC 6749 §3.2"},
			Sent:    "The working token request without code, and with an empty one.",
			Judged:  "No token; then the error code: invalid_request.",
			Needs:   forCode,
			Proves:  []string{"code-required"},
			Run: func(t *check.T) {
				contrastRedemption(t, codesOf(t, codeClients(t)[0]),
					change{"without code", dropParam("code"), refused(t, "invalid_request")},
					change{"an empty code", setParam("code", ""), refused(t, "invalid_request")})
			},
		},
		{
			// RFC 6749 §4.1.3: the server must verify that the code is valid; §5.2:
			// a grant that is not is invalid_grant. One that is longer than what a
			// server reads may be refused as such (RFC 9110 §15.5.14).
			ID: "code-unknown", Level: check.Prose,
			Title:   "A code that nobody issued is refused as invalid_grant.",
			Clauses: []string{"RFC 6749 §5.2", "RFC 6749 §4.1.3"},
			Sent:    "The working token request with a made-up code, and with one of ten thousand characters.",
			Judged:  "No token; then the error code: invalid_grant. For the long one also invalid_request, or 413.",
			Needs:   forCode,
			Proves:  []string{"code-known"},
			Run: func(t *check.T) {
				contrastRedemption(t, codesOf(t, codeClients(t)[0]),
					change{"a made-up code", setParam("code", t.Random(43)), refused(t, "invalid_grant")},
					change{"a made-up code of ten thousand characters", setParam("code", strings.Repeat(t.Random(50), 200)), func(r *check.Response) {
						t.Expect(r).To(oauth.RefuseToken(), "the target issued a token for a code that nobody issued")
						if r.Status != http.StatusRequestEntityTooLarge {
							t.Safe(r).To(oauth.HaveError("invalid_grant", "invalid_request"), "the refusal does not name its reason as the clause describes")
						}
					}})
			},
		},
	}
}

func codeHappy(t *check.T) {
	for _, c := range ofEachKind(t) {
		t.Record("client", c.ID)
		a := authorize(t, c, "code")
		o := a.walk(c.ID + ": authorization request")
		if o.Landing != nil && o.Landing.To == "" && o.Landing.Get("error") == "" {
			t.Expect(o.Landing.Get("code")).To(statement{o.Landing.Get("code") != "", "a code at the redirect URI, or an error", "neither"},
				"the target answers the authorization request without a code and without an error")
		}
		if why := landed(o, "code"); why != "" {
			t.Inconclusive("the authorization request of %s did not succeed (%s); are redirect URI, scope and grant those of the registration, and may the user use the client?", c.ID, why)
		}
		r := t.Do(c.ID+": token request with the code", "token", a.redeem(o.Landing.Get("code")).HTTP())
		if why := undecided(r); why != "" {
			t.Inconclusive("the token request of %s did not succeed (%s); %s", c.ID, oauth.Describe(r), why)
		}
		t.Expect(r).To(oauth.HaveStatus(http.StatusOK), "the request is answered with another status")
		t.Expect(r).To(oauth.HaveMediaType("application/json"), "the token response is not labelled as JSON")
		t.Expect(r).To(oauth.BeJSONObject(), "the token response is not a JSON object")
		t.Expect(r).To(oauth.HaveStringMember("access_token"), "the token response has no access token")
		t.Expect(r).To(oauth.HaveStringMember("token_type"), "the token response does not say what type the token is")
	}
}
