package mockidp

import (
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// form holds the parameters of a request. A parameter without a value counts as
// left out (RFC 6749 §3.1, §3.2) and is not in it.
type form map[string][]string

// parseForm reads application/x-www-form-urlencoded text (RFC 6749 App. B). It
// reports what is malformed, in words without any of the text.
func parseForm(text string) (form, string) {
	f := make(form)
	for pair := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return nil, "a parameter name has a percent sign that is not followed by two hexadecimal digits"
		}
		value, err = url.QueryUnescape(value)
		if err != nil {
			return nil, "a parameter value has a percent sign that is not followed by two hexadecimal digits"
		}
		if !utf8.ValidString(name) || !utf8.ValidString(value) {
			return nil, "a parameter is not UTF-8"
		}
		if value != "" {
			// Of what is kept, no part holds on to the whole text.
			name = strings.Clone(name)
			f[name] = append(f[name], strings.Clone(value))
		}
	}
	return f, ""
}

// get is the value of a parameter, empty when it was left out. Of a repeated
// parameter, which gets here only when that is tolerated, it is the last.
func (f form) get(name string) string {
	values := f[name]
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// repeated finds the first of the named parameters that is there twice.
func (f form) repeated(names []string) string {
	for _, name := range names {
		if len(f[name]) > 1 {
			return name
		}
	}
	return ""
}

// beyondASCII reports whether a value has characters beyond ASCII.
func (f form) beyondASCII() bool {
	for _, values := range f {
		for _, v := range values {
			if strings.ContainsFunc(v, func(r rune) bool { return r >= utf8.RuneSelf }) {
				return true
			}
		}
	}
	return false
}

// asLatin1 is the form as it reads when its octets are taken for ISO 8859-1.
func (f form) asLatin1() form {
	out := make(form, len(f))
	for name, values := range f {
		for _, v := range values {
			runes := make([]rune, len(v))
			for i := range len(v) {
				runes[i] = rune(v[i])
			}
			out[name] = append(out[name], string(runes))
		}
	}
	return out
}

// isForm reports whether a request says that its body is a form.
func isForm(h http.Header) bool {
	mediaType, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && mediaType == "application/x-www-form-urlencoded"
}
