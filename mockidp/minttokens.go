package mockidp

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

// MintAccessToken makes a JWT access token as the provider would issue it to a
// client (RFC 9068), without a flow: issuer, audience, scopes, lifetime and
// algorithm are the client's, the times are of the provider's clock. user is the
// subject or username of a user, or empty for a token of the client's own.
//
// o changes it. Its Claims, a map or anything else that is a JSON object, are
// added to the usual ones or take their place; a null leaves a claim out. Claims
// given as octets or as a string are the whole payload. As long as nothing that
// the provider itself says is changed, it knows the token: userinfo,
// introspection and revocation answer for it.
func (p *Provider) MintAccessToken(client, user string, o MintOptions) (string, error) {
	return p.mintFor(KindAccessToken, client, user, o)
}

// MintIDToken makes an ID token for a client (OpenID Connect Core §2), without a
// flow, as [Provider.MintAccessToken] makes access tokens. Give the nonce of the
// client's request among the claims. A user is required.
func (p *Provider) MintIDToken(client, user string, o MintOptions) (string, error) {
	if user == "" {
		return "", fmt.Errorf("mockidp: MintIDToken: there is no user; an ID token is about one")
	}
	return p.mintFor(KindIDToken, client, user, o)
}

func (p *Provider) mintFor(kind TokenKind, client, user string, o MintOptions) (string, error) {
	token, err := p.mintKnown(kind, client, user, o)
	if err != nil {
		return "", fmt.Errorf("mockidp: minting the %s: %w", kind, err)
	}
	return token, nil
}

func (p *Provider) mintKnown(kind TokenKind, client, user string, o MintOptions) (string, error) {
	c := p.registry.find(client)
	if c == nil {
		return "", fmt.Errorf("there is no client %q", client)
	}
	g := &grant{kind: "mint", client: c.ID, subject: c.ID, scopes: c.DefaultScopes}
	now := p.clock.Now()
	if user != "" {
		u := p.users.find(user)
		if u == nil {
			return "", fmt.Errorf("there is no user %q", user)
		}
		g.user, g.subject, g.authTime = u, u.Subject, now
	}
	x := p.ownExchange()
	t := &issued{
		kind: kind, grant: g, scopes: g.scopes, audience: x.audience(c), jti: randomWord(),
		at: now, expires: now.Truncate(time.Second).Add(c.TokenLifetime),
	}
	typ := "at+jwt"
	var claims object
	if kind == KindIDToken {
		typ, t.audience, t.jti = "JWT", []string{c.ID}, ""
		t.expires = now.Truncate(time.Second).Add(cmp.Or(c.IDTokenLifetime, c.TokenLifetime))
		claims = object{
			"iss": x.issuer(), "sub": g.subject, "aud": c.ID, "iat": now.Unix(), "exp": t.expires.Unix(), "auth_time": now.Unix(),
		}
		x.setClaims(claims, InIDToken, g, g.scopes)
	} else {
		claims = x.accessTokenClaims(t)
		x.setClaims(claims, InAccessToken, g, g.scopes)
	}
	honest := o.Key == "" && o.Forgery == "" && o.Header == nil && o.RawHeader == nil
	o.Header = withDefault(o.Header, "typ", typ)
	if o.Alg == "" && o.Key == "" {
		o.Alg = c.SigningAlg
	}
	usual := maps.Clone(claims)
	merged, err := mergeClaims(claims, o.Claims)
	if err != nil {
		return "", err
	}
	o.Claims = merged
	m, err := p.newMint(o)
	if err != nil {
		return "", err
	}
	token, err := m.strike(o)
	if err == nil && honest && keepsAll(usual, merged) {
		p.grants.begin(g)
		p.grants.add(token, t)
	}
	return token, err
}

// ownExchange is an exchange of nobody's, for what an endpoint would say.
func (p *Provider) ownExchange() *exchange {
	r, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, p.Issuer(), nil)
	return &exchange{p: p, r: r, set: p.settings.Load(), id: p.identity.Load()}
}

// withDefault adds a member to a copy of a header unless it says something about
// it.
func withDefault(header map[string]any, name string, value any) map[string]any {
	out := map[string]any{name: value}
	maps.Copy(out, header)
	return out
}

// mergeClaims puts claims wanted over the usual ones.
func mergeClaims(claims object, wanted any) (any, error) {
	switch wanted.(type) {
	case nil:
		return claims, nil
	case []byte, json.RawMessage, string:
		return wanted, nil
	}
	text, err := claimsText(wanted)
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, fmt.Errorf("the claims are not a JSON object: %w", err)
	}
	for name, value := range members {
		claims[name] = value // as it was written: no number loses a digit
		if string(value) == "null" {
			delete(claims, name)
		}
	}
	return claims, nil
}

// keepsAll says whether claims hold all the usual ones, unchanged.
func keepsAll(usual object, claims any) bool {
	c, ok := claims.(object)
	if !ok {
		return false
	}
	for name, value := range usual {
		a, _ := json.Marshal(value)
		b, _ := json.Marshal(c[name])
		if !slices.Equal(a, b) {
			return false
		}
	}
	return true
}
