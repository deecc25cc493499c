package check

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync"
	"time"
)

// gatePatience is how long requests that are to go out together wait for one of
// them that does not get ready, such as one for which no connection is to be had.
const gatePatience = 2 * time.Second

// Attempt is what became of one request of several.
type Attempt struct {
	// Response is the answer; nil when none came.
	Response *Response
	// Err says why there is no answer, or why it broke off.
	Err error
}

// Together sends requests at the same time, each on a connection (with HTTP/2, a
// stream) of its own: every one of them gets as far as its body, and then all
// bodies are released at once. Requests without a body do not wait. The answers
// come in the order of the requests. It ends the check when its time is up.
func (t *T) Together(step, purpose string, requests ...*Request) []Attempt {
	out := make([]Attempt, len(requests))
	gate := newGate(len(requests))
	late := time.AfterFunc(gatePatience, gate.open)
	defer late.Stop()
	var all sync.WaitGroup
	for i, r := range requests {
		all.Go(func() {
			t.protect(func() {
				pass := sync.OnceFunc(gate.arrive)
				defer pass() // one that never came to its body keeps nobody waiting
				out[i].Response, out[i].Err = t.exchangeBy(step, purpose, r, func(ctx context.Context, r *Request) (*Response, error) {
					return t.run.client.sendAs(ctx, r, func(req *http.Request) {
						if req.Body != nil {
							req.Body = &gated{bytes.NewReader(r.Body), gate, pass, ctx}
						}
					})
				})
			})
		})
	}
	all.Wait()
	t.mu.Lock()
	over := t.closed || t.broke || t.ctx.Err() != nil
	t.mu.Unlock()
	if over {
		panic(ended{})
	}
	return out
}

// gate opens when as many have arrived as it was made for.
type gate struct {
	mu     sync.Mutex
	wanted int
	opened chan struct{}
	once   sync.Once
}

func newGate(n int) *gate { return &gate{wanted: n, opened: make(chan struct{})} }

func (g *gate) open() { g.once.Do(func() { close(g.opened) }) }

func (g *gate) arrive() {
	g.mu.Lock()
	g.wanted--
	last := g.wanted == 0
	g.mu.Unlock()
	if last {
		g.open()
	}
}

// gated is a body that is held back until its gate opens. The transport reads it
// when the connection stands and the header is sent: net/http sends that first
// where it does not know the type of a body.
type gated struct {
	body *bytes.Reader
	gate *gate
	pass func()
	ctx  context.Context
}

func (b *gated) Read(p []byte) (int, error) {
	b.pass()
	select {
	case <-b.gate.opened:
		return b.body.Read(p)
	case <-b.ctx.Done():
		return 0, context.Cause(b.ctx)
	}
}

func (b *gated) Close() error { return nil }

var _ io.ReadCloser = (*gated)(nil)
