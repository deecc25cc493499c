package mockidp

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Scope narrows what a lie or a condition holds for. Several narrow it
// together; without any it holds for every answer of the issuer.
type Scope func(*reach) error

// reach is what scopes come to.
type reach struct {
	endpoints []string
	match     Match
	times     int // how many answers, 0 for all
}

// AtEndpoint limits to endpoints: "token", "authorize", "jwks" and so on, the
// path below the issuer without its first slash, and "metadata" for the
// well-known documents. An unknown one is an error that suggests the nearest.
func AtEndpoint(names ...string) Scope {
	return func(r *reach) error {
		for _, name := range names {
			if err := checkEndpoint(name); err != nil {
				return err
			}
		}
		r.endpoints = append(r.endpoints, names...)
		return nil
	}
}

// ForClient limits to requests of one client, by its identifier. An unknown one
// is an error that suggests the nearest.
func ForClient(id string) Scope {
	return func(r *reach) error {
		r.match.Client = id
		return nil
	}
}

// When limits to requests that match.
func When(m Match) Scope {
	return func(r *reach) error {
		client := r.match.Client
		if r.match = m; m.Client == "" {
			r.match.Client = client
		}
		return nil
	}
}

// Times limits to the next n answers that it changes.
func Times(n int) Scope {
	return func(r *reach) error {
		if n < 1 {
			return fmt.Errorf("Times(%d): a number of answers is 1 or more; leave it out for all", n)
		}
		r.times = n
		return nil
	}
}

func (p *Provider) newReach(scopes []Scope) (reach, error) {
	var r reach
	for _, s := range scopes {
		if s == nil {
			return r, errors.New("a scope is nil")
		}
		if err := s(&r); err != nil {
			return r, err
		}
	}
	if id := r.match.Client; id != "" && p.registry.find(id) == nil {
		var known []string
		for _, c := range p.registry.all() {
			known = append(known, c.ID)
		}
		return r, fmt.Errorf("there is no client %q%s", id, suggestion(id, known))
	}
	return r, nil
}

// covers reports whether a request is within reach.
func (r *reach) covers(x *exchange) bool {
	return (len(r.endpoints) == 0 || slices.Contains(r.endpoints, x.endpointName())) && r.match.fits(x)
}

// knownEndpoints are the endpoints that a provider may have.
var knownEndpoints = []string{
	"authorize", "token", endpointMetadata, "jwks", "userinfo", "introspect", "revoke", "logout",
	"register", "par", "device_authorization", "device", "login", "consent", "signout",
}

// endpointMetadata is the name of the well-known documents as an endpoint.
const endpointMetadata = "metadata"

// endpointName is the name of the endpoint that a request is for, whether there
// is one or not.
func (x *exchange) endpointName() string {
	if x.pranked.request != nil {
		return "authorize" // wherever the browser came from: a login page may lie between
	}
	return endpointOf(x.id, x.r.URL.Path)
}

func endpointOf(id *identity, path string) string {
	if strings.HasPrefix(path, "/.well-known/") || strings.HasPrefix(path, id.path+"/.well-known/") {
		return endpointMetadata
	}
	name := strings.TrimPrefix(strings.TrimPrefix(path, id.path), "/")
	// What hangs below an endpoint, such as one registration of many, is of it.
	if first, _, below := strings.Cut(name, "/"); below && slices.Contains(knownEndpoints, first) {
		return first
	}
	return name
}

func checkEndpoint(name string) error {
	if slices.Contains(knownEndpoints, name) {
		return nil
	}
	return fmt.Errorf("there is no endpoint %q%s; there are %s", name, suggestion(name, knownEndpoints), strings.Join(knownEndpoints, ", "))
}

// Handle is a lie, a condition or a scripted reply that is in force.
type Handle struct {
	pranks  *pranks
	name    string
	reach   reach
	lie     *lie
	weather *Condition
	script  *Reply

	// Guarded by pranks.mu.
	left    int // answers to go, negative for no end
	count   int
	stopped bool
}

// Stop ends it, from the next request on. Stopping twice is fine.
func (h *Handle) Stop() {
	h.pranks.mu.Lock()
	defer h.pranks.mu.Unlock()
	h.stopped = true
	h.pranks.drop(h)
}

// Count is how many answers it has changed so far.
func (h *Handle) Count() int {
	h.pranks.mu.Lock()
	defer h.pranks.mu.Unlock()
	return h.count
}

// Name is the name of the lie, or says what the condition or reply is.
func (h *Handle) Name() string { return h.name }

// pranks holds what a provider was told to do wrong, in the order in which it
// was told.
type pranks struct {
	down   atomic.Bool
	ending chan struct{} // closed when the provider closes

	mu         sync.Mutex
	active     []*Handle
	told       map[string]int    // by name of the lie
	firstCodes map[string]string // by client, see code-repeated
}

func newPranks() *pranks {
	return &pranks{ending: make(chan struct{}), told: make(map[string]int), firstCodes: make(map[string]string)}
}

// add puts a handle in force.
func (s *pranks) add(h *Handle) *Handle {
	h.pranks, h.left = s, -1
	if h.reach.times > 0 {
		h.left = h.reach.times
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active = append(s.active, h)
	return h
}

// drop takes a handle out of force. The lock is held.
func (s *pranks) drop(h *Handle) {
	s.active = slices.DeleteFunc(slices.Clone(s.active), func(a *Handle) bool { return a == h })
	if h.name == lieCodeRepeated && !slices.ContainsFunc(s.active, func(a *Handle) bool { return a.name == h.name }) {
		clear(s.firstCodes) // told again, it begins anew
	}
}

// inForce lists what is in force now.
func (s *pranks) inForce() []*Handle {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.active // never changed in place
}

// reserve takes one of the answers that a handle has to go, so that two requests
// at once do not both take the last one.
func (h *Handle) reserve() bool {
	h.pranks.mu.Lock()
	defer h.pranks.mu.Unlock()
	if h.stopped || h.left == 0 {
		return false
	}
	h.left--
	h.count++
	return true
}

// giveBack undoes reserve for an answer that was not changed after all.
func (h *Handle) giveBack() {
	h.pranks.mu.Lock()
	defer h.pranks.mu.Unlock()
	h.left++
	h.count--
}

// used counts a change that reserve announced.
func (h *Handle) used() {
	h.pranks.mu.Lock()
	defer h.pranks.mu.Unlock()
	if h.lie != nil {
		h.pranks.told[h.name]++
	}
	if h.left == 0 {
		h.pranks.drop(h)
	}
}
