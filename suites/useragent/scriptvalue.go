package useragent

import (
	"regexp"
	"strconv"
	"strings"
)

// moves finds the navigations of a region; all holds what else runs, for the
// variables.
func (r *region) moves(all string) (moves []scriptMove) {
	for _, kind := range []struct {
		re     *regexp.Regexp
		window bool
	}{{assignments, false}, {calls, false}, {windows, true}} {
		for _, at := range kind.re.FindAllStringIndex(r.text, maxMoves) {
			end := at[1]
			if kind.re == assignments {
				end-- // the character after the sign belongs to the value
			}
			before := r.text[max(0, at[0]-400):at[0]]
			if cut := statement.FindAllStringIndex(before, -1); cut != nil {
				before = before[cut[len(cut)-1][1]:]
			}
			if arrow := strings.LastIndex(before, "=>"); arrow >= 0 {
				head := parameters.ReplaceAllString(before[:arrow], "")
				if !calledAtOnce.MatchString(head) {
					continue // it waits for something
				}
				before = before[arrow+2:]
			}
			if to := valueOf(r.text[end:], all, 3); to != "" {
				moves = append(moves, scriptMove{to, !r.conditional && !lineIf.MatchString(before), kind.window})
			}
		}
	}
	return moves
}

// valueOf is the text with which an expression begins; of a variable its value.
func valueOf(expression, all string, depth int) string {
	out := ""
	for {
		m := literal.FindString(expression)
		if m == "" {
			break
		}
		out += unquote(strings.TrimSpace(m))
		rest := strings.TrimLeft(expression[len(m):], " \t\r\n")
		if !strings.HasPrefix(rest, "+") {
			return out
		}
		expression = rest[1:]
	}
	if m := identifier.FindStringSubmatch(expression); m != nil && depth > 0 {
		set := regexp.MustCompile(`\b` + regexp.QuoteMeta(m[1]) + `\s*=[^=]`)
		if at := set.FindStringIndex(all); at != nil {
			return out + valueOf(all[at[1]-1:], all, depth-1)
		}
	}
	return out
}

var escapes = regexp.MustCompile(`(?s)\\(?:u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2})|(.))`)

// unquote reads a text of a script.
func unquote(s string) string {
	return escapes.ReplaceAllStringFunc(s[1:len(s)-1], func(e string) string {
		m := escapes.FindStringSubmatch(e)
		if code := firstOf(m[1], m[2], m[3]); code != "" {
			if n, err := strconv.ParseUint(code, 16, 32); err == nil {
				return string(rune(n))
			}
		}
		switch m[4] {
		case "n":
			return "\n"
		case "t":
			return "\t"
		case "r":
			return "\r"
		}
		return m[4]
	})
}
