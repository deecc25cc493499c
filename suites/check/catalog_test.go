package check_test

import (
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
)

func TestACatalogueRefusesWhatCouldNotBeReportedOrProven(t *testing.T) {
	for name, row := range map[string]struct {
		spoil func(*check.Check)
		want  string
	}{
		"no title":                  {func(c *check.Check) { c.Title = "" }, "x-one: title, clauses, what is sent and how it is judged must all be there"},
		"no clause":                 {func(c *check.Check) { c.Clauses = nil }, "clauses"},
		"not said what is sent":     {func(c *check.Check) { c.Sent = "" }, "what is sent"},
		"not said how it is judged": {func(c *check.Check) { c.Judged = "" }, "how it is judged"},
		"no level":                  {func(c *check.Check) { c.Level = "" }, `the level "" is not one`},
		"an unknown level":          {func(c *check.Check) { c.Level = "WANT" }, `the level "WANT" is not one`},
		"an unknown level of a policy": {
			func(c *check.Check) { c.LevelUnder = map[target.Policy]check.Level{target.PolicyBCP: "WANT"} },
			`the level "WANT" under bcp is not one`,
		},
		"an unknown policy": {
			func(c *check.Check) { c.LevelUnder = map[target.Policy]check.Level{"bpc": check.May} },
			`there is no policy "bpc"`,
		},
		"no body": {func(c *check.Check) { c.Run = nil }, "either a body or an observer"},
		"body and observer": {
			func(c *check.Check) { c.Observe = func(*check.Exchange) *check.Judgement { return nil } },
			"either a body or an observer",
		},
		"an observer with needs": {
			func(c *check.Check) {
				c.Run, c.Observe = nil, func(*check.Exchange) *check.Judgement { return nil }
				c.Needs = []check.Need{check.NeedRegister}
			},
			"an observer sends nothing",
		},
		"a serial observer": {
			func(c *check.Check) {
				c.Run, c.Observe = nil, func(*check.Exchange) *check.Judgement { return nil }
				c.Serial = true
			},
			"an observer sends nothing",
		},
		"a need that nobody finds out": {func(c *check.Check) { c.Needs = []check.Need{{Name: "n"}} }, "a need without"},
		"a need without a name":        {func(c *check.Check) { c.Needs = []check.Need{{Met: always(true)}} }, "a need without"},
		"unproven":                     {func(c *check.Check) { c.Proves = nil }, "no fault proves"},
		"the id of another area":       {func(c *check.Check) { c.ID = "y-one" }, `the id does not begin with its area "x"`},
		"the area alone":               {func(c *check.Check) { c.ID = "x" }, "does not begin with"},
		"capitals":                     {func(c *check.Check) { c.ID = "x-One" }, "does not begin with"},
		"a blank":                      {func(c *check.Check) { c.ID = "x-one two" }, "does not begin with"},
		"a hyphen too many":            {func(c *check.Check) { c.ID = "x--one" }, "does not begin with"},
		"an id twice":                  {func(c *check.Check) { c.ID = "x-other" }, "two checks are called x-other"},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			c := active("x-one", func(*check.T) {})
			row.spoil(c)
			_, err := check.NewCatalog(&check.Area{ID: "x", Checks: []*check.Check{active("x-other", func(*check.T) {}), c}})
			g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring(row.want)))
		})
	}
}

func TestTwoAreasOfOneNameAreRefused(t *testing.T) {
	_, err := check.NewCatalog(&check.Area{ID: "x"}, &check.Area{ID: "x"})
	gomega.NewWithT(t).Expect(err).To(gomega.MatchError("two areas are called x"))
}

// shelf is a catalogue of three areas, one of them for no role in particular.
func shelf(t *testing.T) *check.Catalog {
	t.Helper()
	body := func(*check.T) {}
	c, err := check.NewCatalog(
		&check.Area{ID: "cc", Role: "as", Checks: []*check.Check{active("cc-happy", body), active("cc-no-auth", body)}},
		&check.Area{ID: "ca", Role: "rs", Checks: []*check.Check{active("ca-basic", body), active("ca-basic-encoding", body)}},
		&check.Area{ID: "http", Checks: []*check.Check{observer("http-all", func(*check.Exchange) *check.Judgement { return nil })}},
	)
	gomega.NewWithT(t).Expect(err).ToNot(gomega.HaveOccurred())
	return c
}

func TestACatalogueFindsItsChecks(t *testing.T) {
	g := gomega.NewWithT(t)
	c := shelf(t)
	g.Expect(c.Checks()).To(gomega.HaveLen(5))
	g.Expect(c.Check("ca-basic").Area().ID).To(gomega.Equal("ca"))
	g.Expect(c.Check("nothing")).To(gomega.BeNil())
	g.Expect(c.Observers()).To(gomega.ConsistOf(c.Check("http-all")))
}

func TestASelection(t *testing.T) {
	for name, row := range map[string]struct {
		s     check.Selection
		roles []string
		want  []string
	}{
		"everything":        {check.Selection{}, nil, []string{"cc-happy", "cc-no-auth", "ca-basic", "ca-basic-encoding", "http-all"}},
		"an area":           {check.Selection{Areas: []string{"ca"}}, nil, []string{"ca-basic", "ca-basic-encoding"}},
		"areas":             {check.Selection{Areas: []string{"http", "cc"}}, nil, []string{"cc-happy", "cc-no-auth", "http-all"}},
		"areas by wildcard": {check.Selection{Areas: []string{"c*"}}, nil, []string{"cc-happy", "cc-no-auth", "ca-basic", "ca-basic-encoding"}},
		"one, exactly":      {check.Selection{Checks: []string{"ca-basic"}}, nil, []string{"ca-basic"}},
		"a wildcard":        {check.Selection{Checks: []string{"*-basic*"}}, nil, []string{"ca-basic", "ca-basic-encoding"}},
		"but one":           {check.Selection{Skip: []string{"ca-*", "http-all"}}, nil, []string{"cc-happy", "cc-no-auth"}},
		"within an area":    {check.Selection{Areas: []string{"cc"}, Checks: []string{"*"}, Skip: []string{"*happy"}}, nil, []string{"cc-no-auth"}},
		"a role":            {check.Selection{}, []string{"rs"}, []string{"ca-basic", "ca-basic-encoding", "http-all"}},
		"nothing":           {check.Selection{Checks: []string{"cc-happ"}}, nil, nil},
		"skip beats check":  {check.Selection{Checks: []string{"cc-happy"}, Skip: []string{"cc-happy"}}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, c := range shelf(t).Select(row.s, row.roles) {
				got = append(got, c.ID)
			}
			gomega.NewWithT(t).Expect(got).To(gomega.Equal(row.want))
		})
	}
}

func TestWhatASelectionMisspells(t *testing.T) {
	g := gomega.NewWithT(t)
	areas, patterns := shelf(t).Unknown(check.Selection{
		Areas: []string{"cc", "cd", "c*", "z*"}, Checks: []string{"cc-happy", "cc-hapy", "*"}, Skip: []string{"ca-*", "*-nobody", ""},
	})
	g.Expect(areas).To(gomega.Equal([]string{"cd", "z*"}))
	g.Expect(patterns).To(gomega.Equal([]string{"cc-hapy", "*-nobody", ""}))
}

func TestMatchID(t *testing.T) {
	for _, row := range []struct {
		pattern, id string
		want        bool
	}{
		{"a-b", "a-b", true}, {"a-b", "a-bc", false}, {"a", "a-b", false}, {"*", "a-b", true}, {"**", "a-b", true},
		{"a*", "a-b", true}, {"*b", "a-b", true}, {"*-*", "a-b", true}, {"a*b", "a-b", true}, {"a-b*", "a-b", true},
		{"ab*ba", "aba", false}, {"ab*ba", "abba", true}, {"*a*a*", "a-b", false}, {"*a*a*", "aa", true}, {"", "a-b", false},
		{"a.b", "a-b", false}, {"a?b", "a-b", false}, {"A-B", "a-b", false}, {"*c", "a-b", false}, {"a-*-b", "a-b", false},
	} {
		gomega.NewWithT(t).Expect(check.MatchID(row.pattern, row.id)).To(gomega.Equal(row.want), "%s ~ %s", row.pattern, row.id)
	}
}
