package mockidp

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// maxKeys bounds the keys that a provider remembers, whatever has become of
// them.
const maxKeys = 1000

// KeyState says where in its life a signing key is.
type KeyState int

const (
	// KeyUnpublished is a key that exists and is neither published nor used:
	// what [Provider.Mint] signs with it, no client can verify.
	KeyUnpublished KeyState = iota
	// KeyPublished is a key that is published ahead of its use.
	KeyPublished
	// KeySigning is a key that signs the provider's tokens.
	KeySigning
	// KeyRetired is a key that signs no more and is still published, so that
	// what it has signed verifies.
	KeyRetired
	// KeyRevoked is a key that signs no more and is published no more.
	KeyRevoked
)

// String is "unpublished", "published", "signing", "retired" or "revoked".
func (s KeyState) String() string {
	names := []string{"unpublished", "published", "signing", "retired", "revoked"}
	if s < 0 || int(s) >= len(names) {
		return fmt.Sprintf("KeyState(%d)", int(s))
	}
	return names[s]
}

// ringKey is one key of one provider.
type ringKey struct {
	slot      *keySlot
	fixedID   string // the kid of an imported key that brought its own
	state     KeyState
	published bool
}

// id is the key's kid for an issuer. The key must be there.
func (k *ringKey) id(issuer string) string {
	if k.fixedID != "" {
		return k.fixedID
	}
	return keyID(k.slot.thumbprint, issuer)
}

// keyring holds the keys of one provider. It begins with keys of a [KeySet],
// which other providers may share; what becomes of a key is the ring's own.
type keyring struct {
	set    *KeySet
	needed []string // the algorithms of the clients at the start

	mu     sync.Mutex
	keys   []*ringKey      // in order of appearance
	jwks   []*ringKey      // in order of publication, which is that of the JWK Set
	used   map[string]bool // by algorithm: the key of the set has been taken
	turns  map[string]uint64
	making []*keySlot // keys under way that this provider has asked for
}

// newKeyring makes the ring of a provider. Of a set of the user's own the usual
// keys are published; the rest comes when needed.
func newKeyring(shared *KeySet, needed ...string) *keyring {
	r := &keyring{set: shared, needed: needed, used: make(map[string]bool), turns: make(map[string]uint64)}
	algs := slices.Concat(usualAlgs[:2], needed)
	if shared == nil {
		r.set = newKeySet()
	} else {
		algs = append(algs, usualAlgs...)
	}
	for _, alg := range signingAlgs {
		if slices.Contains(algs, alg) {
			r.need(alg)
		}
	}
	return r
}

// need sees to it that some key signs with an algorithm, or will once it is
// made. It does not wait. The algorithm must be a known one.
func (r *keyring) need(alg string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.needLocked(alg)
}

func (r *keyring) needLocked(alg string) {
	if len(r.signingLocked(alg)) > 0 {
		return
	}
	slot := r.set.slots[alg]
	if r.used[alg] {
		slot = newKeySlot(alg) // that of the set has had its time
	}
	r.used[alg] = true
	r.startLocked(slot)
	k := &ringKey{slot: slot}
	r.makeRoomLocked() // where every key signs, one more than the bound has to do
	r.keys = append(r.keys, k)
	r.publishLocked(k)
	k.state = KeySigning
}

// startLocked makes the key of a slot and remembers it while it is under way.
func (r *keyring) startLocked(s *keySlot) {
	r.making = slices.DeleteFunc(r.making, func(s *keySlot) bool {
		select {
		case <-s.done:
			return true
		default:
			return false
		}
	})
	if s.start() {
		r.making = append(r.making, s)
	}
}

func (r *keyring) publishLocked(k *ringKey) {
	if !k.published {
		k.published = true
		r.jwks = append(r.jwks, k)
	}
}

func (r *keyring) withdrawLocked(k *ringKey) {
	k.published = false
	r.jwks = slices.DeleteFunc(r.jwks, func(other *ringKey) bool { return other == k })
}

func (r *keyring) signingLocked(alg string) []*ringKey {
	var out []*ringKey
	for _, k := range r.keys {
		if k.state == KeySigning && k.slot.alg == alg {
			out = append(out, k)
		}
	}
	return out
}

// signing gives the key that signs the next token of an algorithm, and waits for
// it. Where several keys sign, they take turns.
func (r *keyring) signing(ctx context.Context, alg string) (*ringKey, crypto.Signer, error) {
	if err := checkAlg(alg); err != nil {
		return nil, nil, err
	}
	r.mu.Lock()
	r.needLocked(alg)
	candidates := r.signingLocked(alg)
	k := candidates[r.turns[alg]%uint64(len(candidates))]
	r.turns[alg]++
	r.mu.Unlock()
	private, err := k.slot.wait(ctx)
	return k, private, err
}

// published gives the keys of the JWK Set: all that are to be in it. A key under
// way is waited for, so that the set does not depend on when it is fetched.
func (r *keyring) published(ctx context.Context) ([]ringKey, error) {
	return r.settled(ctx, func() []*ringKey { return r.jwks })
}

// all gives every key that the provider remembers.
func (r *keyring) all(ctx context.Context) ([]ringKey, error) {
	return r.settled(ctx, func() []*ringKey { return r.keys })
}

// settled copies a list of keys after each of them is there.
func (r *keyring) settled(ctx context.Context, list func() []*ringKey) ([]ringKey, error) {
	r.mu.Lock()
	waiting := slices.Clone(list())
	r.mu.Unlock()
	for _, k := range waiting {
		if _, err := k.slot.wait(ctx); err != nil {
			return nil, err
		}
	}
	// As they are now, not as they were before the wait.
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []ringKey
	for _, k := range list() {
		select {
		case <-k.slot.done:
			out = append(out, *k)
		default: // came during the wait
		}
	}
	return out, nil
}

// ready waits until every client's tokens can be signed.
func (r *keyring) ready(ctx context.Context) error {
	for _, alg := range r.needed {
		if _, _, err := r.signing(ctx, alg); err != nil {
			return err
		}
	}
	return nil
}

// finish waits for the keys that this provider has asked for and that are still
// under way. Making a key cannot be interrupted.
func (r *keyring) finish(ctx context.Context) error {
	r.mu.Lock()
	making := slices.Clone(r.making)
	r.mu.Unlock()
	var errs []error
	for _, s := range making {
		_, err := s.wait(ctx)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// algorithms lists the algorithms for which metadata promises keys: the usual
// ones, which are made when a client wants them, and all that sign now.
func (r *keyring) algorithms() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(signingAlgs), func(alg string) bool {
		return !slices.Contains(usualAlgs, alg) && len(r.signingLocked(alg)) == 0
	})
}
