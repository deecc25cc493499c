package reports

import "strings"

// Counts are the numbers of verdicts of a report or a part of one.
type Counts struct {
	Pass, Fail, Warn, Info, Error, NotRun int
	// Known counts failures excused by the known-failing file; they are not
	// in Fail.
	Known int
	// Unexpected counts checks that hold although the known-failing file lists
	// them. They are also in Pass or Info, so it adds nothing to a total.
	Unexpected int
}

// Add counts one result.
func (c *Counts) Add(r Result) {
	if r.UnexpectedPass != "" {
		c.Unexpected++
	}
	switch r.Verdict {
	case Pass:
		c.Pass++
	case Fail:
		if r.KnownFailing != "" {
			c.Known++
		} else {
			c.Fail++
		}
	case Warn:
		c.Warn++
	case Info:
		c.Info++
	case Error:
		c.Error++
	default:
		c.NotRun++
	}
}

// Decided is the number of results that say something about the target.
func (c Counts) Decided() int { return c.Pass + c.Fail + c.Known + c.Warn + c.Info }

// Total is the number of results.
func (c Counts) Total() int { return c.Decided() + c.Error + c.NotRun }

// Count counts the verdicts of one target.
func (t TargetReport) Count() Counts {
	var c Counts
	for _, r := range t.Results {
		c.Add(r)
	}
	return c
}

// Count counts the verdicts of every target of the report.
func (r Report) Count() Counts {
	var c Counts
	for _, t := range r.Targets {
		for _, res := range t.Results {
			c.Add(res)
		}
	}
	return c
}

// Mandatory tells whether a level is one of the requirement words that a
// target must meet: MUST, MUST NOT, REQUIRED, SHALL.
func Mandatory(level string) bool {
	l := strings.ToUpper(level)
	return strings.HasPrefix(l, "MUST") || strings.HasPrefix(l, "REQUIRED") || strings.HasPrefix(l, "SHALL")
}

// Forgive takes away what a known-failing file said of the result, so that one can
// be applied anew.
func (r *Result) Forgive() {
	r.KnownFailing, r.KnownFailingLink, r.UnexpectedPass = "", "", ""
	r.KnownFailingExpires, r.KnownFailingVersion = "", ""
}

// Raise makes a failure of a warning, as --strict asks.
func (r *Result) Raise() {
	if r.Verdict == Warn {
		r.Verdict, r.Raised = Fail, true
	}
}
