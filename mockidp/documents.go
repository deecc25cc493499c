package mockidp

import (
	"crypto/ecdh"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// WithEncryptionKey publishes a key for encryption beside those that sign, as
// servers do that let clients encrypt their requests (RFC 8414 §2). The provider
// decrypts nothing: it takes no request objects.
func WithEncryptionKey() Option {
	return func(c *config) error {
		c.encryptionKey = true
		return nil
	}
}

// WithJWKSHost lets the metadata name the JWK Set at another host name, at the
// port of the issuer, as providers do that serve their keys from elsewhere. The
// name has to lead to the provider: localhost does to one that listens on
// loopback. In memory there is no other host than the issuer's.
func WithJWKSHost(name string) Option {
	return func(c *config) error {
		if !hostName.MatchString(name) {
			return fmt.Errorf("mockidp: WithJWKSHost: %q is not a host name", name)
		}
		c.jwksHost = name
		return nil
	}
}

// jwksURI is the URL at which the metadata names the JWK Set.
func (x *exchange) jwksURI() string {
	uri := x.id.endpoint(pathJWKS)
	u, err := url.Parse(uri)
	if x.p.jwksHost == "" || err != nil { // the URL of an endpoint parses
		return uri
	}
	if port := u.Port(); port != "" {
		u.Host = net.JoinHostPort(x.p.jwksHost, port)
	} else {
		u.Host = x.p.jwksHost
	}
	return u.String()
}

func (x *exchange) encryptionKey() object {
	k := strayEC("P-256", ecdh.P256(), 32)
	k["use"], k["alg"], k["kid"] = "enc", "ECDH-ES", x.strayKeyID("encryption key")
	return k
}

// breakDocument lets the rules switched off have their way with a metadata
// document. What is left out was put there by [exchange.serverMetadata].
func (x *exchange) breakDocument(doc object) {
	if !x.keeps(ruleMetadataIssuerForm) {
		doc["issuer"] = doc["issuer"].(string) + "?version=2"
	}
	if !x.keeps(ruleMetadataAuthorization) {
		delete(doc, "authorization_endpoint")
	}
	if !x.keeps(ruleMetadataToken) {
		delete(doc, "token_endpoint")
	}
	if uri, ok := doc["jwks_uri"].(string); ok && !x.keeps(ruleMetadataJWKSHTTPS) {
		doc["jwks_uri"] = strings.Replace(uri, "https://", "http://", 1)
	}
	if !x.keeps(ruleMetadataEmptyOmitted) {
		doc["ui_locales_supported"] = []string{}
	}
	if !x.keeps(ruleMetadataForwardedHost) {
		if host := x.r.Header.Get("X-Forwarded-Host"); host != "" {
			moveDocument(doc, x.id.base, host)
		}
	}
}

// moveDocument puts all that is below a base at another host.
func moveDocument(doc object, base, host string) {
	u, err := url.Parse(base)
	if err != nil {
		return // the base of an identity parses
	}
	u.Host = host
	for name, value := range doc {
		if s, ok := value.(string); ok && strings.HasPrefix(s, base) {
			doc[name] = u.String() + strings.TrimPrefix(s, base)
		}
	}
}
