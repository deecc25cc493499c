package authserver_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/reports"
)

// onError answers every request that is refused with a page of a status.
func onError(status int) func(http.ResponseWriter, *http.Request, string) bool {
	return func(w http.ResponseWriter, _ *http.Request, code string) bool {
		page(w, status, "Sorry: "+code)
		return true
	}
}

// TestAuthorizationServersAsTheyAre meets servers that are correct, unusual or
// broken. Each row says what the checks that have to do with it make of it; all
// others of the area pass, inform or do not run.
func TestAuthorizationServersAsTheyAre(t *testing.T) {
	warned := func(ids ...string) map[string]reports.Verdict {
		out := map[string]reports.Verdict{}
		for _, id := range ids {
			out[id] = reports.Warn
		}
		return out
	}
	failed := func(id string) map[string]reports.Verdict { return map[string]reports.Verdict{id: reports.Fail} }
	for name, row := range map[string]struct {
		f    *portal
		want map[string]reports.Verdict
	}{
		"one like most": {&portal{}, nil},
		"unknown scopes are left out, and that is said": {&portal{refuse: func(q url.Values) string {
			q.Set("scope", "read")
			return usual(q)
		}}, nil},
		"unknown scopes are left out in silence": {&portal{refuse: func(q url.Values) string {
			q.Set("scope", "read")
			return usual(q)
		}, token: func(a map[string]any, _ string) { delete(a, "scope") }}, warned("authz-invalid-scope", "authz-malformed-scope")},
		"unknown scopes are left out in silence, as the token shows": {&portal{refuse: func(q url.Values) string {
			q.Set("scope", "read")
			return usual(q)
		}, token: func(a map[string]any, scope string) {
			a["access_token"] = "e30." + base64.RawURLEncoding.EncodeToString([]byte(`{"scope":"`+scope+`"}`)) + ".c2ln"
			delete(a, "scope")
		}}, map[string]reports.Verdict{"authz-invalid-scope": reports.Fail, "authz-malformed-scope": reports.Fail}},
		"any scope is granted, and unsaid": {&portal{refuse: func(q url.Values) string {
			return usual(url.Values{"response_type": q["response_type"]})
		}, token: func(a map[string]any, scope string) {
			claims, _ := json.Marshal(map[string]any{"scp": strings.Fields(scope)})
			a["access_token"] = "e30." + base64.RawURLEncoding.EncodeToString(claims) + ".c2ln"
			delete(a, "scope")
		}}, warned("authz-invalid-scope", "authz-malformed-scope")},
		"any scope is granted": {&portal{refuse: func(q url.Values) string {
			return usual(url.Values{"response_type": q["response_type"]})
		}}, map[string]reports.Verdict{"authz-invalid-scope": reports.Warn, "authz-malformed-scope": reports.Fail}},
		"scope and state have to be there": {&portal{refuse: func(q url.Values) string {
			switch {
			case q.Get("scope") == "":
				return "invalid_scope"
			case q.Get("state") == "":
				return "invalid_request"
			}
			return usual(q)
		}}, nil},
		"an empty scope is none that is known": {&portal{refuse: func(q url.Values) string {
			if q.Has("scope") && q.Get("scope") == "" {
				return "invalid_scope"
			}
			return usual(q)
		}}, failed("authz-empty-param-omitted")},
		"an empty state comes back as a word": {&portal{answer: func(q, a url.Values) {
			if q.Has("state") && q.Get("state") == "" {
				a.Set("state", "undefined")
			}
		}}, failed("authz-empty-param-omitted")},
		"an empty state comes back empty": {&portal{answer: func(q, a url.Values) {
			if q.Has("state") && q.Get("state") == "" {
				a.Set("state", "")
			}
		}}, nil},
		"long states are refused": {&portal{refuse: func(q url.Values) string {
			if len(q.Get("state")) > 200 {
				return "invalid_request"
			}
			return usual(q)
		}}, nil},
		"long states are refused by a page": {&portal{before: func(w http.ResponseWriter, r *http.Request) bool {
			if len(r.URL.RawQuery) > 900 {
				page(w, 414, "Too long")
			}
			return len(r.URL.RawQuery) > 900
		}}, nil},
		"state in lower case": {&portal{answer: func(_, a url.Values) { a.Set("state", strings.ToLower(a.Get("state"))) }}, failed("authz-state-echo")},
		"state twice":         {&portal{answer: func(q, a url.Values) { a["state"] = []string{q.Get("state"), q.Get("state")} }}, failed("authz-state-echo")},
		"errors beside a code": {&portal{answer: func(_, a url.Values) {
			if a.Has("error") {
				a.Set("code", "x")
			}
		}}, map[string]reports.Verdict{"authz-error-has-error": reports.Fail, "authz-missing-response-type": reports.Fail, "authz-unknown-response-type": reports.Fail,
			"authz-duplicate-param": reports.Fail, "authz-invalid-scope": reports.Warn, "authz-malformed-scope": reports.Warn}},
		"a quotation mark in an error": {&portal{answer: func(q, a url.Values) {
			if a.Has("error") {
				a.Set("error_description", fmt.Sprintf("no response type %q", q.Get("response_type")))
			}
		}}, failed("authz-error-chars")},
		"errors on pages": {&portal{instead: onError(400)},
			warned("authz-missing-response-type", "authz-unknown-response-type", "authz-invalid-scope", "authz-malformed-scope", "authz-duplicate-param")},
		"errors on pages with status 200": {&portal{instead: onError(200)},
			warned("authz-missing-response-type", "authz-unknown-response-type", "authz-invalid-scope", "authz-malformed-scope", "authz-duplicate-param")},
		"errors that crash": {&portal{instead: onError(500)}, map[string]reports.Verdict{
			"authz-missing-response-type": reports.Error, "authz-unknown-response-type": reports.Error, "authz-invalid-scope": reports.Error,
			"authz-malformed-scope": reports.Error, "authz-duplicate-param": reports.Error, "authz-state-echo": reports.Error}},
		"CORS": {&portal{before: func(w http.ResponseWriter, r *http.Request) bool {
			if r.Header.Get("Origin") != "" {
				w.Header().Set("Access-Control-Allow-Origin", "*")
			}
			return false
		}}, failed("authz-no-cors")},
		"CORS for a console of its own": {&portal{before: func(w http.ResponseWriter, r *http.Request) bool {
			w.Header().Set("Access-Control-Allow-Origin", "https://console.example")
			return false
		}}, warned("authz-no-cors")},
		"CORS for preflight requests": {&portal{before: func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodOptions {
				w.Header().Set("Access-Control-Allow-Origin", "*")
			}
			return r.Method == http.MethodOptions
		}}, warned("authz-no-cors")},
		"POST alone": {&portal{before: func(w http.ResponseWriter, r *http.Request) bool {
			no := r.Method == http.MethodGet && r.URL.Path == "/authorize"
			if no {
				page(w, 405, "POST")
			}
			return no
		}}, failed("authz-get")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			results := assay(t, row.f.start(t), "authz-*")
			for id, want := range row.want {
				g.Expect(results[id].Verdict).To(gomega.Equal(want), say(results[id]))
				delete(results, id)
			}
			if name == "POST alone" { // nothing else can be said
				return
			}
			g.Expect(verdicts(results, reports.Pass, reports.Info, reports.NotRun)).To(gomega.BeEmpty())
			for _, id := range []string{"authz-get", "authz-unknown-param-ignored"} {
				g.Expect(results[id].Verdict).To(gomega.Equal(reports.Pass), say(results[id]))
			}
		})
	}
}

// A server that answers everything with the same page has conformed in nothing.
func TestAPageForEverythingDecidesNothing(t *testing.T) {
	g := gomega.NewWithT(t)
	for _, status := range []int{200, 400, 503} {
		f := &portal{before: func(w http.ResponseWriter, _ *http.Request) bool { page(w, status, "Hello"); return true }}
		for _, r := range assay(t, f.start(t), "authz-*") {
			if strings.HasPrefix(r.ID, "authz-") && r.ID != "authz-no-cors" {
				g.Expect(r.Verdict).To(gomega.BeElementOf(reports.Error, reports.NotRun), say(r))
			}
		}
	}
}
