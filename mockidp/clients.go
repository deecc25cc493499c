package mockidp

import (
	"encoding/json"
	"slices"
	"time"
)

// The client authentication methods, by their registered names (RFC 7591 §2).
const (
	// ClientSecretBasic is HTTP Basic, form-encoded (RFC 6749 §2.3.1).
	ClientSecretBasic = "client_secret_basic"
	// ClientSecretPost is client_id and client_secret in the body.
	ClientSecretPost = "client_secret_post"
	// ClientSecretJWT is a JWT that the client makes a MAC of with its secret
	// (RFC 7523 §2.2, OpenID Connect Core §9).
	ClientSecretJWT = "client_secret_jwt"
	// PrivateKeyJWT is a JWT that the client signs with a key of its own
	// (RFC 7523 §2.2, OpenID Connect Core §9).
	PrivateKeyJWT = "private_key_jwt"
	// AuthMethodNone is no authentication: the client is public.
	AuthMethodNone = "none"
)

// Identifiers of the clients that [DefaultClients] makes.
const (
	// ClientConfidential may use Basic and client_secret_post.
	ClientConfidential = "confidential-client"
	// ClientBasic may use Basic only.
	ClientBasic = "basic-client"
	// ClientPost may use client_secret_post only.
	ClientPost = "post-client"
	// ClientEncoded has an identifier and a secret full of characters that the
	// form encoding of Basic credentials must escape, all of them within what
	// RFC 6749 App. A.1 and A.2 allow.
	ClientEncoded = "client: 100% a+b&c"
	// ClientUnicode goes further, with the characters of the example in RFC 6749
	// App. B. The grammar of App. A.1 does not allow the last two, servers do.
	ClientUnicode = "client: 100% a+b&c £€"
	// ClientPublic has no secret.
	ClientPublic = "public-client"
	// ClientWeb is a web application with a server: code and refresh.
	ClientWeb = "web-client"
	// ClientSPA is a public client in a browser: code with PKCE, and refresh.
	ClientSPA = "spa-client"
	// ClientNative is a public client on a device, with a redirect URI on the
	// loopback interface and one of a scheme of its own.
	ClientNative = "native-client"
	// ClientLegacy uses what RFC 9700 advises against: the implicit, hybrid and
	// password grants.
	ClientLegacy = "legacy-client"
)

// grantClientCredentials is the grant of a client that names none.
const grantClientCredentials = "client_credentials"

// Client is a registered client. The zero values of all fields but ID are
// useful.
type Client struct {
	// ID is the client identifier. Required.
	ID string
	// Secret is the client password. Left empty for a confidential client, a
	// random one is made when the provider is; see [Provider.Client]. It holds
	// those characters of the identifier that form encoding escapes, so that a
	// client with an awkward identifier has an awkward secret.
	Secret string
	// Public marks a client without credentials (RFC 6749 §2.1).
	Public bool
	// AuthMethods are the methods the client may authenticate with. The default
	// is client_secret_basic, and none for a public client (RFC 7591 §2).
	AuthMethods []string
	// GrantTypes are the grants the client may use. Nil means
	// client_credentials, and for a public client no grant at all.
	GrantTypes []string
	// Scopes are the scopes the client may have.
	Scopes []string
	// DefaultScopes are granted when a request names no scope. Nil means all of
	// Scopes.
	DefaultScopes []string
	// RedirectURIs are where the authorization endpoint may send the user's
	// browser, compared as strings. Those that RFC 9700 §2.6 and RFC 8252 §8.4
	// advise against are not used: http on another machine, and a scheme of an
	// application without a period. The rules redirect-uri-http-local and
	// private-use-scheme-period say so, and can be switched off.
	RedirectURIs []string
	// TokenLifetime is how long an access token lives, in whole seconds. The
	// default is one hour.
	TokenLifetime time.Duration
	// Audience is the aud claim of the client's access tokens. The default is
	// the issuer with /resource appended.
	Audience []string
	// SigningAlg is the algorithm of the client's access tokens and ID tokens,
	// see [WithSigningAlg], which sets the default.
	SigningAlg string
	// JWKS is a JWK Set (RFC 7517 §5) with the public keys of a client that
	// authenticates by private_key_jwt.
	JWKS json.RawMessage
	// JWKSURI is where such a client publishes its keys instead. They are
	// fetched from hosts that [WithJWKSHosts] allows and from no other.
	JWKSURI string
	// AuthSigningAlg is the JWS algorithm of the client's assertions (RFC 7591
	// §2 with OpenID Connect Core §9: token_endpoint_auth_signing_alg). Empty
	// means any that the provider supports for the client's methods.
	AuthSigningAlg string
	// RequirePushed lets the client make authorization requests by pushing them
	// only (RFC 9126 §6).
	RequirePushed bool

	// ResponseTypes are the response types the client may use, each with its
	// words in any order. Nil means those that its grants allow: code for
	// authorization_code; token, id_token and both together for implicit; the
	// hybrid ones for both grants. The response type none is for every client.
	ResponseTypes []string
	// AccessTokenFormat is "jwt" for access tokens by RFC 9068, which is the
	// default, or "opaque".
	AccessTokenFormat string
	// RequirePKCE demands PKCE (RFC 7636) of a confidential client. A public one
	// must always use it (RFC 9700 §2.1.1).
	RequirePKCE bool
	// AllowPlainPKCE lets the client use the challenge method plain beside S256.
	AllowPlainPKCE bool
	// Native marks an application on the user's device, whose redirect URIs on
	// the loopback interface match with any port (RFC 8252 §7.3).
	Native bool
	// PostLogoutRedirectURIs are where the end session endpoint may send the
	// user's browser, compared as strings.
	PostLogoutRedirectURIs []string
	// Login is how the client's users log in. The default is the provider's, see
	// [WithLogin].
	Login LoginMode
	// Consent says whether the client's users are asked if it may have what it
	// asks for. The default is the provider's, see [WithConsent].
	Consent ConsentMode
	// Resources are the resources the client may ask for by the parameter
	// resource (RFC 8707). Nil means any.
	Resources []string
	// MayIntrospect marks a resource server, which may introspect the tokens of
	// all clients. Every client may introspect its own, and those that have its
	// identifier in their audience.
	MayIntrospect bool
	// KeepRefreshToken leaves a refresh token good when it is redeemed. The
	// default is rotation: each is good for one use, and gives the next (RFC
	// 9700 §4.14.2).
	KeepRefreshToken bool
	// OfflineOnly gives refresh tokens only where the scope offline_access is
	// granted, and grants that only to a request with prompt=consent (OpenID
	// Connect Core §11). The default is a refresh token for every client that has
	// the grant.
	OfflineOnly bool
	// RefreshGrace is how long a rotated refresh token stays good, for clients
	// that lose an answer. The default is not at all.
	RefreshGrace time.Duration
	// CodeLifetime is how long an authorization code lives; the default is a
	// minute, and RFC 6749 §4.1.2 recommends ten at most.
	CodeLifetime time.Duration
	// RefreshLifetime is how long a refresh token lives. The default is 30 days.
	RefreshLifetime time.Duration
	// IDTokenLifetime is how long an ID token lives. The default is that of the
	// access token.
	IDTokenLifetime time.Duration

	keys         []verifyKey   // of JWKS
	registration *registration // of a client that registered itself
}

// DefaultClients makes the clients a provider has unless told otherwise, one for
// each way to authenticate and one for each sort of application; the constants beside [ClientConfidential] are their
// identifiers. Their secrets are empty here, hence random in every provider.
func DefaultClients() []Client {
	scopes := []string{"read", "write"}
	openid := append(slices.Clone(scopes), "openid", "profile", "email", "address", "phone", "offline_access")
	redirect := []string{"https://client.example/callback"}
	loggedOut := []string{"https://client.example/logged-out"}
	return []Client{
		{ID: ClientConfidential, AuthMethods: []string{ClientSecretBasic, ClientSecretPost}, Scopes: scopes, RedirectURIs: redirect},
		{ID: ClientBasic, AuthMethods: []string{ClientSecretBasic}, Scopes: scopes},
		{ID: ClientPost, AuthMethods: []string{ClientSecretPost}, Scopes: scopes},
		{ID: ClientEncoded, AuthMethods: []string{ClientSecretBasic, ClientSecretPost}, Scopes: scopes},
		{ID: ClientUnicode, AuthMethods: []string{ClientSecretBasic, ClientSecretPost}, Scopes: scopes},
		{ID: ClientPublic, Public: true, Scopes: scopes, RedirectURIs: redirect},
		{
			ID: ClientWeb, AuthMethods: []string{ClientSecretBasic, ClientSecretPost}, Scopes: openid, DefaultScopes: scopes,
			GrantTypes: []string{GrantAuthorizationCode, GrantRefreshToken}, RedirectURIs: redirect, PostLogoutRedirectURIs: loggedOut,
		}, {
			ID: ClientSPA, Public: true, Scopes: openid, DefaultScopes: scopes,
			GrantTypes: []string{GrantAuthorizationCode, GrantRefreshToken}, RedirectURIs: redirect, PostLogoutRedirectURIs: loggedOut,
		}, {
			ID: ClientNative, Public: true, Native: true, Scopes: openid, DefaultScopes: scopes,
			GrantTypes:   []string{GrantAuthorizationCode, GrantRefreshToken},
			RedirectURIs: []string{"http://127.0.0.1/callback", "http://[::1]/callback", "com.example.app:/callback"},
		}, {
			ID: ClientLegacy, AuthMethods: []string{ClientSecretBasic, ClientSecretPost}, Scopes: openid, DefaultScopes: scopes,
			GrantTypes:   []string{GrantAuthorizationCode, GrantImplicit, GrantPassword, GrantRefreshToken},
			RedirectURIs: redirect, PostLogoutRedirectURIs: loggedOut,
		},
	}
}
