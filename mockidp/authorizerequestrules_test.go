package mockidp

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/onsi/gomega"
)

// rawly shows what comes of an authorization request whose query is written out,
// after the right one.
func rawly(more string) func(*testing.T, *Provider) string {
	return func(_ *testing.T, p *Provider) string {
		return errorOf(ask(p, get(pathAuthorize+"?"+authRequestOf(ClientWeb, "code").Encode()+more)))
	}
}

// messageTo shows who a page sends its message to.
func messageTo(_ *testing.T, p *Provider) string {
	body := authorizeAt(p, authRequestOf(ClientWeb, "code", "response_mode", modeWebMessage)).body
	_, call, _ := strings.Cut(body, "postMessage(")
	call, _, _ = strings.Cut(call, ");")
	return call[strings.LastIndex(call, " ")+1:]
}

// redeemedScope redeems a code that was asked for with a scope, and shows what
// the answer says of it.
func redeemedScope(scope string) func(*testing.T, *Provider) string {
	return func(t *testing.T, p *Provider) string {
		a := authorizeAt(p, authRequestOf(ClientWeb, "code", "scope", scope))
		if code := a.response().Get("code"); code != "" {
			a = redeem(p, ClientWeb, code)
			return outcome(a) + " " + member("scope")(a)
		}
		return errorOf(a)
	}
}

func readableBy(origin string) func(*testing.T, *Provider) string {
	return func(_ *testing.T, p *Provider) string {
		at := pathAuthorize + "?" + authRequestOf(ClientWeb, "code").Encode()
		var seen []string
		for _, method := range []string{http.MethodGet, http.MethodOptions} {
			a := ask(p, sent{method: method, path: at, header: http.Header{"Origin": {origin}}})
			seen = append(seen, status(a)+" "+a.header.Get("Access-Control-Allow-Origin"))
		}
		return strings.Join(seen, ", ")
	}
}

func init() {
	plain := func(flow func(*testing.T, *Provider) string, strict, off string) faultCase {
		return faultCase{opts: full, flow: flow, strict: strict, off: off}
	}
	web := ClientWeb
	odd, long := "a+b%20c", strings.Repeat("long-", 100)
	maps.Copy(faultCases, map[string]faultCase{
		ruleAuthorizationGet: plain(func(_ *testing.T, p *Provider) string {
			posted := ask(p, sent{path: pathAuthorize, form: authRequestOf(web, "code")})
			return errorOf(authorizeAt(p, authRequestOf(web, "code"))) + ", " + errorOf(posted)
		}, "query code, query code", "page 405, query code"),
		ruleAuthorizationUnknownIgnored: plain(asking(web, "code", "vendor_thing", "x"), "query code", "query invalid_request"),
		ruleAuthorizationEmptyOmitted:   plain(rawly("&prompt=&login_hint"), "query code", "query invalid_request"),
		ruleAuthorizationUnrepeated:     plain(asking(web, "code", "+client_id", web), "page 400", "query code"),
		ruleResponseTypeRequired:        plain(asking(web, "code", "response_type", ""), "query invalid_request", "query code"),
		ruleResponseTypeKnown:           plain(asking(web, "code", "response_type", "cod"), "query unsupported_response_type", "query code"),
		ruleScopeGrammar:                plain(redeemedScope(`openid "read" read`), "query invalid_scope", `200 token "openid \"read\" read"`),
		ruleScopeOmitted:                plain(asking(web, "code", "scope", ""), "query code", "query invalid_request"),
		ruleStateExact:                  plain(answered("state", web, "code", "state", odd), odd, "a b c"),
		ruleStateWhole:                  plain(answered("state", web, "code", "state", long), long, long[:255]),
		ruleStateInErrors:               plain(answered("state", web, "code", "scope", "admin"), testState, ""),
		ruleErrorRedirected:             plain(asking(web, "code", "scope", "admin"), "query invalid_scope", "page 400"),
		ruleAuthorizationErrorCharacters: plain(answered("error_description", web, "code", "response_type", ""),
			"response_type is missing", `"response_type is missing"`),
		ruleErrorPresent:    plain(asking(web, "code", "scope", "admin"), "query invalid_scope", "query "),
		ruleErrorRegistered: plain(asking(web, "code", "scope", "admin"), "query invalid_scope", "query bad_request"),
		ruleFormPostServed: plain(func(t *testing.T, p *Provider) string {
			return asking(web, "code", "response_mode", "form_post")(t, p) + ", " + asking(ClientLegacy, "id_token", "response_mode", "form_post")(t, p)
		}, "form_post code, form_post id_token", "query code, fragment id_token"),
		ruleWebMessageOrigin: plain(messageTo, `"https://client.example"`, `"*"`),
		ruleAuthorizationNoCORS: plain(readableBy("https://other.example"),
			"303 , 405 ", "303 https://other.example, 204 https://other.example"),
		ruleLoginBeforeError: {opts: withForm, strict: "200 Sign in, 303 invalid_scope", off: "303 invalid_scope, ", flow: func(t *testing.T, p *Provider) string {
			s := newSurfer(t, p)
			first := s.authorize("scope", "admin")
			if first.status != http.StatusOK {
				return arrived(first) + ", "
			}
			return arrived(first) + ", " + arrived(s.login(first))
		}},
		ruleConsentRespected: {opts: withConsent, strict: "303 access_denied", off: "303 code", flow: func(t *testing.T, p *Provider) string {
			s := newSurfer(t, p)
			return arrived(s.consent(s.login(s.authorize()), "action", "deny"))
		}},
		rulePagesFrameAncestors: {opts: withForm, strict: "true DENY", off: "false DENY", flow: onPage(func(a answer) string {
			return fmt.Sprint(strings.Contains(a.header.Get("Content-Security-Policy"), "frame-ancestors"), " ", a.header.Get("X-Frame-Options"))
		})},
	})
}

// Without the rule the consent form is answered for whatever browser sends it,
// even if it says nothing but yes, and nothing keeps the cookie at home.
func TestConsentFromElsewhere(t *testing.T) {
	for mode, want := range map[Mode]string{Enforce: "400 This page is out of date", Off: "303 code"} {
		g := gomega.NewWithT(t)
		p := newProvider(t, withConsent...)
		g.Expect(p.SetRule(ruleConsentCSRF, mode)).To(gomega.Succeed())
		s := newSurfer(t, p)
		page := s.authorize()
		g.Expect(strings.Contains(page.header.Get("Set-Cookie"), "SameSite")).To(gomega.Equal(mode == Enforce))
		g.Expect(arrived(s.login(page))).To(gomega.Equal("303 " + pathConsent))
		s.header.Set("Origin", "https://evil.example")
		g.Expect(arrived(s.send(pathConsent, url.Values{"action": {"allow"}}))).To(gomega.Equal(want))
		stranger := newSurfer(t, p)
		g.Expect(arrived(stranger.send(pathConsent, url.Values{"action": {"allow"}}))).To(gomega.Equal("400 This page is out of date"))
	}
}

// A message of an answer cannot end the script that it stands in.
func TestWebMessageIsEscaped(t *testing.T) {
	g := gomega.NewWithT(t)
	a := authorizeAt(newProvider(t, full...), authRequestOf(ClientWeb, "code", "response_mode", modeWebMessage, "state", `</script><svg/onload=x>`))
	g.Expect(a.status).To(gomega.Equal(http.StatusOK))
	g.Expect(a.body).To(gomega.ContainSubstring("window.opener.postMessage("))
	g.Expect(a.body).NotTo(gomega.ContainSubstring("<svg"))
	policy := a.header.Get("Content-Security-Policy")
	_, script, _ := strings.Cut(a.body, "<script>")
	script, _, _ = strings.Cut(script, "</script>")
	g.Expect(policy).To(gomega.ContainSubstring("script-src " + sourceHash(script)))
}
