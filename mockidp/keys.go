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
	"sync"

	"github.com/go-jose/go-jose/v4"
)

// The signing algorithms, by their JOSE names (RFC 7518 §3.1; EdDSA is of RFC 8037).
const (
	algES256 = string(jose.ES256)
	algEdDSA = string(jose.EdDSA)
	algRS256 = string(jose.RS256)
)

// signingAlgs are the algorithms a provider can sign with, in the order in which
// their keys are published. RFC 9068 §2.1 requires RS256 to be one of them.
var signingAlgs = []string{algES256, algEdDSA, algRS256}

// rsaBits is the smallest size that RFC 7518 §3.3 allows.
const rsaBits = 2048

func checkAlg(alg string) error {
	if slices.Contains(signingAlgs, alg) {
		return nil
	}
	return fmt.Errorf("signing algorithm %q is not one of %q%s", alg, signingAlgs, suggestion(alg, signingAlgs))
}

// KeySet holds the private keys of one or more providers: one each for ES256,
// EdDSA and RS256. The first two are ready at once. The RSA key takes a hundred
// milliseconds of one core and is made in the background; nothing that signs
// with another key waits for it.
//
// Sharing a set between providers ([WithKeys]) saves that time. The kid of a key
// differs from issuer to issuer all the same.
type KeySet struct {
	es256 *ecdsa.PrivateKey
	eddsa ed25519.PrivateKey
	err   error // why one of the above could not be made

	startRSA sync.Once
	rsaDone  chan struct{} // closed when the RSA key is there, or cannot be
	rsa      *rsa.PrivateKey
	rsaErr   error

	mu         sync.Mutex
	rsaStarted bool
}

// NewKeySet makes a set of keys and starts making its RSA key. A provider that
// is given the set publishes all its keys.
func NewKeySet() *KeySet {
	k := newKeySet()
	k.makeRSA()
	return k
}

// newKeySet makes a set whose RSA key is made when something asks for it. Until
// then it is neither there nor published.
func newKeySet() *KeySet {
	k := &KeySet{rsaDone: make(chan struct{})}
	if k.es256, k.err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); k.err != nil {
		k.err = fmt.Errorf("mockidp: making the ES256 key: %w", k.err)
		return k
	}
	if _, k.eddsa, k.err = ed25519.GenerateKey(rand.Reader); k.err != nil {
		k.err = fmt.Errorf("mockidp: making the EdDSA key: %w", k.err)
	}
	return k
}

func (k *KeySet) makeRSA() {
	k.startRSA.Do(func() {
		k.mu.Lock()
		k.rsaStarted = true
		k.mu.Unlock()
		go func() {
			defer close(k.rsaDone)
			if k.rsa, k.rsaErr = rsa.GenerateKey(rand.Reader, rsaBits); k.rsaErr != nil {
				k.rsaErr = fmt.Errorf("mockidp: making the RS256 key: %w", k.rsaErr)
			}
		}()
	})
}

func (k *KeySet) makesRSA() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.rsaStarted
}

// Ready waits until every key that has been asked for can sign, or until ctx
// ends.
func (k *KeySet) Ready(ctx context.Context) error {
	if k.err != nil || !k.makesRSA() {
		return k.err
	}
	select {
	case <-k.rsaDone:
		return k.rsaErr
	case <-ctx.Done():
		return fmt.Errorf("mockidp: waiting for the RS256 key: %w", ctx.Err())
	}
}

// private gives the key for an algorithm and waits for it if need be.
func (k *KeySet) private(ctx context.Context, alg string) (crypto.Signer, error) {
	switch alg {
	case algES256:
		return k.es256, k.err
	case algEdDSA:
		return k.eddsa, k.err
	case algRS256:
		k.makeRSA()
		if err := k.Ready(ctx); err != nil {
			return nil, err
		}
		return k.rsa, nil
	}
	return nil, checkAlg(alg)
}

// published lists the algorithms whose keys are to be in the JWK Set: all that
// can sign. A key under way is waited for, so that the set does not depend on
// when it is fetched.
func (k *KeySet) published(ctx context.Context) ([]string, error) {
	if !k.makesRSA() {
		return []string{algES256, algEdDSA}, k.err
	}
	return signingAlgs, k.Ready(ctx)
}

// keyID makes the kid of a public key for one issuer: the thumbprint of RFC 7638
// hashed together with the issuer. Two providers never use the same kid, not
// even with the same keys, so a token of one is not mistaken for a token of the
// other with a bad signature.
func keyID(public crypto.PublicKey, issuer string) (string, error) {
	thumbprint, err := (&jose.JSONWebKey{Key: public}).Thumbprint(crypto.SHA256)
	if err != nil {
		return "", fmt.Errorf("mockidp: thumbprint of a signing key: %w", err)
	}
	sum := sha256.Sum256(append(thumbprint, issuer...))
	return base64.RawURLEncoding.EncodeToString(sum[:]), nil
}
