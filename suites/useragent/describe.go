package useragent

import (
	"fmt"
	"strings"
)

// describe says at which page a walk is stuck, what it shows, and what was looked
// for. It holds no values of fields.
func describe(d *document, looked string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%d", d.path(), d.status)
	if d.title != "" {
		fmt.Fprintf(&b, ", %q", clip(d.title, 80))
	}
	fmt.Fprintf(&b, "); looked for %s", looked)
	if d.text != "" {
		fmt.Fprintf(&b, ". The page says: %q", clip(hideTokens(clip(d.text, 1000)), 200))
	}
	switch len(d.forms) {
	case 0:
		b.WriteString(". It has no form")
	default:
		b.WriteString(". It has ")
		for i, f := range d.forms {
			if i == 5 {
				fmt.Fprintf(&b, "; and %d more", len(d.forms)-i)
				break
			}
			if i > 0 {
				b.WriteString("; ")
			}
			b.WriteString(f.describe())
		}
	}
	return b.String()
}

// describe names the fields and buttons of a form.
func (f *form) describe() string {
	var fields, buttons []string
	for _, x := range f.fields {
		switch {
		case x.kind == "hidden":
		case x.button:
			buttons = append(buttons, fmt.Sprintf("%q", clip(firstOf(x.text, x.value, x.name), 40)))
		case len(fields) < 20:
			fields = append(fields, fmt.Sprintf("%s (%s)", clip(firstOf(x.name, x.id, "without a name"), 40), x.kind))
		}
	}
	s := "a form"
	if f.loose {
		s = "controls outside of a form"
	}
	if len(fields) > 0 {
		s += " with " + strings.Join(fields, ", ")
	}
	if len(buttons) > 0 {
		s += " and the button " + strings.Join(buttons, ", ")
	}
	return s
}

// unfit ends a walk at a page on which nothing was found to do: it is an answer
// when it asks for nothing, else the walk is stuck.
func (p *pilot) unfit(d *document) move {
	if d.status >= 400 {
		return move{}
	}
	buttons := 0
	for _, f := range d.forms {
		if f.strays() || f.loose && !d.live {
			continue
		}
		buttons += len(f.buttons())
		if len(f.typed()) > 0 || f.passwords() > 0 || buttons > 1 {
			return move{stuck: describe(d, "a login, a page of consent, or the client; none of the forms fits (fields can be given under login.fields, buttons as login.approve and login.deny)")}
		}
	}
	for _, l := range d.links {
		if list := words(l.text); len(l.text) < 60 && among(loginWords, list) && throughOther(&field{text: l.text}) {
			return move{stuck: describe(d, fmt.Sprintf("a form; the page offers logins as links, such as %q (login.driver steps can follow one)", clip(l.text, 60)))}
		}
	}
	return move{}
}
