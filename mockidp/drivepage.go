package mockidp

import (
	"html"
	"strings"
)

// seenPage is what [Drive] makes of an HTML page: what it says, and its forms.
type seenPage struct {
	title, message, alert string
	forms                 []seenForm
}

type seenForm struct {
	action, method  string
	fields, buttons []seenField
}

type seenField struct {
	name, value, kind string
	focused           bool
}

// field finds a field by name, nil when there is none.
func (f *seenForm) field(name string) *seenField {
	for i := range f.fields {
		if f.fields[i].name == name {
			return &f.fields[i]
		}
	}
	return nil
}

// button finds a button by name and value. An empty value stands for any, one
// with the focus first.
func (f *seenForm) button(name, value string) *seenField {
	var first *seenField
	for i := range f.buttons {
		b := &f.buttons[i]
		if b.name != name || value != "" && b.value != value {
			continue
		}
		if b.focused {
			return b
		}
		if first == nil {
			first = b
		}
	}
	return first
}

// readPage finds the forms of a page and what it says: the heading, the first
// paragraph, and the alert if it has one. It reads any text; what is not
// well-formed it passes over.
func readPage(text string) seenPage {
	var p seenPage
	var into *string // where text goes
	inForm := false
	for text != "" {
		before, rest, found := strings.Cut(text, "<")
		if into != nil {
			*into += html.UnescapeString(before)
		}
		if !found {
			break
		}
		if strings.HasPrefix(rest, "!--") {
			_, text, _ = strings.Cut(rest, "-->")
			continue
		}
		var t seenTag
		t, text = readTag(rest)
		switch t.name {
		case "script", "style":
			_, text, _ = strings.Cut(text, "</"+t.name)
		case "h1":
			into = start(&p.title)
		case "p":
			if t.attributes["role"] == "alert" {
				into = start(&p.alert)
			} else if into = start(&p.message); inForm {
				into = nil
			}
		case "/h1", "/p":
			into = nil
		case "form":
			inForm = true
			p.forms = append(p.forms, seenForm{action: t.attributes["action"], method: t.attributes["method"]})
		case "/form":
			inForm = false
		case "input", "button":
			if !inForm {
				break
			}
			_, focused := t.attributes["autofocus"]
			field := seenField{t.attributes["name"], t.attributes["value"], t.attributes["type"], focused}
			form := &p.forms[len(p.forms)-1]
			if t.name == "button" {
				form.buttons = append(form.buttons, field)
			} else {
				form.fields = append(form.fields, field)
			}
		}
	}
	for _, s := range []*string{&p.title, &p.message, &p.alert} {
		*s = strings.Join(strings.Fields(*s), " ")
	}
	return p
}

// start gives where the text of an element goes, nil when there has been one of
// its sort before.
func start(s *string) *string {
	if *s != "" {
		return nil
	}
	return s
}

type seenTag struct {
	name       string
	attributes map[string]string
}

// readTag reads what follows a "<" up to the ">", and gives what is left.
func readTag(text string) (seenTag, string) {
	t := seenTag{attributes: map[string]string{}}
	i := strings.IndexAny(text, " \t\r\n>")
	if i < 0 {
		return t, ""
	}
	t.name, text = strings.ToLower(text[:i]), text[i:]
	for {
		text = strings.TrimLeft(text, " \t\r\n/")
		if text == "" {
			return t, ""
		}
		if text[0] == '>' {
			return t, text[1:]
		}
		end := strings.IndexAny(text, "= \t\r\n/>")
		if end < 0 {
			return t, ""
		}
		name, value := strings.ToLower(text[:end]), ""
		if text = text[end:]; text[0] == '=' {
			value, text = readValue(text[1:])
		}
		if _, twice := t.attributes[name]; !twice {
			t.attributes[name] = html.UnescapeString(value)
		}
	}
}

// readValue reads the value of an attribute, in quotes or without.
func readValue(text string) (value, rest string) {
	if text != "" && (text[0] == '"' || text[0] == '\'') {
		value, rest, _ = strings.Cut(text[1:], text[:1])
		return value, rest
	}
	end := strings.IndexAny(text, " \t\r\n>")
	if end < 0 {
		return text, ""
	}
	return text[:end], text[end:]
}
