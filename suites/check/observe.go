package check

import (
	"fmt"
	"strings"

	"github.com/authassay/authassay/reports"
)

// nextExchange numbers the exchanges of a run from 1.
func (r *Run) nextExchange() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.number++
	return r.number
}

// record shows an exchange to every observer and keeps its redacted copy with
// what they said.
func (r *Run) record(ex *Exchange) {
	stored := r.redactor.exchange(ex, &r.sent)
	stored.StartedMS = ex.Started.Sub(r.began).Milliseconds()
	for _, o := range r.cfg.Observers {
		j := judge(o, ex)
		if j == nil {
			continue
		}
		stored.Judged = append(stored.Judged, reports.Judgement{
			Check: o.ID, OK: j.OK, Message: j.Message, Expected: j.Expected, Got: j.Got, Safe: j.Safe,
		})
	}
	r.keep(stored)
}

// keep stores an exchange that is redacted already.
func (r *Run) keep(stored reports.Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		r.exchanges = append(r.exchanges, stored)
	}
}

// judge contains a panic of an observer: it becomes a judgement that says so.
func judge(o *Check, ex *Exchange) (j *Judgement) {
	defer func() {
		if p := recover(); p != nil {
			j = &Judgement{Message: fmt.Sprintf("%s%v", brokeMark, p)}
		}
	}()
	return o.Observe(ex)
}

// brokeMark begins the message of an observer that broke.
const brokeMark = "the observer itself broke: "

var needTraffic = Need{
	Name: "an exchange that the clause applies to",
	Hint: "select checks that send requests, or add what they need",
}

// observed reduces what an observer said of every exchange to one result.
func (r *Run) observed(c *Check, t reports.TargetReport) reports.Result {
	return Reduce(r.base(c), t.Exchanges, func(safe bool) reports.Verdict {
		return c.LevelFor(r.cfg.Target.Policy).verdict(c.Binds != "", safe)
	})
}

// Reduce gives the result of an observer from the judgements that are stored
// with the exchanges. It needs nothing but the stored copies, so that reports
// of several processes or shards reduce to the same verdict as one run.
func Reduce(res reports.Result, exchanges []reports.Exchange, worth func(safe bool) reports.Verdict) reports.Result {
	// What an earlier reduction left there is replaced.
	res.Verdict, res.Raised, res.Findings, res.Exchanges, res.Observations = reports.Pass, false, nil, nil, nil
	res.Message, res.Step, res.Expected, res.Got, res.Need, res.Hint = "", "", "", "", "", ""
	applies := 0
	for _, ex := range exchanges {
		for _, j := range ex.Judged {
			if j.Check != res.ID {
				continue
			}
			applies++
			if j.OK {
				continue
			}
			v := worth(j.Safe)
			if strings.HasPrefix(j.Message, brokeMark) {
				v = reports.Error
			}
			res.Findings = append(res.Findings, reports.Finding{
				Verdict: v, Message: j.Message, Step: ex.Step, Expected: j.Expected, Got: j.Got, Exchange: ex.Number,
			})
			res.Verdict = worse(res.Verdict, v)
			res.Exchanges = append(res.Exchanges, ex.Number)
		}
	}
	if applies == 0 {
		res.Verdict, res.Need, res.Hint = reports.NotRun, needTraffic.Name, needTraffic.Hint
		return res
	}
	res.Observations = append(res.Observations, reports.Observation{Name: "exchanges judged", Value: fmt.Sprint(applies)})
	explain(&res)
	return res
}

// ReduceFor is Reduce for the observer that made the judgements, at the level
// that the given result carries.
func ReduceFor(o *Check, res reports.Result, exchanges []reports.Exchange) reports.Result {
	return Reduce(res, exchanges, func(safe bool) reports.Verdict {
		return Level(res.Level).verdict(o.Binds != "", safe)
	})
}
