package authserver_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/onsi/gomega"

	"github.com/authassay/authassay/reports"
)

// openID makes the server publish OpenID discovery alone, as a provider.
func openID(change func(m map[string]any)) idp {
	return idp{metadata: func(location string, m map[string]any) map[string]any {
		if location != "openid" {
			return nil
		}
		m["subject_types_supported"], m["id_token_signing_alg_values_supported"] = []string{"public"}, []string{"RS256"}
		change(m)
		return m
	}}
}

// both makes the server publish both documents, of which one is changed.
func both(change func(m map[string]any)) idp {
	return idp{metadata: func(location string, m map[string]any) map[string]any {
		switch location {
		case "rfc8414":
			return m
		case "openid":
			change(m)
			return m
		}
		return nil
	}}
}

func without(names ...string) func(m map[string]any) {
	return func(m map[string]any) {
		for _, n := range names {
			delete(m, n)
		}
	}
}

// signedBy makes a JWT with the EC key of the server, or with another.
func signedBy(t *testing.T, kid string, stranger bool, claims map[string]any) string {
	t.Helper()
	g := gomega.NewWithT(t)
	r, e := testKeys()
	key := jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: e, KeyID: kid}}
	if stranger {
		key = jose.SigningKey{Algorithm: jose.PS256, Key: jose.JSONWebKey{Key: r, KeyID: kid}}
	}
	s, err := jose.NewSigner(key, nil)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	text, err := json.Marshal(claims)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	signed, err := s.Sign(text)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	out, err := signed.CompactSerialize()
	g.Expect(err).NotTo(gomega.HaveOccurred())
	return out
}

func TestBrokenDocuments(t *testing.T) {
	signed := func(make func(issuer string) any) idp {
		return meta(func(m map[string]any) { m["signed_metadata"] = make(m["issuer"].(string)) })
	}
	const pass, info, warn, fail, notRun, broken0 = reports.Pass, reports.Info, reports.Warn, reports.Fail, reports.NotRun, reports.Error
	for name, b := range map[string]broken{
		"http on loopback":           {idp{}, nil, "meta-issuer-form", info, "on loopback nothing leaves the machine"},
		"http elsewhere":             {member("issuer", "http://id.example"), nil, "meta-issuer-form", fail, "the scheme http"},
		"an issuer with a query":     {member("issuer", "https://id.example/?a"), nil, "meta-issuer-form", fail, "a query"},
		"an issuer with a fragment":  {member("issuer", "https://id.example/#"), nil, "meta-issuer-form", fail, "a fragment"},
		"an issuer without host":     {member("issuer", "https:///t"), nil, "meta-issuer-form", fail, "no absolute URL"},
		"an issuer that is a number": {member("issuer", 7), nil, "meta-issuer-form", fail, "no string"},
		"an https issuer":            {member("issuer", "https://id.example:8443/a"), nil, "meta-issuer-form", pass, ""},
		"code without its endpoint": {meta(func(m map[string]any) {
			m["grant_types_supported"] = []string{"authorization_code"}
			without("authorization_endpoint")(m)
		}), nil, "meta-authz-endpoint", fail, "lists a grant"},
		"a provider without it":       {openID(without("authorization_endpoint")), nil, "meta-authz-endpoint", fail, "an OpenID provider"},
		"neither grants nor endpoint": {meta(without("authorization_endpoint", "grant_types_supported")), nil, "meta-authz-endpoint", warn, "says nothing of its grants"},
		"client credentials alone":    {meta(without("authorization_endpoint")), nil, "meta-authz-endpoint", pass, ""},
		"no token endpoint":           {meta(without("token_endpoint")), nil, "meta-token-endpoint", fail, "does not name the token endpoint"},
		"no token endpoint, implicit": {meta(func(m map[string]any) { m["grant_types_supported"] = []string{"implicit"}; delete(m, "token_endpoint") }), nil, "meta-token-endpoint", pass, ""},
		"no token endpoint, id_token": {meta(func(m map[string]any) {
			m["response_types_supported"] = []string{"id_token", "id_token token"}
			without("token_endpoint", "grant_types_supported")(m)
		}), nil, "meta-token-endpoint", pass, ""},
		"no token endpoint, code":   {meta(without("token_endpoint", "grant_types_supported")), nil, "meta-token-endpoint", fail, "does not name"},
		"keys by http":              {member("jwks_uri", "http://id.example/jwks"), nil, "meta-jwks-https", fail, "anybody can change"},
		"keys at a path":            {member("jwks_uri", "/jwks"), nil, "meta-jwks-https", fail, "/jwks"},
		"no jwks_uri":               {meta(without("jwks_uri")), nil, "meta-jwks-https", notRun, "a jwks_uri"},
		"assertions, no algorithms": {member("revocation_endpoint_auth_methods_supported", []string{"client_secret_jwt"}), nil, "meta-auth-signing-algs", fail, "at the revocation endpoint"},
		"an empty list of algorithms": {meta(func(m map[string]any) {
			m["token_endpoint_auth_methods_supported"] = []string{"private_key_jwt"}
			m["token_endpoint_auth_signing_alg_values_supported"] = []string{}
		}), nil, "meta-auth-signing-algs", fail, "[]"},
		"none without methods":      {member("introspection_endpoint_auth_signing_alg_values_supported", []string{"RS256", "none"}), nil, "meta-auth-signing-algs", fail, "nobody signed"},
		"assertions at a provider":  {openID(func(m map[string]any) { m["token_endpoint_auth_methods_supported"] = []string{"private_key_jwt"} }), nil, "meta-auth-signing-algs", info, "leaves the list optional"},
		"no assertions":             {idp{}, nil, "meta-auth-signing-algs", notRun, ""},
		"an empty list":             {member("scopes_supported", []string{}), nil, "meta-empty-omitted", fail, "scopes_supported as an empty array"},
		"an empty list of a vendor": {member("x", []any{}), nil, "meta-empty-omitted", fail, "x as an empty array"},
		"an empty text":             {member("op_tos_uri", ""), nil, "meta-empty-omitted", pass, ""},
		"no response type at all": {meta(func(m map[string]any) {
			m["response_types_supported"] = []string{}
			delete(m, "authorization_endpoint")
		}), nil, "meta-empty-omitted", info, "requires the member"},
		"no subject types":             {openID(without("subject_types_supported")), nil, "meta-oidc-required", fail, "subject_types_supported"},
		"algorithms as a text":         {openID(func(m map[string]any) { m["id_token_signing_alg_values_supported"] = "RS256" }), nil, "meta-oidc-required", fail, `"RS256"`},
		"ES256 alone":                  {openID(func(m map[string]any) { m["id_token_signing_alg_values_supported"] = []string{"ES256"} }), nil, "meta-oidc-required", fail, "the one algorithm that every client knows"},
		"OAuth at the place of OpenID": {both(func(map[string]any) {}), nil, "meta-oidc-required", notRun, "an OpenID provider"},
		"another endpoint":             {both(func(m map[string]any) { m["token_endpoint"] = "https://id.example/token" }), nil, "meta-consistent-oidc", fail, "contradict"},
		"another list":                 {both(func(m map[string]any) { m["grant_types_supported"] = []string{"password"} }), nil, "meta-consistent-oidc", warn, "list different things"},
		"another order": {both(func(m map[string]any) {
			m["token_endpoint_auth_methods_supported"] = []string{"client_secret_post", "client_secret_basic"}
		}), nil, "meta-consistent-oidc", pass, ""},
		"members that one lacks":  {both(func(m map[string]any) { m["userinfo_endpoint"], m["jwks_uri"] = "https://id.example/u", nil }), nil, "meta-consistent-oidc", pass, ""},
		"one document":            {openID(func(map[string]any) {}), nil, "meta-consistent-oidc", notRun, "both"},
		"signed by a stranger":    {signed(func(iss string) any { return signedBy(t, "eES256", true, map[string]any{"iss": iss}) }), nil, "meta-signed", fail, "does not verify"},
		"signed, an unknown kid":  {signed(func(iss string) any { return signedBy(t, "other", false, map[string]any{"iss": iss}) }), nil, "meta-signed", pass, ""},
		"signed by somebody else": {signed(func(string) any { return signedBy(t, "x", true, map[string]any{"iss": "https://other.example"}) }), nil, "meta-signed", pass, ""},
		"signed without iss":      {signed(func(string) any { return signedBy(t, "eES256", false, map[string]any{}) }), nil, "meta-signed", fail, "who attests"},
		"signed, nested": {signed(func(iss string) any {
			return signedBy(t, "eES256", false, map[string]any{"iss": iss, "signed_metadata": "x"})
		}), nil, "meta-signed", warn, "holds signed_metadata"},
		"unsigned":                     {signed(func(string) any { return "eyJhbGciOiJub25lIn0.e30." }), nil, "meta-signed", fail, "not signed"},
		"signed metadata as an object": {signed(func(string) any { return map[string]any{"iss": "x"} }), nil, "meta-signed", fail, "no JWT"},
		"signed, a broken key": {idp{jwks: func([]map[string]any) any {
			return map[string]any{"keys": []map[string]any{{"kty": "EC", "kid": "eES256", "crv": "P-256", "x": "AQ==", "y": "AQ=="}}}
		}, metadata: func(location string, m map[string]any) map[string]any {
			m["signed_metadata"] = signedBy(t, "eES256", false, map[string]any{"iss": m["issuer"]})
			return m
		}}, nil, "meta-signed", broken0, "cannot be read"},
	} {
		t.Run(name, b.run)
	}
}

func TestBrokenKeysInUse(t *testing.T) {
	unnamed := func(keys []map[string]any) any {
		delete(keys[1], "kid")
		return map[string]any{"keys": keys}
	}
	asProvider := openID(func(map[string]any) {})
	asProvider.jwks = unnamed
	token := func(kid, typ string, stranger bool) idp {
		return when("", func(_ *call, a *reply) {
			a.members["access_token"] = typed(t, kid, typ, stranger)
		})
	}
	for name, b := range map[string]broken{
		"a key without kid at a provider":    {asProvider, nil, "jwks-kid-present", reports.Fail, "none in key 2 of 2"},
		"a key without kid elsewhere":        {keys(unnamed), nil, "jwks-kid-present", reports.Info, "has to try"},
		"one key":                            {keys(func(k []map[string]any) any { return map[string]any{"keys": k[:1]} }), nil, "jwks-kid-present", reports.NotRun, "more than one"},
		"one key to sign, one to encrypt":    {keyWith("use", "enc"), nil, "jwks-kid-present", reports.NotRun, "more than one"},
		"an access token without kid":        {token("", "at+jwt", false), nil, "jwks-kid-present", reports.Info, "does not say which"},
		"a key for encryption beside others": {keyWith("use", "enc"), nil, "jwks-use", reports.Fail, "does not say which it is"},
		"the same, told by alg": {keys(func(k []map[string]any) any {
			delete(k[0], "use")
			k[0]["alg"] = "RSA-OAEP-256"
			return map[string]any{"keys": k}
		}), nil, "jwks-use", reports.Fail, "none in key 1"},
		"the same, told by key_ops": {keys(func(k []map[string]any) any {
			delete(k[0], "use")
			k[0]["key_ops"] = []string{"wrapKey"}
			return map[string]any{"keys": k}
		}), nil, "jwks-use", reports.Fail, "none in key 1"},
		"keys that sign":                       {idp{}, nil, "jwks-use", reports.NotRun, ""},
		"a token by a stranger":                {token("eES256", "application/AT+JWT", true), nil, "jwks-verifies", reports.Fail, "does not verify with its own keys"},
		"a token by a stranger, for itself":    {token("eES256", "JWT", true), nil, "jwks-verifies", reports.Info, "for the resources of the target alone"},
		"a token that verifies":                {token("eES256", "at+jwt", false), nil, "jwks-verifies", reports.Pass, ""},
		"a token whose kid is unknown":         {token("rotated", "at+jwt", false), nil, "jwks-verifies", reports.Pass, ""},
		"opaque tokens":                        {idp{}, nil, "jwks-verifies", reports.NotRun, "asymmetrically signed"},
		"a token that names the wrong key":     {token("r1", "at+jwt", false), nil, "jwks-verifies", reports.Fail, `kid "r1"`},
		"a token whose keys answer with 5xx":   {idp{first: at("/jwks", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) })}, nil, "jwks-verifies", reports.Error, "503"},
		"a MACed token is nobody's but theirs": {when("", func(_ *call, a *reply) { a.members["access_token"] = "eyJhbGciOiJIUzI1NiJ9.e30.AA" }), nil, "jwks-verifies", reports.NotRun, ""},
	} {
		t.Run(name, b.run)
	}
}

// typed is a JWT with a type in its header.
func typed(t *testing.T, kid, typ string, stranger bool) string {
	t.Helper()
	g := gomega.NewWithT(t)
	r, e := testKeys()
	key := jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: e, KeyID: kid}}
	if stranger {
		key = jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: r, KeyID: kid}}
	}
	s, err := jose.NewSigner(key, (&jose.SignerOptions{}).WithType(jose.ContentType(typ)))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	signed, err := s.Sign([]byte(`{"sub":"x"}`))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	out, err := signed.CompactSerialize()
	g.Expect(err).NotTo(gomega.HaveOccurred())
	return out
}

func TestBrokenHTTP(t *testing.T) {
	// The document under a forwarded name, as a framework behind a proxy makes it.
	forwarded := func(header string) idp {
		return idp{first: func(w http.ResponseWriter, r *http.Request) bool {
			name := strings.TrimPrefix(r.Header.Get(header), "host=")
			if header == "Host" {
				name = r.Host
			}
			if name == "" || !strings.HasSuffix(name, ".invalid") {
				return false
			}
			send(w, http.StatusOK, nil, map[string]any{"issuer": "https://" + name, "token_endpoint": "https://" + name + "/token"})
			return true
		}}
	}
	refusing := idp{first: func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.Host, ".invalid") {
			w.WriteHeader(http.StatusMisdirectedRequest)
			return true
		}
		return false
	}}
	raw := func(body string) idp { return when("invalid_client", text("application/json", body)) }
	leaking := func(location string) idp {
		return when("invalid_client", func(_ *call, a *reply) { a.status = http.StatusFound; a.header.Set("Location", location) })
	}
	allow := func(lines ...string) idp {
		return when("method", func(_ *call, a *reply) {
			a.header.Del("Allow")
			if len(lines) > 0 {
				a.header["Allow"] = lines
			}
		})
	}
	for name, b := range map[string]broken{
		"a 405 without Allow":             {allow(), nil, "http-method-405", reports.Fail, "without one"},
		"a 405 with an empty Allow":       {allow(""), nil, "http-method-405", reports.Pass, ""},
		"a 405 that allows what it isn't": {allow("POST, GET"), nil, "http-method-405", reports.Warn, "names the method"},
		"no 405":                          {when("method", status(404)), nil, "http-method-405", reports.NotRun, ""},
		"X-Forwarded-Host is believed":    {forwarded("X-Forwarded-Host"), nil, "http-host-header", reports.Fail, "anybody can send"},
		"Forwarded is believed":           {forwarded("Forwarded"), nil, "http-host-header", reports.Fail, "anybody can send"},
		"Host is believed":                {forwarded("Host"), nil, "http-host-header", reports.Info, "whatever name"},
		"another Host is refused":         {refusing, nil, "http-host-header", reports.Pass, ""},
		"a byte order mark":               {raw("\xef\xbb\xbf{}"), nil, "http-json-utf8", reports.Fail, "byte order mark"},
		"Latin-1":                         {raw("{\"error\":\"\xfc\"}"), nil, "http-json-utf8", reports.Fail, "not UTF-8"},
		"no JSON":                         {raw("{'error':1}"), nil, "http-json-utf8", reports.Fail, "not JSON"},
		"a page called JSON":              {raw("<html>"), nil, "http-json-utf8", reports.Fail, "not JSON"},
		"a name twice":                    {raw(`{"error":"invalid_client","a":[{"b":1,"c":{},"b":2}]}`), nil, "http-json-utf8", reports.Warn, `"b" twice`},
		"a name in two objects":           {raw(`{"error":"a","a":{"error":"b"},"b":[{"a":1},{"a":"error"}]}`), nil, "http-json-utf8", reports.Pass, ""},
		"a token in a redirect":           {leaking("/x?a=b&access_token=abcdefgh1234"), nil, "http-secret-in-url", reports.Warn, "access_token in the query of /x"},
		"a token in a fragment":           {leaking("/x#access_token=abcdefgh1234"), nil, "http-secret-in-url", reports.Pass, ""},
		"a token in a link":               {when("invalid_client", text("text/html", `<a class=x href='/p?x=1&amp;id_token=abcdefgh1234'>`)), nil, "http-secret-in-url", reports.Warn, "id_token in the query of /p"},
		"a token in an example":           {when("invalid_client", text("text/html", `<a href="/p?access_token={token-goes-here}">`)), nil, "http-secret-in-url", reports.Pass, ""},
		"a word called password":          {leaking("/login?error&password=expired"), nil, "http-secret-in-url", reports.Pass, ""},
	} {
		t.Run(name, b.run)
	}
}
