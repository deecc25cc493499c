package mockidp

import (
	"maps"
	"slices"
	"time"
)

// The bounds of the store: how many codes and tokens it keeps, and how many bytes
// of what clients have sent. At a bound what has expired goes first, then the
// oldest eighth.
const (
	maxTokens     = 10_000
	maxTokenBytes = 16 << 20
)

// weight is how many bytes a client has made the token hold, roughly. The grant
// counts with each of its tokens.
func (t *issued) weight() int {
	n := len(t.grant.nonce) + len(t.grant.challenge) + len(t.grant.redirectURI) + t.grant.params.size()
	for _, list := range [][]string{t.scopes, t.audience} {
		for _, v := range list {
			n += len(v)
		}
	}
	return n
}

// makeRoom drops what expired an hour ago and more, so that a test can still ask
// about what has just expired, and then the oldest until an eighth is free.
func (s *store) makeRoom(now time.Time) {
	var kept []*issued
	for _, t := range s.all {
		if t.expires.IsZero() || !t.expires.Before(now.Add(-time.Hour)) {
			kept = append(kept, t)
			continue
		}
		s.drop(t)
	}
	over := 0
	for over < len(kept) && (len(kept)-over > maxTokens*7/8 || s.bytes > maxTokenBytes*7/8) {
		s.drop(kept[over])
		over++
	}
	s.all = slices.Clone(kept[over:])
	for _, t := range s.all { // a chain must not hold on to what was dropped
		if t.parent != nil && s.byID[t.parent.id] == nil {
			t.parent = nil
		}
	}
}

func (s *store) drop(t *issued) {
	s.bytes -= t.weight()
	delete(s.byKey, t.key)
	delete(s.byID, t.id)
}

// remembered copies the parameters of a request that claims may be matched on,
// without what is secret.
func remembered(forms ...form) form {
	out := form{}
	for _, f := range forms {
		maps.Copy(out, f)
	}
	for _, name := range []string{"client_secret", "client_assertion", "password", "code", "code_verifier", "refresh_token", "device_code", "assertion", "subject_token", "actor_token"} {
		delete(out, name)
	}
	return out
}
