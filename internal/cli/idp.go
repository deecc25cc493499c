package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/reports"
)

// DefaultListen is where "authassay idp" listens unless told otherwise.
const DefaultListen = "127.0.0.1:9090"

// IDPOptions are what "authassay idp" was asked for.
type IDPOptions struct {
	// Listen is host:port; port 0 chooses a free one.
	Listen string
	// Path of the issuer; may be empty.
	Path string
	// ClientID and ClientSecret make one client in place of the default ones.
	ClientID, ClientSecret string
	SigningAlg             string
	// Registration lets anyone register clients (RFC 7591), and manage and remove
	// them (RFC 7592).
	Registration bool
}

// idpReady is the line that says that the provider can sign.
type idpReady struct {
	Issuer        string      `json:"issuer"`
	Listen        string      `json:"listen"`
	TokenEndpoint string      `json:"token_endpoint"`
	JWKSURI       string      `json:"jwks_uri"`
	Clients       []idpClient `json:"clients"`
	Users         []idpUser   `json:"users"`
}

type idpClient struct {
	ID          string   `json:"client_id"`
	Secret      string   `json:"client_secret,omitempty"`
	AuthMethods []string `json:"auth_methods"`
	Scopes      []string `json:"scopes"`
}

type idpUser struct {
	Name     string `json:"username"`
	Password string `json:"password"`
}

// SigningAlgs are the algorithms that the provider signs with.
func SigningAlgs() []string { return []string{"ES256", "RS256", "EdDSA"} }

// ServeIDP runs the mock identity provider until a signal ends it.
func ServeIDP(s *Streams, o IDPOptions) error {
	stopped := make(chan reports.Stop, 1)
	defer watch(func(why reports.Stop) { stopped <- why }, os.Exit)()

	p, err := newIDP(o)
	if err != nil {
		return err
	}
	defer p.Close()
	if err := p.Listen(o.Listen); err != nil {
		return cannotListen(o.Listen, err)
	}
	warnExposed(s, p)
	ready, err := tryIDP(p)
	if err != nil {
		return failed("the provider does not work: %w", err)
	}
	line, err := json.Marshal(ready)
	if err != nil {
		return failed("%w", err)
	}
	if err := s.Print(string(line) + "\n"); err != nil {
		return err
	}
	<-stopped
	if err := p.Close(); err != nil {
		s.Hint("note", err.Error()) // requests that hang are their sender's affair
	}
	return nil
}

func newIDP(o IDPOptions) (*mockidp.Provider, error) {
	if _, port, err := net.SplitHostPort(o.Listen); err != nil {
		return nil, &UsageError{"--listen " + Quote(o.Listen) + " is not host:port", "for example " + DefaultListen + ", or 127.0.0.1:0 for a free port"}
	} else if n, err := strconv.ParseUint(port, 10, 16); err != nil || n > 65535 {
		return nil, &UsageError{"--listen " + Quote(o.Listen) + " has no proper port", "a number from 0 to 65535; 0 for a free one"}
	}
	opts := []mockidp.Option{mockidp.WithSigningAlg(o.SigningAlg)}
	if o.Path != "" {
		opts = append(opts, mockidp.WithPath(o.Path))
	}
	if o.Registration {
		// For the grants that a server should have, whatever its clients use.
		opts = append(opts, mockidp.WithRegistration(mockidp.Registration{GrantTypes: []string{
			mockidp.GrantAuthorizationCode, mockidp.GrantRefreshToken, mockidp.GrantClientCredentials,
		}}))
	}
	switch {
	case o.ClientID != "":
		opts = append(opts, mockidp.WithClients(mockidp.Client{
			ID: o.ClientID, Secret: o.ClientSecret, Scopes: []string{"read", "write"},
			AuthMethods: []string{mockidp.ClientSecretBasic, mockidp.ClientSecretPost},
		}))
	case o.ClientSecret != "":
		return nil, &UsageError{"--client-secret without --client-id", "say whose secret it is"}
	}
	p, err := mockidp.New(opts...)
	if err != nil {
		return nil, Usage("%s", strings.TrimPrefix(err.Error(), "mockidp: "))
	}
	return p, nil
}

// cannotListen says why an address cannot be listened on, and what would go.
func cannotListen(address string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return failed("%s is in use by another process; choose another address, or a free port with --listen 127.0.0.1:0", address)
	case errors.Is(err, syscall.EACCES):
		return failed("no permission to listen on %s; ports from 1024 up need none", address)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return failed("this machine does not have the address of %s; --listen 127.0.0.1:0 always works", address)
	}
	return failed("cannot listen on %s: %w", address, err)
}

// warnExposed warns when other machines can reach the provider.
func warnExposed(s *Streams, p *mockidp.Provider) {
	host, _, _ := net.SplitHostPort(p.Addr())
	if ip := net.ParseIP(host); ip != nil && !ip.IsLoopback() {
		s.Hint("warning", fmt.Sprintf("%s can be reached from other machines. This is a test server: it gives tokens to whoever knows the secrets on stdout, and speaks plain HTTP.", p.Addr()))
	}
}

// tryIDP asks the provider for its metadata and a token, so that who reads the
// line can rely on both.
func tryIDP(p *mockidp.Provider) (*idpReady, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	ready := &idpReady{Listen: p.Addr(), Clients: []idpClient{}, Users: []idpUser{}}
	body, err := fetchIDP(ctx, p, http.MethodGet, strings.TrimSuffix(p.Issuer(), "/")+"/.well-known/openid-configuration", nil)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(body, ready); err != nil {
		return nil, fmt.Errorf("its metadata cannot be read: %w", err)
	}
	for _, u := range p.Users() {
		ready.Users = append(ready.Users, idpUser{u.Username, u.Password})
	}
	tried := false
	for _, c := range p.Clients() {
		ready.Clients = append(ready.Clients, idpClient{c.ID, c.Secret, c.AuthMethods, c.Scopes})
		if c.Secret == "" || tried {
			continue
		}
		if _, err := fetchIDP(ctx, p, http.MethodPost, ready.TokenEndpoint, &c); err != nil {
			return nil, err
		}
		tried = true
	}
	return ready, nil
}

// fetchIDP makes a request that must succeed: with a client, for a token.
func fetchIDP(ctx context.Context, p *mockidp.Provider, method, address string, c *mockidp.Client) ([]byte, error) {
	form := url.Values{"grant_type": {"client_credentials"}}
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	if c != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.SetBasicAuth(url.QueryEscape(c.ID), url.QueryEscape(c.Secret)) // RFC 6749 §2.3.1
	} else {
		req.Body, req.ContentLength = nil, 0
	}
	resp, err := p.HTTPClient().Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s %s: status %d", method, address, resp.StatusCode)
	}
	return body, nil
}
