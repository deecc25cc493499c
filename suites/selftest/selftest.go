// Package selftest proves that the checks can go red: it breaks the bundled
// servers one rule at a time, runs the checks against the broken server, and
// compares what turned red with what each check claims to prove and with the
// golden matrix. It also shows every check a correct server, and every correct
// but unusual one.
package selftest

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/authassay/authassay/fixtures/bundled"
	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/catalog"
	"github.com/authassay/authassay/suites/check"
)

// Options say how much is run.
type Options struct {
	// Full reruns every check under every fault. By default a fault reruns only
	// the checks that reach its point when nothing is broken: no other can
	// notice it.
	Full bool
	// Only these areas or checks (ids, "*" stands for any characters) are proven;
	// the golden files, which speak of all, are then not looked at.
	Only []string
	// Workers; default: one for each processor.
	Workers int
	// Seed of what the checks invent; default: a fixed one, so that two
	// self-tests do the same.
	Seed string
	// OnProgress is told how many of the total runs are over. It must not block.
	OnProgress func(done, total int)
}

// Cell is what a check said of a broken server.
type Cell struct {
	Fault, Check string
	Verdict      reports.Verdict
	// Message of the finding that decided.
	Message string
}

// Matrix is the outcome of a self-test.
type Matrix struct {
	// Faults and Checks name the rows and the columns.
	Faults, Checks []string
	// Cells holds every pair that was run and whose verdict is not pass.
	Cells []Cell
	// Reached counts the pairs that were run, Runs the runs in all.
	Reached, Runs int
	// Unseen are the faults that no check notices.
	Unseen []string
	// Problems are what makes the self-test fail, for people; empty when the
	// self-test is whole.
	Problems []Problem
	// Partial tells that only some checks were looked at.
	Partial bool
	Seed    string
}

// Problem is one reason why the self-test fails.
type Problem struct {
	// Kind is "not clean", "false alarm", "miss", "surprise", "unproven",
	// "unseen", "stale" or "unknown fault".
	Kind string
	Text string
}

// red tells whether a verdict shows that the check noticed the fault. An error
// is no proof: it says that nothing could be judged.
func red(v reports.Verdict) bool {
	return v == reports.Fail || v == reports.Warn || v == reports.Info
}

// DefaultSeed is the seed of a self-test that names none.
const DefaultSeed = "authassay-selftest"

// Run runs the self-test. The error tells that it could not be run; what it
// found wrong is in the matrix.
func Run(ctx context.Context, o Options) (*Matrix, error) {
	cat := catalog.All()
	if len(o.Only) > 0 {
		var err error
		if cat, err = some(cat, o.Only); err != nil {
			return nil, err
		}
	}
	return run(ctx, o, cat, golden, unbound)
}

// some is the part of a catalogue that words name.
func some(all *check.Catalog, words []string) (*check.Catalog, error) {
	var areas []*check.Area
	for _, a := range all.Areas {
		kept := *a
		kept.Checks = nil
		for _, c := range a.Checks {
			if slices.ContainsFunc(words, func(w string) bool { return w == a.ID || check.MatchID(w, c.ID) }) {
				copied := *c
				kept.Checks = append(kept.Checks, &copied)
			}
		}
		if len(kept.Checks) > 0 {
			areas = append(areas, &kept)
		}
	}
	if len(areas) == 0 {
		return nil, fmt.Errorf("no area and no check is called %s", strings.Join(words, ", "))
	}
	return check.NewCatalog(areas...)
}

// run is Run for any catalogue and golden files, so that the self-test itself
// can be shown to fail.
func run(ctx context.Context, o Options, cat *check.Catalog, golden, unbound string) (*Matrix, error) {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Seed == "" {
		o.Seed = DefaultSeed
	}
	s := &selftest{opts: o, keys: mockidp.NewKeySet(), cat: cat, golden: golden, unbound: unbound, m: &Matrix{Seed: o.Seed, Partial: len(o.Only) > 0}}
	for _, opts := range bundled.Setups() {
		s.setups = append(s.setups, setup{opts, false})
	}
	s.setups = append(s.setups, setup{bundled.WireOptions(), true})
	for _, r := range mockidp.Rules() {
		s.m.Faults = append(s.m.Faults, r.Name)
	}
	for _, c := range s.cat.Checks() {
		s.m.Checks = append(s.m.Checks, c.ID)
		if !c.Observer() {
			s.active = append(s.active, c)
		}
	}
	if err := s.keys.Ready(ctx); err != nil {
		return nil, err
	}
	if err := s.clean(ctx); err != nil {
		return nil, err
	}
	if err := s.faults(ctx); err != nil {
		return nil, err
	}
	if err := s.variances(ctx); err != nil {
		return nil, err
	}
	s.judge()
	return s.m, ctx.Err()
}

// selftest is one self-test on its way.
type selftest struct {
	opts            Options
	keys            *mockidp.KeySet
	cat             *check.Catalog
	golden, unbound string
	active          []*check.Check
	m               *Matrix

	// setups are the ways in which the bundled server is set up, and homes says at
	// which of them a check is proven: the first at which its needs are met.
	setups []setup
	homes  map[string]int

	mu sync.Mutex
	// points are the fault points that each check reaches on a clean server.
	points map[string]map[string]bool
	done   int
	total  int
}

// setup is a way in which the bundled server is set up. Checks that look at
// connections meet one that listens on loopback with TLS, all others one that is
// reached in memory.
type setup struct {
	opts  []mockidp.Option
	wired bool
}

// world is a server of its own, and what was found there.
type world struct {
	results   map[string]reports.Result
	exchanges []reports.Exchange
	hits      []string
}

// visit runs checks, and the observers over them, against a provider in one of its
// set-ups with the given options.
func (s *selftest) visit(at int, checks []*check.Check, opts ...mockidp.Option) (*world, error) {
	p, err := mockidp.New(slices.Concat(s.setups[at].opts, []mockidp.Option{mockidp.WithKeys(s.keys)}, opts)...)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	wired := s.setups[at].wired
	if wired {
		if err := p.Listen("127.0.0.1:0"); err != nil {
			return nil, err
		}
	}
	tg, err := bundled.Describe(p)
	if err != nil {
		return nil, err
	}
	conf := check.Config{Target: tg, Observers: s.cat.Observers(), Seed: s.opts.Seed, Workers: 1}
	if wired {
		tg.TLS.Roots = p.CertPool()
	} else {
		conf.Transport = p.Transport()
	}
	run, err := check.NewRun(conf)
	if err != nil {
		return nil, err
	}
	for _, c := range append(append([]*check.Check{}, checks...), s.cat.Observers()...) {
		run.Start(c)
	}
	rep := run.Finish()
	w := &world{results: map[string]reports.Result{}, exchanges: rep.Exchanges, hits: p.Hits()}
	for _, r := range rep.Results {
		w.results[r.ID] = r
	}
	return w, nil
}

// each runs f for every job, a few at a time.
func (s *selftest) each(ctx context.Context, n int, f func(i int) error) error {
	s.total += n
	var wg sync.WaitGroup
	jobs := make(chan int)
	errs := make(chan error, n)
	for range s.opts.Workers {
		wg.Go(func() {
			for i := range jobs {
				if err := f(i); err != nil {
					errs <- err
				}
				s.mu.Lock()
				s.done++
				s.m.Runs++
				done, total := s.done, s.total
				s.mu.Unlock()
				if s.opts.OnProgress != nil {
					s.opts.OnProgress(done, total)
				}
			}
		})
	}
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		jobs <- i
	}
	close(jobs)
	wg.Wait()
	close(errs)
	if err := <-errs; err != nil {
		return err
	}
	return context.Cause(ctx)
}

func (s *selftest) problem(kind, format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.m.Problems = append(s.m.Problems, Problem{kind, fmt.Sprintf(format, args...)})
}

func (s *selftest) cell(fault string, r reports.Result) {
	if r.Verdict == reports.Pass {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.m.Cells = append(s.m.Cells, Cell{Fault: fault, Check: r.ID, Verdict: r.Verdict, Message: r.Message})
}

// order sorts what was collected in parallel, so that two self-tests read the
// same.
func (m *Matrix) order() {
	sort.Slice(m.Cells, func(i, j int) bool {
		if m.Cells[i].Fault != m.Cells[j].Fault {
			return m.Cells[i].Fault < m.Cells[j].Fault
		}
		return m.Cells[i].Check < m.Cells[j].Check
	})
	sort.SliceStable(m.Problems, func(i, j int) bool {
		if m.Problems[i].Kind != m.Problems[j].Kind {
			return m.Problems[i].Kind < m.Problems[j].Kind
		}
		return m.Problems[i].Text < m.Problems[j].Text
	})
}
