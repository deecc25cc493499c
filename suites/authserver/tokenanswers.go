package authserver

import (
	"net/http"
	"slices"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// tokenAnswers are the checks on the answers of the token endpoint
// (RFC 6749 §5.1, §5.2).
func tokenAnswers() []*check.Check {
	return slices.Concat([]*check.Check{
		{
			// RFC 6749 §5.1: Cache-Control: no-store in any response that holds
			// tokens or other sensitive information. An error response holds none;
			// the example of §5.2 shows the header there too, so that its absence
			// is worth a note.
			ID: "tok-no-store", Level: check.Must,
			Title:   "Token responses say Cache-Control: no-store.",
			Clauses: []string{"RFC 6749 §5.1", "OAuth 2.1 draft §3.2.3"},
			Sent:    "The working request, and the same with a wrong grant_type.",
			Judged:  "The directive no-store, among others, in any case, in the answer with the token. Its absence from the error response: info.",
			Needs:   forGrant,
			Proves:  []string{"token-no-store", "token-error-no-store"},
			Run: func(t *check.T) {
				cr := working(t)
				good := t.Do("client credentials", "token", cr.request(t).HTTP())
				t.Require(succeeded(good)).To(beEmpty(), "the correct request does not succeed")
				t.Expect(good).To(oauth.ForbidStoring(), "a token response may be stored by caches")
				bad := t.Do("a wrong grant_type", "token", cr.request(t).Set("grant_type", "authassay"+t.Random(10)).HTTP())
				if bad.Status < 500 && oauth.Issued(bad) == "" && !oauth.NoStore(bad.Header) {
					t.Inform("an error response may be stored by caches, unlike the one in the example of the clause",
						"Cache-Control with no-store", "none")
				}
			},
		},
		{
			// RFC 6749 §5.2: the status is 400 (401 for invalid_client), the body
			// JSON labelled as such, with the REQUIRED member "error".
			ID: "tok-error-shape", Level: check.Required,
			Title:   "Refusals are 400 (401 for invalid_client) with a JSON object that has \"error\".",
			Clauses: []string{"RFC 6749 §5.2"},
			Sent:    "The working request with a wrong secret, without grant_type, with an unknown grant_type.",
			Judged:  "Each refusal: no 2xx, a JSON object as application/json, \"error\" a string; another 4xx than 400 or 401: warn. 5xx: error.",
			Needs:   forGrant,
			Proves:  []string{"error-json", "error-status-400", "error-member"},
			Run:     errorShape,
		},
	}, tokenResponses(), tokenErrors())
}

func errorShape(t *check.T) {
	cr := working(t)
	judge := func(r *check.Response) {
		if oauth.Issued(r) != "" {
			return // no refusal, so not the subject of this check: others judge it
		}
		t.Expect(r).To(statement{r.Status >= 300, "a status that says the request failed", oauth.Describe(r)},
			"a refusal comes with a status of success")
		t.Expect(r).To(oauth.BeJSONObject(), "a refusal is not a JSON object")
		t.Expect(r).To(oauth.HaveMediaType("application/json"), "a refusal is not labelled as JSON")
		t.Expect(r).To(oauth.HaveStringMember("error"), "a refusal does not say what was wrong")
		t.Safe(r).To(statusFits(r), "a refusal has another status than the clause gives it")
	}
	cr.contrast(t,
		change{"wrong secret", func(r *oauth.TokenRequest) {
			r.Unauthenticate().Authenticate(cr.method, cr.client.ID, oneOff(cr.client.Secret))
		}, judge},
		change{"without grant_type", func(r *oauth.TokenRequest) { r.Del("grant_type") }, judge},
		change{"an unknown grant_type", func(r *oauth.TokenRequest) { r.Set("grant_type", "authassay"+t.Random(10)) }, judge})
}

// statusFits says that a refusal has the status of RFC 6749 §5.2: 400, or 401
// for invalid_client.
func statusFits(r *check.Response) statement {
	fits := r.Status == http.StatusBadRequest ||
		(r.Status == http.StatusUnauthorized && errorCode(r) == "invalid_client")
	return statement{fits, "status 400, or 401 with invalid_client", oauth.Describe(r)}
}

// judgeTokenResponse holds an answer to the form of a token response (RFC 6749
// §5.1).
func judgeTokenResponse(t *check.T, r *check.Response) {
	t.Expect(r).To(oauth.HaveStatus(http.StatusOK), "the request is answered with another status")
	t.Expect(r).To(oauth.HaveMediaType("application/json"), "the token response is not labelled as JSON")
	t.Expect(r).To(oauth.BeJSONObject(), "the token response is not a JSON object")
	t.Expect(r).To(oauth.HaveStringMember("access_token"), "the token response has no access token")
	t.Expect(r).To(oauth.HaveStringMember("token_type"), "the token response does not say what type the token is")
}
