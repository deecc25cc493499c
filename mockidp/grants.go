package mockidp

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
	"time"
)

// TokenKind says what a [Token] is.
type TokenKind string

// The kinds of tokens.
const (
	KindCode         TokenKind = "code"
	KindAccessToken  TokenKind = "access_token"
	KindRefreshToken TokenKind = "refresh_token"
	KindIDToken      TokenKind = "id_token"
)

// grant is one authorization: what a user or a client was granted, by which
// request, and all that came of it. Its tokens are one family and are revoked
// together. All but revoked stays as it was made.
type grant struct {
	id        string
	kind      string // the grant type by which it began, or "implicit"
	client    string
	user      *User // nil where no user is involved
	subject   string
	scopes    []string
	resources []string // RFC 8707; empty: the client's default audience
	params    form     // of the authorization or device request and of the first token request; no credentials
	nonce     string
	authTime  time.Time // when the user logged in, zero where none did
	acr       string
	amr       []string
	act       any // the act claim of a token exchange (RFC 8693 §4.1)

	// Of an authorization code.
	redirectURI  string // as sent in the authorization request, empty when it was not
	challenge    string
	challengeWay string // "S256" or "plain"

	revoked    time.Time // guarded by the store
	revokedFor string
}

// issued is one code or token.
type issued struct {
	id       string
	key      [sha256.Size]byte
	kind     TokenKind
	grant    *grant
	parent   *issued // the code or token it was made from, nil at the root
	scopes   []string
	audience []string
	at       time.Time
	expires  time.Time // zero: never
	jti      string
	extra    object // claims the token carries beyond the usual ones
	// Guarded by the store:
	uses       []time.Time // when it was redeemed, the newest few
	replays    int         // how often it was presented after it was spent
	spent      time.Time   // when a successor took its place, zero while it has none
	revoked    time.Time
	revokedFor string
}

// store keeps grants and tokens. A token is found by the hash of its value; the
// values themselves are not kept.
type store struct {
	mu    sync.Mutex
	next  int
	all   []*issued // oldest first
	bytes int       // what all of them weigh
	byKey map[[sha256.Size]byte]*issued
	byID  map[string]*issued
}

func newStore() *store {
	return &store{byKey: make(map[[sha256.Size]byte]*issued), byID: make(map[string]*issued)}
}

// begin gives a new grant its id. Nothing is kept until it has a token.
func (s *store) begin(g *grant) *grant {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	g.id = fmt.Sprintf("grant-%d", s.next)
	return g
}

// add keeps a code or token under its value.
func (s *store) add(value string, t *issued) *issued {
	t.key = sha256.Sum256([]byte(value))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	t.id = fmt.Sprintf("%s-%d", t.kind, s.next)
	s.bytes += t.weight()
	if len(s.all) >= maxTokens || s.bytes > maxTokenBytes {
		s.makeRoom(t.at)
	}
	s.all = append(s.all, t)
	s.byKey[t.key], s.byID[t.id] = t, t
	return t
}

// find gives the token of one of the kinds with a value, or nil.
func (s *store) find(value string, kinds ...TokenKind) *issued {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.byKey[sha256.Sum256([]byte(value))]
	if t == nil || len(kinds) > 0 && !slices.Contains(kinds, t.kind) {
		return nil
	}
	return t
}

// maxUses bounds the times kept of one token.
const maxUses = 16

// spend marks a token as redeemed now. It reports whether it was the first time;
// every later one counts as a replay.
func (s *store) spend(t *issued, now time.Time) (first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t.used(now)
	if t.spent.IsZero() {
		t.spent = now
		return true
	}
	t.replays++
	return false
}

// touch notes a use that does not spend the token.
func (s *store) touch(t *issued, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t.used(now)
}

func (t *issued) used(now time.Time) {
	if len(t.uses) >= maxUses {
		t.uses = slices.Delete(t.uses, 0, 1)
	}
	t.uses = append(t.uses, now)
}

// spentAt is when the token was redeemed, zero when it was not.
func (s *store) spentAt(t *issued) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return t.spent
}

// replay notes that a spent token was presented again.
func (s *store) replay(t *issued, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t.used(now)
	t.replays++
}

// expired reports whether a token is past its time. It is valid up to, and not
// at, the moment it expires (RFC 7519 §4.1.4).
func (t *issued) expired(now time.Time) bool { return !t.expires.IsZero() && !now.Before(t.expires) }

// live reports whether the token is good now: not expired, not revoked with its
// family or alone, and not spent.
func (s *store) live(t *issued, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return t.state(now) == Live
}

// revokedNow reports whether the token or its family has been revoked.
func (s *store) revokedNow(t *issued) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !t.revoked.IsZero() || !t.grant.revoked.IsZero()
}

// revoke ends one token.
func (s *store) revoke(t *issued, now time.Time, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.revoked.IsZero() {
		t.revoked, t.revokedFor = now, why
	}
}

// revokeGrant ends a whole family, also the tokens it is still to get.
func (s *store) revokeGrant(g *grant, now time.Time, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g.revoked.IsZero() {
		g.revoked, g.revokedFor = now, why
	}
}
