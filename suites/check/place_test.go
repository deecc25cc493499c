package check_test

import (
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// A body that the engine left behind while it waits, or while it waits to be alone,
// neither takes nor gives up what others hold: the run goes on to its end.
func TestPlacesOfBodiesThatAreLeftBehind(t *testing.T) {
	for name, wait := range map[string]func(*check.T, chan struct{}){
		"idle":  func(t *check.T, free chan struct{}) { t.Idle(func() { <-free }) },
		"alone": func(t *check.T, _ chan struct{}) { t.Alone(func() { <-t.Context().Done() }) },
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			free := make(chan struct{})
			var checks []*check.Check
			for _, id := range []string{"x-a", "x-b", "x-c"} {
				checks = append(checks, active(id, func(t *check.T) { wait(t, free) }))
			}
			busy := active("x-busy", func(t *check.T) { <-t.Context().Done() })
			catalogue(t, append(checks, busy)...)
			r := start(t, check.Config{Workers: 2})
			for _, c := range append(checks, busy) {
				r.Start(c)
			}
			time.AfterFunc(50*time.Millisecond, func() { r.Stop(reports.StopTerminate) })
			rep := finish(t, r)
			for _, res := range rep.Results {
				g.Expect(res.Verdict).To(gomega.Equal(reports.NotRun), res.ID)
			}
			close(free)
		})
	}
}
