package authserver_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
)

// basicUser is the identifier in a Basic header, as it stands.
func basicUser(r *http.Request) string {
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	text, _ := base64.StdEncoding.DecodeString(token)
	id, _, _ := strings.Cut(string(text), ":")
	return id
}

// issues answers with a token where it should not.
func issues(when func(c *call) bool, members ...string) idp {
	return idp{token: func(c *call, a *reply) {
		if c.reason != "" && when(c) {
			a.status, a.members = http.StatusOK, map[string]any{"access_token": "token-canary", "token_type": "Bearer"}
			for i := 0; i < len(members); i += 2 {
				a.members[members[i]] = members[i+1]
			}
		}
	}}
}

// jwt is a token with claims, and no signature that anybody looks at.
func jwt(claims map[string]any) string {
	text, _ := json.Marshal(claims)
	return "eyJhbGciOiJFUzI1NiJ9." + base64.RawURLEncoding.EncodeToString(text) + ".c2lnbmF0dXJl"
}

// token answers every right request with a token of its own.
func token(make func(c *call) string) idp {
	return when("", func(c *call, a *reply) { a.members["access_token"] = make(c) })
}

func TestBrokenClients(t *testing.T) {
	escape := func(c *call) bool { return strings.HasPrefix(basicUser(c.r), "%zz") }
	drops := func(when func(r *http.Request) bool) idp {
		return idp{first: func(_ http.ResponseWriter, r *http.Request) bool {
			if when(r) {
				panic(http.ErrAbortHandler)
			}
			return false
		}}
	}
	inURL := func(s *idp) func(c *call) bool {
		return func(c *call) bool { return c.r.URL.Query().Get("client_secret") != "" }
	}
	owner := func(claim string) idp {
		return token(func(c *call) string {
			if id := c.form.Get("client_id"); id != "" {
				return jwt(map[string]any{claim: id})
			}
			return jwt(map[string]any{claim: c.client})
		})
	}
	for name, b := range map[string]broken{
		"a malformed escape kills the connection": {drops(func(r *http.Request) bool { return strings.HasPrefix(basicUser(r), "%zz") }), nil,
			"ca-basic-malformed", reports.Error, "a malformed escape | a malformed escape: the connection was closed without an answer"},
		"a malformed escape, and others before": {issues(func(c *call) bool { return strings.Contains(c.r.Header.Get("Authorization"), "!") }), nil, "ca-basic-malformed", reports.Fail, "text that is no Base64"},
		"a malformed escape is a server error":  {when("invalid_client", func(c *call, a *reply) { a.status = map[bool]int{true: 500, false: 401}[escape(c)] }), nil, "ca-basic-malformed", reports.Error, "answered 500"},
		"another code for what cannot be read":  {when("invalid_client", func(c *call, a *reply) { a.members["error"] = "server_error" }), nil, "ca-basic-malformed", reports.Warn, "does not name its reason"},
		"403 for what cannot be read":           {when("invalid_client", func(c *call, a *reply) { a.status = 403 }), nil, "ca-basic-malformed", reports.Warn, "another status"},
		"basic is not Basic":                    {drops(func(r *http.Request) bool { return strings.HasPrefix(r.Header.Get("Authorization"), "BASIC") }), nil, "ca-basic-scheme-case", reports.Error, "the scheme written BASIC"},
		"BASIC is refused": {when("", func(c *call, a *reply) {
			if strings.HasPrefix(c.r.Header.Get("Authorization"), "BASIC") {
				a.status, a.members = 401, map[string]any{"error": "invalid_client"}
			}
		}), nil, "ca-basic-scheme-case", reports.Warn, "in another letter case"},
		"an empty secret is right": {issues(func(c *call) bool {
			_, secret, ok := c.r.BasicAuth()
			return ok && secret == "" && basicUser(c.r) == "alpha"
		}), nil, "ca-empty-secret", reports.Fail, "an empty secret"},
		"the secret of any client is right": {issues(func(c *call) bool {
			_, secret, _ := c.r.BasicAuth()
			return secret == url.QueryEscape("p&ss w+rd%7E:é")
		}), nil, "ca-empty-secret", reports.Fail, "the secret of another client"},
		"an unknown client gets a token": {issues(func(c *call) bool { return strings.HasPrefix(basicUser(c.r), "authassay") }), nil, "ca-unknown-client", reports.Fail, "has to refuse"},
		"an unknown client is told so": {when("invalid_client", func(c *call, a *reply) {
			a.members["error_description"] = map[bool]string{true: "no such client", false: "no"}[c.client != "alpha"]
		}), nil, "ca-unknown-client", reports.Info, "no such client"},
		"an unknown client is named": {when("invalid_client", func(c *call, a *reply) { a.members["error_description"] = "wrong credentials for " + c.client }), nil, "ca-unknown-client", reports.Pass, ""},
		"another code for an unknown client": {when("invalid_client", func(c *call, a *reply) {
			if c.client != "alpha" {
				a.members["error"] = "access_denied"
			}
		}), nil, "ca-unknown-client", reports.Warn, "does not name its reason"},
		"credentials in the URL":                      {issues(inURL(nil)), nil, "ca-in-uri-refused", reports.Info, "from the URL"},
		"no credentials at all":                       {lax("authentication"), nil, "ca-in-uri-refused", reports.Error, "without any credentials"},
		"the token of another, as a JWT":              {owner("client_id"), nil, "ca-id-mismatch", reports.Fail, "the token of another by naming it"},
		"the token of another, by azp":                {owner("azp"), nil, "ca-id-mismatch", reports.Fail, "the token of another"},
		"the token of another, by introspection":      {introspected(func(c *call) map[string]any { return map[string]any{"active": true, "client_id": "odd:client ä"} }), nil, "ca-id-mismatch", reports.Fail, "the token of another"},
		"its own token, whoever is named":             {introspected(func(c *call) map[string]any { return map[string]any{"active": true, "client_id": "alpha"} }), nil, "ca-id-mismatch", reports.Info, "names another client is not looked at"},
		"a token that says nothing":                   {idp{}, nil, "ca-id-mismatch", reports.Info, "not looked at"},
		"one client alone":                            {idp{}, func(tg *target.Target) { tg.Clients = tg.Clients[:1] }, "ca-id-mismatch", reports.NotRun, "a second client"},
		"a public client with a secret":               {issues(func(c *call) bool { return c.form.Get("client_id") == "open" && c.form.Get("client_secret") != "" }), nil, "ca-public-with-secret", reports.Fail, "by client_secret_post"},
		"a public client with a secret, by Basic":     {issues(func(c *call) bool { return basicUser(c.r) == "open" }), nil, "ca-public-with-secret", reports.Fail, "by client_secret_basic"},
		"a public client":                             {issues(func(c *call) bool { return c.form.Get("client_id") == "open" && c.form.Get("client_secret") == "" }), nil, "cc-public-refused", reports.Fail, "the public client open"},
		"another code for a public client":            {when("invalid_client", asError("invalid_grant")), nil, "cc-public-refused", reports.Warn, "does not name its reason"},
		"no public client":                            {idp{}, func(tg *target.Target) { tg.Clients = tg.Clients[:2] }, "cc-public-refused", reports.NotRun, "a public client"},
		"a made-up client by Basic is answered 400":   {byHeader(func(a *reply) { a.status = 400 }), nil, "tok-401-challenge", reports.Fail, "is not answered 401"},
		"a made-up client without a challenge":        {byHeader(func(a *reply) { a.header.Del("WWW-Authenticate") }), nil, "tok-401-challenge", reports.Fail, "does not challenge"},
		"a made-up client is refused for no reason":   {byHeader(func(a *reply) { a.status, a.members = 400, map[string]any{"error": "invalid_request"} }), nil, "tok-401-challenge", reports.Warn, "does not name its reason"},
		"a made-up client, and 401 with another code": {byHeader(func(a *reply) { a.members = map[string]any{"error": "access_denied"}; a.header.Del("WWW-Authenticate") }), nil, "tok-401-challenge", reports.Fail, "does not challenge"},
	} {
		t.Run(name, b.run)
	}
}

// introspected serves introspection, which says what it is told to.
func introspected(says func(c *call) map[string]any) idp {
	s := idp{last: func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/introspect" {
			http.NotFound(w, r)
			return
		}
		_ = r.ParseForm()
		send(w, http.StatusOK, nil, says(&call{r: r, form: r.PostForm}))
	}}
	s.metadata = func(location string, m map[string]any) map[string]any {
		m["introspection_endpoint"] = strings.TrimSuffix(m["token_endpoint"].(string), "token") + "introspect"
		return m
	}
	return s
}
