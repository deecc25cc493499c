package mockidp

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
)

func init() { maps.Copy(faultCases, pushedFaultCases) }

// pushing pushes the authorization request of a client, which authenticates.
func pushing(p *Provider, client string, more ...string) answer {
	return clientRequest(p, pathPushed, client, authRequestOf(client, "code", more...))
}

// authorizePushed uses a pushed request.
func authorizePushed(p *Provider, client string, a answer, more ...string) answer {
	return authorizeAt(p, with(url.Values{"client_id": {client}, "request_uri": {a.str("request_uri")}}, more...))
}

// A request is pushed and used once, and nothing beside the URI counts.
func TestPushedRequest(t *testing.T) {
	for _, client := range []string{ClientWeb, ClientSPA} {
		t.Run(client, func(t *testing.T) {
			g := gomega.NewWithT(t)
			p := newFull(t)
			a := pushing(p, client)
			g.Expect(a.status).To(gomega.Equal(201), a.body)
			g.Expect(a.header.Get("Cache-Control")).To(gomega.Equal("no-store"))
			g.Expect(a.doc["expires_in"]).To(gomega.Equal(60.0))
			g.Expect(a.str("request_uri")).To(gomega.HavePrefix(requestURIPrefix))
			g.Expect(len(a.str("request_uri"))).To(gomega.BeNumerically(">", len(requestURIPrefix)+40))

			r := authorizePushed(p, client, a, "state", "another", "redirect_uri", "https://evil.example/", "scope", "admin").response()
			g.Expect(r.Get("state")).To(gomega.Equal(testState))
			g.Expect(outcome(redeem(p, client, r.Get("code")))).To(gomega.Equal("200 token"))
			g.Expect(errorOf(authorizePushed(p, client, a))).To(gomega.Equal("page 400"), "the second time")
			for _, v := range p.Verdicts() {
				g.Expect(v.Pass || v.Rule == rulePushedOnce).To(gomega.BeTrue(), "%+v", v)
			}
		})
	}
}

// What is refused when it is pushed (RFC 9126 §2.1, §2.3).
func TestPushedRequestRefused(t *testing.T) {
	p := newFull(t)
	for name, c := range map[string]struct {
		more []string
		want string
	}{
		"request_uri":                {[]string{"request_uri", requestURIPrefix + "x"}, "400 invalid_request"},
		"another client_id":          {[]string{"client_id", ClientSPA}, "400 invalid_request"},
		"no client_id":               {[]string{"client_id", ""}, "400 invalid_request"},
		"an unregistered redirect":   {[]string{"redirect_uri", "https://evil.example/"}, "400 invalid_request"},
		"an unknown response type":   {[]string{"response_type", "magic"}, "400 unsupported_response_type"},
		"no response type":           {[]string{"response_type", ""}, "400 invalid_request"},
		"a scope for others":         {[]string{"scope", "admin"}, "400 invalid_scope"},
		"a challenge of another way": {[]string{"code_challenge_method", "S512"}, "400 invalid_request"},
		"state twice":                {[]string{"+state", "again"}, "400 invalid_request"},
		"a request object":           {[]string{"request", "a.b.c"}, "400 request_not_supported"},
	} {
		t.Run(name, func(t *testing.T) {
			a := pushing(p, ClientWeb, c.more...)
			gomega.NewWithT(t).Expect(outcome(a)).To(gomega.Equal(c.want), a.body)
		})
	}
	g := gomega.NewWithT(t)
	g.Expect(outcome(ask(p, sent{path: pathPushed, form: authRequestOf(ClientWeb, "code")}))).To(gomega.Equal("401 invalid_client"), "without authentication")
	g.Expect(ask(p, get(pathPushed)).status).To(gomega.Equal(405))
	g.Expect(outcome(ask(p, sent{path: pathPushed, raw: "{}", header: http.Header{"Content-Type": {"application/json"}}}))).To(gomega.Equal("400 invalid_request"))
	g.Expect(ask(p, sent{path: pathPushed, raw: strings.Repeat("a", maxBody+1)}).status).To(gomega.Equal(413))
	g.Expect(ask(newProvider(t), sent{path: pathPushed, form: authRequestOf(ClientWeb, "code")}).status).To(gomega.Equal(404), "where nobody has a grant for it")
}

// A request_uri that is made up, expired, of another client, or of one that is gone.
func TestPushedRequestURI(t *testing.T) {
	g := gomega.NewWithT(t)
	clock := NewManualClock(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
	p := newFull(t, WithClock(clock), WithPushedRequestLifetime(5*time.Second))
	a := pushing(p, ClientWeb)
	g.Expect(a.doc["expires_in"]).To(gomega.Equal(5.0))
	g.Expect(errorOf(authorizePushed(p, ClientSPA, a))).To(gomega.Equal("page 400"))
	g.Expect(errorOf(authorizePushed(p, ClientWeb, a, "client_id", ""))).To(gomega.Equal("page 400"))
	g.Expect(errorOf(authorizePushed(p, ClientWeb, a, "request_uri", requestURIPrefix+"made-up"))).To(gomega.Equal("page 400"))
	clock.Advance(5*time.Second - 1)
	g.Expect(errorOf(authorizePushed(p, ClientWeb, a))).To(gomega.Equal("query code"), "refusals have not used it up")
	a = pushing(p, ClientWeb)
	clock.Advance(5 * time.Second)
	g.Expect(errorOf(authorizePushed(p, ClientWeb, a))).To(gomega.Equal("page 400"))
	a = pushing(p, ClientWeb)
	p.RemoveClient(ClientWeb)
	g.Expect(errorOf(authorizePushed(p, ClientWeb, a))).To(gomega.Equal("page 400"))
}

// Pushing can be the only way, for one client or for all.
func TestPushedRequired(t *testing.T) {
	g := gomega.NewWithT(t)
	only := Client{ID: "pusher", RequirePushed: true, GrantTypes: []string{GrantAuthorizationCode}, RedirectURIs: []string{testCallback}, Scopes: []string{"openid", "read"}}
	p := newFull(t, WithClients(append(DefaultClients(), only)...))
	g.Expect(ask(p, get(oauthDocument)).doc).NotTo(gomega.HaveKey("require_pushed_authorization_requests"))
	g.Expect(errorOf(authorizeAt(p, authRequestOf("pusher", "code")))).To(gomega.Equal("query invalid_request"))
	g.Expect(errorOf(authorizeAt(p, authRequestOf(ClientWeb, "code")))).To(gomega.Equal("query code"))
	g.Expect(errorOf(authorizePushed(p, "pusher", pushing(p, "pusher")))).To(gomega.Equal("query code"))
	g.Expect(errorOf(authorizeAt(p, authRequestOf("pusher", "code", "redirect_uri", "https://evil.example/")))).To(gomega.Equal("page 400"))

	p = newFull(t, WithPushedRequestsRequired())
	doc := ask(p, get(oauthDocument)).doc
	g.Expect(doc["require_pushed_authorization_requests"]).To(gomega.BeTrue())
	g.Expect(doc["pushed_authorization_request_endpoint"]).To(gomega.Equal(p.Issuer() + pathPushed))
	g.Expect(errorOf(authorizeAt(p, authRequestOf(ClientWeb, "code")))).To(gomega.Equal("query invalid_request"))
}

// The endpoint's own URL is a name of the provider (RFC 9126 §2).
func TestPushedByAssertion(t *testing.T) {
	g := gomega.NewWithT(t)
	c := assertionClients()[0]
	c.GrantTypes, c.RedirectURIs = []string{GrantAuthorizationCode}, []string{testCallback}
	p := newProvider(t, WithClients(c))
	jwt := assertion{claims: map[string]any{"aud": p.Issuer() + pathPushed}}.sign(p)
	a := ask(p, sent{path: pathPushed, form: authRequestOf(keyClient, "code", "scope", "read", "client_assertion", jwt, "client_assertion_type", assertionType)})
	g.Expect(a.status).To(gomega.Equal(201), a.body)
	g.Expect(errorOf(authorizePushed(p, keyClient, a))).To(gomega.Equal("query code"))
}

var defaultClients = []Option{WithClients(DefaultClients()...)}

// reusing pushes a request and shows what comes of a use of it.
func reusing(use func(p *Provider, a answer) answer) func(*testing.T, *Provider) string {
	return func(_ *testing.T, p *Provider) string { return errorOf(use(p, pushing(p, ClientWeb))) }
}

func pushedShows(see func(answer) string, more ...string) func(*testing.T, *Provider) string {
	return func(_ *testing.T, p *Provider) string { return see(pushing(p, ClientWeb, more...)) }
}

func pushedOutcome(a answer) string { return fmt.Sprint(a.status, " ", a.str("error")) }

var pushedFaultCases = map[string]faultCase{
	rulePushedNoRequestURI: {opts: defaultClients, flow: pushedShows(pushedOutcome, "request_uri", "https://client.example/r"), strict: "400 invalid_request", off: "201 "},
	rulePushedClientID:     {opts: defaultClients, flow: pushedShows(pushedOutcome, "client_id", ""), strict: "400 invalid_request", off: "201 "},
	rulePushedValidated:    {opts: defaultClients, flow: pushedShows(pushedOutcome, "scope", "admin"), strict: "400 invalid_scope", off: "201 "},
	rulePushedCreated:      {opts: defaultClients, flow: pushedShows(status), strict: "201", off: "200"},
	rulePushedUnpredictable: {opts: defaultClients, strict: "false", off: "true", flow: pushedShows(func(a answer) string {
		return fmt.Sprint(len(strings.TrimPrefix(a.str("request_uri"), requestURIPrefix)) < 20)
	})},
	rulePushedNoStore: {opts: defaultClients, flow: pushedShows(cacheHeaders), strict: "no-store/no-cache", off: "/"},
	rulePushedOnce: {opts: defaultClients, strict: "page 400", off: "query code", flow: reusing(func(p *Provider, a answer) answer {
		authorizePushed(p, ClientWeb, a)
		return authorizePushed(p, ClientWeb, a)
	})},
	rulePushedBound: {opts: defaultClients, strict: "page 400", off: "query code", flow: reusing(func(p *Provider, a answer) answer {
		return authorizePushed(p, ClientSPA, a)
	})},
	rulePushedUnexpired: {opts: defaultClients, strict: "page 400", off: "query code", flow: reusing(func(p *Provider, a answer) answer {
		p.Clock().Advance(2 * time.Minute)
		return authorizePushed(p, ClientWeb, a)
	})},
	rulePushedRequired: {opts: append([]Option{WithPushedRequestsRequired()}, defaultClients...), strict: "query invalid_request", off: "query code",
		flow: asking(ClientWeb, "code")},
}
