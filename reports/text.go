package reports

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// visible makes text that a server chose fit for XML 1.0 and for a terminal:
// control characters, invalid UTF-8 and characters that hide or reorder others
// become escapes that can be read. Newlines and tabs stay; CR LF becomes LF.
func visible(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case r == '\r' && strings.HasPrefix(s[i+1:], "\n"):
			// The newline follows and says enough.
		case r == '\r':
			b.WriteString(`\r`)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, r)
		case hidden(r) && r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		case hidden(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
		i += n
	}
	return b.String()
}

// plain tells whether s is printable ASCII with newlines and tabs, the common
// case, which visible returns as it is.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 0x20 && c != '\n' && c != '\t') || c >= 0x7f {
			return false
		}
	}
	return true
}

// hidden tells whether a character must not reach a reader as itself: C1
// controls drive terminals, format characters reorder or hide text, the line
// and paragraph separators break lines, and XML 1.0 has no U+FFFE and U+FFFF.
func hidden(r rune) bool {
	return (r >= 0x80 && r <= 0x9f) || r == 0xfffe || r == 0xffff ||
		unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
}

// oneLine is the first line of s that says something, made visible. Of a line
// that is longer than anybody reads it is the beginning.
func oneLine(s string) string {
	for line := range strings.Lines(s) {
		line, _ = shorten(line, maxLine)
		line = visible(line)
		if line = strings.TrimSpace(strings.ReplaceAll(line, "\t", " ")); line != "" {
			return line
		}
	}
	return ""
}

// maxLine is the length at which a line is cut, in bytes; longer lines are text
// that a server made up.
const maxLine = 8 << 10

// flatTo is the beginning of s on one line, in at most limit bytes and a mark
// where it was cut. Unlike flat it costs no more for a text of megabytes.
func flatTo(s string, limit int) string {
	short, cut := shorten(s, 4*limit)
	out := clip(flat(short), limit)
	if cut && !strings.HasSuffix(out, "...") {
		out += "..."
	}
	return out
}

// flat is all of s on one line, made visible.
func flat(s string) string {
	return strings.Join(strings.Fields(visible(s)), " ")
}

// shorten cuts s to at most limit bytes, between characters, and tells whether
// it cut anything.
func shorten(s string, limit int) (string, bool) {
	if len(s) <= limit {
		return s, false
	}
	// No further than a character is long: a server may send nothing else but
	// continuation bytes.
	for end := limit; end > 0 && end > limit-utf8.UTFMax; end-- {
		if utf8.RuneStart(s[end]) {
			return s[:end], true
		}
	}
	return s[:limit], true
}

// clip shortens a line and marks the cut.
func clip(s string, limit int) string {
	if short, cut := shorten(s, limit); cut {
		return short + "..."
	}
	return s
}

// first is the first of the strings that is not blank, or "".
func first(list ...string) string {
	for _, s := range list {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}

// plural is the number with the noun in the form that goes with it.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// wrap breaks s into lines of at most width characters at spaces. A word that
// is longer stays whole, so that a URL can be copied.
func wrap(s string, width int) []string {
	var lines []string
	line, used := strings.Builder{}, 0
	for _, word := range strings.Fields(s) {
		n := utf8.RuneCountInString(word)
		if used > 0 && used+1+n > width {
			lines, used = append(lines, line.String()), 0
			line.Reset()
		}
		if used > 0 {
			line.WriteByte(' ')
			used++
		}
		line.WriteString(word)
		used += n
	}
	if used > 0 {
		lines = append(lines, line.String())
	}
	return lines
}
