package useragent

import (
	"net/url"
	"slices"
	"strings"
)

// consent answers the page that asks whether the client may have what it asks
// for. The move is empty when the page is none.
func (p *pilot) consent(d *document) move {
	forms := slices.DeleteFunc(slices.Clone(d.forms), func(f *form) bool {
		return f.strays() || f.loose && !d.live || f.passwords() > 0 || len(f.buttons()) == 0 ||
			slices.ContainsFunc(f.typed(), func(x *field) bool { return x.value == "" })
	})
	yes := p.approving(d, forms)
	if yes.form == nil {
		return move{}
	}
	p.loggedIn()
	m := yes
	if p.w.Deny {
		if m = p.denying(d, forms, yes); m.stuck != "" || m.follow != "" {
			return m
		}
	} else {
		m.changed = append(m.changed, p.scopes(m.form)...)
	}
	m.changed = append(m.changed, p.extras(m.form)...)
	m = p.leads(d, m)
	return m
}

// approving finds how to agree.
func (p *pilot) approving(d *document, forms []*form) move {
	if p.login.Approve != "" {
		if m := choice(forms, p.login.Approve); m.form != nil {
			m.action = Approved
			return m
		}
	}
	for _, want := range []meaning{approves, goesOn} {
		for _, f := range forms {
			for _, x := range f.buttons() {
				if x.means() != want {
					continue
				}
				m := move{form: f, press: x}
				if want == approves || p.asksFor(d) {
					m.action = Approved
				}
				if m.radio(approves) {
					m.action = Approved
				}
				return m
			}
		}
	}
	// One form with one button: there is nothing else to press.
	if len(forms) == 1 && len(forms[0].buttons()) == 1 && forms[0].buttons()[0].means() == unknown && len(forms[0].typed()) == 0 {
		m := move{form: forms[0], press: forms[0].buttons()[0]}
		if p.asksFor(d) || m.radio(approves) {
			m.action = Approved
		}
		return m
	}
	return move{}
}

// asksFor tells whether a page names the client or what it asks for.
func (p *pilot) asksFor(d *document) bool {
	q := p.parameters()
	for _, word := range append(strings.Fields(q.Get("scope")), q.Get("client_id")) {
		if len(word) > 2 && strings.Contains(d.text, word) {
			return true
		}
	}
	return false
}

// parameters are those of the authorization request.
func (p *pilot) parameters() url.Values {
	q := url.Values{}
	if u, err := url.Parse(p.w.Request.URL); err == nil {
		q = u.Query()
	}
	if body, err := url.ParseQuery(string(p.w.Request.Body)); err == nil {
		for name, list := range body {
			q[name] = append(q[name], list...)
		}
	}
	return q
}

// denying finds how to refuse, on a page where yes would agree.
func (p *pilot) denying(d *document, forms []*form, yes move) move {
	if p.login.Deny != "" {
		if m := choice(forms, p.login.Deny); m.form != nil {
			m.action = Denied
			return m
		}
	}
	if m := yes; m.radio(denies) {
		m.action = Denied
		return m
	}
	unnamed := false
	for _, f := range forms {
		for _, x := range f.buttons() {
			if x.means() != denies {
				continue
			}
			if d.live || f != yes.form || yes.press == nil || x.name != "" || yes.press.name != "" || x.action != yes.press.action {
				return move{form: f, press: x, action: Denied}
			}
			unnamed = true
		}
	}
	for _, l := range d.links {
		if to := d.abs(l.href); len(l.text) < 40 && meansOf(l.text) == denies && to != "" && !strings.HasPrefix(to, "javascript:") {
			p.did(Denied)
			if end := p.ground.end(to, ViaRedirect, d.status); end != nil {
				end.Via = ViaLink
				return move{land: end, follow: to}
			}
			return move{follow: to}
		}
	}
	// LemonLDAP::NG tells refusal by a sign before the value that agrees, which
	// its script puts there.
	if x := yes.form.named("confirm"); x != nil && x.kind == "hidden" && x.value != "" && !d.live {
		m := move{form: yes.form, press: yes.press, action: Denied}
		m.set(x, "-"+strings.TrimPrefix(x.value, "-"))
		return m
	}
	looked := "a button that refuses (or login.deny of the target file)"
	if unnamed {
		looked = "what tells refusal from approval: both buttons send the same, unless a script runs; give login.deny as name=value"
	}
	return move{stuck: describe(d, looked)}
}

// choice finds what the target file names: the text of a button, its name,
// name=value of a button, or name=value of another field.
func choice(forms []*form, want string) move {
	name, value, pairs := strings.Cut(want, "=")
	fits := []func(x *field) bool{
		func(x *field) bool { return strings.EqualFold(x.text, want) },
		func(x *field) bool { return x.name == want || x.id == want },
		func(x *field) bool { return pairs && x.name == name && x.value == value },
	}
	for _, fit := range fits {
		for _, f := range forms {
			if list := f.buttons(); slices.ContainsFunc(list, fit) {
				return move{form: f, press: list[slices.IndexFunc(list, fit)]}
			}
		}
	}
	for _, f := range forms {
		if !pairs {
			break
		}
		m := move{form: f, press: f.submit()}
		for _, x := range f.fields {
			switch {
			case x.name != name || x.button:
			case x.kind == "radio" || x.kind == "checkbox":
				x.checked = x.value == value
				m.changed = append(m.changed, x)
			default:
				m.set(x, value)
			}
		}
		if len(m.changed) > 0 {
			return m
		}
	}
	return move{}
}

// radio chooses among radio buttons where they say what the user wants.
func (m *move) radio(want meaning) bool {
	for _, x := range m.form.fields {
		if x.kind != "radio" {
			continue
		}
		says := meansOf(x.value)
		if says == unknown {
			says = meansOf(x.hint)
		}
		if says != want {
			continue
		}
		for _, y := range m.form.fields {
			if y.kind == "radio" && y.name == x.name {
				y.checked = y == x
			}
		}
		m.changed = append(m.changed, x)
		return true
	}
	return false
}
