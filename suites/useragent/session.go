package useragent

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// Session is what a browser remembers: its cookies. The jar is lenient, since
// what matters is to get through: a cookie goes back to the host that set it,
// whatever domain it names, and one marked Secure also over http on loopback.
// How cookies ought to be set, checks say.
type Session struct {
	mu      sync.Mutex
	cookies []cookie
}

type cookie struct{ host, path, name, value string }

// NewSession is a browser without a past.
func NewSession() *Session { return &Session{} }

// Clone is another browser with the same past. What one of them learns from now
// on the other does not.
func (s *Session) Clone() *Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &Session{cookies: append([]cookie(nil), s.cookies...)}
}

// Take remembers the cookies of an answer.
func (s *Session) Take(from string, header http.Header) {
	u, err := url.Parse(from)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range (&http.Response{Header: header}).Cookies() {
		path := c.Path
		if !strings.HasPrefix(path, "/") { // RFC 6265 §5.1.4
			path = u.EscapedPath()
			path = path[:strings.LastIndex(path, "/")+1]
			if len(path) > 1 {
				path = strings.TrimSuffix(path, "/")
			}
		}
		if path == "" {
			path = "/"
		}
		kept := s.cookies[:0:0]
		for _, have := range s.cookies {
			if have.host != u.Hostname() || have.path != path || have.name != c.Name {
				kept = append(kept, have)
			}
		}
		s.cookies = kept
		if c.MaxAge >= 0 && !(c.MaxAge == 0 && !c.Expires.IsZero() && c.Expires.Year() < 2000) {
			s.cookies = append(s.cookies, cookie{u.Hostname(), path, c.Name, c.Value})
		}
	}
}

// Header is the Cookie header for a URL; empty when there is none.
func (s *Session) Header(to string) string {
	u, err := url.Parse(to)
	if err != nil {
		return ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var pairs []string
	for _, c := range s.cookies {
		if c.host == u.Hostname() && within(u.EscapedPath(), c.path) {
			pairs = append(pairs, c.name+"="+c.value)
		}
	}
	return strings.Join(pairs, "; ")
}

// within is the path match of RFC 6265 §5.1.4.
func within(path, prefix string) bool {
	if path == "" {
		path = "/"
	}
	return path == prefix || strings.HasPrefix(path, prefix) &&
		(strings.HasSuffix(prefix, "/") || strings.HasPrefix(path[len(prefix):], "/"))
}
