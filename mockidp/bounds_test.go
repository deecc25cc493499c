package mockidp

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onsi/gomega"
)

// jwksHost publishes a client's keys and counts how often they are fetched.
func jwksHost(t *testing.T, set *atomic.Value, clock Clock) (*Provider, *atomic.Int64) {
	g := gomega.NewWithT(t)
	fetched := new(atomic.Int64)
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fetched.Add(1)
		keys, _ := set.Load().([]byte)
		if keys == nil {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = w.Write(keys)
	}))
	t.Cleanup(host.Close)
	u, err := url.Parse(host.URL)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	client := Client{ID: keyClient, AuthMethods: []string{PrivateKeyJWT}, Scopes: []string{"read"}, JWKSURI: host.URL}
	return newProvider(t, WithClients(client), WithJWKSHosts(nil, u.Host), WithClock(clock)), fetched
}

// Who sends wrong signatures does not make the provider fetch keys without end,
// and a client that changes its keys is still seen.
func TestJWKSURIFetchesBounded(t *testing.T) {
	g := gomega.NewWithT(t)
	clock := NewManualClock(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
	var set atomic.Value
	set.Store([]byte(publicSet("ES256")))
	p, fetched := jwksHost(t, &set, clock)
	for range 30 {
		g.Expect(outcome(assertion{key: clientKeys()["stray"]}.ask(p))).To(gomega.Equal("401 invalid_client"))
	}
	g.Expect(fetched.Load()).To(gomega.BeNumerically("<=", maxKeyFetches))
	g.Expect(outcome(assertion{}.ask(p))).To(gomega.Equal("200 token"), "the keys that are known are still used")
	set.Store([]byte(publicSet("stray")))
	clock.Advance(jwksLifetime)
	g.Expect(outcome(assertion{key: clientKeys()["stray"]}.ask(p))).To(gomega.Equal("200 token"))
	before := fetched.Load()
	set.Store([]byte(publicSet("ES256")))
	g.Expect(outcome(assertion{}.ask(p))).To(gomega.Equal("200 token"), "after a rotation")
	g.Expect(fetched.Load()).To(gomega.Equal(before + 1))
}

// A host that does not answer is asked no more often than one that does, and is
// asked again.
func TestJWKSURIFailuresBounded(t *testing.T) {
	g := gomega.NewWithT(t)
	clock := NewManualClock(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
	var set atomic.Value
	p, fetched := jwksHost(t, &set, clock)
	for range 30 {
		g.Expect(outcome(assertion{}.ask(p))).To(gomega.Equal("401 invalid_client"))
	}
	g.Expect(fetched.Load()).To(gomega.BeNumerically("==", maxKeyFetches), "once for each assertion, and then no more")
	set.Store([]byte(publicSet("ES256")))
	clock.Advance(jwksLifetime)
	g.Expect(outcome(assertion{}.ask(p))).To(gomega.Equal("200 token"))
}

// Many requests at once share a fetch, and none is refused for the bound.
func TestJWKSURIFetchesShared(t *testing.T) {
	g := gomega.NewWithT(t)
	clock := NewManualClock(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
	var set atomic.Value
	set.Store([]byte(publicSet("ES256")))
	p, fetched := jwksHost(t, &set, clock)
	together := func(name string) {
		var wg sync.WaitGroup
		var refused atomic.Int64
		for range 40 {
			wg.Go(func() {
				if outcome(assertion{key: clientKeys()[name]}.ask(p)) != "200 token" {
					refused.Add(1)
				}
			})
		}
		wg.Wait()
		g.Expect(refused.Load()).To(gomega.BeZero(), name)
	}
	together("ES256")
	g.Expect(fetched.Load()).To(gomega.BeNumerically("==", 1))
	set.Store([]byte(publicSet("stray")))
	together("stray")
	g.Expect(fetched.Load()).To(gomega.BeNumerically("==", 2))
}

// What clients send and the provider keeps is bounded in bytes, not in number
// alone.
func TestKeptRequestsBounded(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t, deviceClients(), WithRequestLimit(1, 1))
	large := strings.Repeat("x", 900<<10)
	first := startDevice(p)
	g.Expect(outcome(startDevice(p, "extension", large))).To(gomega.Equal("400 invalid_request"))
	for range 320 {
		g.Expect(startDevice(p, "extension", large[:60<<10]).status).To(gomega.Equal(200))
	}
	g.Expect(outcome(poll(p, first))).To(gomega.Equal("400 invalid_grant"), "the oldest makes room")
	g.Expect(len(p.PendingDevices())).To(gomega.BeNumerically("<", 280))

	p = newFull(t, WithRequestLimit(1, 1))
	for range 25 {
		g.Expect(pushing(p, ClientSPA, "extension", large).status).To(gomega.Equal(201))
	}
	g.Expect(len(p.ext.pushed.values())).To(gomega.BeNumerically("<", 20))
	g.Expect(p.ext.pushed.bytes).To(gomega.BeNumerically("<=", maxKeptBytes))
	p.ext.pushed.removeIf(func(*pushedRequest) bool { return true })
	g.Expect(p.ext.pushed.bytes).To(gomega.BeZero())
}

// A long jti costs no more than a short one.
func TestAssertionMemory(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, WithClients(assertionClients()...))
	claims := map[string]any{"jti": strings.Repeat("x", 40_000)}
	g.Expect(outcome(assertion{claims: claims}.ask(p))).To(gomega.Equal("200 token"))
	g.Expect(outcome(assertion{claims: claims}.ask(p))).To(gomega.Equal("401 invalid_client"))
	for key := range p.ext.assertions.items {
		g.Expect(len(key)).To(gomega.BeNumerically("<", 100))
	}
}

// Keys that replace revoked ones count too, and a revoked key that was forgotten
// does not come back.
func TestKeysBoundedByRevocation(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t)
	signing := func() SigningKey {
		for _, k := range p.Keys() {
			if k.Alg == algEdDSA && k.State == KeySigning {
				return k
			}
		}
		t.Fatal("no EdDSA key signs")
		return SigningKey{}
	}
	stolen := signing().ID
	seen := map[string]bool{}
	for range maxKeys + 10 {
		k := signing()
		g.Expect(seen[k.ID]).To(gomega.BeFalse(), "a revoked key signs again")
		seen[k.ID] = true
		g.Expect(p.RevokeKey(k.ID)).To(gomega.Succeed())
	}
	g.Expect(len(p.Keys())).To(gomega.BeNumerically("<=", maxKeys))
	g.Expect(signing().ID).NotTo(gomega.Equal(stolen))
}
