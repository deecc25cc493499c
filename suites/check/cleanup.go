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

// cleanUp removes what the run made. No check runs any more.
func (r *Run) cleanUp() (left []string) {
	r.mu.Lock()
	todo := slices.Clone(r.cleanups)
	r.cleanups = nil
	r.mu.Unlock()
	slices.Reverse(todo)
	for _, c := range todo {
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
