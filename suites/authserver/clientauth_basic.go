package authserver

import (
	"encoding/base64"
	"net/http"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// basicHeaders are the checks on how the Authorization header is read (RFC 9110
// §11, RFC 7617, RFC 6749 §2.3.1).
func basicHeaders() []*check.Check {
	return []*check.Check{
		{
			// RFC 9110 §11.1: the scheme is a case-insensitive token. Who refuses
			// another spelling refuses what no client sends, and nobody is harmed.
			ID: "ca-basic-scheme-case", Level: check.Prose,
			Title:   "The name of the scheme Basic may be written in any letter case.",
			Clauses: []string{"RFC 9110 §11.1", "RFC 6749 §2.3.1"},
			Sent:    "The working request with the scheme written basic, and written BASIC.",
			Judged:  "A token, as for the usual spelling; else a warning.",
			Needs:   []check.Need{needTokenEndpoint, needConfidential, needBasicWorks},
			Proves:  []string{"basic-scheme-any-case"},
			Run: func(t *check.T) {
				cr := working(t)
				written := func(scheme string) change {
					return change{"the scheme written " + scheme, func(r *oauth.TokenRequest) {
						r.SetAuthorization(scheme + " " + oauth.BasicCredentials(cr.client.ID, cr.client.Secret))
					}, func(r *check.Response) {
						t.Safe(r).To(getToken(r), "the target does not know the scheme Basic in another letter case")
					}}
				}
				cr.contrast(t, written("basic"), written("BASIC"))
			},
		},
		{
			// RFC 6749 §5.2: failed client authentication is invalid_client, and 401
			// after an attempt by the Authorization header; a malformed request is
			// invalid_request and 400. What cannot be read authenticates nobody, and
			// is no failure of the server. What kills the connection decides nothing,
			// so the likeliest to do so comes last.
			ID: "ca-basic-malformed", Level: check.Must,
			Title:   "Malformed Basic credentials are refused.",
			Clauses: []string{"RFC 6749 §5.2", "RFC 6749 §2.3.1", "RFC 7617 §2"},
			Sent:    "The working request with an Authorization header that has the scheme alone; text that is no Base64; the identifier without a colon; an escape that form-decoding cannot undo (%zz).",
			Judged:  "No token; then the error code: invalid_client, or invalid_request; then the status: 401, or 400. 5xx or no answer: error.",
			Needs:   []check.Need{needTokenEndpoint, needConfidential, needBasicWorks},
			Proves:  []string{"client-secret-required", "invalid-client-401"},
			Run: func(t *check.T) {
				cr := working(t)
				encoded := func(s string) string { return " " + base64.StdEncoding.EncodeToString([]byte(s)) }
				header := func(step, token string) change {
					return change{step, func(r *oauth.TokenRequest) { r.SetAuthorization("Basic" + token) }, malformedRefused(t)}
				}
				cr.contrast(t,
					header("the scheme alone", ""),
					header("text that is no Base64", " !"+t.Random(12)+"!"),
					header("no colon", encoded(oauth.FormEncode(cr.client.ID))),
					header("a malformed escape", encoded("%zz"+t.Random(8)+":"+t.Random(8))))
			},
		},
	}
}

// malformedRefused judges the answer to credentials that cannot be read.
func malformedRefused(t *check.T) func(*check.Response) {
	return func(r *check.Response) {
		t.Expect(r).To(oauth.RefuseToken(), "the target issues a token for credentials that cannot be read")
		t.Safe(r).To(oauth.HaveError("invalid_client", "invalid_request"), "the refusal does not name its reason as the clause describes")
		want := []int{http.StatusUnauthorized, http.StatusBadRequest}
		if errorCode(r) == "invalid_client" {
			want = want[:1] // the client did try by the header
		}
		t.Safe(r).To(oauth.HaveStatus(want...), "the refusal has another status")
	}
}

// getToken says that a request succeeded which a check expects to.
func getToken(r *check.Response) statement {
	return statement{succeeded(r) == "", "a token", oauth.Describe(r)}
}
