package mockidp

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	// interactionLifetime is how long a page waits for its user.
	interactionLifetime = 15 * time.Minute
	// maxInteractions bounds the pages that wait; the oldest make room.
	maxInteractions = 1000
	// maxKept bounds the parameters of a request that is kept, in bytes.
	maxKept = 64 << 10
)

// size is how many bytes the parameters hold, with what Go needs to keep one.
func (f form) size() int {
	const each = 64
	n := 0
	for name, values := range f {
		for _, v := range values {
			n += len(name) + len(v) + each
		}
	}
	return n
}

// interaction is an authorization request that waits for its user.
type interaction struct {
	id      string
	request *authRequest // nil for a logout
	done    func(*exchange) *reply

	mu      sync.Mutex
	browser string   // the cookie of the browser that got the page
	token   string   // of the form, good for one time
	bad     *refusal // what the client is told after the login, in place of a success
	login   *login   // once the user has logged in here
	over    bool
}

func (it *interaction) formToken() string {
	it.mu.Lock()
	defer it.mu.Unlock()
	return it.token
}

// owner is the cookie of the browser that the interaction belongs to.
func (it *interaction) owner() string {
	it.mu.Lock()
	defer it.mu.Unlock()
	return it.browser
}

func (it *interaction) getLogin() *login {
	it.mu.Lock()
	defer it.mu.Unlock()
	return it.login
}

func (it *interaction) setLogin(l *login) {
	it.mu.Lock()
	defer it.mu.Unlock()
	it.login = l
}

// wait keeps a request until its user has answered. The browser gets a cookie,
// when it has none, so that the form is taken from nobody else.
func (x *exchange) wait(it *interaction) (*interaction, *http.Cookie) {
	it.id, it.token = randomWord(), randomWord()
	var c *http.Cookie
	if it.browser = x.browserID(); it.browser == "" {
		it.browser = randomWord()
		c = x.cookie(it.browser)
	}
	x.p.front.interactions.put(it.id, it, x.rec.Time, x.rec.Time.Add(interactionLifetime))
	return it, c
}

// waiting finds the interaction that a form or a page belongs to.
func (x *exchange) waiting(id string) *interaction {
	it, found, expired := x.p.front.interactions.get(id, x.rec.Time)
	if !found || expired {
		return nil
	}
	return it
}

// waitingHere finds the interaction that waits for the browser's user to agree,
// for a form that does not say what it is about; nil where a rule is in force.
func (x *exchange) waitingHere(rule string) *interaction {
	x.reached(rule)
	if x.set.modes[rule] == Enforce {
		return nil
	}
	for _, it := range x.p.front.interactions.values() {
		if it.request != nil && it.getLogin() != nil && sameSecret(it.owner(), x.browserID()) {
			return it
		}
	}
	return nil
}

// finish ends an interaction and reports whether this was the request that ended
// it.
func (x *exchange) finish(it *interaction) bool {
	it.mu.Lock()
	defer it.mu.Unlock()
	first := !it.over
	it.over = true
	x.p.front.interactions.remove(it.id)
	return first
}

// submitted reads a form of the login pages and finds its interaction. The rule
// is the one that guards the form against being sent by another site
// (RFC 6749 §10.12). The reply is not nil when the form is not taken.
func (x *exchange) submitted(rule string) (form, *interaction, *reply) {
	if x.bodyErr != nil || !isForm(x.r.Header) {
		return nil, nil, x.staleForm()
	}
	f, malformed := parseForm(string(x.body))
	if malformed != "" {
		return nil, nil, x.staleForm()
	}
	const shown = "the form that was shown, once, from the browser it was shown to"
	it := x.waiting(f.get("interaction"))
	if it == nil && rule == ruleConsentCSRF {
		it = x.waitingHere(rule)
	}
	if it == nil { // nothing to go on with, whatever the mode of the rule
		x.breaks(rule, false, shown, "a form that nobody was shown, or that is out of date")
		return nil, nil, x.staleForm()
	}
	it.mu.Lock()
	got := ""
	switch {
	case it.over:
		got = "a form that has been used"
	case !sameSecret(it.token, f.get("csrf_token")):
		got = "no token, or another"
	case !sameSecret(it.browser, x.browserID()):
		got = "another browser, or one without the cookie"
	case x.fromElsewhere():
		got = "a form of another site"
	default:
		it.token = randomWord()
	}
	it.mu.Unlock()
	if x.breaks(rule, got == "", shown, got) {
		return nil, nil, x.staleForm()
	}
	return f, it, nil
}

// fromElsewhere reports whether the browser says that a form stood on a page of
// another site. No word about it, and an Origin of "null", which the pages' own
// Referrer-Policy brings about, say nothing.
func (x *exchange) fromElsewhere() bool {
	switch x.r.Header.Get("Sec-Fetch-Site") {
	case "cross-site", "same-site":
		return true
	}
	origin := x.r.Header.Get("Origin")
	if origin == "" || origin == "null" {
		return false
	}
	u, err := url.Parse(origin)
	return err != nil || !strings.EqualFold(u.Host, x.r.Host) && !strings.EqualFold(origin, x.ownOrigin())
}

// ownOrigin is the origin of the issuer.
func (x *exchange) ownOrigin() string { return strings.TrimSuffix(x.id.base, x.id.path) }

// staleForm answers a form that is not taken. It says nothing about why: that is
// in the verdict.
func (x *exchange) staleForm() *reply {
	x.rec.Error = errInvalidRequest
	return x.messagePage(http.StatusBadRequest, "This page is out of date",
		"The form is no longer valid. Go back to the application and start again.")
}
