package mockidp

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
)

func kinds(tokens []Token) []string {
	var out []string
	for _, t := range tokens {
		out = append(out, fmt.Sprintf("%s %s", t.Kind, t.State))
	}
	return out
}

// Lineage: what made this token, what came of it, what is live, what was
// replayed.
func TestLineage(t *testing.T) {
	g := gomega.NewWithT(t)
	clock := NewManualClock(testTime)
	p := newFull(t, WithClock(clock))
	code := codeFor(t, p, ClientWeb)
	first := redeem(p, ClientWeb, code)
	clock.Advance(time.Minute)
	second := refreshWith(p, ClientWeb, first.str("refresh_token"))

	g.Expect(kinds(p.Lineage(second.str("access_token")))).To(gomega.Equal([]string{"access_token live", "refresh_token spent", "code spent"}))
	g.Expect(kinds(p.Family(code))).To(gomega.Equal([]string{
		"code spent", "access_token live", "id_token live", "refresh_token spent", "access_token live", "id_token live", "refresh_token live",
	}))
	made := p.Lineage(code)[0]
	g.Expect(made.Children).To(gomega.HaveLen(3))
	g.Expect(made.Uses).To(gomega.Equal([]time.Time{testTime}))
	g.Expect(p.Lineage(made.ID)).To(gomega.HaveLen(1), "an ID will do")
	access := p.Lineage(first.str("access_token"))[0]
	g.Expect(access.Parent).To(gomega.Equal(made.ID))
	g.Expect(access.Client + " " + access.Subject + " " + access.GrantType).To(gomega.Equal("web-client alice authorization_code"))
	g.Expect(access.Expires).To(gomega.BeTemporally("~", testTime.Add(time.Hour), time.Second))
	g.Expect(p.ReplayedTokens()).To(gomega.BeEmpty())

	refreshWith(p, ClientWeb, first.str("refresh_token"))
	g.Expect(p.LiveTokens()).To(gomega.BeEmpty())
	g.Expect(kinds(p.ReplayedTokens())).To(gomega.Equal([]string{"refresh_token revoked"}))
	g.Expect(p.Lineage(second.str("access_token"))[0].RevokedFor).To(gomega.Equal("a rotated refresh token was used again"))
	g.Expect(p.Lineage("made-up")).To(gomega.BeEmpty())
	g.Expect(p.Family("made-up")).To(gomega.BeEmpty())
}

// A test can revoke one token, a family, or all that a user granted.
func TestRevokeByTheTest(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t)
	a, b, bob := tokensFor(t, p, ClientWeb), tokensFor(t, p, ClientSPA), tokensFor(t, p, ClientWeb, "login_hint", "bob")
	g.Expect(p.Revoke(a.str("access_token"))).To(gomega.BeTrue())
	g.Expect(userinfoWith(p, a.str("access_token")).status).To(gomega.Equal(401))
	a = refreshWith(p, ClientWeb, a.str("refresh_token"))
	g.Expect(p.Revoke(a.str("refresh_token"))).To(gomega.BeTrue())
	g.Expect(userinfoWith(p, a.str("access_token")).status).To(gomega.Equal(401))
	g.Expect(p.Revoke("made-up")).To(gomega.BeFalse())

	g.Expect(p.RevokeAll("alice@example.com")).To(gomega.Equal(3))
	g.Expect(userinfoWith(p, b.str("access_token")).status).To(gomega.Equal(401))
	g.Expect(userinfoWith(p, bob.str("access_token")).status).To(gomega.Equal(200))
	g.Expect(p.RevokeAll("alice")).To(gomega.BeZero())
	code := codeFor(t, p, ClientWeb)
	g.Expect(p.RevokeAll("alice")).To(gomega.Equal(1))
	g.Expect(outcome(redeem(p, ClientWeb, code))).To(gomega.Equal("400 invalid_grant"))
	g.Expect(p.Revoke(code)).To(gomega.BeTrue())
}

// The store is bounded: what expired long ago goes first, then the oldest.
func TestStoreIsBounded(t *testing.T) {
	g := gomega.NewWithT(t)
	s := newStore()
	old := s.begin(&grant{client: "a", subject: "s"})
	for i := range maxTokens {
		expires := testTime.Add(24 * time.Hour)
		if i%2 == 1 {
			expires = testTime.Add(-2 * time.Hour)
		}
		s.add(fmt.Sprint("value ", i), &issued{kind: KindAccessToken, grant: old, at: testTime, expires: expires})
	}
	parent := s.find("value 0")
	child := s.add("child", &issued{kind: KindAccessToken, grant: old, parent: parent, at: testTime, expires: testTime.Add(48 * time.Hour)})
	g.Expect(s.all).To(gomega.HaveLen(maxTokens/2 + 1))
	g.Expect(s.find("value 1")).To(gomega.BeNil(), "expired")
	g.Expect(s.find("value 0")).To(gomega.BeIdenticalTo(parent))
	for i := range maxTokens {
		s.add(fmt.Sprint("more ", i), &issued{kind: KindAccessToken, grant: old, at: testTime, expires: testTime.Add(48 * time.Hour)})
	}
	g.Expect(len(s.all)).To(gomega.BeNumerically("<=", maxTokens))
	g.Expect(s.byKey).To(gomega.HaveLen(len(s.all)))
	g.Expect(s.byID).To(gomega.HaveLen(len(s.all)))
	g.Expect(s.find("value 0")).To(gomega.BeNil(), "the oldest")
	g.Expect(child.parent).To(gomega.BeNil(), "nothing holds on to what was dropped")
}

// What clients send is bounded too, however few tokens they make of it.
func TestStoreIsBoundedInSize(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t)
	for range 40 {
		v := authRequestOf(ClientWeb, "code", "nonce", strings.Repeat("n", 500_000), "x", strings.Repeat("x", 500_000))
		g.Expect(ask(p, sent{path: pathAuthorize, form: v}).status).To(gomega.Equal(303))
	}
	g.Expect(len(p.Tokens(nil))).To(gomega.BeNumerically("<", 20))
	g.Expect(p.grants.bytes).To(gomega.BeNumerically("<=", maxTokenBytes))
	g.Expect(outcome(redeem(p, ClientWeb, codeFor(t, p, ClientWeb)))).To(gomega.Equal("200 token"))
}

// Times of use are bounded as well.
func TestUsesAreBounded(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t)
	a := tokensFor(t, p, ClientWeb)
	for range maxUses + 5 {
		userinfoWith(p, a.str("access_token"))
	}
	g.Expect(p.Lineage(a.str("access_token"))[0].Uses).To(gomega.HaveLen(maxUses))
}
