package cli

import (
	"errors"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/authassay/authassay/suites/assay"
)

// maxShards is the greatest number of parts of a run: more than there are checks.
const maxShards = 1000

type shardValue struct{ p *assay.Shard }

// ShardVar defines a flag with a part of a run, written "2/3".
func ShardVar(f *pflag.FlagSet, p *assay.Shard, name, usage string) {
	f.Var(&shardValue{p}, name, usage)
}

func (v *shardValue) Set(s string) error {
	index, count, _ := strings.Cut(s, "/")
	i, wrong := strconv.Atoi(index)
	n, err := strconv.Atoi(count)
	switch {
	case wrong != nil || err != nil:
		return errors.New("is not a part and a number of parts; write 2/3 for the second of three")
	case n < 1 || n > maxShards:
		return errors.New("does not divide the checks into 1 to " + strconv.Itoa(maxShards) + " parts; write 2/3 for the second of three")
	case i < 1 || i > n:
		return errors.New("names no part that there is; the parts of " + strconv.Itoa(n) + " count from 1")
	}
	*v.p = assay.Shard{Index: i, Count: n}
	return nil
}

func (v *shardValue) String() string {
	if v.p.Count == 0 {
		return ""
	}
	return strconv.Itoa(v.p.Index) + "/" + strconv.Itoa(v.p.Count)
}
func (v *shardValue) Type() string { return "I/N" }
