package mockidp

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// defaultTokenLifetime is an hour, the most that RFC 6750 §5.3 recommends.
const defaultTokenLifetime = time.Hour

func lifetimeSeconds(c *Client) int64 { return int64(c.TokenLifetime / time.Second) }

// accessToken issues a token: a JWT by RFC 9068, or an opaque one under a
// variance.
func (x *exchange) accessToken(c *Client, scopes []string) (string, error) {
	switch {
	case x.varies(varTokenOpaque):
		// Every character of b64token (RFC 6750 §2.1), which has = at its end.
		return "mock~idp/" + randomWord() + ".A+B-C_D==", nil
	case x.varies(varTokenSpaces):
		return "mockidp token; id " + randomWord() + "; v 1", nil
	}
	signer, err := x.id.signer(x.r.Context(), x.p.keys, c.SigningAlg)
	if err != nil {
		return "", err
	}
	claims, err := json.Marshal(x.accessTokenClaims(c, scopes))
	if err != nil {
		return "", fmt.Errorf("mockidp: access token claims: %w", err)
	}
	signed, err := signer.Sign(claims)
	if err != nil {
		return "", fmt.Errorf("mockidp: signing an access token: %w", err)
	}
	return signed.CompactSerialize()
}

// accessTokenClaims are the claims of RFC 9068 §2.2. No user is involved in the
// client credentials grant, so the subject is the client.
func (x *exchange) accessTokenClaims(c *Client, scopes []string) object {
	now := x.p.clock.Now().Unix()
	claims := object{
		"iss": x.issuer(), "sub": c.ID, "client_id": c.ID, "aud": x.audience(c),
		"iat": now, "exp": now + lifetimeSeconds(c), "jti": randomWord(),
	}
	if len(scopes) > 0 {
		claims["scope"] = strings.Join(scopes, " ")
	}
	return claims
}

// audience is the aud claim: the client's resources, or the default resource of
// the provider (RFC 9068 §3). A single one is a string (RFC 7519 §4.1.3).
func (x *exchange) audience(c *Client) any {
	switch len(c.Audience) {
	case 0:
		return x.id.base + "/resource"
	case 1:
		return c.Audience[0]
	}
	return c.Audience
}
