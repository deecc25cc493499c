package mockidp

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/onsi/gomega"
)

// What the walks below send.
const (
	walkState    = "state-of-the-walk"
	walkNonce    = "nonce-of-the-walk"
	walkVerifier = "verifier-of-the-walk-verifier-of-the-walk-0123"
	walkCallback = "https://client.example/callback"
)

// newLiar makes a provider with all default clients, reached in memory.
func newLiar(t testing.TB, opts ...Option) *Provider {
	return newProvider(t, append([]Option{WithClients(DefaultClients()...)}, opts...)...)
}

// frontChannel is the authorization response to a client's request.
func frontChannel(t testing.TB, p *Provider, client, responseType string, more ...string) url.Values {
	t.Helper()
	sum := sha256.Sum256([]byte(walkVerifier))
	q := url.Values{
		"client_id": {client}, "response_type": {responseType}, "redirect_uri": {walkCallback},
		"scope": {"openid read write"}, "state": {walkState}, "nonce": {walkNonce},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	a := ask(p, get(pathAuthorize+"?"+q.Encode()))
	u, err := url.Parse(a.header.Get("Location"))
	g := gomega.NewWithT(t)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(a.status).To(gomega.Equal(http.StatusSeeOther), a.body)
	values, err := url.ParseQuery(u.RawQuery + u.Fragment)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	return values
}

// redeemed is the token answer to a code.
func redeemed(p *Provider, code, verifier string) answer {
	f := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {walkCallback}}
	if verifier != "" {
		f.Set("code_verifier", verifier)
	}
	return ask(p, sent{basic: ClientWeb, form: f})
}

// walked is the token answer at the end of a login.
func walked(t testing.TB, p *Provider) answer {
	t.Helper()
	return redeemed(p, frontChannel(t, p, ClientWeb, "code").Get("code"), walkVerifier)
}

// jwtOf is the token of a kind at the end of a login.
func jwtOf(t testing.TB, p *Provider, kind TokenKind) string {
	t.Helper()
	a := walked(t, p)
	token := a.str(string(kind))
	gomega.NewWithT(t).Expect(token).NotTo(gomega.BeEmpty(), a.body)
	return token
}

// part is the text of the header (0) or the claims (1) of a token.
func part(token string, i int) []byte {
	octets, _ := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[i])
	return octets
}

// saysOf tells how often a claim is there, and whether what a lenient parser
// makes of it is what it should be.
func saysOf(text []byte, claim string, right any) string {
	var claims map[string]any
	_ = json.Unmarshal(text, &claims)
	return fmt.Sprintf("%d× %v", bytes.Count(text, []byte(`"`+claim+`":`)), fmt.Sprint(claims[claim]) == fmt.Sprint(right))
}

// verifiedBy reports whether a key of the JWK Set verifies a token.
func verifiedBy(p *Provider, token string) bool {
	keys, err := parseJWKS([]byte(ask(p, get(pathJWKS)).body))
	if err != nil {
		return false
	}
	parsed, malformed := parseJWT(token)
	return malformed == "" && parsed.signedBy(keys)
}

// inBubble runs a test in which waiting takes no time.
func inBubble(t *testing.T, name string, f func(*testing.T)) {
	t.Helper()
	// The keys are shared with tests outside.
	gomega.NewWithT(t).Expect(testKeys().Ready(context.Background())).To(gomega.Succeed())
	t.Run(name, func(t *testing.T) { synctest.Test(t, f) })
}

// overBroken sends a request through an HTTP client and says what went wrong.
func overBroken(c *http.Client, r *http.Request) string {
	resp, err := c.Do(r)
	if err == nil {
		defer func() { _ = resp.Body.Close() }()
		_, err = io.ReadAll(resp.Body)
	}
	for errors.Unwrap(err) != nil {
		err = errors.Unwrap(err)
	}
	if err == nil {
		return "whole"
	}
	return err.Error()
}
