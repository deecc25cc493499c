package mockidp

import (
	"slices"
	"testing"

	"github.com/onsi/gomega"
)

// seen are the claims a client finds in the four places.
func seen(t *testing.T, p *Provider, a answer) map[ClaimTarget]map[string]any {
	t.Helper()
	_, idToken := verified(t, p, a.str("id_token"))
	_, access := verified(t, p, a.str("access_token"))
	return map[ClaimTarget]map[string]any{
		InIDToken: idToken, InAccessToken: access,
		InUserinfo:      userinfoWith(p, a.str("access_token")).doc,
		InIntrospection: introspectAs(p, ClientWeb, a.str("access_token")).doc,
	}
}

// Claim rules say what is where, for whom, and still say it after a refresh.
func TestClaimRules(t *testing.T) {
	for name, c := range map[string]struct {
		rule ClaimRule
		in   []ClaimTarget
	}{
		"everywhere":                 {ClaimRule{}, []ClaimTarget{InIDToken, InAccessToken, InUserinfo, InIntrospection}},
		"in the ID token":            {ClaimRule{In: []ClaimTarget{InIDToken}}, []ClaimTarget{InIDToken}},
		"in the access token":        {ClaimRule{In: []ClaimTarget{InAccessToken}}, []ClaimTarget{InAccessToken}},
		"in userinfo":                {ClaimRule{In: []ClaimTarget{InUserinfo}}, []ClaimTarget{InUserinfo}},
		"in introspection":           {ClaimRule{In: []ClaimTarget{InIntrospection}}, []ClaimTarget{InIntrospection}},
		"for the client":             {ClaimRule{In: []ClaimTarget{InIDToken}, Client: ClientWeb}, []ClaimTarget{InIDToken}},
		"for another client":         {ClaimRule{Client: ClientSPA}, nil},
		"for the user":               {ClaimRule{In: []ClaimTarget{InUserinfo}, User: "bob"}, []ClaimTarget{InUserinfo}},
		"for another user":           {ClaimRule{User: "alice"}, nil},
		"for a scope":                {ClaimRule{In: []ClaimTarget{InUserinfo}, Scope: "email"}, []ClaimTarget{InUserinfo}},
		"for another scope":          {ClaimRule{Scope: "phone"}, nil},
		"for a parameter":            {ClaimRule{In: []ClaimTarget{InAccessToken}, Parameters: map[string]string{"tenant": "t1"}}, []ClaimTarget{InAccessToken}},
		"for any value":              {ClaimRule{In: []ClaimTarget{InAccessToken}, Parameters: map[string]string{"tenant": "*"}}, []ClaimTarget{InAccessToken}},
		"for another value":          {ClaimRule{Parameters: map[string]string{"tenant": "t2"}}, nil},
		"for an absent one":          {ClaimRule{Parameters: map[string]string{"organisation": "*"}}, nil},
		"for all conditions but one": {ClaimRule{Client: ClientWeb, User: "bob", Scope: "phone"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			c.rule.Claims = map[string]any{"roles": []string{"a"}}
			p := newFull(t, WithClaims(c.rule))
			a := tokensFor(t, p, ClientWeb, "scope", "openid email", "login_hint", "bob", "tenant", "t1")
			for _, a := range []answer{a, refreshWith(p, ClientWeb, a.str("refresh_token"))} {
				for place, claims := range seen(t, p, a) {
					if want := gomega.HaveKeyWithValue("roles", gomega.Equal([]any{"a"})); slices.Contains(c.in, place) {
						g.Expect(claims).To(want, "%s", place)
					} else {
						g.Expect(claims).NotTo(gomega.HaveKey("roles"), "%s", place)
					}
				}
			}
		})
	}
}

// Later rules win, nil takes a claim away, and the rules can be changed.
func TestSetClaims(t *testing.T) {
	g := gomega.NewWithT(t)
	list := []string{"first"}
	p := newFull(t, WithClaims(ClaimRule{Claims: map[string]any{"sub": nil, "a": 1, "b": list}}, ClaimRule{Claims: map[string]any{"a": 2}}))
	a := tokensFor(t, p, ClientWeb)
	_, claims := verified(t, p, a.str("id_token"))
	g.Expect(claims).NotTo(gomega.HaveKey("sub"))
	g.Expect(claims["a"]).To(gomega.BeEquivalentTo(2))
	p.SetClaims()
	_, claims = verified(t, p, refreshWith(p, ClientWeb, a.str("refresh_token")).str("id_token"))
	g.Expect(claims).To(gomega.HaveKeyWithValue("sub", "alice"))
	g.Expect(claims).NotTo(gomega.HaveKey("a"))
}

// Users: names, passwords, and the copies that are handed out.
func TestUsers(t *testing.T) {
	g := gomega.NewWithT(t)
	a, b := newFull(t), newFull(t)
	g.Expect(a.Users()).To(gomega.HaveLen(2))
	alice, ok := a.User("alice@example.com")
	g.Expect(ok).To(gomega.BeTrue())
	g.Expect(alice.Subject + alice.Username).To(gomega.Equal("alicealice"))
	other, _ := b.User("alice")
	g.Expect(alice.Password).To(gomega.HaveLen(52))
	g.Expect(other.Password).NotTo(gomega.Equal(alice.Password), "random in every provider")
	alice.Claims["email"] = "changed"
	_, ok = a.User("alice@example.com")
	g.Expect(ok).To(gomega.BeTrue(), "the copy is the caller's own")
	_, ok = a.User("nobody")
	g.Expect(ok).To(gomega.BeFalse())

	none := newFull(t, WithUsers())
	g.Expect(none.Users()).To(gomega.BeEmpty())
	g.Expect(errorOf(authorizeAt(none, authRequestOf(ClientWeb, "code")))).To(gomega.Equal("query login_required"))
}
