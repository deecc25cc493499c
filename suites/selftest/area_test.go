package selftest

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
)

var only = flag.String("only", "", "areas or ids of checks (patterns, with commas) for TestOnly")

// TestOnly is the self-test of a few checks, for whoever is writing them: it
// prints what each fault does to them.
//
//	go test ./suites/selftest -run TestOnly -only code,rt-happy
func TestOnly(t *testing.T) {
	words := "cc,jwks"
	if *only != "" {
		words = *only
	}
	m, err := Run(t.Context(), Options{Only: strings.Split(words, ",")})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range m.Problems {
		t.Errorf("%s: %s", p.Kind, p.Text)
	}
	if *only != "" {
		for _, c := range m.Cells {
			fmt.Printf("%-36s %-34s %-8s %s\n", c.Fault, c.Check, c.Verdict, c.Message)
		}
	}
	t.Log(m.Sentence())
}

func TestOnlyNeedsNamesThatExist(t *testing.T) {
	_, err := Run(context.Background(), Options{Only: []string{"nonsense"}})
	NewWithT(t).Expect(err).To(MatchError("no area and no check is called nonsense"))
}
