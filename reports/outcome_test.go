package reports

import (
	"fmt"
	"testing"

	"github.com/onsi/gomega"
)

// condition makes a green run into one that deserves an exit code.
type condition struct {
	name string
	code int
	// group: of two conditions of one group a run can have only one.
	group string
	apply func(*Report, *DecideOptions)
}

func with(results ...Result) func(*Report, *DecideOptions) {
	return func(r *Report, _ *DecideOptions) { r.Targets[0].Results = append(r.Targets[0].Results, results...) }
}

func stop(s Stop) func(*Report, *DecideOptions) {
	return func(r *Report, _ *DecideOptions) { r.Stopped = s }
}

// conditions in the order in which the exit code is decided.
var conditions = []condition{
	{"usage", ExitUsage, "", func(_ *Report, o *DecideOptions) { o.UsageError = true }},
	{"SIGINT", ExitInterrupt, "stop", stop(StopInterrupt)},
	{"SIGTERM", ExitTerminate, "stop", stop(StopTerminate)},
	{"SIGHUP", ExitHangup, "stop", stop(StopHangup)},
	{"fail", ExitFail, "", with(failing())},
	{"unexpected pass", ExitFail, "", func(r *Report, _ *DecideOptions) { r.Targets[0].Results[2].UnexpectedPass = "was broken" }},
	{"error", ExitUndecided, "", with(erring())},
	{"deadline", ExitUndecided, "stop", stop(StopDeadline)},
	{"unfinished", ExitUndecided, "stop", stop(StopUnfinished)},
	{"unknown stop", ExitUndecided, "stop", stop("SIGPWR")},
	{"unreachable", ExitUndecided, "", func(r *Report, _ *DecideOptions) {
		r.Targets = append(r.Targets, TargetReport{Name: "other", Unreachable: "connection refused", Roles: []string{asRole}})
	}},
	{"less than --min-decided", ExitUndecided, "minimum", func(_ *Report, o *DecideOptions) { o.MinDecided = 1000 }},
	{"a role without a MUST", ExitUndecided, "minimum", func(r *Report, _ *DecideOptions) {
		r.Targets[0].Roles = []string{asRole, "resource-server"}
	}},
	// What must not turn a run red.
	{"warning", ExitOK, "", with(warning())},
	{"info", ExitOK, "", with(informational())},
	{"not run", ExitOK, "", with(needing("ca-post"))},
	{"excused fail", ExitOK, "", func(r *Report, _ *DecideOptions) {
		known := failing()
		known.KnownFailing = "accepted"
		r.Targets[0].Results = append(r.Targets[0].Results, known)
	}},
	{"enough decided", ExitOK, "minimum", func(_ *Report, o *DecideOptions) { o.MinDecided = 3 }},
	{"no minimum", ExitOK, "minimum", func(_ *Report, o *DecideOptions) { o.NoMinimum = true }},
}

func TestExitCodeOfEachCondition(t *testing.T) {
	for _, c := range conditions {
		t.Run(c.name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			r, o := greenRun(), DecideOptions{}
			g.Expect(Decide(r, o).Code).To(gomega.Equal(ExitOK))
			c.apply(&r, &o)
			out := Decide(r, o)
			g.Expect(out.Code).To(gomega.Equal(c.code))
			g.Expect(out.Sentence).NotTo(gomega.BeEmpty())
			if c.code == ExitOK {
				g.Expect(out.Reasons).To(gomega.BeEmpty())
				g.Expect(out.Sentence).To(gomega.HavePrefix("conformant in "))
			} else {
				g.Expect(out.Reasons).To(gomega.HaveLen(1))
			}
		})
	}
}

// Of every two conditions the one that stands first in the order decides, and
// both are named.
func TestExitCodeOfEveryPair(t *testing.T) {
	for i, a := range conditions {
		for _, b := range conditions[i+1:] {
			if a.group != "" && a.group == b.group {
				continue
			}
			t.Run(a.name+" and "+b.name, func(t *testing.T) {
				g := gomega.NewWithT(t)
				r, o := greenRun(), DecideOptions{}
				a.apply(&r, &o)
				b.apply(&r, &o)
				out := Decide(r, o)
				want := a.code
				if want == ExitOK {
					want = b.code
				}
				g.Expect(out.Code).To(gomega.Equal(want), fmt.Sprint(out.Reasons))
				reasons := 0
				for _, c := range []condition{a, b} {
					if c.code != ExitOK {
						reasons++
					}
				}
				if o.UsageError && (a.group == "minimum" || b.group == "minimum") {
					reasons = 1 // nothing ran, so nothing could be decided
				}
				g.Expect(out.Reasons).To(gomega.HaveLen(reasons))
				g.Expect(out.Reasons).To(gomega.ContainElements(out.RunReasons))
			})
		}
	}
}

func TestNothingSelected(t *testing.T) {
	g := gomega.NewWithT(t)
	for _, o := range []DecideOptions{{}, {MinDecided: 5}, {MinDecided: -1}, {NoMinimum: true}} {
		for _, r := range []Report{run(), run(mock())} {
			out := Decide(r, o)
			g.Expect(out.Code).To(gomega.Equal(ExitUndecided))
			g.Expect(out.Reasons).To(gomega.Equal([]string{"nothing was selected, so no check ran"}))
			g.Expect(out.RunReasons).To(gomega.Equal(out.Reasons))
		}
	}
	r := run(mock())
	for s, code := range map[Stop]int{StopInterrupt: 130, StopTerminate: 143, StopHangup: 129, StopDeadline: 3} {
		r.Stopped = s
		g.Expect(Decide(r, DecideOptions{}).Code).To(gomega.Equal(code))
		g.Expect(Decide(r, DecideOptions{}).Reasons).To(gomega.HaveLen(1))
	}
}

func TestDefaultMinimum(t *testing.T) {
	should, foreign, rs := passes()[0], passes()[0], passes()[0]
	should.Level = "SHOULD"
	foreign.Binds, foreign.Verdict = "client", Info
	rs.Role = "resource-server"
	known := failing()
	known.KnownFailing = "accepted"
	required := passes()[0]
	required.Level = "REQUIRED"
	both := []string{asRole, "resource-server"}
	for name, c := range map[string]struct {
		roles   []string
		results []Result
		min     int
		code    int
	}{
		"a MUST passes":                        {[]string{asRole}, passes()[:1], 0, ExitOK},
		"REQUIRED counts as MUST":              {[]string{asRole}, []Result{required}, 0, ExitOK},
		"an excused MUST is decided":           {[]string{asRole}, []Result{known}, 0, ExitOK},
		"only a SHOULD passes":                 {[]string{asRole}, []Result{should}, 0, ExitUndecided},
		"the MUST binds the client":            {[]string{asRole}, []Result{foreign}, 0, ExitUndecided},
		"only not run":                         {[]string{asRole}, []Result{needing("a"), needing("b")}, 0, ExitUndecided},
		"one of two roles":                     {both, passes(), 0, ExitUndecided},
		"both roles":                           {both, []Result{passes()[0], rs}, 0, ExitOK},
		"no role claimed, a MUST passes":       {nil, passes(), 0, ExitOK},
		"no role claimed, only not run":        {nil, []Result{needing("a")}, 0, ExitUndecided},
		"negative is the default":              {[]string{asRole}, []Result{should}, -1, ExitUndecided},
		"a number replaces the default rule":   {both, []Result{should}, 1, ExitOK},
		"one less than the number":             {[]string{asRole}, passes(), 4, ExitUndecided},
		"the number, with results not decided": {[]string{asRole}, append(passes(), needing("a")), 4, ExitUndecided},
	} {
		t.Run(name, func(t *testing.T) {
			target := mock(c.results...)
			target.Roles = c.roles
			out := Decide(run(target), DecideOptions{MinDecided: c.min})
			gomega.NewWithT(t).Expect(out.Code).To(gomega.Equal(c.code), fmt.Sprint(out.Reasons))
		})
	}
	// The number holds at each target: one cannot stand in for another.
	out := Decide(run(mock(append(passes(), passes()...)...), mock(passes()[:1]...)), DecideOptions{MinDecided: 2})
	gomega.NewWithT(t).Expect(out.Code).To(gomega.Equal(ExitUndecided))
}

func TestSentences(t *testing.T) {
	many := func(n int, r Result) []Result {
		out := make([]Result, n)
		for i := range out {
			out[i] = r
		}
		return out
	}
	large := run(mock(append(many(212, passes()[0]), many(68, needing("ca-post"))...)...))
	one := run(mock(passes()[0]))
	sigterm := run(mock(append(passes(), failing(), erring(), stopped("tok-x", StopTerminate))...))
	sigterm.Stopped = StopTerminate
	for want, r := range map[string]Report{
		"conformant in 212 of 280 requirements; 68 not decided":                                                                                  large,
		"conformant in 1 of 1 requirement":                                                                                                       one,
		"conformant in 3 of 5 requirements; 1 warning, 1 for information":                                                                        scenario("warnings"),
		"conformant in 3 of 4 requirements; 1 known failure":                                                                                     scenario("known-failures"),
		"not conformant: 1 of 6 requirements is broken, 3 hold; 1 warning, 1 for information":                                                    scenario("red"),
		"not conformant: 1 of 11 requirements at 3 targets is broken, 9 hold; 1 not decided":                                                     scenario("several-targets"),
		"the known-failing file is out of date; conformant in 3 of 3 requirements; 1 listed known failure passes":                                scenario("unexpected-pass"),
		"inconclusive: 1 check could not be judged: ca-basic; 3 of 4 requirements hold; 1 not decided":                                           scenario("inconclusive"),
		"inconclusive: the deadline was reached before every check was judged; 3 of 4 requirements hold; 1 not decided":                          scenario("deadline"),
		"stopped by SIGTERM before every check was judged; 3 of 6 requirements hold; 1 broken, 2 not decided":                                    sigterm,
		"nothing was selected, so no check ran; nothing is known about the target":                                                               scenario("nothing-selected"),
		"inconclusive: target mock could not be reached: dial tcp 127.0.0.1:9090: connection refused; 0 of 10 requirements hold; 10 not decided": scenario("unreachable"),
		"inconclusive: no requirement of level MUST was decided at target mock; 0 of 1 requirement hold; 1 for information":                      run(TargetReport{Name: "mock", Results: []Result{informational()}}),
		"inconclusive: no requirement of level MUST was decided at target mock; 0 of 1 requirement hold; 1 not decided":                          run(TargetReport{Name: "mock", Results: []Result{needing("a")}}),
		"the run did not finish: it is still going on, or it was killed before it could write its report; nothing is known about the target":     scenario("unfinished"),
	} {
		gomega.NewWithT(t).Expect(Decide(r, DecideOptions{}).Sentence).To(gomega.Equal(want))
	}
	usage := Decide(run(), DecideOptions{UsageError: true}).Sentence
	gomega.NewWithT(t).Expect(usage).To(gomega.Equal("nothing was assayed: the command line or the target file is wrong"))
}

func TestReasonsNameAtMostTenChecks(t *testing.T) {
	target := mock(passes()...)
	for i := range 13 {
		f := failing()
		f.ID = fmt.Sprintf("c%d", i)
		target.Results = append(target.Results, f)
	}
	gomega.NewWithT(t).Expect(Decide(run(target), DecideOptions{}).Reasons).To(gomega.Equal(
		[]string{"13 checks fail: c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, and 3 more"}))
}
