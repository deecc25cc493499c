package check

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"unicode"
)

// guard knows which hosts a run may contact: those that the target file names,
// at whatever address they live, and those that verified metadata names, as
// long as they do not lead into a network in which the target itself is not.
type guard struct {
	// resolver of host names; nil: that of the system.
	resolver *net.Resolver

	mu      sync.Mutex
	named   map[string]bool // host names or IP literals the user named
	home    map[string]bool // those of them at which the target lives
	meta    map[string]bool // those that verified metadata named
	proxies map[string]bool // those that stand between, by the environment
	// classes of addresses at which the target itself lives: those of its IP
	// literals, and of its host names when they are first dialled
	classes map[addrClass]bool
}

type addrClass int

const (
	classPublic addrClass = iota
	classLoopback
	classPrivate
	classLinkLocal
	classOther
)

func (c addrClass) String() string {
	return [...]string{"public", "loopback", "private", "link-local", "special-purpose"}[c]
}

var (
	// asPrivate are as little meant for the outside as the private networks:
	// carrier-grade NAT, protocol assignments and the site-local addresses of
	// old. Clouds put their metadata services into the first two.
	asPrivate = prefixes("100.64.0.0/10", "192.0.0.0/24", "fec0::/10")
	// special lead nowhere that a server under test would be: this network,
	// benchmarks, reserved, and address translation of local use.
	special = prefixes("0.0.0.0/8", "198.18.0.0/15", "240.0.0.0/4", "64:ff9b:1::/48")
	// nat64 and sixToFour addresses hold an IPv4 address, to which they lead.
	nat64     = netip.MustParsePrefix("64:ff9b::/96")
	sixToFour = netip.MustParsePrefix("2002::/16")
)

func prefixes(list ...string) (out []netip.Prefix) {
	for _, p := range list {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}

func classify(a netip.Addr) addrClass {
	a = a.Unmap().WithZone("")
	within := func(list []netip.Prefix) bool {
		return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(a) })
	}
	b := a.As16()
	switch {
	case nat64.Contains(a):
		return classify(netip.AddrFrom4([4]byte(b[12:16])))
	case sixToFour.Contains(a):
		return classify(netip.AddrFrom4([4]byte(b[2:6])))
	case a.IsLoopback():
		return classLoopback
	case a.IsLinkLocalUnicast():
		return classLinkLocal
	case a.IsPrivate() || within(asPrivate):
		return classPrivate
	case a.IsUnspecified() || a.IsMulticast() || within(special):
		return classOther
	}
	return classPublic
}

// errHost is the refusal to contact a host.
type errHost struct{ msg string }

func (e *errHost) Error() string { return e.msg }

// newGuard makes the guard of a target that lives at the hosts of some URLs;
// the user named further hosts.
func newGuard(home, further []string) *guard {
	g := &guard{
		named: map[string]bool{}, home: map[string]bool{}, meta: map[string]bool{},
		proxies: map[string]bool{}, classes: map[addrClass]bool{},
	}
	for _, u := range home {
		h := bareHost(u)
		g.named[h], g.home[h] = true, true
		if a, err := netip.ParseAddr(h); err == nil {
			g.classes[classify(a)] = true
		}
	}
	for _, h := range further {
		g.named[bareHost(h)] = true
	}
	return g
}

// bareHost takes the host out of a URL, "host:port" or "host": in lower case,
// without brackets and without the dot that ends a full name.
func bareHost(s string) string {
	if u, err := url.Parse(s); err == nil && u.Host != "" {
		s = u.Host
	}
	if h, _, err := net.SplitHostPort(s); err == nil {
		s = h
	}
	return strings.TrimSuffix(strings.ToLower(strings.Trim(s, "[]")), ".")
}

// throughProxy notes the proxy that a request goes through, so that dialling it
// is not taken for dialling the host of a URL. Which address that host has only
// the proxy knows.
func (g *guard) throughProxy(proxy func(*http.Request) (*url.URL, error)) func(*http.Request) (*url.URL, error) {
	return func(r *http.Request) (*url.URL, error) {
		u, err := proxy(r)
		if err == nil && u != nil {
			g.mu.Lock()
			g.proxies[bareHost(u.Host)] = true
			g.mu.Unlock()
		}
		return u, err
	}
}

// fromMetadata lets the run contact the hosts of URLs that verified metadata
// names. Their addresses are looked at when they are dialled.
func (g *guard) fromMetadata(urls ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, u := range urls {
		if h := bareHost(u); h != "" && !g.named[h] {
			g.meta[h] = true
		}
	}
}

// mayAsk refuses a URL whose host nobody named.
func (g *guard) mayAsk(u *url.URL) error {
	h := bareHost(u.Host)
	if strings.IndexFunc(h, func(r rune) bool { return r > unicode.MaxASCII }) >= 0 {
		// The transport would translate it, and dial a host nobody looked at.
		return &errHost{fmt.Sprintf("will not contact %s: a URL holds only ASCII (RFC 3986 §2); an international name stands there in its xn-- form", h)}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.named[h] {
		return nil
	}
	if !g.meta[h] {
		return &errHost{fmt.Sprintf("will not contact %s: neither the target file nor the issuer's verified metadata names it (to allow it, list it under \"hosts\" in the target file)", h)}
	}
	if a, err := netip.ParseAddr(h); err == nil {
		return g.mayReach(h, a)
	}
	return nil
}

// atLoopback tells whether the target itself was found at a loopback address.
func (g *guard) atLoopback() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.classes[classLoopback]
}

// mayReach refuses an address that metadata led to. The lock is held.
func (g *guard) mayReach(host string, a netip.Addr) error {
	c := classify(a)
	if c == classPublic || g.classes[c] {
		return nil
	}
	return &errHost{fmt.Sprintf("will not contact %s: the metadata names it, and it is at the %s address %s, where the target itself is not (to allow it, list it under \"hosts\" in the target file)", host, c, a)}
}

// dial connects, and looks at the address that was really chosen, so that a
// name cannot answer differently between the look and the connection.
func (g *guard) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	host := bareHost(addr)
	d := net.Dialer{Resolver: g.resolver, ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
		ap, err := netip.ParseAddrPort(address)
		if err != nil {
			return nil // not an IP network; nothing to classify
		}
		g.mu.Lock()
		defer g.mu.Unlock()
		switch {
		case g.home[host]:
			g.classes[classify(ap.Addr())] = true
		case !g.named[host] && !g.proxies[host]:
			return g.mayReach(host, ap.Addr())
		}
		return nil
	}}
	return d.DialContext(ctx, network, addr)
}

func isHostRefusal(err error) bool {
	var h *errHost
	return errors.As(err, &h)
}
