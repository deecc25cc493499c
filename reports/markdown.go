package reports

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// MaxMarkdown is what GitHub takes in the summary of a step, in bytes. A file
// that is longer it does not show at all.
const MaxMarkdown = 1 << 20

// WriteMarkdown writes the report for a pull request or the summary of a CI
// job, in GitHub's dialect of Markdown: the verdict in a sentence, a table of
// the areas of each target, what is broken with its clause and with what was
// expected and got, what could not be judged, what is known to fail, warnings,
// and what did not run, by what it needs. Text that a server chose stands in
// code, where it makes no links, no mentions and no markup. The document takes
// at most MaxMarkdown bytes. The error is that of the writer.
func WriteMarkdown(w io.Writer, r Report) error { return WriteMarkdownWithin(w, r, MaxMarkdown) }

// WriteMarkdownWithin is WriteMarkdown for a place that takes less: limit is in
// bytes. What does not fit is counted at the end; where not even that fits,
// nothing is written.
func WriteMarkdownWithin(w io.Writer, r Report, limit int) error {
	if r.Outcome == nil {
		decided := Decide(r, DecideOptions{})
		r.Outcome = &decided
	}
	m := &markdown{limit: min(limit, MaxMarkdown) - maxMarkdownTail}
	m.head(r)
	for i := range r.Targets {
		m.target(&r.Targets[i])
	}
	m.tail()
	if m.b.Len() > limit {
		return nil
	}
	_, err := w.Write(m.b.Bytes())
	return err
}

const (
	// maxMarkdownTail is the room for what the end says of what was left out.
	maxMarkdownTail = 300
	// maxMarkdownText is how much of one text is told, in bytes.
	maxMarkdownText = 4 << 10
	// maxMarkdownIDs is how many ids a line names.
	maxMarkdownIDs = 50
	// markdownWidth is where lines of code are broken, in characters.
	markdownWidth = 100
)

// markdown collects blocks until there is no room for more.
type markdown struct {
	b     bytes.Buffer
	limit int
	full  bool
	// pending is a heading that is written with the first block below it.
	pending string
	left    int // findings that found no room
}

// block adds a block, whole or not at all.
func (m *markdown) block(text string) bool {
	pending := m.pending
	if bytes.HasSuffix(m.b.Bytes(), []byte("\n\n")) {
		pending = strings.TrimPrefix(pending, "\n")
	}
	text = pending + text
	if m.full || m.b.Len()+len(text) > m.limit {
		m.full = true
		return false
	}
	m.pending = ""
	m.b.WriteString(text)
	return true
}

// heading announces the blocks that follow; without any it is not written.
func (m *markdown) heading(text string) { m.pending = text + "\n\n" }

// finding adds a block that tells of n checks.
func (m *markdown) finding(n int, text string) {
	if !m.block(text) {
		m.left += n
	}
}

func (m *markdown) head(r Report) {
	word := wordPass
	switch r.Outcome.Code {
	case ExitOK:
	case ExitFail:
		word = wordFail
	default:
		word = wordError
	}
	sentence := flat(r.Outcome.Sentence)
	m.block("## authassay: " + word + "\n\n" + mdText(sentence) + "\n\n")
	list := ""
	for _, reason := range r.Outcome.Reasons {
		if reason = flat(reason); !strings.Contains(sentence, reason) {
			list += "- " + mdText(reason) + "\n"
		}
	}
	for _, note := range r.Notes {
		list += "- note: " + mdText(note) + "\n"
	}
	if list != "" {
		m.block(list + "\n")
	}
	facts := []string{"Exit code " + strconv.Itoa(r.Outcome.Code), mdText(countsLine(r.Count()))}
	if r.RunID != "" {
		facts = append(facts, "run "+mdCode(r.RunID))
	}
	if r.Seed != "" {
		facts = append(facts, "seed "+mdCode(r.Seed))
	}
	if r.Strict {
		facts = append(facts, "strict: warnings are failures")
	}
	facts = append(facts, mdText(strings.TrimSpace(first(r.Tool.Name, "authassay")+" "+r.Tool.Version)),
		strconv.FormatFloat(float64(max(r.DurationMS, 0))/1000, 'f', 1, 64)+" s")
	m.block(strings.Join(facts, " · ") + "\n")
}

func (m *markdown) target(t *TargetReport) {
	m.pending = ""
	var facts []string
	for _, f := range []string{t.Issuer, t.Version} {
		if f != "" && f != t.Name {
			facts = append(facts, mdCode(f))
		}
	}
	if t.Policy != "" {
		facts = append(facts, "policy "+mdText(t.Policy))
	}
	m.block("\n### " + mdText(first(t.Name, "unnamed target")) + "\n")
	if len(facts) > 0 {
		m.block("\n" + strings.Join(facts, ", ") + "\n")
	}
	if t.Unreachable != "" {
		m.block("\nThe target could not be reached: " + mdText(t.Unreachable) + "\n")
	}
	if t.Lost != "" {
		m.block("\nThe run at this target ended early: " + mdText(t.Lost) + "\n")
	}
	for _, left := range t.Left {
		m.block("\nLeft behind at the target: " + mdText(left) + "\n")
	}
	m.table(t)
	m.failures(t)
	m.errors(t)
	m.lines(t, "Known failures", func(r *Result) bool { return r.Verdict == Fail && r.KnownFailing != "" }, func(r *Result) string {
		reason := mdText(r.KnownFailing)
		if r.KnownFailingLink != "" {
			reason += " (" + mdLink(r.KnownFailingLink) + ")"
		}
		return mdText(headline(r)) + "; known: " + reason
	})
	m.lines(t, "Warnings", func(r *Result) bool { return r.Verdict == Warn }, func(r *Result) string { return mdText(headline(r)) })
	m.notRun(t)
}

// tail says what was left out.
func (m *markdown) tail() {
	if !m.full {
		return
	}
	text := "\nThis summary is shortened; the whole is in " + JSONFile + "."
	if m.left > 0 {
		text = fmt.Sprintf("\nThis summary is shortened: it leaves out %s, which %s shows.",
			plural(m.left, "check", "checks"), JSONFile)
	}
	m.b.WriteString(text + "\n")
}
