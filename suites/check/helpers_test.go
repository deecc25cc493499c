package check_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// patience bounds what is awaited in a test; nothing takes that long.
const patience = 20 * time.Second

// nowhere is a transport for checks that send nothing.
type nowhere struct{}

func (nowhere) RoundTrip(*http.Request) (*http.Response, error) { panic("nothing should be sent") }

// answering is a transport that answers in the process.
type answering http.HandlerFunc

func (f answering) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	w := httptest.NewRecorder()
	f(w, r)
	if err := context.Cause(r.Context()); err != nil {
		return nil, err // as a network would
	}
	return w.Result(), nil
}

// anywhere is a target of which only the name matters.
func anywhere() *target.Target {
	return &target.Target{Name: "t", Issuer: "https://idp.test", Policy: target.PolicyBCP}
}

// serve starts a server and describes it as a target.
func serve(t *testing.T, h http.HandlerFunc) *target.Target {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return &target.Target{Name: "t", Issuer: s.URL, Policy: target.PolicyBCP}
}

// active is a complete check with a body.
func active(id string, body func(*check.T)) *check.Check {
	return &check.Check{
		ID: id, Title: "Title of " + id + ".", Clauses: []string{"RFC 6749 §5.2"}, Level: check.Must,
		Sent: "something", Judged: "somehow", Proves: []string{"a-fault"}, Run: body,
	}
}

// observer is a complete check that sends nothing.
func observer(id string, observe func(*check.Exchange) *check.Judgement) *check.Check {
	c := active(id, nil)
	c.Observe = observe
	return c
}

// catalogue takes checks into an area called "x".
func catalogue(t testing.TB, checks ...*check.Check) {
	t.Helper()
	_, err := check.NewCatalog(&check.Area{ID: "x", Title: "X", Role: target.RoleAuthorizationServer, Checks: checks})
	gomega.NewWithT(t).Expect(err).ToNot(gomega.HaveOccurred())
}

// start makes a run. A target without a transport of its own is dialled.
func start(t testing.TB, cfg check.Config) *check.Run {
	t.Helper()
	if cfg.Target == nil {
		cfg.Target = anywhere()
		if cfg.Transport == nil {
			cfg.Transport = nowhere{}
		}
	}
	r, err := check.NewRun(cfg)
	gomega.NewWithT(t).Expect(err).ToNot(gomega.HaveOccurred())
	return r
}

// assay runs checks to the end.
func assay(t testing.TB, cfg check.Config, checks ...*check.Check) reports.TargetReport {
	t.Helper()
	catalogue(t, checks...)
	for _, c := range checks {
		if c.Observer() {
			cfg.Observers = append(cfg.Observers, c)
		}
	}
	r := start(t, cfg)
	for _, c := range checks {
		r.Start(c)
	}
	return finish(t, r)
}

// one runs one check with a body and gives its result.
func one(t testing.TB, cfg check.Config, body func(*check.T)) reports.Result {
	t.Helper()
	return assay(t, cfg, active("x-one", body)).Results[0]
}

// finish finishes a run and fails the test if that hangs. The time may be that of
// a bubble, in which checks wait for minutes.
func finish(t testing.TB, r *check.Run) reports.TargetReport {
	t.Helper()
	done := make(chan reports.TargetReport, 1)
	go func() { done <- r.Finish() }()
	select {
	case rep := <-done:
		return rep
	case <-time.After(9 * time.Minute):
		t.Fatal("Finish hangs")
		panic("unreachable")
	}
}

// result finds a result by its id.
func result(t testing.TB, rep reports.TargetReport, id string) reports.Result {
	t.Helper()
	for _, r := range rep.Results {
		if r.ID == id {
			return r
		}
	}
	t.Fatalf("no result of %s", id)
	panic("unreachable")
}

// verdicts lists id and verdict of each result.
func verdicts(rep reports.TargetReport) string {
	var out []string
	for _, r := range rep.Results {
		out = append(out, r.ID+"="+string(r.Verdict))
	}
	return strings.Join(out, " ")
}

// get asks the target for a path.
func get(t *check.T, path string) *check.Response {
	return t.Do("GET "+path, "page", &check.Request{URL: t.Target().Issuer + path})
}

// nothing answers 200 without a body.
func nothing(http.ResponseWriter, *http.Request) {}
