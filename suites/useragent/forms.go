package useragent

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
)

// maxHops is more pages and redirects than any login has.
const maxHops = 20

// forms is the driver that follows redirects and fills forms by itself.
type forms struct{ t *target.Target }

// Walk implements Driver.
func (f *forms) Walk(s *Session, w Walk) (*Outcome, error) {
	return newSurfer(f.t, s, w).walk(w.Request)
}

// surfer is a browser without scripts on its way.
type surfer struct {
	*pilot
	s *Session
	// endpoint is where the authorization request goes.
	endpoint string
}

func newSurfer(t *target.Target, s *Session, w Walk) *surfer {
	endpoint, _, _ := strings.Cut(w.Request.URL, "?")
	return &surfer{newPilot(t, w), s, endpoint}
}

// walk goes on from a request until the end.
func (b *surfer) walk(r *check.Request) (*Outcome, error) {
	defer func() { b.release() }()
	r = b.first(r)
	for range maxHops {
		resp, err := b.send(r)
		if err != nil {
			return nil, err
		}
		if b.s.full() {
			return b.stop(newDocument(resp), fmt.Sprintf("%s: the server has set %d cookies, and no browser keeps more", newDocument(resp).path(), maxCookies)), nil
		}
		next, o, err := b.step(r, resp)
		if err != nil || o != nil {
			return o, err
		}
		r = next
	}
	d := &document{url: r.URL}
	if n := len(b.o.Responses); n > 0 {
		d.status = b.o.Responses[n-1].Status
	}
	return b.stop(d, fmt.Sprintf("%d pages and redirects, and no end; the last leads to %s. Looked for a login, a page of consent, or the client", maxHops, d.path())), nil
}

// first is the request as a browser sends it.
func (b *surfer) first(r *check.Request) *check.Request {
	r = r.Clone()
	if r.Header == nil {
		r.Header = http.Header{}
	}
	if r.Header.Get("Accept") == "" {
		r.Header.Set("Accept", acceptPages)
	}
	return r
}

const acceptPages = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

// send makes one exchange with the cookies of the browser.
func (b *surfer) send(r *check.Request) (*check.Response, error) {
	if c := b.s.Header(r.URL); c != "" {
		r.Header.Set("Cookie", c)
	} else {
		r.Header.Del("Cookie")
	}
	purpose := PurposeLogin
	if bare, _, _ := strings.Cut(r.URL, "?"); bare == b.endpoint {
		purpose = PurposeAuthorization
	}
	resp, err := b.w.Send(b.w.Step, purpose, r)
	if err != nil {
		return nil, err
	}
	if resp.URL == "" {
		resp.URL = r.URL
	}
	b.o.Responses = append(b.o.Responses, resp)
	b.s.Take(r.URL, resp.Header)
	b.ground.learn(r.URL)
	return resp, nil
}

// step makes of an answer the next request, or the outcome.
func (b *surfer) step(r *check.Request, resp *check.Response) (*check.Request, *Outcome, error) {
	to, err := redirectTo(r.URL, resp.Status, resp.Header)
	if err != nil || to != "" && !browsersFollow(resp.Status) {
		if l := b.w.land(strings.TrimSpace(resp.Header.Get("Location")), ViaRedirect, resp.Status); l != nil {
			return nil, b.land(l), nil
		}
		d := newDocument(resp)
		return nil, b.stop(d, fmt.Sprintf("%s answers %d with a Location that no browser follows", d.path(), resp.Status)), nil
	}
	if to != "" {
		if l := b.ground.end(to, ViaRedirect, resp.Status); l != nil {
			return nil, b.land(l), nil
		}
		return b.redirected(r, resp.Status, to), nil, nil
	}
	d := newDocument(resp)
	m, err := b.look(d)
	switch {
	case err != nil:
		return nil, nil, err
	case m.land != nil:
		return nil, b.land(m.land), nil
	case m.follow != "":
		return b.get(d, m.follow), nil, nil
	case m.form != nil:
		next, err := m.form.request(m.press)
		if err != nil {
			return nil, b.stop(d, describe(d, "a form that leads somewhere: "+err.Error())), nil
		}
		b.did(m.action)
		return b.from(d, next), nil, nil
	}
	return nil, b.stop(d, m.stuck), nil
}

func browsersFollow(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// redirected is the request that a redirect asks for. After 307 and 308 a form is
// sent on; after the others browsers ask with GET (Fetch §4.4).
func (b *surfer) redirected(r *check.Request, status int, to string) *check.Request {
	next := r.Clone()
	next.URL = to
	next.Header.Del("Authorization")
	switch {
	case status == http.StatusTemporaryRedirect || status == http.StatusPermanentRedirect:
	case status != http.StatusSeeOther && r.Method != http.MethodPost:
	default:
		next.Method, next.Body = http.MethodGet, nil
		next.Header.Del("Content-Type")
		next.Header.Del("Origin")
	}
	if origin(to) != origin(r.URL) && next.Header.Get("Origin") != "" {
		next.Header.Set("Origin", "null")
	}
	return next
}

// get is the request that follows an address of a page.
func (b *surfer) get(d *document, to string) *check.Request {
	return b.from(d, &check.Request{Method: http.MethodGet, URL: to, Header: http.Header{}})
}

// from adds what a browser says of the page that a request comes from: servers
// look at it to tell forged forms.
func (b *surfer) from(d *document, r *check.Request) *check.Request {
	r.Header.Set("Accept", acceptPages)
	for _, name := range []string{"Accept-Language", "User-Agent"} {
		if v := b.w.Request.Header.Get(name); v != "" {
			r.Header.Set(name, v)
		}
	}
	referer, from := referrer(d, r.URL)
	if referer != "" {
		r.Header.Set("Referer", referer)
	}
	if r.Method == http.MethodPost {
		r.Header.Set("Origin", from)
	}
	return r
}

// referrer gives Referer and Origin of a request from a page (Referrer Policy
// §8.3, Fetch §3.1).
func referrer(d *document, to string) (referer, from string) {
	u, err := url.Parse(d.url)
	if err != nil {
		return "", "null"
	}
	u.Fragment, u.RawFragment, u.User = "", "", nil
	same := origin(d.url) == origin(to)
	less := u.Scheme == "https" && !strings.HasPrefix(to, "https:")
	full, short := u.String(), origin(d.url)+"/"
	from = origin(d.url)
	switch d.policy {
	case "no-referrer":
		return "", "null"
	case "same-origin":
		if !same {
			return "", "null"
		}
		return full, from
	case "origin":
		return short, from
	case "unsafe-url":
		return full, from
	}
	if less {
		return "", "null"
	}
	if same && d.policy != "strict-origin" || d.policy == "no-referrer-when-downgrade" {
		return full, from
	}
	return short, from
}
