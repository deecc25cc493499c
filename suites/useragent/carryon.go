package useragent

import (
	"fmt"
	"slices"
	"strings"
)

// navigation finds what leads on without the user.
func (p *pilot) navigation(d *document) *move {
	for _, f := range d.forms {
		if f.loose || len(f.typed()) > 0 || f.passwords() > 0 {
			continue
		}
		l := p.w.land(f.where(nil), ViaForm, d.status)
		if l == nil {
			continue
		}
		// A form in which nothing can be chosen sends itself, or waits for a
		// press where scripts are off. An empty one is a link.
		if l := f.landing(l, nil); d.submits() || answers(l.Params()) && len(d.forms) == 1 && len(f.buttons()) < 2 {
			l.Pressed = !d.submits() && d.foreign+len(d.scripts) == 0
			return &move{land: l}
		}
	}
	if d.refresh != nil {
		if l := p.w.land(d.abs(d.refresh.to), ViaMeta, d.status); l != nil {
			return &move{land: l}
		}
	}
	if d.live {
		return nil
	}
	for _, s := range scriptMoves(d.scripts) {
		if l := p.w.land(d.abs(s.to), ViaScript, d.status); l != nil {
			return &move{land: l}
		}
	}
	return nil
}

// patience is for how many seconds a page that replaces itself is waited for,
// without waiting.
const patience = 10

// carriedOn follows what leads on where a page asks for nothing.
func (p *pilot) carriedOn(d *document) *move {
	if d.live {
		return nil
	}
	if f := d.only(); f != nil && d.submits() {
		to := f.where(nil)
		if l := p.ground.end(to, ViaForm, d.status); l != nil {
			return &move{land: f.landing(l, nil)}
		}
		return &move{form: f}
	}
	to, via := "", ""
	if d.refresh != nil && d.refresh.seconds <= patience {
		to, via = d.abs(d.refresh.to), ViaMeta
	}
	for _, s := range scriptMoves(d.scripts) {
		if to == "" && s.certain && !s.window {
			to, via = d.abs(s.to), ViaScript
		}
	}
	if to == "" || strings.HasPrefix(to, "javascript:") {
		return nil
	}
	if l := p.ground.end(to, via, d.status); l != nil {
		return &move{land: l}
	}
	return &move{follow: to}
}

// blank tells that a page holds nothing at all.
func (d *document) blank() bool {
	return d.text == "" && len(d.forms) == 0 && d.foreign+len(d.scripts) == 0 && d.refresh == nil
}

// only is the one form of a page, if it has nothing to fill in.
func (d *document) only() *form {
	if len(d.forms) != 1 || d.forms[0].loose || len(d.forms[0].typed()) > 0 || d.forms[0].passwords() > 0 {
		return nil
	}
	return d.forms[0]
}

// submits tells whether the page sends a form by itself.
func (d *document) submits() bool { return !d.live && submits(d.scripts) }

// looks is what makes two pages the same.
func (d *document) looks() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s %s", d.status, d.path(), d.title)
	for _, f := range d.forms {
		b.WriteString(" (" + f.action)
		for _, x := range f.fields {
			b.WriteString(" " + x.kind + ":" + x.name)
			if x.button {
				b.WriteString("=" + x.text)
			}
		}
		b.WriteString(")")
	}
	if len(d.forms) == 0 {
		b.WriteString(d.text)
	}
	return b.String()
}

// needsScript tells whether a page is empty until a script has run.
func needsScript(d *document) bool {
	if d.foreign+len(d.scripts) == 0 || d.live {
		return false
	}
	password := slices.ContainsFunc(d.forms, func(f *form) bool { return f.loose && f.passwords() > 0 })
	waits := meansWait.MatchString(d.text)
	return password || len(d.forms) == 0 && (d.text == "" || len(d.text) < 60 && (waits || d.shell))
}
