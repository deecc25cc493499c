package check

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// deadAfter is the number of requests in a row without any answer after which a
// target is taken to be gone.
const deadAfter = 6

// exchange makes and records an exchange: when the rate allows it, and once more
// when the target asks to come back later and the patience allows that; the last
// one counts. Meanwhile no other check of the run sends anything.
func (t *T) exchange(step, purpose string, r *Request) (*Response, error) {
	if t.asking {
		panic(ended{})
	}
	for waited := time.Duration(0); ; {
		if hold := t.run.held(); hold > 0 {
			if waited += hold; waited <= t.run.cfg.Patience {
				t.wait(hold, "the target, which limits the rate of requests")
			}
		}
		if l := t.run.rate; l != nil {
			// Standing in line is not the check's time.
			resume := t.limit.pause()
			err := l.Wait(t.ctx)
			resume()
			if err != nil {
				return nil, err
			}
		}
		send := t.run.client.send
		if r.Made != nil {
			send = t.run.make
		}
		began := time.Now()
		resp, err := t.exchangeBy(step, purpose, r, send)
		t.run.vital(t.ctx, resp, err, time.Since(began))
		if err != nil || resp.Status != http.StatusTooManyRequests {
			return resp, err
		}
		later, ok := retryAfter(resp.Header.Get("Retry-After"), time.Now())
		if !ok || waited+later > t.run.cfg.Patience {
			return resp, nil
		}
		t.run.hold(later)
	}
}

// hold keeps the run from sending for a time; held is what is left of it.
func (r *Run) hold(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if until := time.Now().Add(d); until.After(r.until) {
		r.until = until
	}
}

func (r *Run) held() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Until(r.until)
}

// retryAfter reads a Retry-After (RFC 9110 §10.2.3): seconds, or a date.
func retryAfter(value string, now time.Time) (time.Duration, bool) {
	value = strings.TrimSpace(value)
	if n, err := strconv.Atoi(value); err == nil && n >= 0 && n < 1<<20 {
		return max(time.Duration(n)*time.Second, 100*time.Millisecond), true
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	return max(at.Sub(now), 100*time.Millisecond), true
}

// vital notes whether the target still answers at all. A few requests in a row
// without any answer end the run: each would only wait for the same.
func (r *Run) vital(ctx context.Context, resp *Response, err error, waited time.Duration) {
	r.mu.Lock()
	dead := false
	switch {
	case err == nil:
		r.silent = 0
	case ctx.Err() == nil && gone(err),
		// The time of the check was up first, after it had waited for long.
		ctx.Err() != nil && r.ctx.Err() == nil && resp == nil && waited > r.client.timeout/2:
		r.silent++
		dead = r.silent == deadAfter
	}
	if dead {
		r.lost = fmt.Sprintf("the target stopped answering: %d requests in a row, the last: %s", deadAfter, networkError(explainTimeout(ctx, err)))
	}
	r.mu.Unlock()
	if dead {
		r.cancel(errors.New("the target stopped answering"))
	}
}

// gone tells the errors of a target that is not there: nothing came within the
// time, or nobody takes connections. One that closes a connection is there.
func gone(err error) bool {
	var late errRequestTimeout
	var broke *errBrokeOff
	var op *net.OpError
	switch {
	case errors.As(err, &broke), isHostRefusal(err):
		return false
	case errors.As(err, &late):
		return true
	}
	return errors.As(err, &op) && op.Op == "dial"
}

// NeverSent tells the errors of a request that did not reach the target: nobody
// takes connections there, or the run may not contact it.
func NeverSent(err error) bool {
	var op *net.OpError
	return isHostRefusal(err) || errors.As(err, &op) && op.Op == "dial"
}
