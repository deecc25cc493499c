package mockidp

import (
	"crypto/subtle"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	// sessionLifetime is how long a login lasts, by the provider's clock.
	sessionLifetime = 8 * time.Hour
	// maxSessions bounds the sessions; the oldest make room.
	maxSessions = 5000
	// lengthOfID is the length of a session identifier: 256 bits in base32.
	lengthOfID = 52
	// maxConsents bounds what one session remembers.
	maxConsents = 500
)

// session is a browser whose user is logged in.
type session struct {
	id   string
	user *User
	at   time.Time // when the user logged in
	amr  []string

	mu       sync.Mutex
	consents map[string]bool // by client and scope
}

// agreed reports whether the user has agreed to every scope for the client in
// this session; of no scopes, whether the user has agreed at all.
func (s *session) agreed(client string, scopes []string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, scope := range append([]string{""}, scopes...) {
		if !s.consents[client+"\x00"+scope] {
			return false
		}
	}
	return true
}

// agree remembers a consent.
func (s *session) agree(client string, scopes []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.consents == nil || len(s.consents)+len(scopes) >= maxConsents {
		s.consents = make(map[string]bool)
	}
	for _, scope := range append([]string{""}, scopes...) {
		s.consents[client+"\x00"+scope] = true
	}
}

// front is what the provider keeps about browsers. The zero value is not ready;
// see newFront.
type front struct {
	login   LoginMode
	consent ConsentMode

	sessions     *shelf[*session]
	interactions *shelf[*interaction]
}

func newFront(c *config) *front {
	f := &front{
		login: c.login, consent: c.consent,
		sessions:     newShelf[*session](maxSessions),
		interactions: newShelf[*interaction](maxInteractions),
	}
	if f.login == LoginDefault {
		f.login = LoginAutomatic
	}
	if f.consent == ConsentDefault {
		f.consent = ConsentImplied
	}
	return f
}

// cookieName differs between providers, because browsers keep the cookies of a
// host together whatever the port (and tests run many providers on one).
func (x *exchange) cookieName() string { return "mockidp_" + x.p.prefix }

// browserID is the value of the session cookie, empty without one. A value that
// cannot be ours counts as none.
func (x *exchange) browserID() string {
	c, err := x.r.Cookie(x.cookieName())
	if err != nil || len(c.Value) != lengthOfID || strings.Trim(c.Value, "abcdefghijklmnopqrstuvwxyz234567") != "" {
		return ""
	}
	return c.Value
}

// session is the session of the browser that asks, nil when nobody is logged in.
func (x *exchange) session() *session {
	s, found, expired := x.p.front.sessions.get(x.browserID(), x.rec.Time)
	if !found || expired {
		return nil
	}
	return s
}

// startSession logs a user in and gives the browser the cookie. A session gets a
// new identifier, so that one that somebody planted before is worth nothing.
func (x *exchange) startSession(u *User, amr []string, planted string) (*session, *http.Cookie) {
	old := x.session()
	id := randomWord()
	if !x.keeps(ruleSessionRenewed) && planted != "" {
		id = planted
	}
	s := &session{id: id, user: u, at: x.rec.Time, amr: amr}
	if old != nil {
		x.p.front.sessions.remove(old.id)
		if old.user.Subject == u.Subject {
			old.mu.Lock()
			s.consents = maps.Clone(old.consents)
			old.mu.Unlock()
		}
	}
	x.p.front.sessions.remove(id)
	x.p.front.sessions.put(id, s, x.rec.Time, x.rec.Time.Add(sessionLifetime))
	return s, x.cookie(id)
}

// dropSession logs the user out of the browser that asks, and takes its cookie
// away in rep.
func (x *exchange) dropSession(rep *reply) {
	if s := x.session(); s != nil {
		x.p.front.sessions.remove(s.id)
	}
	c := x.cookie("")
	c.MaxAge = -1
	rep.header.Add("Set-Cookie", c.String())
}

// cookie makes the session cookie. It is Lax and not Strict, because the client
// sends the browser here from another site and the user is to be recognized.
func (x *exchange) cookie(value string) *http.Cookie {
	c := &http.Cookie{Name: x.cookieName(), Value: value, Path: x.id.path + "/"}
	if x.keeps(ruleSessionCookieHTTPOnly) {
		c.HttpOnly = true
	}
	x.reached(ruleConsentCSRF)
	if x.keeps(ruleSessionCookieSameSite) && x.set.modes[ruleConsentCSRF] == Enforce {
		c.SameSite = http.SameSiteLaxMode
	}
	if strings.HasPrefix(x.id.base, "https:") && x.keeps(ruleSessionCookieSecure) {
		c.Secure = true
	}
	return c
}

// maxAskedAgain bounds the requests that a browser is made to send again, so that
// they fit into a URL.
const maxAskedAgain = 16 << 10

// askedAgain has a browser that posts a request without the session cookie send
// it again by GET. The cookie is SameSite=Lax and does not come with a POST from a
// client's site: the user would be taken for someone who is not logged in, and a
// new cookie would end the session. Where nobody is logged in anywhere there is no
// session to find, and nil is given.
func (x *exchange) askedAgain(path string, f form) *reply {
	if x.r.Method != http.MethodPost || x.browserID() != "" || f.size() > maxAskedAgain || len(x.p.front.sessions.values()) == 0 {
		return nil
	}
	return redirect(x.id.path+path, modeQuery, url.Values(f))
}

// sameSecret compares in constant time. Nothing is the same as nothing.
func sameSecret(a, b string) bool {
	return a != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}
