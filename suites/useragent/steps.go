package useragent

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
)

// recipe is the driver that sends the steps of a target file.
//
// Placeholders of its texts are authorization_url, username, password, client_id,
// scope and redirect_uri, and what steps take. Redirects within the server
// are followed, unless expect names the status: then the redirect is the answer.
// One that leads to the client ends the walk at whatever step, since a server that
// remembers the login, or refuses before it, answers early. After the last step
// everything is followed.
type recipe struct{ t *target.Target }

// Walk implements Driver.
func (r *recipe) Walk(s *Session, w Walk) (*Outcome, error) {
	b := newSurfer(r.t, s, w)
	if w.Deny {
		return b.stop(&document{url: w.Request.URL}, "this recipe cannot deny: login.steps says how to agree, and nothing says how to refuse"), nil
	}
	if len(w.Request.Body) > 0 {
		return b.stop(&document{url: w.Request.URL}, "this recipe cannot send the authorization request by POST: {{authorization_url}} has no body"), nil
	}
	known := r.names(b)
	for i, step := range r.t.Login.Steps {
		o, err := r.step(b, known, i, step)
		if o != nil || err != nil {
			return o, err
		}
	}
	return nil, fmt.Errorf("login.steps of the target file is empty")
}

func (r *recipe) names(b *surfer) names {
	q := b.parameters()
	return names{
		authorizationURL: b.w.Request.URL, "username": b.w.User.Name, "password": b.w.User.Password, "redirect_uri": b.w.RedirectURI,
		"client_id": q.Get("client_id"), "scope": q.Get("scope"),
	}
}

// step sends one step; it gives an outcome where the walk ends.
func (r *recipe) step(b *surfer, known names, i int, step target.Step) (*Outcome, error) {
	last := i == len(r.t.Login.Steps)-1
	name := fmt.Sprintf("login.steps[%d]", i)
	req, err := request(known, step)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if secret(step) {
		if b.w.User.Name == "" {
			return b.stop(&document{url: req.URL}, name+" needs a user, and the target file names none"), nil
		}
		b.trial = b.trials.of(b.w.User)
		may, done, err := b.trial.begin(b.context())
		if err != nil {
			return nil, err
		}
		defer done()
		if !may {
			return b.stop(&document{url: req.URL}, fmt.Sprintf("%s sends the password of %q, which was refused before and is not sent again", name, b.w.User.Name)), nil
		}
	}
	resp, o, err := r.follow(b, req, step.Expect, last)
	if err != nil || o != nil {
		return o, err
	}
	d := newDocument(resp)
	if b.s.full() {
		return b.stop(d, fmt.Sprintf("%s: the server has set %d cookies, and no browser keeps more", d.path(), maxCookies)), nil
	}
	asks := strings.Contains(step.Get+step.Post, authorizationURL)
	if !expected(step.Expect, resp.Status) && !(asks && resp.Status >= 400) {
		if secret(step) && (resp.Status == http.StatusUnauthorized || resp.Status == http.StatusForbidden || resp.Status == http.StatusBadRequest) {
			b.trial.was(refused)
		}
		return b.stop(d, describe(d, fmt.Sprintf("%s to be answered with %s", name, statuses(step.Expect)))), nil
	}
	if secret(step) {
		b.trial.was(accepted)
		b.did(LoggedIn)
	}
	if last || asks && !expected(step.Expect, resp.Status) {
		return r.end(b, d), nil
	}
	for _, as := range sorted(step.Take) {
		value, ok := taken(step.Take[as], resp, d)
		if !ok {
			return b.stop(d, describe(d, fmt.Sprintf("%s in the answer to %s", step.Take[as], name))), nil
		}
		known[as] = value
	}
	return nil, nil
}

// follow sends a request and goes on where it is redirected to.
func (r *recipe) follow(b *surfer, req *check.Request, expect []int, last bool) (*check.Response, *Outcome, error) {
	for hop := 0; ; hop++ {
		resp, err := b.send(req)
		if err != nil {
			return nil, nil, err
		}
		to, err := redirectTo(req.URL, resp.Status, resp.Header)
		if err != nil {
			return nil, b.stop(newDocument(resp), "the Location is no URL"), nil
		}
		if to == "" {
			return resp, nil, nil
		}
		if l := b.w.land(to, ViaRedirect, resp.Status); l != nil {
			return nil, b.land(l), nil
		}
		if !last && slices.Contains(expect, resp.Status) {
			return resp, nil, nil
		}
		if l := b.ground.end(to, ViaRedirect, resp.Status); l != nil {
			return nil, b.land(l), nil
		}
		if hop >= maxHops {
			d := newDocument(resp)
			return nil, b.stop(d, fmt.Sprintf("%s: more than %d redirects", d.path(), maxHops)), nil
		}
		req = b.redirected(req, resp.Status, to)
	}
}

// end reads the page at which a recipe ended.
func (r *recipe) end(b *surfer, d *document) *Outcome {
	if m := b.navigation(d); m != nil {
		return b.land(m.land)
	}
	if why := b.unreadable(d); why != "" {
		return b.stop(d, why)
	}
	if d.html && d.status < 400 {
		more := slices.ContainsFunc(d.forms, func(f *form) bool {
			return !f.loose && !f.strays() && len(f.buttons())+f.passwords()+len(f.typed()) > 0
		})
		if script := needsScript(d); more || script {
			looked := "the redirect to the client: the last of login.steps ends at a page that asks for more"
			if script {
				looked = "the redirect to the client: the last of login.steps ends at a page that needs JavaScript"
			}
			return b.stop(d, describe(d, looked))
		}
	}
	return b.stop(d, b.unfit(d).stuck)
}

// request makes the request of a step.
func request(known names, step target.Step) (*check.Request, error) {
	r := &check.Request{Header: http.Header{"Accept": {acceptPages}}}
	for _, m := range []struct{ method, url string }{
		{http.MethodGet, step.Get}, {http.MethodPost, step.Post}, {http.MethodPut, step.Put}, {http.MethodPatch, step.Patch}, {http.MethodDelete, step.Delete},
	} {
		if m.url != "" {
			u, err := known.url(m.url)
			if err != nil {
				return nil, err
			}
			r.Method, r.URL = m.method, u
		}
	}
	if r.URL == "" {
		return nil, fmt.Errorf("a step needs a URL under get, post, put, patch or delete")
	}
	var err error
	switch {
	case len(step.JSON) > 0:
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/html;q=0.9, */*;q=0.8")
		r.Body, err = known.body(step.JSON, true)
	case len(step.Form) > 0:
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Body, err = known.body(step.Form, false)
	}
	if err != nil {
		return nil, err
	}
	for name, text := range step.Headers {
		v, err := known.header(text)
		if err != nil {
			return nil, err
		}
		r.Header.Set(name, v)
	}
	return r, nil
}
