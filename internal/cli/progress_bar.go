package cli

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/assay"
	"github.com/authassay/authassay/suites/check"
)

// bar is the view for terminals: one line that is drawn anew, gone when the
// target is done.
type bar struct {
	w       io.Writer
	width   int
	verbose bool
	clean   func(string) string

	progress *progressbar.ProgressBar
	running  []string
	waits    map[string]string // what a running check waits for
	counts   reports.Counts
}

// Room that the bar itself takes beside its description: percentage, brackets,
// counts; and the width of what is drawn between the brackets.
const (
	barRoom  = 24
	barWidth = 16
)

func (b *bar) begin(title string, checks []*check.Check) {
	b.say(fmt.Sprintf("%s: %s", title, plural(len(checks), "check", "checks")))
	b.running, b.waits, b.counts = nil, map[string]string{}, reports.Counts{}
	b.progress = progressbar.NewOptions(len(checks),
		progressbar.OptionSetWriter(writerOnly{b.w}),
		progressbar.OptionSetWidth(barWidth),
		progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionUseANSICodes(true),
		progressbar.OptionThrottle(50*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)
}

func (b *bar) event(e assay.Progress) {
	if b.progress == nil {
		return
	}
	if e.Waits != "" {
		b.waits[e.Check.ID] = e.Waits
		b.progress.Describe(b.describe())
		return
	}
	if e.Result == nil {
		b.running = append(b.running, e.Check.ID)
		b.progress.Describe(b.describe())
		return
	}
	delete(b.waits, e.Check.ID)
	b.running = slices.DeleteFunc(b.running, func(id string) bool { return id == e.Check.ID })
	b.counts.Add(*e.Result)
	b.progress.Describe(b.describe())
	if b.verbose {
		b.say(fmt.Sprintf("    %s: %s, %d ms", e.Check.ID, e.Result.Verdict, e.Result.DurationMS))
	}
	_ = b.progress.Add(1) // an error means more than the maximum, or a terminal that is gone
}

// describe says what was found and what runs, in what room there is.
func (b *bar) describe() string {
	text := found(reports.Counts{Fail: b.counts.Fail, Warn: b.counts.Warn, Error: b.counts.Error})
	if len(b.running) > 0 {
		if text != "" {
			text += "  "
		}
		// What waits goes last: as long as others run, it keeps nobody.
		running := slices.SortedStableFunc(slices.Values(b.running), func(x, y string) int { return len(b.waits[x]) - len(b.waits[y]) })
		text += running[0]
		if w := b.waits[running[0]]; w != "" {
			text += " waits " + w
		}
		if more := len(b.running) - 1; more > 0 {
			text += fmt.Sprintf(" (+%d)", more)
		}
	}
	width := b.width
	if width == 0 {
		width = 80
	}
	if room := max(10, width-barRoom-barWidth); len(text) > room {
		text = text[:room]
	}
	return text
}

func (b *bar) say(line string) {
	if b.progress != nil && !b.progress.IsFinished() {
		_ = b.progress.Clear()
	}
	_, _ = io.WriteString(b.w, b.clean(line)+"\n")
}

func (b *bar) end() {
	if b.progress != nil {
		_ = b.progress.Clear()
		b.progress = nil
	}
}

// writerOnly hides that the terminal is a file, which would be synced at every
// step.
type writerOnly struct{ io.Writer }
