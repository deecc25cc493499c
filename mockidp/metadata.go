package mockidp

import (
	"net/http"
	"slices"
	"strings"
)

// grantExtension stands in for client_credentials in metadata that keeps that
// one from view, see ruleMetadataGrantsComplete. An extension grant is named by
// an absolute URI (RFC 6749 §4.5).
const grantExtension = "https://mockidp.example/grant-type/client"

// responseTypeNone is the response type "none" (OAuth 2.0 Multiple Response Type
// Encoding Practices §4): the user's browser comes back with neither code nor
// token. See [exchange.authorize].
const responseTypeNone = "none"

// cacheDocuments lets metadata and keys be cached (OpenID Connect Core §10.1.1
// asks for it), shortly, because a test may change them.
const cacheDocuments = "public, max-age=60"

// wellKnown finds the metadata document at a path, or nil.
//
// RFC 8414 §3.1 inserts the well-known string before the issuer's path, OpenID
// Connect Discovery §4 appends it, and RFC 8414 §5 wants the inserted form of
// openid-configuration too. For an issuer without a path all forms coincide.
func (x *exchange) wellKnown(path string) endpoint {
	if !strings.Contains(path, "/.well-known/") {
		return nil
	}
	oauth, openid := (*exchange).oauthMetadata, (*exchange).openidMetadata
	if x.varies(varMetadataOAuthOnly) {
		openid = nil
	}
	openidOnly := x.varies(varMetadataOpenIDOnly)
	if openidOnly {
		oauth = nil
	}
	inserted := x.id.path == "" || x.keeps(ruleMetadataPathInserted)
	switch {
	case path == x.id.appended(suffixOpenID):
		return openid
	case path == x.id.inserted(suffixOpenID) && inserted && !openidOnly:
		return openid
	case path == x.id.inserted(suffixOAuth) && inserted:
		return oauth
	case path == x.id.appended(suffixOAuth) && !inserted:
		return oauth
	}
	return nil
}

func (x *exchange) oauthMetadata() *reply { return x.metadata(x.serverMetadata()) }

// openidMetadata adds what OpenID Connect Discovery §3 requires beyond RFC 8414.
// The members both define are the same in both documents (RFC 9068 §4).
func (x *exchange) openidMetadata() *reply {
	doc := x.serverMetadata()
	if x.keeps(ruleMetadataSubjectTypes) {
		doc["subject_types_supported"] = []string{"public"}
	}
	// These are the algorithms that the provider has keys for or makes them for.
	algs := x.p.keys.algorithms()
	if !x.keeps(ruleMetadataRS256) {
		algs = slices.DeleteFunc(algs, func(alg string) bool { return alg == algRS256 })
	}
	if x.keeps(ruleMetadataIDTokenAlgs) {
		doc["id_token_signing_alg_values_supported"] = algs
	}
	if !x.keeps(ruleMetadataConsistent) {
		doc["revocation_endpoint"] = x.id.endpoint("/v1" + pathRevoke)
	}
	return x.metadata(doc)
}

// serverMetadata is the document of RFC 8414 §2, made from what is served.
func (x *exchange) serverMetadata() object {
	doc := object{
		"issuer":                 x.issuer(),
		"authorization_endpoint": x.id.endpoint(pathAuthorize),
		"token_endpoint":         x.tokenEndpoint(),
		"jwks_uri":               x.jwksURI(),
		"grant_types_supported":  x.grantTypes(),
		// response_types_supported is REQUIRED, and a list without elements is to
		// be left out (§3.2): a server without an authorization endpoint cannot
		// obey both. Hence there is one, which serves the response type that
		// needs no grant.
		"response_types_supported":              x.p.servedResponseTypes(),
		"response_modes_supported":              responseModes,
		"token_endpoint_auth_methods_supported": x.p.registry.authMethods(),
		"scopes_supported":                      x.p.registry.scopes(),
	}
	x.grantMetadata(doc)
	x.extendMetadata(doc)
	for name, value := range doc {
		if list, ok := value.([]string); ok && len(list) == 0 {
			delete(doc, name) // §3.2
		}
	}
	return doc
}

// tokenEndpoint is the URL of the token endpoint, which may hold a query
// component (RFC 6749 §3.2) and no fragment.
func (x *exchange) tokenEndpoint() string {
	u := x.id.endpoint(pathToken)
	if x.varies(varTokenEndpointQuery) {
		u += "?" + tokenEndpointQuery
	}
	if !x.keeps(ruleMetadataEndpointFragment) {
		u += "#token"
	}
	return u
}

// grantTypes are the grants that the metadata names.
func (x *exchange) grantTypes() []string {
	grants := x.p.servedGrants()
	if !x.keeps(ruleMetadataGrantsComplete) {
		grants = []string{grantExtension}
	}
	if !x.keeps(ruleMetadataGrantsServed) && !slices.Contains(grants, GrantPassword) {
		grants = append(grants, "password")
	}
	return grants
}

// metadata sends a document, after the rules switched off have had their way.
func (x *exchange) metadata(doc object) *reply {
	if !x.keeps(ruleMetadataServed) {
		return page(http.StatusOK, "Welcome", "This is the start page of the identity provider.")
	}
	if !x.keeps(ruleMetadataIssuerIdentical) {
		doc["issuer"] = doc["issuer"].(string) + "/"
	}
	if !x.keeps(ruleMetadataEndpointHTTPS) {
		doc["revocation_endpoint"] = "http://idp.invalid/revoke"
	}
	if !x.keeps(ruleMetadataEndpointAbsolute) {
		doc["introspection_endpoint"] = x.id.path + "/introspect"
	}
	if !x.keeps(ruleMetadataResponseTypesList) {
		doc["response_types_supported"] = strings.Join(x.p.servedResponseTypes(), ",")
	}
	if !x.keeps(ruleMetadataResponseTypes) {
		delete(doc, "response_types_supported")
	}
	x.breakDocument(doc)
	if x.varies(varUnknownMembers) {
		doc["mockidp_motto"] = "ignore what you do not know"
		doc["mockidp_extension"] = object{"levels": []int{1, 2, 3}, "nothing": nil}
	}
	if x.p.signedMetadata {
		x.addSigned(doc)
	}
	rep := x.json(http.StatusOK, doc)
	rep.header.Set("Cache-Control", cacheDocuments)
	if !x.keeps(ruleMetadataContentType) {
		rep.header.Set("Content-Type", "text/plain; charset=utf-8")
	}
	return rep
}
