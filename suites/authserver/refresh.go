package authserver

import (
	"net/http"
	"slices"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// refreshGrant are the checks of the refresh token grant (RFC 6749 §6).
func refreshGrant() []*check.Check {
	return slices.Concat(refreshExchange(), refreshBinding(), refreshScope(), refreshRotation(), refreshOpenID())
}

// refreshExchange are the checks on the exchange of a refresh token for an access
// token.
func refreshExchange() []*check.Check {
	return []*check.Check{
		{
			// RFC 6749 §6: if a refresh request is valid and authorized, an access
			// token is issued as §5.1 describes. A refresh token that was issued a
			// moment ago and has not been used is neither invalid nor expired.
			ID: "rt-happy", Level: check.Must,
			Title:   "A refresh token gives a new access token.",
			Clauses: []string{"RFC 6749 §6", "RFC 6749 §5.1"},
			Sent:    "A code is exchanged for tokens, and the refresh token for others; for a confidential and a public client, as far as they get refresh tokens.",
			Judged:  "200, application/json, access_token and token_type as strings. invalid_grant: fail. Another refusal or a page: error, since the client may not be set up for the grant.",
			Needs:   forRefresh,
			Proves:  []string{"refresh-redeemable", "token-type-present"},
			Run:     refreshHappy,
		},
		{
			// RFC 6749 §6: refresh_token is REQUIRED; §5.2: a request that lacks a
			// required parameter is invalid_request. §3.2: a parameter without a
			// value is treated as if it was omitted.
			ID: "rt-missing", Level: check.Required,
			Title:   "A refresh request without refresh_token is refused as invalid_request.",
			Clauses: []string{"RFC 6749 §6", "RFC 6749 §5.2", "RFC 6749 §3.2"},
			Sent:    "The working refresh request without refresh_token, and with an empty one.",
			Judged:  "No token; then the error code: invalid_request.",
			Needs:   forRefresh,
			Proves:  []string{"refresh-token-required"},
			Run: func(t *check.T) {
				contrastRefresh(t, plainFamily(t, refreshersOfEachKind(t)[0]),
					change{"without refresh_token", dropParam("refresh_token"), refused(t, "invalid_request")},
					change{"an empty refresh_token", setParam("refresh_token", ""), refused(t, "invalid_request")})
			},
		},
		{
			// RFC 6749 §6: the server must validate the refresh token; §5.2: one
			// that is invalid is invalid_grant. What is no refresh token at all may
			// also be called malformed.
			ID: "rt-garbage", Level: check.Prose,
			Title:   "What is no refresh token is refused as invalid_grant.",
			Clauses: []string{"RFC 6749 §5.2", "RFC 6749 §6"},
			Sent:    "The working refresh request with a made-up refresh token, and with the access token in its place.",
			Judged:  "No token; then the error code: invalid_grant or invalid_request.",
			Needs:   forRefresh,
			Proves:  []string{"refresh-known"},
			Run: func(t *check.T) {
				var f *family
				begin := func(step string) *family {
					f = beginFamily(t, refreshersOfEachKind(t)[0], step, nil)
					return f
				}
				judge := refused(t, "invalid_grant", "invalid_request")
				contrastRefresh(t, begin,
					change{"a made-up refresh token", setParam("refresh_token", t.Random(43)), judge},
					change{"the access token", func(r *oauth.TokenRequest) {
						token, _ := f.last.String("access_token")
						r.Set("refresh_token", token)
					}, judge})
			},
		},
	}
}

func refreshHappy(t *check.T) {
	for _, c := range refreshersOfEachKind(t) {
		t.Record("client", c.ID)
		f := beginFamily(t, c, c.ID, nil)
		r := f.renew(c.ID + ": refresh request")
		if errorCode(r) == "invalid_grant" {
			t.Expect(r).To(statement{false, "an access token", oauth.Describe(r)}, "a refresh token that was issued a moment ago is refused as invalid")
		}
		if why := undecided(r); why != "" {
			t.Inconclusive("the refresh request of %s did not succeed (%s); %s", c.ID, oauth.Describe(r), why)
		}
		t.Expect(r).To(oauth.HaveStatus(http.StatusOK), "the request is answered with another status")
		t.Expect(r).To(oauth.HaveMediaType("application/json"), "the token response is not labelled as JSON")
		t.Expect(r).To(oauth.BeJSONObject(), "the token response is not a JSON object")
		t.Expect(r).To(oauth.HaveStringMember("access_token"), "the token response has no access token")
		t.Expect(r).To(oauth.HaveStringMember("token_type"), "the token response does not say what type the token is")
	}
}
