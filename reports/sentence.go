package reports

import (
	"fmt"
	"strings"
)

// sentence says what a run amounts to, in one line. The word "conformant"
// stands only before a number of requirements that were seen to hold, and
// whatever was not decided is counted in the same breath.
func sentence(r Report, o Outcome, c Counts) string {
	if r.Shard == nil || o.Code == ExitUsage {
		return wholeSentence(r, o, c)
	}
	part := fmt.Sprintf("shard %d of %d: ", r.Shard.Index, r.Shard.Count)
	if c.Total() == 0 && o.Code == ExitOK {
		return part + "no selected check belongs to it"
	}
	return part + wholeSentence(r, o, c)
}

func wholeSentence(r Report, o Outcome, c Counts) string {
	total := plural(c.Total(), "requirement", "requirements")
	if len(r.Targets) > 1 {
		total += fmt.Sprintf(" at %d targets", len(r.Targets))
	}
	switch {
	case o.Code == ExitUsage:
		return "nothing was assayed: " + o.Reasons[0]
	case c.Total() == 0 && o.Code != ExitOK:
		return o.Reasons[0] + "; nothing is known about the target"
	case o.Code == ExitOK:
		return fmt.Sprintf("conformant in %d of %s", c.Pass, total) + rest(c, false)
	case o.Code == ExitFail && c.Fail > 0:
		return fmt.Sprintf("not conformant: %d of %s %s, %s", c.Fail, total,
			verb(c.Fail, "is broken", "are broken"), holds(c)) + rest(c, false)
	case o.Code == ExitFail:
		return fmt.Sprintf("the known-failing file is out of date; conformant in %d of %s", c.Pass, total) + rest(c, false)
	case o.Code == ExitUndecided:
		return fmt.Sprintf("inconclusive: %s; %d of %s %s", o.Reasons[0], c.Pass, total,
			verb(c.Pass, "holds", "hold")) + rest(c, false)
	default:
		return fmt.Sprintf("%s; %d of %s %s", o.Reasons[0], c.Pass, total,
			verb(c.Pass, "holds", "hold")) + rest(c, true)
	}
}

func holds(c Counts) string { return fmt.Sprintf("%d %s", c.Pass, verb(c.Pass, "holds", "hold")) }

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// rest accounts for the requirements that do not simply hold, so that the
// numbers of a sentence add up to its total.
func rest(c Counts, broken bool) string {
	var parts []string
	if broken && c.Fail > 0 {
		parts = append(parts, fmt.Sprintf("%d broken", c.Fail))
	}
	if c.Known > 0 {
		parts = append(parts, plural(c.Known, "known failure", "known failures"))
	}
	if c.Warn > 0 {
		parts = append(parts, plural(c.Warn, "warning", "warnings"))
	}
	if c.Info > 0 {
		parts = append(parts, fmt.Sprintf("%d for information", c.Info))
	}
	if n := c.Error + c.NotRun; n > 0 {
		parts = append(parts, fmt.Sprintf("%d not decided", n))
	}
	if c.Unexpected > 0 {
		parts = append(parts, plural(c.Unexpected, "listed known failure passes", "listed known failures pass"))
	}
	if len(parts) == 0 {
		return ""
	}
	return "; " + strings.Join(parts, ", ")
}
