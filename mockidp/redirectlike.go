package mockidp

import (
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"strings"
)

// likeness is a way in which a redirect URI can be like a registered one without
// being it, and the rule that refuses it all the same.
type likeness struct {
	rule, expected, got string
	holds               func(c *Client, registered, sent uriParts) bool
	// unusual marks those that are no absolute URI without fragment.
	unusual bool
}

const asRegistered = "a registered redirect URI, character by character"

// likenesses are asked in this order for the rule that a refusal names.
var likenesses = []likeness{
	{rule: ruleRedirectURIFragment, expected: "a redirect URI without fragment", got: "a registered one with a fragment", unusual: true,
		holds: func(_ *Client, r, s uriParts) bool { return s.fragment != "" && s.upTo(s.fragment) == r.whole }},
	{rule: ruleRedirectURIExact, expected: asRegistered, got: "one that begins like a registered one",
		holds: func(_ *Client, r, s uriParts) bool { return strings.HasPrefix(s.whole, r.whole) }},
	{rule: ruleRedirectURIQuery, expected: asRegistered, got: "one with another query",
		holds: func(_ *Client, r, s uriParts) bool { return s.with(r, "query") == r.whole }},
	{rule: ruleRedirectURICase, expected: asRegistered, got: "one with other capital letters",
		holds: func(_ *Client, r, s uriParts) bool { return strings.EqualFold(r.whole, s.whole) }},
	{rule: ruleRedirectURIPath, expected: asRegistered, got: "one whose path is written in another way",
		holds: func(_ *Client, r, s uriParts) bool {
			return plainPath(s.path) == plainPath(r.path) && s.with(r, "path") == r.whole
		}},
	{rule: ruleRedirectURIScheme, expected: asRegistered, got: "one with another scheme",
		holds: func(_ *Client, r, s uriParts) bool { return s.scheme != "" && s.with(r, "scheme") == r.whole }},
	{rule: ruleRedirectURIPort, expected: asRegistered, got: "one with another port",
		holds: func(_ *Client, r, s uriParts) bool {
			return portless(s.authority) == portless(r.authority) && s.with(r, "authority") == r.whole
		}},
	{rule: ruleRedirectURIHost, expected: asRegistered, got: "one whose host ends like a registered one",
		holds: func(_ *Client, r, s uriParts) bool {
			return r.authority != "//" && strings.HasSuffix(s.authority, strings.TrimPrefix(r.authority, "//")) && s.with(r, "authority") == r.whole
		}},
	{rule: ruleRedirectURIAuthority, expected: asRegistered, got: "one whose authority begins like a registered one",
		holds: func(_ *Client, r, s uriParts) bool {
			return r.authority != "//" && strings.HasPrefix(s.authority, r.authority) && s.with(r, "authority") == r.whole
		}},
	{rule: ruleRedirectURIAbsolute, expected: "an absolute URI", got: "a relative one", unusual: true,
		holds: func(_ *Client, r, s uriParts) bool {
			return s.scheme == "" && (s.authority == "" || s.authority == r.authority) && s.path == r.path && s.query == r.query && s.fragment == ""
		}},
	{rule: ruleLoopbackPortAlone, expected: "a registered loopback redirect URI with any port", got: "another URI on the address",
		holds: func(c *Client, r, s uriParts) bool {
			host := portless(r.authority)
			ip, err := netip.ParseAddr(strings.Trim(strings.TrimPrefix(host, "//"), "[]"))
			return c.Native && err == nil && ip.IsLoopback() && r.scheme == "http:" && s.scheme == "http:" && portless(s.authority) == host
		}},
}

// uriParts are the components of a URI (RFC 3986 App. B), each with the
// delimiter that marks it, so that together they are the whole.
type uriParts struct{ whole, scheme, authority, path, query, fragment string }

var uriPattern = regexp.MustCompile(`(?s)^([^:/?#]+:)?(//[^/?#]*)?([^?#]*)(\?[^#]*)?(#.*)?$`)

func splitURI(s string) uriParts {
	m := uriPattern.FindStringSubmatch(s)
	return uriParts{s, m[1], m[2], m[3], m[4], m[5]}
}

// upTo is the URI without its last component.
func (u uriParts) upTo(last string) string { return strings.TrimSuffix(u.whole, last) }

// with is the URI with one component of another.
func (u uriParts) with(other uriParts, component string) string {
	switch component {
	case "scheme":
		u.scheme = other.scheme
	case "authority":
		u.authority = other.authority
	case "path":
		u.path = other.path
	case "query":
		u.query = other.query
	}
	return u.scheme + u.authority + u.path + u.query + u.fragment
}

// portless is an authority without its port.
func portless(authority string) string {
	if i := strings.LastIndexByte(authority, ':'); i >= 0 && strings.Trim(authority[i+1:], "0123456789") == "" {
		return authority[:i]
	}
	return authority
}

// plainPath is a path without percent-encoding and dot segments.
func plainPath(p string) string {
	if decoded, err := url.PathUnescape(p); err == nil {
		p = decoded
	}
	return path.Clean("/" + p)
}
