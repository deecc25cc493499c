package check

import (
	"regexp"
	"slices"
	"strings"
)

var flagName = regexp.MustCompile(`--[a-z]+(-[a-z]+)*`)

// FlagsOf are the flags that a hint begins with: "add --client-id and
// --client-secret, or list the client in a target file" names two. A value stays
// with its flag: "--patience 10m".
func FlagsOf(hint string) []string {
	text, ok := strings.CutPrefix(hint, "add ")
	if !ok {
		return nil
	}
	text, _, _ = strings.Cut(text, ", or ")
	places := flagName.FindAllStringIndex(text, -1)
	var out []string
	for i, p := range places {
		end := len(text)
		if i+1 < len(places) {
			end = places[i+1][0]
		}
		flag := text[p[0]:p[1]]
		if value, _, _ := strings.Cut(strings.TrimSpace(text[p[1]:end]), " "); value != "" && value[0] >= '0' && value[0] <= '9' {
			flag += " " + value
		}
		out = append(out, flag)
	}
	return out
}

// simplest is a need with the hint that is the simplest at this target.
func (t *T) simplest(n Need) Need {
	if n.Instead == nil {
		return n
	}
	if way := n.Instead(t); way != "" {
		n.Hint = way + ", or " + strings.TrimPrefix(n.Hint, "add ")
	}
	return n
}

// flagsFor are the flags that would let a check run whose first need is not met:
// all that its needs ask for. It is empty, and not nil, where one of them can be
// supplied in another way only, or shows only when the others are supplied.
func (t *T) flagsFor(needs []Need) []string {
	out := []string{}
	for i, n := range needs {
		if i > 0 {
			met, known := t.known(n)
			if met {
				continue
			}
			if !known && n.Instead == nil {
				return []string{}
			}
		}
		flags := FlagsOf(t.simplest(n).Hint)
		if len(flags) == 0 {
			return []string{}
		}
		for _, f := range flags {
			if !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	return out
}

// known tells whether a need is met, without a request and without anything that
// would be made for it.
func (t *T) known(n Need) (met, known bool) {
	quiet := &T{run: t.run, check: t.check, name: t.name, ctx: t.ctx, limit: t.limit, asking: true}
	func() {
		// Whoever asks for what the needs before it would have supplied breaks.
		defer func() { known = recover() == nil && known }()
		met, known = n.Met(quiet), true
	}()
	return met && known, known
}
