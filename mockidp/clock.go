package mockidp

import (
	"sync"
	"time"
)

// Clock tells the provider the time: for iat and exp of the tokens it signs and
// for the times in the record of requests.
type Clock interface {
	// Now is the present moment. It may be called from several goroutines.
	Now() time.Time
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

// ManualClock is a [Clock] that moves only when told to.
type ManualClock struct {
	mu  sync.Mutex
	now time.Time
}

// NewManualClock gives a clock that stands at t.
func NewManualClock(t time.Time) *ManualClock { return &ManualClock{now: t} }

// Now is the time at which the clock stands.
func (c *ManualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves the clock to t, which may lie in the past.
func (c *ManualClock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// Advance moves the clock by d, backwards when d is negative.
func (c *ManualClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
