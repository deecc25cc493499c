package selftest

import (
	"context"
	"flag"
	"os"
	"sync"
	"testing"

	. "github.com/onsi/gomega"
)

var update = flag.Bool("update", false, "write the golden matrix anew")

// first is one self-test for all tests that only read it: hundreds of servers
// are built in each, which takes its time under the race detector.
var first = sync.OnceValues(func() (*Matrix, error) { return Run(context.Background(), Options{}) })

func baseline(t *testing.T) *Matrix {
	t.Helper()
	m, err := first()
	NewWithT(t).Expect(err).NotTo(HaveOccurred())
	return m
}

// TestGolden proves every check and compares the matrix with the reviewed one.
func TestGolden(t *testing.T) {
	m := baseline(t)
	if *update {
		NewWithT(t).Expect(os.WriteFile("matrix.golden", []byte(m.Golden()), 0o644)).To(Succeed())
		NewWithT(t).Expect(os.WriteFile("unbound.golden", []byte(m.Unbound()), 0o644)).To(Succeed())
	}
	for _, p := range m.Problems {
		if *update && (p.Kind == "surprise" || p.Kind == "unseen" || p.Kind == "stale") {
			t.Logf("%s: %s", p.Kind, p.Text)
			continue
		}
		t.Errorf("%s: %s", p.Kind, p.Text)
	}
	t.Log(m.Sentence())
}
