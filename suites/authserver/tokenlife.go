package authserver

import (
	"net/http"
	"slices"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// byIntrospection is the way that asks about a token and does not use it.
const byIntrospection = "introspection"

// tokenWatch is a way to see whether an access token is good.
type tokenWatch struct {
	name string
	ask  func(step string) *check.Response
	good func(*check.Response) bool
	// elsewhere tells that it is not the authorization server that is asked: a
	// resource that verifies a signature need not know of a revocation.
	elsewhere bool

	t *check.T
}

// alive asks again. What is neither yes nor no ends the check.
func (w *tokenWatch) alive(step string) bool {
	r := w.ask(step)
	if r.Status >= 500 {
		w.t.Inconclusive("%s: %s answered %d", step, w.name, r.Status)
	}
	return w.good(r)
}

// watchToken finds a way that shows an access token of a client to be good, and one
// that nobody issued not to be. It ends the check "not run" when there is none.
func watchToken(t *check.T, c target.Client, token string) *tokenWatch {
	strangers := tokenWatches(t, c, t.Random(43))
	for i, w := range tokenWatches(t, c, token) {
		w.t = t
		if w.good(w.ask("control: is the token good, by "+w.name+"?")) &&
			!strangers[i].good(strangers[i].ask("control: is a made-up token good, by "+w.name+"?")) {
			return w
		}
	}
	t.NotRun(check.Need{
		Name: "a way to see whether an access token is good",
		Hint: "introspection by the client itself, userinfo with the scope openid, or a resource in the target file",
	})
	return nil
}

func tokenWatches(t *check.T, c target.Client, token string) []*tokenWatch {
	var out []*tokenWatch
	if introspectionEndpoint(t) != "" && c.Confidential() {
		out = append(out, &tokenWatch{
			name: byIntrospection,
			ask:  func(step string) *check.Response { return introspect(t, step, c, token) },
			good: func(r *check.Response) bool { return string(oauth.Read(r).Members["active"]) == "true" },
		})
	}
	bearer := func(url, method, purpose string) func(string) *check.Response {
		return func(step string) *check.Response {
			h := http.Header{"Authorization": {"Bearer " + token}, "Accept": {"application/json"}}
			return t.Do(step, purpose, &check.Request{Method: method, URL: url, Header: h})
		}
	}
	good := func(r *check.Response) bool { return r.Status >= 200 && r.Status <= 299 }
	if u := userInfoEndpoint(t); u != "" && slices.Contains(c.Scopes, "openid") {
		out = append(out, &tokenWatch{name: "userinfo", ask: bearer(u, http.MethodGet, "userinfo"), good: good})
	}
	if res := t.Target().Resource; res.URL != "" {
		out = append(out, &tokenWatch{name: "the protected resource", ask: bearer(res.URL, res.Method, "resource"), good: good, elsewhere: true})
	}
	return out
}

// introspect asks the introspection endpoint about an access token (RFC 7662
// §2.1), as the client it was issued to.
func introspect(t *check.T, step string, c target.Client, token string) *check.Response {
	r := &oauth.TokenRequest{Endpoint: introspectionEndpoint(t)}
	r.Add("token", token).Add("token_type_hint", "access_token")
	return t.Do(step, "introspection", grantee{c, methodFor(t, c)}.authenticate(t, r).HTTP())
}

// scopeOfToken is the scope that an access token really has, by introspection or
// by the claim of a JWT (RFC 7662 §2.2, RFC 9068 §2.2.3); not known when neither
// says it.
func scopeOfToken(t *check.T, step string, c target.Client, token string) (scopes []string, known bool) {
	if introspectionEndpoint(t) != "" && c.Confidential() {
		a := oauth.Read(introspect(t, step, c, token))
		if s, ok := a.String("scope"); ok && string(a.Members["active"]) == "true" {
			return strings.Fields(s), true
		}
	}
	return scopeOf(oauth.Answer{Members: claimsOf(token)})
}
