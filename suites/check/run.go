package check

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"

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
	sent     carried // secrets that are words, and who sent them
	began    time.Time
	ctx      context.Context
	cancel   context.CancelCauseFunc
	slots    chan struct{}
	serial   sync.RWMutex // held for writing by a serial check
	reach    func() string
	rate     *rate.Limiter // nil: as fast as it goes
	// answers tells, once reach was asked, that the target takes connections,
	// whatever comes of the handshake.
	answers bool
	memo    memo

	mu        sync.Mutex
	number    int
	exchanges []reports.Exchange
	pending   []*Pending
	stopped   reports.Stop
	silent    int       // requests in a row without any answer
	until     time.Time // nothing is sent before: the target asked for it
	lost      string    // why the target is taken to be gone
	counts    counts
	cleanups  []cleanup
	making    sync.WaitGroup // requests under way that make something
	over      bool           // no check is started any more
	cleaning  bool           // nothing is made any more
	closed    bool           // no exchange is kept any more

	finish sync.Once
	report reports.TargetReport
}

// NewRun prepares a run; nothing is sent yet.
func NewRun(cfg Config) (*Run, error) {
	if err := cfg.defaults(); err != nil {
		return nil, err
	}
	r := &Run{cfg: cfg, redactor: cfg.Redactor, began: time.Now(), slots: make(chan struct{}, cfg.Workers)}
	r.ctx, r.cancel = context.WithCancelCause(context.Background())
	if cfg.Rate > 0 {
		r.rate = rate.NewLimiter(rate.Limit(cfg.Rate), 1)
	}
	for _, s := range cfg.Target.Secrets() {
		r.redactor.Learn(s)
	}
	g := newGuard(cfg.Target.URLs(), cfg.Target.Hosts)
	r.client = &client{rt: cfg.Transport, guard: g, timeout: min(requestTimeout, cfg.Timeout+grace), agent: cfg.Agent}
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
// the run is finished; their Pending is over then. After Finish nothing runs,
// and the report stays as it is.
func (r *Run) Start(c *Check) *Pending {
	p := &Pending{check: c, done: make(chan struct{})}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		p.result = r.unrun(c, "the run is finished")
		close(p.done)
		return p
	}
	r.pending = append(r.pending, p)
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
	defer func() {
		// A defect of the engine, or of who is told of its progress: one check is
		// without a verdict, and the run and its reports go on.
		if broken := recover(); broken != nil {
			p.result = r.base(p.check)
			p.result.Verdict, p.result.Message = reports.Error, fmt.Sprintf("the engine itself broke: %v", broken)
		}
	}()
	at := &place{run: r, serial: p.check.Serial}
	at.take()
	defer at.end()
	r.tell(Event{Check: p.check})
	began := time.Now()
	res := r.judged(p.check, at)
	res.DurationMS = time.Since(began).Milliseconds()
	p.result = r.settle(res)
	r.tell(Event{Check: p.check, Result: &p.result})
}

// judged runs a check if it still makes sense to.
func (r *Run) judged(c *Check, at *place) reports.Result {
	if r.ctx.Err() == nil {
		why := r.reach()
		if why == "" || c.Wire && r.answers {
			return r.body(c, at)
		}
		if r.ctx.Err() == nil { // else looking was cut short and says nothing
			res := r.base(c)
			res.Verdict, res.Message = reports.Error, "the target cannot be reached: "+why
			return res
		}
	}
	return r.unrun(c, context.Cause(r.ctx).Error()+" before this check began")
}

// unrun is the result of a check that the run's end kept from a verdict.
func (r *Run) unrun(c *Check, why string) reports.Result {
	res := r.base(c)
	res.Verdict, res.Need = reports.NotRun, "a run that goes on: "+why
	return res
}

// body runs the function of a check in a goroutine of its own, within its
// time, and contains a panic.
func (r *Run) body(c *Check, at *place) reports.Result {
	limit := fmt.Errorf("no verdict within the %s a check may take", r.cfg.Timeout)
	ctx, l, cancel := limited(r.ctx, r.cfg.Timeout, limit)
	defer cancel()
	t := &T{run: r, check: c, name: c.ID, ctx: ctx, limit: l, place: at, verdict: reports.Pass}
	done := make(chan struct{})
	go func() {
		defer close(done)
		t.protect(func() {
			for i, n := range c.Needs {
				if !n.Met(t) {
					adds := t.flagsFor(c.Needs[i:])
					t.mu.Lock()
					t.adds = adds
					t.mu.Unlock()
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

// base is a result before anything is known.
func (r *Run) base(c *Check) reports.Result { return Blank(c, r.cfg.Target.Policy) }

// Blank is the result of a check under a policy before anything is known.
func Blank(c *Check, p target.Policy) reports.Result {
	res := reports.Result{
		ID: c.ID, Title: c.Title, Clauses: c.Clauses, Level: string(c.LevelFor(p)),
		Binds: c.Binds, Sent: c.Sent, Judged: c.Judged, Observer: c.Observer(), Proves: c.Proves,
	}
	if c.area != nil { // a check that no catalogue took has none
		res.Area, res.Role = c.area.ID, string(c.area.Role)
	}
	return res
}

func (r *Run) tell(e Event) {
	if r.cfg.OnEvent != nil {
		r.cfg.OnEvent(e)
	}
}
