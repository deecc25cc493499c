package mockidp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// jwksLifetime is how long fetched keys are used before they are fetched anew.
	jwksLifetime = time.Minute
	// maxKeyFetches is how often the keys at one URL are fetched within that time, by
	// the provider's clock: often enough to see that a client has changed its keys,
	// and no more often, however many wrong signatures come.
	maxKeyFetches = 5
	// jwksTimeout is how long a fetch may take.
	jwksTimeout = 5 * time.Second
	maxJWKS     = 1 << 20
	// maxKeySources bounds the URLs whose keys are kept.
	maxKeySources = 256
)

// keyFetcher gets the keys that clients publish. It goes to the hosts it was told
// of, follows no redirect and uses no proxy: a client must not be able to send the
// provider where it likes.
type keyFetcher struct {
	hosts []string // host:port
	http  *http.Client

	mu      sync.Mutex
	sources map[string]*keySource
}

// keySource is what is known of the keys at one URL.
type keySource struct {
	keys    []verifyKey // of the last fetch that succeeded
	at      time.Time   // when that was
	err     error       // of the last fetch
	fetches uint64      // how many have ended

	since time.Time // when the count began
	count int
	busy  chan struct{} // closed when the fetch under way ends, nil when there is none
}

func newKeyFetcher(hosts []string, transport http.RoundTripper) *keyFetcher {
	if transport == nil {
		transport = &http.Transport{DisableKeepAlives: true, MaxResponseHeaderBytes: maxHeader}
	}
	return &keyFetcher{hosts: hosts, sources: make(map[string]*keySource), http: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// hostPort is the host of a URL with its port, given or implied.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// allows reports whether keys may be fetched from a URL.
func (k *keyFetcher) allows(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && isWebURL(raw) && slices.Contains(k.hosts, hostPort(u))
}

// get gives the keys at a URL, and the number of the fetch that they are of. With
// seen 0 those fetched lately will do; else they have to be newer than fetch number
// seen. Requests at once share a fetch. It says whether the keys were fetched for
// this call.
func (k *keyFetcher) get(ctx context.Context, raw string, now time.Time, seen uint64) (keys []verifyKey, number uint64, fetched bool, err error) {
	if !k.allows(raw) {
		return nil, 0, false, errors.New("keys may not be fetched from this host")
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.sourceLocked(raw)
	for {
		if s.fetches > 0 && seen > 0 && s.fetches > seen { // another request was faster
			return s.keys, s.fetches, true, s.err
		}
		if seen == 0 && s.keys != nil && !now.Before(s.at) && now.Before(s.at.Add(jwksLifetime)) {
			return s.keys, s.fetches, fetched, nil
		}
		if s.busy == nil {
			break
		}
		busy, before := s.busy, s.fetches
		k.mu.Unlock()
		select {
		case <-busy:
		case <-ctx.Done():
		}
		k.mu.Lock()
		switch {
		case ctx.Err() != nil:
			return nil, 0, false, ctx.Err()
		case seen == 0 && s.fetches > before:
			return s.keys, s.fetches, true, s.err
		}
	}
	if now.Before(s.since) || !now.Before(s.since.Add(jwksLifetime)) {
		s.since, s.count = now, 0
	}
	if s.count >= maxKeyFetches {
		return nil, s.fetches, true, fmt.Errorf("the keys were fetched %d times within %v", maxKeyFetches, jwksLifetime)
	}
	s.count++
	s.busy = make(chan struct{})
	got, err := func() ([]verifyKey, error) {
		k.mu.Unlock()
		defer func() {
			k.mu.Lock()
			close(s.busy)
			s.busy = nil
		}()
		return k.fetch(ctx, raw)
	}()
	if err != nil && ctx.Err() != nil { // who asked has gone, which says nothing of the host
		s.count--
		return nil, 0, false, err
	}
	s.fetches++
	if s.err = err; err != nil {
		return nil, s.fetches, true, err
	}
	s.keys, s.at = got, now
	return s.keys, s.fetches, true, nil
}

// sourceLocked finds what is known of a URL. When there is no room for another, the
// one that was asked longest ago makes some.
func (k *keyFetcher) sourceLocked(raw string) *keySource {
	if s := k.sources[raw]; s != nil {
		return s
	}
	if len(k.sources) >= maxKeySources {
		oldest := ""
		for name, s := range k.sources {
			if s.busy == nil && (oldest == "" || s.since.Before(k.sources[oldest].since)) {
				oldest = name
			}
		}
		delete(k.sources, oldest)
	}
	k.sources[raw] = &keySource{}
	return k.sources[raw]
}

// fetch gets a JWK Set.
func (k *keyFetcher) fetch(ctx context.Context, raw string) ([]verifyKey, error) {
	ctx, cancel := context.WithTimeout(ctx, jwksTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, raw, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/jwk-set+json, application/json")
	resp, err := k.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the answer has the status %d", resp.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxJWKS+1))
	if err != nil || len(text) > maxJWKS {
		return nil, errors.New("the JWK Set broke off or is too long")
	}
	return parseJWKS(text)
}
