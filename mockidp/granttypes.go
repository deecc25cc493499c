package mockidp

import (
	"slices"
	"time"
)

// The grant types (RFC 7591 §2).
const (
	// GrantAuthorizationCode is the authorization code grant (RFC 6749 §4.1).
	GrantAuthorizationCode = "authorization_code"
	// GrantImplicit is not redeemed at the token endpoint: it allows a client
	// the response types that give tokens (RFC 6749 §4.2). Together with the
	// authorization code grant it allows the hybrid ones.
	GrantImplicit = "implicit"
	// GrantPassword is the resource owner password grant (RFC 6749 §4.3).
	GrantPassword = "password"
	// GrantRefreshToken redeems refresh tokens (RFC 6749 §6).
	GrantRefreshToken = "refresh_token"
	// GrantClientCredentials is the client credentials grant (RFC 6749 §4.4).
	GrantClientCredentials = grantClientCredentials
)

// grantHandler answers a token request of one grant type whose client has been
// authenticated and may use the grant. It returns what to put into the answer.
type grantHandler func(x *exchange, c *Client, f form) (*tokenSet, *refusal)

// tokenSet is what a token request is answered with.
type tokenSet struct {
	grant  *grant
	parent *issued // the code, refresh or device code redeemed; nil at the root
	scope  granted
	// audience is the aud of the access token; nil means the client's own.
	audience []string
	refresh  bool          // a refresh token is issued, where the client has the grant
	idToken  bool          // an ID token is issued
	claims   object        // added to the access token, for example act
	members  object        // added to the answer, for example issued_token_type
	lifetime time.Duration // of the access token, 0 for the client's own
}

// grantType is a grant that the token endpoint serves.
type grantType struct {
	name   string
	handle grantHandler
	// public says that a client without credentials may use it.
	public bool
}

// grantTypes are all grants of the token endpoint, in the order in which the
// metadata names them. It is filled in [init] because handlers refer to it.
var grantTypes []grantType

func init() {
	grantTypes = append(grantTypes,
		grantType{name: GrantAuthorizationCode, handle: (*exchange).redeemCode, public: true},
		grantType{name: GrantRefreshToken, handle: (*exchange).redeemRefresh, public: true},
		grantType{name: GrantPassword, handle: (*exchange).passwordGrant, public: true},
		grantType{name: GrantClientCredentials, handle: (*exchange).clientCredentials},
	)
}

func grantNamed(name string) (grantType, bool) {
	i := slices.IndexFunc(grantTypes, func(g grantType) bool { return g.name == name })
	if i < 0 {
		return grantType{}, false
	}
	return grantTypes[i], true
}

// knownGrants names every grant a client can be registered for.
func knownGrants() []string {
	names := []string{GrantImplicit}
	for _, g := range grantTypes {
		names = append(names, g.name)
	}
	return names
}

// servedGrants are the grants that some client can use: those are served, and
// those are advertised. A provider none of whose clients may use a grant is one
// without that grant.
func (p *Provider) servedGrants() []string {
	var out []string
	for _, name := range append([]string{GrantClientCredentials, GrantAuthorizationCode, GrantImplicit}, knownGrants()...) {
		if !slices.Contains(out, name) && p.grantOffered(name) {
			out = append(out, name)
		}
	}
	if len(out) == 0 {
		// A list without elements is left out of the metadata, and its absence
		// would say authorization_code and implicit (RFC 8414 §2).
		out = append(out, GrantClientCredentials)
	}
	return out
}

// servesGrant reports whether a grant is one of them.
func (p *Provider) servesGrant(name string) bool {
	return p.grantOffered(name) || name == GrantClientCredentials && slices.Contains(p.servedGrants(), name)
}

// anyMayUse reports whether some client may use a grant.
func (r *registry) anyMayUse(grant string) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.ContainsFunc(r.clients, func(c *Client) bool { return c.mayUseGrant(grant) })
}
