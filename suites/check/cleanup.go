package check

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/authassay/authassay/reports"
)

// cleanupTime bounds one act of cleaning up.
const cleanupTime = 20 * time.Second

// cleanup is something that the run made at the target and has to remove.
type cleanup struct {
	what string
	do   func(*T)
}

// AtEnd removes at the end of the run what the check made at the target: what
// says what that is, for the report ("client abc"). It is done whatever ends the
// run, an interrupt too, in the reverse order. What cannot be removed the report
// lists.
func (t *T) AtEnd(what string, do func(*T)) {
	t.run.mu.Lock()
	defer t.run.mu.Unlock()
	t.run.cleanups = append(t.run.cleanups, cleanup{what, do})
}

// makeTime is how long a request that makes something goes on when the run is
// stopped.
const makeTime = 2 * time.Second

// make sends a request that makes something at the target.
func (r *Run) make(ctx context.Context, req *Request) (*Response, error) {
	r.mu.Lock()
	if r.cleaning || ctx.Err() != nil {
		r.mu.Unlock()
		return nil, context.Cause(ctx)
	}
	r.making.Add(1)
	r.mu.Unlock()
	defer r.making.Done()
	whole, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	defer context.AfterFunc(ctx, func() {
		late := time.AfterFunc(makeTime, func() { cancel(context.Cause(ctx)) })
		context.AfterFunc(whole, func() { late.Stop() })
	})()
	resp, err := r.client.send(whole, req)
	req.Made(resp, err)
	return resp, err
}

// cleanUp removes what the run made. No check runs any more.
func (r *Run) cleanUp() (left []string) {
	r.mu.Lock()
	r.cleaning = true
	r.mu.Unlock()
	r.making.Wait()
	r.mu.Lock()
	todo, lost := slices.Clone(r.cleanups), r.lost
	r.cleanups = nil
	r.mu.Unlock()
	slices.Reverse(todo)
	for _, c := range todo {
		if lost != "" { // each would only wait for the same
			left = append(left, r.redactor.Text(c.what+": the target stopped answering"))
			continue
		}
		limit := fmt.Errorf("not removed within %s", cleanupTime)
		// The run may be stopped; what it made goes all the same.
		ctx, l, cancel := limited(context.Background(), cleanupTime, limit)
		t := &T{run: r, name: "cleanup", ctx: ctx, limit: l, verdict: reports.Pass}
		t.protect(func() {
			c.do(t)
			t.end()
		})
		if !t.whole || t.verdict == reports.Error {
			why := "it did not come to its end"
			if n := len(t.findings); n > 0 {
				why = t.findings[n-1].Message
			}
			left = append(left, r.redactor.Text(c.what+": "+why))
		}
		cancel()
	}
	return left
}
