package assay

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// Shard is one of several parts of a run that go on at the same time, in other
// processes or on other machines. Which part a check belongs to depends on its id
// and on the number of parts alone, so that a check more or less moves no other.
// Observers belong to every part: each judges what its part sent, and Merge judges
// it all. The parts need one seed. The zero value is no division.
type Shard struct {
	// Index of the part, from 1 to Count.
	Index int
	// Count is the number of parts; 0 for no division.
	Count int
}

// Has tells whether a check belongs to the shard.
func (s Shard) Has(c *check.Check) bool {
	return s.Count <= 1 || c.Observer() || ShardOf(c.ID, s.Count) == s.Index
}

// of gives those of the checks that belong to the shard.
func (s Shard) of(checks []*check.Check) []*check.Check {
	var out []*check.Check
	for _, c := range checks {
		if s.Has(c) {
			out = append(out, c)
		}
	}
	return out
}

// ShardOf is the index, from 1, of the shard that runs the check of an id.
func ShardOf(id string, count int) int {
	sum := sha256.Sum256([]byte(id))
	return 1 + int(binary.BigEndian.Uint64(sum[:8])%uint64(count))
}

// Terms gives a sharded run what it is not judged by itself, and what the whole is
// judged by when the shards are merged: how many results must be decided, 0 for the
// default rule, and the known-failing file, nil for none. Other runs forget it.
func (a *Assay) Terms(minDecided int, known *reports.KnownFailing) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.report.Shard != nil {
		a.report.Shard.MinDecided, a.report.Shard.KnownFailing = minDecided, known
	}
}
