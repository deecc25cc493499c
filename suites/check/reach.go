package check

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"slices"

	"github.com/authassay/authassay/reports"
)

// preflight finds out whether any host of the target can be reached at all, so
// that a dead target is one message and not one for each check. It connects
// and shakes hands, and sends no request. Empty: go ahead.
func (r *Run) preflight(tr *http.Transport) string {
	var first error
	asked := map[string]bool{}
	for _, s := range r.cfg.Target.URLs() {
		u, err := url.Parse(s)
		if err != nil || u.Host == "" || asked[u.Scheme+"://"+u.Host] {
			continue
		}
		asked[u.Scheme+"://"+u.Host] = true
		if p, err := tr.Proxy(&http.Request{URL: u}); err == nil && p != nil {
			return "" // only the proxy can tell
		}
		if err = r.connect(u, tr.TLSClientConfig); err == nil {
			return ""
		}
		if first == nil {
			first = err
		}
	}
	if first == nil {
		return ""
	}
	return networkError(first)
}

func (r *Run) connect(u *url.URL, conf *tls.Config) error {
	limit := min(requestTimeout, r.cfg.Timeout)
	ctx, cancel := context.WithTimeoutCause(r.ctx, limit, errRequestTimeout(limit))
	defer cancel()
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	conn, err := r.client.guard.dial(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return explainTimeout(ctx, err)
	}
	defer conn.Close()
	if u.Scheme != "https" {
		return nil
	}
	r.answers = true
	conf = conf.Clone()
	conf.ServerName = u.Hostname()
	return explainTimeout(ctx, tls.Client(conn, conf).HandshakeContext(ctx))
}

// Finish waits for every check that was started, judges the observers and
// gives the report on the target, redacted. The run is over after it: what is
// started later does not run, and another Finish gives the same report.
func (r *Run) Finish() reports.TargetReport {
	r.finish.Do(func() { r.report = r.finished() })
	return r.report
}

func (r *Run) finished() reports.TargetReport {
	r.mu.Lock()
	r.over = true // Start adds nothing any more
	pending := r.pending
	r.mu.Unlock()
	for _, p := range pending {
		if !p.check.Observer() {
			<-p.done
		}
	}
	left := r.cleanUp()
	out := r.About()
	out.Left = left
	r.mu.Lock()
	out.Lost, out.Logins, out.WaitedMS = r.redactor.Text(r.lost), r.counts.logins, r.counts.waited.Milliseconds()
	r.mu.Unlock()
	if r.ctx.Err() == nil {
		if why := r.reach(); r.ctx.Err() == nil { // else looking was cut short
			out.Unreachable = r.redactor.Text(why)
		}
	}
	r.mu.Lock()
	r.closed = true // nor does a body that was left behind
	out.Exchanges = r.copies(func(reports.Exchange) bool { return true })
	r.mu.Unlock()
	slices.SortFunc(out.Exchanges, func(a, b reports.Exchange) int { return a.Number - b.Number })
	// Secrets that became known late are found where they were stored early.
	for i := range out.Exchanges {
		r.redactor.sweep(&out.Exchanges[i], &r.sent)
	}
	for _, p := range pending {
		if p.check.Observer() {
			p.result = r.settle(r.observed(p.check, out))
			r.tell(Event{Check: p.check})
			r.tell(Event{Check: p.check, Result: &p.result})
			close(p.done)
		}
		out.Results = append(out.Results, r.redactor.result(p.result, &r.sent))
	}
	r.cancel(nil)
	return out
}

// About is the head of the report on the target, without results.
func (r *Run) About() reports.TargetReport {
	t := r.cfg.Target
	out := reports.TargetReport{Name: t.Name, Issuer: r.redactor.URL(t.Issuer), Version: t.Software, Policy: string(t.Policy), Own: t.Own}
	for _, role := range t.Roles {
		out.Roles = append(out.Roles, string(role))
	}
	return out
}

// settle makes a result fit to be shown: secrets out, and warnings raised where
// the run is strict.
func (r *Run) settle(res reports.Result) reports.Result {
	res = r.redactor.result(res, &r.sent)
	if r.cfg.Strict {
		res.Raise()
	}
	return res
}

// Stopped says why the run ended early, if it did.
func (r *Run) Stopped() reports.Stop {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stopped
}

// Seed of what the run invented.
func (r *Run) Seed() string { return r.cfg.Seed }

// Exchanges are redacted copies of the exchanges with the given numbers, for
// fronts that report each check by itself.
func (r *Run) Exchanges(numbers []int) []reports.Exchange {
	want := map[int]bool{}
	for _, n := range numbers {
		want[n] = true
	}
	r.mu.Lock()
	out := r.copies(func(e reports.Exchange) bool { return want[e.Number] })
	r.mu.Unlock()
	for i := range out {
		r.redactor.sweep(&out[i], &r.sent)
	}
	return out
}

// copies are the stored exchanges that are wanted. The lock is held.
func (r *Run) copies(wanted func(reports.Exchange) bool) (out []reports.Exchange) {
	for _, e := range r.exchanges {
		if wanted(e) {
			out = append(out, e.Clone())
		}
	}
	return out
}
