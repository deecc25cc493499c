package mockidp

import (
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/onsi/gomega"
)

// Userinfo by every way to present a token, with the claims that the scopes ask
// for (OpenID Connect Core §5.3, §5.4).
func TestUserinfo(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t)
	access := tokensFor(t, p, ClientWeb, "scope", "openid email").str("access_token")
	want := map[string]any{"sub": "alice", "email": "alice@example.com", "email_verified": true}
	header := http.Header{"Authorization": {"bearer " + access}}
	for name, s := range map[string]sent{
		"GET":       {method: http.MethodGet, header: header},
		"POST":      {header: header},
		"body":      {form: url.Values{"access_token": {access}}},
		"any query": {method: http.MethodGet, path: pathUserinfo + "?schema=openid", header: header},
	} {
		if s.path == "" {
			s.path = pathUserinfo
		}
		a := ask(p, s)
		g.Expect(a.doc).To(gomega.Equal(want), name)
		g.Expect(cacheHeaders(a)).To(gomega.Equal("no-store/no-cache"), name)
	}
	all := userinfoWith(p, tokensFor(t, p, ClientWeb, "scope", "openid profile email address phone").str("access_token"))
	g.Expect(all.doc).To(gomega.HaveKeyWithValue("address", gomega.HaveKeyWithValue("country", "US")))
	g.Expect(all.doc).To(gomega.HaveKeyWithValue("phone_number", "+1 555 0100"))
	g.Expect(all.doc).To(gomega.HaveKeyWithValue("given_name", "Alice"))

	machine := ask(p, happy).str("access_token")
	for name, c := range map[string]struct {
		s               sent
		want, challenge string
	}{
		"nothing":         {sent{}, "401 ", `Bearer realm="mockidp"`},
		"another scheme":  {sent{header: basicOf("a", "b")}, "401 ", `Bearer realm="mockidp"`},
		"in the query":    {sent{path: pathUserinfo + "?access_token=" + access}, "401 ", `Bearer realm="mockidp"`},
		"made up":         {sent{header: http.Header{"Authorization": {"Bearer x"}}}, "401 invalid_token", `error="invalid_token"`},
		"empty":           {sent{header: http.Header{"Authorization": {"Bearer "}}}, "400 invalid_request", `error="invalid_request"`},
		"two headers":     {sent{header: http.Header{"Authorization": {"Bearer x", "Bearer y"}}}, "400 invalid_request", `error="invalid_request"`},
		"twice":           {sent{method: http.MethodPost, form: url.Values{"access_token": {access, access}}}, "400 invalid_request", `error="invalid_request"`},
		"malformed":       {sent{method: http.MethodPost, raw: "access_token=%zz"}, "400 invalid_request", `error="invalid_request"`},
		"a machine's":     {sent{header: http.Header{"Authorization": {"Bearer " + machine}}}, "403 insufficient_scope", `scope="openid"`},
		"a refresh token": {sent{header: http.Header{"Authorization": {"Bearer " + tokensFor(t, p, ClientWeb).str("refresh_token")}}}, "401 invalid_token", `error="invalid_token"`},
	} {
		if c.s.path == "" {
			c.s.path = pathUserinfo
		}
		if c.s.method == "" {
			c.s.method = http.MethodGet
		}
		a := ask(p, c.s)
		g.Expect(outcome(a)).To(gomega.Equal(c.want), name)
		g.Expect(a.header.Get("WWW-Authenticate")).To(gomega.ContainSubstring(c.challenge), name)
	}
}

// Introspection (RFC 7662): of JWT and opaque access tokens and of refresh
// tokens, for their client, their audience and resource servers.
func TestIntrospection(t *testing.T) {
	g := gomega.NewWithT(t)
	clock := NewManualClock(testTime)
	p := newFull(t, WithClock(clock), WithClients(append(DefaultClients(),
		Client{ID: "opaque", AccessTokenFormat: FormatOpaque, Scopes: []string{"openid", "read"}, Audience: []string{"rs"}, RedirectURIs: []string{testCallback},
			GrantTypes: []string{GrantAuthorizationCode, GrantRefreshToken}},
		Client{ID: "rs"}, Client{ID: "all", MayIntrospect: true}, Client{ID: "foreign"})...))
	a := tokensFor(t, p, "opaque")
	access := a.str("access_token")
	g.Expect(access).To(gomega.MatchRegexp(`^[a-z2-7]{52}$`))
	for caller, want := range map[string]string{"opaque": "true", "rs": "true", "all": "true", "foreign": "false"} {
		g.Expect(member("active")(introspectAs(p, caller, access))).To(gomega.Equal(want), caller)
	}
	doc := introspectAs(p, "rs", access).doc
	g.Expect(doc["jti"]).NotTo(gomega.BeEmpty())
	delete(doc, "jti")
	g.Expect(doc).To(gomega.Equal(map[string]any{
		"active": true, "iss": "https://idp.test", "sub": "alice", "username": "alice", "client_id": "opaque", "aud": "rs", "scope": "openid read", "token_type": "Bearer",
		"iat": float64(testTime.Unix()), "exp": float64(testTime.Add(time.Hour).Unix()), "auth_time": float64(testTime.Unix()),
	}))
	g.Expect(introspectAs(p, "opaque", a.str("refresh_token")).doc).To(gomega.HaveKeyWithValue("active", true))
	for name, token := range map[string]string{"an ID token": a.str("id_token"), "a made-up token": "x", "a code": codeFor(t, p, "opaque")} {
		g.Expect(introspectAs(p, "all", token).doc).To(gomega.Equal(map[string]any{"active": false}), name)
	}
	clock.Advance(time.Hour)
	g.Expect(introspectAs(p, "opaque", access).doc).To(gomega.Equal(map[string]any{"active": false}), "expired")

	g.Expect(outcome(introspectAs(p, "opaque", ""))).To(gomega.Equal("400 invalid_request"))
	g.Expect(outcome(ask(p, sent{path: pathIntrospect, form: url.Values{"token": {access}}}))).To(gomega.Equal("401 invalid_client"))
	g.Expect(outcome(ask(p, sent{path: pathIntrospect, basic: "all", form: url.Values{"token": {access, access}}}))).To(gomega.Equal("400 invalid_request"))
	g.Expect(ask(p, get(pathIntrospect+"?token="+access)).status).To(gomega.Equal(405))
}

// Revocation (RFC 7009), with and without the hint, by public clients too.
func TestRevocation(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t)
	for _, client := range []string{ClientWeb, ClientSPA} {
		for _, hint := range []string{"", "access_token", "refresh_token", "unknown"} {
			a := tokensFor(t, p, client)
			revoked := clientRequest(p, pathRevoke, client, with(url.Values{"token": {a.str("access_token")}}, "token_type_hint", hint))
			g.Expect(revoked.status).To(gomega.Equal(200))
			g.Expect(revoked.body).To(gomega.BeEmpty())
			g.Expect(userinfoWith(p, a.str("access_token")).status).To(gomega.Equal(401))
			b := refreshWith(p, client, a.str("refresh_token"))
			g.Expect(outcome(b)).To(gomega.Equal("200 token"), "an access token goes alone")
			g.Expect(revokeAs(p, client, b.str("refresh_token")).status).To(gomega.Equal(200))
			g.Expect(userinfoWith(p, b.str("access_token")).status).To(gomega.Equal(401))
			g.Expect(revokeAs(p, client, b.str("refresh_token")).status).To(gomega.Equal(200), "once more")
		}
	}
	g.Expect(outcome(revokeAs(p, ClientWeb, ""))).To(gomega.Equal("400 invalid_request"))
	g.Expect(outcome(ask(p, sent{path: pathRevoke, form: url.Values{"token": {"x"}}}))).To(gomega.Equal("401 invalid_client"))
}

// The end session endpoint sends the browser back to where the client has
// registered, and else shows a page.
func TestEndSession(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t)
	const back = "https://client.example/logged-out"
	hint := tokensFor(t, p, ClientWeb).str("id_token")
	late(p, 2*time.Hour) // an expired hint will do
	for name, c := range map[string]struct {
		params []string
		want   string
	}{
		"nothing":                {nil, "200 "},
		"hint":                   {[]string{"id_token_hint", hint}, "200 "},
		"back":                   {[]string{"id_token_hint", hint, "post_logout_redirect_uri", back}, "303 " + back},
		"back with state":        {[]string{"id_token_hint", hint, "post_logout_redirect_uri", back, "state", "a b"}, "303 " + back + "?state=a+b"},
		"with the client":        {[]string{"id_token_hint", hint, "post_logout_redirect_uri", back, "client_id", ClientWeb}, "303 " + back},
		"with another client":    {[]string{"id_token_hint", hint, "post_logout_redirect_uri", back, "client_id", ClientSPA}, "400 "},
		"not registered":         {[]string{"id_token_hint", hint, "post_logout_redirect_uri", testCallback}, "400 "},
		"without hint":           {[]string{"post_logout_redirect_uri", back}, "400 "},
		"another hint":           {[]string{"id_token_hint", hint + "x", "post_logout_redirect_uri", back}, "400 "},
		"state twice":            {[]string{"id_token_hint", hint, "post_logout_redirect_uri", back, "state", "a", "+state", "b"}, "400 "},
		"an access token as one": {[]string{"id_token_hint", tokensFor(t, p, ClientWeb).str("access_token")}, "400 "},
	} {
		v := with(url.Values{}, c.params...)
		for method, s := range map[string]sent{"GET": get(pathEndSession + "?" + v.Encode()), "POST": {path: pathEndSession, form: v}} {
			a := ask(p, s)
			g.Expect(status(a)+" "+a.header.Get("Location")).To(gomega.Equal(c.want), "%s %s", method, name)
		}
	}
}

// A token in the query is a second method beside the header, even though it would
// not be taken from there (RFC 6750 §2, §3.1).
func TestTokenInHeaderAndQuery(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t)
	access := tokensFor(t, p, ClientWeb).str("access_token")
	path := pathUserinfo + "?" + url.Values{"access_token": {access}}.Encode()
	a := ask(p, sent{method: http.MethodGet, path: path, header: http.Header{"Authorization": {"Bearer " + access}}})
	g.Expect(outcome(a)).To(gomega.Equal("400 invalid_request"))
	g.Expect(ask(p, sent{path: path, form: url.Values{"access_token": {access}}}).status).To(gomega.Equal(400))
	g.Expect(ask(p, get(path)).status).To(gomega.Equal(401), "it does not count alone")
}

// One request is one replay, also when several arrive together.
func TestReplaysAreCountedOnce(t *testing.T) {
	const requests = 24
	for range 20 {
		g := gomega.NewWithT(t)
		p := newFull(t)
		code := codeFor(t, p, ClientWeb)
		refresh := tokensFor(t, p, ClientWeb).str("refresh_token")
		for _, send := range []func() answer{
			func() answer { return redeem(p, ClientWeb, code) },
			func() answer { return refreshWith(p, ClientWeb, refresh) },
		} {
			start := make(chan struct{})
			var all sync.WaitGroup
			got := make([]string, requests)
			for i := range requests {
				all.Go(func() {
					<-start
					got[i] = outcome(send())
				})
			}
			close(start)
			all.Wait()
			good := 0
			for _, o := range got {
				good += count(o == "200 token")
			}
			g.Expect(good).To(gomega.Equal(1))
		}
		g.Expect(p.Lineage(code)[0].Replays).To(gomega.Equal(requests - 1))
		g.Expect(p.Lineage(refresh)[0].Replays).To(gomega.Equal(requests - 1))
		g.Expect(p.LiveTokens()).To(gomega.BeEmpty())
	}
}
