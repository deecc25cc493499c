package mockidp

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/go-jose/go-jose/v4"
)

// The signing algorithms, by their JOSE names (RFC 7518 §3.1; EdDSA is of RFC 8037).
const (
	algES256 = string(jose.ES256)
	algES384 = string(jose.ES384)
	algES512 = string(jose.ES512)
	algEdDSA = string(jose.EdDSA)
	algRS256 = string(jose.RS256)
	algRS384 = string(jose.RS384)
	algRS512 = string(jose.RS512)
	algPS256 = string(jose.PS256)
	algPS384 = string(jose.PS384)
	algPS512 = string(jose.PS512)
)

// signingAlgs are the algorithms a provider can sign with, in the order in which
// their first keys are published. RFC 9068 §2.1 requires RS256 to be one of them.
var signingAlgs = []string{
	algES256, algEdDSA, algRS256, algES384, algES512, algRS384, algRS512, algPS256, algPS384, algPS512,
}

// usualAlgs are those whose keys a set made by [NewKeySet] has from the start.
var usualAlgs = signingAlgs[:3]

// rsaBits is the smallest size that RFC 7518 §3.3 allows.
const rsaBits = 2048

func checkAlg(alg string) error {
	if slices.Contains(signingAlgs, alg) {
		return nil
	}
	return fmt.Errorf("signing algorithm %q is not one of %q%s", alg, signingAlgs, suggestion(alg, signingAlgs))
}

// isRSA says whether the keys of an algorithm are RSA keys, which take long to
// make.
func isRSA(alg string) bool { return strings.HasPrefix(alg, "RS") || strings.HasPrefix(alg, "PS") }

// KeySet holds the private keys with which one or more providers begin: one for
// each signing algorithm, made when something first asks for it. A key for ES256
// or EdDSA is made at once. An RSA key takes a hundred milliseconds of one core
// and is made in the background; nothing that signs with another key waits for
// it.
//
// Sharing a set between providers ([WithKeys]) saves that time. The kid of a key
// differs from issuer to issuer all the same, and what one provider does with
// its keys (see [Provider.RotateKey]) leaves the others alone.
type KeySet struct {
	slots map[string]*keySlot // by algorithm; all are there from the start
}

// NewKeySet makes a set of keys and starts making its RSA key for RS256. A
// provider that is given the set publishes its keys for ES256, EdDSA and RS256,
// and those for other algorithms that its own clients need.
func NewKeySet() *KeySet {
	k := newKeySet()
	for _, alg := range usualAlgs {
		k.slots[alg].start()
	}
	return k
}

// newKeySet makes a set in which no key has been asked for.
func newKeySet() *KeySet {
	k := &KeySet{slots: make(map[string]*keySlot, len(signingAlgs))}
	for _, alg := range signingAlgs {
		k.slots[alg] = newKeySlot(alg)
	}
	return k
}

// Ready waits until every key that has been asked for can sign, or until ctx
// ends.
func (k *KeySet) Ready(ctx context.Context) error {
	for _, alg := range k.started() {
		if _, err := k.slots[alg].wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// started lists the algorithms whose keys have been asked for.
func (k *KeySet) started() []string {
	return slices.DeleteFunc(slices.Clone(signingAlgs), func(alg string) bool { return !k.slots[alg].isStarted() })
}

// keySlot is the place of one private key, which may still be under way.
type keySlot struct {
	alg  string
	once sync.Once
	done chan struct{} // closed when key or err is there
	key  crypto.Signer
	err  error
	// thumbprint is that of RFC 7638 of the public key.
	thumbprint []byte

	mu      sync.Mutex
	running bool
}

func newKeySlot(alg string) *keySlot { return &keySlot{alg: alg, done: make(chan struct{})} }

// start makes the key: at once, or in the background if it takes long. It
// reports whether this call was the one that did.
func (s *keySlot) start() (started bool) {
	s.once.Do(func() {
		started = true
		s.mu.Lock()
		s.running = true
		s.mu.Unlock()
		if isRSA(s.alg) {
			go s.fill(generateKey(s.alg))
			return
		}
		s.fill(generateKey(s.alg))
	})
	return started
}

// fill makes the key by the function given and opens the slot.
func (s *keySlot) fill(generate func() (crypto.Signer, error)) {
	defer close(s.done)
	if s.key, s.err = generate(); s.err == nil {
		s.thumbprint, s.err = (&jose.JSONWebKey{Key: s.key.Public()}).Thumbprint(crypto.SHA256)
	}
	if s.err != nil {
		s.err = fmt.Errorf("mockidp: making the %s key: %w", s.alg, s.err)
	}
}

func (s *keySlot) isStarted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running
}

// wait gives the key when it is there, and makes it if nobody has.
func (s *keySlot) wait(ctx context.Context) (crypto.Signer, error) {
	s.start()
	select {
	case <-s.done: // also when ctx has ended, for a key that is there
		return s.key, s.err
	default:
	}
	select {
	case <-s.done:
		return s.key, s.err
	case <-ctx.Done():
		return nil, fmt.Errorf("mockidp: waiting for the %s key: %w", s.alg, ctx.Err())
	}
}

// generateKey is how a key for an algorithm is made. The curve of an EC key
// follows from its algorithm (RFC 7518 §3.4).
func generateKey(alg string) func() (crypto.Signer, error) {
	return func() (crypto.Signer, error) {
		switch alg {
		case algES256:
			return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		case algES384:
			return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
		case algES512:
			return ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
		case algEdDSA:
			_, key, err := ed25519.GenerateKey(rand.Reader)
			return key, err
		}
		return rsa.GenerateKey(rand.Reader, rsaBits)
	}
}

// keyID makes the kid of a key for one issuer: its thumbprint hashed together
// with the issuer. Two providers never use the same kid, not even with the same
// keys, so a token of one is not mistaken for a token of the other with a bad
// signature.
func keyID(thumbprint []byte, issuer string) string {
	sum := sha256.Sum256(append(slices.Clip(thumbprint), issuer...))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
