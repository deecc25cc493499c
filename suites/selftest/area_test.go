package selftest

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/authassay/authassay/suites/catalog"
	"github.com/authassay/authassay/suites/check"
)

var (
	only = flag.String("only", "", "areas or ids of checks (patterns, with commas) for TestOnly")
	show = flag.Bool("show", false, "let TestOnly print what each fault does")
)

// TestOnly is the self-test of a few checks, for whoever is writing them:
//
//	go test ./suites/selftest -run TestOnly -only code,rt-happy -show
//
// It holds them to their proofs, to the correct server and to the unusual ones,
// and leaves the golden files alone.
func TestOnly(t *testing.T) {
	if *only == "" {
		t.Skip("names no checks: -only area,id,…")
	}
	words := strings.Split(*only, ",")
	var areas []*check.Area
	for _, a := range catalog.All().Areas {
		kept := *a
		kept.Checks = nil
		for _, c := range a.Checks {
			if slices.ContainsFunc(words, func(w string) bool { return w == a.ID || check.MatchID(w, c.ID) }) {
				copied := *c
				kept.Checks = append(kept.Checks, &copied)
			}
		}
		if len(kept.Checks) > 0 {
			areas = append(areas, &kept)
		}
	}
	cat, err := check.NewCatalog(areas...)
	if err != nil {
		t.Fatal(err)
	}
	m, err := run(t.Context(), Options{}, cat, "", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range m.Problems {
		switch p.Kind {
		case "surprise", "unseen", "stale": // what the golden files are for
		default:
			t.Errorf("%s: %s", p.Kind, p.Text)
		}
	}
	if *show {
		for _, c := range m.Cells {
			fmt.Printf("%-36s %-34s %-8s %s\n", c.Fault, c.Check, c.Verdict, c.Message)
		}
	}
	fmt.Printf("%d checks, %d runs of a check against a broken server\n", len(m.Checks), m.Reached)
}
