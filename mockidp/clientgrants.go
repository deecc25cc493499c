package mockidp

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The access token formats.
const (
	// FormatJWT is a JWT by RFC 9068.
	FormatJWT = "jwt"
	// FormatOpaque is a random word, which only introspection explains.
	FormatOpaque = "opaque"
)

// Lifetimes of what a client sets none for.
const (
	defaultCodeLifetime    = time.Minute
	defaultRefreshLifetime = 30 * 24 * time.Hour
)

// completeGrants fills in and checks what the client may do with its grants.
func (c *Client) completeGrants() error {
	for _, g := range c.GrantTypes {
		if known := knownGrants(); !slices.Contains(known, g) {
			return fmt.Errorf("grant type %q is not served; these are: %s%s", g, strings.Join(known, ", "), suggestion(g, known))
		}
		if served, ok := grantNamed(g); ok && c.Public && !served.public {
			return fmt.Errorf("grant type %q is for confidential clients only", g)
		}
	}
	if c.ResponseTypes == nil {
		c.ResponseTypes = responseTypesOf(c.GrantTypes)
	}
	for i, rt := range c.ResponseTypes {
		words, ok := parseResponseType(rt)
		if !ok {
			return fmt.Errorf("response type %q is not served; these are: %s", rt, strings.Join(responseTypesOf(knownGrants()), ", "))
		}
		c.ResponseTypes[i] = strings.Join(words, " ")
	}
	switch c.AccessTokenFormat {
	case "":
		c.AccessTokenFormat = FormatJWT
	case FormatJWT, FormatOpaque:
	default:
		return fmt.Errorf("access token format %q is neither %q nor %q", c.AccessTokenFormat, FormatJWT, FormatOpaque)
	}
	for _, raw := range c.PostLogoutRedirectURIs {
		if u, err := url.Parse(raw); err != nil || !u.IsAbs() || strings.Contains(raw, "#") {
			return fmt.Errorf("post-logout redirect URI %q is not an absolute URI without fragment", raw)
		}
	}
	for _, raw := range c.Resources {
		if !isResource(raw) {
			return fmt.Errorf("resource %q is not an absolute URI without fragment (RFC 8707 §2)", raw)
		}
	}
	if c.CodeLifetime == 0 {
		c.CodeLifetime = defaultCodeLifetime
	}
	if c.RefreshLifetime == 0 {
		c.RefreshLifetime = defaultRefreshLifetime
	}
	for what, d := range map[string]time.Duration{
		"code lifetime": c.CodeLifetime, "refresh token lifetime": c.RefreshLifetime,
		"ID token lifetime": c.IDTokenLifetime, "refresh grace": c.RefreshGrace,
	} {
		if d < 0 {
			return fmt.Errorf("%s %v is negative", what, d)
		}
	}
	return nil
}

// responseTypeOrder is the order in which the words of a response type are
// written in metadata and in the registry. On the wire their order does not
// matter (RFC 6749 §3.1.1).
var responseTypeOrder = []string{"code", "id_token", "token"}

// parseResponseType reads a response type into its words in the usual order.
func parseResponseType(s string) ([]string, bool) {
	if s == responseTypeNone {
		return []string{responseTypeNone}, true
	}
	words := strings.Split(s, " ")
	for i, w := range words {
		if !slices.Contains(responseTypeOrder, w) || slices.Contains(words[:i], w) {
			return nil, false
		}
	}
	slices.SortFunc(words, func(a, b string) int {
		return slices.Index(responseTypeOrder, a) - slices.Index(responseTypeOrder, b)
	})
	return words, true
}

// responseTypesOf are the response types that grants allow (RFC 7591 §2.1).
func responseTypesOf(grants []string) []string {
	out := []string{}
	code, implicit := slices.Contains(grants, GrantAuthorizationCode), slices.Contains(grants, GrantImplicit)
	if code {
		out = append(out, "code")
	}
	if implicit {
		out = append(out, "token", "id_token", "id_token token")
	}
	if code && implicit {
		out = append(out, "code token", "code id_token", "code id_token token")
	}
	return out
}

// servedResponseTypes are those that some client may use, and none.
func (p *Provider) servedResponseTypes() []string {
	out := []string{responseTypeNone}
	for _, rt := range responseTypesOf(knownGrants()) {
		if p.mayRegisterForResponse(rt) || slices.ContainsFunc(p.registry.all(), func(c *Client) bool { return slices.Contains(c.ResponseTypes, rt) }) {
			out = append(out, rt)
		}
	}
	return out
}

// servesOpenID reports whether some client may have the scope openid and can get
// it a user, or may register for it: then, and only then, ID tokens and userinfo are
// served.
func (p *Provider) servesOpenID() bool {
	if r := p.ext.registration; r != nil && slices.Contains(r.Scopes, "openid") {
		return true
	}
	return slices.ContainsFunc(p.registry.all(), func(c *Client) bool { return slices.Contains(c.Scopes, "openid") })
}
