package authserver_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
)

// What RFC 9700 alone says binds where that RFC binds, or the OAuth 2.1 draft has
// taken it over: nowhere else does it fail or warn.
func TestRFC9700BindsUnderItsPolicies(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	looked := 0
	for _, c := range areas(t).Select(check.Selection{}, nil) {
		if slices.ContainsFunc(c.Clauses, func(s string) bool {
			return !strings.HasPrefix(s, "RFC 9700") && !strings.HasPrefix(s, "OAuth 2.1")
		}) {
			continue
		}
		looked++
		for _, p := range []target.Policy{target.PolicyRFC6749, target.PolicyOIDC} {
			g.Expect(c.LevelFor(p).Group()).To(gomega.Equal("may"), c.ID+" under "+string(p))
		}
		if !slices.ContainsFunc(c.Clauses, func(s string) bool { return strings.HasPrefix(s, "OAuth 2.1") }) {
			continue
		}
		g.Expect(c.LevelFor(target.PolicyOAuth21).Group()).ToNot(gomega.Equal("may"), c.ID)
	}
	g.Expect(looked).To(gomega.BeNumerically(">=", 8))
}
