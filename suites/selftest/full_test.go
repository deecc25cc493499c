//go:build full

package selftest

import (
	"context"
	"testing"

	. "github.com/onsi/gomega"
)

// TestFull shows that the short way, by fault points, loses nothing: what does
// not reach a fault's point does not change under it. It runs every check
// against every fault, which takes minutes: "make selftest-full".
func TestFull(t *testing.T) {
	g := NewWithT(t)
	full, err := Run(context.Background(), Options{Full: true})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(full.Reached).To(BeNumerically(">", baseline(t).Reached))
	g.Expect(full.Golden()).To(Equal(baseline(t).Golden()))
}
