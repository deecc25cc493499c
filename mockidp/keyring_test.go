package mockidp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/onsi/gomega"
)

// The story of a rotation: what was signed before it verifies after it, and no
// more once the old key is revoked.
func TestRotation(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t)
	old := freshToken(t, p)
	before := servedIDs(t, p)

	made, err := p.RotateKey(algES256)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(made.State).To(gomega.Equal(KeySigning))
	g.Expect(made.Published).To(gomega.BeTrue())
	g.Expect(servedIDs(t, p)).To(gomega.Equal(append(before, made.ID)), "the new key is the last, the others keep their places")
	token := freshToken(t, p)
	g.Expect(kidOf(t, token)).To(gomega.Equal(made.ID))
	for _, each := range []string{old, token} {
		_, err = strictly(t, p, each, algES256)
		g.Expect(err).NotTo(gomega.HaveOccurred())
	}
	g.Expect(stateOf(p, kidOf(t, old))).To(gomega.Equal("retired"))

	g.Expect(p.RevokeKey(kidOf(t, old))).To(gomega.Succeed())
	_, err = strictly(t, p, old, algES256)
	g.Expect(err).To(gomega.HaveOccurred())
	_, err = strictly(t, p, token, algES256)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(stateOf(p, kidOf(t, old))).To(gomega.Equal("revoked"))
	g.Expect(p.PublishKey(kidOf(t, old))).To(gomega.MatchError(gomega.ContainSubstring("revoked")))
	g.Expect(p.UseKey(kidOf(t, old))).To(gomega.MatchError(gomega.ContainSubstring("revoked")))
	g.Expect(p.OverlapKey(kidOf(t, old))).To(gomega.MatchError(gomega.ContainSubstring("revoked")))
	g.Expect(p.RevokeKey(kidOf(t, old))).To(gomega.Succeed(), "twice is fine")
}

// The acts one by one: unpublished, published ahead of its use, in use, two in
// turn, retired.
func TestKeyActs(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t)
	first := kidOf(t, freshToken(t, p))

	k, err := p.NewKey(algES256)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(k.State).To(gomega.Equal(KeyUnpublished))
	g.Expect(servedIDs(t, p)).NotTo(gomega.ContainElement(k.ID))
	g.Expect(p.RetireKey(k.ID)).To(gomega.MatchError(gomega.ContainSubstring("is unpublished")))
	hidden, err := p.Mint(MintOptions{Key: k.ID})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	_, err = strictly(t, p, hidden, algES256)
	g.Expect(err).To(gomega.HaveOccurred(), "nobody knows the key")

	g.Expect(p.PublishKey(k.ID)).To(gomega.Succeed())
	g.Expect(stateOf(p, k.ID)).To(gomega.Equal("published"))
	g.Expect(servedIDs(t, p)).To(gomega.ContainElements(first, k.ID), "two keys of one algorithm")
	g.Expect(kidOf(t, freshToken(t, p))).To(gomega.Equal(first), "published, not used")
	_, err = strictly(t, p, hidden, algES256)
	g.Expect(err).NotTo(gomega.HaveOccurred())

	g.Expect(p.OverlapKey(k.ID)).To(gomega.Succeed())
	seen := map[string]int{}
	for range 10 {
		seen[kidOf(t, freshToken(t, p))]++
	}
	g.Expect(seen).To(gomega.Equal(map[string]int{first: 5, k.ID: 5}))

	g.Expect(p.RetireKey(first)).To(gomega.Succeed())
	for range 4 {
		g.Expect(kidOf(t, freshToken(t, p))).To(gomega.Equal(k.ID))
	}
	g.Expect(servedIDs(t, p)).To(gomega.ContainElement(first), "retired, still published")
	g.Expect(p.UseKey(first)).To(gomega.Succeed(), "back again")
	g.Expect(kidOf(t, freshToken(t, p))).To(gomega.Equal(first))
	g.Expect(stateOf(p, k.ID)).To(gomega.Equal("retired"))

	g.Expect(p.UseKey("nobody")).To(gomega.MatchError(gomega.ContainSubstring(`no signing key "nobody"`)))
	_, err = p.NewKey("es256")
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("ES256")))
	private, err := p.PrivateKey(k.ID)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(private.Public()).To(gomega.Equal(k.Public))
}

// A key may be used without being published: the rotation that went wrong.
func TestUnpublishedInUse(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t)
	k, err := p.NewKey(algES256)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(p.UseKey(k.ID)).To(gomega.Succeed())
	token := freshToken(t, p)
	_, err = strictly(t, p, token, algES256)
	g.Expect(err).To(gomega.HaveOccurred())
	g.Expect(p.PublishKey(k.ID)).To(gomega.Succeed())
	_, err = strictly(t, p, token, algES256)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(stateOf(p, k.ID)).To(gomega.Equal("signing"))
}

// Where the only key that signs is retired or revoked, another takes its place.
func TestNoAlgorithmWithoutKey(t *testing.T) {
	for name, act := range map[string]func(*Provider, string) error{"retire": (*Provider).RetireKey, "revoke": (*Provider).RevokeKey} {
		for _, alg := range []string{algES256, algRS256} {
			t.Run(name+" "+alg, func(t *testing.T) {
				g := gomega.NewWithT(t)
				p := newProvider(t, WithSigningAlg(alg))
				old := freshToken(t, p)
				for _, k := range p.Keys() {
					if k.Alg == alg {
						g.Expect(act(p, k.ID)).To(gomega.Succeed())
					}
				}
				_, err := strictly(t, p, freshToken(t, p), alg)
				g.Expect(err).NotTo(gomega.HaveOccurred())
				_, err = strictly(t, p, old, alg)
				g.Expect(err == nil).To(gomega.Equal(name == "retire"))
			})
		}
	}
}

// A lie about a token is told with the key that signs now, whatever its kid.
func TestLieWithImportedKey(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	k, err := p.ImportKey([]byte(jwkText(t, jose.JSONWebKey{Key: key, KeyID: "mine"})), "")
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(p.PublishKey(k.ID)).To(gomega.Succeed())
	g.Expect(p.UseKey(k.ID)).To(gomega.Succeed())
	p.LieFor(t, "access-token-aud-wrong")
	token := freshToken(t, p)
	g.Expect(kidOf(t, token)).To(gomega.Equal("mine"))
	payload, err := strictly(t, p, token, algES256)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(string(payload)).To(gomega.ContainSubstring(otherAudience))
}
