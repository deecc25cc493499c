package assay_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/authassay/authassay/fixtures/bundled"
	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/assay"
	"github.com/authassay/authassay/suites/catalog"
	"github.com/authassay/authassay/suites/check"
)

// BenchmarkCatalogue is the whole catalogue against the bundled mock identity
// provider over loopback.
func BenchmarkCatalogue(b *testing.B) {
	tg, stop, err := bundled.Start(bundled.Mock)
	if err != nil {
		b.Fatal(err)
	}
	defer stop()
	var last reports.TargetReport
	for b.Loop() {
		a := assay.New(assay.Options{})
		if err := a.Target(tg); err != nil {
			b.Fatal(err)
		}
		last = a.Report().Targets[0]
	}
	spent(b, last)
}

// BenchmarkFarAway is the whole catalogue against a mock at which every request
// takes 50 ms, with different numbers of workers. "chains" is the time in units of
// the longest chain of requests that one check makes one after the other.
func BenchmarkFarAway(b *testing.B) {
	const away = 50 * time.Millisecond
	for _, workers := range []int{8, 16, 32, 64} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			var last reports.TargetReport
			for b.Loop() {
				p, err := mockidp.New(bundled.MockOptions()...)
				if err != nil {
					b.Fatal(err)
				}
				tg, err := bundled.Describe(p)
				if err != nil {
					b.Fatal(err)
				}
				run, err := check.NewRun(check.Config{
					Target: tg, Observers: catalog.All().Observers(), Workers: workers, Transport: distant{p.Transport(), away},
				})
				if err != nil {
					b.Fatal(err)
				}
				for _, c := range catalog.All().Checks() {
					run.Start(c)
				}
				last = run.Finish()
				_ = p.Close()
			}
			spent(b, last)
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(time.Duration(chain(last))*away), "chains")
		})
	}
}

// chain is the number of requests that one check makes one after the other, of the
// check that makes the most. Those that go out while another is under way count
// once with it.
func chain(r reports.TargetReport) int {
	at := map[int]reports.Exchange{}
	for _, e := range r.Exchanges {
		at[e.Number] = e
	}
	longest := 0
	for _, res := range r.Results {
		if res.Observer {
			continue
		}
		links, until := 0, int64(-1)
		for _, n := range slices.SortedFunc(slices.Values(res.Exchanges), func(a, b int) int { return int(at[a].StartedMS - at[b].StartedMS) }) {
			if e := at[n]; e.StartedMS >= until {
				links++
				until = e.StartedMS + e.DurationMS
			}
		}
		longest = max(longest, links)
	}
	return longest
}

func spent(b *testing.B, r reports.TargetReport) {
	b.ReportMetric(float64(len(r.Exchanges)), "requests/op")
	b.ReportMetric(float64(r.Logins), "logins/op")
	b.ReportMetric(float64(r.WaitedMS), "waited-ms/op")
	b.ReportMetric(float64(chain(r)), "longest-chain")
}

// distant is a network on which each request takes some time.
type distant struct {
	http.RoundTripper
	away time.Duration
}

func (d distant) RoundTrip(r *http.Request) (*http.Response, error) {
	time.Sleep(d.away)
	return d.RoundTripper.RoundTrip(r)
}
