package check

import (
	"context"
	"sync"

	"github.com/authassay/authassay/reports"
)

// memo keeps what several checks of a run need and one of them asks for.
type memo struct {
	mu      sync.Mutex
	entries map[string]*memoEntry
}

type memoEntry struct {
	once  sync.Once
	value any
	t     *T
}

func (m *memo) entry(key string) *memoEntry {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries == nil {
		m.entries = map[string]*memoEntry{}
	}
	e := m.entries[key]
	if e == nil {
		e = &memoEntry{}
		m.entries[key] = e
	}
	return e
}

// Shared makes something once in a run that many checks need: the metadata
// document, a registered client. Whoever asks first makes it; the exchanges
// belong to every check that asked. If it ends inconclusive, so does every
// check that asked.
func Shared[V any](t *T, key string, make func(*T) V) V {
	e := t.run.memo.entry(key)
	e.once.Do(func() {
		// The step belongs to the run and not to the check that happens to be
		// first: it has its own time.
		ctx, cancel := context.WithTimeout(t.run.ctx, t.run.cfg.Timeout)
		defer cancel()
		e.t = &T{run: t.run, name: "shared:" + key, ctx: ctx, verdict: reports.Pass}
		e.t.protect(func() {
			e.value = make(e.t)
			e.t.end()
		})
		e.t.mu.Lock()
		e.t.closed = true
		e.t.mu.Unlock()
	})
	e.t.mu.Lock()
	defer e.t.mu.Unlock()
	t.adopt(key, e.t)
	v, ok := e.value.(V)
	if !ok && e.value != nil {
		panic("check.Shared: two types under the key " + key)
	}
	return v
}

// adopt takes over what a shared step made and found; it ends the check when
// the step ended. The lock of the step is held.
func (t *T) adopt(key string, s *T) {
	t.mu.Lock()
	if t.adopted[key] {
		t.mu.Unlock()
		return
	}
	if t.adopted == nil {
		t.adopted = map[string]bool{}
	}
	t.adopted[key] = true
	t.exchanges = append(t.exchanges, s.exchanges...)
	t.step, t.last = s.step, s.last
	t.findings = append(t.findings, s.findings...)
	t.verdict = worse(t.verdict, s.verdict)
	t.broke = t.broke || s.broke
	need := s.need
	if need != nil {
		t.need = need
	}
	t.mu.Unlock()
	if s.verdict == reports.Error || need != nil || !s.whole {
		panic(ended{})
	}
}
