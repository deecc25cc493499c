package cli

import (
	"slices"
	"strconv"
	"strings"

	"github.com/authassay/authassay/suites/catalog"
	"github.com/authassay/authassay/suites/check"
)

// Areas are the names of the areas of the catalogue, in order.
func Areas() []string {
	var out []string
	for _, a := range catalog.All().Areas {
		out = append(out, a.ID)
	}
	return out
}

// CheckIDs are the ids of all checks, in order.
func CheckIDs() []string {
	var out []string
	for _, c := range catalog.All().Checks() {
		out = append(out, c.ID)
	}
	return out
}

// validSelection refuses areas and patterns that match nothing in the
// catalogue: a slip there would select less than was meant.
func validSelection(s check.Selection) error {
	for _, area := range s.Areas {
		if err := KnownArea(area); err != nil {
			return err
		}
	}
	_, unknown := catalog.All().Unknown(s)
	if len(unknown) == 0 {
		return nil
	}
	pattern := unknown[0]
	flag := "--check"
	if !slices.Contains(s.Checks, pattern) {
		flag = "--skip"
	}
	return &UsageError{flag + " " + Quote(pattern) + " matches no check", patternHint(pattern)}
}

// KnownArea refuses an area that does not exist.
func KnownArea(area string) error {
	if areas := Areas(); !slices.Contains(areas, area) {
		return &UsageError{"--area " + Quote(area) + " is no area", DidYouMean(area, areas, "")}
	}
	return nil
}

// patternHint helps with a pattern that matches nothing.
func patternHint(pattern string) string {
	if slices.Contains(Areas(), pattern) {
		return "all checks of that area are " + pattern + "-*, or --area " + pattern
	}
	known := CheckIDs()
	if strings.Contains(pattern, "*") {
		known = nil
		for _, a := range Areas() {
			known = append(known, a+"-*")
		}
	}
	return DidYouMean(pattern, known, "authassay checks lists them")
}

// needsLeave tells whether one of the checks has a need.
func needsLeave(checks []*check.Check, need check.Need) bool {
	return slices.ContainsFunc(checks, func(c *check.Check) bool {
		return slices.ContainsFunc(c.Needs, func(n check.Need) bool { return n.Name == need.Name })
	})
}

// Quote shows what somebody typed, on one line and not endless.
func Quote(s string) string {
	if r := []rune(s); len(r) > 80 {
		s = string(r[:80]) + "…"
	}
	return strconv.Quote(s)
}
