package mockidp

import (
	"encoding/json"
	"fmt"
	"net/url"
)

// outToken is a JWT that is about to be signed. What stands between the
// endpoints and the client may change the header and the claims; a header member
// "alg" or "kid" that is there replaces the usual one.
type outToken struct {
	kind   TokenKind
	client *Client
	alg    string
	header object // beyond alg and kid; holds typ
	claims object
	// sign makes the compact serialization. It is signJWT unless replaced.
	sign func(x *exchange, t *outToken) (string, error)
}

// outgoingToken is where every ID token and every JWT access token passes just
// before it is signed.
func (x *exchange) outgoingToken(t *outToken) {
	if x.varies(varLongValues) {
		t.claims["mockidp_filler"] = longValue
	}
	x.lieInToken(t)
}

// outAnswer is an authorization response that is about to be sent: its
// parameters, and where and how they go.
type outAnswer struct {
	request *authRequest
	target  string // the redirect URI
	mode    string // query, fragment or form_post
	values  url.Values
}

// outgoingAnswer is where every authorization response, errors included, passes
// just before it is written.
func (x *exchange) outgoingAnswer(a *outAnswer) { x.lieInResponse(a) }

// outDocument is a JSON answer that is about to be written: of the token
// endpoint, of userinfo, of introspection.
type outDocument struct {
	endpoint string // "token", "userinfo", "introspect"
	client   *Client
	status   int
	doc      object
}

// outgoingDocument is where those answers pass just before they are written.
func (x *exchange) outgoingDocument(d *outDocument) { x.pranked.client = d.client }

// sealed signs a token after it has passed [exchange.outgoingToken].
func (x *exchange) sealed(t *outToken) (string, error) {
	t.sign = (*exchange).signJWT
	x.outgoingToken(t)
	return t.sign(x, t)
}

// signJWT signs with the provider's key for the algorithm.
func (x *exchange) signJWT(t *outToken) (string, error) {
	claims, err := json.Marshal(t.claims)
	if err != nil {
		return "", fmt.Errorf("mockidp: claims of the %s: %w", t.kind, err)
	}
	signed, err := x.sign(signature{
		alg: t.alg, header: t.header, named: x.keeps(ruleJWTNamesKey), stranger: !x.keeps(ruleJWTKeyPublished),
	}, claims)
	if err != nil {
		return "", fmt.Errorf("mockidp: signing the %s: %w", t.kind, err)
	}
	return signed, nil
}
