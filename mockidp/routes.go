package mockidp

import (
	"net/http"
	"slices"
	"strings"
)

// Paths of the endpoints, below the issuer.
const (
	pathToken      = "/token"
	pathAuthorize  = "/authorize"
	pathJWKS       = "/jwks"
	pathIntrospect = "/introspect"
	pathRevoke     = "/revoke"
	pathUserinfo   = "/userinfo"
	pathEndSession = "/logout"
)

// The well-known URI suffixes (RFC 8414 §7.3, OpenID Connect Discovery §8.1).
const (
	suffixOAuth  = "oauth-authorization-server"
	suffixOpenID = "openid-configuration"
)

// route finds the endpoint of a request by its exact path. Nothing is cleaned,
// redirected or matched by prefix: another path is not found.
func (x *exchange) route() *reply {
	path := x.r.URL.Path
	switch path {
	case x.id.path + pathToken:
		return x.token()
	case x.id.path + pathJWKS:
		return x.only((*exchange).jwks, http.MethodGet, http.MethodHead)
	case x.id.path + pathIntrospect:
		return x.only((*exchange).introspect, http.MethodPost)
	case x.id.path + pathRevoke:
		return x.only((*exchange).revokeEndpoint, http.MethodPost)
	case x.id.path + pathUserinfo:
		if x.p.servesOpenID() {
			return x.only((*exchange).userinfo, http.MethodGet, http.MethodPost)
		}
	case x.id.path + pathEndSession:
		if x.p.servesOpenID() {
			return x.only((*exchange).logout, http.MethodGet, http.MethodPost)
		}
	case x.id.path + pathAuthorize:
		return x.authorizeEndpoint()
	}
	if page := x.frontPage(path); page != nil {
		return x.only(page, http.MethodGet, http.MethodHead, http.MethodPost)
	}
	if e := x.extendedRoute(path); e != nil {
		return e(x)
	}
	if doc := x.wellKnown(path); doc != nil {
		asked := x.r.Method == http.MethodGet || x.r.Method == http.MethodHead
		if x.breaks(ruleMetadataGetOnly, asked, "GET", x.r.Method) {
			return x.wrongMethod(http.MethodGet, http.MethodHead)
		}
		return doc(x)
	}
	return text(http.StatusNotFound, "not found")
}

// only lets e answer the methods it is for.
func (x *exchange) only(e endpoint, methods ...string) *reply {
	if slices.Contains(methods, x.r.Method) {
		return e(x)
	}
	return x.wrongMethod(methods...)
}

// wrongMethod refuses a method. A 405 names the methods that work
// (RFC 9110 §15.5.6).
func (x *exchange) wrongMethod(methods ...string) *reply {
	switch {
	case x.varies(varWrongMethod400):
		return text(http.StatusBadRequest, "bad request")
	case x.varies(varWrongMethod404):
		return text(http.StatusNotFound, "not found")
	}
	return x.allow(text(http.StatusMethodNotAllowed, "method not allowed"), methods...)
}

// allow names the methods that work.
func (x *exchange) allow(rep *reply, methods ...string) *reply {
	if x.keeps(ruleAllowOn405) {
		rep.header.Set("Allow", strings.Join(methods, ", "))
	}
	return rep
}
