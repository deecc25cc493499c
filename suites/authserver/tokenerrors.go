package authserver

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// tokenErrors are the checks on error responses of the token endpoint (RFC 6749
// §5.2).
func tokenErrors() []*check.Check {
	return []*check.Check{
		{
			// RFC 6749 §5.2: error and error_description hold the characters %x20-21,
			// %x23-5B, %x5D-7E and no others: no quotation mark, no backslash, nothing
			// beyond ASCII. error_uri is a URI reference, of the same without the
			// blank.
			ID: "tok-error-chars", Level: check.MustNot,
			Title:   "error, error_description and error_uri hold no other characters than they may.",
			Clauses: []string{"RFC 6749 §5.2"},
			Sent:    "The working request without grant_type; with a made-up grant_type, and with a made-up scope, that hold a quotation mark, a backslash and a letter beyond ASCII; with a made-up client.",
			Judged:  "The characters of the three members of each refusal. Line breaks and tabs alone in error_description: warn.",
			Needs:   forGrant,
			Proves:  []string{"error-characters"},
			Run:     errorCharacters,
		},
		{
			// RFC 6749 §5.2: a client that tried to authenticate by the Authorization
			// header and failed must be answered 401, with a WWW-Authenticate of the
			// scheme that it used.
			ID: "tok-401-challenge", Level: check.Must,
			Title:   "A client that fails by Basic is answered 401 with a Basic challenge.",
			Clauses: []string{"RFC 6749 §5.2", "RFC 9110 §11.6.1"},
			Sent:    "The working request with Basic credentials of a made-up client.",
			Judged:  "401, and WWW-Authenticate: Basic. Where the answer is neither 401 nor invalid_client, the clause does not apply: warn.",
			Needs:   []check.Need{needTokenEndpoint, needConfidential, needBasicWorks},
			Proves:  []string{"basic-challenge", "invalid-client-401"},
			Run: func(t *check.T) {
				working(t).contrast(t, change{"a made-up client by Basic", func(r *oauth.TokenRequest) {
					r.Unauthenticate().Authenticate(oauth.ClientSecretBasic, "authassay-"+t.Random(12), t.Random(40))
				}, func(r *check.Response) {
					if oauth.Issued(r) != "" {
						return // the subject of ca-unknown-client
					}
					if r.Status != http.StatusUnauthorized && errorCode(r) != "invalid_client" {
						t.Safe(r).To(oauth.HaveError("invalid_client"), "the refusal does not name its reason as the clause describes")
						return
					}
					t.Expect(r).To(oauth.HaveStatus(http.StatusUnauthorized), "a client that used the Authorization header is not answered 401")
					t.Expect(r).To(oauth.Challenge("Basic"), "the 401 does not challenge with the scheme that the client used")
				}})
			},
		},
		{
			// RFC 6749 §5.1, §5.2: what a token request is answered with is 200, or
			// 400 and 401 with an error. A client is no browser: a redirect, to a
			// login page for instance, tells it nothing.
			ID: "tok-no-redirect", Level: check.Prose,
			Title:   "A token request is not answered with a redirect.",
			Clauses: []string{"RFC 6749 §5.2", "RFC 6749 §5.1"},
			Sent:    "The working request without credentials, and with a made-up grant_type.",
			Judged:  "The status: 3xx in place of an error is a warning.",
			Needs:   forGrant,
			Proves:  []string{"token-no-redirect"},
			Run: func(t *check.T) {
				judge := func(r *check.Response) {
					t.Safe(r).To(statement{r.Status < 300 || r.Status > 399, "an error response", oauth.Describe(r)}, "a token request is redirected")
				}
				working(t).contrast(t,
					change{"without credentials", func(r *oauth.TokenRequest) { r.Unauthenticate() }, judge},
					change{"a made-up grant_type", func(r *oauth.TokenRequest) { r.Set("grant_type", "authassay"+t.Random(10)) }, judge})
			},
		},
	}
}

func errorCharacters(t *check.T) {
	cr := working(t)
	odd := func() string { return "authassay" + t.Random(8) + `"\ä` }
	looked := 0
	judge := func(r *check.Response) {
		a := oauth.Read(r)
		if oauth.Issued(r) != "" || a.Members == nil {
			return // no refusal, or one that tok-error-shape judges
		}
		looked++
		for _, name := range []string{"error", "error_description", "error_uri"} {
			value, _ := a.String(name)
			bad := strings.IndexFunc(value, func(c rune) bool { return notInError(c) || name == "error_uri" && c == ' ' })
			if bad < 0 {
				continue
			}
			found := statement{false, name + " of the characters %x20-21 / %x23-5B / %x5D-7E", strconv.QuoteToASCII(clip(value))}
			if name == "error_description" && strings.IndexFunc(strings.NewReplacer("\r", "", "\n", "", "\t", "").Replace(value), notInError) < 0 {
				t.Safe(r).To(found, "error_description has line breaks or tabs")
				continue
			}
			t.Expect(r).To(found, "%s has characters that it must not have", name)
		}
	}
	cr.contrast(t,
		change{"without grant_type", func(r *oauth.TokenRequest) { r.Del("grant_type") }, judge},
		change{"a made-up grant_type", func(r *oauth.TokenRequest) { r.Set("grant_type", odd()) }, judge},
		change{"a made-up scope", func(r *oauth.TokenRequest) { r.Set("scope", odd()) }, judge},
		change{"a made-up client", func(r *oauth.TokenRequest) { r.Unauthenticate().Authenticate(cr.method, odd(), t.Random(40)) }, judge})
	t.Require(looked).ToNot(beZero(), "no refusal is a JSON object, so there are no characters to look at")
}

// notInError are the characters outside NQSCHAR (RFC 6749 App. A).
func notInError(c rune) bool { return notVisible(c) || c == '"' || c == '\\' }
