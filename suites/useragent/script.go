package useragent

import (
	"regexp"
	"strconv"
	"strings"
)

// scriptMove is a navigation that a script makes as soon as it runs.
type scriptMove struct {
	to string
	// certain is false when a condition decides, which nobody evaluates here.
	certain bool
	// window opens another one, and leaves the page where it is.
	window bool
}

// scriptMoves finds the navigations of scripts. Nothing is run: what is found
// are assignments of a text to location, and calls with one. What stands in a
// function counts when the function is called without anybody pressing anything.
func scriptMoves(scripts []string) (moves []scriptMove) {
	var all []region
	for _, s := range scripts {
		all = append(all, regions(s)...)
	}
	run := ""
	for again := true; again; { // a function that runs may call another
		again = false
		for i := range all {
			r := &all[i]
			if !r.runs && r.name != "" && regexp.MustCompile(`\b`+regexp.QuoteMeta(r.name)+`\b`).MatchString(run) {
				r.runs = true
			}
			if r.runs && !r.seen {
				r.seen, again = true, true
				run += r.text + "\n"
			}
		}
	}
	for _, r := range all {
		if r.runs {
			moves = append(moves, r.moves(run)...)
		}
	}
	return moves
}

// submits tells whether scripts send a form as soon as they run.
func submits(scripts []string) bool {
	var all []region
	for _, s := range scripts {
		all = append(all, regions(s)...)
	}
	run := ""
	for range len(all) + 1 {
		for i := range all {
			r := &all[i]
			if !r.seen && (r.runs || regexp.MustCompile(`\b`+regexp.QuoteMeta(firstOf(r.name, "\x00"))+`\b`).MatchString(run)) {
				r.runs, r.seen = true, true
				run += r.text + "\n"
			}
		}
	}
	return submitCall.MatchString(run)
}

var submitCall = regexp.MustCompile(`\.\s*(?:submit|requestSubmit|click)\s*(?:\.\s*call\s*)?\(|\bsubmit\s*\(\s*\)`)

// region is a piece of a script that runs together.
type region struct {
	text        string
	name        string // of the function
	runs, seen  bool
	conditional bool
}

var (
	functionHead = regexp.MustCompile(`(?s)(?:\bfunction\b\s*\*?\s*([\w$]*)\s*\([^()]*\)|(?:\([^()]*\)|[\w$]+)\s*=>)\s*$`)
	namedBefore  = regexp.MustCompile(`([\w$]+)\s*[:=]\s*(?:async\s*)?$`)
	// What calls a function that stands in its place: the function itself, an
	// event of loading, a timer, a ready handler.
	calledAtOnce = regexp.MustCompile(`(?s)(?:(?:^|[;{}=,\s])[(!+~-]+|\bvoid\s|onload\s*=|onpageshow\s*=|setTimeout\(|requestAnimationFrame\(|queueMicrotask\(|addEventListener\(\s*["'](?:load|DOMContentLoaded|pageshow)["']\s*,|\bready\(|\$\()\s*(?:async\s*)?$`)
	conditionEnd = regexp.MustCompile(`(?s)(?:\bif\s*\(.*\)|\belse|\bcatch\s*(?:\([^)]*\))?|\bcase\b[^:]*:|\bwhile\s*\(.*\))\s*$`)
)

// regions cuts a script at the braces of its functions and conditions.
func regions(script string) (done []region) {
	script = withoutComments(script)
	type open struct {
		region
		b        strings.Builder
		function bool
	}
	stack := []*open{{region: region{runs: true}}}
	quote := byte(0)
	for i := 0; i < len(script); i++ {
		c := script[i]
		top := stack[len(stack)-1]
		switch {
		case quote != 0:
			if c == '\\' && i+1 < len(script) {
				top.b.WriteByte(c)
				i++
				c = script[i]
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '{' && len(stack) < 200:
			before := top.b.String()
			if len(before) > 400 {
				before = before[len(before)-400:]
			}
			next := &open{region: region{runs: top.runs, conditional: top.conditional}}
			if m := functionHead.FindStringSubmatchIndex(before); m != nil {
				head := before[:m[0]]
				next.function = true
				if m[2] >= 0 {
					next.name = before[m[2]:m[3]]
				}
				if n := namedBefore.FindStringSubmatch(head); n != nil && next.name == "" {
					next.name = n[1]
				}
				next.runs = top.runs && calledAtOnce.MatchString(head)
				if !next.runs && next.name == "" {
					next.name = "\x00never"
				}
				// The head leaves the text, so that it does not look like a call.
				kept := strings.TrimSuffix(top.b.String(), before[m[0]:])
				top.b.Reset()
				top.b.WriteString(kept)
			} else if conditionEnd.MatchString(before) {
				next.conditional = true
			} else {
				next.function = false
			}
			stack = append(stack, next)
			continue
		case c == '}' && len(stack) > 1:
			top.text = top.b.String()
			stack = stack[:len(stack)-1]
			if !top.function { // a block or an object belongs to what is around it
				parent := stack[len(stack)-1]
				if top.conditional == parent.conditional {
					parent.b.WriteString("{" + top.text + "}")
					continue
				}
				parent.b.WriteString(";")
			}
			done = append(done, top.region)
			continue
		}
		top.b.WriteByte(c)
	}
	for _, o := range stack {
		o.text = o.b.String()
		done = append(done, o.region)
	}
	return done
}

var comment = regexp.MustCompile(`(?s)"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|` + "`(?:[^`\\\\]|\\\\.)*`" + `|/\*.*?\*/|//[^\n]*|<!--[^\n]*`)

// withoutComments takes the comments out of a script.
func withoutComments(script string) string {
	return comment.ReplaceAllStringFunc(script, func(m string) string {
		if m[0] == '/' || m[0] == '<' {
			return " "
		}
		return m
	})
}

const (
	text     = `"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|` + "`(?:[^`\\\\$]|\\\\.)*`"
	location = `(?:(?:window|document|self|top|parent|this|globalThis)\s*\.\s*)*\blocation`
)

var (
	literal     = regexp.MustCompile(`^\s*(?:` + text + `)`)
	identifier  = regexp.MustCompile(`^\s*([\w$]+)\s*(?:[;,)\n+]|$)`)
	assignments = regexp.MustCompile(location + `(?:\s*\.\s*href)?\s*=[^=]`)
	calls       = regexp.MustCompile(location + `\s*\.\s*(?:replace|assign)\s*\(`)
	windows     = regexp.MustCompile(`\b(?:window\s*\.\s*)?open\s*\(`)
	statement   = regexp.MustCompile(`[;{}\n]`)
	parameters  = regexp.MustCompile(`(?:\([^()]*\)|[\w$]+)\s*$`)
	lineIf      = regexp.MustCompile(`(?s)^\s*(?:if\s*\(|else\b)|\?[^:]*$`)
)

// moves finds the navigations of a region; all holds what else runs, for the
// variables.
func (r *region) moves(all string) (moves []scriptMove) {
	for _, kind := range []struct {
		re     *regexp.Regexp
		window bool
	}{{assignments, false}, {calls, false}, {windows, true}} {
		for _, at := range kind.re.FindAllStringIndex(r.text, -1) {
			end := at[1]
			if kind.re == assignments {
				end-- // the character after the sign belongs to the value
			}
			before := r.text[:at[0]]
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
