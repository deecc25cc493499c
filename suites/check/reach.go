package check

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"

	"github.com/authassay/authassay/reports"
)

// preflight finds out whether any host of the target can be reached at all, so
// that a dead target is one message and not one for each check. It connects
// and shakes hands, and sends no request. Empty: go ahead.
func (r *Run) preflight(tr *http.Transport) string {
	var first error
	for _, s := range r.cfg.Target.URLs() {
		u, err := url.Parse(s)
		if err != nil || u.Host == "" {
			continue
		}
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
	return "the target cannot be reached: " + networkError(first)
}

func (r *Run) connect(u *url.URL, conf *tls.Config) error {
	ctx, cancel := context.WithTimeoutCause(r.ctx, r.client.timeout, errRequestTimeout(r.client.timeout))
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
	conf = conf.Clone()
	conf.ServerName = u.Hostname()
	return explainTimeout(ctx, tls.Client(conn, conf).HandshakeContext(ctx))
}

// Finish waits for every check that was started, judges the observers and
// gives the report on the target, redacted. The run is over after it.
func (r *Run) Finish() reports.TargetReport {
	r.mu.Lock()
	pending := append([]*Pending(nil), r.pending...)
	r.mu.Unlock()
	for _, p := range pending {
		if !p.check.Observer() {
			<-p.done
		}
	}
	out := r.About()
	r.mu.Lock()
	out.Exchanges = r.exchanges
	r.mu.Unlock()
	for _, p := range pending {
		if p.check.Observer() {
			p.result = r.observed(p.check, out)
			r.settle(&p.result)
			r.tell(Event{Check: p.check})
			r.tell(Event{Check: p.check, Result: &p.result})
			close(p.done)
		}
		out.Results = append(out.Results, p.result)
	}
	if r.ctx.Err() == nil {
		out.Unreachable = r.reach()
	}
	r.cancel(nil)
	r.clean(&out)
	return out
}

// About is the head of the report on the target, without results.
func (r *Run) About() reports.TargetReport {
	t := r.cfg.Target
	out := reports.TargetReport{Name: t.Name, Issuer: t.Issuer, Version: t.Software, Policy: string(t.Policy)}
	for _, role := range t.Roles {
		out.Roles = append(out.Roles, string(role))
	}
	return out
}

// clean sweeps every text of the report that came from the target: secrets
// that became known late are found where they were stored early.
func (r *Run) clean(out *reports.TargetReport) {
	for i := range out.Exchanges {
		r.redactor.sweep(&out.Exchanges[i])
	}
	for i := range out.Results {
		r.sweepResult(&out.Results[i])
	}
}

// settle makes a result fit to be shown: secrets out, and warnings raised where
// the run is strict.
func (r *Run) settle(res *reports.Result) {
	r.sweepResult(res)
	if r.cfg.Strict {
		res.Raise()
	}
}

func (r *Run) sweepResult(res *reports.Result) {
	text := r.redactor.Text
	res.Message, res.Expected, res.Got = text(res.Message), text(res.Expected), text(res.Got)
	for j := range res.Findings {
		f := &res.Findings[j]
		f.Message, f.Expected, f.Got = text(f.Message), text(f.Expected), text(f.Got)
	}
	for j := range res.Observations {
		res.Observations[j].Value = text(res.Observations[j].Value)
	}
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
	var out []reports.Exchange
	r.mu.Lock()
	for _, e := range r.exchanges {
		if want[e.Number] {
			out = append(out, e.Clone())
		}
	}
	r.mu.Unlock()
	for i := range out {
		r.redactor.sweep(&out[i])
	}
	return out
}
