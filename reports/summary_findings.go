package reports

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/fatih/color"
)

// maxIDWidth bounds the column of check ids; a longer id pushes its line.
const maxIDWidth = 28

// minTextWidth is the room a text needs beside an id; with less it goes below.
const minTextWidth = 45

// indent is the width of the column that holds PASS, FAIL, NOT RUN.
const indent = "           "

// findings prints what a reader of a target has to know, failures first.
func (s *summary) findings(t *TargetReport) {
	index := indexExchanges(t)
	s.section(t, func(r *Result) bool { return kindOf(r) == kindFailure }, func(r *Result) { s.failure(r, index) })
	s.errors(t)
	s.section(t, func(r *Result) bool { return r.Verdict == Fail && r.KnownFailing != "" }, s.known)
	s.section(t, func(r *Result) bool { return r.Verdict == Warn }, func(r *Result) { s.heading(wordWarn, r, headline(r)) })
	if s.o.Verbose {
		s.section(t, func(r *Result) bool { return r.Verdict == Info && r.UnexpectedPass == "" }, s.info)
		s.section(t, func(r *Result) bool { return r.Verdict == Pass && r.UnexpectedPass == "" },
			func(r *Result) { s.heading(wordPass, r, oneLine(r.Title)) })
	}
	s.notRun(t)
}

// section prints the results that match, with a blank line before the first.
func (s *summary) section(t *TargetReport, match func(*Result) bool, show func(*Result)) {
	begun := false
	for i := range t.Results {
		if r := &t.Results[i]; match(r) {
			if !begun {
				s.printf("\n")
				begun = true
			}
			show(r)
		}
	}
}

// failure prints a broken requirement: id, level and clause with what is
// wrong, what was expected, what was got.
func (s *summary) failure(r *Result, index exchangeIndex) {
	if r.UnexpectedPass != "" {
		s.heading(wordFail, r, "passes, but the known-failing file lists it")
		s.field("reason", "as listed: "+flat(r.UnexpectedPass))
		s.field("to do", "remove its entry from the known-failing file")
		return
	}
	what := headline(r)
	if r.Raised {
		what += " (a warning by itself; --strict makes it a failure)"
	}
	if n := len(r.Findings) - 1; n > 0 {
		what += fmt.Sprintf(" (and %s in report.json)", plural(n, "more deviation", "more deviations"))
	}
	s.heading(wordFail, r, what)
	s.field("expected", r.Expected)
	s.field("got", r.Got)
	if !s.o.Verbose {
		return
	}
	picked, left := index.of(r)
	var b strings.Builder
	for _, e := range picked {
		writeExchange(&b, e)
	}
	for line := range strings.Lines(b.String()) {
		s.printf("%s%s", indent, line)
	}
	if left > 0 {
		s.printf("%s%s in report.json\n", indent, plural(left, "more exchange", "more exchanges"))
	}
}

// errors prints the checks that could not be judged: one by one, or, where
// several met the same trouble, that trouble once. What the head of the target
// says already is not said again.
func (s *summary) errors(t *TargetReport) {
	same := map[string][]string{}
	for i := range t.Results {
		if r := &t.Results[i]; r.Verdict == Error {
			same[headline(r)] = append(same[headline(r)], caseName(r))
		}
	}
	s.section(t, func(r *Result) bool { return troubled(t, r) }, func(r *Result) {
		ids := same[headline(r)]
		switch {
		case len(ids) == 1:
			s.failed(r)
		case ids[0] == caseName(r):
			s.block(wordError, fmt.Sprintf("%d checks could not be judged: %s", len(ids), headline(r)), 4)
			s.idList(ids)
		}
	})
}

// troubled tells whether a check could not be judged for a reason that what is
// said of the target as a whole does not give already.
func troubled(t *TargetReport, r *Result) bool {
	return r.Verdict == Error && (t.Unreachable == "" || !strings.HasSuffix(headline(r), flat(t.Unreachable)))
}

// idList prints the ids of a group, the first eight of them unless all are asked
// for.
func (s *summary) idList(ids []string) {
	shown := ids
	if len(shown) > 8 && !s.o.Verbose {
		shown = append(shown[:8:8], fmt.Sprintf("and %d more", len(ids)-8))
	}
	for _, line := range wrap(strings.Join(shown, ", "), s.o.Width-len(indent)) {
		s.printf("%s%s\n", indent, line)
	}
}

// failed prints a check that could not be judged, and what to do about it.
func (s *summary) failed(r *Result) {
	s.heading(wordError, r, headline(r))
	s.field("to do", first(r.Hint, "look at its exchanges in report.json, then run it again with --check "+flat(r.ID)))
}

func (s *summary) known(r *Result) {
	s.heading(wordKnown, r, headline(r))
	reason := flat(r.KnownFailing)
	if r.KnownFailingLink != "" {
		reason += " (" + flat(r.KnownFailingLink) + ")"
	}
	s.field("reason", reason)
}

func (s *summary) info(r *Result) {
	s.heading(wordInfo, r, headline(r))
	for _, o := range r.Observations {
		s.field("noted", flat(o.Name)+" = "+flat(o.Value))
	}
}

// heading prints the line that names a check, and goes on below where the
// width of the terminal ends.
func (s *summary) heading(word string, r *Result, what string) {
	id := caseName(r)
	pad := max(s.ids-utf8.RuneCountInString(id), 0)
	text := what
	if clause := clauseOf(r); clause != "" {
		text = "[" + clause + "] " + what
	}
	head := fmt.Sprintf("  %s%s%s%s  ", s.paint(word, wordColors[word]...), strings.Repeat(" ", len(indent)-4-len(word)+2),
		s.paint(id, color.Bold), strings.Repeat(" ", pad))
	used := len(indent) + utf8.RuneCountInString(id) + pad + 2
	if s.o.Width-used < minTextWidth {
		s.printf("%s\n%s%s\n", strings.TrimRight(head, " "), indent, strings.Join(wrap(text, s.o.Width-len(indent)), "\n"+indent))
		return
	}
	s.printf("%s%s\n", head, strings.Join(wrap(text, s.o.Width-used), "\n"+strings.Repeat(" ", used)))
}

// field prints a labelled text below a heading, in at most three lines.
func (s *summary) field(label, text string) {
	// Three lines of words, or of one that is longer than a line.
	if text = flatTo(text, 16*s.o.Width); text == "" {
		return
	}
	lines := wrap(text, s.o.Width-len(indent)-10)
	if len(lines) > 3 {
		lines = append(lines[:2:2], lines[2]+" ...")
	}
	for i, line := range lines {
		// A word that is longer than a line (a token, a URL) is cut.
		lines[i] = clip(line, 3*s.o.Width)
	}
	s.printf("%s%-9s %s\n", indent, label, strings.Join(lines, "\n"+indent+strings.Repeat(" ", 10)))
}

// block prints a word and a text beside it, wrapped, in at most limit lines.
func (s *summary) block(word, text string, limit int) {
	lines := wrap(text, s.o.Width-len(indent))
	if len(lines) > limit {
		lines = append(lines[:limit-1:limit-1], lines[limit-1]+" ...")
	}
	pad := strings.Repeat(" ", max(len(indent)-2-len(word), 1))
	s.printf("  %s%s%s\n", s.paint(word, wordColors[word]...), pad, strings.Join(lines, "\n"+indent))
}

// idWidth is the width of the column of ids: that of the longest one that is
// not out of the ordinary.
func idWidth(r Report) int {
	width := 0
	for _, t := range r.Targets {
		for i := range t.Results {
			if n := utf8.RuneCountInString(caseName(&t.Results[i])); n <= maxIDWidth {
				width = max(width, n)
			}
		}
	}
	return width
}

// worst is the id of the check that a reader wants explained first.
func worst(r Report) string {
	for _, v := range []Verdict{Fail, Error, Warn} {
		for _, t := range r.Targets {
			for i := range t.Results {
				if res := &t.Results[i]; res.Verdict == v && res.KnownFailing == "" {
					return caseName(res)
				}
			}
		}
	}
	return ""
}
