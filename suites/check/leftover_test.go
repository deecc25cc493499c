package check_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onsi/gomega"
	"go.uber.org/goleak"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// After Finish nothing of a run is left: no connection, no goroutine, also when
// it was stopped in the middle or a request was cut off.
func TestNothingIsLeftOfARun(t *testing.T) {
	before := goleak.IgnoreCurrent()
	hang := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hang" {
			<-hang
		}
	}))
	tg := &target.Target{Name: "t", Issuer: s.URL}
	for _, stop := range []bool{false, true} {
		hangs := active("x-hangs", func(t *check.T) { get(t, "/hang") })
		r := start(t, check.Config{Target: tg, Timeout: 200 * time.Millisecond})
		for _, c := range []*check.Check{asks("x-a"), asks("x-b"), hangs} {
			r.Start(c)
		}
		if stop {
			r.Stop(reports.StopInterrupt)
		}
		finish(t, r)
	}
	close(hang)
	s.Close()
	goleak.VerifyNone(t, before) // waits for what is on its way out
}

// Verified metadata may name further hosts; only then are they asked.
func TestHostsThatMetadataNames(t *testing.T) {
	g := gomega.NewWithT(t)
	var reached atomic.Int32
	other := serve(t, func(http.ResponseWriter, *http.Request) { reached.Add(1) })
	elsewhere := strings.Replace(other.Issuer, "127.0.0.1", "localhost", 1)
	res := one(t, check.Config{Target: serve(t, nothing)}, func(t *check.T) {
		_, err := t.Try("before", "x", &check.Request{URL: elsewhere})
		t.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("nor the issuer's verified metadata names it")))
		t.Allow(elsewhere+"/path", "not a url", "", "http://169.254.169.254/")
		t.Do("after", "x", &check.Request{URL: elsewhere})
		t.Expect(reached.Load()).To(gomega.BeEquivalentTo(1))
		_, err = t.Try("cloud", "x", &check.Request{URL: "http://169.254.169.254/"})
		t.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("link-local address 169.254.169.254, where the target itself is not")))
	})
	g.Expect(res.Verdict).To(gomega.Equal(reports.Pass), res.Message)
}
