package authserver_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
)

// has sets a member of every token response; nil takes it away.
func has(name string, value any) idp {
	return when("", func(_ *call, a *reply) {
		a.members[name] = value
		if value == nil {
			delete(a.members, name)
		}
	})
}

// refusing sets a member of every refusal.
func refusing(name, value string) idp {
	return idp{token: func(c *call, a *reply) {
		if c.reason != "" {
			a.members[name] = value
		}
	}}
}

// sentEmpty refuses a request in which a parameter stands without a value.
func sentEmpty(name, code string) idp {
	return when("", func(c *call, a *reply) {
		if values, there := c.form[name]; there && values[0] == "" {
			a.status, a.members = http.StatusBadRequest, map[string]any{"error": code}
		}
	})
}

// narrows grants one scope, whatever is asked for.
func narrows(members map[string]any) idp {
	return idp{lax: []string{"scope"}, token: func(c *call, a *reply) {
		if c.reason == "" {
			delete(a.members, "scope")
			for name, value := range members {
				a.members[name] = value
			}
		}
	}}
}

func TestBrokenAnswers(t *testing.T) {
	oauth21 := func(tg *target.Target) { tg.Policy = target.PolicyOAuth21 }
	readOnly := jwt(map[string]any{"scope": "read"})
	withDefault := func(stated string) idp {
		return idp{token: func(c *call, a *reply) {
			if _, there := c.form["scope"]; !there && c.reason == "" {
				a.members["scope"] = stated
			}
		}}
	}
	for name, b := range map[string]broken{
		"a form for a token":                  {when("", text("application/x-www-form-urlencoded", "access_token=canary&token_type=bearer")), nil, "tok-success-shape", reports.Fail, "not labelled as JSON"},
		"a scope that is a list":              {has("scope", []string{"read"}), nil, "tok-success-shape", reports.Warn, "another type"},
		"a refresh token that is an object":   {has("refresh_token", map[string]any{"canary": 1}), nil, "tok-success-shape", reports.Warn, "another type"},
		"a token beyond ASCII":                {has("access_token", "canary-£"), nil, "tok-success-shape", reports.Warn, "the grammar does not allow"},
		"a refusal":                           {when("", asError("unauthorized_client")), listed, "tok-success-shape", reports.Error, "did not succeed"},
		"no token type":                       {has("token_type", nil), nil, "tok-token-type", reports.Fail, "what type the token is"},
		"a token type that nobody registered": {has("token_type", "mac"), nil, "tok-token-type", reports.Fail, "defined nowhere"},
		"a token type of one's own":           {has("token_type", "urn:x:mac"), nil, "tok-token-type", reports.Info, "of the target's own"},
		"DPoP without a proof":                {has("token_type", "dpop"), nil, "tok-token-type", reports.Warn, "cannot be bound"},
		"N_A":                                 {has("token_type", "N_A"), nil, "tok-token-type", reports.Info, "another type than Bearer"},
		"bearer":                              {has("token_type", "BEARER"), nil, "tok-token-type", reports.Pass, ""},
		"a lifetime as a string":              {has("expires_in", "3600"), nil, "tok-expires-in", reports.Warn, "no number of seconds"},
		"a lifetime of nothing":               {has("expires_in", 0), nil, "tok-expires-in", reports.Warn, "no number of seconds"},
		"a lifetime with a fraction":          {has("expires_in", 3599.5), nil, "tok-expires-in", reports.Warn, "no number of seconds"},
		"no lifetime":                         {has("expires_in", nil), nil, "tok-expires-in", reports.Info, "how long the token lives"},
		"no Pragma":                           {when("", func(_ *call, a *reply) { a.header.Del("Pragma") }), nil, "tok-pragma", reports.Warn, "no Pragma"},
		"another Pragma":                      {when("", func(_ *call, a *reply) { a.header.Set("Pragma", "x, no-cached") }), nil, "tok-pragma", reports.Warn, "no-cached"},
		"no Pragma, OAuth 2.1":                {when("", func(_ *call, a *reply) { a.header.Del("Pragma") }), oauth21, "tok-pragma", reports.Info, "no Pragma"},
		"Pragma as others write it":           {when("", func(_ *call, a *reply) { a.header["Pragma"] = []string{"x", "No-Cache"} }), nil, "tok-pragma", reports.Pass, ""},

		"a narrower token, unsaid":          {narrows(map[string]any{"access_token": readOnly}), nil, "tok-scope-returned", reports.Fail, "another than the one asked for"},
		"a wider token, unsaid":             {narrows(map[string]any{"access_token": jwt(map[string]any{"scp": []string{"read", "write"}})}), nil, "tok-scope-returned", reports.Fail, "one scope | the answer does not state"},
		"an opaque token, nothing said":     {narrows(nil), nil, "tok-scope-returned", reports.NotRun, "a way to see the scope"},
		"a narrower token, and said":        {narrows(map[string]any{"access_token": readOnly, "scope": "read"}), nil, "tok-scope-returned", reports.Pass, ""},
		"another scope said than granted":   {narrows(map[string]any{"access_token": jwt(map[string]any{"scope": "write"}), "scope": "read"}), nil, "tok-scope-returned", reports.Warn, "another scope than the token has"},
		"a made-up scope, granted and said": {idp{lax: []string{"scope"}}, nil, "tok-scope-returned", reports.Pass, ""},
		"no token for one scope": {when("", func(c *call, a *reply) {
			if c.form.Get("scope") != "read write" {
				a.status, a.members = 400, map[string]any{"error": "invalid_scope"}
			}
		}), func(tg *target.Target) { tg.Clients[0].Scopes = []string{"read", "write"} }, "tok-scope-returned", reports.Error, "nothing to be stated"},
		"no scopes": {idp{}, func(tg *target.Target) { tg.Clients[0].Scopes = nil }, "tok-scope-returned", reports.NotRun, "scopes to ask for"},
		"unknown parameters are refused": {when("", func(c *call, a *reply) {
			if len(c.form) > 2 {
				a.status, a.members = 400, map[string]any{"error": "invalid_request"}
			}
		}), nil, "tok-unknown-param", reports.Fail, "does not ignore"},
		"an empty scope is refused":          {sentEmpty("scope", "invalid_scope"), nil, "tok-empty-param", reports.Fail, "an empty scope does not count as left out"},
		"an empty secret is a second method": {sentEmpty("client_secret", "invalid_request"), nil, "tok-empty-param", reports.Fail, "an empty client_secret beside Basic"},
		"an empty scope is no scope":         {withDefault("read"), nil, "tok-empty-param", reports.Fail, "gives another scope than none"},
		"an empty grant is an unknown one": {idp{token: func(c *call, a *reply) {
			if values, there := c.form["grant_type"]; there && values[0] == "" {
				a.members["error"] = "unsupported_grant_type"
			}
		}}, nil, "tok-empty-param", reports.Warn, "for another reason than none"},
		"5xx for an empty grant": {idp{token: func(c *call, a *reply) {
			if _, there := c.form["grant_type"]; !there {
				a.status = 500
			}
		}}, nil, "tok-empty-param", reports.Error, "answered 500"},
		"a quotation mark in a description": {refusing("error_description", `no "grant"`), nil, "tok-error-chars", reports.Fail, "error_description has characters"},
		"a letter beyond ASCII":             {refusing("error_description", "falscher Schlüssel"), nil, "tok-error-chars", reports.Fail, "error_description has characters"},
		"line breaks in a description":      {refusing("error_description", "one\r\n\ttwo"), nil, "tok-error-chars", reports.Warn, "line breaks or tabs"},
		"a backslash in a code":             {refusing("error", `invalid\request`), nil, "tok-error-chars", reports.Fail, "error has characters"},
		"a blank in a URI":                  {refusing("error_uri", "https://e.example/a b"), nil, "tok-error-chars", reports.Fail, "error_uri has characters"},
		"what was sent, sent back": {idp{token: func(c *call, a *reply) {
			if c.reason == "unsupported_grant_type" {
				a.members["error_description"] = "no " + c.form.Get("grant_type")
			}
		}}, nil, "tok-error-chars", reports.Fail, "a made-up grant_type"},
		"no refusal is JSON": {idp{token: func(c *call, a *reply) {
			if c.reason != "" {
				a.raw = "no"
			}
		}}, nil, "tok-error-chars", reports.Error, "no characters to look at"},
		"a login page for a token request": {when("invalid_client", func(_ *call, a *reply) {
			a.status, a.raw = http.StatusFound, "<p>login</p>"
			a.header.Set("Location", "/login")
		}), nil, "tok-no-redirect", reports.Warn, "a token request is redirected"},
		"a redirect of every token request": {idp{first: at("/token", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusFound) })}, nil, "tok-no-redirect", reports.Error, "does not succeed"},
		"a scope is needed": {idp{token: func(c *call, a *reply) {
			if c.reason == "" && strings.TrimSpace(c.form.Get("scope")) == "" {
				a.status, a.members = http.StatusBadRequest, map[string]any{"error": "invalid_scope"}
			}
		}}, nil, "tok-empty-param", reports.Pass, ""},
	} {
		t.Run(name, b.run)
	}
}
