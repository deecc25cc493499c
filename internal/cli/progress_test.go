package cli

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onsi/gomega"
	"go.uber.org/goleak"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/assay"
	"github.com/authassay/authassay/suites/catalog"
	"github.com/authassay/authassay/suites/check"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// event is one that an engine would send.
func event(id string, verdict reports.Verdict) assay.Progress {
	p := assay.Progress{Event: check.Event{Check: catalog.All().Check(id)}}
	if verdict != "" {
		p.Result = &reports.Result{ID: id, Verdict: verdict}
	}
	return p
}

// A log gets a line for each area, when the last of its checks is over.
func TestLines(t *testing.T) {
	g := gomega.NewWithT(t)
	var out bytes.Buffer
	s := &Streams{Err: &out}
	p := newProgress(s, false, false)
	p.begin("assaying x", []*check.Check{catalog.All().Check("jwks-kty"), catalog.All().Check("jwks-fetch"), catalog.All().Check("cc-happy")})
	p.event(event("jwks-kty", ""))
	p.event(event("jwks-kty", reports.Pass))
	p.event(event("cc-happy", ""))
	p.event(event("jwks-fetch", ""))
	p.event(event("jwks-fetch", reports.Fail))
	p.say("a remark")
	p.event(event("cc-happy", reports.NotRun))
	p.end()
	g.Expect(p.close(time.Second)).To(gomega.BeNil())
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	g.Expect(lines).To(gomega.HaveLen(4), out.String())
	g.Expect(lines[0]).To(gomega.Equal("assaying x: 3 checks"))
	g.Expect(lines[1]).To(gomega.MatchRegexp(`^  jwks  2 checks in \d+\.\d s: 1 passed, 1 failed$`))
	g.Expect(lines[2]).To(gomega.Equal("a remark"))
	g.Expect(lines[3]).To(gomega.MatchRegexp(`^  cc    1 check in \d+\.\d s: 1 not run$`))
}

// What is waited for is said, once for all the checks that wait for the same.
func TestWaitingIsSaid(t *testing.T) {
	g := gomega.NewWithT(t)
	waiting := func(id, what string) assay.Progress {
		e := event(id, "")
		e.Waits = what
		return e
	}
	var out bytes.Buffer
	p := newProgress(&Streams{Err: &out}, false, false)
	p.begin("assaying x", []*check.Check{catalog.All().Check("jwks-kty"), catalog.All().Check("cc-happy")})
	p.event(event("jwks-kty", ""))
	p.event(waiting("jwks-kty", "3s for a pause"))
	p.event(waiting("cc-happy", "2.9s for a pause"))
	p.event(waiting("cc-happy", "20s for a code to expire"))
	p.end()
	g.Expect(p.close(time.Second)).To(gomega.BeNil())
	g.Expect(out.String()).To(gomega.Equal("assaying x: 2 checks\n  jwks-kty waits 3s for a pause\n  cc-happy waits 20s for a code to expire\n"))

	b := &bar{width: 200, running: []string{"code-expires", "cc-happy"}, waits: map[string]string{"code-expires": "20s for a code to expire"}}
	g.Expect(b.describe()).To(gomega.Equal("cc-happy (+1)"), "as long as others run, it keeps nobody")
	b.running = b.running[:1]
	g.Expect(b.describe()).To(gomega.Equal("code-expires waits 20s for a code to expire"))
}

func TestQuietProgressShowsNothing(t *testing.T) {
	g := gomega.NewWithT(t)
	var out bytes.Buffer
	p := newProgress(&Streams{Err: &out, ErrTerminal: true}, true, false)
	p.begin("assaying x", nil)
	p.event(event("jwks-kty", ""))
	p.say("a remark")
	g.Expect(p.close(time.Second)).To(gomega.BeNil())
	g.Expect(out.String()).To(gomega.BeEmpty())
}

// stuck is a reader that does not read, until it is let go.
type stuck struct{ let chan struct{} }

func (s *stuck) Write(p []byte) (int, error) { <-s.let; return len(p), nil }

// Telling does not wait for the reader, and closing not for long.
func TestProgressDoesNotWait(t *testing.T) {
	g := gomega.NewWithT(t)
	w := &stuck{make(chan struct{})}
	p := newProgress(&Streams{Err: w}, false, true)
	told := make(chan struct{})
	go func() {
		defer close(told)
		p.begin("assaying x", []*check.Check{catalog.All().Check("jwks-kty")})
		for range 10_000 {
			p.event(event("jwks-kty", reports.Pass))
		}
	}()
	g.Eventually(told).WithTimeout(10 * time.Second).Should(gomega.BeClosed())
	began := time.Now()
	p.close(50 * time.Millisecond)
	g.Expect(time.Since(began)).To(gomega.BeNumerically("<", 5*time.Second))
	close(w.let)
	g.Eventually(p.done).WithTimeout(10 * time.Second).Should(gomega.BeClosed())
}

type panicking struct{}

func (panicking) Write([]byte) (int, error) { panic("defect") }

// A defect of a view is kept for the main goroutine, and nobody waits for what
// will not be shown.
func TestProgressKeepsPanic(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProgress(&Streams{Err: panicking{}}, false, false)
	var tellers sync.WaitGroup
	for range 8 {
		tellers.Go(func() {
			for range 100 {
				p.say("something")
			}
		})
	}
	tellers.Wait()
	g.Expect(p.close(5 * time.Second)).To(gomega.Equal("defect"))
}

// What the bar says about itself fits beside the bar.
func TestBarFits(t *testing.T) {
	g := gomega.NewWithT(t)
	for _, width := range []int{0, 40, 80, 200} {
		b := &bar{width: width, running: []string{"ca-basic-encoding", "b", "c"}, counts: reports.Counts{Fail: 12, Warn: 3, Error: 4}}
		text := b.describe()
		g.Expect(text).To(gomega.HavePrefix("12 failed"[:9]))
		if width == 0 {
			width = 80
		}
		g.Expect(len(text)).To(gomega.BeNumerically("<=", max(10, width-barRoom-barWidth)))
	}
	b := &bar{width: 120, running: []string{"ca-basic", "b", "c"}}
	g.Expect(b.describe()).To(gomega.Equal("ca-basic (+2)"))
}
