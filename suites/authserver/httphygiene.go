package authserver

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// httpHygiene are the checks on HTTP at every endpoint.
func httpHygiene() []*check.Check {
	return slices.Concat(tlsVersions(), tlsCertificates(), plainEndpoints(), httpMethods(), httpAnswers(), httpContent())
}

// httpAnswers are observers: they send nothing and judge every exchange of the
// run.
func httpAnswers() []*check.Check {
	return []*check.Check{
		{
			// RFC 9110 §15.5.2: a 401 must carry a WWW-Authenticate field with at
			// least one challenge.
			ID: "http-401-challenge", Level: check.Must,
			Title:   "Every 401 carries a WWW-Authenticate challenge.",
			Clauses: []string{"RFC 9110 §15.5.2", "RFC 6749 §5.2"},
			Sent:    "Nothing: every 401 of the run is looked at.",
			Judged:  "At least one challenge in WWW-Authenticate.",
			Proves:  []string{"basic-challenge"},
			Observe: func(e *check.Exchange) *check.Judgement {
				if e.Response == nil || e.Response.Status != http.StatusUnauthorized {
					return nil
				}
				return &check.Judgement{
					OK:       len(oauth.Challenges(e.Response.Header)) > 0,
					Message:  "a 401 without a challenge",
					Expected: "WWW-Authenticate with a challenge",
					Got:      "401 without one",
				}
			},
		},
		{
			// RFC 6749 §5.1: any response with tokens, credentials or other
			// sensitive information says Cache-Control: no-store (RFC 9111
			// §5.2.2.5).
			ID: "http-no-store-tokens", Level: check.Must,
			Title:   "Every response with a token or a secret says Cache-Control: no-store.",
			Clauses: []string{"RFC 6749 §5.1", "RFC 9111 §5.2.2.5"},
			Sent:    "Nothing: every answer of the run that holds a token or a client secret is looked at.",
			Judged:  "The directive no-store, among others, in any case.",
			Proves:  []string{"token-no-store"},
			Observe: func(e *check.Exchange) *check.Judgement {
				if e.Response == nil {
					return nil
				}
				what := oauth.Issued(e.Response)
				if s, ok := oauth.Read(e.Response).String("client_secret"); what == "" && ok && s != "" {
					what = "client_secret"
				}
				if what == "" {
					return nil
				}
				got := "no Cache-Control"
				if v := e.Response.Header.Get("Cache-Control"); v != "" {
					got = "Cache-Control: " + v
				}
				return &check.Judgement{
					OK:       oauth.NoStore(e.Response.Header),
					Message:  "a response with a secret (" + what + ") may be stored by caches",
					Expected: "Cache-Control with no-store",
					Got:      got,
				}
			},
		},
		{
			// RFC 9110 §15.6: 5xx says that the server failed to fulfil an
			// apparently valid request, or is aware that it erred: whatever was
			// sent, the server blames itself. Nothing was given away.
			ID: "http-no-5xx", Level: check.Prose,
			Title:   "No request of the run is answered 5xx.",
			Clauses: []string{"RFC 9110 §15.6"},
			Sent:    "Nothing: every answer of the run is looked at.",
			Judged:  "The status class.",
			Proves:  []string{"no-server-error"},
			Observe: func(e *check.Exchange) *check.Judgement {
				if e.Response == nil {
					return nil
				}
				return &check.Judgement{
					OK:       e.Response.Status < 500,
					Message:  "the server fails on a request",
					Expected: "an answer that is not 5xx",
					Got:      fmt.Sprintf("%d %s", e.Response.Status, http.StatusText(e.Response.Status)),
					Safe:     true,
				}
			},
		},
	}
}
