package authserver

import (
	"net/http"
	"slices"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// passwordGrant are the checks of the resource owner password credentials grant
// (RFC 6749 §4.3).
func passwordGrant() []*check.Check {
	return append(passwordDisabled(), passwordExchange()...)
}

// passwordExchange are the checks for a target that has the grant all the same.
func passwordExchange() []*check.Check {
	return []*check.Check{
		{
			// RFC 6749 §4.3.3: if the request is valid and authorized, an access
			// token is issued as §5.1 describes. Whether client, user and scope are
			// set up for it only the target knows: a refusal decides nothing.
			ID: "ropc-happy", Level: check.Must,
			Title:   "Valid credentials of a user give an access token, where the grant is offered.",
			Clauses: []string{"RFC 6749 §4.3.3", "RFC 6749 §4.3.2", "RFC 6749 §5.1"},
			Sent:    "A password request for the first user by a client that may use the grant.",
			Judged:  "200, application/json, access_token and token_type as strings. A refusal or a page: error, since client, user or scope may be set up otherwise.",
			Needs:   forPassword,
			Proves:  []string{"token-client-credentials", "token-type-present"},
			Run: func(t *check.T) {
				r := t.Do("password request", "token", passwordOf(t).request(t).HTTP())
				if why := undecided(r); why != "" {
					t.Inconclusive("the password request did not succeed (%s); %s", oauth.Describe(r), why)
				}
				t.Expect(r).To(oauth.HaveStatus(http.StatusOK), "the request is answered with another status")
				t.Expect(r).To(oauth.HaveMediaType("application/json"), "the token response is not labelled as JSON")
				t.Expect(r).To(oauth.BeJSONObject(), "the token response is not a JSON object")
				t.Expect(r).To(oauth.HaveStringMember("access_token"), "the token response has no access token")
				t.Expect(r).To(oauth.HaveStringMember("token_type"), "the token response does not say what type the token is")
			},
		},
		{
			// RFC 6749 §4.3.2: the server must require client authentication for
			// confidential clients.
			ID: "ropc-client-auth", Level: check.Must,
			Title:   "A confidential client that does not authenticate gets no token for a user's password.",
			Clauses: []string{"RFC 6749 §4.3.2", "RFC 6749 §3.2.1", "RFC 6749 §5.2"},
			Sent:    "The working password request of a confidential client with nothing but the client_id.",
			Judged:  "No token; then the error code: invalid_client.",
			Needs:   append(slices.Clone(forPassword), needPasswordConfidential),
			Proves:  []string{"confidential-client-authenticates"},
			Run: func(t *check.T) {
				p := passwordOf(t)
				p.contrast(t, change{"client_id only",
					func(r *oauth.TokenRequest) { r.Unauthenticate().Add("client_id", p.client.ID) },
					refused(t, "invalid_client")})
			},
		},
		{
			// RFC 6749 §4.3.2: username and password are REQUIRED; §5.2: a request
			// that lacks a required parameter is invalid_request.
			ID: "ropc-missing-param", Level: check.Required,
			Title:   "A password request without username or password is refused as invalid_request.",
			Clauses: []string{"RFC 6749 §5.2", "RFC 6749 §4.3.2"},
			Sent:    "The working password request without username, and without password.",
			Judged:  "No token; then the error code: invalid_request.",
			Needs:   forPassword,
			Proves:  []string{"password-parameters-required"},
			Run: func(t *check.T) {
				passwordOf(t).contrast(t,
					change{"without username", dropParam("username"), refused(t, "invalid_request")},
					change{"without password", dropParam("password"), refused(t, "invalid_request")})
			},
		},
		{
			// RFC 6749 App. B: names and values are decoded as UTF-8; §4.3.2 asks it
			// of this request.
			ID: "ropc-utf8", Level: check.Must,
			Title:   "User names and passwords beyond ASCII are decoded as UTF-8.",
			Clauses: []string{"RFC 6749 App. B", "RFC 6749 §4.3.2"},
			Sent:    "The password request for a user whose name or password has such characters; where that is refused, an authorization request at whose login page the same user logs in.",
			Judged:  "A token: pass. Refused while the login page takes the same credentials: fail. Else: error, the credentials may be wrong.",
			Needs:   append(slices.Clone(forPassword), needUnicodeUser),
			Proves:  []string{"token-parameters-utf8"},
			Run:     passwordUnicode,
		},
	}
}

func passwordUnicode(t *check.T) {
	p := passwordOf(t)
	control := t.Do("control: "+p.user.Name, "token", p.request(t).HTTP())
	t.Require(succeeded(control)).To(beEmpty(), "the password request for another user does not succeed, so nothing follows from a refusal")
	p.user = *unicodeUser(t)
	const step = "a user beyond ASCII"
	r := t.Do(step, "token", p.request(t).HTTP())
	if succeeded(r) == "" {
		return
	}
	if r.Status >= 500 {
		t.Inconclusive("%s: the target answered %d, which is neither a refusal nor a success", step, r.Status)
	}
	if !logsIn(t, p) {
		t.Inconclusive("the password request is refused (%s), and nothing shows that user name and password are right", oauth.Describe(r))
	}
	t.Look(step, r)
	t.Expect(r).To(statement{false, "a token for a user who can log in", oauth.Describe(r)},
		"the target does not take a user name or password beyond ASCII that its own login page takes")
}
