package authserver

import (
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
)

// asPartRegistered is what a clause is worth where RFC 6749 alone binds. It has
// URIs compared as strings when the whole URI was registered (§3.1.2.3), and
// lets a server register less of it, advising against that (§3.1.2.2): whether
// this one does, nobody outside knows.
var asPartRegistered = map[target.Policy]check.Level{target.PolicyRFC6749: check.Should}

// redirectComparison are the checks on the comparison with what is registered,
// one for each part of the URI (RFC 9700 §2.1, §4.1.3).
func redirectComparison() []*check.Check {
	return []*check.Check{
		{
			// RFC 9700 §2.1: exact string matching; §4.1.3: the two URIs must be equal
			// (RFC 3986 §6.2.1). RFC 6749 §3.1.2.3 asks the same where the whole URI
			// was registered.
			ID: "authz-redirect-exact-path", Level: check.Must, LevelUnder: asPartRegistered,
			Title:   "A redirect_uri with a longer, shorter, other or differently written path is refused.",
			Clauses: []string{"RFC 9700 §2.1", "RFC 9700 §4.1.3", "RFC 3986 §6.2.1", "RFC 6749 §3.1.2.3"},
			Sent:    "The working request with a redirect URI whose path goes on, within the last segment and by another; lacks the last segment; is another; ends in a slash, or in none; is in capitals.",
			Judged:  "No navigation to that URI. A page of any status, or an error at the registered redirect URI: pass. An answer without error there: warn.",
			Needs:   forRedirects,
			Proves:  []string{"redirect-uri-exact", "redirect-uri-case-compared", "redirect-uri-registered"},
			Run: func(t *check.T) {
				c := webClient(t)
				contrastRedirects(t, c, "code", "code", otherPaths(t, c)...)
			},
		},
		{
			// The same sections. RFC 6749 §3.1.2.2 mentions servers that let the query
			// vary, as what should not be.
			ID: "authz-redirect-exact-query", Level: check.Must, LevelUnder: asPartRegistered,
			Title:   "A redirect_uri with a query that was added or changed is refused.",
			Clauses: []string{"RFC 9700 §2.1", "RFC 9700 §4.1.3", "RFC 6749 §3.1.2.3", "RFC 6749 §3.1.2.2"},
			Sent:    "The working request with a parameter added to the query of the redirect URI; for a client whose redirect URI has a query, also with a value of it changed, and without it.",
			Judged:  "No navigation to that URI. A page of any status, or an error at the registered redirect URI: pass. An answer without error there: warn.",
			Needs:   forRedirects,
			Proves:  []string{"redirect-uri-query-compared", "redirect-uri-exact"},
			Run: func(t *check.T) {
				c := webClient(t)
				if q := queryClients(t); len(q) > 0 && q[0].ID != c.ID {
					contrastRedirects(t, q[0], "code", "code", otherQueries(t, q[0])...)
				}
				contrastRedirects(t, c, "code", "code", otherQueries(t, c)...)
			},
		},
		{
			// RFC 9700 §4.1.1 shows what comes of hosts that are compared by pattern;
			// §4.1.3 has the URIs equal.
			ID: "authz-redirect-exact-host", Level: check.Must,
			Title:   "A redirect_uri whose host only looks like the registered one is refused.",
			Clauses: []string{"RFC 9700 §2.1", "RFC 9700 §4.1.1", "RFC 9700 §4.1.3", "RFC 6749 §3.1.2.3"},
			Sent:    "The working request with a redirect URI whose host is below the registered one, above it, ends like it without a dot between, or begins like it and goes on.",
			Judged:  "No navigation to that URI. A page of any status, or an error at the registered redirect URI: pass. An answer without error there: warn.",
			Needs:   forRedirects,
			Proves:  []string{"redirect-uri-host-whole", "redirect-uri-authority-whole"},
			Run: func(t *check.T) {
				c := webClient(t)
				contrastRedirects(t, c, "code", "code", otherHosts(t, c)...)
			},
		},
		{
			// RFC 9700 §4.1.3: equal. Only the port of a loopback URI of a native app
			// is free (RFC 8252 §7.3), so ports are not tried there.
			ID: "authz-redirect-exact-scheme", Level: check.Must,
			Title:   "A redirect_uri with another scheme or port is refused.",
			Clauses: []string{"RFC 9700 §2.1", "RFC 9700 §4.1.3", "RFC 9700 §2.6", "RFC 6749 §3.1.2.3"},
			Sent:    "The working request with http for https in the redirect URI, or the other way round; with a made-up scheme; and, unless it is on the local machine, with another port.",
			Judged:  "No navigation to that URI; to https where http is registered: warn, since that harms nobody. A page of any status, or an error at the registered redirect URI: pass. An answer without error there: warn.",
			Needs:   forRedirects,
			Proves:  []string{"redirect-uri-scheme-compared", "redirect-uri-port-compared"},
			Run: func(t *check.T) {
				c := webClient(t)
				contrastRedirects(t, c, "code", "code", otherSchemes(t, c)...)
			},
		},
	}
}

func otherPaths(t *check.T, c target.Client) []wrongRedirect {
	path := func(change func(string) string) string {
		return with(c, func(u *url.URL) {
			u.Path, u.RawPath = change(u.Path), ""
		})
	}
	return []wrongRedirect{
		{step: "a segment more", uri: path(func(p string) string { return strings.TrimSuffix(p, "/") + "/" + t.Random(8) })},
		{step: "a longer segment", uri: path(func(p string) string { return "/" + strings.Trim(p, "/") + t.Random(8) })},
		{step: "without the last segment", uri: path(func(p string) string {
			return p[:strings.LastIndex("/"+strings.TrimSuffix(p, "/"), "/")]
		})},
		{step: "another path", uri: path(func(string) string { return "/" + t.Random(8) })},
		{step: "a slash at the end, or none", uri: path(func(p string) string {
			if bare, ok := strings.CutSuffix(p, "/"); ok {
				return bare
			}
			return p + "/"
		})},
		{step: "in capitals", uri: path(strings.ToUpper)},
	}
}

// queryClients are the clients with a query in their redirect URI.
func queryClients(t *check.T) []target.Client {
	return slices.DeleteFunc(webClients(t), func(c target.Client) bool { return with(c, func(u *url.URL) { u.RawQuery = "" }) == c.RedirectURIs[0] })
}

func otherQueries(t *check.T, c target.Client) []wrongRedirect {
	query := func(change func(string) string) string {
		return with(c, func(u *url.URL) { u.RawQuery = strings.TrimPrefix(change(u.RawQuery), "&") })
	}
	out := []wrongRedirect{{step: "a parameter more", uri: query(func(q string) string { return q + "&authassay=" + t.Random(8) })}}
	if query(func(string) string { return "" }) == c.RedirectURIs[0] {
		return out
	}
	return append(out,
		wrongRedirect{step: "another value", uri: query(func(q string) string { return q + t.Random(8) })},
		wrongRedirect{step: "without the query", uri: query(func(string) string { return "" })})
}

func otherHosts(t *check.T, c target.Client) []wrongRedirect {
	host := func(change func(string) string) string {
		return with(c, func(u *url.URL) { u.Host = hostWith(u, change(u.Hostname())) })
	}
	out := []wrongRedirect{{step: "another host", uri: host(func(string) string { return elsewhere(t) })}}
	u, err := url.Parse(c.RedirectURIs[0])
	if err != nil || strings.Contains(u.Host, "[") {
		return out // nothing looks like an IPv6 address
	}
	out = append(out, wrongRedirect{step: "begins like the registered host", uri: host(func(h string) string { return h + "." + elsewhere(t) })})
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return out // and nothing stands above or below an address
	}
	out = append(out,
		wrongRedirect{step: "below the registered host", uri: host(func(h string) string { return t.Random(8) + "." + h })},
		wrongRedirect{step: "ends like the registered host", uri: host(func(h string) string { return t.Random(8) + h })})
	if _, above, ok := strings.Cut(u.Hostname(), "."); ok {
		out = append(out, wrongRedirect{step: "above the registered host", uri: host(func(string) string { return above })})
	}
	return out
}

func otherSchemes(t *check.T, c target.Client) []wrongRedirect {
	scheme := func(s string) string { return with(c, func(u *url.URL) { u.Scheme = s }) }
	registered := c.RedirectURIs[0]
	out := []wrongRedirect{
		{step: "http for https", uri: scheme("http")},
		{step: "https for http", uri: scheme("https"), alias: true},
		{step: "a made-up scheme", uri: scheme("authassay." + t.Random(8))},
	}
	if !isLocal(registered) {
		out = append(out, wrongRedirect{step: "another port", uri: with(c, func(u *url.URL) { u.Host = net.JoinHostPort(u.Hostname(), otherPort(u)) })})
	}
	return out
}

// otherPort is a port that a URL does not have.
func otherPort(u *url.URL) string {
	if u.Port() == "8443" {
		return "8444"
	}
	return "8443"
}
