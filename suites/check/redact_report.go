package check

import (
	"slices"

	"github.com/authassay/authassay/reports"
)

// sweep looks once more through a stored copy: secrets that became known
// after it was made are removed too.
func (r *Redactor) sweep(e *reports.Exchange) {
	e.Step, e.Error = r.Text(e.Step), r.Text(e.Error)
	r.sweepMessage(&e.Request)
	r.sweepMessage(e.Response)
	for i := range e.Judged {
		j := &e.Judged[i]
		j.Message, j.Expected, j.Got = r.Text(j.Message), r.Text(j.Expected), r.Text(j.Got)
	}
}

func (r *Redactor) sweepMessage(m *reports.Message) {
	if m == nil {
		return
	}
	m.URL, m.Body = r.Text(m.URL), r.Text(m.Body)
	if m.Shortened {
		m.Body = r.withoutTail(m.Body)
	}
	for i := range m.Header {
		v := r.Text(m.Header[i].Value)
		if len(v) >= maxStored {
			v = r.withoutTail(v)
		}
		m.Header[i].Value = v
	}
}

// result is a copy of a result without the secrets known so far.
func (r *Redactor) result(res reports.Result) reports.Result {
	text := r.Text
	res.Message, res.Step, res.Expected, res.Got = text(res.Message), text(res.Step), text(res.Expected), text(res.Got)
	res.Need = text(res.Need)
	res.Findings = slices.Clone(res.Findings)
	for i := range res.Findings {
		f := &res.Findings[i]
		f.Message, f.Step, f.Expected, f.Got = text(f.Message), text(f.Step), text(f.Expected), text(f.Got)
	}
	res.Observations = slices.Clone(res.Observations)
	for i := range res.Observations {
		res.Observations[i].Value = text(res.Observations[i].Value)
	}
	res.Exchanges = slices.Clone(res.Exchanges)
	return res
}
