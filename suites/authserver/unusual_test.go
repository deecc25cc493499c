package authserver_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
)

// TestCorrectButUnusual meets servers that do what the documents allow and few
// do. None may get a warning, a failure or an error for it.
func TestCorrectButUnusual(t *testing.T) {
	only := func(locations ...string) func(string, map[string]any) map[string]any {
		return func(location string, m map[string]any) map[string]any {
			for _, l := range locations {
				if l == location {
					return m
				}
			}
			return nil
		}
	}
	with := func(change func(m map[string]any)) func(string, map[string]any) map[string]any {
		return func(location string, m map[string]any) map[string]any {
			if location == "appended" || location == "inserted" {
				return nil
			}
			change(m)
			return m
		}
	}
	onToken := func(change func(a *reply)) func(*call, *reply) {
		return func(c *call, a *reply) {
			if c.reason == "" {
				change(a)
			}
		}
	}
	onError := func(change func(c *call, a *reply)) func(*call, *reply) {
		return func(c *call, a *reply) {
			if c.reason != "" {
				change(c, a)
			}
		}
	}
	ec := func(curve elliptic.Curve, alg string) map[string]any {
		k, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return ecKey(k, alg)
	}
	for name, row := range map[string]struct {
		s  idp
		tg func(*target.Target)
	}{
		"an issuer with a path":            {idp{path: "/a/b"}, nil},
		"an issuer that ends in a slash":   {idp{path: "/"}, nil},
		"a path that ends in a slash":      {idp{path: "/tenant/"}, nil},
		"an escaped path":                  {idp{path: "/a%20b"}, nil},
		"OpenID discovery alone":           {idp{path: "/t", metadata: only("openid")}, nil},
		"OpenID discovery, inserted":       {idp{path: "/t", metadata: only("inserted")}, nil},
		"RFC 8414 alone":                   {idp{path: "/t", metadata: only("rfc8414")}, nil},
		"all four locations":               {idp{path: "/t", metadata: only("rfc8414", "openid", "inserted", "appended")}, nil},
		"no metadata":                      {idp{metadata: only()}, endpoints},
		"metadata elsewhere":               {idp{metadata: only(), last: elsewhere}, func(tg *target.Target) { tg.Endpoints.Metadata = tg.Issuer + "/meta" }},
		"a page for any other path":        {idp{path: "/t", metadata: only("openid"), last: spa}, nil},
		"a page for any path, and no more": {idp{metadata: only(), last: spa}, endpoints},
		"a login for any other path":       {idp{path: "/t", metadata: only("openid"), last: login}, nil},
		"401 for any other path": {idp{path: "/t", metadata: only("openid"), last: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", "Bearer")
			w.WriteHeader(http.StatusUnauthorized)
		}}, nil},
		"metadata behind a redirect": {idp{first: func(w http.ResponseWriter, r *http.Request) bool {
			if strings.HasPrefix(r.URL.Path, "/.well-known/") && !strings.HasSuffix(r.URL.Path, "/") {
				http.Redirect(w, r, r.URL.Path+"/", http.StatusMovedPermanently)
				return true
			}
			r.URL.Path = strings.TrimSuffix(r.URL.Path, "/")
			return false
		}}, nil},
		"members that nobody knows": {idp{metadata: with(func(m map[string]any) { m["x_endpoint"], m["x"] = "not a URL", map[string]any{"a": 1} })}, nil},
		"no lists": {idp{metadata: with(func(m map[string]any) {
			delete(m, "grant_types_supported")
			delete(m, "token_endpoint_auth_methods_supported")
		})}, nil},
		"grants of a vendor": {idp{metadata: with(func(m map[string]any) {
			m["grant_types_supported"] = []string{"hybrid", "implicit", "client_credentials", "urn:x:y"}
		})}, nil},
		"a token endpoint with a query":    {idp{metadata: with(func(m map[string]any) { m["token_endpoint"] = m["token_endpoint"].(string) + "?tenant=a%20b" })}, nil},
		"an endpoint at a vendor's scheme": {idp{metadata: with(func(m map[string]any) { m["vendor_endpoint"] = "vendor:thing" })}, nil},
		"keys of all kinds": {idp{jwks: func(keys []map[string]any) any {
			all := append(keys, map[string]any{"kty": "XYZ", "d": "AQ"}, ec(elliptic.P384(), "ES384"), ec(elliptic.P521(), "ES512"),
				map[string]any{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "alg": "EdDSA"},
				map[string]any{"kty": "EC", "crv": "secp256k1", "alg": "ES256K", "x": "eb5mfvncu6xVoGKVzocLBwKb_NstzijZWfKBWxb4F5g", "y": "SDradyajxGVdpPv8DhEIqP0XtEimhVQZnEfQj_sQ1Lg"},
				map[string]any{"kty": "EC", "crv": "BP-256", "x": "AQ", "y": "AQ"},
				map[string]any{"kty": "RSA", "use": "enc", "alg": "RSA-OAEP", "n": keys[0]["n"], "e": "Aw", "x5c": []string{"MIIB+/=="}})
			for _, k := range all[:len(all)-1] {
				k["use"] = "sig" // which RFC 8414 §2 asks for beside a key for encryption
			}
			return map[string]any{"x": 1, "keys": all}
		}}, nil},
		"keys without use, alg, kid": {idp{jwks: func(keys []map[string]any) any {
			for _, k := range keys {
				delete(k, "use")
				delete(k, "alg")
				delete(k, "kid")
			}
			return map[string]any{"keys": keys}
		}}, nil},
		"EC keys alone":  {idp{jwks: func(keys []map[string]any) any { return map[string]any{"keys": keys[1:]} }}, nil},
		"RSA keys alone": {idp{jwks: func(keys []map[string]any) any { return map[string]any{"keys": keys[:1]} }}, nil},
		"keys behind a redirect": {idp{first: func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/jwks" && r.URL.RawQuery == "" {
				http.Redirect(w, r, "/jwks?v=2", http.StatusFound)
				return true
			}
			return false
		}}, nil},
		"a token with more members": {idp{token: onToken(func(a *reply) {
			a.members["iat"], a.members["created_at"], a.members["refresh_token"], a.members["id_token"] = 1, "2026-01-01", "", nil
			a.members["token_type"], a.members["expires_in"] = "bearer", 3600
		})}, nil},
		"a token with less members": {idp{token: onToken(func(a *reply) { delete(a.members, "expires_in"); delete(a.members, "scope") })}, nil},
		"a token type of one's own": {idp{token: onToken(func(a *reply) { a.members["token_type"] = "urn:x:mac" })}, nil},
		"JSON as others write it": {idp{token: func(c *call, a *reply) {
			raw, _ := json.MarshalIndent(a.members, "\t", "  ")
			a.raw = "\r\n\t" + strings.NewReplacer(`"access_token"`, `"access\u005ftoken"`, `"error"`, `"\u0065rror"`).Replace(string(raw)) + "\n\n"
		}}, nil},
		"media types as others write them":     {idp{token: func(c *call, a *reply) { a.header.Set("Content-Type", `Application/JSON ; Charset="utf-8"`) }}, nil},
		"a media type with a broken parameter": {idp{token: func(c *call, a *reply) { a.header.Set("Content-Type", "application/json; charset") }}, nil},
		"cache control as others write it": {idp{token: func(c *call, a *reply) {
			a.header["Cache-Control"] = []string{"private, max-age=0", "No-Store , no-cache"}
		}}, nil},
		"a cookie with each answer": {idp{first: func(w http.ResponseWriter, _ *http.Request) bool {
			http.SetCookie(w, &http.Cookie{Name: "lb", Value: "node-1"})
			return false
		}}, nil},
		"a connection for each request": {idp{first: func(w http.ResponseWriter, _ *http.Request) bool { w.Header().Set("Connection", "close"); return false }}, nil},
		"several challenges": {idp{token: onError(func(_ *call, a *reply) {
			if a.status == http.StatusUnauthorized {
				a.header["Www-Authenticate"] = []string{`Bearer realm="a, b", error="invalid_client"`, `Negotiate, basic realm = "x"`}
			}
		})}, nil},
		"400 for a client without a header": {idp{token: onError(func(c *call, a *reply) {
			if c.reason == "invalid_client" && c.r.Header.Get("Authorization") == "" {
				a.status = http.StatusBadRequest
				a.header.Del("WWW-Authenticate")
			}
		})}, nil},
		"errors with much to say": {idp{token: onError(func(_ *call, a *reply) {
			a.members["error_description"], a.members["error_uri"], a.members["trace"] = strings.Repeat("long ", 5000), "https://e.example/#x", []int{1}
		})}, nil},
		"invalid_request where nobody is named": {idp{token: onError(func(c *call, a *reply) {
			if c.reason == "invalid_client" && c.r.Header.Get("Authorization") == "" && c.form.Get("client_id") == "" {
				a.status, a.members = http.StatusBadRequest, map[string]any{"error": "invalid_request"}
			}
		})}, nil},
		"an unknown scope is dropped": {idp{lax: []string{"scope"}, token: onToken(func(a *reply) { a.members["scope"] = "read" })}, nil},
		"an unknown scope leaves none": {idp{lax: []string{"scope"}, token: func(c *call, a *reply) {
			if strings.HasPrefix(c.form.Get("scope"), "authassay") {
				a.members["scope"] = ""
			}
		}}, nil},
		"offline_access is dropped": {idp{first: func(_ http.ResponseWriter, r *http.Request) bool {
			_ = r.ParseForm()
			if strings.HasSuffix(r.PostForm.Get("scope"), "offline_access") {
				r.PostForm.Set("scope", "read")
			}
			return false
		}}, nil},
		"404 for GET":       {idp{token: methodNotAllowed(http.StatusNotFound)}, nil},
		"400 for GET":       {idp{token: methodNotAllowed(http.StatusBadRequest)}, nil},
		"a page for GET":    {idp{token: methodNotAllowed(http.StatusOK)}, nil},
		"a redirect of GET": {idp{token: methodNotAllowed(http.StatusFound)}, nil},
		"an audience is needed": {idp{token: func(c *call, a *reply) {
			if c.form.Get("audience") != "api" && c.reason == "" {
				a.status, a.members = http.StatusBadRequest, map[string]any{"error": "invalid_request"}
			}
		}}, func(tg *target.Target) {
			for i := range tg.Clients {
				tg.Clients[i].Params = map[string]string{"audience": "api"}
			}
		}},
		"no scopes":       {idp{}, func(tg *target.Target) { tg.Clients[0].Scopes, tg.Clients[1].Scopes = nil, nil }},
		"methods by name": {idp{}, func(tg *target.Target) { tg.Clients[0].Auth = "client_secret_basic client_secret_post" }},
		"Basic alone":     {idp{}, func(tg *target.Target) { tg.Clients[0].Auth = "client_secret_basic" }},
		"a client that does not work beside one that does": {idp{}, func(tg *target.Target) {
			tg.Clients = append(tg.Clients, target.Client{ID: "public"}, target.Client{ID: "other", Secret: "x", Grants: []string{"password"}})
		}},
		"a host in capital letters":              {idp{host: "LocalHost"}, nil},
		"endpoints that are null":                {idp{metadata: with(func(m map[string]any) { m["registration_endpoint"], m["revocation_endpoint"] = nil, nil })}, nil},
		"private members that are null":          {keyWith("d", nil), nil},
		"Basic alone, the body is not looked at": {idp{lax: []string{"post secrets"}, metadata: with(func(m map[string]any) { m["token_endpoint_auth_methods_supported"] = []string{"client_secret_basic"} })}, nil},
		"JSON for any other path":                {idp{path: "/t", metadata: only("openid"), last: always(200, "application/json", `{"status":"ok"}`)}, nil},
		"a host by name":                         {idp{host: "localhost"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := row.s
			s.t = t
			tg := s.start()
			if row.tg != nil {
				row.tg(tg)
			}
			results := assay(t, tg)
			g := gomega.NewWithT(t)
			g.Expect(verdicts(results, reports.Pass, reports.Info, reports.NotRun)).To(gomega.BeEmpty())
			for _, id := range []string{"cc-happy", "ca-wrong-secret", "tok-error-shape", "http-no-5xx", "http-no-store-tokens"} {
				g.Expect(results[id].Verdict).To(gomega.Equal(reports.Pass), "the server works, and what can be decided is decided: %s", say(results[id]))
			}
		})
	}
}

func endpoints(tg *target.Target) {
	tg.Endpoints = target.Endpoints{Token: tg.Issuer + "/token", JWKS: tg.Issuer + "/jwks"}
}

// elsewhere serves the metadata where only the target file says.
func elsewhere(w http.ResponseWriter, r *http.Request) {
	base := "http://" + r.Host
	if r.URL.Path == "/meta" {
		send(w, http.StatusOK, nil, map[string]any{"issuer": base, "token_endpoint": base + "/token", "jwks_uri": base + "/jwks"})
		return
	}
	http.NotFound(w, r)
}

// spa answers any path with the same page, as the front of an application does.
func spa(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	_, _ = w.Write([]byte(`<!DOCTYPE html><html><script>var example = {"access_token":"2YotnFZFEjr1zCsicMWpAA"}</script></html>`))
}

// login redirects any path to a login page.
func login(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/login" {
		http.Redirect(w, r, "/login?next="+r.URL.Path, http.StatusFound)
		return
	}
	spa(w, r)
}

// methodNotAllowed answers a GET at the token endpoint in another way.
func methodNotAllowed(status int) func(*call, *reply) {
	return func(c *call, a *reply) {
		if c.reason == "method" {
			a.status, a.raw = status, "<html>This is for machines.</html>"
			a.header.Set("Content-Type", "text/html")
			a.header.Set("Location", "/")
		}
	}
}
