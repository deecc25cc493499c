package authserver

import (
	"math"
	"regexp"
	"slices"
	"strings"
)

// randomUUID is a UUID of version 4: 122 of its bits are random (RFC 9562 §5.4).
var randomUUID = regexp.MustCompile(`(?i)^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// unlike estimates from above how many bits tell values of one kind apart: the
// places that differ between them, each worth what the alphabet of its
// characters allows. Counters, times and fixed parts show; a hash of a counter
// does not. Two values that are the same are worth nothing.
func unlike(values []string) float64 {
	seen := map[string]bool{}
	for _, v := range values {
		if seen[v] {
			return 0
		}
		seen[v] = true
	}
	var varying []string
	if sameLength(values) {
		for i := range len(values[0]) {
			var column strings.Builder
			for _, v := range values {
				column.WriteByte(v[i])
			}
			if c := column.String(); strings.Trim(c, c[:1]) != "" {
				varying = append(varying, c)
			}
		}
	} else {
		varying = middles(values)
	}
	if len(varying) == 0 {
		return 0
	}
	places := float64(len(varying))
	if !slices.ContainsFunc(values, func(v string) bool { return !randomUUID.MatchString(v) }) {
		return min(places*4, 122) // two bits of its variant are fixed
	}
	if !sameLength(values) {
		places = math.Inf(1)
		for _, m := range varying {
			places = min(places, float64(len(m)))
		}
	}
	return places * math.Log2(alphabet(strings.Join(varying, "")))
}

func sameLength(values []string) bool {
	for _, v := range values {
		if len(v) != len(values[0]) {
			return false
		}
	}
	return true
}

// middles are values without what all of them begin and end with.
func middles(values []string) []string {
	head, tail := values[0], values[0]
	for _, v := range values[1:] {
		for !strings.HasPrefix(v, head) {
			head = head[:len(head)-1]
		}
		for !strings.HasSuffix(v, tail) {
			tail = tail[1:]
		}
	}
	out := make([]string, len(values))
	for i, v := range values {
		v = v[len(head):]
		out[i] = v[:max(0, len(v)-len(tail))]
	}
	return out
}

// alphabet is how many characters those of a text are likely chosen from: hexadecimal
// digits, or whole classes of letters and digits, and of others those seen.
func alphabet(s string) float64 {
	const digits, lower, upper = "0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	within := func(set string) bool { return strings.Trim(s, set) == "" }
	switch {
	case within(digits):
		return 10
	case within(digits + "abcdef-"), within(digits + "ABCDEF-"):
		return 16
	}
	n := 0.0
	for _, class := range []string{digits, lower, upper} {
		if strings.ContainsAny(s, class) {
			n += float64(len(class))
		}
	}
	others := map[rune]bool{}
	for _, r := range s {
		if !strings.ContainsRune(digits+lower+upper, r) {
			others[r] = true
		}
	}
	return max(2, n+float64(len(others)))
}
