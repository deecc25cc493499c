package useragent

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
)

// maxHops is more pages and redirects than any login has.
const maxHops = 20

// For gives the driver that a target asks for.
func For(t *target.Target) (Driver, error) {
	return &forms{login: t.Login}, nil
}

// forms is the driver that follows redirects and fills forms by itself.
type forms struct{ login target.Login }

// Walk implements Driver.
func (f *forms) Walk(s *Session, w Walk) (*Outcome, error) {
	o := &Outcome{}
	r := w.Request.Clone()
	for range maxHops {
		if c := s.Header(r.URL); c != "" {
			r.Header.Set("Cookie", c)
		} else {
			r.Header.Del("Cookie")
		}
		resp, err := w.Send(w.Step, "authorization", r)
		if err != nil {
			return nil, err
		}
		o.Responses = append(o.Responses, resp)
		s.Take(r.URL, resp.Header)
		loc := resp.Header.Get("Location")
		if loc == "" || resp.Status < 300 || resp.Status > 399 {
			o.Page = &Page{URL: r.URL, Status: resp.Status, HTML: strings.Contains(resp.Header.Get("Content-Type"), "html"), Text: string(resp.Body)}
			return o, nil
		}
		base, err := url.Parse(r.URL)
		if err != nil {
			return nil, err
		}
		next, err := base.Parse(loc)
		if err != nil {
			o.Page, o.Stuck = &Page{URL: r.URL, Status: resp.Status}, "the Location is no URL"
			return o, nil
		}
		if l := land(next.String(), "redirect", resp.Status, w); l != nil {
			l.Raw = loc
			o.Landing = l
			return o, nil
		}
		r = &check.Request{URL: next.String(), Header: w.Request.Header.Clone()}
		r.Header.Del("Content-Type")
	}
	o.Page, o.Stuck = &Page{URL: r.URL}, fmt.Sprintf("%d pages and redirects, the last at %s", maxHops, r.URL)
	return o, nil
}

// land reads a navigation that ends at the client; nil for any other.
func land(to, via string, status int, w Walk) *Landing {
	match := func(want string) bool {
		if origin, err := url.Parse(want); err == nil && origin.Host != "" && origin.Path+origin.RawQuery == "" {
			at, err := url.Parse(to)
			return err == nil && at.Scheme == origin.Scheme && strings.EqualFold(at.Host, origin.Host)
		}
		return want != "" && (to == want || strings.HasPrefix(to, want) && strings.ContainsAny(to[len(want):len(want)+1], "?#&"))
	}
	l := &Landing{Raw: to, Via: via, Status: status}
	switch {
	case match(w.RedirectURI):
	default:
		for _, u := range w.Watch {
			if match(u) {
				l.To = u
			}
		}
		if l.To == "" {
			return nil
		}
	}
	bare, fragment, _ := strings.Cut(to, "#")
	l.URI = bare
	_, query, _ := strings.Cut(bare, "?")
	l.Query, _ = url.ParseQuery(query)
	l.Fragment, _ = url.ParseQuery(fragment)
	l.Mode = ModeQuery
	if fragment != "" && (l.Fragment.Has("access_token") || l.Fragment.Has("code") || l.Fragment.Has("error") || l.Fragment.Has("id_token")) {
		l.Mode = ModeFragment
	}
	return l
}
