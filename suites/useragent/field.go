package useragent

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// field is a control of a form: something to fill in, or a button.
type field struct {
	tag, kind, name, value, id string
	// hint is everything else that says what it is for.
	hint, text, autocomplete string
	checked, hidden          bool
	options                  []option
	action, method, enc      string // of a button, in place of the form's
	mark                     string // by which the browser driver finds it
	button, required         bool
}

type option struct {
	value, text string
	selected    bool
}

// passwordName is how a field for a password is called and nothing else is.
var passwordName = regexp.MustCompile(`(?i)^(?:pass|passwd|password|passwort|pwd|(?:user|login)[_-]?password)$`)

func newField(n *html.Node) *field {
	x := &field{
		tag: n.Data, kind: strings.ToLower(attr(n, "type")), name: attr(n, "name"), value: attr(n, "value"), id: attr(n, "id"),
		autocomplete: strings.ToLower(attr(n, "autocomplete")), checked: has(n, "checked"), hidden: hiddenAround(n),
		action: attr(n, "formaction"), method: strings.ToUpper(attr(n, "formmethod")), enc: attr(n, "formenctype"), mark: attr(n, fieldMark),
		required: has(n, "required"),
	}
	x.hint = strings.Join([]string{attr(n, "placeholder"), attr(n, "aria-label"), attr(n, "title")}, " ")
	switch n.Data {
	case "textarea":
		x.kind, x.value = "textarea", strings.TrimPrefix(content(n), "\n")
	case "select":
		x.kind = "select"
		x.readOptions(n)
	case "button":
		if x.kind != "button" && x.kind != "reset" {
			x.kind = "submit"
		}
		x.text = label(n)
	default:
		if x.kind == "" {
			x.kind = "text"
		}
		// Some pages show what is typed; the field is one for a password all the
		// same.
		if x.kind == "text" && (passwordName.MatchString(x.name) || strings.HasSuffix(x.autocomplete, "-password")) {
			x.kind = "password"
		}
		x.text = x.value
		if x.kind == "image" {
			x.text = attr(n, "alt")
		}
		if (x.kind == "checkbox" || x.kind == "radio") && !has(n, "value") {
			x.value = "on"
		}
	}
	if l := around(n, "label"); l != nil {
		x.hint += " " + label(l)
	}
	x.button = x.kind == "submit" || x.kind == "image" || x.kind == "button"
	if x.text == "" && x.button {
		x.text = firstOf(strings.TrimSpace(x.hint))
	}
	return x
}

func (x *field) readOptions(n *html.Node) {
	multiple, any := has(n, "multiple"), false
	for c := range n.Descendants() {
		if c.Type != html.ElementNode || c.Data != "option" || has(c, "disabled") {
			continue
		}
		o := option{value: attr(c, "value"), text: label(c), selected: has(c, "selected")}
		if !has(c, "value") {
			o.value = o.text
		}
		any = any || o.selected
		x.options = append(x.options, o)
	}
	if !multiple && !any && len(x.options) > 0 {
		x.options[0].selected = true
	}
}

func hiddenAround(n *html.Node) bool {
	if attr(n, seenMark) != "" {
		return hidden(n)
	}
	for ; n != nil && n.Data != "form"; n = n.Parent {
		if hidden(n) {
			return true
		}
	}
	return false
}

func around(n *html.Node, element string) *html.Node {
	for n = n.Parent; n != nil; n = n.Parent {
		if n.Data == element {
			return n
		}
	}
	return nil
}

// fieldMark is the attribute by which the browser driver finds a control again.
const fieldMark = "data-authassay"
