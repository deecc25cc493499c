package authserver

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// tokenFacts are what is known about the access token of an answer: what it says
// itself, where it is a JWT (RFC 9068 §2.2), or else what introspection says to a
// client (RFC 7662 §2.2). They are empty where neither is to be had: a token is
// opaque to clients, and evidence at best.
func tokenFacts(t *check.T, cr credentials, r *check.Response) oauth.Answer {
	token, _ := oauth.Read(r).String("access_token")
	if claims := claimsOf(token); claims != nil {
		return oauth.Answer{Members: claims}
	}
	endpoint := introspectionEndpoint(t)
	if token == "" || endpoint == "" {
		return oauth.Answer{}
	}
	ask := (&oauth.TokenRequest{Endpoint: endpoint}).Add("token", token)
	answer, err := t.Try("introspection", "introspection", ask.Authenticate(cr.method, cr.client.ID, cr.client.Secret).HTTP())
	if err != nil || answer.Status != 200 {
		return oauth.Answer{}
	}
	facts := oauth.Read(answer)
	if string(facts.Members["active"]) != "true" {
		return oauth.Answer{}
	}
	return facts
}

// claimsOf are the claims of a token that is a signed JWT; nil for any other.
func claimsOf(token string) (claims map[string]json.RawMessage) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(text, &claims) != nil {
		return nil
	}
	return claims
}
