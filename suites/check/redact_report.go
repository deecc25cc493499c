package check

import (
	"slices"

	"github.com/authassay/authassay/reports"
)

// sweep looks once more through a stored copy: secrets that became known
// after it was made are removed too.
func (r *Redactor) sweep(e *reports.Exchange, sent *carried) {
	words := sent.with(e.Number)
	quoted := func(s string) string { return r.echo(r.Text(s), words) }
	e.Step, e.Error = r.Text(e.Step), quoted(e.Error)
	r.sweepMessage(&e.Request)
	r.sweepMessage(e.Response)
	for i := range e.Judged {
		j := &e.Judged[i]
		j.Message, j.Expected, j.Got = quoted(j.Message), r.Text(j.Expected), quoted(j.Got)
	}
}

func (r *Redactor) sweepMessage(m *reports.Message) {
	if m == nil {
		return
	}
	m.URL, m.Body = r.Text(m.URL), r.Text(m.Body)
	m.Body = r.withoutTail(m.Body, m.Shortened)
	for i := range m.Header {
		v := r.Text(m.Header[i].Value)
		m.Header[i].Value = r.withoutTail(v, len(v) >= maxStored)
	}
}

// result is a copy of a result without the secrets known so far, and without the
// words that the check sent in what it quotes of the target.
func (r *Redactor) result(res reports.Result, sent *carried) reports.Result {
	text, words := r.Text, sent.with(res.Exchanges...)
	quoted := func(s string) string { return r.echo(r.Text(s), words) }
	res.Message, res.Step, res.Expected, res.Got = quoted(res.Message), text(res.Step), text(res.Expected), quoted(res.Got)
	res.Need = text(res.Need)
	res.Findings = slices.Clone(res.Findings)
	for i := range res.Findings {
		f := &res.Findings[i]
		f.Message, f.Step, f.Expected, f.Got = quoted(f.Message), text(f.Step), text(f.Expected), quoted(f.Got)
	}
	res.Observations = slices.Clone(res.Observations)
	for i := range res.Observations {
		res.Observations[i].Value = quoted(res.Observations[i].Value)
	}
	res.Exchanges = slices.Clone(res.Exchanges)
	return res
}
