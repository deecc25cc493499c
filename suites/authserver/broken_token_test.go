package authserver_test

import (
	"net/http"
	"testing"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
)

// byHeader changes the answer to a client that failed with a header.
func byHeader(change func(a *reply)) idp {
	return when("invalid_client", func(c *call, a *reply) {
		if c.r.Header.Get("Authorization") != "" {
			change(a)
		}
	})
}

func methods(auth string) func(*target.Target) {
	return func(tg *target.Target) { tg.Clients[0].Auth = auth }
}

// granted answers a made-up scope with a token that says what it says.
func granted(members map[string]any) idp {
	return idp{lax: []string{"scope"}, token: func(c *call, a *reply) {
		if s := c.form.Get("scope"); len(s) > 9 && s[:9] == "authassay" {
			delete(a.members, "scope")
			for k, v := range members {
				a.members[k] = v
			}
		}
	}}
}

func TestBrokenTokenAnswers(t *testing.T) {
	secrets := idp{secrets: map[string]string{"alpha": "another"}}
	for name, b := range map[string]broken{
		"201":                        {when("", status(201)), nil, "cc-happy", reports.Fail, "another status"},
		"text/html":                  {when("", func(_ *call, a *reply) { a.header.Set("Content-Type", "text/html") }), nil, "cc-happy", reports.Fail, "not labelled as JSON"},
		"no content type":            {when("", func(_ *call, a *reply) { a.header["Content-Type"] = nil }), nil, "cc-happy", reports.Fail, "not labelled as JSON"},
		"a form":                     {when("", text("application/x-www-form-urlencoded", "access_token=canary&token_type=bearer")), nil, "cc-happy", reports.Fail, "not labelled as JSON"},
		"JSON that is broken":        {when("", text("application/json", `{"access_token":"canary","token_type":"Bearer",}`)), nil, "cc-happy", reports.Fail, "not a JSON object"},
		"an array":                   {when("", text("application/json", `[{"access_token":"canary","token_type":"Bearer"}]`)), nil, "cc-happy", reports.Fail, "not a JSON object"},
		"no access token":            {when("", says(map[string]any{"token_type": "Bearer"})), nil, "cc-happy", reports.Fail, "has no access token"},
		"an empty access token":      {when("", says(map[string]any{"token_type": "Bearer", "access_token": ""})), nil, "cc-happy", reports.Fail, "has no access token"},
		"a token that is a number":   {when("", says(map[string]any{"token_type": "Bearer", "access_token": 42})), nil, "cc-happy", reports.Fail, "has no access token"},
		"a token that is an object":  {when("", says(map[string]any{"token_type": "Bearer", "access_token": map[string]any{"canary": 1}})), nil, "cc-happy", reports.Fail, "an object"},
		"no token type":              {when("", func(_ *call, a *reply) { delete(a.members, "token_type") }), nil, "cc-happy", reports.Fail, "what type the token is"},
		"a refusal":                  {when("", asError("unauthorized_client")), listed, "cc-happy", reports.Error, `error "unauthorized_client"`},
		"a client for other grants":  {when("", asError("unauthorized_client")), nil, "cc-happy", reports.NotRun, "may use the client credentials grant"},
		"a target without the grant": {when("", asError("unsupported_grant_type")), nil, "cc-happy", reports.NotRun, "may use the client credentials grant"},
		"a refusal without a word":   {when("", func(c *call, a *reply) { text("", "")(c, a); a.status = 403 }), nil, "cc-happy", reports.Error, "403 Forbidden, and the body is empty"},
		"a redirect to a login":      {when("", func(_ *call, a *reply) { a.status, a.raw = 302, "<p>"; a.header.Set("Location", "/login") }), nil, "cc-happy", reports.Error, "302 Found"},
		"5xx":                        {when("", status(503)), nil, "cc-happy", reports.Error, "503"},
		"a wrong secret in the file": {idp{}, func(tg *target.Target) { tg.Clients = []target.Client{{ID: "alpha", Secret: "wrong"}} }, "cc-happy", reports.Error, "are identifier, secret"},
		"no client":                  {secrets, func(tg *target.Target) { tg.Clients = nil }, "cc-happy", reports.NotRun, "a confidential client"},

		"a token without authentication": {lax("authentication"), nil, "cc-no-auth", reports.Fail, "issued a token where it has to refuse"},
		"another code":                   {when("invalid_client", asError("access_denied")), nil, "cc-no-auth", reports.Warn, "does not name its reason"},
		"an empty body":                  {when("invalid_client", text("", "")), nil, "cc-no-auth", reports.Warn, "the body is empty"},
		"a page for a refusal":           {when("invalid_client", text("text/html", "<p>log in</p>")), nil, "cc-no-auth", reports.Warn, "a page"},
		"5xx for a refusal":              {when("invalid_client", status(500)), nil, "cc-no-auth", reports.Error, "neither a refusal nor a success"},
		"a token beside an error":        {when("invalid_client", says(map[string]any{"error": "invalid_client", "access_token": "canary"})), nil, "cc-no-auth", reports.Fail, "issued a token"},
		"a token that a client finds":    {when("invalid_client", text("text/plain", "access_token=canary")), nil, "cc-no-auth", reports.Fail, "issued a token"},
		"a number of a token":            {when("invalid_client", says(map[string]any{"access_token": 42})), nil, "cc-no-auth", reports.Fail, "issued a token"},
		"429 for a refusal":              {when("invalid_client", status(429)), nil, "cc-no-auth", reports.Error, "limits the rate"},
		"a refresh token":                {when("", func(_ *call, a *reply) { a.members["refresh_token"] = "canary" }), nil, "cc-no-refresh", reports.Warn, "a refresh token for client credentials"},
		"a refresh token, if asked nicely": {idp{token: func(c *call, a *reply) {
			if c.form.Get("scope") == "read offline_access" {
				a.status, a.members = 200, map[string]any{"access_token": "a-canary", "token_type": "b", "refresh_token": "canary"}
			}
		}}, nil, "cc-no-refresh", reports.Warn, "with the scope offline_access"},
		"a made-up scope, unsaid":                    {granted(nil), nil, "cc-invalid-scope", reports.Warn, "which says that it was granted"},
		"a made-up scope left out, unsaid":           {granted(map[string]any{"access_token": jwt(map[string]any{"scope": "read"})}), nil, "cc-invalid-scope", reports.Fail, "another scope than was asked for"},
		"a made-up scope left out of a list, unsaid": {granted(map[string]any{"access_token": jwt(map[string]any{"scp": []string{"read"}})}), nil, "cc-invalid-scope", reports.Fail, "another scope than was asked for"},
		"a made-up scope, granted":                   {lax("scope"), nil, "cc-invalid-scope", reports.Warn, "grants a scope that nobody defined"},
		"a made-up scope among others":               {idp{lax: []string{"scope"}, token: func(c *call, a *reply) { a.members["scope"] = "read " + c.form.Get("scope") }}, nil, "cc-invalid-scope", reports.Warn, "grants a scope"},
		"another code for a scope":                   {when("invalid_scope", asError("invalid_request")), nil, "cc-invalid-scope", reports.Warn, "does not name its reason"},
		"no store, and no word":                      {when("", func(_ *call, a *reply) { a.header.Del("Cache-Control") }), nil, "tok-no-store", reports.Fail, "may be stored by caches"},
		"no-cache is not no-store":                   {when("", func(_ *call, a *reply) { a.header.Set("Cache-Control", "no-cache, private") }), nil, "tok-no-store", reports.Fail, "may be stored"},
		"errors that may be stored":                  {when("unsupported_grant_type", func(_ *call, a *reply) { a.header.Del("Cache-Control") }), nil, "tok-no-store", reports.Info, "an error response may be stored"},
		"tokens that may be stored":                  {when("", func(_ *call, a *reply) { a.header.Del("Cache-Control") }), nil, "http-no-store-tokens", reports.Fail, "(access_token) may be stored"},
		"401 without a challenge":                    {when("invalid_client", func(_ *call, a *reply) { a.header.Del("WWW-Authenticate") }), nil, "http-401-challenge", reports.Fail, "a 401 without a challenge"},
		"401 with an empty challenge":                {when("invalid_client", func(_ *call, a *reply) { a.header.Set("WWW-Authenticate", `realm="x"`) }), nil, "http-401-challenge", reports.Fail, "a 401 without a challenge"},
		"5xx somewhere":                              {when("invalid_client", status(500)), nil, "http-no-5xx", reports.Warn, "the server fails on a request"},
		"a refusal with 200":                         {when("invalid_request", status(200)), nil, "tok-error-shape", reports.Fail, "a status of success"},
		"a refusal with 403":                         {when("invalid_request", status(403)), nil, "tok-error-shape", reports.Warn, "another status"},
		"401 for another reason":                     {when("unsupported_grant_type", status(401)), nil, "tok-error-shape", reports.Warn, "another status"},
		"a refusal that is a page":                   {when("unsupported_grant_type", text("text/html", "<p>no</p>")), nil, "tok-error-shape", reports.Fail, "not a JSON object"},
		"a refusal that is empty":                    {when("invalid_client", text("", "")), nil, "tok-error-shape", reports.Fail, "the body is empty"},
		"a refusal as text":                          {when("invalid_request", func(_ *call, a *reply) { a.header.Set("Content-Type", "text/plain") }), nil, "tok-error-shape", reports.Fail, "not labelled as JSON"},
		"a refusal without error":                    {when("invalid_request", says(map[string]any{"message": "no"})), nil, "tok-error-shape", reports.Fail, "does not say what was wrong"},
		"an error that is an object":                 {when("invalid_request", says(map[string]any{"error": map[string]any{"code": 1}})), nil, "tok-error-shape", reports.Fail, "an object"},
		"a redirect for a refusal": {when("invalid_client", func(_ *call, a *reply) {
			a.status, a.raw = http.StatusFound, "<p>login</p>"
			a.header.Set("Location", "/login")
		}), nil, "tok-error-shape", reports.Fail, "not a JSON object"},
		"5xx for an unknown grant": {when("unsupported_grant_type", status(500)), nil, "tok-error-shape", reports.Error, "500"},
	} {
		t.Run(name, b.run)
	}
}

func TestBrokenClientAuthentication(t *testing.T) {
	both := methods("client_secret_basic client_secret_post")
	noDecoding := lax("basic decoding")
	for name, b := range map[string]broken{
		"Basic does not work":             {lax("basic"), both, "ca-basic", reports.Fail, "cannot authenticate by client_secret_basic"},
		"Basic does not work, OAuth 2.1":  {lax("basic"), func(tg *target.Target) { both(tg); tg.Policy = target.PolicyOAuth21 }, "ca-basic", reports.Info, "cannot authenticate"},
		"Basic may not be for the client": {lax("basic"), func(tg *target.Target) { tg.Clients = tg.Clients[:1] }, "ca-basic", reports.Error, "may be registered for the one alone"},
		"neither works":                   {idp{}, func(tg *target.Target) { tg.Clients = []target.Client{{ID: "alpha", Secret: "wrong"}} }, "ca-basic", reports.Error, "none by client_secret_post"},
		"5xx by Basic": {idp{token: func(c *call, a *reply) {
			a.status = map[bool]int{true: 500, false: a.status}[c.method == "client_secret_basic"]
		}}, both, "ca-basic", reports.Error, "500"},
		"the body does not work":            {lax("post secrets"), both, "ca-post", reports.Info, "cannot authenticate by client_secret_post"},
		"the body does not work, OAuth 2.1": {lax("post secrets"), func(tg *target.Target) { both(tg); tg.Policy = target.PolicyOAuth21 }, "ca-post", reports.Fail, "cannot authenticate"},
		"Basic is not decoded":              {noDecoding, func(tg *target.Target) { tg.Clients[1].Auth = "client_secret_basic" }, "ca-basic-encoding", reports.Fail, "does not decode the credentials in Basic"},
		"a wrong secret with odd letters":   {idp{}, func(tg *target.Target) { tg.Clients[1].Secret += "x" }, "ca-basic-encoding", reports.Error, "gets no token in any way"},
		"no odd letters":                    {idp{}, func(tg *target.Target) { tg.Clients = tg.Clients[:1] }, "ca-basic-encoding", reports.NotRun, "characters that form-encoding changes"},
		"any secret will do":                {lax("secret"), both, "ca-wrong-secret", reports.Fail, "a token for a wrong secret"},
		"any secret will do in the body": {idp{token: func(c *call, a *reply) {
			if c.method == "client_secret_post" && c.reason == "invalid_client" {
				a.status, a.members = 200, map[string]any{"access_token": "canary-1"}
			}
		}}, both, "ca-wrong-secret", reports.Fail, "wrong secret by client_secret_post"},
		"400 for Basic":                   {byHeader(func(a *reply) { a.status = 400 }), both, "ca-wrong-secret", reports.Fail, "is not answered 401"},
		"another challenge for Basic":     {byHeader(func(a *reply) { a.header.Set("WWW-Authenticate", `Bearer realm="Basic"`) }), both, "ca-wrong-secret", reports.Fail, "does not challenge with the scheme"},
		"no challenge for Basic":          {byHeader(func(a *reply) { a.header.Del("WWW-Authenticate") }), both, "ca-wrong-secret", reports.Fail, "does not challenge with the scheme"},
		"another code for a wrong secret": {byHeader(func(a *reply) { a.members["error"] = "unauthorized_client" }), both, "ca-wrong-secret", reports.Warn, "does not name its reason"},
		"403 in the body": {when("invalid_client", func(c *call, a *reply) {
			if c.r.Header.Get("Authorization") == "" {
				a.status = 403
			}
		}), both, "ca-wrong-secret", reports.Warn, "another status"},
		"5xx for a wrong secret":        {when("invalid_client", status(502)), both, "ca-wrong-secret", reports.Error, "502"},
		"a client_id is enough":         {lax("confidential"), nil, "ca-none", reports.Fail, "client_id only"},
		"nothing is enough":             {lax("authentication"), nil, "ca-none", reports.Fail, "has to refuse"},
		"another code without a secret": {when("invalid_client", asError("unauthorized_client")), nil, "ca-none", reports.Warn, "does not name its reason"},
		"two methods at once":           {lax("two methods"), both, "ca-two-methods", reports.Fail, "issued a token"},
		"another code for two methods": {idp{token: func(c *call, a *reply) {
			if c.r.Header.Get("Authorization") != "" && c.form.Get("client_secret") != "" {
				a.members["error"] = "invalid_client"
			}
		}}, both, "ca-two-methods", reports.Warn, "does not name its reason"},
		"a token by GET":                        {lax("post"), both, "tok-post-only", reports.Info, "issues tokens by GET"},
		"no client for a GET":                   {idp{}, func(tg *target.Target) { tg.Clients = tg.Clients[:1]; tg.Clients[0].Auth = "client_secret_post" }, "tok-post-only", reports.NotRun, "client_secret_basic"},
		"5xx by GET":                            {when("method", status(500)), both, "tok-post-only", reports.Error, "500"},
		"no grant_type needed":                  {lax("grant"), nil, "tok-missing-grant", reports.Fail, "issued a token"},
		"another code without grant_type":       {when("invalid_request", asError("unsupported_grant_type")), nil, "tok-missing-grant", reports.Warn, "does not name its reason"},
		"any grant will do":                     {lax("unknown grant"), nil, "tok-unknown-grant", reports.Fail, "a made-up word"},
		"any letters will do":                   {lax("grant case"), nil, "tok-unknown-grant", reports.Fail, "the grant in capitals"},
		"another code for an unknown grant":     {when("unsupported_grant_type", asError("invalid_grant")), nil, "tok-unknown-grant", reports.Warn, "does not name its reason"},
		"grant_type twice":                      {lax("repeat grant_type"), nil, "tok-duplicate-param", reports.Fail, "grant_type twice"},
		"scope twice":                           {lax("repeat scope"), nil, "tok-duplicate-param", reports.Fail, "scope twice"},
		"client_id twice":                       {lax("repeat client_id"), methods("client_secret_post"), "tok-duplicate-param", reports.Fail, "client_id twice"},
		"another code for a repeated parameter": {when("invalid_request", asError("invalid_client")), nil, "tok-duplicate-param", reports.Warn, "does not name its reason"},
	} {
		t.Run(name, b.run)
	}
}
