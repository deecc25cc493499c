package mockidp

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/onsi/gomega"
)

// joined joins parameters in the order given, unlike url.Values.Encode.
func joined(pairs ...string) string { return strings.Join(pairs, "&") }

// What the token endpoint answers to a request, rule by rule of RFC 6749 §3.2
// and §4.4.
func TestTokenRequests(t *testing.T) {
	const grant = "grant_type=client_credentials"
	mediaType := func(s string) http.Header { return http.Header{"Content-Type": {s}} }
	for name, c := range map[string]struct {
		send    sent
		outcome string
		scope   string
	}{
		"client credentials":                   {happy, "200 token", "read write"},
		"scope asked for":                      {sent{basic: ClientConfidential, form: cc("scope", "write")}, "200 token", "write"},
		"scopes in another order, and twice":   {sent{basic: ClientConfidential, form: cc("scope", "write read write")}, "200 token", "write read"},
		"an empty scope counts as none":        {sent{basic: ClientConfidential, raw: joined(grant, "scope=")}, "200 token", "read write"},
		"a parameter without equals sign":      {sent{basic: ClientConfidential, raw: joined(grant, "scope")}, "200 token", "read write"},
		"an empty grant type counts as none":   {sent{basic: ClientConfidential, raw: "grant_type="}, "400 invalid_request", ""},
		"an empty parameter is no repetition":  {sent{basic: ClientConfidential, raw: joined(grant, "scope=", "scope=read")}, "200 token", "read"},
		"no grant type":                        {sent{basic: ClientConfidential, raw: "scope=read"}, "400 invalid_request", ""},
		"no body":                              {sent{basic: ClientConfidential}, "400 invalid_request", ""},
		"another grant":                        {sent{basic: ClientConfidential, raw: "grant_type=authorization_code&code=x"}, "400 unsupported_grant_type", ""},
		"letter case":                          {sent{basic: ClientConfidential, raw: "grant_type=CLIENT_CREDENTIALS"}, "400 unsupported_grant_type", ""},
		"a space behind it":                    {sent{basic: ClientConfidential, raw: "grant_type=client_credentials+"}, "400 unsupported_grant_type", ""},
		"the extension grant is not served":    {sent{basic: ClientConfidential, form: url.Values{"grant_type": {grantExtension}}}, "400 unsupported_grant_type", ""},
		"unknown parameters are ignored":       {sent{basic: ClientConfidential, raw: joined(grant, "x=1", "x=2", "resource=urn:a", "resource=urn:b")}, "200 token", "read write"},
		"grant_type twice":                     {sent{basic: ClientConfidential, raw: joined(grant, grant)}, "400 invalid_request", ""},
		"client_id twice":                      {sent{raw: joined(grant, "client_id=a", "client_id=a")}, "400 invalid_request", ""},
		"a code twice":                         {sent{basic: ClientConfidential, raw: joined(grant, "code=a", "code=b")}, "400 invalid_request", ""},
		"unknown scope":                        {sent{basic: ClientConfidential, form: cc("scope", "read admin")}, "400 invalid_scope", ""},
		"two spaces between scopes":            {sent{basic: ClientConfidential, form: cc("scope", "read  write")}, "400 invalid_scope", ""},
		"a quote in a scope":                   {sent{basic: ClientConfidential, form: cc("scope", `re"ad`)}, "400 invalid_scope", ""},
		"scope in another letter case":         {sent{basic: ClientConfidential, form: cc("scope", "Read")}, "400 invalid_scope", ""},
		"parameters in the query are not used": {sent{path: pathToken + "?" + grant, basic: ClientConfidential, raw: "scope=read"}, "400 invalid_request", ""},
		"nor do they repeat those of the body": {sent{path: pathToken + "?scope=write", basic: ClientConfidential, raw: joined(grant, "scope=read")}, "200 token", "read"},
		"GET":                                  {sent{method: "GET", path: pathToken + "?" + grant, basic: ClientConfidential}, "405 invalid_request", ""},
		"PUT":                                  {sent{method: "PUT", basic: ClientConfidential}, "405 invalid_request", ""},
		"JSON":                                 {sent{basic: ClientConfidential, raw: `{"grant_type":"client_credentials"}`, header: mediaType("application/json")}, "400 invalid_request", ""},
		"no content type":                      {sent{basic: ClientConfidential, raw: grant, header: http.Header{"Content-Type": nil}}, "400 invalid_request", ""},
		"a content type that is none":          {sent{basic: ClientConfidential, raw: grant, header: mediaType(";;;")}, "400 invalid_request", ""},
		"content type with charset":            {sent{basic: ClientConfidential, raw: grant, header: mediaType("Application/X-WWW-form-urlencoded; charset=UTF-8")}, "200 token", "read write"},
		"a bad escape":                         {sent{basic: ClientConfidential, raw: joined(grant, "x=%zz")}, "400 invalid_request", ""},
		"a bad escape in a name":               {sent{basic: ClientConfidential, raw: joined(grant, "%=1")}, "400 invalid_request", ""},
		"not UTF-8":                            {sent{basic: ClientConfidential, raw: joined(grant, "x=%ff")}, "400 invalid_request", ""},
		"a megabyte":                           {sent{basic: ClientConfidential, raw: grant + "&x=" + strings.Repeat("x", maxBody-len(grant)-3)}, "200 token", "read write"},
		"a megabyte and one":                   {sent{basic: ClientConfidential, raw: grant + "&x=" + strings.Repeat("x", maxBody-len(grant)-2)}, "413 invalid_request", ""},
		"ten thousand parameters":              {sent{basic: ClientConfidential, raw: grant + strings.Repeat("&x=1", 10_000)}, "200 token", "read write"},
		"a public client":                      {sent{form: cc("client_id", ClientPublic)}, "400 unauthorized_client", ""},
		"a client without the grant":           {sent{basic: "idle", form: cc()}, "400 unauthorized_client", ""},
		"the default scope of a client":        {sent{basic: "narrow", form: cc()}, "200 token", "a"},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			p := newProvider(t, WithClients(plainClients()...), WithClients(
				Client{ID: "idle", GrantTypes: []string{}}, Client{ID: "narrow", Scopes: []string{"a", "b"}, DefaultScopes: []string{"a"}}))
			a := ask(p, c.send)
			g.Expect(outcome(a)).To(gomega.Equal(c.outcome), a.body)
			g.Expect(a.str("scope")).To(gomega.Equal(c.scope))
			g.Expect(contentType(a)).To(gomega.Equal("application/json"))
			g.Expect(cacheHeaders(a)).To(gomega.Equal("no-store/no-cache"))
			g.Expect(a.header.Get("X-Request-Id")).NotTo(gomega.BeEmpty())
			if a.status == http.StatusMethodNotAllowed {
				g.Expect(a.header.Get("Allow")).To(gomega.Equal("POST"))
			}
			if a.status != 200 {
				g.Expect(a.doc).To(gomega.HaveLen(2), "error and error_description")
				g.Expect(a.str("error_description")).To(gomega.MatchRegexp(`^[\x20-\x21\x23-\x5b\x5d-\x7e]+$`))
			} else {
				g.Expect(a.doc).To(gomega.HaveLen(4))
				g.Expect(a.doc["expires_in"]).To(gomega.BeEquivalentTo(3600))
			}
		})
	}
}

// With the rule off the last of a repeated parameter counts.
func TestRepeatedParameterOff(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, WithRuleOff(ruleParametersUnrepeated))
	a := ask(p, sent{basic: ClientConfidential, form: cc("scope", "write", "scope", "read")})
	g.Expect(a.str("scope")).To(gomega.Equal("read"))
}

// With the rules off that name a client, the token is for whom the request was.
func TestTokensForUnauthenticatedClients(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, WithRuleOff(ruleClientAuthenticationRequired, ruleConfidentialClientAuthenticates))
	_, claims := verified(t, p, ask(p, sent{form: cc()}).str("access_token"))
	g.Expect(claims["client_id"]).To(gomega.Equal(anonymousClient))
	_, claims = verified(t, p, ask(p, sent{form: cc("client_id", ClientPost)}).str("access_token"))
	g.Expect(claims["client_id"]).To(gomega.Equal(ClientPost))
	g.Expect(outcome(ask(p, sent{form: cc("client_id", "nobody")}))).To(gomega.Equal("401 invalid_client"))
	g.Expect(outcome(ask(p, sent{form: cc("client_id", ClientPublic)}))).To(gomega.Equal("400 unauthorized_client"))
}

// With the rule off an unknown scope is in the token, and the answer is silent.
func TestUnknownScopeOff(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, WithRuleOff(ruleScopeKnown))
	a := ask(p, sent{basic: ClientConfidential, form: cc("scope", "read admin")})
	g.Expect(a.doc).NotTo(gomega.HaveKey("scope"))
	_, claims := verified(t, p, a.str("access_token"))
	g.Expect(claims["scope"]).To(gomega.Equal("read admin"))
}

// The metadata that hides client_credentials tells the truth about what it names.
func TestHiddenGrantIsServed(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, WithRuleOff(ruleMetadataGrantsComplete))
	for _, grant := range []string{grantExtension, grantClientCredentials} {
		a := ask(p, sent{basic: ClientConfidential, form: url.Values{"grant_type": {grant}}})
		g.Expect(outcome(a)).To(gomega.Equal("200 token"), grant)
	}
	p = newProvider(t, WithRuleOff(ruleMetadataGrantsServed))
	a := ask(p, sent{basic: ClientConfidential, form: url.Values{"grant_type": {"password"}, "username": {"u"}, "password": {"p"}}})
	g.Expect(outcome(a)).To(gomega.Equal("400 unsupported_grant_type"))
}
