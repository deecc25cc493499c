package mockidp

import (
	"sync"
	"time"
)

// IssuerClock is the clock of one provider, see [Provider.Clock]. It follows the
// clock below it, which is the system's unless [WithClock] gave another, until it
// is told otherwise. Whatever it is told holds from the next request on, for all
// that the provider says (iat, exp, the Date of its answers) and for all that it
// judges (whether a code, a token or a grace window has run out). Its methods may
// be called at any time and from several goroutines.
type IssuerClock struct {
	below Clock

	mu sync.Mutex
	// Since below said origin, the clock has run from at; while frozen it stands
	// there. Without a moved clock both are unused.
	moved      bool
	frozen     bool
	at, origin time.Time
	skew       time.Duration
}

func newIssuerClock(below Clock) *IssuerClock { return &IssuerClock{below: below} }

// Clock is the clock of this provider. It moves no other provider's time.
func (p *Provider) Clock() *IssuerClock { return p.clock }

// Now is what the provider takes the time to be.
func (c *IssuerClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.nowLocked().Add(c.skew)
}

// nowLocked is the time without the skew.
func (c *IssuerClock) nowLocked() time.Time {
	switch {
	case !c.moved:
		return c.below.Now()
	case c.frozen:
		return c.at
	}
	return c.at.Add(c.below.Now().Sub(c.origin))
}

// moveLocked lets the clock go on from t.
func (c *IssuerClock) moveLocked(t time.Time) {
	c.moved, c.at, c.origin = true, t.Round(0), c.below.Now()
}

// Freeze stops the clock where it stands. Frozen, it moves by [IssuerClock.Set]
// and [IssuerClock.Advance] alone.
func (c *IssuerClock) Freeze() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moveLocked(c.nowLocked())
	c.frozen = true
}

// Resume lets a frozen clock go on from where it stands. It does not make up for
// the time it stood; [IssuerClock.Reset] does.
func (c *IssuerClock) Resume() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.frozen {
		c.moveLocked(c.at)
		c.frozen = false
	}
}

// Frozen reports whether the clock stands still.
func (c *IssuerClock) Frozen() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.frozen
}

// Advance moves the clock by d, backwards when d is negative. Movements add up.
func (c *IssuerClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moveLocked(c.nowLocked().Add(d))
}

// Set moves the clock to t, which may lie in the past, so that [IssuerClock.Now]
// is t. It goes on from there unless it is frozen.
func (c *IssuerClock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moveLocked(t.Add(-c.skew))
}

// Skew lets the provider's clock be wrong by d: ahead of what it would say else,
// or behind when d is negative. Skews do not add up: the last one holds, and 0
// ends it.
func (c *IssuerClock) Skew(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.skew = d
}

// Reset undoes everything: the clock says what the one below it says.
func (c *IssuerClock) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moved, c.frozen, c.skew = false, false, 0
}
