package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/onsi/gomega"
)

// from is a run with one check of a verdict, and one that passes.
func from(v Verdict) Report {
	r := failing()
	switch v {
	case "raised":
		r = warning()
		r.ID, r.Verdict, r.Raised = failing().ID, Fail, true
	case "known":
		r.KnownFailing = "accepted"
	case "":
		return run(mock(passes()[0]))
	default:
		r.Verdict = v
	}
	return run(mock(passes()[0], r))
}

func compared(t *testing.T, before, after Report) Diff {
	t.Helper()
	d, err := Compare(before, after)
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	return d
}

// place is the list of a comparison in which the check cc-no-auth stands.
func place(d Diff) string {
	t := d.Targets[0]
	var in []string
	for name, list := range map[string][]Change{
		"broke": t.Broke, "mended": t.Mended, "undecided": t.Undecided, "decided": t.Decided, "new": t.New, "gone": t.Gone,
	} {
		for _, c := range list {
			if c.ID == "cc-no-auth" {
				in = append(in, name)
			}
		}
	}
	return strings.Join(in, " ")
}

// Every way from one verdict to another, and whether it is worse.
func TestWhatBecameOfACheck(t *testing.T) {
	all := []Verdict{Pass, Info, Warn, "raised", Fail, "known", Error, NotRun, ""}
	weight := map[Verdict]int{Pass: 0, Info: 0, Warn: 1, "raised": 1, Fail: 2, "known": 2, Error: -1, NotRun: -1, "": -2}
	for _, a := range all {
		for _, b := range all {
			g := gomega.NewWithT(t)
			where, worse := "", false
			switch x, y := weight[a], weight[b]; {
			case x == y:
			case x == -2:
				where = "new"
			case y == -2:
				where = "gone"
			case x == -1:
				where, worse = "decided", b == Fail
			case y == -1:
				where, worse = "undecided", x < 2
			case y > x:
				where, worse = "broke", b != "known"
			default:
				where = "mended"
			}
			d := compared(t, from(a), from(b))
			about := fmt.Sprintf("%q -> %q", a, b)
			g.Expect(place(d)).To(gomega.Equal(where), about)
			g.Expect(d.Worse).To(gomega.Equal(worse), about)
			text := string(written(t, func(w io.Writer) error { return WriteDiff(w, d, SummaryOptions{}) }))
			if worse {
				g.Expect(text).To(gomega.ContainSubstring("\nFAIL   worse than before: 1 "))
			} else {
				g.Expect(text).To(gomega.ContainSubstring("\nPASS   nothing is worse"))
			}
			if where != "" {
				g.Expect(text).To(gomega.ContainSubstring("cc-no-auth"))
			} else if !strings.Contains(text, "DRIFT") {
				g.Expect(text).To(gomega.ContainSubstring("nothing changed"))
			}
		}
	}
}

// What a person reads of a run that got worse.
func TestDiffForPeople(t *testing.T) {
	g := gomega.NewWithT(t)
	before, after := run(mock(passes()...)), redRun()
	before.Targets[0].Version, before.Tool.Version, before.Targets[0].Policy = "mockidp 1", "v0.0.9", "rfc6749"
	before.Targets[0].Results = append(before.Targets[0].Results, from(Pass).Targets[0].Results[1])
	after.Targets[0].Results[0] = needing("meta-wellknown-200")
	after.Targets[0].Results[1].Observations = []Observation{{Name: "found at", Value: "elsewhere"}}
	d := compared(t, before, after)
	g.Expect(string(written(t, func(w io.Writer) error { return WriteDiff(w, d, SummaryOptions{}) }))).To(gomega.Equal(`authassay diff
  old: run RUN2B7 of 2026-01-02 14:04:05 UTC, authassay v0.0.9
  new: run RUN2B7 of 2026-01-02 14:04:05 UTC, authassay v0.1.0
  note     the version of authassay: v0.0.9 before, v0.1.0 now
  note     the policy at target mock: rfc6749 before, bcp now

mock mockidp 1 -> mockidp | http://127.0.0.1:9090

  BROKE    cc-no-auth  [RFC 6749 §4.4.2 (MUST)] pass -> fail: a token was issued without client
                       authentication
           expected  401 with the error invalid_client, and no token
           got       200 with an access token

  UNKNOWN  1 check is no longer decided: not run: a confidential client
           meta-wellknown-200 (was pass)

  NEW      1 check: warn
           tok-unknown-grant
  NEW      1 check: info
           meta-response-types

  DRIFT    meta-issuer-identical: found at: not seen -> elsewhere

FAIL   worse than before: 1 broke, 1 is no longer decided, 2 are new, 1 drifted
`))
	color := string(written(t, func(w io.Writer) error { return WriteDiff(w, d, SummaryOptions{Color: true}) }))
	g.Expect(color).To(gomega.ContainSubstring("\x1b[31;1mBROKE\x1b["))
}

// The form for programs says what the text says.
func TestDiffForPrograms(t *testing.T) {
	g := gomega.NewWithT(t)
	data := written(t, func(w io.Writer) error { return WriteDiffJSON(w, compared(t, from(Pass), from(Fail))) })
	var back struct {
		DiffVersion int
		Worse       bool
		Sentence    string
		Targets     []struct {
			Name  string
			Broke []struct{ ID, Old, New, Message string }
		}
	}
	g.Expect(json.Unmarshal(data, &back)).To(gomega.Succeed())
	g.Expect(back.DiffVersion).To(gomega.Equal(DiffVersion))
	g.Expect(back.Worse).To(gomega.BeTrue())
	g.Expect(back.Sentence).To(gomega.Equal("worse than before: 1 broke"))
	g.Expect(back.Targets[0].Broke[0].ID).To(gomega.Equal("cc-no-auth"))
	g.Expect(back.Targets[0].Broke[0].New).To(gomega.Equal("fail"))
	g.Expect(string(data)).NotTo(gomega.ContainSubstring("null"))
	g.Expect(string(written(t, func(w io.Writer) error { return WriteDiffJSON(w, Diff{}) }))).NotTo(gomega.ContainSubstring("null"))
}

// A server has no way to drive the terminal of who compares.
func TestDiffOfHostileReports(t *testing.T) {
	g := gomega.NewWithT(t)
	before, after := hostileRun(), hostileRun()
	for i := range before.Targets[0].Results {
		before.Targets[0].Results[i].Verdict = Pass
	}
	after.Targets[0].Results[2].Observations = []Observation{{Name: hostileText, Value: hostileText}}
	d := compared(t, before, after)
	g.Expect(d.Targets[0].Broke).To(gomega.HaveLen(3), "two results of one id are two")
	g.Expect(d.Targets[0].Drifted).NotTo(gomega.BeEmpty())
	text := string(written(t, func(w io.Writer) error { return WriteDiff(w, d, SummaryOptions{Verbose: true}) }))
	g.Expect(text).NotTo(gomega.MatchRegexp("[\x00-\x09\x0b-\x1f\x7f\u0080-\u009f\u202e\u200b]"))
}

// What cannot be compared is not.
func TestCompareRefuses(t *testing.T) {
	other := func(change func(*Report)) Report { r := greenRun(); change(&r); return r }
	refused := other(func(r *Report) {
		r.Targets, r.Outcome = nil, &Outcome{Code: 2, Sentence: "nothing was assayed: no such file"}
	})
	for name, c := range map[string]struct {
		after Report
		says  string
	}{
		"another name":   {other(func(r *Report) { r.Targets[0].Name = "b" }), "the old report is about 1 target (mock) and the new one about 1 target (b)"},
		"another issuer": {other(func(r *Report) { r.Targets[0].Issuer = "https://b" }), "was at http://127.0.0.1:9090 in the old report and is at https://b in the new one: these are two servers"},
		"more targets":   {other(func(r *Report) { r.Targets = append(r.Targets, r.Targets[0]) }), "1 target (mock) and the new one about 2 targets (mock, mock)"},
		"another schema": {other(func(r *Report) { r.SchemaVersion++ }), "the old report has schema version 1 and the new one 2"},
		"a shard":        {other(func(r *Report) { r.Shard = &Shard{Index: 1, Count: 2} }), "about all checks and the new one about shard 1/2: merge the shards"},
		"unfinished":     {unfinishedRun(), "the run of the new report did not finish"},
		"refused":        {refused, "the new report is about nothing: nothing was assayed: no such file"},
		"empty":          {run(), "the new report is about nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			_, err := Compare(greenRun(), c.after)
			g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring(c.says)))
			_, err = Compare(c.after, greenRun())
			g.Expect(err).To(gomega.HaveOccurred())
		})
	}
	// A server of the run's own is at another port each time.
	a, b := greenRun(), other(func(r *Report) { r.Targets[0].Issuer = "http://127.0.0.1:1" })
	a.Targets[0].Own, b.Targets[0].Own = true, true
	gomega.NewWithT(t).Expect(compared(t, a, b).Worse).To(gomega.BeFalse())
}
