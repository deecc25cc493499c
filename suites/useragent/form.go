package useragent

import (
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"github.com/authassay/authassay/suites/check"
)

// form is a form of a page (HTML §4.10).
type form struct {
	d                       *document
	id, action, method, enc string
	label                   string // id, name and class, for what it is for
	fields                  []*field
	node                    *html.Node
	// loose holds what a real browser shows outside of every form.
	loose bool
}

// formReader collects the forms of a page.
type formReader struct {
	d     *document
	byID  map[string]*form
	late  []*html.Node // controls that name their form
	loose *form
	count int
}

// maxFields is how many controls of a page are read.
const maxFields = 2000

// walk goes through the page in its order; f is the form around n.
func (p *formReader) walk(n *html.Node, f *form, disabled bool) {
	if n.Type == html.ElementNode {
		switch n.Data {
		case "form":
			f = newForm(p.d, n)
			p.d.forms = append(p.d.forms, f)
			if f.id != "" && p.byID[f.id] == nil {
				p.byID[f.id] = f
			}
		case "fieldset":
			disabled = disabled || has(n, "disabled")
		case "template":
			return
		case "input", "select", "textarea", "button":
			p.control(n, f, disabled)
		}
	}
	for c := range n.ChildNodes() {
		p.walk(c, f, disabled)
	}
}

func (p *formReader) control(n *html.Node, f *form, disabled bool) {
	if p.count++; p.count > maxFields {
		return
	}
	// A script may enable a button by what is typed.
	enables := p.d.live && n.Data == "button"
	switch {
	case (disabled || has(n, "disabled")) && !enables:
	case has(n, "form"):
		p.late = append(p.late, n)
	case f != nil:
		f.fields = append(f.fields, newField(n))
	default:
		if p.loose == nil {
			p.loose = &form{d: p.d, method: "GET", loose: true}
		}
		p.loose.fields = append(p.loose.fields, newField(n))
	}
}

// finish adds what stands elsewhere: controls that name their form, labels.
func (p *formReader) finish(root *html.Node) {
	for _, n := range p.late {
		if f := p.byID[attr(n, "form")]; f != nil {
			f.fields = append(f.fields, newField(n))
		}
	}
	if p.loose != nil {
		p.d.forms = append(p.d.forms, p.loose)
	}
	labels := map[string]string{} // by the id of the field
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || n.Data != "label" {
			continue
		}
		if id := attr(n, "for"); id != "" {
			labels[id] = label(n)
		}
	}
	for _, f := range p.d.forms {
		for _, x := range f.fields {
			if l := labels[x.id]; x.id != "" && l != "" {
				x.hint += " " + l
			}
		}
	}
}

func newForm(d *document, n *html.Node) *form {
	f := &form{d: d, node: n, id: attr(n, "id"), action: attr(n, "action"), method: strings.ToUpper(attr(n, "method")), enc: attr(n, "enctype")}
	if f.method != http.MethodPost {
		f.method = http.MethodGet
	}
	f.label = strings.Join([]string{f.id, attr(n, "name"), attr(n, "class"), attr(n, "role"), attr(n, "aria-label")}, " ")
	return f
}

// passwords counts the fields that ask for a password.
func (f *form) passwords() (n int) {
	for _, x := range f.fields {
		if x.kind == "password" {
			n++
		}
	}
	return n
}

// typed are the fields into which a person types.
func (f *form) typed() (list []*field) {
	for _, x := range f.fields {
		switch x.kind {
		case "text", "email", "tel", "search", "number", "url", "textarea":
			if !x.hidden {
				list = append(list, x)
			}
		}
	}
	return list
}

// buttons are those that send the form, or in a live page whatever can be
// pressed.
func (f *form) buttons() (list []*field) {
	for _, x := range f.fields {
		if x.button && !x.hidden && (x.kind != "button" || f.d.live) {
			list = append(list, x)
		}
	}
	return list
}

func (f *form) named(name string) *field {
	i := slices.IndexFunc(f.fields, func(x *field) bool { return x.name == name && !x.button })
	if i < 0 {
		return nil
	}
	return f.fields[i]
}

// where is where the form leads, with the button that is pressed.
func (f *form) where(pressed *field) string {
	to := f.action
	if pressed != nil && pressed.action != "" {
		to = pressed.action
	}
	if to == "" {
		return f.d.url // without an action it is the page itself, whatever its base
	}
	return f.d.abs(to)
}

// request makes the request of the form as a browser sends it.
func (f *form) request(pressed *field) (*check.Request, error) {
	method, enc := f.method, f.enc
	if pressed != nil && pressed.method != "" {
		method = pressed.method
	}
	if pressed != nil && pressed.enc != "" {
		enc = pressed.enc
	}
	return encode(f.where(pressed), method, enc, f.pairs(pressed))
}
