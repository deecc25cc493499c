package reports

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// shellWord is one argument of a command line for sh: pieces of text and
// variables, in order.
type shellWord []shellPiece

// shellPiece is text, or a variable when name is set.
type shellPiece struct{ text, name string }

func literal(s string) shellWord { return shellWord{{text: s}} }

// prefixed is the word with a text before it.
func (w shellWord) prefixed(s string) shellWord { return append(literal(s), w...) }

// text is the word without its variables.
func (w shellWord) text() string {
	var b strings.Builder
	for _, p := range w {
		b.WriteString(p.text)
	}
	return b.String()
}

// variables tells whether the word has any.
func (w shellWord) variables() bool {
	for _, p := range w {
		if p.name != "" {
			return true
		}
	}
	return false
}

// String spells the word so that any POSIX sh makes exactly one argument of it,
// with nothing expanded but its variables. Only characters that a reader can
// see stand in it: the others are made by printf where they belong.
func (w shellWord) String() string {
	text := w.text()
	switch {
	case !w.variables() && text != "" && !strings.ContainsFunc(text, specialInShell):
		return text
	case w.variables() && !strings.ContainsAny(text, "\"\\$`!") && !strings.ContainsFunc(text, unprintable) && utf8.ValidString(text):
		return `"` + w.expand(func(s string) string { return s }) + `"`
	}
	var b strings.Builder
	run := "" // of text, so that neighbours share their quotes
	for _, p := range w {
		run += p.text
		if p.name != "" {
			quoteSingle(&b, run)
			b.WriteString(`"$` + p.name + `"`)
			run = ""
		}
	}
	quoteSingle(&b, run)
	if b.Len() == 0 {
		return "''"
	}
	return b.String()
}

// expand joins the pieces for the inside of double quotes; text is spelled by
// escape.
func (w shellWord) expand(escape func(string) string) string {
	var b strings.Builder
	for i, p := range w {
		switch {
		case p.name == "":
			b.WriteString(escape(p.text))
		case i+1 < len(w) && w[i+1].text != "" && nameByte(w[i+1].text[0]):
			b.WriteString("${" + p.name + "}")
		default:
			b.WriteString("$" + p.name)
		}
	}
	return b.String()
}

func nameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// specialInShell tells the characters that may not stand in a bare word.
func specialInShell(r rune) bool {
	return r >= utf8.RuneSelf || !nameByte(byte(r)) && !strings.ContainsRune("-./:@%+,", r)
}

// unprintable tells the characters that a reader would not see, or that a
// terminal would obey.
func unprintable(r rune) bool {
	return (r < 0x20 && r != '\n' && r != '\t') || r == 0x7f || hidden(r)
}

// quoteSingle writes text in single quotes. A quotation mark, and what cannot be
// seen, stands between two quoted parts. NUL, which no argument can hold, is
// left out.
func quoteSingle(b *strings.Builder, s string) {
	open := false
	quote := func(want bool) {
		if open != want {
			b.WriteByte('\'')
			open = want
		}
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == 0:
		case r == '\'':
			quote(false)
			b.WriteString(`\'`)
		case r == utf8.RuneError && n == 1, unprintable(r):
			quote(false)
			b.WriteString(`"$(printf '`)
			for _, c := range []byte(s[i : i+n]) {
				fmt.Fprintf(b, `\%03o`, c)
			}
			b.WriteString(`')"`)
		default:
			quote(true)
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	quote(false)
}
