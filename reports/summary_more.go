package reports

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// work prints what the run did at a target, beyond what the verdicts say: how
// often a user logged in, how long it waited, what it left behind.
func (s *summary) work(t *TargetReport) {
	parts := []string{plural(len(t.Exchanges), "request", "requests")}
	if t.Logins > 0 {
		parts = append(parts, plural(t.Logins, "login", "logins"))
	}
	if t.WaitedMS > 0 {
		parts = append(parts, "waited "+(time.Duration(t.WaitedMS)*time.Millisecond).Round(100*time.Millisecond).String())
	}
	if len(t.Exchanges) > 0 {
		s.printf("  %s\n", strings.Join(parts, ", "))
	}
	if t.Lost != "" {
		s.block(wordError, "the run at this target ended early: "+flat(t.Lost), 3)
	}
	for _, left := range t.Left {
		s.block(wordWarn, "left behind at the target: "+flat(left), 3)
	}
}

var flagName = regexp.MustCompile(`--[a-z][a-z-]*[a-z]`)

// more says what one would add to the command line to have more checks run: the
// flags that the hints of those that did not run name, the most useful first.
func (s *summary) more(r Report) {
	type addition struct {
		flags []string
		opens int
	}
	var all []addition
	total := 0
	for _, t := range r.Targets {
		for _, res := range t.Results {
			hint, ok := strings.CutPrefix(res.Hint, "add ")
			flags := flagName.FindAllString(hint, -1)
			if res.Verdict != NotRun || !ok || len(flags) == 0 {
				continue
			}
			total++
			i := slices.IndexFunc(all, func(a addition) bool { return slices.Equal(a.flags, flags) })
			if i < 0 {
				all, i = append(all, addition{flags: flags}), len(all)
			}
			all[i].opens++
		}
	}
	if total == 0 {
		return
	}
	slices.SortStableFunc(all, func(a, b addition) int { return b.opens - a.opens })
	var flags []string
	for _, a := range all {
		for _, f := range a.flags {
			if !slices.Contains(flags, f) {
				flags = append(flags, f)
			}
		}
	}
	last := len(flags) - 1
	words := flags[last]
	if last > 0 {
		words = strings.Join(flags[:last], ", ") + " and " + words
	}
	text := fmt.Sprintf("To run %s, add %s.", plural(total, "more check", "more checks"), words)
	for _, line := range wrap(text, s.o.Width) {
		s.printf("%s\n", line)
	}
}
