package mockidp

import (
	"slices"
	"time"
)

// TokenState says what a [Token] is good for.
type TokenState string

// The states of a token. Of several that apply, the first in this order is
// given: revoked, spent, expired.
const (
	Live    TokenState = "live"
	Revoked TokenState = "revoked" // alone or with its family
	Spent   TokenState = "spent"   // redeemed: a code, or a refresh token that was rotated
	Expired TokenState = "expired"
)

// Token is one code or token the provider has issued and what became of it. It
// does not hold the value, which only the client has.
type Token struct {
	// ID names the token in this provider, Grant the family it belongs to. Tokens
	// of one family come from one authorization and are revoked together.
	ID, Grant string
	Kind      TokenKind
	// GrantType is the grant by which the family began; "implicit" for tokens
	// that came from the authorization endpoint.
	GrantType string
	// Client and Subject are for whom it is. Subject is the client where no user
	// is involved.
	Client, Subject  string
	Scopes, Audience []string
	// Parent is the ID of the code or refresh token from which it was made,
	// empty where there is none.
	Parent string
	// Children are the IDs of what was made from it.
	Children []string
	// Issued and Expires are times by the provider's clock. A zero Expires means
	// never.
	Issued, Expires time.Time
	// Uses are the newest times at which it was presented.
	Uses []time.Time
	// Replays counts how often it was presented after it was spent.
	Replays int
	// State is its state now; RevokedFor says why it was revoked.
	State      TokenState
	RevokedFor string
}

func (t *issued) state(now time.Time) TokenState {
	switch {
	case !t.revoked.IsZero() || !t.grant.revoked.IsZero():
		return Revoked
	case !t.spent.IsZero():
		return Spent
	case t.expired(now):
		return Expired
	}
	return Live
}

// export makes the public description. The caller holds the lock.
func (s *store) export(t *issued, now time.Time) Token {
	out := Token{
		ID: t.id, Grant: t.grant.id, Kind: t.kind, GrantType: t.grant.kind,
		Client: t.grant.client, Subject: t.grant.subject,
		Scopes: slices.Clone(t.scopes), Audience: slices.Clone(t.audience),
		Issued: t.at, Expires: t.expires, Uses: slices.Clone(t.uses), Replays: t.replays,
		State: t.state(now), RevokedFor: t.revokedFor,
	}
	if out.RevokedFor == "" {
		out.RevokedFor = t.grant.revokedFor
	}
	if t.parent != nil {
		out.Parent = t.parent.id
	}
	return out
}

// Tokens gives every code and token that is still known, oldest first, for
// which keep is true; a nil keep keeps all.
func (p *Provider) Tokens(keep func(Token) bool) []Token {
	now := p.clock.Now()
	p.grants.mu.Lock()
	out := make([]Token, len(p.grants.all))
	index := make(map[string]int, len(out))
	for i, t := range p.grants.all {
		out[i] = p.grants.export(t, now)
		index[t.id] = i
		if at, ok := index[out[i].Parent]; ok && out[i].Parent != "" {
			out[at].Children = append(out[at].Children, t.id)
		}
	}
	p.grants.mu.Unlock()
	if keep != nil {
		out = slices.DeleteFunc(out, func(t Token) bool { return !keep(t) })
	}
	return out
}

// LiveTokens gives what is good now, oldest first.
func (p *Provider) LiveTokens() []Token {
	return p.Tokens(func(t Token) bool { return t.State == Live })
}

// ReplayedTokens gives what was presented again after it was spent.
func (p *Provider) ReplayedTokens() []Token {
	return p.Tokens(func(t Token) bool { return t.Replays > 0 })
}

// Lineage tells where a code or token came from: itself first, then what it was
// made from, up to the first. It takes the value, or the ID of a [Token]. It is
// empty for what the provider never issued, or has forgotten.
func (p *Provider) Lineage(token string) []Token {
	t := p.grants.named(token)
	if t == nil {
		return nil
	}
	byID := map[string]Token{}
	for _, known := range p.Tokens(func(k Token) bool { return k.Grant == t.grant.id }) {
		byID[known.ID] = known
	}
	var out []Token
	for at, ok := byID[t.id]; ok; at, ok = byID[at.Parent] {
		out = append(out, at)
	}
	return out
}

// Family gives every code and token of the family of a token, oldest first. It
// takes the value, or the ID of a [Token].
func (p *Provider) Family(token string) []Token {
	t := p.grants.named(token)
	if t == nil {
		return nil
	}
	return p.Tokens(func(k Token) bool { return k.Grant == t.grant.id })
}

// named finds a token by its value or its id.
func (s *store) named(token string) *issued {
	if t := s.find(token); t != nil {
		return t
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byID[token]
}

// Revoke ends a token, by its value or its ID; a code or a refresh token with
// its whole family. It reports whether the token is known.
func (p *Provider) Revoke(token string) bool {
	t := p.grants.named(token)
	if t == nil {
		return false
	}
	if t.kind == KindRefreshToken || t.kind == KindCode {
		p.grants.revokeGrant(t.grant, p.clock.Now(), "revoked by the test")
	} else {
		p.grants.revoke(t, p.clock.Now(), "revoked by the test")
	}
	return true
}

// RevokeAll ends everything a user has granted. It takes a subject, username or
// email address and gives the number of tokens that were live.
func (p *Provider) RevokeAll(user string) int {
	if u := p.users.find(user); u != nil {
		user = u.Subject
	}
	now, n := p.clock.Now(), 0
	p.grants.mu.Lock()
	defer p.grants.mu.Unlock()
	for _, t := range p.grants.all {
		if t.grant.subject != user {
			continue
		}
		n += count(t.state(now) == Live)
	}
	for _, t := range p.grants.all {
		if t.grant.subject == user && t.grant.revoked.IsZero() {
			t.grant.revoked, t.grant.revokedFor = now, "all of the user's were revoked by the test"
		}
	}
	return n
}
