package authserver_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// The checks that pass when a target refuses something. None of them may pass
// at a server that refuses everything, or does nothing.
var negative = []string{
	"cc-no-auth", "cc-no-refresh", "cc-invalid-scope", "ca-wrong-secret", "ca-none", "ca-two-methods", "tok-post-only",
	"tok-missing-grant", "tok-unknown-grant", "tok-duplicate-param", "tok-no-store", "tok-error-shape", "meta-grants-truth",
	"ca-in-uri-refused", "ca-basic-malformed", "ca-empty-secret", "ca-unknown-client", "ca-id-mismatch", "ca-public-with-secret", "cc-public-refused",
	"ca-pkjwt-aud-wrong", "ca-pkjwt-no-aud", "ca-pkjwt-iss", "ca-pkjwt-sub", "ca-pkjwt-exp", "ca-pkjwt-nbf", "ca-pkjwt-sig", "ca-pkjwt-none",
	"ca-pkjwt-alg-registered", "ca-pkjwt-type", "ca-pkjwt-two", "ca-pkjwt-kid-injection", "ca-pkjwt-crit", "ca-csjwt", "ca-error-status",
	"tok-unknown-param", "tok-empty-param", "tok-pragma", "tok-error-chars", "tok-401-challenge", "tok-scope-returned", "tok-no-redirect", "tok-expires-in",
}

func always(status int, contentType, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Content-Type"] = []string{contentType}
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// TestUselessServers meets servers that are none: whatever is asked, they say
// the same. Nothing follows from that about any clause.
func TestUselessServers(t *testing.T) {
	docs := `<html><pre>HTTP/1.1 200 OK` + "\n" + `{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"example","error":"invalid_client"}</pre></html>`
	for name, row := range map[string]struct {
		answer http.HandlerFunc
		// but are verdicts other than "error" and "not run" that are right.
		but map[string]reports.Verdict
	}{
		"500":                  {always(500, "text/html", "<h1>Oh</h1>"), map[string]reports.Verdict{"http-no-5xx": reports.Warn}},
		"503 as JSON":          {always(503, "application/json", `{"error":"temporarily_unavailable"}`), map[string]reports.Verdict{"http-no-5xx": reports.Warn}},
		"429":                  {always(429, "application/json", `{"error":"slow_down"}`, "Retry-After", "60"), nil},
		"404":                  {always(404, "text/plain", "not found"), map[string]reports.Verdict{"jwks-fetch": reports.Fail}},
		"403, empty":           {always(403, "", ""), map[string]reports.Verdict{"jwks-fetch": reports.Fail}},
		"401, a challenge":     {always(401, "text/plain", "who?", "WWW-Authenticate", "Negotiate"), map[string]reports.Verdict{"jwks-fetch": reports.Fail, "http-401-challenge": reports.Pass}},
		"a page":               {always(200, "text/html", "<html><form action=/login></form></html>"), map[string]reports.Verdict{"jwks-fetch": reports.Fail}},
		"a page with examples": {always(200, "text/html", docs), map[string]reports.Verdict{"jwks-fetch": reports.Fail}},
		"an empty 200":         {always(200, "", ""), map[string]reports.Verdict{"jwks-fetch": reports.Fail}},
		"an empty 204":         {always(204, "", ""), map[string]reports.Verdict{"jwks-fetch": reports.Fail}},
		"a word":               {always(200, "text/plain", "ok"), map[string]reports.Verdict{"jwks-fetch": reports.Fail}},
		"JSON for all":         {always(200, "application/json", `{"status":"ok"}`), map[string]reports.Verdict{"jwks-fetch": reports.Fail, "cc-happy": reports.Fail, "ca-pkjwt-happy": reports.Fail, "tok-success-shape": reports.Fail}},
		"empty JSON for all":   {always(200, "application/json", `{}`), map[string]reports.Verdict{"jwks-fetch": reports.Fail, "cc-happy": reports.Fail, "ca-pkjwt-happy": reports.Fail, "tok-success-shape": reports.Fail}},
		"an error for all": {always(400, "application/json", `{"error":"invalid_client"}`, "Cache-Control", "no-store"),
			map[string]reports.Verdict{"jwks-fetch": reports.Fail}},
		"a login": {login, map[string]reports.Verdict{"jwks-fetch": reports.Fail}},
		"a login at a host that nobody named": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://sso.example/login", http.StatusFound)
		}, nil},
		"a redirect to itself": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path, http.StatusTemporaryRedirect)
		}, map[string]reports.Verdict{"jwks-fetch": reports.Fail}},
		"a connection that is closed": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, nil},
		"half an answer": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte(`{"access_token":"canary`))
		}, map[string]reports.Verdict{"http-no-store-tokens": reports.Fail, "http-no-5xx": reports.Pass}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			s := &idp{t: t, first: func(w http.ResponseWriter, r *http.Request) bool { row.answer(w, r); return true }}
			tg := s.start()
			tg.Clients[0].Auth = "client_secret_basic client_secret_post"
			for _, known := range []bool{false, true} {
				if known { // the user gave the endpoints, and they are wrong
					endpoints(tg)
				}
				results := assay(t, tg)
				for _, id := range negative {
					g.Expect(results[id].Verdict).To(gomega.BeElementOf(reports.Error, reports.NotRun), say(results[id]))
				}
				for id, r := range results {
					want := []any{reports.Error, reports.NotRun}
					if v, ok := row.but[id]; ok {
						want = append(want, v)
					}
					switch id {
					case "http-no-5xx", "http-json-utf8", "http-secret-in-url":
						want = append(want, reports.Pass) // there were answers, and none was
					}
					g.Expect(r.Verdict).To(gomega.BeElementOf(want...), say(r))
					if r.Verdict == reports.Error {
						g.Expect(r.Message).ToNot(gomega.BeEmpty(), id)
					}
					if r.Verdict == reports.NotRun {
						g.Expect(r.Need).ToNot(gomega.BeEmpty(), id)
					}
				}
			}
		})
	}
}

// A server that hangs costs each check its time at most, and is no verdict.
func TestAServerThatHangs(t *testing.T) {
	g := gomega.NewWithT(t)
	s := &idp{t: t, first: func(_ http.ResponseWriter, r *http.Request) bool {
		_ = r.ParseForm() // only then the end of the request is noticed
		<-r.Context().Done()
		return true
	}}
	tg := s.start()
	const limit = 300 * time.Millisecond
	began := time.Now()
	results := assayWithin(t, tg, limit)
	g.Expect(time.Since(began)).To(gomega.BeNumerically("<", patience))
	g.Expect(verdicts(results, reports.Error, reports.NotRun)).To(gomega.BeEmpty())
	for id, r := range results {
		if strings.HasPrefix(id, "http-") || id == "tok-http-refused" || r.Need == check.NeedRegister.Name {
			continue // observers, what needs https, and what nobody gave leave for
		}
		g.Expect(r.Verdict).To(gomega.Equal(reports.Error), say(r))
	}
}

// Only the token endpoint hangs: what does not need it is decided.
func TestATokenEndpointThatHangs(t *testing.T) {
	g := gomega.NewWithT(t)
	s := &idp{t: t, first: at("/token", func(_ http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		<-r.Context().Done()
	})}
	results := assayWithin(t, s.start(), 500*time.Millisecond)
	g.Expect(verdicts(results, reports.Pass, reports.Info, reports.Error, reports.NotRun)).To(gomega.BeEmpty())
	for id, r := range results {
		switch {
		case id == "tok-http-refused": // which needs https
		case id == "meta-grants-truth", id == "jwks-kid-present", id == "jwks-verifies":
			g.Expect(r.Verdict).To(gomega.Equal(reports.Error), say(r))
		case strings.HasPrefix(id, "jwks-"), strings.HasPrefix(id, "meta-"):
			g.Expect(r.Verdict).To(gomega.BeElementOf(reports.Pass, reports.Info, reports.NotRun), say(r))
		case strings.HasPrefix(id, "tok-"), strings.HasPrefix(id, "cc-"), strings.HasPrefix(id, "ca-"):
			g.Expect(r.Verdict).To(gomega.BeElementOf(reports.Error, reports.NotRun), say(r))
		}
	}
	g.Expect(results["meta-wellknown-200"].Verdict).To(gomega.Equal(reports.Pass))
	g.Expect(results["jwks-fetch"].Verdict).To(gomega.Equal(reports.Pass))
	g.Expect(results["cc-happy"].Verdict).To(gomega.Equal(reports.Error))
}

// A client that is locked out after a wrong secret makes errors, no verdicts.
func TestAServerThatLocksOut(t *testing.T) {
	g := gomega.NewWithT(t)
	locked := make(chan struct{}, 100)
	s := &idp{t: t, token: func(c *call, a *reply) {
		if c.reason == "invalid_client" && c.client != "" {
			locked <- struct{}{}
		}
		if len(locked) > 0 {
			a.status, a.members = http.StatusUnauthorized, map[string]any{"error": "invalid_client"}
			a.header.Set("WWW-Authenticate", "Basic")
		}
	}}
	results := assay(t, s.start(), "ca-wrong-secret")
	g.Expect(results["ca-wrong-secret"].Verdict).To(gomega.Equal(reports.Error))
	g.Expect(results["ca-wrong-secret"].Step).To(gomega.Equal("control, once more"))
}
