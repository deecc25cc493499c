package mockidp

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// registry holds the clients. Registration, update and deletion change which
// clients are in it; a client that is in it never changes, so that a request
// keeps to the one it found.
type registry struct {
	mu      sync.RWMutex
	clients []*Client // in the order given, then as registered
	byID    map[string]*Client
}

// newRegistry completes and checks the clients. defaultAlg is the signing
// algorithm of clients that name none.
func newRegistry(clients []Client, defaultAlg string) (*registry, error) {
	reg := &registry{byID: make(map[string]*Client, len(clients))}
	for _, c := range clients {
		c = c.clone()
		if err := c.complete(defaultAlg); err != nil {
			return nil, fmt.Errorf("mockidp: client %q: %w", c.ID, err)
		}
		if reg.byID[c.ID] != nil {
			return nil, fmt.Errorf("mockidp: client %q: the identifier is given twice; each client needs its own", c.ID)
		}
		reg.clients = append(reg.clients, &c)
		reg.byID[c.ID] = &c
	}
	return reg, nil
}

// find gives the client with an identifier, or nil.
func (r *registry) find(id string) *Client {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.byID[id]
}

// all lists the clients in their order.
func (r *registry) all() []*Client {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Clone(r.clients)
}

// clone copies the client and its lists.
func (c Client) clone() Client {
	c.JWKS = slices.Clone(c.JWKS)
	c.registration = nil // it stays with the provider that the client registered at
	for _, list := range []*[]string{&c.AuthMethods, &c.GrantTypes, &c.Scopes, &c.DefaultScopes, &c.RedirectURIs, &c.Audience, &c.ResponseTypes, &c.PostLogoutRedirectURIs, &c.Resources} {
		*list = slices.Clone(*list)
	}
	return c
}

// complete fills in the defaults and says what is wrong with the rest.
func (c *Client) complete(defaultAlg string) error {
	if c.ID == "" {
		return fmt.Errorf("the identifier (ID) is empty")
	}
	for what, s := range map[string]string{"ID": c.ID, "Secret": c.Secret} {
		// RFC 7617 §2 keeps control characters out of Basic credentials.
		if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
			return fmt.Errorf("%s holds a control character or is not UTF-8", what)
		}
	}
	if err := c.completeAuthentication(); err != nil {
		return err
	}
	if err := c.completeGrants(); err != nil {
		return err
	}
	if err := checkLogin(c.Login, c.Consent); err != nil {
		return err
	}
	for _, s := range slices.Concat(c.Scopes, c.DefaultScopes) {
		if !isScopeToken(s) {
			return fmt.Errorf("%q is not a scope (RFC 6749 §3.3): one word of ASCII characters without quote and backslash", s)
		}
	}
	if c.DefaultScopes == nil {
		c.DefaultScopes = c.Scopes
	}
	for _, s := range c.DefaultScopes {
		if !slices.Contains(c.Scopes, s) {
			return fmt.Errorf("default scope %q is not one of its Scopes", s)
		}
	}
	for _, raw := range c.RedirectURIs {
		u, err := url.Parse(raw)
		if err != nil || !u.IsAbs() || strings.Contains(raw, "#") {
			return fmt.Errorf("redirect URI %q is not an absolute URI without fragment (RFC 6749 §3.1.2)", raw)
		}
	}
	if c.TokenLifetime == 0 {
		c.TokenLifetime = defaultTokenLifetime
	}
	if c.TokenLifetime < time.Second {
		return fmt.Errorf("token lifetime %v is too short; it counts in whole seconds, from 1s", c.TokenLifetime)
	}
	if c.SigningAlg == "" {
		c.SigningAlg = defaultAlg
	}
	return checkAlg(c.SigningAlg)
}

func (c *Client) completeAuthentication() error {
	if c.Public {
		if c.Secret != "" {
			return fmt.Errorf("a public client has no secret (RFC 6749 §2.1); leave Secret empty or Public false")
		}
		if c.AuthMethods == nil {
			c.AuthMethods = []string{AuthMethodNone}
		}
		if !slices.Equal(c.AuthMethods, []string{AuthMethodNone}) {
			return fmt.Errorf("a public client authenticates by %q alone, not by %q", AuthMethodNone, c.AuthMethods)
		}
		if slices.Contains(c.GrantTypes, grantClientCredentials) {
			return fmt.Errorf("client_credentials is for confidential clients only (RFC 6749 §4.4)")
		}
		return nil
	}
	if c.AuthMethods == nil {
		c.AuthMethods = []string{ClientSecretBasic}
	}
	if err := c.checkAuthMethods(); err != nil {
		return err
	}
	if c.GrantTypes == nil {
		c.GrantTypes = []string{grantClientCredentials}
	}
	if c.Secret == "" && c.usesSecret() {
		c.Secret = randomWord() + strings.Map(func(r rune) rune {
			if url.QueryEscape(string(r)) == string(r) {
				return -1
			}
			return r
		}, c.ID)
	}
	return c.completeAssertions()
}

// randomWord is a secret of 256 random bits in characters that no encoding
// touches, so that it survives shells, URLs and forms unchanged.
func randomWord() string {
	var b [32]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
}

// secretIs compares in constant time, whatever the lengths.
func (c *Client) secretIs(got string) bool {
	a, b := sha256.Sum256([]byte(c.Secret)), sha256.Sum256([]byte(got))
	return !c.Public && subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

func (c *Client) mayUse(method string) bool     { return slices.Contains(c.AuthMethods, method) }
func (c *Client) mayUseGrant(grant string) bool { return slices.Contains(c.GrantTypes, grant) }

// authMethods lists the methods that some client can use, strongest habit first.
func (r *registry) authMethods() []string {
	var out []string
	for _, m := range []string{ClientSecretBasic, ClientSecretPost, ClientSecretJWT, PrivateKeyJWT, AuthMethodNone} {
		if slices.ContainsFunc(r.all(), func(c *Client) bool { return c.mayUse(m) }) {
			out = append(out, m)
		}
	}
	return out
}

// scopes lists every scope that some client may have, sorted.
func (r *registry) scopes() []string {
	var out []string
	for _, c := range r.all() {
		out = append(out, c.Scopes...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// signingAlgs lists the algorithms that some client has its tokens signed with.
func (r *registry) signingAlgs() []string {
	var out []string
	for _, c := range r.all() {
		out = append(out, c.SigningAlg)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
