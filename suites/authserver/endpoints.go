package authserver

import (
	"github.com/authassay/authassay/suites/check"
)

// The endpoints of the target: what its file says, or else its metadata.

func authorizationEndpoint(t *check.T) string {
	return endpoint(t, t.Target().Endpoints.Authorization, "authorization_endpoint")
}

func introspectionEndpoint(t *check.T) string {
	return endpoint(t, t.Target().Endpoints.Introspection, "introspection_endpoint")
}

func revocationEndpoint(t *check.T) string {
	return endpoint(t, t.Target().Endpoints.Revocation, "revocation_endpoint")
}

func userInfoEndpoint(t *check.T) string {
	return endpoint(t, t.Target().Endpoints.UserInfo, "userinfo_endpoint")
}

func registrationEndpoint(t *check.T) string {
	return endpoint(t, t.Target().Endpoints.Registration, "registration_endpoint")
}
