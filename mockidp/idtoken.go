package mockidp

import (
	"crypto"
	_ "crypto/sha512" // for at_hash and c_hash
	"slices"
	"strings"
	"time"
)

// idTokenExtras are what an ID token is tied to in the same answer.
type idTokenExtras struct {
	accessToken string
	code        string
}

// issueIDToken makes an ID token (OpenID Connect Core §2) for the user of a
// grant.
func (x *exchange) issueIDToken(c *Client, g *grant, parent *issued, with idTokenExtras) (string, error) {
	now := x.p.clock.Now()
	lifetime := c.IDTokenLifetime
	if lifetime == 0 {
		lifetime = c.TokenLifetime
	}
	t := &issued{
		kind: KindIDToken, grant: g, parent: parent, scopes: g.scopes, audience: []string{c.ID},
		at: now, expires: now.Truncate(time.Second).Add(lifetime),
	}
	// Core §12.2: an ID token that comes of a refresh should have no nonce.
	refreshed := parent != nil && parent.kind == KindRefreshToken
	claims := object{
		"iss": x.issuer(), "sub": x.idTokenSubject(g, refreshed, with.code != ""), "aud": c.ID, "iat": now.Unix(), "exp": t.expires.Unix(),
	}
	// Core §2: auth_time is required when max_age was asked for, and harmless
	// else.
	if !g.authTime.IsZero() {
		claims["auth_time"] = g.authTime.Unix()
	}
	if g.nonce != "" && !refreshed && x.keeps(ruleNonceEchoed) {
		claims["nonce"] = g.nonce
	}
	if g.acr != "" {
		claims["acr"] = g.acr
	}
	if len(g.amr) > 0 {
		claims["amr"] = slices.Clone(g.amr)
	}
	if with.accessToken != "" && x.keeps(ruleAtHash) {
		claims["at_hash"] = x.hashFor(c.SigningAlg, with.accessToken)
	}
	if with.code != "" && x.keeps(ruleCHash) {
		claims["c_hash"] = x.hashFor(c.SigningAlg, with.code)
	}
	// Core §5.4: with the response type id_token there is no access token and
	// so no userinfo; the claims are in the ID token.
	if with.accessToken == "" && with.code == "" && parent == nil {
		for name, value := range g.scopedClaims(g.scopes) {
			claims[name] = value
		}
	}
	x.setClaims(claims, InIDToken, g, g.scopes)
	value, err := x.sealed(&outToken{kind: KindIDToken, client: c, alg: c.SigningAlg, header: object{"typ": "JWT"}, claims: claims})
	if err != nil {
		return "", err
	}
	x.p.grants.add(value, t)
	return value, nil
}

// idTokenSubject is the sub of an ID token: the user's, always the same one (Core
// §3.3.3.6, §12.2).
func (x *exchange) idTokenSubject(g *grant, refreshed, withCode bool) string {
	if g.user == nil || !refreshed && !withCode {
		return g.subject
	}
	email, ok := g.user.Claims["email"].(string)
	if ok && (refreshed && !x.keeps(ruleRefreshSubjectKept) || withCode && !x.keeps(ruleHybridSubjectSame)) {
		return email
	}
	return g.subject
}

// hashFor is the value of at_hash and c_hash for an access token or a code.
func (x *exchange) hashFor(alg, value string) string {
	sum := fullHash(alg, value)
	if !x.keeps(ruleHashHalf) {
		return encodeOctets(sum)
	}
	return encodeOctets(sum[:len(sum)/2])
}

// halfHash is base64url of the left half of the hash that goes with the algorithm
// (Core §3.1.3.6, §3.3.2.11).
func halfHash(alg, value string) string {
	sum := fullHash(alg, value)
	return encodeOctets(sum[:len(sum)/2])
}

// fullHash is the hash that goes with an algorithm. For EdDSA with Ed25519 that is
// SHA-512, the hash inside the signature.
func fullHash(alg, value string) []byte {
	hash := crypto.SHA512
	switch {
	case strings.HasSuffix(alg, "256"):
		hash = crypto.SHA256
	case strings.HasSuffix(alg, "384"):
		hash = crypto.SHA384
	}
	h := hash.New()
	h.Write([]byte(value))
	return h.Sum(nil)
}
