package check

import "github.com/authassay/authassay/reports"

// Level is the word with which a clause requires something.
type Level string

// The levels. Prose is a requirement stated without a BCP 14 keyword, ABNF a
// grammar, Consistency a contradiction between two documents of one target.
const (
	Must        Level = "MUST"
	MustNot     Level = "MUST NOT"
	Required    Level = "REQUIRED"
	Should      Level = "SHOULD"
	ShouldNot   Level = "SHOULD NOT"
	Recommended Level = "RECOMMENDED"
	May         Level = "MAY"
	Optional    Level = "OPTIONAL"
	Prose       Level = "prose"
	ABNF        Level = "ABNF"
	Consistency Level = "consistency"
	Information Level = "info"
	// The marks of a vendor's fact sheet: documented, silent but an RFC says
	// so, and nobody says.
	VendorMust Level = "vendor MUST"
	VendorRFC  Level = "vendor RFC"
	VendorOBS  Level = "vendor OBS"
)

// levels says for each level what a deviation is worth, and what it is worth
// when the target still kept everybody safe (it refused, with another word).
var levels = map[Level]struct{ broken, safe reports.Verdict }{
	Must:        {reports.Fail, reports.Warn},
	MustNot:     {reports.Fail, reports.Warn},
	Required:    {reports.Fail, reports.Warn},
	Prose:       {reports.Fail, reports.Warn},
	ABNF:        {reports.Fail, reports.Warn},
	Consistency: {reports.Fail, reports.Warn},
	Should:      {reports.Warn, reports.Info},
	ShouldNot:   {reports.Warn, reports.Info},
	Recommended: {reports.Warn, reports.Info},
	May:         {reports.Info, reports.Info},
	Optional:    {reports.Info, reports.Info},
	Information: {reports.Info, reports.Info},
	VendorMust:  {reports.Fail, reports.Fail},
	VendorRFC:   {reports.Warn, reports.Warn},
	VendorOBS:   {reports.Info, reports.Info},
}

// Known tells whether the level is one of the table.
func (l Level) Known() bool { _, ok := levels[l]; return ok }

// verdict is what a deviation from a clause of this level is worth.
func (l Level) verdict(bindsOther, safe bool) reports.Verdict {
	if bindsOther {
		return reports.Info
	}
	if safe {
		return levels[l].safe
	}
	return levels[l].broken
}

// Group is the coarse level that Ginkgo labels and summaries use: "must",
// "should" or "may".
func (l Level) Group() string {
	switch l.verdict(false, false) {
	case reports.Fail:
		return "must"
	case reports.Warn:
		return "should"
	default:
		return "may"
	}
}

var severity = map[reports.Verdict]int{
	reports.Pass: 0, reports.Info: 1, reports.Warn: 2, reports.Error: 3, reports.Fail: 4,
}

// worse returns the verdict that decides when both were reached. A failure
// outweighs an error: what was seen stays seen when a later request dies.
func worse(a, b reports.Verdict) reports.Verdict {
	if severity[b] > severity[a] {
		return b
	}
	return a
}
