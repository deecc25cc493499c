package reports

import (
	"bufio"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fatih/color"
)

// SummaryOptions say how the summary of a run is printed.
type SummaryOptions struct {
	// Color the words PASS, FAIL and so on. The words carry the meaning alone.
	Color bool
	// Verbose lists what passed, what was noted and the exchanges of failures.
	Verbose bool
	// Width of the terminal in characters; default 100, at least 60.
	Width int
	// ReportDir is where the reports lie; empty when none were written.
	ReportDir string
	// Outcome is what Decide made of the run; without one, that of the report
	// or the default rule is used.
	Outcome Outcome
}

// WriteSummary prints a run for a person at a terminal: for each target a
// table of its areas, then every failure with what was expected and got, what
// could not be judged, warnings, and what one would add to run more; at the
// end the counts, the verdict in a sentence, the exit code and where the
// reports lie. Text that came from a server cannot drive the terminal: control
// characters are shown as escapes. The error is that of the writer.
func WriteSummary(w io.Writer, r Report, o SummaryOptions) error {
	if o.Width <= 0 {
		o.Width = 100
	}
	o.Width = max(o.Width, 60)
	if o.Outcome.Sentence == "" {
		if r.Outcome != nil {
			o.Outcome = *r.Outcome
		} else {
			o.Outcome = Decide(r, DecideOptions{})
		}
	}
	s := &summary{b: bufio.NewWriter(w), o: o, ids: idWidth(r)}
	s.head(r)
	for i := range r.Targets {
		s.target(&r.Targets[i])
	}
	s.foot(r)
	return s.b.Flush()
}

// summary prints to a bufio.Writer, which keeps its first error for Flush.
type summary struct {
	b   *bufio.Writer
	o   SummaryOptions
	ids int
}

func (s *summary) printf(format string, args ...any) { _, _ = fmt.Fprintf(s.b, format, args...) }

// The words for the verdicts, and their colours. Each colour is switched on or
// off by itself, so that no state of the process matters.
const (
	wordPass, wordFail, wordWarn, wordInfo = "PASS", "FAIL", "WARN", "INFO"
	wordError, wordKnown, wordNotRun       = "ERROR", "KNOWN", "NOT RUN"
)

var wordColors = map[string][]color.Attribute{
	wordPass:   {color.FgGreen},
	wordFail:   {color.FgRed, color.Bold},
	wordWarn:   {color.FgYellow},
	wordInfo:   {color.FgCyan},
	wordError:  {color.FgMagenta, color.Bold},
	wordKnown:  {color.FgYellow},
	wordNotRun: {color.Faint},

	wordBroke:   {color.FgRed, color.Bold},
	wordMended:  {color.FgGreen},
	wordLost:    {color.FgMagenta, color.Bold},
	wordDecided: {color.FgCyan},
	wordNew:     {color.FgCyan},
	wordGone:    {color.Faint},
	wordDrift:   {color.FgYellow},
}

func (s *summary) paint(text string, attributes ...color.Attribute) string {
	c := color.New(attributes...)
	if s.o.Color && text != "" {
		c.EnableColor()
	} else {
		c.DisableColor()
	}
	return c.Sprint(text)
}

func (s *summary) head(r Report) {
	parts := []string{first(flat(r.Tool.Name), "authassay")}
	if r.Tool.Version != "" {
		parts[0] += " " + flat(r.Tool.Version)
	}
	if r.RunID != "" {
		parts = append(parts, "run "+flat(r.RunID))
	}
	if r.Seed != "" {
		parts = append(parts, "seed "+flat(r.Seed))
	}
	if r.Shard != nil {
		parts = append(parts, "shard "+r.Shard.String())
	}
	if r.Strict {
		parts = append(parts, "strict: warnings are failures")
	}
	parts = append(parts, strconv.FormatFloat(float64(max(r.DurationMS, 0))/1000, 'f', 1, 64)+" s")
	s.printf("%s\n", strings.Join(parts, " | "))
}

func (s *summary) target(t *TargetReport) {
	name := first(flat(t.Name), "unnamed target")
	parts := []string{name}
	if t.Version != "" {
		parts[0] += " " + flat(t.Version)
	}
	if t.Issuer != "" && t.Issuer != t.Name {
		parts = append(parts, clip(flat(t.Issuer), 2*s.o.Width))
	}
	if t.Policy != "" {
		parts = append(parts, "policy "+flat(t.Policy))
	}
	lines := wrap(strings.Join(parts, " | "), s.o.Width-2)
	if rest, ok := strings.CutPrefix(lines[0], name); ok {
		lines[0] = s.paint(name, color.Bold) + rest
	}
	s.printf("\n%s\n", strings.Join(lines, "\n  "))
	if t.Unreachable != "" {
		s.block(wordError, "the target could not be reached: "+flat(t.Unreachable), 3)
	}
	s.table(t)
	s.work(t)
	s.findings(t)
}

// foot prints what a reader looks for at the end: counts, verdict, exit code,
// where the reports lie and how to learn more.
func (s *summary) foot(r Report) {
	s.printf("\n")
	for _, n := range r.Notes {
		s.block("note", flat(n), 4)
	}
	s.printf("%s\n", strings.Join(wrap(countsLine(r.Count()), s.o.Width), "\n"))
	word, attributes := wordPass, wordColors[wordPass]
	switch s.o.Outcome.Code {
	case ExitOK:
	case ExitFail:
		word, attributes = wordFail, wordColors[wordFail]
	default:
		word, attributes = wordError, wordColors[wordError]
	}
	sentence := flat(s.o.Outcome.Sentence)
	for i, line := range wrap(sentence, s.o.Width-7) {
		if i == 0 {
			s.printf("%s%s%s\n", s.paint(word, attributes...), strings.Repeat(" ", 7-len(word)), line)
		} else {
			s.printf("       %s\n", line)
		}
	}
	for _, reason := range s.o.Outcome.Reasons {
		if strings.Contains(sentence, flat(reason)) {
			continue
		}
		for i, line := range wrap(flat(reason), s.o.Width-9) {
			s.printf("       %s %s\n", []string{"-", " "}[min(i, 1)], line)
		}
	}
	s.printf("Exit code: %d\n", s.o.Outcome.Code)
	if s.o.ReportDir != "" {
		files := DirFiles()
		line := "Reports: " + flat(filepath.Join(s.o.ReportDir, files[0]))
		rest := "beside it " + strings.Join(files[1:], ", ")
		if utf8.RuneCountInString(line)+2+len(rest) <= s.o.Width {
			s.printf("%s; %s\n", line, rest)
		} else {
			s.printf("%s\n         %s\n", line, rest)
		}
	}
	if id := worst(r); id != "" {
		s.printf("What a check asks, what it sends and how it is judged: authassay explain %s\n", id)
	}
	s.more(r)
}

// countsLine counts the verdicts in words.
func countsLine(c Counts) string {
	if c.Total() == 0 {
		return "no check was run"
	}
	out := plural(c.Total(), "check", "checks")
	sep := ": "
	for _, p := range []struct {
		n    int
		what string
	}{
		{c.Pass, "passed"}, {c.Fail, "failed"}, {c.Known, "failed as known"}, {c.Warn, "warned"},
		{c.Info, "for information"}, {c.Error, "could not be judged"}, {c.NotRun, "not run"},
	} {
		if p.n > 0 {
			out += sep + fmt.Sprintf("%d %s", p.n, p.what)
			sep = ", "
		}
	}
	if c.Unexpected > 0 {
		out += fmt.Sprintf(" (%d of them listed as known failing)", c.Unexpected)
	}
	return out
}
