package assay

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/authassay/authassay/reports"
)

// together tells whether reports are those of all shards of one run. Everything
// that is wrong is said at once.
func together(parts []Part) error {
	if len(parts) == 0 {
		return errors.New("there is nothing to merge")
	}
	var errs []error
	for _, p := range parts {
		if err := isShard(p); err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	first := parts[0]
	for _, p := range parts[1:] {
		errs = append(errs, sameRun(first, p)...)
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	return allThere(parts)
}

// isShard tells whether a report is that of a shard that came to its end.
func isShard(p Part) error {
	r := p.Report
	switch {
	case r.Stopped == reports.StopUnfinished:
		return fmt.Errorf("%s: the run did not finish: it is still going on, or it was killed before it could write its report; run this shard again", p.Name)
	case r.Shard == nil && len(r.Targets) == 0 && r.Outcome != nil:
		return fmt.Errorf("%s: %s; run this shard again", p.Name, r.Outcome.Sentence)
	case r.Shard == nil:
		return fmt.Errorf("%s: the report is that of a whole run; only what was run with --shard can be merged", p.Name)
	case r.Shard.Count < 1 || r.Shard.Index < 1 || r.Shard.Index > r.Shard.Count:
		return fmt.Errorf("%s: the report is damaged: there is no shard %s", p.Name, r.Shard)
	}
	return nil
}

// sameRun lists in what two shards differ that belong to one run.
func sameRun(a, b Part) []error {
	var errs []error
	differ := func(what string, x, y any, advice string) {
		if !reflect.DeepEqual(x, y) {
			errs = append(errs, fmt.Errorf("%s of %s is %v, and that of %s is %v: %s", what, a.Name, show(x), b.Name, show(y), advice))
		}
	}
	ra, rb := a.Report, b.Report
	sa, sb := *ra.Shard, *rb.Shard
	differ("the schema version", ra.SchemaVersion, rb.SchemaVersion, "run all shards with one authassay")
	differ("the version of authassay", ra.Tool.Version, rb.Tool.Version, "run all shards with one authassay")
	differ("the number of shards", sa.Count, sb.Count, "they are of different runs")
	differ("the seed", ra.Seed, rb.Seed, "give all shards the same --seed")
	differ("strictness", ra.Strict, rb.Strict, "give --strict to all shards or to none")
	differ("the selection", selected(sa), selected(sb), "give all shards the same --area, --check and --skip")
	differ("--min-decided", sa.MinDecided, sb.MinDecided, "give all shards the same")
	if !reflect.DeepEqual(sa.KnownFailing, sb.KnownFailing) {
		errs = append(errs, fmt.Errorf("the known-failing files of %s and %s differ: give all shards the same", a.Name, b.Name))
	}
	differ("the number of targets", len(ra.Targets), len(rb.Targets), "they are of different runs")
	for i := range min(len(ra.Targets), len(rb.Targets)) {
		ta, tb := ra.Targets[i], rb.Targets[i]
		differ("the target", ta.Name, tb.Name, "the shards of one run have one target")
		if !ta.Own || !tb.Own { // each shard starts its own server, at a port of its own
			differ("the issuer of target "+ta.Name, ta.Issuer, tb.Issuer, "the shards of one run have one target")
		}
		differ("the version of target "+ta.Name, ta.Version, tb.Version, "a shard ran against another software")
		differ("the policy of target "+ta.Name, ta.Policy, tb.Policy, "give all shards the same --policy")
		differ("the roles of target "+ta.Name, strings.Join(ta.Roles, ", "), strings.Join(tb.Roles, ", "), "give all shards the same target file")
	}
	return errs
}

// show quotes a text of a report: whoever made that may have put anything there.
func show(v any) string {
	if s, ok := v.(string); ok {
		return fmt.Sprintf("%.100q", s)
	}
	return fmt.Sprint(v)
}

func selected(s reports.Shard) string {
	var parts []string
	for _, l := range []struct {
		flag  string
		items []string
	}{{"--area", s.Areas}, {"--check", s.Checks}, {"--skip", s.Skip}} {
		if len(l.items) > 0 {
			parts = append(parts, l.flag+" "+strings.Join(l.items, ","))
		}
	}
	if len(parts) == 0 {
		return "everything"
	}
	return strings.Join(parts, " ")
}

// allThere tells whether each shard of the run is there, and none twice.
func allThere(parts []Part) error {
	count := parts[0].Report.Shard.Count
	var errs []error
	names := map[int]string{}
	for _, p := range parts {
		i := p.Report.Shard.Index
		if names[i] != "" {
			errs = append(errs, fmt.Errorf("shard %d of %d is there twice: %s and %s", i, count, names[i], p.Name))
			continue
		}
		names[i] = p.Name
	}
	var missing []string
	for i := 1; i <= count && len(missing) < 20; i++ {
		if names[i] == "" {
			missing = append(missing, fmt.Sprint(i))
		}
	}
	switch len(missing) {
	case 0:
	case 1:
		errs = append(errs, fmt.Errorf("shard %s of %d is missing", missing[0], count))
	default:
		errs = append(errs, fmt.Errorf("shards %s of %d are missing", strings.Join(missing, ", "), count))
	}
	return errors.Join(errs...)
}
