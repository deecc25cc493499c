package mockidp

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
)

var openRegistration = []Option{WithRegistration(Registration{})}

// jsonTo sends a JSON document, with a bearer token where there is one.
func jsonTo(p *Provider, method, path, token string, doc any) answer {
	text, ok := doc.(string)
	if !ok && doc != nil {
		b, err := json.Marshal(doc)
		if err != nil {
			panic(err)
		}
		text = string(b)
	}
	r := sent{method: http.MethodPost, path: path, raw: text, header: http.Header{"Content-Type": {"application/json"}}}.build(p)
	r.Method = method
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return serve(p, r)
}

// webMetadata is the registration of a web application; more replace members, and
// nil takes one away.
func webMetadata(more ...any) map[string]any {
	doc := map[string]any{
		"redirect_uris": []string{testCallback}, "client_name": "Test", "client_name#ja": "試験",
		"grant_types": []string{"authorization_code", "refresh_token", "client_credentials"}, "response_types": []string{"code"},
		"token_endpoint_auth_method": "client_secret_basic", "scope": "read",
	}
	for i := 0; i < len(more); i += 2 {
		doc[more[i].(string)] = more[i+1]
		if more[i+1] == nil {
			delete(doc, more[i].(string))
		}
	}
	return doc
}

func register(p *Provider, more ...any) answer {
	return jsonTo(p, http.MethodPost, pathRegister, "", webMetadata(more...))
}

// configured sends a request to the client configuration endpoint of a client.
func configured(p *Provider, method string, registered answer, doc any) answer {
	return jsonTo(p, method, pathRegister+"/"+registered.str("client_id"), registered.str("registration_access_token"), doc)
}

// A client registers, is used, read, changed and deleted.
func TestRegistrationLifecycle(t *testing.T) {
	g := gomega.NewWithT(t)
	clock := NewManualClock(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
	p := newProvider(t, append(openRegistration, WithClock(clock))...)
	a := register(p, "unknown_member", 1, "software_statement", "x.y.z")
	g.Expect(a.status).To(gomega.Equal(201), a.body)
	g.Expect(a.header.Get("Cache-Control")).To(gomega.Equal("no-store"))
	id, secret, token := a.str("client_id"), a.str("client_secret"), a.str("registration_access_token")
	g.Expect(a.doc).To(gomega.Equal(map[string]any{
		"client_id": id, "client_secret": secret, "client_id_issued_at": float64(clock.Now().Unix()), "client_secret_expires_at": 0.0,
		"registration_client_uri": p.Issuer() + pathRegister + "/" + id, "registration_access_token": token,
		"redirect_uris": []any{testCallback}, "client_name": "Test", "client_name#ja": "試験",
		"grant_types": []any{"authorization_code", "refresh_token", "client_credentials"}, "response_types": []any{"code"},
		"token_endpoint_auth_method": "client_secret_basic", "scope": "read",
	}))
	known, ok := p.Client(id)
	g.Expect(ok).To(gomega.BeTrue())
	g.Expect(known.Secret).To(gomega.Equal(secret))
	g.Expect(p.Clients()).To(gomega.HaveLen(len(plainClients()) + 1))

	// It can use what it registered for, and nothing else.
	g.Expect(outcome(ask(p, sent{basic: id, form: cc()}))).To(gomega.Equal("200 token"))
	g.Expect(outcome(ask(p, sent{basic: id, form: cc("scope", "write")}))).To(gomega.Equal("400 invalid_scope"))
	tokens := redeem(p, id, codeFor(t, p, id, "scope", "read"))
	g.Expect(outcome(tokens)).To(gomega.Equal("200 token"))

	g.Expect(configured(p, http.MethodGet, a, nil).doc).To(gomega.Equal(a.doc))

	// An update replaces: the scope is the default again, the name is gone.
	b := configured(p, http.MethodPut, a, webMetadata("client_id", id, "client_secret", secret, "scope", nil, "client_name", nil))
	g.Expect(b.status).To(gomega.Equal(200), b.body)
	g.Expect(b.doc["scope"]).To(gomega.Equal("read write"))
	g.Expect(b.doc).NotTo(gomega.HaveKey("client_name"))
	g.Expect(b.str("client_secret")).To(gomega.Equal(secret))
	g.Expect(b.str("client_id")).To(gomega.Equal(id))
	g.Expect(outcome(ask(p, sent{basic: id, form: cc("scope", "write")}))).To(gomega.Equal("200 token"))

	d := configured(p, http.MethodDelete, a, nil)
	g.Expect(d.status).To(gomega.Equal(204))
	g.Expect(d.body).To(gomega.BeEmpty())
	g.Expect(d.header.Get("Cache-Control")).To(gomega.Equal("no-store"))
	g.Expect(p.Clients()).To(gomega.HaveLen(len(plainClients())))
	g.Expect(p.LiveTokens()).To(gomega.BeEmpty(), "its tokens died with it")
	g.Expect(outcome(ask(p, sent{header: basicOf(id, secret), form: cc()}))).To(gomega.Equal("401 invalid_client"))
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
		g.Expect(configured(p, method, a, webMetadata("client_id", id)).status).To(gomega.Equal(401), method)
	}
}

// What is wrong with a registration, and the error for it (RFC 7591 §3.2.2).
func TestRegistrationRefused(t *testing.T) {
	p := newProvider(t, openRegistration...)
	for name, c := range map[string]struct {
		more []any
		want string
	}{
		"no redirect_uris":          {[]any{"redirect_uris", nil}, "400 invalid_redirect_uri"},
		"empty redirect_uris":       {[]any{"redirect_uris", []string{}}, "400 invalid_redirect_uri"},
		"a relative redirect URI":   {[]any{"redirect_uris", []string{"/cb"}}, "400 invalid_redirect_uri"},
		"a fragment":                {[]any{"redirect_uris", []string{testCallback + "#x"}}, "400 invalid_redirect_uri"},
		"http elsewhere":            {[]any{"redirect_uris", []string{"http://client.example/cb"}}, "400 invalid_redirect_uri"},
		"script":                    {[]any{"redirect_uris", []string{"javascript:alert(1)"}}, "400 invalid_redirect_uri"},
		"redirect_uris is a string": {[]any{"redirect_uris", testCallback}, "400 invalid_client_metadata"},
		"a number in redirect_uris": {[]any{"redirect_uris", []any{1}}, "400 invalid_client_metadata"},
		"an unknown grant":          {[]any{"grant_types", []string{"urn:example:grant"}}, "400 invalid_client_metadata"},
		"an unknown response type":  {[]any{"response_types", []string{"code", "magic"}}, "400 invalid_client_metadata"},
		"code without its grant":    {[]any{"grant_types", []string{"client_credentials"}}, "400 invalid_client_metadata"},
		"the grant without code":    {[]any{"response_types", []string{"token"}}, "400 invalid_client_metadata"},
		"an unknown method":         {[]any{"token_endpoint_auth_method", "tls_client_auth"}, "400 invalid_client_metadata"},
		"public, for itself":        {[]any{"token_endpoint_auth_method", "none"}, "400 invalid_client_metadata"},
		"private_key_jwt, no key":   {[]any{"token_endpoint_auth_method", "private_key_jwt"}, "400 invalid_client_metadata"},
		"jwks is a list":            {[]any{"jwks", []any{}}, "400 invalid_client_metadata"},
		"jwks with a secret":        {[]any{"jwks", map[string]any{"keys": []any{map[string]any{"kty": "oct", "k": "AA"}}}}, "400 invalid_client_metadata"},
		"both sorts of keys":        {[]any{"jwks", publicSet("ES256"), "jwks_uri", "https://client.example/jwks"}, "400 invalid_client_metadata"},
		"jwks_uri of another sort":  {[]any{"jwks_uri", "file:///etc/passwd"}, "400 invalid_client_metadata"},
		"an alg that does not fit":  {[]any{"token_endpoint_auth_signing_alg", "ES256"}, "400 invalid_client_metadata"},
		"a page that is none":       {[]any{"logo_uri", "javascript:1"}, "400 invalid_client_metadata"},
		"scope with a quote":        {[]any{"scope", `a"b`}, "400 invalid_client_metadata"},
		"scope for others":          {[]any{"scope", "admin"}, "400 invalid_client_metadata"},
		"logout to a path":          {[]any{"post_logout_redirect_uris", []string{"/out"}}, "400 invalid_client_metadata"},
	} {
		t.Run(name, func(t *testing.T) {
			a := register(p, c.more...)
			g := gomega.NewWithT(t)
			g.Expect(outcome(a)).To(gomega.Equal(c.want), a.body)
			g.Expect(a.header.Get("Cache-Control")).To(gomega.Equal("no-store"))
		})
	}
	for name, body := range map[string]string{
		"nothing": "", "a list": "[]", "two objects": "{}{}", "a member twice": `{"scope":"read","scope":"write"}`,
		"cut off": `{"a":`, "deep": strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000), "not UTF-8": "{\"a\":\"\xff\"}",
	} {
		t.Run(name, func(t *testing.T) {
			gomega.NewWithT(t).Expect(outcome(jsonTo(p, http.MethodPost, pathRegister, "", body))).To(gomega.Equal("400 invalid_client_metadata"))
		})
	}
	g := gomega.NewWithT(t)
	g.Expect(jsonTo(p, http.MethodPost, pathRegister, "", strings.Repeat(" ", maxBody+1)).status).To(gomega.Equal(413))
	g.Expect(ask(p, get(pathRegister)).status).To(gomega.Equal(405))
	g.Expect(p.Clients()).To(gomega.HaveLen(len(plainClients())), "nobody has got in")
}
