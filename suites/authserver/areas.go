// Package authserver holds the checks for a target that issues tokens: an
// OAuth 2.0 authorization server (RFC 6749 §1.1). There is a file for each
// group of clauses.
package authserver

import (
	"slices"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
)

// Areas are the groups of checks of this role, in the order of the report.
func Areas() []*check.Area {
	areas := []*check.Area{
		{ID: "meta", Title: "Authorization server metadata", Checks: slices.Concat(metadataDocument(), metadataMembers(), issuerParameterMetadata())},
		{ID: "jwks", Title: "JWK Set", Checks: append(jwkSet(), jwkStrength()...)},
		{ID: "authz", Title: "Authorization endpoint", Checks: slices.Concat(authorizationRequests(), redirectURIs(), authorizationAnswers(), authorizationPages())},
		{ID: "code", Title: "Authorization code grant", Checks: codeGrant()},
		{ID: "pkce", Title: "Proof key for code exchange", Checks: proofKeys()},
		{ID: "impl", Title: "Implicit grant", Checks: slices.Concat(implicitGrant(), implicitRedirects())},
		{ID: "hyb", Title: "Hybrid flow", Checks: hybridFlow()},
		{ID: "ropc", Title: "Resource owner password credentials grant", Checks: passwordGrant()},
		{ID: "cc", Title: "Client credentials grant", Checks: clientCredentials()},
		{ID: "rt", Title: "Refresh token grant", Checks: refreshGrant()},
		{ID: "ca", Title: "Client authentication", Checks: slices.Concat(clientAuthentication(), clientAuthenticationRefusals(), clientAssertions(), issuedSecrets())},
		{ID: "tok", Title: "Token endpoint", Checks: slices.Concat(tokenRequests(), tokenAnswers(), plainToken())},
		{ID: "iss", Title: "Issuer identification", Checks: issuerIdentification()},
		{ID: "http", Title: "HTTP on every endpoint", Checks: httpHygiene()},
	}
	for _, a := range areas {
		a.Role = target.RoleAuthorizationServer
	}
	// An area without a check has nothing to report.
	return slices.DeleteFunc(areas, func(a *check.Area) bool { return len(a.Checks) == 0 })
}
