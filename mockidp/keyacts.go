package mockidp

import (
	"context"
	"crypto"
	"fmt"
	"slices"
)

// SigningKey is a signing key of a provider, as it is at one moment.
type SigningKey struct {
	// ID is the key's kid. It follows the issuer: a provider whose issuer is made
	// from its address has other kids before it listens.
	ID string
	// Alg is the one algorithm that the key is for.
	Alg string
	// State is where in its life the key is.
	State KeyState
	// Published says whether the key is in the JWK Set now.
	Published bool
	// Public is the public key, as the packages crypto/… have it.
	Public crypto.PublicKey
}

func (k *ringKey) info(issuer string) SigningKey {
	return SigningKey{
		ID: k.id(issuer), Alg: k.slot.alg, State: k.state, Published: k.published, Public: k.slot.key.Public(),
	}
}

// Keys lists the provider's signing keys in the order in which they appeared,
// whatever their state. It waits for keys under way. The newest thousand are
// remembered; those revoked are forgotten first.
func (p *Provider) Keys() []SigningKey {
	base := p.identity.Load().base
	keys, err := p.keys.all(context.Background())
	if err != nil {
		return nil // the system has no random numbers; Listen has said so
	}
	out := make([]SigningKey, len(keys))
	for i := range keys {
		out[i] = keys[i].info(base)
	}
	return out
}

// PrivateKey gives the private part of a key, whatever its state, to sign with
// by other means than [Provider.Mint].
func (p *Provider) PrivateKey(kid string) (crypto.Signer, error) {
	var private crypto.Signer
	err := p.actOn(kid, func(_ *keyring, k *ringKey) error {
		private = k.slot.key
		return nil
	})
	return private, err
}

// NewKey makes a further key for an algorithm. It is neither published nor used:
// see [Provider.PublishKey] and [Provider.UseKey], or [Provider.RotateKey] for
// all at once. An RSA key takes a hundred milliseconds.
func (p *Provider) NewKey(alg string) (SigningKey, error) {
	if err := checkAlg(alg); err != nil {
		return SigningKey{}, fmt.Errorf("mockidp: NewKey: %w", err)
	}
	k := &ringKey{slot: newKeySlot(alg)}
	if _, err := k.slot.wait(context.Background()); err != nil {
		return SigningKey{}, err
	}
	return p.addKey(k)
}

func (p *Provider) addKey(k *ringKey) (SigningKey, error) {
	base := p.identity.Load().base
	r := p.keys
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.findLocked(k.id(base), base) != nil {
		return SigningKey{}, fmt.Errorf("mockidp: the provider has a key %q already", k.id(base))
	}
	if err := r.addLocked(k); err != nil {
		return SigningKey{}, err
	}
	return k.info(base), nil
}

// PublishKey puts a key into the JWK Set, behind those that are there. Done ahead
// of its use, clients know the key before they meet its signatures.
func (p *Provider) PublishKey(kid string) error {
	return p.actOn(kid, func(r *keyring, k *ringKey) error {
		switch k.state {
		case KeyRevoked:
			return fmt.Errorf("mockidp: key %q is revoked and is not published again; make another with NewKey", kid)
		case KeyUnpublished:
			k.state = KeyPublished
		}
		r.publishLocked(k)
		return nil
	})
}

// UseKey lets a key sign from the next token on, alone. The key that signed
// before is retired: still published, so that its tokens verify. A key that is
// not published may be used as well: that is the rotation that forgot to publish,
// and no client can verify its tokens.
func (p *Provider) UseKey(kid string) error {
	return p.actOn(kid, func(r *keyring, k *ringKey) error { return r.useLocked(k, kid) })
}

func (r *keyring) useLocked(k *ringKey, kid string) error {
	if k.state == KeyRevoked {
		return fmt.Errorf("mockidp: key %q is revoked and is not used again; make another with NewKey", kid)
	}
	for _, other := range r.signingLocked(k.slot.alg) {
		other.rest()
	}
	k.state = KeySigning
	return nil
}

// rest lets a key sign no more.
func (k *ringKey) rest() {
	k.state = KeyRetired
	if !k.published {
		k.state = KeyUnpublished
	}
}

// OverlapKey lets a key sign as well: from the next token on it takes turns with
// the keys that sign already, as where several servers stand behind one issuer
// and have not all changed over. [Provider.RetireKey] or [Provider.UseKey] ends
// it.
func (p *Provider) OverlapKey(kid string) error {
	return p.actOn(kid, func(_ *keyring, k *ringKey) error {
		if k.state == KeyRevoked {
			return fmt.Errorf("mockidp: key %q is revoked and is not used again; make another with NewKey", kid)
		}
		k.state = KeySigning
		return nil
	})
}

// RetireKey lets a key sign no more; it stays published, so that what it signed
// verifies. Where it was the only one that signed with its algorithm, a new key
// is made, published and used in its place.
func (p *Provider) RetireKey(kid string) error {
	return p.actOn(kid, func(r *keyring, k *ringKey) error {
		if !k.published && k.state != KeySigning {
			return fmt.Errorf("mockidp: key %q is %s; only a key that signs or is published can be retired", kid, k.state)
		}
		signed := k.state == KeySigning
		k.rest()
		if signed {
			r.needLocked(k.slot.alg)
		}
		return nil
	})
}

// RevokeKey withdraws a key from the JWK Set at once, as after a theft: it signs
// no more, and what it signed no longer verifies for a client that fetches the
// set anew. Where it was the only one that signed with its algorithm, a new key
// is made, published and used in its place.
func (p *Provider) RevokeKey(kid string) error {
	return p.actOn(kid, func(r *keyring, k *ringKey) error {
		signed := k.state == KeySigning
		r.withdrawLocked(k)
		k.state = KeyRevoked
		if signed {
			r.needLocked(k.slot.alg)
		}
		return nil
	})
}

// RotateKey makes a key for an algorithm, publishes it and uses it, in one step.
// The key before it stays published until it is revoked.
func (p *Provider) RotateKey(alg string) (SigningKey, error) {
	made, err := p.NewKey(alg)
	if err != nil {
		return SigningKey{}, err
	}
	err = p.actOn(made.ID, func(r *keyring, k *ringKey) error {
		r.publishLocked(k)
		if err := r.useLocked(k, made.ID); err != nil {
			return err
		}
		made = k.info(p.identity.Load().base)
		return nil
	})
	return made, err
}

// actOn finds a key and does something with it, while nobody else does.
func (p *Provider) actOn(kid string, act func(*keyring, *ringKey) error) error {
	// A key under way has no kid yet that could have been given.
	base := p.identity.Load().base
	p.keys.mu.Lock()
	defer p.keys.mu.Unlock()
	k := p.keys.findLocked(kid, base)
	if k == nil {
		return fmt.Errorf("mockidp: there is no signing key %q; Provider.Keys lists them", kid)
	}
	return act(p.keys, k)
}

// findLocked finds a key that is there by its kid.
func (r *keyring) findLocked(kid, base string) *ringKey {
	for _, k := range r.keys {
		select {
		case <-k.slot.done:
			if k.slot.err == nil && k.id(base) == kid {
				return k
			}
		default:
		}
	}
	return nil
}

// makeRoomLocked drops a key when there is no room for another: the oldest of those
// that matter least.
func (r *keyring) makeRoomLocked() {
	for _, state := range []KeyState{KeyRevoked, KeyUnpublished, KeyRetired, KeyPublished} {
		if len(r.keys) < maxKeys {
			break
		}
		if i := slices.IndexFunc(r.keys, func(k *ringKey) bool { return k.state == state }); i >= 0 {
			r.withdrawLocked(r.keys[i])
			r.keys = slices.Delete(r.keys, i, i+1)
		}
	}
}

// addLocked takes a key in, and has another make room where there is none.
func (r *keyring) addLocked(k *ringKey) error {
	r.makeRoomLocked()
	if len(r.keys) >= maxKeys {
		return fmt.Errorf("mockidp: the provider has %d signing keys and every one signs; retire or revoke some", maxKeys)
	}
	r.keys = append(r.keys, k)
	return nil
}
