package mockidp

import "time"

// The client authentication methods, by their registered names (RFC 7591 §2).
const (
	// ClientSecretBasic is HTTP Basic, form-encoded (RFC 6749 §2.3.1).
	ClientSecretBasic = "client_secret_basic"
	// ClientSecretPost is client_id and client_secret in the body.
	ClientSecretPost = "client_secret_post"
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
)

// grantClientCredentials is the only grant served for now.
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
	// browser, compared as strings.
	RedirectURIs []string
	// TokenLifetime is how long an access token lives, in whole seconds. The
	// default is one hour.
	TokenLifetime time.Duration
	// Audience is the aud claim of the client's access tokens. The default is
	// the issuer with /resource appended.
	Audience []string
	// SigningAlg is the algorithm of the client's access tokens: ES256, RS256
	// or EdDSA. The default is the provider's, see [WithSigningAlg].
	SigningAlg string
}

// DefaultClients makes the clients a provider has unless told otherwise, one for
// each way to authenticate; the constants beside [ClientConfidential] are their
// identifiers. Their secrets are empty here, hence random in every provider.
func DefaultClients() []Client {
	scopes := []string{"read", "write"}
	redirect := []string{"https://client.example/callback"}
	return []Client{
		{ID: ClientConfidential, AuthMethods: []string{ClientSecretBasic, ClientSecretPost}, Scopes: scopes, RedirectURIs: redirect},
		{ID: ClientBasic, AuthMethods: []string{ClientSecretBasic}, Scopes: scopes},
		{ID: ClientPost, AuthMethods: []string{ClientSecretPost}, Scopes: scopes},
		{ID: ClientEncoded, AuthMethods: []string{ClientSecretBasic, ClientSecretPost}, Scopes: scopes},
		{ID: ClientUnicode, AuthMethods: []string{ClientSecretBasic, ClientSecretPost}, Scopes: scopes},
		{ID: ClientPublic, Public: true, Scopes: scopes, RedirectURIs: redirect},
	}
}
