package check

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
)

// grace is how long the engine waits for a body whose time is up. A body that
// honours its context is long gone by then; one that does not is left behind.
const grace = 400 * time.Millisecond

// Run is one assay of one target. Checks are started one by one, run in the
// run's pool, and are judged for good when the run is finished.
type Run struct {
	cfg      Config
	client   *client
	redactor *Redactor
	began    time.Time
	ctx      context.Context
	cancel   context.CancelCauseFunc
	slots    chan struct{}
	serial   sync.RWMutex // held for writing by a serial check
	reach    func() string
	memo     memo

	mu        sync.Mutex
	number    int
	exchanges []reports.Exchange
	pending   []*Pending
	stopped   reports.Stop
}

// NewRun prepares a run; nothing is sent yet.
func NewRun(cfg Config) (*Run, error) {
	if err := cfg.defaults(); err != nil {
		return nil, err
	}
	r := &Run{cfg: cfg, redactor: cfg.Redactor, began: time.Now(), slots: make(chan struct{}, cfg.Workers)}
	r.ctx, r.cancel = context.WithCancelCause(context.Background())
	for _, s := range cfg.Target.Secrets() {
		r.redactor.Learn(s)
	}
	g := newGuard(cfg.Target.URLs(), cfg.Target.Hosts)
	r.client = &client{rt: cfg.Transport, guard: g, timeout: min(requestTimeout, cfg.Timeout), agent: cfg.Agent}
	r.reach = sync.OnceValue(func() string { return "" })
	if cfg.Transport == nil {
		pool, err := cfg.Target.CertPool()
		if err != nil {
			return nil, err
		}
		tr := newTransport(g, pool, cfg.Target.TLS.Insecure, cfg.Workers)
		r.client.rt = tr
		r.reach = sync.OnceValue(func() string { return r.preflight(tr) })
		context.AfterFunc(r.ctx, tr.CloseIdleConnections)
	}
	return r, nil
}

// Pending is a check that was started.
type Pending struct {
	check  *Check
	done   chan struct{}
	result reports.Result
}

// Wait blocks until the check is over. The result is final but for observers,
// and for what --strict makes of it.
func (p *Pending) Wait() reports.Result { <-p.done; return p.result }

// Start runs a check as soon as the pool has room. Observers are judged when
// the run is finished; their Pending is over then.
func (r *Run) Start(c *Check) *Pending {
	p := &Pending{check: c, done: make(chan struct{})}
	r.mu.Lock()
	r.pending = append(r.pending, p)
	r.mu.Unlock()
	if !c.Observer() {
		go r.execute(p)
	}
	return p
}

// Stop ends the run: nothing new begins, and what runs is told to end.
func (r *Run) Stop(why reports.Stop) {
	r.mu.Lock()
	if r.stopped == reports.StopNone {
		r.stopped = why
	}
	r.mu.Unlock()
	r.cancel(fmt.Errorf("the run was stopped (%s)", why))
}

// execute takes a check through the pool.
func (r *Run) execute(p *Pending) {
	defer close(p.done)
	select {
	case <-r.ctx.Done():
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	}
	if p.check.Serial {
		r.serial.Lock()
		defer r.serial.Unlock()
	} else {
		r.serial.RLock()
		defer r.serial.RUnlock()
	}
	r.tell(Event{Check: p.check})
	began := time.Now()
	switch {
	case r.ctx.Err() != nil:
		p.result = r.base(p.check)
		p.result.Verdict, p.result.Need = reports.NotRun, "a run that goes on: "+context.Cause(r.ctx).Error()+" before this check began"
	default:
		if why := r.reach(); why != "" {
			p.result = r.base(p.check)
			p.result.Verdict, p.result.Message = reports.Error, why
			break
		}
		p.result = r.body(p.check)
	}
	p.result.DurationMS = time.Since(began).Milliseconds()
	r.settle(&p.result)
	r.tell(Event{Check: p.check, Result: &p.result})
}

// body runs the function of a check in a goroutine of its own, within its
// time, and contains a panic.
func (r *Run) body(c *Check) reports.Result {
	limit := fmt.Errorf("no verdict within the %s a check may take", r.cfg.Timeout)
	ctx, cancel := context.WithTimeoutCause(r.ctx, r.cfg.Timeout, limit)
	defer cancel()
	t := &T{run: r, check: c, name: c.ID, ctx: ctx, verdict: reports.Pass}
	done := make(chan struct{})
	go func() {
		defer close(done)
		t.protect(func() {
			for _, n := range c.Needs {
				if !n.Met(t) {
					t.NotRun(n)
				}
			}
			c.Run(t)
			t.end()
		})
	}()
	select {
	case <-done:
	case <-ctx.Done():
		select {
		case <-done:
		case <-time.After(grace):
		}
	}
	return t.result(ctx)
}

// protect runs f and takes what it panics with.
func (t *T) protect(f func()) {
	defer func() {
		switch p := recover().(type) {
		case nil, ended:
		default:
			t.mu.Lock()
			t.findings = append(t.findings, reports.Finding{Verdict: reports.Error, Message: fmt.Sprintf("the check itself broke: %v", p), Step: t.step})
			t.verdict, t.broke = worse(t.verdict, reports.Error), true
			t.mu.Unlock()
		}
	}()
	f()
}

// end notes that a body came to its end.
func (t *T) end() {
	t.mu.Lock()
	t.whole = true
	t.mu.Unlock()
}

// result is what a body came to. Nothing is taken from it afterwards.
func (t *T) result(ctx context.Context) reports.Result {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	res := t.run.base(t.check)
	res.Verdict, res.Findings, res.Observations, res.Exchanges = t.verdict, t.findings, t.observations, t.exchanges
	if t.need != nil && t.verdict != reports.Fail {
		res.Verdict, res.Need, res.Hint = reports.NotRun, t.need.Name, t.need.Hint
		return res
	}
	if !t.whole && !t.broke {
		// The body did not come to its end and found nothing: it ran out of
		// time, the run was stopped, or a step it shares with others died.
		if t.run.ctx.Err() != nil {
			res.Verdict, res.Need = reports.NotRun, "a run that goes on: "+context.Cause(t.run.ctx).Error()+" while this check ran"
			return res
		}
		why := "a step that several checks share did not come to its end"
		if ctx.Err() != nil {
			why = context.Cause(ctx).Error()
		}
		res.Verdict, res.Message, res.Step = reports.Error, why, t.step
		return res
	}
	explain(&res)
	return res
}

// explain puts the finding that decided the verdict where readers look first.
func explain(res *reports.Result) {
	for _, f := range res.Findings {
		if f.Verdict == res.Verdict {
			res.Message, res.Step, res.Expected, res.Got = f.Message, f.Step, f.Expected, f.Got
			return
		}
	}
}

// base is a result before anything is known.
func (r *Run) base(c *Check) reports.Result { return Blank(c, r.cfg.Target.Policy) }

// Blank is the result of a check under a policy before anything is known.
func Blank(c *Check, p target.Policy) reports.Result {
	return reports.Result{
		ID: c.ID, Title: c.Title, Clauses: c.Clauses, Level: string(c.LevelFor(p)),
		Area: c.area.ID, Role: string(c.area.Role), Binds: c.Binds, Observer: c.Observer(), Proves: c.Proves,
	}
}

func (r *Run) tell(e Event) {
	if r.cfg.OnEvent != nil {
		r.cfg.OnEvent(e)
	}
}
