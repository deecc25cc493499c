package interop

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/authassay/authassay/mockidp"
	"github.com/onsi/gomega"
)

// What an application makes of a lie.
const (
	refused = "refused" // it notices
	fooled  = "fooled"  // it goes on as though it had been told the truth
	unmoved = "unmoved" // it goes on, and rightly: the lie does it no harm
)

// goVerdict is what an application of golang.org/x/oauth2 and go-oidc makes of
// one lie, and who says what about it; nobody, when the login works.
type goVerdict struct{ what, says string }

// goVerdicts are what becomes of each lie.
var goVerdicts = map[string]goVerdict{
	"metadata-huge":               {fooled, ``}, // it reads all of it
	"state-duplicate":             {fooled, ``},
	"response-iss-wrong":          {fooled, ``}, // neither library knows RFC 9207
	"response-iss-missing":        {fooled, ``},
	"response-iss-duplicate":      {fooled, ``},
	"code-duplicate":              {fooled, ``},
	"mix-up":                      {fooled, `x/oauth2: oauth2: "invalid_grant" "the code is not known"`}, // the code went to the token endpoint
	"code-repeated":               {fooled, `x/oauth2: oauth2: "invalid_grant"`},                         // it redeemed the code a second time
	"expires-in-string":           {fooled, ``},
	"expires-in-zero":             {fooled, ``}, // the token never expires for it
	"expires-in-nanoseconds":      {fooled, ``},
	"token-type-missing":          {fooled, ``},
	"token-type-unknown":          {fooled, `go-oidc: 401 Unauthorized`}, // it presented the token, with that type
	"scope-narrowed":              {fooled, ``},
	"scope-narrowed-silently":     {fooled, ``},
	"redirect-307":                {fooled, ``}, // the credentials went on
	"pkce-ignored":                {fooled, ``},
	"id-token-azp-wrong":          {fooled, ``},
	"id-token-azp-missing":        {fooled, ``},
	"id-token-azp-duplicate":      {fooled, ``},
	"access-token-typ-wrong":      {fooled, ``},
	"introspection-always-active": {fooled, ``},

	"metadata-pkce-absent":     {unmoved, ``}, // it sends its challenge all the same
	"metadata-pkce-plain":      {unmoved, ``}, // the challenge stays S256
	"jwks-oct":                 {unmoved, ``}, // passed over
	"jwks-10000-keys":          {unmoved, ``}, // the right one is found
	"jwks-kid-twice":           {unmoved, ``}, // the second is tried
	"id-token-at-hash-missing": {unmoved, ``}, // from the token endpoint it is optional

	"metadata-issuer-mismatch":          {refused, `go-oidc: oidc: issuer URL provided to client`},
	"metadata-issuer-missing":           {refused, `go-oidc: oidc: issuer URL provided to client`},
	"metadata-algs-disagree":            {refused, `go-oidc: oidc: malformed jwt: unexpected signature algorithm "ES256"`},
	"metadata-jwks-uri-foreign":         {refused, `go-oidc: failed to verify signature`},
	"metadata-redirect-loop":            {refused, `stopped after 10 redirects`},
	"jwks-empty":                        {refused, `go-oidc: failed to verify signature`},
	"jwks-private":                      {refused, `go-oidc: failed to verify signature`}, // a private key is none that it verifies with
	"jwks-other-keys":                   {refused, `go-oidc: failed to verify signature`},
	"state-wrong":                       {refused, `application: state`},
	"state-missing":                     {refused, `application: state`},
	"error-and-code":                    {refused, `application: error server_error`},
	"expires-in-float":                  {refused, `x/oauth2: oauth2: cannot parse json`},
	"expires-in-negative":               {refused, `x/oauth2: the token is not valid`},
	"access-token-missing":              {refused, `x/oauth2: oauth2: server response missing access_token`},
	"id-token-missing":                  {refused, `application: no id_token`},
	"error-with-200":                    {refused, `x/oauth2: oauth2: "invalid_grant"`},
	"id-token-iss-wrong":                {refused, `go-oidc: oidc: id token issued by a different provider`},
	"id-token-iss-missing":              {refused, `go-oidc: oidc: id token issued by a different provider`},
	"id-token-iss-duplicate":            {refused, `go-oidc: oidc: id token issued by a different provider`},
	"id-token-nonce-wrong":              {refused, `application: nonce`},
	"id-token-nonce-missing":            {refused, `application: nonce`},
	"id-token-nonce-duplicate":          {refused, `application: nonce`},
	"id-token-at-hash-wrong":            {refused, `go-oidc: access token hash does not match`},
	"id-token-at-hash-duplicate":        {refused, `go-oidc: access token hash does not match`},
	"id-token-sub-missing":              {refused, `application: sub of userinfo`},
	"id-token-exp-missing":              {refused, `go-oidc: oidc: token is expired`},
	"access-token-iss-wrong":            {refused, `go-oidc: oidc: id token issued by a different provider`},
	"access-token-iss-missing":          {refused, `go-oidc: oidc: id token issued by a different provider`},
	"access-token-iss-duplicate":        {refused, `go-oidc: oidc: id token issued by a different provider`},
	"userinfo-sub-other":                {refused, `application: sub of userinfo`},
	"userinfo-sub-missing":              {refused, `application: sub of userinfo`},
	"json-bom":                          {refused, `x/oauth2: oauth2: cannot parse json`},
	"html-502":                          {refused, `x/oauth2: oauth2: cannot fetch token: 502 Bad Gateway`},
	"body-slow":                         {refused, `x/oauth2: oauth2: cannot fetch token: context deadline exceeded`},
	"body-half":                         {refused, `x/oauth2: oauth2: cannot fetch token: unexpected EOF`},
	"connection-reset":                  {refused, `x/oauth2: Post "https://idp.test/token": EOF`},
	"json-duplicate-keys":               {refused, `go-oidc: access token hash does not match`}, // of the two access tokens it took the second
	"id-token-aud-wrong":                {refused, `go-oidc: oidc: expected audience`},
	"id-token-expired":                  {refused, `go-oidc: oidc: token is expired`},
	"id-token-not-yet-valid":            {refused, `before the nbf (not before) time`},
	"id-token-alg-none":                 {refused, `go-oidc: oidc: malformed jwt: unexpected signature algorithm "none"`},
	"id-token-alg-hs256-public-key":     {refused, `go-oidc: oidc: malformed jwt: unexpected signature algorithm "HS256"`},
	"id-token-crit-unknown":             {refused, `go-oidc: failed to verify signature`},
	"id-token-jku-foreign":              {refused, `go-oidc: failed to verify signature`},
	"id-token-key-unpublished":          {refused, `go-oidc: failed to verify signature`},
	"id-token-signature-broken":         {refused, `go-oidc: failed to verify signature`},
	"access-token-aud-wrong":            {refused, `go-oidc: oidc: expected audience`},
	"access-token-expired":              {refused, `go-oidc: oidc: token is expired`},
	"access-token-not-yet-valid":        {refused, `before the nbf (not before) time`},
	"access-token-alg-none":             {refused, `go-oidc: oidc: malformed jwt: unexpected signature algorithm "none"`},
	"access-token-alg-hs256-public-key": {refused, `go-oidc: oidc: malformed jwt: unexpected signature algorithm "HS256"`},
	"access-token-crit-unknown":         {refused, `go-oidc: failed to verify signature`},
	"access-token-jku-foreign":          {refused, `go-oidc: failed to verify signature`},
	"access-token-key-unpublished":      {refused, `go-oidc: failed to verify signature`},
	"access-token-signature-broken":     {refused, `go-oidc: failed to verify signature`},
}

// Each lie is told to the application; it does what goVerdicts says.
func TestGoAndEveryLie(t *testing.T) {
	keys := mockidp.NewKeySet()
	gomega.NewWithT(t).Expect(keys.Ready(context.Background())).To(gomega.Succeed())
	for _, l := range mockidp.Lies() {
		t.Run(l.Name, func(t *testing.T) {
			verdict, known := goVerdicts[l.Name]
			gomega.NewWithT(t).Expect(known).To(gomega.BeTrue(), "nothing says what a real client makes of this lie")
			// In a bubble waiting takes no time.
			synctest.Test(t, func(t *testing.T) { lieTo(t, keys, l.Name, verdict) })
		})
	}
	gomega.NewWithT(t).Expect(goVerdicts).To(gomega.HaveLen(len(mockidp.Lies())), "a verdict about a lie that does not exist")
}

// wireLies are told everywhere and are tried where the credentials are.
var wireLies = []string{"json-duplicate-keys", "json-bom", "html-502", "body-slow", "body-half", "connection-reset"}

func lieTo(t *testing.T, keys *mockidp.KeySet, name string, verdict goVerdict) {
	g := gomega.NewWithT(t)
	idp, err := mockidp.New(mockidp.WithKeys(keys))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	defer func() { g.Expect(idp.Close()).To(gomega.Succeed()) }()
	app := newGoApp(idp)
	use, honest := app.login, gomega.Succeed()
	switch {
	case name == "pkce-ignored":
		use, honest = app.inject, gomega.HaveOccurred()
	case name == "introspection-always-active":
		use, honest = app.introspect, gomega.HaveOccurred()
	case strings.HasPrefix(name, "access-token-") && name != "access-token-missing":
		use = app.resource
	}
	g.Expect(use(t.Context())).To(honest, "without the lie")
	var scopes []mockidp.Scope
	if slices.Contains(wireLies, name) {
		scopes = append(scopes, mockidp.AtEndpoint("token"))
	}
	h := idp.LieFor(t, name, scopes...)
	if name == "code-repeated" {
		g.Expect(use(t.Context())).To(gomega.Succeed(), "the first code is right")
	}
	before := len(idp.Requests())
	err = use(t.Context())
	g.Expect(h.Count()).To(gomega.BeNumerically(">", 0), "the lie was told")
	switch {
	case verdict.says == "":
		g.Expect(err).NotTo(gomega.HaveOccurred())
	default:
		g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring(verdict.says)))
	}
	arrived := func(endpoint string) bool {
		return slices.ContainsFunc(idp.Requests()[before:], func(r mockidp.Request) bool { return r.Endpoint == endpoint })
	}
	g.Expect(verdict.what == refused && err == nil).To(gomega.BeFalse(), "who refuses says something")
	switch {
	case strings.HasPrefix(name, "metadata-pkce-"):
		g.Expect(idp.Requests()[before:]).To(gomega.ContainElement(gomega.HaveField("URL", gomega.ContainSubstring("code_challenge_method=S256"))))
	case name == "redirect-307":
		g.Expect(arrived("foreign/token")).To(gomega.BeTrue(), "the credentials went on")
	case strings.HasSuffix(name, "jku-foreign"):
		g.Expect(arrived("foreign/jwks")).To(gomega.BeFalse(), "jku is not followed")
	case verdict.what == refused && (strings.HasPrefix(name, "state-") || strings.HasPrefix(name, "metadata-issuer")):
		g.Expect(arrived("token")).To(gomega.BeFalse(), "no code is redeemed")
	case name == "mix-up", name == "code-repeated":
		g.Expect(arrived("token")).To(gomega.BeTrue())
	case name == "connection-reset":
		g.Expect(h.Count()).To(gomega.Equal(1), "the request is not repeated")
	}
	idp.StopLies()
	g.Expect(use(t.Context())).To(honest, "after the lie")
}
