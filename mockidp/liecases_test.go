package mockidp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
)

// lieCase shows one lie on the wire: what there is to see, and what it is with
// the provider telling the truth and with the lie.
type lieCase struct {
	opts         []Option
	see          func(*testing.T, *Provider) string
	usual, under string
}

func seeing(s sent, see func(answer) string) func(*testing.T, *Provider) string {
	return func(_ *testing.T, p *Provider) string { return see(ask(p, s)) }
}

// seeResponse looks at a parameter of the authorization response.
func seeResponse(name string) func(*testing.T, *Provider) string {
	return func(t *testing.T, p *Provider) string {
		return strings.Join(frontChannel(t, p, ClientWeb, "code")[name], " ")
	}
}

// seeClaim looks at a claim of a token whose right value is known.
func seeClaim(kind TokenKind, claim string, right func(p *Provider, answer answer) any) func(*testing.T, *Provider) string {
	return func(t *testing.T, p *Provider) string {
		a := walked(t, p)
		return saysOf(part(a.str(string(kind)), 1), claim, right(p, a))
	}
}

func isIssuer(p *Provider, _ answer) any { return p.Issuer() }
func isNonce(*Provider, answer) any      { return walkNonce }
func isWeb(*Provider, answer) any        { return ClientWeb }
func isAlice(*Provider, answer) any      { return UserAlice }

// isHash is the at_hash of the access token beside the ID token, by another hand.
func isHash(_ *Provider, a answer) any {
	h := hashOf("ES256").New()
	h.Write([]byte(a.str("access_token")))
	return encodeOctets(h.Sum(nil)[:16])
}

func seeHeader(kind TokenKind, see func(p *Provider, token string, header *jwtToken) string) func(*testing.T, *Provider) string {
	return func(t *testing.T, p *Provider) string {
		token := jwtOf(t, p, kind)
		header, err := parseObject(part(token, 0))
		gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
		return see(p, token, &jwtToken{header: header})
	}
}

func seeTime(kind TokenKind) func(*testing.T, *Provider) string {
	return func(t *testing.T, p *Provider) string {
		claims, err := parseObject(part(jwtOf(t, p, kind), 1))
		gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
		token := jwtToken{claims: claims}
		now := p.Clock().Now()
		exp, _ := token.time("exp")
		nbf, _ := token.time("nbf")
		iat, _ := token.time("iat")
		return fmt.Sprintf("over %v, begun %v %v", !now.Before(exp), !now.Before(nbf), !now.Before(iat))
	}
}

// signatureCases are those of the lies in both kinds of token.
func signatureCases(kind TokenKind) map[string]lieCase {
	prefix := strings.ReplaceAll(string(kind), "_", "-") + "-"
	verified := seeHeader(kind, func(p *Provider, token string, h *jwtToken) string {
		return fmt.Sprintf("%s %v %d", h.alg(), verifiedBy(p, token), strings.Count(token, "."))
	})
	audience := seeClaim(kind, "aud", func(p *Provider, _ answer) any {
		if kind == KindIDToken {
			return ClientWeb
		}
		return p.Issuer() + "/resource"
	})
	return map[string]lieCase{
		prefix + "aud-wrong":            {see: audience, usual: "1× true", under: "1× false"},
		prefix + "expired":              {see: seeTime(kind), usual: "over false, begun true true", under: "over true, begun true true"},
		prefix + "not-yet-valid":        {see: seeTime(kind), usual: "over false, begun true true", under: "over false, begun false false"},
		prefix + "alg-none":             {see: verified, usual: "ES256 true 2", under: "none false 2"},
		prefix + "alg-hs256-public-key": {see: verified, usual: "ES256 true 2", under: "HS256 false 2"},
		prefix + "crit-unknown": {usual: "<nil> true", under: "[https://mockidp.example/must-understand] true",
			see: seeHeader(kind, func(p *Provider, token string, h *jwtToken) string {
				return fmt.Sprint(h.header["crit"], " ", verifiedBy(p, token))
			})},
		prefix + "jku-foreign": {usual: "<nil> true", under: "https://idp.test/foreign/jwks false",
			see: seeHeader(kind, func(p *Provider, token string, h *jwtToken) string {
				return fmt.Sprint(h.header["jku"], " ", verifiedBy(p, token))
			})},
		prefix + "key-unpublished":  {see: verified, usual: "ES256 true 2", under: "ES256 false 2"},
		prefix + "signature-broken": {see: verified, usual: "ES256 true 2", under: "ES256 false 2"},
	}
}

func trioCases(kind TokenKind, claim string, right func(*Provider, answer) any) map[string]lieCase {
	prefix := strings.ReplaceAll(string(kind), "_", "-") + "-" + claim
	prefix = strings.ReplaceAll(prefix, "_", "-")
	see := seeClaim(kind, claim, right)
	return map[string]lieCase{
		prefix + "-wrong":     {see: see, usual: "1× true", under: "1× false"},
		prefix + "-missing":   {see: see, usual: "1× true", under: "0× false"},
		prefix + "-duplicate": {see: see, usual: "1× true", under: "2× false"},
	}
}

// seeSend looks at what becomes of a request over a connection.
func seeSend(t *testing.T, p *Provider) string {
	r := get(pathJWKS).build(p)
	r.RequestURI = ""
	return overBroken(p.HTTPClient(), r)
}

var (
	ccAnswer   = sent{basic: ClientConfidential, form: cc("scope", "read write")}
	grantsOnly = map[string]lieCase{
		"expires-in-string":      {see: seeing(ccAnswer, member("expires_in")), usual: "3600", under: `"3600"`},
		"expires-in-float":       {see: seeing(ccAnswer, member("expires_in")), usual: "3600", under: "3600.5"},
		"expires-in-zero":        {see: seeing(ccAnswer, member("expires_in")), usual: "3600", under: "0"},
		"expires-in-negative":    {see: seeing(ccAnswer, member("expires_in")), usual: "3600", under: "-1"},
		"expires-in-nanoseconds": {see: seeing(ccAnswer, member("expires_in")), usual: "3600", under: "3600000000000"},
		"token-type-missing":     {see: seeing(ccAnswer, member("token_type")), usual: `"Bearer"`, under: "absent"},
		"token-type-unknown":     {see: seeing(ccAnswer, member("token_type")), usual: `"Bearer"`, under: `"mockidp-unknown"`},
		"access-token-missing":   {see: seeing(ccAnswer, member("access_token")), under: "absent"},
		"id-token-missing": {usual: "true", under: "false",
			see: func(t *testing.T, p *Provider) string { return presence("id_token")(walked(t, p)) }},
		"scope-narrowed":          {see: seeScope, usual: `"read write" read write`, under: `"read" read`},
		"scope-narrowed-silently": {see: seeScope, usual: `"read write" read write`, under: `absent read`},
		"error-with-200":          {see: seeing(ccAnswer, outcome), usual: "200 token", under: "200 invalid_grant"},
		"redirect-307": {usual: "200 ", under: "307 https://idp.test/foreign/token",
			see: seeing(ccAnswer, func(a answer) string { return status(a) + " " + a.header.Get("Location") })},
		"pkce-ignored": {usual: "400 invalid_grant", under: "200 token", see: func(t *testing.T, p *Provider) string {
			return outcome(redeemed(p, frontChannel(t, p, ClientWeb, "code").Get("code"), strings.Repeat("another", 8)))
		}},
		"userinfo-sub-other":   {see: seeUserinfo, usual: `200 "alice"`, under: `200 "another-user"`},
		"userinfo-sub-missing": {see: seeUserinfo, usual: `200 "alice"`, under: "200 absent"},
		"introspection-always-active": {usual: "false", under: "true",
			see: seeing(sent{path: "/introspect", basic: ClientConfidential, form: url.Values{"token": {"unknown"}}}, member("active"))},
		"json-duplicate-keys": {see: seeing(ccAnswer, func(a answer) string { return fmt.Sprint(strings.Count(a.body, `"access_token":`)) }), usual: "1", under: "2"},
		"json-bom":            {see: seeing(get(openidDocument), func(a answer) string { return fmt.Sprintf("%q", a.body[:1]) }), usual: `"{"`, under: `"\xef"`},
		"html-502": {see: seeing(ccAnswer, func(a answer) string { return status(a) + " " + contentType(a) }),
			usual: "200 application/json", under: "502 text/html; charset=utf-8"},
		"body-half":        {see: seeSend, usual: "whole", under: "unexpected EOF"},
		"connection-reset": {see: seeSend, usual: "whole", under: "EOF"},
		"body-slow":        {see: seeSlow, usual: "0s", under: "at least 10s"},
	}
)

func seeScope(_ *testing.T, p *Provider) string {
	a := ask(p, ccAnswer)
	return member("scope")(a) + " " + claimOf(a.str("access_token"), "scope")
}

func seeUserinfo(t *testing.T, p *Provider) string {
	token := walked(t, p).str("access_token")
	a := ask(p, sent{method: http.MethodGet, path: "/userinfo", header: http.Header{"Authorization": {"Bearer " + token}}})
	return status(a) + " " + member("sub")(a)
}

var frontCases = map[string]lieCase{
	"state-wrong":            {see: seeResponse("state"), usual: walkState, under: otherValue},
	"state-missing":          {see: seeResponse("state"), usual: walkState, under: ""},
	"state-duplicate":        {see: seeResponse("state"), usual: walkState, under: walkState + " " + otherValue},
	"response-iss-wrong":     {see: seeResponse("iss"), usual: "https://idp.test", under: otherIssuer},
	"response-iss-missing":   {see: seeResponse("iss"), usual: "https://idp.test", under: ""},
	"response-iss-duplicate": {see: seeResponse("iss"), usual: "https://idp.test", under: "https://idp.test " + otherIssuer},
	"mix-up":                 {see: seeResponse("iss"), usual: "https://idp.test", under: otherIssuer},
	"error-and-code":         {see: seeResponse("error"), usual: "", under: "server_error"},
	"code-duplicate": {usual: "1", under: "2", see: func(t *testing.T, p *Provider) string {
		return fmt.Sprint(len(frontChannel(t, p, ClientWeb, "code")["code"]))
	}},
	"code-repeated": {usual: "another", under: "the same", see: func(t *testing.T, p *Provider) string {
		first, second := frontChannel(t, p, ClientWeb, "code").Get("code"), frontChannel(t, p, ClientWeb, "code").Get("code")
		if first == second {
			return "the same"
		}
		return "another"
	}},
}

var documentCases = map[string]lieCase{
	"metadata-issuer-mismatch":  {see: seeing(get(openidDocument), member("issuer")), usual: `"https://idp.test"`, under: `"` + otherIssuer + `"`},
	"metadata-issuer-missing":   {see: seeing(getRoot(oauthDocument), member("issuer")), usual: `"https://idp.test"`, under: "absent"},
	"metadata-pkce-absent":      {see: seeing(get(openidDocument), presence("code_challenge_methods_supported")), usual: "true", under: "false"},
	"metadata-pkce-plain":       {see: seeing(get(openidDocument), member("code_challenge_methods_supported")), under: `["plain"]`},
	"metadata-algs-disagree":    {see: seeing(get(openidDocument), member("id_token_signing_alg_values_supported")), under: `["PS512"]`},
	"metadata-jwks-uri-foreign": {see: seeing(get(openidDocument), member("jwks_uri")), usual: `"https://idp.test/jwks"`, under: `"https://idp.test/foreign/jwks"`},
	"metadata-redirect-loop": {usual: "200 ", under: "302 " + openidDocument,
		see: seeing(get(openidDocument), func(a answer) string { return status(a) + " " + a.header.Get("Location") })},
	"metadata-huge":   {see: seeHuge, usual: "small", under: "100 MB, JSON"},
	"jwks-empty":      {see: seeing(get(pathJWKS), keysThat(func(map[string]any) bool { return true })), usual: "3", under: "0"},
	"jwks-private":    {see: seeing(get(pathJWKS), keysThat(func(k map[string]any) bool { return k["d"] != nil })), usual: "0", under: "1"},
	"jwks-oct":        {see: seeing(get(pathJWKS), keysThat(func(k map[string]any) bool { return k["kty"] == "oct" })), usual: "0", under: "1"},
	"jwks-10000-keys": {see: seeing(get(pathJWKS), keysThat(func(map[string]any) bool { return true })), usual: "3", under: "10003"},
	"jwks-kid-twice": {usual: "3 of 3", under: "6 of 3", see: seeing(get(pathJWKS), func(a answer) string {
		all, kids := 0, map[any]bool{}
		for _, k := range object(a.doc).keys() {
			all++
			kids[k["kid"]] = true
		}
		return fmt.Sprintf("%d of %d", all, len(kids))
	})},
	"jwks-other-keys": {usual: "3 true", under: "3 false", see: func(t *testing.T, p *Provider) string {
		count := keysThat(func(map[string]any) bool { return true })(ask(p, get(pathJWKS)))
		return fmt.Sprint(count, " ", verifiedBy(p, jwtOf(t, p, KindIDToken)))
	}},
}

// seeSlow looks at how long an answer takes.
func seeSlow(t *testing.T, p *Provider) string {
	begin := time.Now()
	seeSend(t, p)
	if d := time.Since(begin); d < 10*time.Second {
		return d.String()
	}
	return "at least 10s"
}

// seeHuge looks at how long the metadata is.
func seeHuge(t *testing.T, p *Provider) string {
	r := get(openidDocument).build(p)
	r.RequestURI = ""
	resp, err := p.HTTPClient().Do(r)
	g := gomega.NewWithT(t)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	// What stands before the long member is read as JSON without it.
	short := slices.Concat(bytes.TrimRight(bytes.TrimSuffix(bytes.TrimSpace(body), []byte(`"}`)), "x"), []byte(`"}`))
	if len(body) < 1<<20 {
		return "small"
	}
	g.Expect(json.Valid(short)).To(gomega.BeTrue())
	return fmt.Sprintf("%d MB, JSON", len(body)>>20)
}

// lieCases are the cases of all lies.
func lieCases() map[string]lieCase {
	out := map[string]lieCase{
		"id-token-azp-wrong":     {see: seeClaim(KindIDToken, "azp", isWeb), under: "1× false"},
		"id-token-azp-missing":   {see: seeClaim(KindIDToken, "aud", isWeb), usual: "1× true", under: "1× false"},
		"id-token-azp-duplicate": {see: seeClaim(KindIDToken, "azp", isWeb), under: "2× false"},
		"id-token-sub-missing":   {see: seeClaim(KindIDToken, "sub", isAlice), usual: "1× true", under: "0× false"},
		"id-token-exp-missing": {see: seeClaim(KindIDToken, "exp", func(p *Provider, a answer) any {
			claims, _ := parseObject(part(a.str("id_token"), 1))
			return claims["exp"]
		}), under: "0× true"},
		"access-token-typ-wrong": {usual: "at+jwt", under: "JWT", see: seeHeader(KindAccessToken, func(_ *Provider, _ string, h *jwtToken) string {
			return fmt.Sprint(h.header["typ"])
		})},
	}
	for _, cases := range []map[string]lieCase{
		grantsOnly, frontCases, documentCases, signatureCases(KindIDToken), signatureCases(KindAccessToken),
		trioCases(KindIDToken, "iss", isIssuer), trioCases(KindIDToken, "nonce", isNonce), trioCases(KindIDToken, "at_hash", isHash),
		trioCases(KindAccessToken, "iss", isIssuer),
	} {
		for name, c := range cases {
			out[name] = c
		}
	}
	return out
}
