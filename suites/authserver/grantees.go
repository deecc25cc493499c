package authserver

import (
	"slices"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// Grants that involve a user (RFC 6749 §4.1, §4.2, §4.3, §6).
const (
	grantAuthorizationCode = "authorization_code"
	grantImplicit          = "implicit"
	grantPassword          = "password"
	grantRefreshToken      = "refresh_token"
)

// codeClients are the clients that may use the authorization code grant and
// have a redirect URI: the confidential ones first.
func codeClients(t *check.T) []target.Client {
	var secret, public []target.Client
	for _, c := range clients(t) {
		switch {
		case len(c.RedirectURIs) == 0 || !c.MayUse(grantAuthorizationCode):
		case c.Confidential():
			secret = append(secret, c)
		default:
			public = append(public, c)
		}
	}
	return append(secret, public...)
}

// confidentialCode are the confidential ones of them, publicCode the others.
func confidentialCode(t *check.T) []target.Client {
	return slices.DeleteFunc(codeClients(t), func(c target.Client) bool { return !c.Confidential() })
}

func publicCode(t *check.T) []target.Client {
	return slices.DeleteFunc(codeClients(t), func(c target.Client) bool { return c.Confidential() })
}

// grantee is a client with the authentication method by which it makes token
// requests.
type grantee struct {
	client target.Client
	method string
}

// authenticate adds the client's credentials to a token request.
func (g grantee) authenticate(t *check.T, r *oauth.TokenRequest) *oauth.TokenRequest {
	if g.method == oauth.PrivateKeyJWT || g.method == oauth.ClientSecretJWT {
		return asserting(t, g.client, g.method).authenticate(t, r)
	}
	return r.Authenticate(g.method, g.client.ID, g.client.Secret)
}

// addParams adds what the target file says this client's token requests need.
func addParams(r *oauth.TokenRequest, c target.Client) {
	for _, n := range sortedKeys(c.Params) {
		r.Add(n, c.Params[n])
	}
}

func sortedKeys(m map[string]string) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

var needAuthorizationEndpoint = check.Need{
	Name: "an authorization endpoint",
	Hint: "the metadata names none; name it under endpoints.authorization in the target file",
	Met:  func(t *check.T) bool { return authorizationEndpoint(t) != "" },
}

var needUser = check.Need{
	Name: "a user who can log in",
	Hint: "add --username and --password, or list one under users in a target file",
	Met: func(t *check.T) bool {
		d := t.Target().Login.Driver
		return len(t.Target().Users) > 0 || d == target.DriverPerson || d == target.DriverSteps
	},
}

var needCodeClient = check.Need{
	Name:    "a client that may use the authorization code grant, with a redirect URI",
	Hint:    "add --client-id, --client-secret and --redirect-uri, or list one in a target file",
	Met:     func(t *check.T) bool { return len(codeClients(t)) > 0 },
	Instead: byRegistering,
}

var needSecondConfidentialCode = check.Need{
	Name:    "a second confidential client that may use the authorization code grant",
	Hint:    "list another with secret and redirect_uris in a target file",
	Met:     func(t *check.T) bool { return len(confidentialCode(t)) > 1 },
	Instead: byRegistering,
}

var needPublicCode = check.Need{
	Name:    "a public client that may use the authorization code grant",
	Hint:    "list one without secret, with redirect_uris and auth: none, in a target file",
	Met:     func(t *check.T) bool { return len(publicCode(t)) > 0 },
	Instead: byRegistering,
}

var needSecondPublicCode = check.Need{
	Name: "a second public client that may use the authorization code grant",
	Hint: "list another without secret, with redirect_uris and auth: none, in a target file",
	Met:  func(t *check.T) bool { return len(publicCode(t)) > 1 },
}

var needSecondUser = check.Need{
	Name: "a second user who can log in",
	Hint: "list another under users in a target file",
	Met:  func(t *check.T) bool { return len(t.Target().Users) > 1 },
}

// forAuthorization are the needs of every check that walks to the authorization
// endpoint; forCode of those that redeem a code as well.
var (
	forAuthorization = []check.Need{needAuthorizationEndpoint, needCodeClient, needUser}
	forCode          = append(slices.Clone(forAuthorization), needTokenEndpoint)
)
