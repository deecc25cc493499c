package useragent

import (
	"context"
	"runtime"
	"sync"
	"weak"

	"github.com/authassay/authassay/fixtures/target"
)

// Servers lock accounts after a few wrong passwords. So a password is tried once:
// the first login of a run lets the others wait for what comes of it, and one
// that was refused is not sent again.

// trials are what is known of the passwords of the users of a target.
type trials struct {
	mu    sync.Mutex
	known map[target.User]*trial
}

// trial is what is known of one password.
type trial struct {
	turn chan struct{} // holds a token while nobody tries it
	// verdict is written by who holds the token, or by anybody once it is known.
	mu       sync.Mutex
	verdict  verdict
	refusals int // since the last login that succeeded
}

type verdict int

const (
	untried verdict = iota
	accepted
	refused
)

// mostRefusals is how often in a row a password that was right may be refused
// before it is no longer sent.
const mostRefusals = 3

var (
	allTrials   = map[weak.Pointer[target.Target]]*trials{}
	allTrialsMu sync.Mutex
)

// trialsOf are the trials of a target. They go with it.
func trialsOf(t *target.Target) *trials {
	key := weak.Make(t)
	allTrialsMu.Lock()
	defer allTrialsMu.Unlock()
	all := allTrials[key]
	if all == nil {
		all = &trials{known: map[target.User]*trial{}}
		allTrials[key] = all
		runtime.AddCleanup(t, func(k weak.Pointer[target.Target]) {
			allTrialsMu.Lock()
			defer allTrialsMu.Unlock()
			delete(allTrials, k)
		}, key)
	}
	return all
}

func (t *trials) of(u target.User) *trial {
	t.mu.Lock()
	defer t.mu.Unlock()
	one := t.known[u]
	if one == nil {
		one = &trial{turn: make(chan struct{}, 1)}
		one.turn <- struct{}{}
		t.known[u] = one
	}
	return one
}

// begin asks whether the password may be sent, and waits while somebody else
// tries it for the first time. done must be called when it says yes.
func (t *trial) begin(ctx context.Context) (may bool, done func(), err error) {
	if v := t.is(); v != untried {
		return v == accepted, func() {}, nil
	}
	select {
	case <-t.turn:
	case <-ctx.Done():
		return false, nil, context.Cause(ctx)
	}
	if v := t.is(); v != untried {
		t.turn <- struct{}{}
		return v == accepted, func() {}, nil
	}
	return true, sync.OnceFunc(func() { t.turn <- struct{}{} }), nil
}

func (t *trial) is() verdict {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.verdict
}

// was notes what came of it.
func (t *trial) was(v verdict) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if v == accepted {
		t.verdict, t.refusals = accepted, 0
		return
	}
	t.refusals++
	if t.verdict == untried || t.refusals >= mostRefusals {
		t.verdict = refused
	}
}
