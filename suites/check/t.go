package check

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/onsi/gomega/types"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
)

// T is what the body of a check works with. Its methods that find the clause
// broken, or the answer unfit to be judged, end the body at once.
type T struct {
	run   *Run
	check *Check // nil for a shared step
	name  string
	ctx   context.Context
	limit *limit // the time it may take
	place *place // its place among the checks that run; nil for a shared step

	mu           sync.Mutex
	whole        bool // the body came to its end
	broke        bool // a finding ended the body
	closed       bool // the engine gave up on the body; nothing more is taken
	verdict      reports.Verdict
	findings     []reports.Finding
	observations []reports.Observation
	exchanges    []int
	step         string
	last         int // number of the exchange that a finding refers to
	need         *Need
	adds         []string // the flags that would let the check run; nil: as the need says
	shared       string   // the step that several checks share and that did not come to its end
	asking       bool     // only what is known already is to be looked at
	counter      int
	adopted      map[string]bool // the shared steps whose exchanges were taken over
}

// ended is what a body panics with when it is over before its end.
type ended struct{}

// Context ends when the check's time is up or the run is stopped.
func (t *T) Context() context.Context { return t.ctx }

// Target is the server under test, as its target file describes it.
func (t *T) Target() *target.Target { return t.run.cfg.Target }

// Policy says which documents bind in this run.
func (t *T) Policy() target.Policy { return t.run.cfg.Target.Policy }

// Expect asserts what the clause asks. A failure is worth what the level of
// the check says, and ends the check.
func (t *T) Expect(actual any, extra ...any) types.Assertion {
	return newAssertion(t, breaks, actual, extra...)
}

// Safe asserts what the documents describe beside the point of the check: a
// failure is a deviation that harmed nobody (another error code, no token),
// worth a warning at most, and the check goes on.
func (t *T) Safe(actual any, extra ...any) types.Assertion {
	return newAssertion(t, deviates, actual, extra...)
}

// Require asserts what must hold before the target can be judged: that the
// control succeeded, that an answer can be read. A failure ends the check
// without a verdict on the target.
func (t *T) Require(actual any, extra ...any) types.Assertion {
	return newAssertion(t, spoils, actual, extra...)
}

// Inconclusive ends the check without a verdict on the target.
func (t *T) Inconclusive(format string, args ...any) {
	t.found(spoils, finding{message: fmt.Sprintf(format, args...)})
}

// NotRun ends the check because the target lacks what it needs.
func (t *T) NotRun(n Need) {
	n = t.simplest(n)
	t.mu.Lock()
	t.need = &n
	t.mu.Unlock()
	panic(ended{})
}

// Record notes a fact in the report without judging it.
func (t *T) Record(name, value string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		t.observations = append(t.observations, reports.Observation{Name: name, Value: value})
	}
}

// Random invents n characters [a-z2-7] that no target can know. They follow
// from the seed of the run, the check and the number of the call.
func (t *T) Random(n int) string {
	t.mu.Lock()
	t.counter++
	i := t.counter
	t.mu.Unlock()
	return derive(t.run.cfg.Seed, n, t.run.cfg.Target.Name, t.name, strconv.Itoa(i))
}

// Allow lets the run contact the hosts of URLs that the issuer's verified
// metadata names, as long as they do not lead into a network where the target
// itself is not.
func (t *T) Allow(urls ...string) { t.run.client.guard.fromMetadata(urls...) }

// SharesLoopback tells whether the target lives at a loopback address, or in this
// process: what is listened for there it can reach, and what it writes down stays
// on this machine. Of a target with a host name that is known when the first
// request was sent.
func (t *T) SharesLoopback() bool {
	return t.run.cfg.Transport != nil || t.run.client.guard.atLoopback()
}

// Do sends a request and takes the answer. The step names the request in the
// report ("control", "without credentials"), the purpose says what the
// endpoint is ("token"). No answer, a broken-off or oversized one and 429 end
// the check without a verdict.
func (t *T) Do(step, purpose string, r *Request) *Response {
	resp, fail := t.attempt(step, purpose, r)
	if fail != nil {
		fail()
	}
	return resp
}

// attempt makes an exchange. When it gave no answer that can be judged, fail
// says so and ends the check.
func (t *T) attempt(step, purpose string, r *Request) (resp *Response, fail func()) {
	resp, err := t.follow(step, purpose, r)
	why := ""
	switch {
	case err != nil && t.ctx.Err() != nil:
		return nil, func() { panic(ended{}) } // the engine knows why the context ended
	case err != nil:
		why = networkError(err)
	case !resp.Complete():
		why = fmt.Sprintf("the answer has %d bytes, of which %d are looked at: that decides nothing", resp.BodyBytes, len(resp.Body))
	case resp.Status == http.StatusTooManyRequests:
		wait := resp.Header.Get("Retry-After")
		if wait == "" {
			wait = "not said"
		}
		why = fmt.Sprintf("the target limits the rate of requests (429, Retry-After: %s)", wait)
	default:
		return resp, nil
	}
	t.mu.Lock()
	last := t.last
	t.mu.Unlock()
	return nil, func() {
		t.refer(step, last)
		t.Inconclusive("%s: %s", step, why)
	}
}

// Try is Do for checks that look at the error themselves. The Response may be
// set beside the error when the answer broke off. Only what the target did
// comes back as an error: when the check's own time is up it ends.
func (t *T) Try(step, purpose string, r *Request) (*Response, error) {
	resp, err := t.follow(step, purpose, r)
	if err != nil && t.ctx.Err() != nil {
		panic(ended{})
	}
	return resp, err
}

// follow makes an exchange, and more where redirects are to be followed.
func (t *T) follow(step, purpose string, r *Request) (*Response, error) {
	for hop := 0; ; hop++ {
		resp, err := t.exchange(step, purpose, r)
		if err != nil || hop >= r.Follow || resp.Status < 300 || resp.Status > 399 {
			return resp, err
		}
		next, ok := redirected(r, resp)
		if !ok {
			return resp, nil
		}
		if hop+1 >= maxRedirects {
			return resp, fmt.Errorf("%w: more than %d, the last to %s", errTooManyRedirects, maxRedirects, next.URL)
		}
		r = next
	}
}

// exchangeBy makes and records one exchange.
func (t *T) exchangeBy(step, purpose string, r *Request, send func(context.Context, *Request) (*Response, error)) (*Response, error) {
	ex := &Exchange{Number: t.run.nextExchange(), Check: t.name, Step: step, Purpose: purpose, Started: time.Now(), Request: r}
	resp, err := send(t.ctx, r)
	ex.Duration, ex.Response, ex.Err = time.Since(ex.Started), resp, err
	if resp != nil {
		resp.Exchange = ex.Number
	}
	t.run.record(ex)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		panic(ended{})
	}
	t.step, t.last = step, ex.Number
	t.exchanges = append(t.exchanges, ex.Number)
	return resp, err
}

type finding struct{ message, expected, got string }

// found takes a failed assertion.
func (t *T) found(means consequence, f finding) {
	if f.message == "" {
		f.message = "expected " + f.expected + ", got " + f.got
	}
	t.mu.Lock()
	v := reports.Error
	if means != spoils {
		v = t.levelVerdict(means == deviates)
	}
	if !t.closed {
		t.findings = append(t.findings, reports.Finding{
			Verdict: v, Message: f.message, Step: t.step, Expected: f.expected, Got: f.got, Exchange: t.last,
		})
		t.verdict = worse(t.verdict, v)
		t.broke = t.broke || means != deviates
	}
	t.mu.Unlock()
	if means != deviates {
		panic(ended{})
	}
}

func (t *T) levelVerdict(safe bool) reports.Verdict {
	if t.check == nil { // a shared step only ever spoils
		return reports.Error
	}
	return t.check.LevelFor(t.run.cfg.Target.Policy).verdict(t.check.Binds != "", safe)
}

// inform adds a finding that is worth "info" whatever the level.
func (t *T) inform(f finding) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return
	}
	t.findings = append(t.findings, reports.Finding{
		Verdict: reports.Info, Message: f.message, Step: t.step, Expected: f.expected, Got: f.got, Exchange: t.last,
	})
	t.verdict = worse(t.verdict, reports.Info)
}
