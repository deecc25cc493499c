package check

import (
	"slices"
	"strings"
)

// longEnough is the length from which a value is no word of any language.
const longEnough = 12

// finder finds known texts in running text, the longest at each place. Short
// ones count only as whole words, so that the secret "secret" does not eat the
// name client_secret.
type finder struct {
	// byStart holds the texts by their first minLearn bytes, the longest first.
	byStart map[[minLearn]byte][]string
	longest int
	// whole asks for whole words whatever their length; keep, where it is set,
	// tells that a text stays where it stands.
	whole bool
	keep  func(i, end int) bool
}

func start(s string) (k [minLearn]byte) {
	copy(k[:], s)
	return k
}

// add takes a text of at least minLearn bytes.
func (f *finder) add(text string) {
	if f.byStart == nil {
		f.byStart = map[[minLearn]byte][]string{}
	}
	k := start(text)
	list := f.byStart[k]
	i, have := slices.BinarySearchFunc(list, text, func(a, b string) int { return len(b) - len(a) })
	if have { // another of the same length: the order among them is nothing
		i++
	}
	f.byStart[k] = slices.Insert(list, i, text)
	f.longest = max(f.longest, len(text))
}

// replace puts the replacement of every text in its place. Replacements that
// are there already stay.
func (f *finder) replace(s string, by map[string]string) string {
	var out strings.Builder
	done := 0
	for i := 0; i+minLearn <= len(s); {
		if s[i] == '[' && len(s)-i >= markLength && markForm.MatchString(s[i:i+markLength]) {
			i += markLength
			continue
		}
		text := f.at(s, i)
		if text == "" {
			i++
			continue
		}
		if f.keep != nil && f.keep(i, i+len(text)) {
			i += len(text)
			continue
		}
		out.WriteString(s[done:i])
		out.WriteString(by[text])
		i += len(text)
		done = i
	}
	if done == 0 {
		return s
	}
	out.WriteString(s[done:])
	return out.String()
}

// at is the longest text that stands at a place; empty when none does.
func (f *finder) at(s string, i int) string {
	for _, text := range f.byStart[start(s[i:])] {
		if !strings.HasPrefix(s[i:], text) {
			continue
		}
		if len(text) >= longEnough && !f.whole || wordBegins(s, i) && wordEnds(s, i+len(text)) {
			return text
		}
	}
	return ""
}

// dropTail cuts a text off where its end is the beginning of a known one, of
// which at least so many bytes are there.
func (f *finder) dropTail(s string, least int) string {
	for i := max(0, len(s)-f.longest+1); i+max(least, minLearn) <= len(s); i++ {
		for _, text := range f.byStart[start(s[i:])] {
			if strings.HasPrefix(text, s[i:]) && (len(text) >= longEnough || wordBegins(s, i)) {
				return s[:i] + "…"
			}
		}
	}
	return s
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

func hexByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'F' || c >= 'a' && c <= 'f'
}

// wordBegins tells whether what stands at i is the beginning of a word. The
// escape of another character may stand before it: "%20", "%2520", "\n",
// "\u0022".
func wordBegins(s string, i int) bool {
	if i == 0 || !wordByte(s[i]) || !wordByte(s[i-1]) {
		return true
	}
	before := s[max(0, i-6):i]
	n := len(before)
	switch {
	case n >= 3 && before[n-3] == '%' && hexByte(before[n-2]) && hexByte(before[n-1]):
		return true
	case n >= 5 && before[n-5:n-2] == "%25" && hexByte(before[n-2]) && hexByte(before[n-1]):
		return true
	case n >= 2 && before[n-2] == '\\' && strings.IndexByte("bfnrtv", before[n-1]) >= 0:
		return true
	case n >= 4 && (before[n-4:n-2] == `\x`) && hexByte(before[n-2]) && hexByte(before[n-1]):
		return true
	}
	return n == 6 && before[:2] == `\u` && hexByte(before[2]) && hexByte(before[3]) && hexByte(before[4]) && hexByte(before[5])
}

// wordEnds tells whether a word ends before i.
func wordEnds(s string, i int) bool { return i >= len(s) || !wordByte(s[i-1]) || !wordByte(s[i]) }
