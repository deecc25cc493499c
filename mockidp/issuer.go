package mockidp

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"path"
	"strings"
	"sync"

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

	signing sync.Mutex
	signers map[string]*tokenSigner // by algorithm
}

type tokenSigner struct {
	jose.Signer
	kid string
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
		issuer:  issuer,
		base:    strings.TrimSuffix(issuer, "/"),
		path:    strings.TrimSuffix(u.Path, "/"),
		host:    net.JoinHostPort(u.Hostname(), port),
		signers: make(map[string]*tokenSigner),
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

// signer gives the signer of access tokens for an algorithm, and makes it at its
// first use.
func (id *identity) signer(ctx context.Context, keys *KeySet, alg string) (*tokenSigner, error) {
	id.signing.Lock()
	s := id.signers[alg]
	id.signing.Unlock()
	if s != nil {
		return s, nil
	}
	// Not under the lock: an RSA key may take a while, and ES256 must not wait.
	key, err := keys.private(ctx, alg)
	if err != nil {
		return nil, err
	}
	kid, err := keyID(key.Public(), id.base)
	if err != nil {
		return nil, err
	}
	// RFC 9068 §2.1: the type at+jwt tells an access token from other JWTs.
	opts := (&jose.SignerOptions{}).WithType("at+jwt")
	js, err := jose.NewSigner(jose.SigningKey{
		Algorithm: jose.SignatureAlgorithm(alg),
		Key:       jose.JSONWebKey{Key: key, KeyID: kid},
	}, opts)
	if err != nil {
		return nil, fmt.Errorf("mockidp: signer for %s: %w", alg, err)
	}
	s = &tokenSigner{Signer: js, kid: kid}
	id.signing.Lock()
	defer id.signing.Unlock()
	id.signers[alg] = s
	return s, nil
}
