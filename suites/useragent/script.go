package useragent

import (
	"regexp"
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
	all, run := running(scripts)
	for _, r := range all {
		if len(moves) < maxMoves {
			moves = append(moves, r.moves(run)...)
		}
	}
	return moves
}

// submits tells whether scripts send a form as soon as they run.
func submits(scripts []string) bool {
	_, run := running(scripts)
	return submitCall.MatchString(run)
}

// running are the pieces of scripts that run without anybody pressing anything,
// and their text. A function that runs may call another.
func running(scripts []string) (list []region, run string) {
	var all []region
	for _, s := range scripts {
		all = append(all, regions(s)...)
	}
	var b strings.Builder
	called := map[string]bool{}
	for again := true; again; {
		again = false
		for i := range all {
			r := &all[i]
			if r.seen || !r.runs && !called[r.name] {
				continue
			}
			r.seen, again = true, true
			list = append(list, *r)
			b.WriteString(r.text + "\n")
			for _, word := range wordsOf.FindAllString(r.text, -1) {
				called[word] = true
			}
		}
	}
	return list, b.String()
}

var wordsOf = regexp.MustCompile(`[\w$]+`)

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

// maxScript is how many bytes of a script are read. What sends a browser on is
// short.
const maxScript = 64 << 10

// maxMoves is how many navigations of a script are looked at.
const maxMoves = 30

// regions cuts a script at the braces of its functions and conditions.
func regions(script string) (done []region) {
	script = withoutComments(script[:min(len(script), maxScript)])
	type open struct {
		region
		b        []byte
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
				top.b = append(top.b, c)
				i++
				c = script[i]
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '{' && len(stack) < 200:
			before := string(top.b[max(0, len(top.b)-400):])
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
					next.name = "\x00" // nothing calls it by name
				}
				// The head leaves the text, so that it does not look like a call.
				top.b = top.b[:len(top.b)-len(before)+m[0]]
			} else if conditionEnd.MatchString(before) {
				next.conditional = true
			}
			stack = append(stack, next)
			continue
		case c == '}' && len(stack) > 1:
			top.text = string(top.b)
			stack = stack[:len(stack)-1]
			if !top.function { // a block or an object belongs to what is around it
				parent := stack[len(stack)-1]
				if top.conditional == parent.conditional {
					parent.b = append(parent.b, "{"+top.text+"}"...)
					continue
				}
				parent.b = append(parent.b, ';')
			}
			done = append(done, top.region)
			continue
		}
		top.b = append(top.b, c)
	}
	for _, o := range stack {
		o.text = string(o.b)
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
