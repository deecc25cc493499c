package useragent

import (
	"fmt"
)

// logIn fills in user name and password.
func (p *pilot) logIn(d *document, f *form) (move, error) {
	u := p.w.User
	switch {
	case p.pending == pendingPassword:
		p.refused()
		return move{stuck: describe(d, fmt.Sprintf("the page behind the login; the login of %q is refused, or asked for again", u.Name))}, nil
	case p.password:
		return move{stuck: describe(d, fmt.Sprintf("the page behind the login; the password of %q is asked for again", u.Name))}, nil
	case d.captcha != "":
		return move{stuck: describe(d, "a login without "+d.captcha)}, nil
	case u.Name == "" || u.Password == "":
		return move{stuck: describe(d, "a login that needs no password: the target file names no user with a password")}, nil
	}
	to := f.where(f.submit())
	if !p.ground.own(to) {
		return move{stuck: describe(d, "a login at a host of the server; the form leads to "+origin(to)+", which no hosts of the target file names")}, nil
	}
	p.trial = p.trials.of(u)
	may, done, err := p.trial.begin(p.context())
	if err != nil {
		return move{}, err
	}
	if !may {
		return move{stuck: describe(d, fmt.Sprintf("a password that was not refused before: that of %q was, and is not sent again, lest the account be locked", u.Name))}, nil
	}
	p.release, p.pending, p.password = done, pendingPassword, true
	m := move{form: f, press: f.submit()}
	if x := f.asksName(); x != nil {
		m.set(x, u.Name)
	}
	m.set(f.asksPassword(), u.Password)
	p.alongside(&m)
	return m, nil
}

// giveName fills in the first page of two, or the only one of a login without a
// password.
func (p *pilot) giveName(d *document, f *form) (move, error) {
	switch {
	case p.w.User.Name == "":
		return move{stuck: describe(d, "a page that needs no user name: the target file names no user")}, nil
	case p.name:
		return move{stuck: describe(d, fmt.Sprintf("the page behind the user name; that of %q is asked for again", p.w.User.Name))}, nil
	case d.captcha != "":
		return move{stuck: describe(d, "a login without "+d.captcha)}, nil
	}
	p.name, p.pending = true, pendingName
	m := move{form: f, press: f.submit()}
	m.set(f.asksName(), p.w.User.Name)
	p.alongside(&m)
	return p.leads(d, m), nil
}

// pick chooses the user where a page lists them.
func (p *pilot) pick(d *document) *move {
	for _, f := range d.forms {
		if f.strays() || f.loose && !d.live {
			continue
		}
		for _, x := range f.buttons() {
			if u := p.w.User.Name; u != "" && (x.value == u || x.text == u) && !p.name {
				p.name, p.pending = true, pendingName
				m := p.leads(d, move{form: f, press: x, changed: p.extras(f)})
				return &m
			}
		}
	}
	return nil
}

// alongside fills in what a login asks besides: what the target file gives, and
// the boxes of servers that ask for consent on the same page.
func (p *pilot) alongside(m *move) {
	m.changed = append(m.changed, p.extras(m.form)...)
	for _, x := range m.form.fields {
		if _, given := p.login.Fields[x.name]; given || !x.box() || !consents.MatchString(x.name+" "+x.id+" "+x.hint) {
			continue
		}
		x.checked, m.action = !p.w.Deny, Approved
		if p.w.Deny {
			m.action = Denied
		}
		m.changed = append(m.changed, x)
	}
}

// box tells a box that may stand for what the client asks for.
func (x *field) box() bool {
	return x.kind == "checkbox" && !x.hidden && !remembers.MatchString(x.name+" "+x.id+" "+x.hint)
}
