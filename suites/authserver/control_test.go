package authserver_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
)

// counter counts the correct requests that a server gets, by client.
type counter struct {
	mu   sync.Mutex
	seen map[string]int
}

func (c *counter) correct(f *front) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.known {
		c.seen[f.r.Form.Get("client_id")]++
	}
	correct(f)
}

// At a server that keeps no session each walk is a login: checks with the same
// correct request walk it once before all of them, and once each after their own
// changes. A check by itself has both controls too.
func TestFirstControlIsShared(t *testing.T) {
	ids := []string{"authz-redirect-exact-path", "authz-redirect-exact-host", "authz-redirect-exact-scheme"}
	for _, some := range [][]string{ids[:1], ids} {
		g := gomega.NewWithT(t)
		c := &counter{seen: map[string]int{}}
		for id, r := range assayFront(t, c.correct, "", nil, some...) {
			g.Expect(r.Verdict).To(gomega.Equal(reports.Pass), id)
		}
		const login, first = 1, 1
		g.Expect(c.seen["web"]).To(gomega.Equal(login + first + len(some)))
	}
}

// A correct request that fails at first decides nothing, for any of the checks.
func TestFailedFirstControlIsEverybodys(t *testing.T) {
	g := gomega.NewWithT(t)
	results := assayFront(t, func(f *front) { f.page(http.StatusForbidden) }, "", nil, "authz-redirect-exact-path", "authz-redirect-exact-host")
	g.Expect(results).To(gomega.HaveLen(2))
	for id, r := range results {
		g.Expect(r.Verdict).To(gomega.Equal(reports.Error), id)
	}
}

// Where tokens come with an ID token alone, that response type is judged.
func TestTokensBesideAnIDToken(t *testing.T) {
	ids := []string{"impl-redirect-verified", "authz-response-mode-query-token-refused"}
	with := func(tg *target.Target) {
		tg.Clients = slices.DeleteFunc(tg.Clients, func(c target.Client) bool { return c.ID != "web" })
		tg.Clients[0].Scopes = []string{"openid"}
		tg.Clients[0].ResponseTypes = []string{"code", "id_token token"}
	}
	answer := func(anywhere, query bool) func(*front) {
		return func(f *front) {
			if f.client == nil || !f.known && !anywhere {
				f.page(http.StatusBadRequest)
				return
			}
			sep := "#"
			if query && f.r.Form.Get("response_mode") == "query" {
				sep = "?"
			}
			v := url.Values{"state": {f.r.Form.Get("state")}, "access_token": {"front-canary-token"}, "id_token": {"front-canary-id"}, "token_type": {"Bearer"}}
			if f.r.Form.Get("response_type") == "code" {
				v, sep = url.Values{"state": v["state"], "code": {"front-canary-code"}}, "?"
			}
			f.Header().Set("Location", f.uri+sep+v.Encode())
			f.WriteHeader(http.StatusFound)
		}
	}
	for name, c := range map[string]struct {
		anywhere, query bool
		want            []reports.Verdict
	}{
		"as it should be":   {false, false, []reports.Verdict{reports.Pass, reports.Pass}},
		"sent anywhere":     {true, false, []reports.Verdict{reports.Fail, reports.Pass}},
		"sent in the query": {false, true, []reports.Verdict{reports.Pass, reports.Fail}},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			results := assayFront(t, answer(c.anywhere, c.query), "", with, ids...)
			for i, id := range ids {
				g.Expect(results[id].Verdict).To(gomega.Equal(c.want[i]), "%s: %s", id, results[id].Message)
			}
		})
	}
}

// A target without a JWK Set has nothing by which an ID token could be relied on:
// that is no trouble of the run.
func TestIDTokensWithoutKeys(t *testing.T) {
	withoutKeys := func(v *visit) *http.Response {
		if !strings.Contains(v.r.URL.Path, "/.well-known/") {
			return nil
		}
		return rewritten(v.next(), func(m map[string]any) { delete(m, "jwks_uri") })
	}
	for _, id := range []string{"hyb-c-hash", "hyb-at-hash", "hyb-same-iss-sub", "rt-same-sub"} {
		t.Run(id, func(t *testing.T) {
			odd{do: withoutKeys, id: id, verdict: reports.NotRun, say: "the URL of a JWK Set"}.run(t)
		})
	}
}
