package cli

import (
	"cmp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Near gives the known words that somebody who typed got may have meant, the
// likeliest first, at most three: those that a few letters turn into it, and
// those that it is a piece of.
func Near(got string, known []string) []string {
	got = strings.ToLower(strings.ReplaceAll(strings.TrimSpace(got), "_", "-"))
	if got == "" || len(got) > 100 {
		return nil
	}
	type candidate struct {
		word     string
		distance int
	}
	var found []candidate
	for _, k := range known {
		low := strings.ToLower(k)
		d := levenshtein.ComputeDistance(got, low)
		switch {
		case d <= max(1, len(got)/3):
		case d == 2 && sorted(got) == sorted(low):
			d = 1 // two letters changed places
		case len(got) >= 3 && strings.Contains(low, got):
			d += 100 // a piece of a word is a weaker sign than a slip
		default:
			continue
		}
		found = append(found, candidate{k, d})
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	var out []string
	for _, c := range found[:min(3, len(found))] {
		// Words much farther off than the best are noise beside it.
		if c.distance <= found[0].distance+1 || c.distance >= 100 && found[0].distance >= 100 {
			out = append(out, c.word)
		}
	}
	return out
}

// DidYouMean makes a hint of the words that are near, or of all of them where
// none is; other says it where the words are too many to list.
func DidYouMean(got string, known []string, other string) string {
	if near := Near(got, known); len(near) > 0 {
		return "did you mean " + either(near) + "?"
	}
	if other != "" {
		return other
	}
	return "known: " + strings.Join(known, ", ")
}

// sorted is the word with its letters in order: equal for "rnu" and "run".
func sorted(word string) string {
	letters := []rune(word)
	slices.Sort(letters)
	return string(letters)
}
