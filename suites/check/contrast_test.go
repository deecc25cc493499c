package check_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// script is a server that gives its answers in turn: a status, or "drop".
type script struct {
	answers []string
	asked   atomic.Int32
}

func (s *script) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	i := int(s.asked.Add(1)) - 1
	answer := "drop"
	if i < len(s.answers) {
		answer = s.answers[i]
	}
	if answer == "drop" {
		panic(http.ErrAbortHandler)
	}
	var status int
	_, _ = fmt.Sscan(answer, &status)
	w.WriteHeader(status)
}

// contrast sends a control and changes that must be answered 400; an answer
// with another 4xx is a safe deviation.
func contrast(t *check.T, changes int) {
	request := func() *check.Request {
		return &check.Request{Method: "POST", URL: t.Target().Issuer, Body: []byte("a=b")}
	}
	var list []check.Change
	for i := range changes {
		list = append(list, check.Change{Step: fmt.Sprintf("change %d", i+1), Request: request(), Judge: func(r *check.Response) {
			t.Expect(r.Status).To(gomega.BeNumerically(">=", 400), "it was accepted")
			t.Safe(r.Status).To(gomega.Equal(400), "another status")
		}})
	}
	t.Contrast(check.Contrast{Purpose: "token", Control: request, Succeeded: func(r *check.Response) string {
		if r.Status != 200 {
			return fmt.Sprint("status ", r.Status)
		}
		return ""
	}}, list...)
}

func TestContrast(t *testing.T) {
	for name, row := range map[string]struct {
		answers string // control, changes, control
		want    reports.Verdict
		step    string
		message string
	}{
		"all as it should be":                 {"200 400 400 200", reports.Pass, "", ""},
		"a change is accepted":                {"200 200 400 200", reports.Fail, "change 1", "it was accepted"},
		"the other change is accepted":        {"200 400 200 200", reports.Fail, "change 2", "it was accepted"},
		"another error":                       {"200 400 401 200", reports.Warn, "change 2", "another status"},
		"the control is dead before":          {"400 200 200 200", reports.Error, "control", "control: the correct request does not succeed, so nothing follows from a refusal: status 400"},
		"the control fails by 5xx":            {"503", reports.Error, "control", "control: the correct request does not succeed, so nothing follows from a refusal: status 503"},
		"the control drops":                   {"drop", reports.Error, "control", "control: the connection was closed without an answer"},
		"the control is limited":              {"429", reports.Error, "control", "control: the target limits the rate of requests (429, Retry-After: not said)"},
		"the control is dead after":           {"200 400 400 400", reports.Error, "control, once more", "control, once more: the correct request does not succeed, so nothing follows from a refusal: status 400"},
		"locked out after a warning":          {"200 400 401 429", reports.Error, "control, once more", "control, once more: the target limits the rate of requests (429, Retry-After: not said)"},
		"a change fails by 5xx":               {"200 500 400 200", reports.Error, "change 1", "change 1: the target answered 500, which is neither a refusal nor a success"},
		"a change is limited":                 {"200 429 400 200", reports.Error, "change 1", "change 1: the target limits the rate of requests (429, Retry-After: not said)"},
		"a change drops":                      {"200 400 drop", reports.Error, "change 2", "change 2: the connection was closed without an answer"},
		"accepted, and then 5xx":              {"200 200 500 200", reports.Fail, "change 1", "it was accepted"},
		"5xx, and then accepted":              {"200 500 200 200", reports.Fail, "change 2", "it was accepted"},
		"accepted, and then limited":          {"200 200 429", reports.Fail, "change 1", "it was accepted"},
		"accepted, and then dropped":          {"200 200 drop", reports.Fail, "change 1", "it was accepted"},
		"accepted, and the control dead then": {"200 200 400 400", reports.Fail, "change 1", "it was accepted"},
		"a warning, and then limited":         {"200 401 429", reports.Error, "change 2", "change 2: the target limits the rate of requests (429, Retry-After: not said)"},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			s := &script{answers: strings.Fields(row.answers)}
			tg := serve(t, s.ServeHTTP)
			res := one(t, check.Config{Target: tg, Timeout: patience}, func(t *check.T) { contrast(t, 2) })
			g.Expect(res.Verdict).To(gomega.Equal(row.want), res.Message)
			g.Expect(res.Message).To(gomega.Equal(row.message))
			g.Expect(res.Step).To(gomega.Equal(row.step))
			g.Expect(int(s.asked.Load())).To(gomega.BeNumerically("<=", 4))
			for _, f := range res.Findings {
				g.Expect(f.Exchange).To(gomega.BeElementOf(res.Exchanges), "a finding names an exchange of its check")
				g.Expect(f.Step).ToNot(gomega.BeEmpty())
			}
			if row.want == reports.Fail || row.want == reports.Warn { // and the right one
				n := map[string]int{"change 1": 2, "change 2": 3}[row.step]
				g.Expect(res.Findings[0].Exchange).To(gomega.Equal(n))
			}
		})
	}
}

// When the run is stopped between two changes, what the first one showed stays.
func TestContrastKeepsWhatItSawWhenTheRunIsStopped(t *testing.T) {
	for status, want := range map[int]reports.Verdict{200: reports.Fail, 400: reports.NotRun, 401: reports.NotRun} {
		g := gomega.NewWithT(t)
		var asked atomic.Int32
		second := make(chan struct{})
		tg := serve(t, func(w http.ResponseWriter, r *http.Request) {
			switch asked.Add(1) {
			case 1:
			case 2:
				w.WriteHeader(status)
			default:
				_, _ = io.Copy(io.Discard, r.Body) // only then a server notices that its client goes
				close(second)
				<-r.Context().Done()
			}
		})
		c := active("x-one", func(t *check.T) { contrast(t, 2) })
		catalogue(t, c)
		r := start(t, check.Config{Target: tg})
		p := r.Start(c)
		<-second
		r.Stop(reports.StopInterrupt)
		g.Expect(p.Wait().Verdict).To(gomega.Equal(want), "after %d", status)
		finish(t, r)
	}
}

func TestContrastSendsAFreshControlEachTime(t *testing.T) {
	g := gomega.NewWithT(t)
	made := 0
	tg := serve(t, nothing)
	res := one(t, check.Config{Target: tg}, func(t *check.T) {
		t.Contrast(check.Contrast{
			Control:   func() *check.Request { made++; return &check.Request{URL: tg.Issuer} },
			Succeeded: func(*check.Response) string { return "" },
		})
	})
	g.Expect(res.Verdict).To(gomega.Equal(reports.Pass))
	g.Expect(made).To(gomega.Equal(2))
}
