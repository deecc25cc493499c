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

// first is one self-test for all tests that only read it: thousands of servers
// are built in each. Under the race detector, which takes ten times as long and
// looks for something else, a part of the catalogue has to do.
var first = sync.OnceValues(func() (*Matrix, error) {
	if raced {
		return Run(context.Background(), Options{Only: []string{"cc", "jwks", "iss", "rt-rotated-old-refused", "pkce-wrong-verifier", "http-tls-old", "ropc-happy"}})
	}
	return Run(context.Background(), Options{})
})

func baseline(t *testing.T) *Matrix {
	t.Helper()
	m, err := first()
	NewWithT(t).Expect(err).NotTo(HaveOccurred())
	return m
}

// TestGolden proves every check and compares the matrix with the reviewed one;
// under the race detector it proves some.
func TestGolden(t *testing.T) {
	m := baseline(t)
	if *update && !raced {
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
