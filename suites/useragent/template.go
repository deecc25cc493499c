package useragent

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// The placeholders of a recipe besides those that its steps take.
const (
	authorizationURL = "authorization_url"
)

var placeholder = regexp.MustCompile(`\{\{\s*([A-Za-z0-9_.-]+)\s*\}\}`)

// names are the values of placeholders.
type names map[string]string

// expand puts the values in the places of a text, each written by a function that
// knows what stands before it.
func (n names) expand(s string, write func(before, value string) string) (string, error) {
	var b strings.Builder
	done := 0
	for _, m := range placeholder.FindAllStringSubmatchIndex(s, -1) {
		name := s[m[2]:m[3]]
		value, ok := n[name]
		if !ok {
			return "", fmt.Errorf("{{%s}} is not known here: it is no name of a recipe, and no step before takes it", name)
		}
		b.WriteString(s[done:m[0]])
		b.WriteString(write(b.String(), value))
		done = m[1]
	}
	b.WriteString(s[done:])
	return b.String(), nil
}

// url fills in a URL: what stands at its beginning goes as it is, since it is a
// URL itself; the rest is escaped, for the query or for the path.
func (n names) url(s string) (string, error) {
	return n.expand(s, func(before, value string) string {
		switch {
		case before == "":
			return value
		case strings.Contains(before, "?"):
			return url.QueryEscape(value)
		}
		return url.PathEscape(value)
	})
}

// plain fills in a text in which nothing has to be escaped.
func (n names) plain(s string) (string, error) {
	return n.expand(s, func(_, value string) string { return value })
}

// header fills in a header field, which has one line.
func (n names) header(s string) (string, error) {
	return n.expand(s, func(_, value string) string { return strings.NewReplacer("\r", " ", "\n", " ").Replace(value) })
}

// body fills in a JSON object of texts, or a form.
func (n names) body(fields map[string]string, asJSON bool) ([]byte, error) {
	out := map[string]string{}
	for name, text := range fields {
		v, err := n.plain(text)
		if err != nil {
			return nil, err
		}
		out[name] = v
	}
	if asJSON {
		return json.Marshal(out)
	}
	v := url.Values{}
	for name, text := range out {
		v.Set(name, text)
	}
	return []byte(v.Encode()), nil
}
