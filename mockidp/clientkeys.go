package mockidp

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// checkAuthMethods says what is wrong with the methods of a confidential client.
func (c *Client) checkAuthMethods() error {
	known := []string{ClientSecretBasic, ClientSecretPost, ClientSecretJWT, PrivateKeyJWT}
	if len(c.AuthMethods) == 0 {
		return fmt.Errorf("AuthMethods is empty; a confidential client needs one of %q", known)
	}
	for _, m := range c.AuthMethods {
		if !slices.Contains(known, m) {
			return fmt.Errorf("authentication method %q is none a confidential client can use here; use one of %q", m, known)
		}
	}
	return nil
}

// usesSecret reports whether some method of the client needs a secret.
func (c *Client) usesSecret() bool {
	return c.mayUse(ClientSecretBasic) || c.mayUse(ClientSecretPost) || c.mayUse(ClientSecretJWT)
}

// completeAssertions reads the client's keys and says what keeps its assertions
// from ever being right.
func (c *Client) completeAssertions() error {
	if c.JWKSURI != "" && len(c.JWKS) > 0 {
		return errors.New("JWKS and JWKSURI exclude each other (RFC 7591 §2)")
	}
	if c.JWKSURI != "" && !isWebURL(c.JWKSURI) {
		return fmt.Errorf("JWKSURI %q is not an http or https URL", c.JWKSURI)
	}
	c.keys = nil
	if len(c.JWKS) > 0 {
		keys, err := parseJWKS(c.JWKS)
		if err != nil {
			return err
		}
		c.keys = keys
	}
	if c.mayUse(PrivateKeyJWT) && len(c.keys) == 0 && c.JWKSURI == "" {
		return fmt.Errorf("%s needs a public signing key, in JWKS or at JWKSURI", PrivateKeyJWT)
	}
	if c.mayUse(ClientSecretJWT) && len(c.Secret) < 32 {
		return fmt.Errorf("%s needs a secret of at least 32 octets (RFC 7518 §3.2); leave Secret empty for a random one", ClientSecretJWT)
	}
	if alg := c.AuthSigningAlg; alg != "" && !slices.Contains(c.assertionAlgs(), alg) {
		return fmt.Errorf("AuthSigningAlg %q does not go with the authentication methods %q%s", alg, c.AuthMethods, suggestion(alg, append(slices.Clone(keyAlgs), hmacAlgs...)))
	}
	return nil
}

// assertionAlgs are the algorithms that go with the client's methods. A secret
// that is shorter than the hash is no key for it (RFC 7518 §3.2).
func (c *Client) assertionAlgs() []string {
	var out []string
	if c.mayUse(ClientSecretJWT) {
		for _, alg := range hmacAlgs {
			if len(c.Secret) >= hashOf(alg).Size() {
				out = append(out, alg)
			}
		}
	}
	if c.mayUse(PrivateKeyJWT) {
		out = append(out, keyAlgs...)
	}
	return out
}

// assertionAlgs lists the algorithms of assertions that some client may use.
func (r *registry) assertionAlgs() []string {
	var out []string
	clients := r.all()
	for _, alg := range slices.Concat(hmacAlgs, keyAlgs) {
		if slices.ContainsFunc(clients, func(c *Client) bool { return slices.Contains(c.assertionAlgs(), alg) }) {
			out = append(out, alg)
		}
	}
	return out
}

func isWebURL(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil && !strings.Contains(raw, "#")
}

// WithJWKSHosts allows the keys of clients that have a [Client.JWKSURI] to be
// fetched from the given hosts, each as host or host:port (a host alone stands for
// the ports 80 and 443), and from no other. Transport does the fetching; nil means
// the network, without a proxy. Without this option no keys are fetched.
func WithJWKSHosts(transport http.RoundTripper, hosts ...string) Option {
	return func(c *config) error {
		if len(hosts) == 0 {
			return errors.New("mockidp: WithJWKSHosts: no host is given")
		}
		c.ext.jwksTransport = transport
		for _, host := range hosts {
			u, err := url.Parse("https://" + host)
			if err != nil || u.Host != host || u.Hostname() == "" {
				return fmt.Errorf("mockidp: WithJWKSHosts: %q is not a host or host:port", host)
			}
			if u.Port() != "" {
				c.ext.jwksHosts = append(c.ext.jwksHosts, hostPort(u))
				continue
			}
			name := strings.TrimSuffix(hostPort(u), ":443")
			c.ext.jwksHosts = append(c.ext.jwksHosts, name+":443", name+":80")
		}
		return nil
	}
}
