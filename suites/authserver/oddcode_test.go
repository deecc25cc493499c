package authserver_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/reports"
)

// once changes the n-th request of the code grant, counted from 1, and no other.
func nth(n int, change func(*visit) *http.Response) twist {
	seen := 0
	return func(v *visit) *http.Response {
		if !v.asks("authorization_code") {
			return nil
		}
		if seen++; seen == n {
			return change(v)
		}
		return nil
	}
}

// atToken answers every request of the code grant in another way.
func atToken(change func(*visit) *http.Response) twist {
	return func(v *visit) *http.Response {
		if v.asks("authorization_code") {
			return change(v)
		}
		return nil
	}
}

// without takes members out of the metadata.
func withoutMember(names ...string) twist {
	return func(v *visit) *http.Response {
		if !strings.Contains(v.r.URL.Path, "/.well-known/") {
			return nil
		}
		return rewritten(v.next(), func(m map[string]any) {
			for _, n := range names {
				delete(m, n)
			}
		})
	}
}

func TestOddCodes(t *testing.T) {
	one := clientNamed(mockidp.ClientWeb, nil)
	long := func(v *visit) *http.Response {
		if len(v.form.Get("code")) > 1000 {
			return answer(http.StatusRequestEntityTooLarge, "text/html", "<h1>Too large</h1>")
		}
		return nil
	}
	answered := func(params url.Values) twist {
		return func(v *visit) *http.Response {
			if v.path != "/authorize" {
				return nil
			}
			q := v.r.URL.Query()
			params.Set("state", q.Get("state"))
			return sentTo(q.Get("redirect_uri"), params)
		}
	}
	for name, o := range map[string]odd{
		"neither a code nor an error":     {answered(url.Values{}), nil, nil, "code-happy", reports.Fail, "without a code and without an error"},
		"an error in place of a code":     {answered(url.Values{"error": {"access_denied"}}), nil, nil, "code-happy", reports.Error, "access_denied"},
		"JSON that is no token response":  {atToken(func(*visit) *http.Response { return answerJSON(200, map[string]any{"status": "ok"}) }), nil, nil, "code-happy", reports.Fail, "no access token"},
		"a token response that is a page": {atToken(func(*visit) *http.Response { return answer(200, "text/html", "<html>") }), nil, nil, "code-happy", reports.Error, "reach the target"},
		"a token response as text":        {atToken(func(v *visit) *http.Response { r := v.next(); r.Header.Set("Content-Type", "text/plain"); return r }), nil, nil, "code-happy", reports.Fail, "not labelled as JSON"},
		"201":                             {atToken(func(v *visit) *http.Response { r := v.next(); r.StatusCode = 201; return r }), nil, nil, "code-happy", reports.Fail, "another status"},
		"a code that is too long":         {atToken(long), nil, nil, "code-unknown", reports.Pass, ""},
		"a code that is too long breaks it": {atToken(func(v *visit) *http.Response {
			if r := long(v); r != nil {
				return answer(500, "text/html", "oh")
			}
			return nil
		}), nil, nil, "code-unknown", reports.Error, "500"},
		"a made-up code as invalid_request": {atToken(func(v *visit) *http.Response {
			if len(v.form.Get("code")) == 43 {
				return refusal("invalid_request")
			}
			return nil
		}), nil, nil, "code-unknown", reports.Warn, "invalid_request"},
		"a replay is answered at once, not later":   {nth(2, func(*visit) *http.Response { return answerToken() }), nil, nil, "code-single-use", reports.Warn, "a second later it does not"},
		"a replay breaks it":                        {nth(2, func(*visit) *http.Response { return answer(500, "text/plain", "oh") }), nil, nil, "code-single-use", reports.Error, "500"},
		"a replay is an invalid_request":            {nth(2, func(*visit) *http.Response { return refusal("invalid_request") }), nil, nil, "code-single-use", reports.Warn, "does not name its reason"},
		"one of five breaks it":                     {nth(3, func(*visit) *http.Response { return answer(503, "text/plain", "oh") }), nil, nil, "code-parallel", reports.Error, "neither refused"},
		"one of five is told to wait":               {nth(3, func(*visit) *http.Response { return answer(429, "text/plain", "slow") }), nil, nil, "code-parallel", reports.Error, "neither refused"},
		"of five at once all are refused":           {allRefused(25), nil, nil, "code-parallel", reports.Pass, ""},
		"whatever it is, it is refused":             {allRefused(1000), nil, nil, "code-parallel", reports.Error, "does not succeed"},
		"a replay that is answered, and revokes":    {nil, off("code-single-use"), nil, "code-reuse-revokes-at", reports.Error, "see code-single-use"},
		"userinfo says what introspection does not": {withoutMember("introspection_endpoint"), nil, nil, "code-reuse-revokes-at", reports.Pass, ""},
		"the same, and nothing is revoked":          {withoutMember("introspection_endpoint"), off("code-reuse-revokes"), nil, "code-reuse-revokes-at", reports.Warn, "stays good"},
		"userinfo for whomever asks": {either(withoutMember("introspection_endpoint"), func(v *visit) *http.Response {
			if v.path != "/userinfo" {
				return nil
			}
			return answer(200, "text/html", "<html>Welcome</html>")
		}), nil, nil, "code-reuse-revokes-at", reports.NotRun, "whether an access token is good"},
		"a replay is sent to a login page":         {nth(2, func(*visit) *http.Response { return sentTo("/login", nil) }), off("code-reuse-revokes"), nil, "code-reuse-revokes-at", reports.Error, "neither a refusal nor a success"},
		"a resource that does not know":            {withoutMember("introspection_endpoint", "userinfo_endpoint"), off("code-reuse-revokes"), resource, "code-reuse-revokes-at", reports.Info, "no way to know"},
		"nothing shows whether a token is good":    {withoutMember("introspection_endpoint", "userinfo_endpoint"), nil, nil, "code-reuse-revokes-at", reports.NotRun, "whether an access token is good"},
		"redirect_uri filled in, there is but one": {atToken(filledIn), nil, one, "code-redirect-omitted", reports.Warn, "has no other"},
		"redirect_uri filled in, one of two":       {atToken(filledIn), nil, nil, "code-redirect-omitted", reports.Fail, "does not ask for the redirect_uri"},
		"OAuth 2.1 asks for no redirect_uri":       {nil, off("code-redirect-uri-bound"), policy(target.PolicyOAuth21), "code-redirect-omitted", reports.Pass, ""},
		"OAuth 2.1 has it if somebody sends it":    {nil, nil, policy(target.PolicyOAuth21), "code-redirect-omitted", reports.Info, "do not send"},
		"a client without client_id, invalid_grant": {atToken(func(v *visit) *http.Response {
			if v.form.Get("client_id") == "" {
				return refusal("invalid_grant")
			}
			return nil
		}), nil, nil, "code-client-id-required", reports.Pass, ""},
		"a second client that gets no token": {asClient("legacy-client", refusal), nil, nil, "code-wrong-client", reports.Error, "does not succeed"},
		"codes that are UUIDs":               {uuids(), nil, nil, "code-entropy", reports.Warn, "the values of code hold less than what nobody can guess"},
	} {
		t.Run(name, o.run)
	}
}

// allRefused refuses the first requests of the code grant.
func allRefused(n int) twist {
	return func(v *visit) *http.Response {
		if v.asks("authorization_code") && n > 0 {
			n--
			return refusal("invalid_grant")
		}
		return nil
	}
}

// filledIn is a server that takes the redirect_uri of the code where none is sent.
func filledIn(v *visit) *http.Response {
	if !v.form.Has("redirect_uri") {
		v.form.Set("redirect_uri", redirectOf[v.client()])
	}
	return v.next()
}

var redirectOf = map[string]string{mockidp.ClientWeb: "https://client.example/callback", "second-client": "https://second.example/callback"}

// client is who sends a request.
func (v *visit) client() string {
	if id, _, ok := v.r.BasicAuth(); ok {
		return id
	}
	return v.form.Get("client_id")
}

// asClient answers the requests of one client in another way.
func asClient(id string, how func(string) *http.Response) twist {
	return atToken(func(v *visit) *http.Response {
		if v.client() == id {
			return how("invalid_client")
		}
		return nil
	})
}

func resource(tg *target.Target) { tg.Resource.URL = tg.Issuer + "/userinfo" }

// What a code is good for is seen where the target shows it.
func TestScopesOfCodes(t *testing.T) {
	stated := func(scope string) twist {
		return atToken(func(v *visit) *http.Response {
			return rewritten(v.next(), func(m map[string]any) {
				if m["access_token"] == nil {
					return
				}
				if m["scope"] = scope; scope == "" {
					delete(m, "scope")
				}
			})
		})
	}
	blind := func(do twist) twist {
		hide := withoutMember("introspection_endpoint")
		return func(v *visit) *http.Response {
			if r := hide(v); r != nil {
				return r
			}
			if v.asks("authorization_code") && do != nil {
				return do(v)
			}
			return nil
		}
	}
	opaque := varied("access-token-opaque")
	for name, o := range map[string]odd{
		"more than was asked for, and it says so":   {stated("read write openid offline_access profile"), nil, nil, "code-bound-scope", reports.Info, "and says so"},
		"more than it says":                         {stated("read"), nil, nil, "code-bound-scope", reports.Warn, "does not state"},
		"more than was asked for, and it says less": {stated("read"), off("code-scope-bound"), nil, "code-bound-scope", reports.Fail, "were not asked for"},
		"the scope as it is, unsaid":                {stated(""), nil, nil, "code-bound-scope", reports.Pass, ""},
		"a made-up scope left out, unsaid":          {stated(""), varied("scope-narrowed"), nil, "code-bound-scope", reports.Fail, "the answer does not say so"},
		"the same, where nobody can look":           {blind(stated("")), append(slices.Clone(opaque), varied("scope-narrowed")...), nil, "code-bound-scope", reports.NotRun, "a way to see"},
		"the answer alone":                          {blind(nil), opaque, nil, "code-bound-scope", reports.Pass, ""},
		"one scope":                                 {nil, nil, clientNamed(mockidp.ClientWeb, func(c *target.Client) { c.Scopes = []string{"openid", "read"} }), "code-bound-scope", reports.NotRun, "two scopes"},
	} {
		t.Run(name, o.run)
	}
}

// A server whose token endpoint says always the same has shown nothing, and
// neither has one whose authorization endpoint does.
func TestUselessCodeGrants(t *testing.T) {
	ids := []string{"code-*", "pkce-*"}
	for name, resp := range map[string]func() *http.Response{
		"500":          func() *http.Response { return answer(500, "text/html", "<h1>Oh</h1>") },
		"403, empty":   func() *http.Response { return answer(403, "", "") },
		"a page":       func() *http.Response { return answer(200, "text/html", "<html><form action=/login></form></html>") },
		"an empty 200": func() *http.Response { return answer(200, "", "") },
		"an error":     func() *http.Response { return refusal("invalid_grant") },
	} {
		for _, path := range []string{"/token", "/authorize"} {
			t.Run(name+" at "+path, func(t *testing.T) {
				t.Parallel()
				results := odd{do: func(v *visit) *http.Response {
					if v.path == path {
						return resp()
					}
					return nil
				}}.assay(t, ids...)
				if path == "/token" { // these need no token
					for _, id := range []string{"pkce-challenge-not-leaked", "pkce-required-public", "pkce-error-page-vs-redirect", "pkce-plain-refused", "pkce-unknown-method", "pkce-method-case"} {
						delete(results, id)
					}
				}
				delete(results, "http-no-5xx")
				gomega.NewWithT(t).Expect(verdicts(results, reports.Error, reports.NotRun)).To(gomega.BeEmpty())
			})
		}
	}
}
