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
		several := len(c.RedirectURIs) > 1
		if several && x.breaks(ruleRedirectURIPresent, false, "redirect_uri, since the client has several", "none") || len(c.RedirectURIs) == 0 {
			return "", "The redirect_uri is missing, and the client has not registered exactly one."
		}
		return c.RedirectURIs[0], "" // it may be left out when there is one only
	}
	const wrong = "The redirect_uri is not registered for the client."
	if !x.isRegistered(c, sent) {
		if !x.tolerated(c, sent) {
			return "", wrong
		}
		return sent, ""
	}
	x.breaks(ruleRedirectURIRegistered, true, "", "")
	x.breaks(ruleRedirectURIExact, true, "", "")
	// Even a provider that takes any redirect URI takes only what is one.
	if !isRedirectURI(sent) {
		return "", wrong
	}
	return sent, x.unusableScheme(sent)
}

// isRegistered compares a redirect URI as RFC 9700 §4.1.3 asks.
func (x *exchange) isRegistered(c *Client, sent string) bool {
	if slices.Contains(c.RedirectURIs, sent) {
		return true
	}
	return c.Native && slices.ContainsFunc(c.RedirectURIs, func(registered string) bool { return sameButLoopbackPort(registered, sent) }) &&
		x.keeps(ruleLoopbackPortFree)
}

// tolerated reports whether a redirect URI that is not registered is used,
// because a rule that would refuse it is not in force. The verdict names the rule
// that let it pass, or else the one that describes best what is wrong.
func (x *exchange) tolerated(c *Client, sent string) bool {
	found := likeness{rule: ruleRedirectURIRegistered, expected: "a registered redirect URI", got: "another"}
	lenient := x.set.modes[found.rule] != Enforce
	x.reached(found.rule)
	s := splitURI(sent)
	for _, l := range likenesses {
		if !slices.ContainsFunc(c.RedirectURIs, func(registered string) bool { return l.holds(c, splitURI(registered), s) }) {
			continue
		}
		x.reached(l.rule)
		passes := x.set.modes[l.rule] != Enforce
		if !lenient && (passes || found.rule == ruleRedirectURIRegistered) {
			found, lenient = l, passes
		}
	}
	if x.breaks(found.rule, false, found.expected, found.got) {
		return false
	}
	return isRedirectURI(sent) || found.unusual && goesIntoHeader(sent)
}

// unusableScheme says what is wrong with the scheme of a redirect URI, even though
// it is registered.
func (x *exchange) unusableScheme(sent string) string {
	switch scheme := strings.ToLower(strings.TrimSuffix(splitURI(sent).scheme, ":")); scheme {
	case "https":
	case "http":
		if x.breaks(ruleRedirectURISecure, isSafeRedirectURI(sent), "https, or http on the local machine", "http elsewhere") {
			return "The redirect_uri is http, and not on this machine: the answer would travel in the open."
		}
	default:
		if !x.keeps(rulePrivateSchemeOffered) {
			return "The redirect_uri is neither http nor https."
		}
		if x.breaks(rulePrivateSchemeReversed, strings.Contains(scheme, "."), "a scheme that is a domain name backwards", "one without a period") {
			return "The scheme of the redirect_uri is not a domain name backwards."
		}
	}
	return ""
}

// redirectedAnyway sends the browser where it must not be sent: the request names
// no client that is known, or no redirect URI of the client. Nil where the rules
// are in force, or there is no address to send it to.
func (x *exchange) redirectedAnyway(f form) *reply {
	sent := f.get("redirect_uri")
	if repeated := f.repeated(authorizeParameters); repeated == "client_id" || repeated == "redirect_uri" || !isRedirectURI(sent) {
		return nil
	}
	rule, code := ruleWrongRedirectPage, errInvalidRequest
	client := x.p.registry.find(f.get("client_id"))
	if client == nil {
		rule, code = ruleUnknownClientPage, errUnauthorizedClient
	}
	if x.keeps(rule) {
		return nil
	}
	x.rec.Error = code
	return x.authorizeAnswer(&authRequest{client: client, params: f, redirectURI: sent, mode: modeQuery, state: f.get("state")}, map[string]string{"error": code})
}

// isRedirectURI reports whether s is an absolute URI without fragment (RFC 6749
// §3.1.2) that can go into a header as it is.
func isRedirectURI(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.IsAbs() && !strings.Contains(s, "#") && goesIntoHeader(s)
}

// goesIntoHeader reports whether a URI can go into a header as it is.
func goesIntoHeader(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"<>\\", r) })
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
