package mockidp

import (
	"encoding/json"
	"maps"
	"net/url"
	"testing"
	"time"

	"github.com/onsi/gomega"
)

// foreign is an assertion of the trusted issuer about Bob, right but for claims.
func foreign(p *Provider, claims map[string]any, more ...assertion) string {
	a := assertion{client: otherSTS, claims: map[string]any{"sub": UserBob}}
	if len(more) > 0 {
		a.key, a.header, a.alg = more[0].key, more[0].header, more[0].alg
	}
	maps.Copy(a.claims, claims)
	return a.sign(p)
}

func bearing(p *Provider, jwt string, more ...string) answer {
	return tokenRequest(p, gateway, with(url.Values{"grant_type": {GrantJWTBearer}, "assertion": {jwt}}, more...))
}

// An assertion gives a token for its subject, known or new.
func TestJWTBearer(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t, exchangeOptions()...)
	for _, sub := range []string{UserBob, "someone new"} {
		a := bearing(p, foreign(p, map[string]any{"sub": sub, "jti": nil}), "scope", "read")
		g.Expect(outcome(a)).To(gomega.Equal("200 token"), a.body)
		g.Expect(a.doc).NotTo(gomega.HaveKey("refresh_token"))
		_, claims := verified(t, p, a.str("access_token"))
		g.Expect(claims["sub"]).To(gomega.Equal(sub))
		g.Expect(claims["scope"]).To(gomega.Equal("read"))
	}
	now := p.clock.Now()
	for name, jwt := range map[string]string{
		"not a JWT": "x", "two parts": "e30.e30", "an unknown issuer": foreign(p, map[string]any{"iss": "https://unknown.example"}),
		"no iss": foreign(p, map[string]any{"iss": nil}), "no sub": foreign(p, map[string]any{"sub": nil}), "an empty sub": foreign(p, map[string]any{"sub": ""}),
		"a sub beyond ASCII": foreign(p, map[string]any{"sub": "é"}), "no aud": foreign(p, map[string]any{"aud": nil}),
		"another aud": foreign(p, map[string]any{"aud": "https://unknown.example"}), "no exp": foreign(p, map[string]any{"exp": nil}),
		"expired": foreign(p, map[string]any{"exp": now.Unix()}), "far away": foreign(p, map[string]any{"exp": now.Add(2 * time.Hour).Unix()}),
		"not yet": foreign(p, map[string]any{"nbf": now.Add(time.Minute).Unix()}), "another key": foreign(p, nil, assertion{key: clientKeys()["stray"]}),
		"none": foreign(p, nil, assertion{alg: "none", key: 0}), "an access token": foreign(p, nil, assertion{header: map[string]any{"typ": "at+jwt"}}),
		"HMAC": foreign(p, nil, assertion{alg: "HS256", key: []byte(publicSet("ES256"))}), "crit": foreign(p, nil, assertion{header: map[string]any{"crit": []string{"x"}}}),
	} {
		a := bearing(p, jwt)
		g.Expect(outcome(a)).To(gomega.Equal("400 invalid_grant"), name+": "+a.body)
	}
	g.Expect(outcome(bearing(p, ""))).To(gomega.Equal("400 invalid_request"))
	g.Expect(outcome(bearing(p, foreign(p, nil), "scope", "admin"))).To(gomega.Equal("400 invalid_scope"))
	// Used once, and a request that was refused for another reason has not used it.
	jwt := foreign(p, nil)
	g.Expect(outcome(bearing(p, jwt, "scope", "admin"))).To(gomega.Equal("400 invalid_scope"))
	g.Expect(outcome(bearing(p, jwt))).To(gomega.Equal("200 token"))
	g.Expect(outcome(bearing(p, jwt))).To(gomega.Equal("400 invalid_grant"))
}

func TestWithTrustedIssuer(t *testing.T) {
	for want, opt := range map[string]Option{
		"is empty":           WithTrustedIssuer("", publicSet("RS")),
		"has no list":        WithTrustedIssuer(otherSTS, json.RawMessage(`{}`)),
		"has no signing key": WithTrustedIssuer(otherSTS, json.RawMessage(`{"keys":[]}`)),
	} {
		_, err := New(opt)
		gomega.NewWithT(t).Expect(err).To(gomega.MatchError(gomega.ContainSubstring(want)))
	}
	_, err := New(WithTrustedIssuer(otherSTS, publicSet("RS")), WithTrustedIssuer(otherSTS, publicSet("RS")))
	gomega.NewWithT(t).Expect(err).To(gomega.MatchError(gomega.ContainSubstring("given twice")))
}
