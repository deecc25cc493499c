package mockidp

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// TB is the part of testing.TB that [Start] uses. A *testing.T is one.
type TB interface {
	Helper()
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
}

// Provider is an authorization server. Make one with [Start] or [New].
type Provider struct {
	clock    *IssuerClock
	keys     *keyring
	tls      *security // nil without TLS
	registry *registry
	users    *directory
	grants   *store
	claims   atomic.Pointer[[]ClaimRule]
	ext      *extended // what goes beyond RFC 6749
	front    *front    // browsers: sessions and pages
	path     string    // of an issuer made from an address
	fixed    bool      // the issuer was given and does not follow the address
	prefix   string    // of request ids

	alg string // of clients that name none

	signedMetadata, encryptionKey bool   // what the documents have beside the usual
	jwksHost                      string // at which the JWK Set is named, empty for that of the issuer

	identity atomic.Pointer[identity]
	settings atomic.Pointer[settings]
	changing sync.Mutex // held while a new settings value is made
	requests atomic.Uint64
	record   record
	hitting  sync.Mutex
	hits     map[string]struct{}

	pranks       *pranks
	varianceSeed string

	// What stands between the connection and the endpoints, outermost first.
	middleware []middleware
	transmit   transmitter

	running  sync.Mutex // guards what follows
	closed   bool
	listener net.Listener
	pipe     *pipeListener
	servers  []*server
	inMemory *http.Transport
	network  *http.Transport
}

// Start runs a provider on a free loopback port and closes it when the test
// ends. Whatever is wrong fails the test.
func Start(t TB, opts ...Option) *Provider {
	t.Helper()
	p, err := New(opts...)
	if err != nil {
		t.Fatalf("%v", err)
		return nil
	}
	if p.varianceSeed != "" {
		t.Logf("mockidp: variance seed %q", p.varianceSeed)
	}
	t.Cleanup(func() {
		switch err := p.Close(); {
		case errors.Is(err, errCutOff):
			t.Logf("%v", err) // a client that hangs is the test's own affair
		case err != nil:
			t.Errorf("%v", err)
		}
		for _, h := range p.pranks.inForce() {
			h.settle(t)
		}
	})
	if err := p.Listen("127.0.0.1:0"); err != nil {
		t.Fatalf("%v", err)
		return nil
	}
	return p
}

// New makes a provider that listens nowhere yet: call [Provider.Listen], or use
// [Provider.Transport] or [Provider.Handler]. Close it when done.
func New(opts ...Option) (*Provider, error) {
	c := &config{
		clock: systemClock{}, alg: algES256, settings: &settings{},
		recordCount: defaultRecordCount, recordSize: defaultRecordBytes,
	}
	for _, opt := range opts {
		if err := opt(c); err != nil {
			return nil, err
		}
	}
	issuer := c.issuer
	switch {
	case issuer == "":
		issuer = defaultIssuer + c.path
	case c.path != "":
		return nil, fmt.Errorf("mockidp: WithIssuer(%q) and WithPath(%q) exclude each other; put the path into the issuer", issuer, c.path)
	}
	id, err := newIdentity(issuer)
	if err != nil {
		return nil, err
	}
	if c.clients == nil {
		c.clients = DefaultClients()
	}
	reg, err := newRegistry(c.clients, c.alg)
	if err != nil {
		return nil, err
	}
	if c.users == nil {
		c.users = DefaultUsers()
	}
	users, err := newDirectory(c.users)
	if err != nil {
		return nil, err
	}
	tls, err := newSecurity(c, id)
	if err != nil {
		return nil, err
	}
	var prefix [4]byte
	rand.Read(prefix[:])
	p := &Provider{
		clock: newIssuerClock(c.clock), keys: newKeyring(c.keys, reg.signingAlgs()...), tls: tls, registry: reg, users: users, grants: newStore(), alg: c.alg, path: c.path, fixed: c.issuer != "",
		prefix: hex.EncodeToString(prefix[:]),
		record: record{maxCount: c.recordCount, maxBytes: c.recordSize},
		hits:   make(map[string]struct{}), transmit: transmitUnder,
		middleware: []middleware{explain, misbehave}, pranks: newPranks(),
	}
	p.ext = newExtended(c.ext, reg)
	p.front = newFront(c)
	p.signedMetadata, p.encryptionKey, p.jwksHost = c.signedMetadata, c.encryptionKey, c.jwksHost
	p.identity.Store(id)
	if p.varianceSeed = c.varianceSeed; p.varianceSeed != "" {
		c.settings = c.settings.seeded(p.varianceSeed)
	}
	p.settings.Store(c.settings)
	p.SetClaims(c.claims...)
	return p, nil
}

// Issuer is the issuer identifier, which is also the URL under which the
// provider is reached.
func (p *Provider) Issuer() string {
	return p.identity.Load().issuerOf(p.settings.Load().variances[varIssuerTrailingSlash])
}

// Clients gives the registered clients with their secrets and all defaults
// filled in, in the order in which they were given.
func (p *Provider) Clients() []Client {
	clients := p.registry.all()
	out := make([]Client, len(clients))
	for i, c := range clients {
		out[i] = c.clone()
	}
	return out
}

// Client finds a registered client by its identifier, with its secret and all
// defaults filled in.
func (p *Provider) Client(id string) (Client, bool) {
	c := p.registry.find(id)
	if c == nil {
		return Client{}, false
	}
	return c.clone(), true
}

// Handler serves the provider's requests, for use in a server of the caller's
// own. Such a server's URL is to be given with [WithIssuer].
func (p *Provider) Handler() http.Handler { return http.HandlerFunc(p.serve) }

// serve takes one request through its stages: read, answer, record, send. It is
// recorded before it is sent, so that who has the answer finds it in the record.
func (p *Provider) serve(w http.ResponseWriter, r *http.Request) {
	if p.IsDown() {
		panic(http.ErrAbortHandler) // the connection is closed, and nothing else happens
	}
	x := &exchange{p: p, r: r, set: p.settings.Load(), id: p.identity.Load()}
	x.rec = Request{
		ID:   fmt.Sprintf("%s-%d", p.prefix, p.requests.Add(1)),
		Time: p.clock.Now(), Method: r.Method, Host: r.Host, URL: r.RequestURI, Header: r.Header.Clone(),
	}
	x.readBody(w)
	x.rec.Body, x.rec.BodyIncomplete = x.body, x.bodyErr != nil

	answer := endpoint((*exchange).route)
	for _, m := range slices.Backward(p.middleware) {
		answer = m(answer)
	}
	rep := answer(x)
	rep.header.Set("X-Request-Id", x.rec.ID)
	rep.header.Set("X-Content-Type-Options", "nosniff")
	// One clock for all: a client may compare Date with the times in a token.
	rep.header.Set("Date", x.rec.Time.UTC().Format(http.TimeFormat))
	if len(rep.body) > 1 {
		x.reached(varChunkedBodies)
	}

	x.rec.Status, x.rec.Reached = rep.status, x.consults
	p.hitting.Lock()
	for _, name := range x.consults {
		p.hits[name] = struct{}{}
	}
	p.hitting.Unlock()
	p.record.add(x.rec)
	p.transmit(w, x, rep)
}

// Close stops the provider: it takes no more requests, lets those under way
// finish for up to a second, and then cuts them off, which is an error. When it
// returns, nothing of the provider runs any more. Closing twice is fine.
func (p *Provider) Close() error {
	p.running.Lock()
	defer p.running.Unlock()
	if p.closed {
		return nil
	}
	p.closed = true
	close(p.pranks.ending)
	var errs []error
	for _, s := range p.servers {
		errs = append(errs, s.close(closeGrace))
	}
	for _, t := range []*http.Transport{p.inMemory, p.network} {
		if t != nil {
			t.CloseIdleConnections()
		}
	}
	// Key generation cannot be interrupted. It is waited for, so that nothing
	// outlives the test; it ends by itself within a second or so.
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	errs = append(errs, p.keys.finish(ctx))
	return errors.Join(errs...)
}
