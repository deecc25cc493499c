package authserver_test

import (
	"math/big"
	"net/http"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
)

// broken is a server that does one thing wrong, and what a check must say.
type broken struct {
	s    idp
	tg   func(*target.Target)
	id   string
	want reports.Verdict
	// say is a part of what the result says.
	say string
}

func meta(change func(m map[string]any)) idp {
	return idp{path: "/t", metadata: func(location string, m map[string]any) map[string]any {
		if location != "rfc8414" {
			return nil
		}
		change(m)
		return m
	}}
}

func member(name string, value any) idp {
	return meta(func(m map[string]any) { m[name] = value })
}

func keys(change func(keys []map[string]any) any) idp { return idp{jwks: change} }

func keyWith(name string, value any) idp {
	return keys(func(k []map[string]any) any { k[0][name] = value; return map[string]any{"keys": k} })
}

func ecWith(name string, value any) idp {
	return keys(func(k []map[string]any) any { k[1][name] = value; return map[string]any{"keys": k} })
}

func lax(rules ...string) idp { return idp{lax: rules} }

// when changes an answer with an error code; "" for one with a token.
func when(reason string, change func(c *call, a *reply)) idp {
	return idp{token: func(c *call, a *reply) {
		if c.reason == reason {
			change(c, a)
		}
	}}
}

// says answers with other members.
func says(members map[string]any) func(*call, *reply) {
	return func(_ *call, a *reply) { a.members = members }
}

func asError(code string) func(*call, *reply) { return says(map[string]any{"error": code}) }

func status(n int) func(*call, *reply) { return func(_ *call, a *reply) { a.status = n } }

func text(contentType, s string) func(*call, *reply) {
	return func(_ *call, a *reply) {
		a.raw = s
		a.header.Set("Content-Type", contentType)
		if s == "" {
			a.members = nil
		}
	}
}

// listed has the target file say that its clients may use client credentials.
func listed(tg *target.Target) {
	for i := range tg.Clients {
		if len(tg.Clients[i].Grants) == 0 {
			tg.Clients[i].Grants = []string{"client_credentials"}
		}
	}
}

func (b broken) run(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := b.s
	s.t = t
	tg := s.start()
	if b.tg != nil {
		b.tg(tg)
	}
	// An observer judges what another check sends.
	results := assay(t, tg, b.id, "ca-none", "meta-wellknown-200")
	r := results[b.id]
	g.Expect(r.Verdict).To(gomega.Equal(b.want), say(r))
	g.Expect(say(r)).To(gomega.ContainSubstring(b.say))
	if b.want == reports.Fail || b.want == reports.Warn || b.want == reports.Info {
		g.Expect(r.Findings).ToNot(gomega.BeEmpty())
		g.Expect(r.Message).ToNot(gomega.BeEmpty())
	}
}

func TestBrokenMetadata(t *testing.T) {
	page := func(path string) idp {
		return idp{metadata: func(string, map[string]any) map[string]any { return nil }, last: func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != path {
				http.NotFound(w, r)
				return
			}
			_, _ = w.Write([]byte("<html>"))
		}}
	}
	served := func(statusCode int, contentType, body string) idp {
		return idp{first: func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasPrefix(r.URL.Path, "/.well-known/oauth-") && !strings.HasPrefix(r.URL.Path, "/.well-known/openid-") {
				return false
			}
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(statusCode)
			_, _ = w.Write([]byte(strings.ReplaceAll(body, "BASE", "http://"+r.Host)))
			return true
		}}
	}
	document := `{"issuer":"BASE","token_endpoint":"BASE/token","response_types_supported":["code"]}`
	appendedOnly := idp{path: "/t", metadata: func(location string, m map[string]any) map[string]any {
		if location == "appended" || location == "openid" {
			return m
		}
		return nil
	}}
	for name, b := range map[string]broken{
		"a page in place of the document": {page("/.well-known/oauth-authorization-server"), nil, "meta-wellknown-200", reports.Fail, "the well-known path is served, but not with a metadata document"},
		"an array in place of it":         {served(200, "application/json", "[]"), nil, "meta-wellknown-200", reports.Fail, "no JSON object"},
		"JSON that is broken off":         {served(200, "application/json", `{"issuer":`), nil, "meta-wellknown-200", reports.Fail, "unexpected end of JSON input"},
		"an empty document":               {served(200, "application/json", ""), nil, "meta-wellknown-200", reports.Fail, "the body is empty"},
		"another 2xx":                     {served(203, "application/json", document), nil, "meta-wellknown-200", reports.Fail, "not with status 200"},
		"5xx":                             {served(500, "text/plain", "oh"), nil, "meta-wellknown-200", reports.Error, "status 500"},
		"404":                             {served(404, "application/json", document), nil, "meta-wellknown-200", reports.NotRun, "a metadata document"},
		"appended where it is inserted":   {appendedOnly, nil, "meta-path-insertion", reports.Fail, "status 404 there, and a document at"},
		"appended and nothing else": {idp{path: "/t", metadata: func(location string, m map[string]any) map[string]any {
			if location == "appended" {
				return m
			}
			return nil
		}}, nil, "meta-path-insertion", reports.Fail, "status 404 there, and a document at"},
		"inserted but dead": {idp{path: "/t", metadata: appendedOnly.metadata, first: at("/.well-known/oauth-authorization-server/t", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) })},
			nil, "meta-path-insertion", reports.Error, "status 503"},
		"inserted but limited": {idp{path: "/t", metadata: appendedOnly.metadata, first: at("/.well-known/oauth-authorization-server/t", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) })},
			nil, "meta-path-insertion", reports.Error, "429"},
		"metadata of 5 MB":         {served(200, "application/json", `{"issuer":"BASE","x":"`+strings.Repeat("x", 5<<20)+`"}`), nil, "meta-wellknown-200", reports.Error, "more than is looked at"},
		"JSON that is no metadata": {served(200, "application/json", `{"status":"ok"}`), nil, "meta-wellknown-200", reports.Fail, "not with a metadata document"},
		"every grant is refused": {idp{token: func(c *call, a *reply) { a.status, a.members = 400, map[string]any{"error": "unsupported_grant_type"} },
			metadata: func(_ string, m map[string]any) map[string]any {
				m["grant_types_supported"] = []string{"password"}
				return m
			}}, listed, "meta-grants-truth", reports.Error, "does not succeed"},
		"text/plain":                       {served(200, "text/plain", document), nil, "meta-content-type", reports.Fail, "not labelled as JSON"},
		"no content type":                  {served(200, "", document), nil, "meta-content-type", reports.Fail, "not labelled as JSON"},
		"a media type beside it":           {served(200, "application/jwk-set+json", document), nil, "meta-content-type", reports.Fail, ""},
		"another issuer":                   {member("issuer", "https://other.example"), nil, "meta-issuer-identical", reports.Fail, `"https://other.example"`},
		"a slash too many":                 {meta(func(m map[string]any) { m["issuer"] = m["issuer"].(string) + "/" }), nil, "meta-issuer-identical", reports.Fail, "another issuer"},
		"a slash too many, typed":          {meta(func(m map[string]any) { m["issuer"] = m["issuer"].(string) + "/" }), func(tg *target.Target) { tg.IssuerAsTyped = true }, "meta-issuer-identical", reports.Info, "terminating slash"},
		"other letters":                    {meta(func(m map[string]any) { m["issuer"] = strings.ToUpper(m["issuer"].(string)) }), nil, "meta-issuer-identical", reports.Fail, "another issuer"},
		"no issuer":                        {meta(func(m map[string]any) { delete(m, "issuer") }), nil, "meta-issuer-identical", reports.Fail, "no issuer"},
		"an issuer that is no string":      {member("issuer", []string{"x"}), nil, "meta-issuer-identical", reports.Fail, "no string"},
		"http":                             {member("revocation_endpoint", "http://idp.example/r"), nil, "meta-endpoints-https", reports.Fail, "the scheme http"},
		"ftp":                              {member("userinfo_endpoint", "ftp://idp.example/r"), nil, "meta-endpoints-https", reports.Fail, "the scheme ftp"},
		"a relative endpoint":              {member("introspection_endpoint", "/introspect"), nil, "meta-endpoints-https", reports.Fail, "not absolute"},
		"an endpoint that is no string":    {member("registration_endpoint", 7), nil, "meta-endpoints-https", reports.Fail, "no URL: 7"},
		"an empty endpoint":                {member("registration_endpoint", ""), nil, "meta-endpoints-https", reports.Fail, "no URL"},
		"a fragment":                       {member("authorization_endpoint", "https://idp.example/a#b"), nil, "meta-endpoints-https", reports.Fail, "a fragment"},
		"an empty fragment":                {member("authorization_endpoint", "https://idp.example/a#"), nil, "meta-endpoints-https", reports.Fail, "a fragment"},
		"no response types":                {meta(func(m map[string]any) { delete(m, "response_types_supported") }), nil, "meta-response-types", reports.Fail, "no such member"},
		"an empty list of response types":  {member("response_types_supported", []string{}), nil, "meta-response-types", reports.Fail, "an empty array"},
		"response types in a string":       {member("response_types_supported", "code"), nil, "meta-response-types", reports.Fail, `"code"`},
		"response types, null":             {member("response_types_supported", nil), nil, "meta-response-types", reports.Fail, "null"},
		"a response type that is a number": {member("response_types_supported", []any{"code", 1}), nil, "meta-response-types", reports.Fail, ""},
		"a response type that is null":     {member("response_types_supported", []any{nil}), nil, "meta-response-types", reports.Fail, ""},
		"no response type and no use": {meta(func(m map[string]any) {
			delete(m, "response_types_supported")
			delete(m, "authorization_endpoint")
		}), nil, "meta-response-types", reports.Info, "no such member"},
		"a grant that is not served":       {member("grant_types_supported", []string{"client_credentials", "password"}), nil, "meta-grants-truth", reports.Warn, "the metadata lists the grant password"},
		"a grant that is served unsaid":    {member("grant_types_supported", []string{"implicit"}), nil, "meta-grants-truth", reports.Warn, "the metadata does not list it"},
		"grants in a string":               {member("grant_types_supported", "client_credentials"), nil, "meta-grants-truth", reports.NotRun, "grant_types_supported"},
		"any grant is refused in one way":  {when("unsupported_grant_type", asError("invalid_request")), nil, "meta-grants-truth", reports.NotRun, "an undefined grant"},
		"metadata that redirects for ever": {idp{metadata: func(string, map[string]any) map[string]any { return nil }, last: func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }}, nil, "meta-wellknown-200", reports.NotRun, "a metadata document"},
		"metadata that leads to other hosts": {idp{metadata: func(string, map[string]any) map[string]any { return nil }, last: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/", http.StatusFound)
		}}, nil, "meta-wellknown-200", reports.Error, "will not contact 169.254.169.254"},
	} {
		t.Run(name, b.run)
	}
}

func TestBrokenKeys(t *testing.T) {
	r, e := testKeys()
	private, err := e.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	other := new(big.Int).Add(e.X, big.NewInt(1))
	small := new(big.Int).Lsh(big.NewInt(1), 1023)
	zero := append([]byte{0}, r.N.Bytes()...)
	for name, b := range map[string]broken{
		"404":                     {idp{first: at("/jwks", http.NotFound)}, nil, "jwks-fetch", reports.Fail, "the JWK Set is not there"},
		"5xx":                     {idp{first: at("/jwks", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502) })}, nil, "jwks-fetch", reports.Error, "502"},
		"a page":                  {idp{first: at("/jwks", spa)}, nil, "jwks-fetch", reports.Fail, "a page"},
		"an array":                {keys(func([]map[string]any) any { return []int{} }), nil, "jwks-fetch", reports.Fail, "not a JSON object"},
		"no keys member":          {keys(func([]map[string]any) any { return map[string]any{} }), nil, "jwks-fetch", reports.Fail, `no member "keys"`},
		"no key":                  {keys(func([]map[string]any) any { return map[string]any{"keys": []any{}} }), nil, "jwks-fetch", reports.Fail, "an array of 0 keys"},
		"null for keys":           {keys(func([]map[string]any) any { return map[string]any{"keys": nil} }), nil, "jwks-fetch", reports.Fail, "0 keys"},
		"an object for keys":      {keys(func([]map[string]any) any { return map[string]any{"keys": map[string]any{}} }), nil, "jwks-fetch", reports.Fail, "no array of objects"},
		"strings for keys":        {keys(func([]map[string]any) any { return map[string]any{"keys": []string{"k"}} }), nil, "jwks-fetch", reports.Fail, "no array of objects"},
		"a key that is null":      {keys(func(k []map[string]any) any { return map[string]any{"keys": []any{k[0], nil}} }), nil, "jwks-kty", reports.Fail, "key 2 without it"},
		"no kty":                  {keyWith("kty", ""), nil, "jwks-kty", reports.Fail, "does not say what type it is"},
		"a kty that is a number":  {keyWith("kty", 1), nil, "jwks-kty", reports.Fail, "does not say what type it is"},
		"no modulus":              {keyWith("n", nil), nil, "jwks-kty", reports.Fail, `"n"`},
		"an exponent as a number": {keyWith("e", 65537), nil, "jwks-kty", reports.Fail, `"e" is no string`},
		"padding":                 {keyWith("e", "AQAB=="), nil, "jwks-kty", reports.Fail, "padded"},
		"base64":                  {keyWith("n", "+/+/"), nil, "jwks-kty", reports.Fail, "not base64url"},
		"a line break":            {keyWith("n", "AQAB\nAQAB"), nil, "jwks-kty", reports.Fail, "line breaks"},
		"a zero in front":         {keyWith("n", b64(zero)), nil, "jwks-kty", reports.Fail, "begins with a zero octet"},
		"no curve":                {ecWith("crv", nil), nil, "jwks-kty", reports.Fail, `no "crv"`},
		"a short coordinate":      {ecWith("x", b64([]byte{1, 2})), nil, "jwks-kty", reports.Fail, "has 2 octets"},
		"no y":                    {ecWith("y", nil), nil, "jwks-kty", reports.Fail, `"y"`},
		"a private RSA key":       {keyWith("d", b64(r.D.Bytes())), nil, "jwks-no-private", reports.Fail, `has "d"`},
		"a prime":                 {keyWith("p", "AQ"), nil, "jwks-no-private", reports.Fail, `has "p"`},
		"a private EC key":        {ecWith("d", b64(private)), nil, "jwks-no-private", reports.Fail, `has "d"`},
		"a symmetric key": {keys(func(k []map[string]any) any {
			return map[string]any{"keys": append(k, map[string]any{"kty": "oct", "k": "c2VjcmV0LWNhbmFyeQ"})}
		}), nil, "jwks-no-private", reports.Fail, `has "k"`},
		"a short RSA key": {keyWith("n", b64(small.Bytes())), nil, "jwks-rsa-2048", reports.Fail, "1024 bits"},
		"a short key of no use": {keys(func(k []map[string]any) any {
			k[0]["use"], k[0]["n"] = "enc", b64(small.Bytes())
			return map[string]any{"keys": k}
		}), nil, "jwks-rsa-2048", reports.NotRun, "an RSA signing key"},
		"a point off its curve":     {ecWith("x", b64(other.FillBytes(make([]byte, 32)))), nil, "jwks-ec-curve", reports.Fail, "does not lie on its curve"},
		"a curve that does not fit": {ecWith("alg", "ES384"), nil, "jwks-ec-curve", reports.Fail, "P-256 in key 2"},
	} {
		t.Run(name, b.run)
	}
}

// at answers one path.
func at(path string, h http.HandlerFunc) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == path {
			h(w, r)
		}
		return r.URL.Path == path
	}
}
