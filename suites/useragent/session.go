package useragent

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// maxCookies is more than any server needs and about as many as browsers keep.
const maxCookies = 200

// Session is what a browser remembers: its cookies (RFC 6265). The jar is
// lenient, since what matters is to get through: a cookie whose Domain cannot be
// goes back to the host that set it, and one marked Secure goes also over http on
// loopback. How cookies ought to be set, checks say.
type Session struct {
	mu      sync.Mutex
	cookies []cookie // the oldest first
	now     func() time.Time
}

// NewSession is a browser without a past.
func NewSession() *Session { return &Session{now: time.Now} }

// Clone is another browser with the same past. What one of them learns from now
// on the other does not.
func (s *Session) Clone() *Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &Session{cookies: slices.Clone(s.cookies), now: s.now}
}

// Take remembers the cookies of an answer, and forgets those that it deletes.
func (s *Session) Take(from string, header http.Header) {
	u, err := url.Parse(from)
	if err != nil {
		return
	}
	now := s.now()
	// Expires is by the clock of the server, which may not be ours.
	var skew time.Duration
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		skew = now.Sub(date)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, field := range header["Set-Cookie"] {
		if c, ok := readCookie(field, u, now.Add(-skew)); ok {
			if !c.expires.IsZero() {
				c.expires = c.expires.Add(skew)
			}
			s.put(c, now)
		}
	}
}

// put keeps a cookie in place of the one of its name. The lock is held.
func (s *Session) put(c cookie, now time.Time) {
	same := func(have cookie) bool {
		return have.host == c.host && have.domain == c.domain && have.path == c.path && have.name == c.name
	}
	if i := slices.IndexFunc(s.cookies, same); i >= 0 {
		s.cookies = slices.Delete(s.cookies, i, i+1)
	}
	if !c.expires.IsZero() && !c.expires.After(now) {
		return
	}
	if len(s.cookies) >= maxCookies {
		s.cookies = slices.Delete(s.cookies, 0, 1)
	}
	s.cookies = append(s.cookies, c)
}

// full tells that a server has set as many cookies as are kept.
func (s *Session) full() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.cookies) >= maxCookies
}

// Header is the Cookie header for a URL; empty when there is none. Cookies of
// longer paths come first (RFC 6265 §5.4).
func (s *Session) Header(to string) string {
	var pairs []string
	for _, c := range s.matching(to) {
		pairs = append(pairs, c.name+"="+c.value)
	}
	return strings.Join(pairs, "; ")
}

func (s *Session) matching(to string) []cookie {
	u, err := url.Parse(to)
	if err != nil {
		return nil
	}
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []cookie
	for _, c := range s.cookies {
		if c.goesTo(u, now) {
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(a, b cookie) int { return len(b.path) - len(a.path) })
	return list
}
