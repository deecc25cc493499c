package mockidp

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Filter picks recorded requests. Every field that is not empty must fit; the
// zero value fits all.
type Filter struct {
	// Method is the HTTP method.
	Method string
	// Endpoint is the name of the endpoint, as in [AtEndpoint].
	Endpoint string
	// Client is the client that the request was from, as in [Match].
	Client string
	// Status is the status of the answer, and Error its OAuth error code.
	Status int
	Error  string
	// Func has the last word, when it is set. It must not keep or change what it
	// is given, and must not call the provider.
	Func func(Request) bool
}

func (f *Filter) fits(r *Request) bool {
	return (f.Method == "" || f.Method == r.Method) && (f.Endpoint == "" || f.Endpoint == r.Endpoint) &&
		(f.Client == "" || f.Client == r.Client) && (f.Status == 0 || f.Status == r.Status) &&
		(f.Error == "" || f.Error == r.Error) && (f.Func == nil || f.Func(*r))
}

// Take gives the oldest recorded request that fits and has not been taken
// before, as it was sent, and waits for one until ctx ends: give it a time-out.
// Each request is taken once; it stays in [Provider.Requests]. Waiting ends with
// an error that says what came instead, or when the provider is closed.
func (p *Provider) Take(ctx context.Context, f Filter) (Request, error) {
	if f.Endpoint != "" {
		if err := checkEndpoint(f.Endpoint); err != nil {
			return Request{}, fmt.Errorf("mockidp: Take: %w", err)
		}
	}
	for {
		r, found, changed := p.record.take(&f)
		if found {
			return r, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Request{}, fmt.Errorf("mockidp: Take: no request that fits: %w; not taken are %s", ctx.Err(), p.record.summary())
		case <-p.pranks.ending:
			return Request{}, fmt.Errorf("mockidp: Take: no request that fits, and the provider is closed; not taken are %s", p.record.summary())
		}
	}
}

// take finds and marks a request, or gives what is closed when another is
// recorded.
func (c *record) take(f *Filter) (Request, bool, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.requests {
		if r := &c.requests[i]; !c.taken[i] && f.fits(r) {
			c.taken[i] = true
			return r.clone(), true, nil
		}
	}
	if c.changed == nil {
		c.changed = make(chan struct{})
	}
	return Request{}, false, c.changed
}

// summary counts what has not been taken, by endpoint, without anything secret.
func (c *record) summary() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	counts := map[string]int{}
	for i := range c.requests {
		if r := &c.requests[i]; !c.taken[i] {
			counts[fmt.Sprintf("%s %s (%d)", r.Method, r.Endpoint, r.Status)]++
		}
	}
	if len(counts) == 0 {
		return "none"
	}
	var out []string
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		out = append(out, fmt.Sprintf("%d × %s", counts[what], what))
	}
	return strings.Join(out, ", ")
}

// find gives the request with an id.
func (c *record) find(id string) (Request, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.requests {
		if c.requests[i].ID == id {
			return c.requests[i].clone(), true
		}
	}
	return Request{}, false
}
