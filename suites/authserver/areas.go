// Package authserver holds the checks for a target that issues tokens: an
// OAuth 2.0 authorization server (RFC 6749 §1.1). There is a file for each
// group of clauses.
package authserver

import (
	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
)

// Areas are the groups of checks of this role, in the order of the report.
func Areas() []*check.Area {
	areas := []*check.Area{
		{ID: "meta", Title: "Authorization server metadata", Checks: append(metadataDocument(), metadataMembers()...)},
		{ID: "jwks", Title: "JWK Set", Checks: append(jwkSet(), jwkStrength()...)},
		{ID: "cc", Title: "Client credentials grant", Checks: clientCredentials()},
		{ID: "ca", Title: "Client authentication", Checks: append(clientAuthentication(), clientAuthenticationRefusals()...)},
		{ID: "tok", Title: "Token endpoint", Checks: append(tokenRequests(), tokenAnswers()...)},
		{ID: "http", Title: "HTTP on every endpoint", Checks: httpHygiene()},
	}
	for _, a := range areas {
		a.Role = target.RoleAuthorizationServer
	}
	return areas
}
