package check

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/authassay/authassay/reports"
)

// memo keeps what several checks of a run need and one of them asks for.
type memo struct {
	mu      sync.Mutex
	entries map[string]*memoEntry
}

type memoEntry struct {
	begun chan struct{} // closed when t is set
	done  chan struct{} // closed when the step is over
	value any
	t     *T
}

// entry finds what belongs to a key; mine tells that the caller is to make it.
func (m *memo) entry(key string) (e *memoEntry, mine bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e = m.entries[key]; e != nil {
		return e, false
	}
	if m.entries == nil {
		m.entries = map[string]*memoEntry{}
	}
	e = &memoEntry{begun: make(chan struct{}), done: make(chan struct{})}
	m.entries[key] = e
	return e, true
}

// made tells whether what belongs to a key is there.
func (m *memo) made(key string) bool {
	m.mu.Lock()
	e := m.entries[key]
	m.mu.Unlock()
	if e == nil {
		return false
	}
	select {
	case <-e.done:
		return true
	default:
		return false
	}
}

// Shared makes something once in a run that many checks need: the metadata
// document, a registered client. Whoever asks first makes it; the exchanges
// belong to every check that asked. If it ends inconclusive, so does every
// check that asked.
func Shared[V any](t *T, key string, make func(*T) V) V {
	if t.asking && !t.run.memo.made(key) {
		panic(ended{})
	}
	e, mine := t.run.memo.entry(key)
	if mine {
		go e.make(t.run, key, func(t *T) any { return make(t) })
	}
	if !t.await(e) {
		t.mu.Lock()
		t.shared = key
		t.mu.Unlock()
		panic(ended{})
	}
	e.t.mu.Lock()
	defer e.t.mu.Unlock()
	t.adopt(key, e.t)
	v, ok := e.value.(V)
	if !ok && e.value != nil {
		panic("check.Shared: two types under the key " + key)
	}
	return v
}

// await waits for a shared step, which has a time of its own: that of the check
// stands still. It gives up on a step that goes on when its time is over.
func (t *T) await(e *memoEntry) bool {
	defer t.limit.pause()()
	<-e.begun
	select {
	case <-e.done:
		return t.ctx.Err() == nil
	case <-t.ctx.Done(): // the run was stopped
		return false
	case <-e.t.ctx.Done():
	}
	select {
	case <-e.done:
		return t.ctx.Err() == nil
	case <-t.ctx.Done():
	case <-time.After(grace):
	}
	return false
}

// make runs the step. It belongs to the run and not to the check that happens
// to be first: it has its own time.
func (e *memoEntry) make(r *Run, key string, body func(*T) any) {
	ctx, l, cancel := limited(r.ctx, r.cfg.Timeout, context.DeadlineExceeded)
	defer cancel()
	e.t = &T{run: r, name: "shared:" + key, ctx: ctx, limit: l, verdict: reports.Pass}
	close(e.begun)
	defer close(e.done)
	e.t.protect(func() {
		e.value = body(e.t)
		e.t.end()
	})
	e.t.mu.Lock()
	e.t.closed = true
	e.t.mu.Unlock()
}

// adopt takes over what a shared step made and found; it ends the check when
// the step ended. The lock of the step is held.
func (t *T) adopt(key string, s *T) {
	t.mu.Lock()
	if t.closed {
		t.mu.Unlock()
		panic(ended{})
	}
	if !t.adopted[key] {
		if t.adopted == nil {
			t.adopted = map[string]bool{}
		}
		t.adopted[key] = true
		for _, n := range s.exchanges { // a step inside the step may be adopted already
			if !slices.Contains(t.exchanges, n) {
				t.exchanges = append(t.exchanges, n)
			}
		}
		for _, f := range s.findings {
			if !slices.Contains(t.findings, f) {
				t.findings = append(t.findings, f)
			}
		}
		t.step, t.last = s.step, s.last
		t.verdict = worse(t.verdict, s.verdict)
	}
	dead := s.verdict == reports.Error || s.need != nil || !s.whole
	if dead {
		if t.shared = key; s.shared != "" { // a step inside the step
			t.shared = s.shared
		}
		t.broke = t.broke || s.broke || s.verdict == reports.Error
		if t.need == nil {
			t.need = s.need
		}
	}
	t.mu.Unlock()
	if dead {
		panic(ended{})
	}
}
