package mockidp

import (
	"crypto"
	"fmt"
	"net"
	"net/url"
	"path"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// defaultIssuer is the issuer of a provider that listens on no port. It is https
// because a conformant issuer is (RFC 8414 §2); [Provider.Transport] serves it
// without TLS, since the bytes never leave the process.
const defaultIssuer = "https://idp.test"

// identity is who the provider is at one time: its issuer and what hangs on it.
type identity struct {
	issuer string // as configured, maybe with a trailing slash
	base   string // without trailing slash; endpoints are below it
	path   string // the path of base, "" or "/tenant-1"
	host   string // host:port of the issuer, port always given
}

// newIdentity checks an issuer identifier: an http or https URL without query
// and fragment (RFC 8414 §2).
func newIdentity(issuer string) (*identity, error) {
	u, err := url.Parse(issuer)
	switch {
	case err != nil:
		return nil, fmt.Errorf("mockidp: issuer: %w", err)
	case u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Hostname() == "":
		return nil, fmt.Errorf("mockidp: issuer %q is not an http or https URL with a host", issuer)
	case strings.ContainsAny(issuer, "?#") || u.User != nil:
		return nil, fmt.Errorf("mockidp: issuer %q has a query, a fragment or user information; an issuer has none (RFC 8414 §2)", issuer)
	}
	if u.Path != "" {
		if err := checkPath(u.Path); err != nil {
			return nil, err
		}
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return &identity{
		issuer: issuer,
		base:   strings.TrimSuffix(issuer, "/"),
		path:   strings.TrimSuffix(u.Path, "/"),
		host:   net.JoinHostPort(u.Hostname(), port),
	}, nil
}

// checkPath refuses issuer paths that HTTP clients or proxies would rewrite.
func checkPath(p string) error {
	if !strings.HasPrefix(p, "/") || strings.ContainsAny(p, "?#% ") || path.Clean(p) != strings.TrimSuffix(p, "/") && p != "/" {
		return fmt.Errorf("mockidp: issuer path %q is not a plain path such as /tenant-1: it begins with a slash and has no empty or dot segment, query, fragment or escape", p)
	}
	return nil
}

// issuerOf is the issuer identifier that answers carry.
func (id *identity) issuerOf(trailingSlash bool) string {
	if trailingSlash && !strings.HasSuffix(id.issuer, "/") {
		return id.issuer + "/"
	}
	return id.issuer
}

// endpoint is the URL of one of the provider's own endpoints.
func (id *identity) endpoint(name string) string { return id.base + name }

// inserted is the location that RFC 8414 §3.1 builds: the well-known string
// between host and path.
func (id *identity) inserted(suffix string) string { return "/.well-known/" + suffix + id.path }

// appended is the location that OpenID Connect Discovery §4 builds.
func (id *identity) appended(suffix string) string { return id.path + "/.well-known/" + suffix }

func newSigner(alg string, private crypto.Signer, kid string, header object) (jose.Signer, error) {
	opts := &jose.SignerOptions{}
	for name, value := range header {
		opts.WithHeader(jose.HeaderKey(name), value)
	}
	s, err := jose.NewSigner(jose.SigningKey{
		Algorithm: jose.SignatureAlgorithm(alg),
		Key:       jose.JSONWebKey{Key: private, KeyID: kid},
	}, opts)
	if err != nil {
		return nil, fmt.Errorf("mockidp: signer for %s: %w", alg, err)
	}
	return s, nil
}
