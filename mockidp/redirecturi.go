package mockidp

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// redirectTarget finds where the answer to an authorization request may go
// (RFC 6749 §3.1.2.3), or what to tell the user when it may go nowhere.
func (x *exchange) redirectTarget(c *Client, sent string) (string, string) {
	if sent == "" {
		if len(c.RedirectURIs) == 1 {
			return c.RedirectURIs[0], "" // it may be left out when there is one only
		}
		return "", "The redirect_uri is missing, and the client has not registered exactly one."
	}
	const wrong = "The redirect_uri is not registered for the client."
	exact := slices.ContainsFunc(c.RedirectURIs, func(registered string) bool {
		return sent == registered || c.Native && sameButLoopbackPort(registered, sent)
	})
	begins := slices.ContainsFunc(c.RedirectURIs, func(registered string) bool { return strings.HasPrefix(sent, registered) })
	switch {
	case exact:
		x.breaks(ruleRedirectURIRegistered, true, "", "")
		x.breaks(ruleRedirectURIExact, true, "", "")
	case begins:
		x.breaks(ruleRedirectURIRegistered, true, "", "")
		if x.breaks(ruleRedirectURIExact, false, "a registered redirect URI, character by character", "one that begins like a registered one") {
			return "", wrong
		}
	default:
		if x.breaks(ruleRedirectURIRegistered, false, "a registered redirect URI", "another") {
			return "", wrong
		}
	}
	// Even a provider that takes any redirect URI takes only what is one.
	if !isRedirectURI(sent) {
		return "", wrong
	}
	return sent, ""
}

// isRedirectURI reports whether s is an absolute URI without fragment (RFC 6749
// §3.1.2) that can go into a header as it is.
func isRedirectURI(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.IsAbs() && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune("#\"<>\\", r) })
}

// sameButLoopbackPort reports whether two URIs differ in nothing but the port,
// and are http on a loopback address (RFC 8252 §7.3). The name localhost is not
// one (§8.3).
func sameButLoopbackPort(registered, sent string) bool {
	a, err := url.Parse(registered)
	if err != nil || a.Scheme != "http" || a.User != nil {
		return false
	}
	b, err := url.Parse(sent)
	if err != nil || b.User != nil {
		return false
	}
	if ip, err := netip.ParseAddr(a.Hostname()); err != nil || !ip.IsLoopback() {
		return false
	}
	for _, c := range b.Port() {
		if c < '0' || c > '9' {
			return false
		}
	}
	a.Host, b.Host = strings.TrimSuffix(a.Host, ":"+a.Port()), strings.TrimSuffix(b.Host, ":"+b.Port())
	return a.String() == b.String() && strings.HasPrefix(sent, "http://"+b.Host)
}
