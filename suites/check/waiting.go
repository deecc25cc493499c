package check

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/authassay/authassay/fixtures/target"
)

// DefaultPatience is how long a run waits for one thing at a target whose clock
// it cannot move.
const DefaultPatience = 30 * time.Second

// limit is the time that a check may take. It stands still while the check
// waits for something that is not the target's answer.
type limit struct {
	mu     sync.Mutex
	timer  *time.Timer
	left   time.Duration
	since  time.Time
	pauses int
}

func newLimit(d time.Duration, over func()) *limit {
	return &limit{timer: time.AfterFunc(d, over), left: d, since: time.Now()}
}

// pause stops the clock until resume is called.
func (l *limit) pause() (resume func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pauses == 0 && l.timer.Stop() {
		l.left -= time.Since(l.since)
	}
	l.pauses++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.pauses--; l.pauses == 0 {
			l.since = time.Now()
			l.timer.Reset(max(l.left, 0))
		}
	}
}

// limited is a context that ends when the check has used up its time.
func limited(parent context.Context, d time.Duration, cause error) (context.Context, *limit, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	l := newLimit(d, func() { cancel(cause) })
	return ctx, l, func() { l.timer.Stop(); cancel(nil) }
}

// Elapse lets time pass at the target. Where the target's clock can be moved it
// is moved, while no other check runs; else the run waits, beside other checks,
// as long as its patience allows. What it is for is said in the report: "the
// code to expire".
func (t *T) Elapse(d time.Duration, what string) {
	seconds := int((d + time.Second - 1) / time.Second)
	clock := t.Target().Clock
	switch {
	case clock.Move != nil:
		t.alone(func() {
			if err := clock.Move(seconds); err != nil {
				t.Inconclusive("the target's clock cannot be moved: %v", err)
			}
			t.run.aged(d)
		})
	case advances(clock.Advance):
		t.alone(func() {
			r := t.Do("move the clock", "clock", advance(clock.Advance, seconds))
			if r.Status < 200 || r.Status > 299 {
				t.Inconclusive("the target's clock cannot be moved: it answers %d", r.Status)
			}
			t.run.aged(d)
		})
	case d > t.run.cfg.Patience:
		t.NotRun(NeedTime(d, what))
	default:
		t.wait(d, what)
	}
}

// NeedTime is met where a check can let a time pass by T.Elapse: the target's clock
// can be moved, or the run is patient enough to wait for it.
func NeedTime(d time.Duration, what string) Need {
	return Need{
		Name: fmt.Sprintf("%s to wait for %s", d.Round(time.Second), what),
		Hint: fmt.Sprintf("add --patience %s", d.Round(time.Second)),
		Met: func(t *T) bool {
			clock := t.Target().Clock
			return clock.Move != nil || advances(clock.Advance) || d <= t.run.cfg.Patience
		},
	}
}

func advances(s target.Step) bool { _, where := s.Request(); return where != "" }

// advance is the request that moves the target's clock.
func advance(s target.Step, seconds int) *Request {
	fill := func(text string) string { return strings.ReplaceAll(text, "{{seconds}}", strconv.Itoa(seconds)) }
	method, where := s.Request()
	r := &Request{Method: method, URL: fill(where), Header: http.Header{}}
	for name, value := range s.Headers {
		r.Header.Set(name, fill(value))
	}
	switch {
	case len(s.JSON) > 0:
		members := map[string]string{}
		for name, value := range s.JSON {
			members[name] = fill(value)
		}
		r.Body, _ = json.Marshal(members) // texts always go
		r.Header.Set("Content-Type", "application/json")
	case len(s.Form) > 0:
		form := url.Values{}
		for name, value := range s.Form {
			form.Set(name, fill(value))
		}
		r.Body = []byte(form.Encode())
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}

// wait sleeps without a place in the pool, so that other checks go on.
func (t *T) wait(d time.Duration, what string) {
	if t.check != nil {
		t.run.tell(Event{Check: t.check, Waits: fmt.Sprintf("%s for %s", d.Round(100*time.Millisecond), what)})
	}
	t.idle(func() {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-t.ctx.Done():
		}
	})
	t.run.count(func(c *counts) { c.waited += d })
	if t.ctx.Err() != nil {
		panic(ended{})
	}
}

// idle runs f while the check has no place in the pool and its time stands
// still.
func (t *T) idle(f func()) {
	defer t.limit.pause()()
	if t.place == nil || t.place.serial { // a shared step has no place of its own
		f()
		return
	}
	t.place.give()
	defer t.place.take()
	f()
}

// Alone runs f while no other check does. It waits for those that are under way,
// so that what can be done before is better done before.
func (t *T) Alone(f func()) {
	t.alone(f)
	if t.ctx.Err() != nil {
		panic(ended{})
	}
}

func (t *T) alone(f func()) {
	if t.place == nil || t.place.serial {
		f()
		return
	}
	defer t.limit.pause()()
	t.place.give()
	defer t.place.take()
	t.run.serial.Lock()
	defer t.run.serial.Unlock()
	if t.ctx.Err() == nil { // the run was not stopped meanwhile
		f()
	}
}

// aged drops what was made once for many checks when time has passed in which it
// may have expired.
func (r *Run) aged(d time.Duration) {
	r.count(func(c *counts) { c.moves++ })
	if d > agesAfter {
		r.memo.forget()
	}
}

// agesAfter is less than any login or token lives that could be worked with.
const agesAfter = 20 * time.Second

// forget drops what was made once for many checks.
func (m *memo) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries = nil
}

// counts is what a run did, for its report.
type counts struct {
	logins int
	moves  int // of the target's clock
	waited time.Duration
}

func (r *Run) count(f func(*counts)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(&r.counts)
}

// ClockMoves counts how often the run has moved the target's clock. It does not
// move while the body of a check runs, but for the time in which that waits, for
// Alone too: what was made before may then have expired.
func (t *T) ClockMoves() (n int) {
	t.run.count(func(c *counts) { n = c.moves })
	return n
}

// CountLogin notes that the resource owner logged in: a password was typed.
func (t *T) CountLogin() { t.run.count(func(c *counts) { c.logins++ }) }

// Learn makes a secret known to the redaction: one that was made in the run.
func (t *T) Learn(secret string) { t.run.redactor.Learn(secret) }

// Idle runs f while the check has no place in the pool and its time stands still:
// for what waits for somebody else than the target, such as a person. f has to
// end with the context of the check.
func (t *T) Idle(f func()) {
	t.idle(f)
	if t.ctx.Err() != nil {
		panic(ended{})
	}
}

// Aid is something that the areas need and the engine does not know, by its name:
// whoever started the run gave it. It is nil where nobody did.
func (t *T) Aid(name string) any { return t.run.cfg.Aids[name] }
