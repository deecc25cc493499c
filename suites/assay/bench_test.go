package assay_test

import (
	"testing"

	"github.com/authassay/authassay/fixtures/bundled"
	"github.com/authassay/authassay/suites/assay"
)

// BenchmarkCatalogue is the whole catalogue against the bundled mock identity
// provider over loopback.
func BenchmarkCatalogue(b *testing.B) {
	tg, stop, err := bundled.Start(bundled.Mock)
	if err != nil {
		b.Fatal(err)
	}
	defer stop()
	requests := 0
	for b.Loop() {
		a := assay.New(assay.Options{})
		if err := a.Target(tg); err != nil {
			b.Fatal(err)
		}
		requests = len(a.Report().Targets[0].Exchanges)
	}
	b.ReportMetric(float64(requests), "requests/op")
}
