package selftest

import (
	"context"
	"flag"
	"os"
	"testing"

	. "github.com/onsi/gomega"
)

var update = flag.Bool("update", false, "write the golden matrix anew")

// TestGolden proves every check and compares the matrix with the reviewed one.
func TestGolden(t *testing.T) {
	m, err := Run(context.Background(), Options{})
	NewWithT(t).Expect(err).NotTo(HaveOccurred())
	if *update {
		NewWithT(t).Expect(os.WriteFile("matrix.golden", []byte(m.Golden()), 0o644)).To(Succeed())
	}
	for _, p := range m.Problems {
		if *update && p.Kind == "surprise" {
			t.Logf("%s: %s", p.Kind, p.Text)
			continue
		}
		t.Errorf("%s: %s", p.Kind, p.Text)
	}
	t.Log(m.Sentence())
}
