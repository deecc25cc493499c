package oauth_test

import (
	"net/http"
	"testing"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// Every matcher serves a user's own test, with plain Gomega: it holds, it does
// not hold, and then it says what it expected and what it got.
func TestMatchersInPlainGomega(t *testing.T) {
	with := func(r *check.Response, header, value string) *check.Response {
		r.Header.Set(header, value)
		return r
	}
	token := `{"access_token":"canary","token_type":"Bearer"}`
	for name, row := range map[string]struct {
		matcher       types.GomegaMatcher
		good, bad     *check.Response
		expected, got string
	}{
		"RefuseToken": {
			oauth.RefuseToken(), answer(400, "", `{"error":"x"}`), answer(400, "", token),
			"a refusal, and no token", "400 Bad Request with an access_token",
		},
		"HaveError": {
			oauth.HaveError("a", "b"), answer(400, "", `{"error":"b"}`), answer(400, "", `{"error":"c"}`),
			"the error code a or b", `400 Bad Request with error "c"`,
		},
		"HaveError, no JSON": {
			oauth.HaveError("a"), answer(400, "", `{"error":"a"}`), answer(403, "text/html", ""),
			"the error code a", "403 Forbidden, and the body is empty",
		},
		"HaveStatus": {oauth.HaveStatus(400, 401), answer(401, "", ""), answer(403, "", ""), "status 400 or 401", "403 Forbidden"},
		"HaveMediaType": {
			oauth.HaveMediaType("Application/JSON"), answer(200, "application/json; charset=utf-8", ""), answer(200, "text/html", ""),
			"Content-Type Application/JSON", `Content-Type "text/html"`,
		},
		"HaveMediaType, none": {oauth.HaveMediaType("a/b"), answer(200, "a/b", ""), answer(200, "", ""), "Content-Type a/b", "no Content-Type"},
		"ForbidStoring": {
			oauth.ForbidStoring(), with(answer(200, "", ""), "Cache-Control", "private, no-store"), with(answer(200, "", ""), "Cache-Control", "private"),
			"Cache-Control with no-store", "Cache-Control: private",
		},
		"ForbidStoring, none": {
			oauth.ForbidStoring(), with(answer(200, "", ""), "Cache-Control", "no-store"), answer(200, "", ""),
			"Cache-Control with no-store", "no Cache-Control",
		},
		"PragmaNoCache": {
			oauth.PragmaNoCache(), with(answer(200, "", ""), "Pragma", "x, No-Cache"), with(answer(200, "", ""), "Pragma", "no-cached"),
			"Pragma with no-cache", "Pragma: no-cached",
		},
		"Challenge": {
			oauth.Challenge("Basic"), with(answer(401, "", ""), "WWW-Authenticate", "Bearer, basic realm=x"), with(answer(401, "", ""), "WWW-Authenticate", "Bearer"),
			"a WWW-Authenticate challenge of the scheme Basic", "WWW-Authenticate: Bearer",
		},
		"Challenge, any": {
			oauth.Challenge(""), with(answer(401, "", ""), "WWW-Authenticate", "Bearer"), answer(401, "", ""),
			"a WWW-Authenticate challenge", "no WWW-Authenticate",
		},
		"BeJSONObject":     {oauth.BeJSONObject(), answer(200, "", "{}"), answer(200, "", "[1]"), "a JSON object", "200 OK, and the body is no JSON object: json: cannot unmarshal array into Go value of type map[string]json.RawMessage"},
		"HaveStringMember": {oauth.HaveStringMember("access_token"), answer(200, "", token), answer(200, "", "{}"), `a member "access_token" that is a string and not empty`, "no such member"},
		"HaveStringMember, an array": {
			oauth.HaveStringMember("access_token"), answer(200, "", token), answer(200, "", `{"access_token":["canary"]}`),
			`a member "access_token" that is a string and not empty`, "an array",
		},
		"HaveStringMember, empty": {oauth.HaveStringMember("error"), answer(400, "", `{"error":"e"}`), answer(400, "", `{"error":""}`), `a member "error" that is a string and not empty`, "an empty string"},
		"HaveStringMember, null":  {oauth.HaveStringMember("error"), answer(400, "", `{"error":"e"}`), answer(400, "", `{"error": null }`), `a member "error" that is a string and not empty`, "null"},
		"HaveStringMember, a page": {
			oauth.HaveStringMember("error"), answer(400, "", `{"error":"e"}`), answer(400, "", `<p>canary</p>`),
			`a member "error" that is a string and not empty`, "the body is a page (HTML or XML), not JSON",
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			g.Expect(row.good).To(row.matcher)
			g.Expect(row.bad).ToNot(row.matcher)
			failed := ""
			plain := gomega.NewGomega(func(message string, _ ...int) { failed = message })
			plain.Expect(row.bad).To(row.matcher)
			g.Expect(failed).To(gomega.Equal("expected " + row.expected + ", got " + row.got))
			g.Expect(failed).ToNot(gomega.ContainSubstring("canary"), "no secret in a message")
			plain.Expect(row.good).ToNot(row.matcher)
			g.Expect(failed).To(gomega.HavePrefix("expected anything but " + row.expected))
			explainer, ok := row.matcher.(check.Explainer)
			g.Expect(ok).To(gomega.BeTrue())
			expected, got := explainer.Explain(row.bad)
			g.Expect([]string{expected, got}).To(gomega.Equal([]string{row.expected, row.got}))
			for _, wrong := range []any{nil, "text", http.Response{}, (*check.Response)(nil)} {
				_, err := row.matcher.Match(wrong)
				g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("this matcher takes a *check.Response")))
				_, got := explainer.Explain(wrong)
				g.Expect(got).To(gomega.Equal("no answer"))
			}
		})
	}
}
