package reports

import (
	"fmt"
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

// more says what one would add to the command line to have more checks run, the
// most useful first.
func (s *summary) more(r Report) {
	opens := map[string]int{}
	var flags []string
	total := 0
	for _, t := range r.Targets {
		for _, res := range t.Results {
			if res.Verdict != NotRun || len(res.Adds) == 0 {
				continue
			}
			total++
			for _, f := range res.Adds {
				if opens[f]++; opens[f] == 1 {
					flags = append(flags, f)
				}
			}
		}
	}
	if total == 0 {
		return
	}
	slices.SortStableFunc(flags, func(a, b string) int { return opens[b] - opens[a] })
	last := len(flags) - 1
	words := flat(flags[last])
	if last > 0 {
		words = flat(strings.Join(flags[:last], ", ")) + " and " + words
	}
	text := fmt.Sprintf("To run %s, add %s.", plural(total, "more check", "more checks"), words)
	for _, line := range wrap(text, s.o.Width) {
		s.printf("%s\n", line)
	}
}
