package check

import "sync"

// place is what a check holds while it runs: a slot of the pool, and the lock that
// serial checks hold alone. A body gives it up while it waits and takes it again;
// the engine ends it. Whatever a body does that was left behind, nothing is given
// up twice and nothing is kept.
type place struct {
	run    *Run
	serial bool

	mu   sync.Mutex
	slot bool // is held
	lock bool // is held
	over bool // the check is
}

// take waits for a slot and the lock. A run that was stopped has no slots any more
// and needs none.
func (p *place) take() {
	slot := false
	select {
	case <-p.run.ctx.Done():
	case p.run.slots <- struct{}{}:
		slot = true
	}
	if p.serial {
		p.run.serial.Lock()
	} else {
		p.run.serial.RLock()
	}
	p.mu.Lock()
	p.slot, p.lock = slot, true
	over := p.over
	p.mu.Unlock()
	if over {
		p.give()
	}
}

// give gives up what is held.
func (p *place) give() {
	p.mu.Lock()
	slot, lock := p.slot, p.lock
	p.slot, p.lock = false, false
	p.mu.Unlock()
	if lock && p.serial {
		p.run.serial.Unlock()
	} else if lock {
		p.run.serial.RUnlock()
	}
	if slot {
		<-p.run.slots
	}
}

// end gives up what is held for good: the check is over, even where its body is
// not.
func (p *place) end() {
	p.mu.Lock()
	p.over = true
	p.mu.Unlock()
	p.give()
}
