package mockidp

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/onsi/gomega"
)

// servedKeys is the JWK Set as the provider serves it.
func servedKeys(t testing.TB, p *Provider) jose.JSONWebKeySet {
	t.Helper()
	var set jose.JSONWebKeySet
	gomega.NewWithT(t).Expect(json.Unmarshal([]byte(ask(p, get(pathJWKS)).body), &set)).To(gomega.Succeed())
	return set
}

func servedIDs(t testing.TB, p *Provider) []string {
	t.Helper()
	var out []string
	for _, k := range servedKeys(t, p).Keys {
		out = append(out, k.KeyID)
	}
	return out
}

// strictly verifies a token as a resource server should: one expected algorithm,
// the key by its kid, published for that algorithm. It gives the claims.
func strictly(t testing.TB, p *Provider, token, alg string) ([]byte, error) {
	t.Helper()
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
	if err != nil {
		return nil, err
	}
	set := servedKeys(t, p)
	keys := set.Key(jws.Signatures[0].Header.KeyID)
	if len(keys) != 1 || keys[0].Algorithm != alg {
		return nil, errors.New("no such key")
	}
	return jws.Verify(keys[0])
}

func freshToken(t testing.TB, p *Provider) string {
	t.Helper()
	token := ask(p, sent{basic: ClientConfidential, form: cc()}).str("access_token")
	gomega.NewWithT(t).Expect(token).NotTo(gomega.BeEmpty())
	return token
}

func kidOf(t testing.TB, token string) string {
	t.Helper()
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256})
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	return jws.Signatures[0].Header.KeyID
}

func stateOf(p *Provider, kid string) string {
	for _, k := range p.Keys() {
		if k.ID == kid {
			return k.State.String()
		}
	}
	return "unknown"
}

// Every algorithm signs for a client, and an independent library verifies it
// with what the provider serves. Only keys that are needed are made.
func TestEveryAlgorithmSigns(t *testing.T) {
	for _, alg := range signingAlgs {
		t.Run(alg, func(t *testing.T) {
			g := gomega.NewWithT(t)
			p, err := New(WithSigningAlg(alg))
			g.Expect(err).NotTo(gomega.HaveOccurred())
			defer func() { g.Expect(p.Close()).To(gomega.Succeed()) }()
			_, err = strictly(t, p, freshToken(t, p), alg)
			g.Expect(err).NotTo(gomega.HaveOccurred())

			want := []string{algES256, algEdDSA}
			if !slices.Contains(want, alg) {
				want = append(want, alg)
			}
			var got []string
			for _, k := range servedKeys(t, p).Keys {
				got = append(got, k.Algorithm)
			}
			g.Expect(got).To(gomega.Equal(want))
			g.Expect(p.keys.set.started()).To(gomega.Equal(want), "no other key has been made")
			g.Expect(p.keys.algorithms()).To(gomega.ContainElement(alg))
		})
	}
}

// PS signatures have a salt as long as the hash (RFC 7518 §3.5), made by go-jose
// and by hand alike.
func TestSaltLength(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t)
	for _, alg := range []string{algPS256, algPS384, algPS512} {
		for _, o := range []MintOptions{{Alg: alg}, {Alg: alg, RawHeader: []byte(`{"alg":"` + alg + `"}`)}} {
			token, err := p.Mint(o)
			g.Expect(err).NotTo(gomega.HaveOccurred())
			cut := strings.LastIndex(token, ".")
			hash := hashOf(alg)
			h := hash.New()
			h.Write([]byte(token[:cut]))
			_, private, err := p.keys.signing(context.Background(), alg)
			g.Expect(err).NotTo(gomega.HaveOccurred())
			g.Expect(rsa.VerifyPSS(private.Public().(*rsa.PublicKey), hash, h.Sum(nil), decodePart(t, token[cut+1:]),
				&rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})).To(gomega.Succeed())
		}
	}
}

// Two providers share the keys they begin with and nothing else.
func TestSharedKeySet(t *testing.T) {
	g := gomega.NewWithT(t)
	a, b := newProvider(t, WithPath("/a")), newProvider(t, WithPath("/b"))
	token, keys := freshToken(t, b), b.Keys()
	_, err := a.RotateKey(algES256)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(a.RevokeKey(a.Keys()[0].ID)).To(gomega.Succeed())
	g.Expect(b.Keys()).To(gomega.Equal(keys))
	_, err = strictly(t, b, token, algES256)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(kidOf(t, freshToken(t, b))).To(gomega.Equal(kidOf(t, token)))
	_, err = a.Mint(MintOptions{Alg: algES512})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(b.Keys()).To(gomega.Equal(keys), "a key that one needs is not published by the other")
	g.Expect(newProvider(t, WithPath("/a")).Keys()[0].State).To(gomega.Equal(KeySigning), "nor does a later one see it")
}

// The JWK Set may be cached for a while; the answer that it is not there may not.
func TestJWKSCaching(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(ask(newProvider(t), get(pathJWKS)).header.Get("Cache-Control")).To(gomega.Equal("public, max-age=60"))
	slow := newKeySet()
	slow.slots[algRS256].once.Do(func() { slow.slots[algRS256].running = true }) // and never done
	p := newProvider(t, WithKeys(slow))
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	a := serve(p, get(pathJWKS).build(p).WithContext(gone))
	g.Expect(a.status).To(gomega.Equal(http.StatusServiceUnavailable))
	g.Expect(a.header.Get("Cache-Control")).To(gomega.Equal("no-store"))
}

// However often keys are made, their number stays bounded, and what signs stays.
func TestKeysAreBounded(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t)
	slot := p.keys.keys[0].slot
	for i := range 2 * maxKeys {
		p.keys.mu.Lock()
		g.Expect(p.keys.addLocked(&ringKey{slot: slot, state: KeyState(i % 2 * int(KeyRetired)), fixedID: "x"})).To(gomega.Succeed())
		p.keys.mu.Unlock()
	}
	g.Expect(p.Keys()).To(gomega.HaveLen(maxKeys))
	freshToken(t, p)
	for _, k := range p.keys.keys {
		k.state = KeySigning
	}
	_, err := p.NewKey(algES256)
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("retire or revoke")))
}

// Keys are changed while tokens are issued, and every token verifies as long as
// its key is published.
func TestRotationUnderLoad(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 25 {
				if _, err := strictly(t, p, freshToken(t, p), algES256); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 25 {
		k, err := p.RotateKey(algES256)
		g.Expect(err).NotTo(gomega.HaveOccurred())
		g.Expect(p.OverlapKey(p.Keys()[0].ID)).To(gomega.Succeed())
		g.Expect(p.RetireKey(k.ID)).To(gomega.Succeed())
	}
	wg.Wait()
}
