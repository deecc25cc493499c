package useragent

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

var (
	meansWait = regexp.MustCompile(`(?i)^(?:loading|please wait|one moment|just a moment|redirecting|lädt|laden|bitte warten|chargement|cargando|caricamento|carregando)`)
	// userNames are how servers call the field of the user name, secondFactors
	// what looks like it and is not.
	userNames     = regexp.MustCompile(`(?i)user|login|logon|e-?mail|identifi|identity|account|\buid\b|nick|handle|benutz|anmelde|utilisat|usuario|utente|principal`)
	secondFactors = regexp.MustCompile(`(?i)captcha|code|otp|token|pin\b|search|query|lang|phone|domain|realm|tenant`)
	remembers     = regexp.MustCompile(`(?i)rememb|again|trust|keep|persist|save|stay|merken|angemeldet bleiben|souvenir|recordar|ricorda|lembrar`)
	consents      = regexp.MustCompile(`(?i)scope|consent|confirm|allow|approv|accept|agree|grant|permi|authori`)
)

// fill chooses the form of a page that a user would fill, and fills it. The move
// is empty when there is none.
func (p *pilot) fill(d *document) (move, error) {
	var named, fields *form
	for _, f := range d.forms {
		if f.loose && !d.live || f.strays() {
			continue
		}
		if f.asksPassword() != nil {
			return p.logIn(d, f)
		}
		if f.passwords() > 1 {
			p.loggedIn()
			return move{stuck: describe(d, "a login; the page asks for a new password")}, nil
		}
		if named == nil && f.asksName() != nil {
			named = f
		}
		if fields == nil && p.coverable(f) {
			fields = f
		}
	}
	switch {
	case named != nil && p.pending == pendingPassword && d.status < http.StatusInternalServerError:
		p.refused()
		return move{stuck: describe(d, fmt.Sprintf("the page behind the login; that of %q begins anew", p.w.User.Name))}, nil
	case named != nil:
		return p.giveName(d, named)
	case d.status >= http.StatusBadRequest:
		return move{}, nil // an error page, whatever else it offers
	case fields != nil:
		p.loggedIn()
		m := move{form: fields, press: fields.submit(), changed: p.extras(fields)}
		return p.leads(d, m), nil
	}
	if m := p.pick(d); m != nil {
		return *m, nil
	}
	return p.consent(d), nil
}

// asksPassword is the field of the password of a login; nil when the form is
// none. Two of them ask for a new one.
func (f *form) asksPassword() (one *field) {
	n := 0
	for _, x := range f.fields {
		if x.kind == "password" {
			one = x
			n++
		}
	}
	if n != 1 || one.hidden && len(f.typed()) == 0 {
		return nil
	}
	return one
}

// asksName is the field for the user name; nil when there is none. In a form
// without a password it has to be called so.
func (f *form) asksName() *field {
	list := f.typed()
	for _, x := range list {
		if strings.Contains(x.autocomplete, "username") {
			return x
		}
	}
	for _, by := range []func(x *field) string{
		func(x *field) string { return x.name + " " + x.id }, func(x *field) string { return x.hint + " " + x.autocomplete },
	} {
		for _, x := range list {
			if s := by(x); userNames.MatchString(s) && !secondFactors.MatchString(x.name+" "+x.id) {
				return x
			}
		}
	}
	if f.passwords() == 0 {
		if len(list) == 1 && list[0].kind == "email" {
			return list[0]
		}
		return nil
	}
	var before *field // what stands before the password
	for _, x := range f.fields {
		if x.kind == "password" {
			break
		}
		if slices.Contains(list, x) {
			before = x
		}
	}
	return before
}

// leads ends the walk where a form leads to the client.
func (p *pilot) leads(d *document, m move) move {
	to := m.form.where(m.press)
	if l := p.ground.end(to, ViaForm, d.status); l != nil && !m.form.loose {
		p.did(m.action)
		l.Pressed = true
		return move{land: m.form.landing(l, m.press)}
	}
	return m
}

// submit is the button that sends a form of a login: the one that says so, else
// the first that means nothing else; nil when there is none.
func (f *form) submit() *field {
	list := f.buttons()
	for _, fits := range []func(*field) bool{
		func(x *field) bool { return x.logsIn() && x.means() != denies && x.means() != other },
		func(x *field) bool { m := x.means(); return m == approves || m == goesOn },
		func(x *field) bool { return x.means() == unknown && !throughOther(x) },
	} {
		if i := slices.IndexFunc(list, fits); i >= 0 {
			return list[i]
		}
	}
	return nil
}

// throughOther tells whether a button leads to the login of another server.
func throughOther(x *field) bool {
	s := strings.ToLower(x.text)
	return strings.Contains(s, " with ") || strings.Contains(s, " mit ") || strings.Contains(s, " via ")
}

func (m *move) set(x *field, value string) {
	x.value = value
	m.changed = append(m.changed, x)
}

// extras fills in what the target file gives, by the names of fields.
func (p *pilot) extras(f *form) (changed []*field) {
	for _, x := range f.fields {
		want, ok := p.login.Fields[x.name]
		if !ok || x.name == "" || x.button {
			continue
		}
		switch x.kind {
		case "checkbox", "radio":
			x.checked = x.value == want
		case "select":
			for i := range x.options {
				x.options[i].selected = x.options[i].value == want || x.options[i].text == want
			}
			x.value = want
		default:
			x.value = want
		}
		changed = append(changed, x)
	}
	return changed
}

// coverable tells whether the target file says what to type into every empty
// field of a form.
func (p *pilot) coverable(f *form) bool {
	list := f.typed()
	for _, x := range list {
		if _, ok := p.login.Fields[x.name]; !ok && (x.value == "" || x.required) {
			return false
		}
	}
	return slices.ContainsFunc(list, func(x *field) bool { _, ok := p.login.Fields[x.name]; return ok })
}

// scopes ticks the boxes of a page of consent when the user agrees.
func (p *pilot) scopes(f *form) (changed []*field) {
	for _, x := range f.fields {
		if _, given := p.login.Fields[x.name]; x.box() && !x.checked && !given {
			x.checked = true
			changed = append(changed, x)
		}
	}
	return changed
}
