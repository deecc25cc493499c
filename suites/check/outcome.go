package check

import (
	"context"
	"fmt"

	"github.com/authassay/authassay/reports"
)

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

// end notes that a body came to its end. One that ends because its context did
// has not: it may have looked at half of what it meant to look at.
func (t *T) end() {
	t.mu.Lock()
	t.whole = t.ctx.Err() == nil
	t.mu.Unlock()
}

// result is what a body came to. Nothing is taken from it afterwards.
func (t *T) result(ctx context.Context) reports.Result {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	res := t.run.base(t.check)
	res.Verdict, res.Findings, res.Observations, res.Exchanges = t.verdict, t.findings, t.observations, t.exchanges
	seen := severity[t.verdict] >= severity[reports.Warn] // and stays seen, whatever came after
	switch {
	case t.need != nil && !seen:
		res.Verdict, res.Need, res.Hint, res.Adds = reports.NotRun, t.need.Name, t.need.Hint, t.adds
		if res.Adds == nil {
			res.Adds = FlagsOf(t.need.Hint)
		}
		if len(res.Adds) == 0 {
			res.Adds = nil // as a report that is read back has it
		}
	case t.whole || t.broke || t.need != nil || t.verdict == reports.Fail:
		explain(&res)
	case t.run.ctx.Err() != nil:
		res.Verdict, res.Need = reports.NotRun, "a run that goes on: "+context.Cause(t.run.ctx).Error()+" while this check ran"
	default:
		// The body did not come to its end and said nothing: it ran out of time,
		// or a step it shares with others died.
		why := "a step that several checks share did not come to its end"
		if t.shared != "" {
			why = fmt.Sprintf("a step that several checks share (%s) did not come to its end within %s", t.shared, t.run.cfg.Timeout)
		}
		if ctx.Err() != nil {
			why = context.Cause(ctx).Error()
		}
		res.Verdict, res.Message, res.Step = reports.Error, why, t.step
	}
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
