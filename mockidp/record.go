package mockidp

import (
	"bytes"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Bounds of the record unless [WithRequestLimit] sets others.
const (
	defaultRecordCount = 1000
	defaultRecordBytes = 16 << 20
)

// Request is a request the provider received, as it was sent, with what became
// of it.
type Request struct {
	// ID is the value of the X-Request-Id header of the answer.
	ID string
	// Time is when the request arrived, by the provider's clock.
	Time time.Time
	// Method, Host and URL are those of the request; URL is the request target
	// with its query, as sent.
	Method, Host, URL string
	// Header holds the header fields, credentials included.
	Header http.Header
	// Body is the raw body, up to a megabyte.
	Body []byte
	// BodyIncomplete says that the body was longer, or broke off.
	BodyIncomplete bool
	// Status is the HTTP status of the answer.
	Status int
	// Error is the OAuth error code of the answer, if it was one.
	Error string
	// Refused is the rule for which the request was refused. It is empty when
	// the request was answered, and when it was refused for a reason that is
	// not a rule that can be switched off.
	Refused string
	// Verdicts are the verdicts of the rules that applied, in the order in which
	// they were looked at.
	Verdicts []Verdict
	// Reached are the fault points that the request reached, see
	// [Provider.Hits], in order.
	Reached []string
	// Endpoint is the name of the endpoint, as in [AtEndpoint].
	Endpoint string
	// Client is the client that the request was from, or said it was from.
	Client string
	// Description is the error_description of the answer.
	Description string
	// Lies and Conditions are those that changed the answer, Scripted is the
	// scripted reply that did.
	Lies, Conditions []string
	Scripted         string
}

// clone copies the request and all it holds.
func (r Request) clone() Request {
	r.Header = r.Header.Clone()
	r.Body = bytes.Clone(r.Body)
	r.Verdicts = slices.Clone(r.Verdicts)
	for _, list := range []*[]string{&r.Reached, &r.Lies, &r.Conditions} {
		*list = slices.Clone(*list)
	}
	return r
}

// Verdict is what one rule of [KindRequest] says about one request.
type Verdict struct {
	// Request is the ID of the request.
	Request string
	// Rule and Clause name the rule.
	Rule, Clause string
	// Pass says that the request obeys the rule.
	Pass bool
	// Mode is the mode of the rule at the time. A verdict that does not pass and
	// whose mode is Warn or Off is of a request that a strict server would have
	// refused.
	Mode Mode
	// Refused says that the request was refused for it.
	Refused bool
	// Expected and Got explain a verdict that does not pass. Neither holds a
	// credential.
	Expected, Got string
}

// record keeps the newest requests within a number and a size.
type record struct {
	mu       sync.Mutex
	requests []Request
	taken    []bool        // by [Provider.Take]
	changed  chan struct{} // closed when a request is added, nil when nobody waits
	sizes    []int
	size     int
	dropped  int

	maxCount, maxBytes int
}

// sizeOf is what a request costs: what it holds, roughly.
func sizeOf(r *Request) int {
	n := 256 + len(r.URL) + len(r.Host) + len(r.Body) + 160*len(r.Verdicts) + 32*len(r.Reached) +
		len(r.Endpoint) + len(r.Client) + len(r.Description)
	for name, values := range r.Header {
		for _, v := range values {
			n += len(name) + len(v)
		}
	}
	return n
}

func (c *record) add(r Request) {
	size := sizeOf(&r)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests = append(c.requests, r)
	c.taken = append(c.taken, false)
	c.sizes = append(c.sizes, size)
	c.size += size
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
	for len(c.requests) > 0 && (len(c.requests) > c.maxCount || c.size > c.maxBytes) {
		c.size -= c.sizes[0]
		c.requests[0] = Request{} // so that what it held is freed now
		c.requests, c.sizes, c.taken = c.requests[1:], c.sizes[1:], c.taken[1:]
		c.dropped++
	}
}

// Requests gives the recorded requests, oldest first. The slice and all it
// holds are the caller's own.
func (p *Provider) Requests() []Request {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	out := slices.Clone(p.record.requests)
	for i := range out {
		out[i] = out[i].clone()
	}
	return out
}

// Dropped counts the requests that are no longer in the record because newer
// ones took their place.
func (p *Provider) Dropped() int {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	return p.record.dropped
}

// Verdicts gives the verdicts of all recorded requests, oldest first.
func (p *Provider) Verdicts() []Verdict {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	var out []Verdict
	for i := range p.record.requests {
		out = append(out, p.record.requests[i].Verdicts...)
	}
	return out
}
