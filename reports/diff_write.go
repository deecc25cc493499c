package reports

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/fatih/color"
)

// The words of a comparison, and their colours.
const (
	wordBroke, wordMended, wordLost, wordDecided = "BROKE", "MENDED", "UNKNOWN", "DECIDED"
	wordNew, wordGone, wordDrift                 = "NEW", "GONE", "DRIFT"
)

// WriteDiffJSON writes a comparison for programs, with lists that are empty rather
// than null. The error is that of the writer.
func WriteDiffJSON(w io.Writer, d Diff) error {
	if d.Targets == nil {
		d.Targets = []TargetDiff{}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(d)
}

// WriteDiff prints a comparison for a person, what is worse first, and at the end
// what it amounts to. The comparison is one that Compare made. Of the options, only
// Color, Verbose and Width count. The error is that of the writer.
func WriteDiff(w io.Writer, d Diff, o SummaryOptions) error {
	if o.Width <= 0 {
		o.Width = 100
	}
	o.Width = max(o.Width, 60)
	s := &summary{b: bufio.NewWriter(w), o: o}
	s.printf("authassay diff\n  old: %s\n  new: %s\n", d.Old, d.New)
	for _, r := range d.Remarks {
		s.block("note", r, 4)
	}
	for i := range d.Targets {
		s.changes(&d.Targets[i])
	}
	word := wordPass
	if d.Worse {
		word = wordFail
	}
	s.printf("\n%s%s%s\n", s.paint(word, wordColors[word]...), strings.Repeat(" ", 7-len(word)),
		strings.Join(wrap(d.Sentence, o.Width-7), "\n       "))
	return s.b.Flush()
}

// String names a run for people.
func (r DiffRun) String() string {
	return fmt.Sprintf("run %s of %s, authassay %s", flat(r.RunID), r.Started.UTC().Format(time.DateTime+" UTC"), first(flat(r.Version), "of an unknown version"))
}

// changes prints what changed at one target.
func (s *summary) changes(t *TargetDiff) {
	name, version := flat(t.Name), flat(t.NewVersion)
	if t.OldVersion != t.NewVersion {
		version = first(flat(t.OldVersion), "no version") + " -> " + first(version, "no version")
	}
	parts := []string{strings.TrimSpace(s.paint(name, color.Bold) + " " + version)}
	if t.Issuer != "" && t.Issuer != t.Name {
		parts = append(parts, clip(flat(t.Issuer), 2*s.o.Width))
	}
	s.printf("\n%s\n", strings.Join(parts, " | "))
	if t.empty() {
		s.printf("  nothing changed\n")
		return
	}
	var ids []Result
	for _, list := range [][]Change{t.Broke, t.Mended, t.Decided} {
		for _, c := range list {
			ids = append(ids, *c.result)
		}
	}
	s.ids = idWidth(Report{Targets: []TargetReport{{Results: ids}}})
	s.each(wordBroke, t.Broke)
	s.lost(t.Undecided)
	s.each(wordDecided, t.Decided)
	s.each(wordMended, t.Mended)
	s.listed(wordNew, t.New, func(c Change) Verdict { return c.New })
	s.listed(wordGone, t.Gone, func(c Change) Verdict { return c.Old })
	for i, d := range t.Drifted {
		if i == 0 {
			s.printf("\n")
		}
		what := flat(d.What)
		if d.Check != "" {
			what = flat(d.Check) + ": " + what
		}
		s.block(wordDrift, fmt.Sprintf("%s: %s -> %s", what, clip(first(flat(d.Old), "none"), 300), clip(first(flat(d.New), "none"), 300)), 5)
	}
}

func (t *TargetDiff) empty() bool {
	return len(t.Broke)+len(t.Mended)+len(t.Undecided)+len(t.Decided)+len(t.New)+len(t.Gone)+len(t.Drifted) == 0
}

// each prints checks one by one.
func (s *summary) each(word string, list []Change) {
	for i, c := range list {
		if i == 0 {
			s.printf("\n")
		}
		what := fmt.Sprintf("%s -> %s", c.Old, c.New)
		if text := headline(c.result); word == wordMended {
			what += "; before: " + text
		} else if c.New != Pass {
			what += ": " + text
		}
		s.heading(word, c.result, what)
		if word != wordMended && c.New != Pass {
			s.field("expected", c.Expected)
			s.field("got", c.Got)
		}
		if c.KnownFailing != "" {
			s.field("known", flat(c.KnownFailing))
		}
	}
}

// lost prints the checks that are no longer decided, by the reason.
func (s *summary) lost(list []Change) {
	var reasons []string
	ids := map[string][]string{}
	for _, c := range list {
		why := first(flat(c.Need), headline(c.result))
		if c.New == NotRun {
			why = "not run: " + why
		}
		if !slices.Contains(reasons, why) {
			reasons = append(reasons, why)
		}
		ids[why] = append(ids[why], flat(c.ID)+" (was "+string(c.Old)+")")
	}
	for i, why := range reasons {
		if i == 0 {
			s.printf("\n")
		}
		s.block(wordLost, plural(len(ids[why]), "check is", "checks are")+" no longer decided: "+why, 4)
		s.idList(ids[why])
	}
}

// listed prints checks that only one of the runs had, by their verdict.
func (s *summary) listed(word string, list []Change, verdict func(Change) Verdict) {
	first := true
	for _, v := range []Verdict{Fail, Error, Warn, Info, Pass, NotRun} {
		var ids []string
		for _, c := range list {
			if verdict(c) == v {
				ids = append(ids, flat(c.ID))
			}
		}
		if len(ids) == 0 {
			continue
		}
		if first {
			s.printf("\n")
			first = false
		}
		s.block(word, plural(len(ids), "check", "checks")+": "+string(v), 2)
		s.idList(ids)
	}
}
