package useragent

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxCookie is the number of bytes of name and value above which browsers drop a
// cookie.
const maxCookie = 4096

// cookie is one that a browser remembers (RFC 6265 §5.3).
type cookie struct {
	// host that the cookie goes back to; with domain also to hosts below it.
	host   string
	domain bool
	path   string
	name   string
	value  string
	secure bool
	// expires is zero for a cookie of the session.
	expires time.Time
}

// readCookie reads a Set-Cookie field of an answer from u (RFC 6265 §5.2); ok is
// false for what no browser keeps. One that is to be deleted has expired.
func readCookie(field string, u *url.URL, now time.Time) (c cookie, ok bool) {
	pair, attributes, _ := strings.Cut(field, ";")
	name, value, found := strings.Cut(pair, "=")
	c = cookie{host: canonicalHost(u), name: trim(name), value: trim(value), path: defaultPath(u)}
	if !found || c.name == "" || len(c.name)+len(c.value) > maxCookie || strings.ContainsFunc(c.name+c.value, control) {
		return c, false
	}
	age := false
	for _, a := range strings.Split(attributes, ";") {
		key, v, _ := strings.Cut(a, "=")
		v = trim(v)
		switch strings.ToLower(trim(key)) {
		case "path":
			if strings.HasPrefix(v, "/") {
				c.path = v
			}
		case "domain":
			if d := strings.ToLower(strings.TrimPrefix(v, ".")); parentOf(d, c.host) {
				c.host, c.domain = d, true
			}
		case "secure":
			c.secure = true
		case "max-age":
			if n, err := strconv.Atoi(v); err == nil { // before Expires, wherever it stands
				age, c.expires = true, now.Add(time.Duration(min(max(n, -1), 10*365*24*3600))*time.Second)
			}
		case "expires":
			if t, err := readDate(v); err == nil && !age {
				c.expires = t
			}
		}
	}
	return c, true
}

func trim(s string) string { return strings.Trim(s, " \t") }

// control tells a character that no cookie may hold.
func control(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

// readDate reads the date of Expires. Servers write it in more ways than one.
func readDate(s string) (t time.Time, err error) {
	for _, layout := range []string{http.TimeFormat, "Mon, 02-Jan-2006 15:04:05 MST", "Mon, 02-Jan-06 15:04:05 MST", time.RFC850, time.ANSIC, time.RFC1123Z} {
		if t, err = time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return t, err
}

// defaultPath is the path of a cookie that names none (RFC 6265 §5.1.4).
func defaultPath(u *url.URL) string {
	path := u.EscapedPath()
	i := strings.LastIndex(path, "/")
	if !strings.HasPrefix(path, "/") || i == 0 {
		return "/"
	}
	return path[:i]
}

// parentOf tells whether a Domain attribute takes effect: it names a domain
// above the host. What names another (or ".127.0.0.1", as one server writes) is
// left aside, and the cookie stays with its host: what matters is to get through.
func parentOf(domain, host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return false
	}
	return strings.Contains(domain, ".") && strings.HasSuffix(host, "."+domain)
}

// goesTo tells whether the cookie belongs to a request.
func (c *cookie) goesTo(u *url.URL, now time.Time) bool {
	host := canonicalHost(u)
	switch {
	case host != c.host && !(c.domain && strings.HasSuffix(host, "."+c.host)):
		return false
	case c.secure && u.Scheme != "https" && !loopback(host):
		return false
	case !c.expires.IsZero() && !c.expires.After(now):
		return false
	}
	return within(u.EscapedPath(), c.path)
}

// within is the path match of RFC 6265 §5.1.4.
func within(path, prefix string) bool {
	if path == "" {
		path = "/"
	}
	return path == prefix || strings.HasPrefix(path, prefix) &&
		(strings.HasSuffix(prefix, "/") || strings.HasPrefix(path[len(prefix):], "/"))
}

func canonicalHost(u *url.URL) string {
	return strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
}

// loopback tells whether a host name or address leads nowhere but to this
// machine (RFC 6761 §6.3).
func loopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if a, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return a.Unmap().IsLoopback()
	}
	host = strings.ToLower(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
