package mockidp

import (
	"crypto/ecdh"
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
