package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// runClass is the class of the one case that concerns the run as a whole. It
// has two segments and those of checks have four, so they cannot be equal.
const runClass = "authassay.run"

// maxSegment is the longest segment of a class name, in characters.
const maxSegment = 80

// segment makes a name fit to stand between the dots of a class name: Jenkins
// splits a class name at its dots, so none may be inside a segment. Runs of
// anything but letters, digits, "-" and "_" become one "_".
func segment(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range name {
		if r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) {
			if gap && b.Len() > 0 {
				b.WriteByte('_')
			}
			gap = false
			b.WriteRune(r)
		} else {
			gap = true
		}
	}
	out := b.String()
	if out == "" {
		return "_"
	}
	if utf8.RuneCountInString(out) > maxSegment {
		out = string([]rune(out)[:maxSegment-9]) + "-" + shortHash(name)
	}
	return out
}

func shortHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:4])
}

// targetSegments gives every target a segment that no other target has. Where
// two names would become one ("a.b" and "a:b"), the changed ones carry a hash
// of the name, so that they do not depend on the order or on what else runs
// beside them: a changed name loses its history in CI.
func targetSegments(targets []TargetReport) []string {
	clash := map[string]map[string]bool{}
	for _, t := range targets {
		s := segment(t.Name)
		if clash[s] == nil {
			clash[s] = map[string]bool{}
		}
		clash[s][t.Name] = true
	}
	names, out := newNames(), make([]string, len(targets))
	for i, t := range targets {
		s := segment(t.Name)
		if len(clash[s]) > 1 && s != t.Name {
			s += "-" + shortHash(t.Name)
		}
		out[i] = names.unique(s)
	}
	return out
}

// names hands out each name once.
type names map[string]bool

func newNames() names { return names{} }

// unique is the name itself the first time and the name with a number after it
// from then on.
func (n names) unique(name string) string {
	got := name
	for i := 2; n[got]; i++ {
		got = name + "-" + strconv.Itoa(i)
	}
	n[got] = true
	return got
}
