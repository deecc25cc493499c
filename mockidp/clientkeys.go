package mockidp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
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

const (
	// jwksLifetime is how long fetched keys are used before they are fetched anew.
	jwksLifetime = time.Minute
	// jwksTimeout is how long a fetch may take.
	jwksTimeout = 5 * time.Second
	maxJWKS     = 1 << 20
)

// keyFetcher gets the keys that clients publish. It goes to the hosts it was told
// of, follows no redirect and uses no proxy: a client must not be able to send the
// provider where it likes.
type keyFetcher struct {
	hosts []string // host:port
	http  *http.Client
	cache *shelf[[]verifyKey]
}

func newKeyFetcher(hosts []string, transport http.RoundTripper) *keyFetcher {
	if transport == nil {
		transport = &http.Transport{DisableKeepAlives: true, MaxResponseHeaderBytes: maxHeader}
	}
	return &keyFetcher{hosts: hosts, cache: newShelf[[]verifyKey](256), http: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// hostPort is the host of a URL with its port, given or implied.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// allows reports whether keys may be fetched from a URL.
func (k *keyFetcher) allows(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && isWebURL(raw) && slices.Contains(k.hosts, hostPort(u))
}

// fetch gives the keys at a URL: those fetched lately, unless fresh ones are
// wanted.
func (k *keyFetcher) fetch(ctx context.Context, raw string, now time.Time, fresh bool) ([]verifyKey, error) {
	if keys, found, expired := k.cache.get(raw, now); found && !expired && !fresh {
		return keys, nil
	}
	if !k.allows(raw) {
		return nil, errors.New("keys may not be fetched from this host")
	}
	ctx, cancel := context.WithTimeout(ctx, jwksTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, raw, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/jwk-set+json, application/json")
	resp, err := k.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the answer has the status %d", resp.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxJWKS+1))
	if err != nil || len(text) > maxJWKS {
		return nil, errors.New("the JWK Set broke off or is too long")
	}
	keys, err := parseJWKS(text)
	if err != nil {
		return nil, err
	}
	k.cache.remove(raw)
	k.cache.put(raw, keys, now, now.Add(jwksLifetime))
	return keys, nil
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
