package mockidp

import (
	"slices"
	"time"
)

// defaultTokenLifetime is an hour, the most that RFC 6750 §5.3 recommends.
const defaultTokenLifetime = time.Hour

func lifetimeSeconds(d time.Duration) int64 { return int64(d / time.Second) }

// audience is whom the client's access tokens are for: its resources, or the
// default resource of the provider (RFC 9068 §3).
func (x *exchange) audience(c *Client) []string {
	if len(c.Audience) == 0 {
		return []string{x.id.base + "/resource"}
	}
	return c.Audience
}

// accessOptions are what an access token may have beyond its grant.
type accessOptions struct {
	parent   *issued
	scopes   []string
	audience []string // nil: the client's own
	claims   object   // added last, before the claim rules
	lifetime time.Duration
}

// issueAccess makes an access token: a JWT by RFC 9068, or an opaque one.
func (x *exchange) issueAccess(c *Client, g *grant, o accessOptions) (string, *issued, error) {
	now := x.p.clock.Now()
	if o.lifetime == 0 {
		o.lifetime = c.TokenLifetime
	}
	t := &issued{
		kind: KindAccessToken, grant: g, parent: o.parent, scopes: o.scopes, audience: o.audience,
		at: now, expires: now.Truncate(time.Second).Add(o.lifetime), jti: randomWord(), extra: o.claims,
	}
	if t.audience == nil {
		t.audience = x.audience(c)
	}
	value, err := x.accessTokenValue(c, t)
	if err != nil {
		return "", nil, err
	}
	return value, x.p.grants.add(value, t), nil
}

func (x *exchange) accessTokenValue(c *Client, t *issued) (string, error) {
	switch {
	case x.varies(varTokenOpaque):
		// Every character of b64token (RFC 6750 §2.1), which has = at its end.
		return "mock~idp/" + randomWord() + ".A+B-C_D==", nil
	case x.varies(varTokenSpaces):
		return "mockidp token; id " + randomWord() + "; v 1", nil
	case c.AccessTokenFormat == FormatOpaque:
		return randomWord(), nil
	}
	claims := x.accessTokenClaims(t)
	x.setClaims(claims, InAccessToken, t.grant, t.scopes)
	return x.sealed(&outToken{
		// RFC 9068 §2.1: the type at+jwt tells an access token from other JWTs.
		kind: KindAccessToken, client: c, alg: c.SigningAlg, header: object{"typ": "at+jwt"}, claims: claims,
	})
}

// accessTokenClaims are the claims of RFC 9068 §2.2, for introspection too.
func (x *exchange) accessTokenClaims(t *issued) object {
	claims := object{
		"iss": x.issuer(), "sub": t.grant.subject, "client_id": t.grant.client, "aud": oneOrMany(t.audience),
		"iat": t.at.Unix(), "exp": t.expires.Unix(), "jti": t.jti,
	}
	if len(t.scopes) > 0 {
		claims["scope"] = joinScope(t.scopes)
	}
	// RFC 9068 §2.2.1: authentication information, where a user authenticated.
	if !t.grant.authTime.IsZero() {
		claims["auth_time"] = t.grant.authTime.Unix()
		if t.grant.acr != "" {
			claims["acr"] = t.grant.acr
		}
		if len(t.grant.amr) > 0 {
			claims["amr"] = slices.Clone(t.grant.amr)
		}
	}
	if t.grant.act != nil {
		claims["act"] = t.grant.act
	}
	for name, value := range t.extra {
		claims[name] = value
	}
	return claims
}

// oneOrMany is a list as an aud claim: a single value is a string (RFC 7519
// §4.1.3).
func oneOrMany(list []string) any {
	if len(list) == 1 {
		return list[0]
	}
	return slices.Clone(list)
}
