package check_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/suites/check"
)

// invent lets checks invent things in a pool, and gives what each invented.
func invent(t *testing.T, seed, name string, workers int, ids ...string) map[string]string {
	t.Helper()
	made := make([]string, len(ids)+1)
	var checks []*check.Check
	for i, id := range ids {
		checks = append(checks, active(id, func(t *check.T) {
			made[i] = t.Random(12) + " " + t.Random(40) + " " + t.Random(1)
			shared := check.Shared(t, "shared", func(t *check.T) string { return t.Random(20) })
			made[i] += " " + shared
		}))
	}
	tg := anywhere()
	tg.Name = name
	assay(t, check.Config{Seed: seed, Target: tg, Transport: nowhere{}, Workers: workers}, checks...)
	out := map[string]string{}
	for i, id := range ids {
		out[id] = made[i]
	}
	return out
}

func TestWhatIsInventedFollowsFromTheSeedAlone(t *testing.T) {
	g := gomega.NewWithT(t)
	all := []string{"x-a", "x-b", "x-c", "x-d", "x-e", "x-f"}
	base := invent(t, "seed", "t", 1, all...)
	for workers := 2; workers < 7; workers++ {
		g.Expect(invent(t, "seed", "t", workers, all...)).To(gomega.Equal(base))
	}
	backwards := []string{"x-f", "x-d", "x-c"}
	for id, made := range invent(t, "seed", "t", 2, backwards...) {
		g.Expect(made).To(gomega.Equal(base[id]), "a filter and another order change nothing")
	}
	g.Expect(invent(t, "other", "t", 1, "x-a")).ToNot(gomega.Equal(base["x-a"]))
	g.Expect(invent(t, "seed", "u", 1, "x-a")["x-a"]).ToNot(gomega.Equal(base["x-a"]))
	g.Expect(base["x-a"]).ToNot(gomega.Equal(base["x-b"]))
	g.Expect(base["x-a"]).To(gomega.MatchRegexp(`^[a-z2-7]{12} [a-z2-7]{40} [a-z2-7] [a-z2-7]{20}$`))
}

func TestASeedIsMadeWhereNoneIsGiven(t *testing.T) {
	g := gomega.NewWithT(t)
	r := start(t, check.Config{})
	g.Expect(r.Seed()).To(gomega.MatchRegexp(`^[a-z2-7]{16}$`))
	g.Expect(start(t, check.Config{}).Seed()).ToNot(gomega.Equal(r.Seed()))
	g.Expect(start(t, check.Config{Seed: "given"}).Seed()).To(gomega.Equal("given"))
	g.Expect(regexp.MustCompile(`[^a-z0-9]`).MatchString(check.NewSeed())).To(gomega.BeFalse())
}

func TestEveryCallInventsAnew(t *testing.T) {
	seen := map[string]bool{}
	res := one(t, check.Config{}, func(t *check.T) {
		for n := range 200 {
			s := t.Random(10 + n)
			t.Expect(s).To(gomega.HaveLen(10 + n))
			t.Expect(seen[s[:10]]).To(gomega.BeFalse(), fmt.Sprint("call ", n))
			seen[s[:10]] = true
		}
	})
	gomega.NewWithT(t).Expect(res.Message).To(gomega.BeEmpty())
}
