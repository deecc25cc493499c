package mockidp

import (
	"slices"
	"strings"
)

// readClient makes a client of the metadata in a request, or says what is wrong
// with them (RFC 7591 §2, §3.2.2). Old is the client that is updated, nil for a
// new one.
func (x *exchange) readClient(doc map[string]any, old *Client) (*Client, *refusal) {
	invalid := func(why string) (*Client, *refusal) { return nil, refuse(errInvalidMetadata, why) }
	m, wrong, unknown := readMetadata(doc)
	if old == nil && unknown != "" && !x.keeps(ruleRegistrationUnknown) {
		return invalid("there is client metadata that is not understood")
	}
	if x.breaks(ruleRegistrationTypes, wrong == "", "the JSON type of each value", wrong+" of another type") {
		return invalid(wrong + " has a value of another type")
	}
	page := slices.IndexFunc(metadataPages, func(name string) bool { return m.strings[name] != "" && !isWebURL(m.strings[name]) })
	if x.breaks(ruleRegistrationURIs, page < 0, "URLs of web pages", "something else") {
		return invalid(metadataPages[page] + " is not an http or https URL")
	}
	c := &Client{registration: &registration{metadata: m.kept}}
	if bad := x.readGrants(c, m); bad != nil {
		return nil, bad
	}
	if bad := x.readRedirects(c, m); bad != nil {
		return nil, bad
	}
	if bad := x.readScopes(c, m); bad != nil {
		return nil, bad
	}
	if bad := x.readKeys(c, m); bad != nil {
		return nil, bad
	}
	c.RequirePushed = m.flags["require_pushed_authorization_requests"]
	return x.completed(c, old)
}

// readGrants reads how the client authenticates and what it may do.
func (x *exchange) readGrants(c *Client, m clientMetadata) *refusal {
	method := m.strings["token_endpoint_auth_method"]
	if method == "" {
		method = ClientSecretBasic // RFC 7591 §2
	}
	known := slices.Contains(registrableMethods, method)
	if x.breaks(ruleRegistrationAuthMethod, known, "a supported token_endpoint_auth_method", "another") {
		return refuse(errInvalidMetadata, "token_endpoint_auth_method is not supported")
	}
	if !known {
		method = ClientSecretBasic
	}
	c.AuthMethods, c.Public = []string{method}, method == AuthMethodNone

	c.GrantTypes = m.lists["grant_types"]
	if len(c.GrantTypes) == 0 {
		c.GrantTypes = []string{GrantAuthorizationCode} // RFC 7591 §2
	}
	served := x.p.ext.registration.grants()
	foreign := func(g string) bool { return !slices.Contains(served, g) }
	if x.breaks(ruleRegistrationGrants, !slices.ContainsFunc(c.GrantTypes, foreign), "grant types that are served", "another") {
		return refuse(errInvalidMetadata, "a grant type is not supported")
	}
	c.GrantTypes = slices.DeleteFunc(slices.Clone(c.GrantTypes), foreign)

	types := m.lists["response_types"]
	if len(types) == 0 {
		types = impliedResponseTypes(c.GrantTypes)
	}
	odd := func(t string) bool { _, ok := parseResponseType(t); return !ok }
	if x.breaks(ruleRegistrationResponses, !slices.ContainsFunc(types, odd), "response types that are served", "another") {
		return refuse(errInvalidMetadata, "a response type is not supported")
	}
	types = slices.DeleteFunc(slices.Clone(types), odd)
	if x.breaks(ruleRegistrationConsistent, consistent(c.GrantTypes, types), "response_types that go with grant_types", "others") {
		return refuse(errInvalidMetadata, "response_types and grant_types do not go together")
	}
	c.ResponseTypes = types
	if c.Public && c.mayUseGrant(GrantClientCredentials) {
		return refuse(errInvalidMetadata, "client_credentials is for clients that authenticate")
	}
	return nil
}

// impliedResponseTypes are the response types of a client that names none.
func impliedResponseTypes(grants []string) []string {
	out := []string{}
	if slices.Contains(grants, GrantAuthorizationCode) {
		out = append(out, "code")
	}
	if slices.Contains(grants, GrantImplicit) {
		out = append(out, "token")
	}
	return out
}

// consistent holds response types against grant types (RFC 7591 §2.1).
func consistent(grants, types []string) bool {
	var code, implicit bool
	for _, t := range types {
		for word := range strings.SplitSeq(t, " ") {
			code = code || word == "code"
			implicit = implicit || word == "token" || word == "id_token"
		}
	}
	return code == slices.Contains(grants, GrantAuthorizationCode) && implicit == slices.Contains(grants, GrantImplicit)
}

func (x *exchange) readRedirects(c *Client, m clientMetadata) *refusal {
	c.RedirectURIs = m.lists["redirect_uris"]
	c.PostLogoutRedirectURIs = m.lists["post_logout_redirect_uris"]
	if c.mayUseGrant(GrantAuthorizationCode) || c.mayUseGrant(GrantImplicit) {
		if x.breaks(ruleRegistrationRedirects, len(c.RedirectURIs) > 0, "redirect_uris", "none") {
			return refuse(errInvalidRedirectURI, "a client that uses redirects registers redirect_uris")
		}
	}
	// RFC 8252 §7.3: any port on the loopback interface must do. One such URI with a
	// fixed port does no harm.
	c.Native = slices.ContainsFunc(c.RedirectURIs, func(u string) bool { return sameButLoopbackPort(u, u) })
	if len(c.RedirectURIs) > 0 {
		all := func(f func(string) bool) bool {
			return !slices.ContainsFunc(c.RedirectURIs, func(u string) bool { return !f(u) })
		}
		if x.breaks(ruleRegistrationRedirectValid, all(isRedirectURI), "absolute URIs without fragment", "something else") {
			return refuse(errInvalidRedirectURI, "a redirect URI is not an absolute URI without fragment")
		}
		if x.breaks(ruleRegistrationRedirectSafe, all(isSafeRedirectURI), "https, http on this machine, or a scheme of an application", "another URI") {
			return refuse(errInvalidRedirectURI, "a redirect URI is neither https, nor on the local machine, nor of an application")
		}
	}
	if slices.ContainsFunc(c.PostLogoutRedirectURIs, func(u string) bool { return !isRedirectURI(u) }) {
		return refuse(errInvalidMetadata, "a post_logout_redirect_uri is not an absolute URI without fragment")
	}
	return nil
}

func (x *exchange) readScopes(c *Client, m clientMetadata) *refusal {
	allowed := x.p.ext.registration.Scopes
	if allowed == nil {
		allowed = x.p.ext.givenScopes
	}
	c.Scopes = slices.Clone(allowed)
	asked := m.strings["scope"]
	if asked == "" {
		return nil
	}
	scopes, ok := parseScope(asked)
	if !ok {
		return refuse(errInvalidMetadata, "scope is not a list of scope tokens separated by single spaces")
	}
	known := !slices.ContainsFunc(scopes, func(s string) bool { return !slices.Contains(allowed, s) })
	if x.breaks(ruleRegistrationScope, known, "scopes that clients may register for", "another scope") {
		return refuse(errInvalidMetadata, "a scope is not one that clients may register for")
	}
	c.Scopes = scopes
	return nil
}

func (x *exchange) readKeys(c *Client, m clientMetadata) *refusal {
	c.JWKS, c.JWKSURI, c.AuthSigningAlg = m.jwks, m.strings["jwks_uri"], m.strings["token_endpoint_auth_signing_alg"]
	both := c.JWKSURI != "" && len(c.JWKS) > 0
	if x.breaks(ruleRegistrationKeys, !both, "jwks or jwks_uri", "both") {
		return refuse(errInvalidMetadata, "jwks and jwks_uri exclude each other")
	}
	if both {
		c.JWKSURI = ""
	}
	if len(c.JWKS) > 0 {
		_, err := parseJWKS(c.JWKS)
		if x.breaks(ruleRegistrationKeysValid, err == nil, "a JWK Set of public keys", "something else") {
			return refuse(errInvalidMetadata, "jwks is not a JWK Set of valid public keys")
		}
		if err != nil {
			c.JWKS = nil
		}
	}
	if c.JWKSURI != "" && !isWebURL(c.JWKSURI) {
		return refuse(errInvalidMetadata, "jwks_uri is not an http or https URL")
	}
	return nil
}

// completed gives the client its identifier and its secret. Nobody can guess
// either (RFC 6749 §10.10); an update keeps them.
func (x *exchange) completed(c, old *Client) (*Client, *refusal) {
	if old != nil {
		c.ID = old.ID
		c.registration.token, c.registration.issuedAt = old.registration.token, old.registration.issuedAt
	} else {
		c.ID = randomWord()[:32]
	}
	if c.usesSecret() {
		switch {
		case old != nil && old.Secret != "":
			c.Secret = old.Secret
		case !x.keeps(ruleRegistrationSecret):
			c.Secret = c.ID + "-secret"
		}
	}
	// What a rule that is off let through must not stop here.
	redirects := c.RedirectURIs
	c.RedirectURIs = nil
	if err := c.complete(x.p.alg); err != nil {
		return nil, refuse(errInvalidMetadata, "the metadata make no client that could be served")
	}
	c.RedirectURIs = redirects
	return c, nil
}
