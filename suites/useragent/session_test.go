package useragent

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func sessionAt(now *time.Time) *Session {
	s := NewSession()
	s.now = func() time.Time { return *now }
	return s
}

func set(fields ...string) http.Header { return http.Header{"Set-Cookie": fields} }

// Cookies go back as RFC 6265 says, and more leniently where servers need it.
func TestCookies(t *testing.T) {
	for name, c := range map[string]struct{ from, field, to, want string }{
		"plain":                      {"https://a.example/x/y", "a=b", "https://a.example/x/z", "a=b"},
		"default path":               {"https://a.example/x/y", "a=b", "https://a.example/other", ""},
		"path":                       {"https://a.example/x/y", "a=b; Path=/", "https://a.example/other", "a=b"},
		"path match":                 {"https://a.example/", "a=b; Path=/x", "https://a.example/x/z", "a=b"},
		"no path match":              {"https://a.example/", "a=b; Path=/x", "https://a.example/xy", ""},
		"another host":               {"https://a.example/", "a=b", "https://b.example/", ""},
		"another port":               {"http://a.example:1/", "a=b", "http://a.example:2/", "a=b"},
		"a host below":               {"https://a.example/", "a=b", "https://x.a.example/", ""},
		"a domain":                   {"https://login.a.example/", "a=b; Domain=.a.example", "https://op.a.example/", "a=b"},
		"a domain, another":          {"https://login.a.example/", "a=b; Domain=a.example", "https://xa.example/", ""},
		"a foreign domain":           {"https://a.example/", "a=b; Domain=evil.example", "https://a.example/", "a=b"},
		"a foreign domain elsewhere": {"https://a.example/", "a=b; Domain=evil.example", "https://evil.example/", ""},
		"an address as domain":       {"http://127.0.0.1:1/", "a=b; domain=.127.0.0.1; path=/", "http://127.0.0.1:1/x", "a=b"},
		"a top-level domain":         {"https://a.example/", "a=b; Domain=example", "https://b.example/", ""},
		"secure":                     {"https://a.example/", "a=b; Secure", "http://a.example/", ""},
		"secure on loopback":         {"http://127.0.0.1:1/", "a=b; secure", "http://127.0.0.1:1/", "a=b"},
		"secure at localhost":        {"http://localhost/", "a=b; Secure", "http://localhost/", "a=b"},
		"quotes":                     {"https://a.example/", `a="b c"; Path=/`, "https://a.example/", `a="b c"`},
		"JSON":                       {"https://a.example/", `a={"b":1,"c":"d"}`, "https://a.example/", `a={"b":1,"c":"d"}`},
		"equals signs":               {"https://a.example/", "a=b==", "https://a.example/", "a=b=="},
		"no value":                   {"https://a.example/", "a=", "https://a.example/", "a="},
		"no name":                    {"https://a.example/", "=b", "https://a.example/", ""},
		"no sign":                    {"https://a.example/", "ab", "https://a.example/", ""},
		"a line break":               {"https://a.example/", "a=b\x01c", "https://a.example/", ""},
		"too large":                  {"https://a.example/", "a=" + strings.Repeat("b", 5000), "https://a.example/", ""},
		"for later":                  {"https://a.example/", "a=b; Max-Age=60", "https://a.example/", "a=b"},
		"for never":                  {"https://a.example/", "a=b; Max-Age=0", "https://a.example/", ""},
		"for less than never":        {"https://a.example/", "a=b; Max-Age=-1", "https://a.example/", ""},
		"max-age before expires":     {"https://a.example/", "a=b; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "https://a.example/", "a=b"},
		"expires":                    {"https://a.example/", "a=b; Expires=Sun, 01 Mar 2026 12:00:01 GMT", "https://a.example/", "a=b"},
		"expired":                    {"https://a.example/", "a=b; expires=Sun, 01-Mar-2026 11:59:59 GMT", "https://a.example/", ""},
		"a date that is none":        {"https://a.example/", "a=b; Expires=soon", "https://a.example/", "a=b"},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			now := noon
			s := sessionAt(&now)
			s.Take(c.from, set(c.field))
			g.Expect(s.Header(c.to)).To(gomega.Equal(c.want))
		})
	}
}

// A cookie is replaced by the one of its name, path and host, deleted when it
// expires, and those of longer paths come first.
func TestCookiesReplacedAndOrdered(t *testing.T) {
	g := gomega.NewWithT(t)
	now := noon
	s := sessionAt(&now)
	const at = "https://a.example/x/y"
	s.Take(at, set("a=1; Path=/", "b=2; Path=/x", "c=3; Path=/"))
	g.Expect(s.Header(at)).To(gomega.Equal("b=2; a=1; c=3"))
	clone := s.Clone()
	s.Take(at, set("a=4; Path=/; Max-Age=10", "c=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT"))
	g.Expect(s.Header(at)).To(gomega.Equal("b=2; a=4"))
	g.Expect(clone.Header(at)).To(gomega.Equal("b=2; a=1; c=3"), "a clone keeps what it had")
	now = now.Add(11 * time.Second)
	g.Expect(s.Header(at)).To(gomega.Equal("b=2"))
}

// The clock of the server counts, not ours.
func TestCookiesOfAServerWithAnotherClock(t *testing.T) {
	g := gomega.NewWithT(t)
	now := noon
	s := sessionAt(&now)
	h := set("a=1; Expires=Fri, 01 Mar 2024 12:01:00 GMT", "b=1; Expires=Fri, 01 Mar 2024 11:59:00 GMT", "c=1; Max-Age=60")
	h.Set("Date", "Fri, 01 Mar 2024 12:00:00 GMT")
	s.Take("https://a.example/", h)
	g.Expect(s.Header("https://a.example/")).To(gomega.Equal("a=1; c=1"))
	now = now.Add(61 * time.Second)
	g.Expect(s.Header("https://a.example/")).To(gomega.BeEmpty())
}

// The jar is bounded, and the oldest go first.
func TestCookiesAreBounded(t *testing.T) {
	g := gomega.NewWithT(t)
	s := NewSession()
	for i := range 3 * maxCookies {
		g.Expect(s.full()).To(gomega.Equal(i >= maxCookies))
		s.Take("https://a.example/", set(fmt.Sprintf("c%d=v", i)))
	}
	g.Expect(s.cookies).To(gomega.HaveLen(maxCookies))
	g.Expect(s.cookies[0].name).To(gomega.Equal("c400"))
}
