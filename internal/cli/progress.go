package cli

import (
	"fmt"
	"sync"
	"time"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/assay"
	"github.com/authassay/authassay/suites/check"
)

// progress shows how a run goes. What it is told it writes from a goroutine of
// its own: a reader that does not read must not hold up a check, nor the
// reports after a signal.
type progress struct {
	view view

	mu     sync.Mutex
	queue  []func(view)
	closed bool
	broken any // what the view panicked with
	wake   chan struct{}
	done   chan struct{}
}

// view is a way to show progress.
type view interface {
	// begin tells which checks of a target are to run.
	begin(title string, checks []*check.Check)
	// event tells that a check began or ended.
	event(assay.Progress)
	// say shows a line that is not about a check.
	say(line string)
	// end tells that the target's checks are over.
	end()
}

// newProgress chooses the view: a bar on a terminal, lines elsewhere, nothing
// when nobody wants to see any.
func newProgress(s *Streams, quiet, verbose bool) *progress {
	p := &progress{wake: make(chan struct{}, 1), done: make(chan struct{})}
	switch {
	case quiet:
		p.view = silence{}
	case s.ErrTerminal:
		p.view = &bar{w: s.Err, width: s.Width, verbose: verbose, clean: s.clean}
	default:
		p.view = &lines{w: s.Err, verbose: verbose, clean: s.clean}
	}
	go p.work()
	return p
}

func (p *progress) begin(title string, checks []*check.Check) {
	p.tell(func(v view) { v.begin(title, checks) })
}
func (p *progress) event(e assay.Progress) {
	// The result goes on changing after the event; what is shown is this one.
	if e.Result != nil {
		r := *e.Result
		e.Result = &r
	}
	p.tell(func(v view) { v.event(e) })
}
func (p *progress) say(line string) { p.tell(func(v view) { v.say(line) }) }
func (p *progress) end()            { p.tell(view.end) }

func (p *progress) tell(f func(view)) {
	p.mu.Lock()
	if !p.closed {
		p.queue = append(p.queue, f)
	}
	p.mu.Unlock()
	p.nudge()
}

func (p *progress) nudge() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *progress) work() {
	defer close(p.done)
	defer func() {
		if v := recover(); v != nil {
			p.mu.Lock()
			p.broken, p.closed, p.queue = v, true, nil
			p.mu.Unlock()
		}
	}()
	for range p.wake {
		p.mu.Lock()
		queue, closed := p.queue, p.closed
		p.queue = nil
		p.mu.Unlock()
		for _, f := range queue {
			f(p.view)
		}
		if closed {
			return
		}
	}
}

// close shows what is left to show, but waits no longer than that for a reader
// who does not read. It gives what the view panicked with, if it did.
func (p *progress) close(wait time.Duration) any {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.nudge()
	select {
	case <-p.done:
	case <-time.After(wait):
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.broken
}

// silence is the view of --quiet.
type silence struct{}

func (silence) begin(string, []*check.Check) {}
func (silence) event(assay.Progress)         {}
func (silence) say(string)                   {}
func (silence) end()                         {}

// found says in few words what results there are: "5 passed, 1 failed".
func found(c reports.Counts) string {
	text := ""
	for _, p := range []struct {
		n    int
		what string
	}{
		{c.Pass, "passed"}, {c.Fail, "failed"}, {c.Warn, "warned"}, {c.Info, "for information"},
		{c.Error, "could not be judged"}, {c.NotRun, "not run"},
	} {
		if p.n == 0 {
			continue
		}
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("%d %s", p.n, p.what)
	}
	return text
}
