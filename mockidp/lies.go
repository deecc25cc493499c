package mockidp

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Lie is a wrong answer that the provider gives on request, to see what a client
// makes of it. All are off by default, and each is always told in the same way.
type Lie struct {
	// Name is the stable name, in words joined by hyphens.
	Name string
	// Clause is the section that the answer breaks, or that says what a client
	// makes of it.
	Clause string
	// Text is what the wrong answer is.
	Text string
	// Client is what a right client must do.
	Client string
	// Shows is how a test sees what the client did.
	Shows string
	// On says whether the lie is in force, for whatever scope, and Told how many
	// answers it has changed in the provider that was asked. In the catalogue
	// returned by the function [Lies] they are false and 0.
	On   bool
	Told int
}

// lie is a Lie with how it is told. Of the functions, those that are there are
// called at their point; each reports whether it changed anything.
type lie struct {
	Lie
	// at are the endpoints that it can be told at, none for all.
	at []string
	// request changes what the endpoint will see of the request and the settings.
	request func(*exchange) bool
	// replace answers in place of the endpoint, unless it gives nil.
	replace func(*exchange) *reply
	// token changes a JWT of the kind before it is signed.
	token func(*exchange, *draft) bool
	kind  TokenKind
	// response changes the parameters of an authorization response.
	response func(*exchange, url.Values) bool
	// members changes the JSON object of an answer that is not an error.
	members func(*exchange, object) bool
	// answer changes the finished answer.
	answer func(*exchange, *reply) bool
	// send changes how the answer is transmitted.
	send *Condition
}

// lieCatalog holds every lie, in the order in which a flow meets the subjects.
var lieCatalog = slices.Concat(metadataLies, keyLies, responseLies, tokenAnswerLies, idTokenLies, accessTokenLies, claimsLies, wireLies)

// Lies lists every lie in a stable order.
func Lies() []Lie {
	out := make([]Lie, len(lieCatalog))
	for i := range lieCatalog {
		out[i] = lieCatalog[i].Lie
	}
	return out
}

// lieByName finds a lie. An unknown name is an error that suggests the nearest
// known one.
func lieByName(name string) (*lie, error) {
	names := make([]string, len(lieCatalog))
	for i := range lieCatalog {
		if lieCatalog[i].Name == name {
			return &lieCatalog[i], nil
		}
		names[i] = lieCatalog[i].Name
	}
	return nil, fmt.Errorf("mockidp: there is no lie %q%s", name, suggestion(name, names))
}

// Lie puts a lie in force from the next request on, for all answers of the
// issuer or for those that the scopes leave. An unknown name is an error that
// suggests the nearest one, and so is a scope in which the lie is never told.
func (p *Provider) Lie(name string, scopes ...Scope) (*Handle, error) {
	l, err := lieByName(name)
	if err != nil {
		return nil, err
	}
	r, err := p.newReach(scopes)
	if err != nil {
		return nil, fmt.Errorf("mockidp: lie %s: %w", name, err)
	}
	if len(l.at) > 0 && len(r.endpoints) > 0 && !slices.ContainsFunc(r.endpoints, func(e string) bool { return slices.Contains(l.at, e) }) {
		return nil, fmt.Errorf("mockidp: lie %s is told at %s, not at %s", name, strings.Join(l.at, ", "), strings.Join(r.endpoints, ", "))
	}
	return p.pranks.add(&Handle{name: name, reach: r, lie: l}), nil
}

// LieFor is [Provider.Lie] for one test: the lie ends with it, and what is wrong
// with the call fails it.
func (p *Provider) LieFor(t TB, name string, scopes ...Scope) *Handle {
	t.Helper()
	h, err := p.Lie(name, scopes...)
	if err != nil {
		t.Fatalf("%v", err)
		return nil
	}
	t.Cleanup(h.Stop)
	return h
}

// Lies lists every lie in the order of the function [Lies], with whether it is
// in force and how many answers it has changed.
func (p *Provider) Lies() []Lie {
	out := Lies()
	p.pranks.mu.Lock()
	defer p.pranks.mu.Unlock()
	for i := range out {
		out[i].Told = p.pranks.told[out[i].Name]
		out[i].On = slices.ContainsFunc(p.pranks.active, func(h *Handle) bool {
			return h.lie != nil && h.name == out[i].Name
		})
	}
	return out
}

// StopLies ends all lies that are in force.
func (p *Provider) StopLies() {
	for _, h := range p.pranks.inForce() {
		if h.lie != nil {
			h.Stop()
		}
	}
}
