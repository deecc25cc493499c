package authserver_test

import (
	"crypto"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/oauth"
)

// clientKeys are the keys of the clients of the small server that have one, made
// once.
var clientKeys = sync.OnceValue(func() map[string]crypto.Signer {
	out := map[string]crypto.Signer{}
	for id, alg := range map[string]string{"keyed": "ES256", "keyed too": "ES256", "keyed by RSA": "RS256", "nobody's": "ES256"} {
		key, err := oauth.NewKey(alg)
		if err != nil {
			panic(err)
		}
		out[id] = key
	}
	return out
})

const macSecret = "mac-canary-value-that-is-long-enough-for-every-hash-there-is-7890"

// furtherClients are the clients of the small server beside those with a secret:
// two with a key, one with a MAC, and a public one.
func furtherClients() []target.Client {
	scopes := []string{"read"}
	return []target.Client{
		{ID: "keyed", Auth: "private_key_jwt", Scopes: scopes, Key: clientKeys()["keyed"], KeyID: "k1"},
		{ID: "keyed too", Auth: "private_key_jwt", Scopes: scopes, Key: clientKeys()["keyed too"], KeyID: "k2"},
		{ID: "maced", Secret: macSecret, Auth: "client_secret_jwt", Scopes: scopes},
		{ID: "open", Auth: "none", Scopes: scopes},
	}
}

// byRSA puts a client with an RSA key in the place of those with EC keys.
func byRSA(tg *target.Target) {
	tg.Clients = append(slices.DeleteFunc(tg.Clients, func(c target.Client) bool { return c.Key != nil }),
		target.Client{ID: "keyed by RSA", Auth: "private_key_jwt", Scopes: []string{"read"}, Key: clientKeys()["keyed by RSA"]})
}

// now is the clock of the small server.
func (s *idp) now() time.Time { return time.Now().Add(s.ahead) }

// audience are the names that it goes by.
func (s *idp) audience() []string {
	if s.names != nil {
		return s.names(s)
	}
	return []string{s.issuer(), s.url + strings.TrimSuffix(s.path, "/") + "/token"}
}

// assertion is a JWT that was taken apart.
type clientAssertion struct {
	header, claims map[string]any
}

func (a *clientAssertion) str(name string) string { v, _ := a.claims[name].(string); return v }

func takeApart(jwt string) *clientAssertion {
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		return nil
	}
	a := &clientAssertion{}
	for i, into := range []*map[string]any{&a.header, &a.claims} {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(text, into) != nil {
			return nil
		}
	}
	return a
}

// authenticateByAssertion is strict but for what the test wants lax.
func (s *idp) authenticateByAssertion(c *call) string {
	const bad = "invalid_client"
	c.method = oauth.PrivateKeyJWT
	jwt := c.form.Get("client_assertion")
	a := takeApart(jwt)
	if a == nil || c.form.Get("client_assertion_type") != oauth.AssertionTypeJWT {
		return bad
	}
	c.client = a.str("sub")
	if c.client == "" && s.lacks("assertion sub") {
		c.client = a.str("iss")
	}
	if id := c.form.Get("client_id"); id != "" && id != c.client && !s.lacks("assertion client_id") {
		return bad
	}
	if a.str("iss") != c.client && !s.lacks("assertion iss") {
		return bad
	}
	aud, _ := a.claims["aud"].(string)
	if !slices.Contains(s.audience(), aud) && !s.lacks("assertion aud") {
		return bad
	}
	now := float64(s.now().Unix())
	if exp, _ := a.claims["exp"].(float64); exp <= now-s.skew.Seconds() && !s.lacks("assertion exp") {
		return bad
	}
	if nbf, _ := a.claims["nbf"].(float64); nbf > now+s.skew.Seconds() {
		return bad
	}
	if iat, ok := a.claims["iat"].(float64); ok && (iat > now || iat < now-300) {
		return bad // in the future, or too old
	}
	if a.header["crit"] != nil || !s.signedRightly(jwt, a, c.client) {
		return bad
	}
	return ""
}

func (s *idp) signedRightly(jwt string, a *clientAssertion, client string) bool {
	if s.lacks("assertion URLs") {
		if url, _ := a.header["jku"].(string); url != "" {
			if r, err := http.Get(url); err == nil { //nolint:gosec // as such a server does
				_, _ = io.Copy(io.Discard, r.Body)
				_ = r.Body.Close()
			}
		}
	}
	if client == "maced" {
		return verified(jwt, []byte(macSecret), jose.HS256)
	}
	key := clientKeys()[client]
	if key == nil {
		return false
	}
	if client == "keyed by RSA" {
		algs := []jose.SignatureAlgorithm{jose.RS256}
		if s.lacks("assertion alg") {
			algs = append(algs, jose.PS256)
		}
		return verified(jwt, key.Public(), algs...)
	}
	return verified(jwt, key.Public(), jose.ES256)
}

func verified(jwt string, key any, algs ...jose.SignatureAlgorithm) bool {
	signed, err := jose.ParseSignedCompact(jwt, algs)
	if err != nil {
		return false
	}
	_, err = signed.Verify(key)
	return err == nil
}
