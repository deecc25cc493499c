package reports

import (
	"testing"

	"github.com/onsi/gomega"
)

// noting is a run of one check that notes something.
func noting(host string, observations ...string) Report {
	res := passes()[0]
	for _, o := range observations {
		res.Observations = append(res.Observations, Observation{Name: "noted", Value: o})
	}
	r := run(mock(res))
	r.Targets[0].Issuer, r.Targets[0].Own = "http://"+host, true
	return r
}

// Facts drift, noise does not.
func TestObservationsThatDrift(t *testing.T) {
	for name, c := range map[string]struct {
		before, after []string
		drifted       int
	}{
		"the same":                   {[]string{"a"}, []string{"a"}, 0},
		"another word":               {[]string{"ES256"}, []string{"RS256"}, 1},
		"another order":              {[]string{"a", "b"}, []string{"b", "a"}, 0},
		"one more":                   {[]string{"a"}, []string{"a", "b"}, 1},
		"none any more":              {[]string{"a"}, nil, 1},
		"a number a little off":      {[]string{"at most 268 bits"}, []string{"at most 263 bits"}, 0},
		"a number far off":           {[]string{"at most 268 bits"}, []string{"at most 128 bits"}, 1},
		"just within":                {[]string{"100"}, []string{"95"}, 0},
		"just beyond":                {[]string{"100"}, []string{"94"}, 1},
		"one of two numbers":         {[]string{"5 in 5 tries"}, []string{"4 in 5 tries"}, 1},
		"one number more":            {[]string{"1"}, []string{"1 1"}, 1},
		"another mark of a secret":   {[]string{"token [redacted #a1b2]"}, []string{"token [redacted #ffff]"}, 0},
		"another port of its own":    {[]string{"http://127.0.0.1:1111/a"}, []string{"http://127.0.0.1:2222/a"}, 0},
		"another path":               {[]string{"http://127.0.0.1:1111/a"}, []string{"http://127.0.0.1:2222/b"}, 1},
		"an address of someone else": {[]string{"http://127.0.0.1:3333/"}, []string{"http://127.0.0.1:2222/"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			d := compared(t, noting("127.0.0.1:1111", c.before...), noting("127.0.0.1:2222", c.after...))
			g.Expect(d.Targets[0].Drifted).To(gomega.HaveLen(c.drifted))
			g.Expect(d.Worse).To(gomega.BeFalse())
		})
	}
}

// What else may drift while the verdict weighs the same.
func TestResultsThatDrift(t *testing.T) {
	g := gomega.NewWithT(t)
	before, after := run(mock(warning(), passes()[0])), run(mock(warning(), passes()[0]))
	after.Targets[0].Results[0].Message = "another word"
	after.Targets[0].Results[1].Verdict, after.Targets[0].Results[1].Level = Info, "MAY"
	after.Targets[0].Results[1].Observations = []Observation{{Name: "judged", Value: "7"}}
	g.Expect(compared(t, before, after).Targets[0].Drifted).To(gomega.ConsistOf(
		Drift{Check: "tok-unknown-grant", What: "message", Old: "the refusal carries another error code", New: "another word"},
		Drift{Check: "meta-wellknown-200", What: "level", Old: "MUST", New: "MAY"},
		Drift{Check: "meta-wellknown-200", What: "verdict", Old: "pass", New: "info"},
		Drift{Check: "meta-wellknown-200", What: "judged", Old: "not seen", New: "7"},
	))
	// An observer notes how much traffic there was, which says nothing.
	after.Targets[0].Results[1] = before.Targets[0].Results[1]
	after.Targets[0].Results[1].Observer = true
	after.Targets[0].Results[1].Observations = []Observation{{Name: "judged", Value: "7"}}
	g.Expect(compared(t, before, after).Targets[0].Drifted).To(gomega.HaveLen(1))
}

// timed is a run whose token endpoint answered in so many milliseconds.
func timed(times ...int64) Report {
	r := greenRun()
	r.Targets[0].Exchanges = nil
	for i, ms := range times {
		r.Targets[0].Exchanges = append(r.Targets[0].Exchanges, Exchange{Number: i + 1, Purpose: "token", DurationMS: ms, Response: &Message{Status: 200}})
	}
	return r
}

func times(ms int64, n int) (out []int64) {
	for range n {
		out = append(out, ms)
	}
	return out
}

func TestLatencyThatDrifts(t *testing.T) {
	wavering := []int64{10, 10, 10, 50, 90, 130, 170, 210, 250, 250, 250}
	failed := timed(times(500, 20)...)
	for i := range failed.Targets[0].Exchanges {
		failed.Targets[0].Exchanges[i].Response, failed.Targets[0].Exchanges[i].Error = nil, "refused"
	}
	for name, c := range map[string]struct {
		before, after Report
		drift         []Drift
	}{
		"the same":               {timed(times(10, 20)...), timed(times(10, 20)...), nil},
		"20 ms are nothing":      {timed(times(10, 20)...), timed(times(30, 20)...), nil},
		"slower":                 {timed(times(10, 20)...), timed(times(31, 20)...), []Drift{{What: "latency at token", Old: "10 ms (median of 20)", New: "31 ms (median of 20)"}}},
		"faster":                 {timed(times(300, 20)...), timed(times(100, 10)...), []Drift{{What: "latency at token", Old: "300 ms (median of 20)", New: "100 ms (median of 10)"}}},
		"half of it is nothing":  {timed(times(200, 20)...), timed(times(300, 20)...), nil},
		"more than half":         {timed(times(200, 20)...), timed(times(301, 20)...), []Drift{{What: "latency at token", Old: "200 ms (median of 20)", New: "301 ms (median of 20)"}}},
		"too few":                {timed(times(10, 9)...), timed(times(500, 20)...), nil},
		"too few now":            {timed(times(10, 20)...), timed(times(500, 9)...), nil},
		"one slow answer":        {timed(times(10, 20)...), timed(append(times(10, 19), 9000)...), nil},
		"all of them waver":      {timed(times(10, 20)...), timed(wavering...), nil},
		"what was not answered":  {timed(times(10, 20)...), failed, nil},
		"another endpoint alone": {timed(times(10, 20)...), greenRun(), nil},
	} {
		t.Run(name, func(t *testing.T) {
			d := compared(t, c.before, c.after)
			gomega.NewWithT(t).Expect(d.Targets[0].Drifted).To(gomega.Equal(c.drift))
			gomega.NewWithT(t).Expect(d.Worse).To(gomega.BeFalse())
		})
	}
}
