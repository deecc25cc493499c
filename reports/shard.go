package reports

import "fmt"

// Shard is the part of the checks that a report is about, and what is needed to
// judge the whole when the parts are merged. Observers belong to every part.
type Shard struct {
	// Index of the part, from 1 to Count.
	Index int `json:"index"`
	// Count is the number of parts.
	Count int `json:"count"`
	// Areas that were selected before the checks were divided; empty for all.
	Areas []string `json:"areas,omitempty"`
	// Checks are the patterns of ids that were selected; empty for all.
	Checks []string `json:"checks,omitempty"`
	// Skip are the patterns of ids that were left out.
	Skip []string `json:"skip,omitempty"`
	// MinDecided is how many results must be decided at each target, in all parts
	// together; 0 for the default rule.
	MinDecided int `json:"minDecided,omitempty"`
	// KnownFailing is the known-failing file of the run, if it had one.
	KnownFailing *KnownFailing `json:"knownFailing,omitempty"`
}

// String is how the command line names a shard: "2/3".
func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Count) }

// partial tells that a result says less than it will when all parts of the run
// are merged: an observer saw the traffic of one part alone.
func (r *Report) partial(res *Result) bool { return r.Shard != nil && res.Observer }
