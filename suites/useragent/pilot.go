package useragent

import (
	"context"
	"fmt"
	"net/http"

	"github.com/authassay/authassay/fixtures/target"
)

// pilot decides on each page what a user would do there. How it is done is the
// business of the driver.
type pilot struct {
	login  target.Login
	w      Walk
	ground *territory
	trials *trials
	o      *Outcome

	seen     map[string]int // pages by what they look like
	pending  string         // what was typed last, of which nothing is known yet
	password bool           // was sent in this walk
	name     bool
	trial    *trial
	release  func()
}

const (
	pendingName     = "name"
	pendingPassword = "password"
)

// move is what to do on a page.
type move struct {
	land *Landing
	// follow is an address to go to.
	follow string
	// form is to be sent by pressing a button, which may be nil; changed are the
	// fields that were filled.
	form    *form
	press   *field
	changed []*field
	// action is what the user did by that.
	action string
	// stuck says why nothing can be done. Where everything is empty the page
	// asks for nothing.
	stuck string
}

func newPilot(t *target.Target, w Walk) *pilot {
	return &pilot{
		login: t.Login, w: w, ground: newTerritory(t, &w), trials: trialsOf(t), o: &Outcome{},
		seen: map[string]int{}, release: func() {},
	}
}

func (p *pilot) context() context.Context {
	if p.w.Context == nil {
		return context.Background()
	}
	return p.w.Context
}

// did notes an action.
func (p *pilot) did(action string) {
	if action != "" {
		p.o.Actions = append(p.o.Actions, action)
	}
}

// loggedIn notes that what was typed let the user in.
func (p *pilot) loggedIn() {
	if p.pending == "" {
		return
	}
	if p.pending == pendingPassword {
		p.trial.was(accepted)
		p.release()
	}
	p.pending = ""
	p.did(LoggedIn)
}

// land ends the walk at the client.
func (p *pilot) land(l *Landing) *Outcome {
	p.loggedIn()
	p.o.Landing, p.o.Page, p.o.Stuck = l, nil, ""
	return p.o
}

// stop ends the walk at a page.
func (p *pilot) stop(d *document, stuck string) *Outcome {
	p.o.Page = d.page(p.w.User.Password)
	if stuck != "" {
		p.o.Stuck = p.clean(stuck)
	}
	return p.o
}

func (p *pilot) clean(s string) string {
	return scrub(s, []string{p.w.User.Password})
}

// look decides. An error is one of the context.
func (p *pilot) look(d *document) (move, error) {
	if m := p.navigation(d); m != nil {
		return *m, nil
	}
	if why := p.unreadable(d); why != "" {
		return move{stuck: why}, nil
	}
	if !d.html {
		return move{}, nil
	}
	key := d.looks()
	if p.seen[key]++; p.seen[key] >= 3 {
		return move{stuck: describe(d, "a page that was not there twice before: the walk goes in circles")}, nil
	}
	m, err := p.fill(d)
	if err != nil || m.stuck != "" || m.form != nil || m.follow != "" || m.land != nil {
		return m, err
	}
	if m := p.carriedOn(d); m != nil {
		return *m, nil
	}
	if d.captcha != "" && d.status != http.StatusOK || d.captcha != "" && len(d.forms) == 0 {
		return move{stuck: describe(d, "a page without "+d.captcha)}, nil
	}
	if needsScript(d) {
		return move{stuck: describe(d, "a form, or a text") + "; the page needs JavaScript: use login.driver browser"}, nil
	}
	if p.pending == pendingPassword && d.status < 400 || p.pending == pendingName && d.status < 400 {
		p.loggedIn()
	}
	return p.unfit(d), nil
}

// unreadable says what keeps an answer from being read; empty when nothing does.
func (p *pilot) unreadable(d *document) string {
	switch {
	case d.challenge != "" && len(d.forms) == 0:
		return fmt.Sprintf("%s asks for HTTP authentication (%s); a form was looked for", d.path(), oneLine(clip(d.challenge, 30)))
	case d.html && d.blank() && d.status < 300:
		return fmt.Sprintf("%s answers %d with nothing to read; a page was looked for", d.path(), d.status)
	case d.html || d.status < 200 || d.status > 299:
	case d.text == "":
		return fmt.Sprintf("%s answers %d with nothing to read; a page was looked for", d.path(), d.status)
	default:
		return fmt.Sprintf("%s answers %d with %s, which is no page; a form was looked for. It begins: %q", d.path(), d.status, firstOf(d.kind, "something without a media type"), clip(scrub(d.text, nil), 100))
	}
	if p.pending == pendingPassword && d.status == http.StatusUnauthorized && len(d.forms) == 0 && p.trial.is() != accepted {
		p.refused()
		return fmt.Sprintf("the login of %q is refused with 401", p.w.User.Name)
	}
	return ""
}

// refused notes that the password did not let the user in.
func (p *pilot) refused() {
	p.trial.was(refused)
	p.release()
	p.pending = ""
}
