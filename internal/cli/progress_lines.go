package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/assay"
	"github.com/authassay/authassay/suites/check"
)

// lines is the view for logs: a line when an area is over, no control
// characters, nothing that is overwritten.
type lines struct {
	w       io.Writer
	verbose bool
	clean   func(string) string

	areas  map[string]*areaProgress
	waited map[string]bool // what was said to be waited for
	width  int
}

// areaProgress is how far the checks of one area are.
type areaProgress struct {
	total int
	began time.Time
	reports.Counts
}

func (l *lines) begin(title string, checks []*check.Check) {
	l.areas, l.waited, l.width = map[string]*areaProgress{}, map[string]bool{}, 0
	for _, c := range checks {
		id := c.Area().ID
		if l.areas[id] == nil {
			l.areas[id] = &areaProgress{}
			l.width = max(l.width, len(id))
		}
		l.areas[id].total++
	}
	l.say(fmt.Sprintf("%s: %s", title, plural(len(checks), "check", "checks")))
}

func (l *lines) event(e assay.Progress) {
	a := l.areas[e.Check.Area().ID]
	if a == nil {
		return
	}
	if e.Waits != "" {
		// A pause that the target asks for stops every check: one line says it.
		if _, what, _ := strings.Cut(e.Waits, " for "); !l.waited[what] {
			l.waited[what] = true
			l.say(fmt.Sprintf("  %s waits %s", e.Check.ID, e.Waits))
		}
		return
	}
	if e.Result == nil {
		if a.began.IsZero() {
			a.began = time.Now()
		}
		return
	}
	a.Add(*e.Result)
	if l.verbose {
		l.say(fmt.Sprintf("    %s: %s, %d ms", e.Check.ID, e.Result.Verdict, e.Result.DurationMS))
	}
	if a.Total() == a.total {
		l.say(fmt.Sprintf("  %-*s  %s in %.1f s: %s", l.width, e.Check.Area().ID,
			plural(a.total, "check", "checks"), time.Since(a.began).Seconds(), found(a.Counts)))
	}
}

func (l *lines) say(line string) {
	// Who cannot be written to is not told anything; the reports are what counts.
	_, _ = io.WriteString(l.w, strings.TrimRight(l.clean(line), "\n")+"\n")
}

func (l *lines) end() {}
