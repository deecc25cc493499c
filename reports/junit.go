package reports

import (
	"io"
	"strconv"
	"time"
)

// WriteJUnit writes the report in the JUnit format that Jenkins' junit-10.xsd
// describes, a testsuite for each target and area. It is red exactly when the
// run's exit code is not 0: what no single check shows (the run was stopped, a
// target could not be reached, too little was decided) becomes an <error> in a
// testsuite of its own. The result depends on the report alone. The error is
// that of the writer.
func WriteJUnit(w io.Writer, r Report) error {
	if r.Outcome == nil {
		decided := Decide(r, DecideOptions{})
		r.Outcome = &decided
	}
	suites := junitSuites(&r)
	var all junitCounts
	for i := range suites {
		all.add(suites[i].counts)
	}
	x := newXMLWriter(w)
	x.open("testsuites",
		"name", "authassay",
		"time", seconds(r.DurationMS),
		"tests", strconv.Itoa(all.tests),
		"failures", strconv.Itoa(all.failures),
		"errors", strconv.Itoa(all.errors))
	for i := range suites {
		suites[i].write(x, &r)
	}
	x.close("testsuites")
	return x.finish()
}

// junitSuite is one <testsuite>: the checks of one area at one target, or what
// concerns the run as a whole, with target nil.
type junitSuite struct {
	class   string
	target  *TargetReport
	index   exchangeIndex
	results []*Result
	counts  junitCounts
	millis  int64
}

// junitCounts are the numbers that readers find on <testsuite>.
type junitCounts struct{ tests, failures, errors, skipped int }

func (c *junitCounts) add(o junitCounts) {
	c.tests += o.tests
	c.failures += o.failures
	c.errors += o.errors
	c.skipped += o.skipped
}

// junitSuites sorts the results into suites in the order in which they stand
// in the report, which is the order of the catalogue.
func junitSuites(r *Report) []*junitSuite {
	var suites []*junitSuite
	if len(r.Outcome.RunReasons) > 0 {
		suites = append(suites, &junitSuite{class: runClass, counts: junitCounts{tests: 1, errors: 1}, millis: r.DurationMS})
	}
	type key struct {
		role, area string
		// again is the number of results of the same id before this one. There
		// should be none; but GitLab keeps only the first of two equal names,
		// so a second one moves to a class of its own.
		again int
	}
	names, segments := newNames(), targetSegments(r.Targets)
	for i := range r.Targets {
		t := &r.Targets[i]
		index, found, seen := indexExchanges(t), map[key]*junitSuite{}, map[[3]string]int{}
		for j := range t.Results {
			res := &t.Results[j]
			id := [3]string{res.Role, res.Area, caseName(res)}
			k := key{res.Role, res.Area, seen[id]}
			seen[id]++
			s := found[k]
			if s == nil {
				class := names.unique("authassay." + segments[i] + "." + segment(res.Role) + "." + segment(res.Area))
				s = &junitSuite{class: class, target: t, index: index}
				found[k] = s
				suites = append(suites, s)
			}
			s.results = append(s.results, res)
			s.millis += max(res.DurationMS, 0)
			s.counts.tests++
			switch kindOf(res) {
			case kindFailure:
				s.counts.failures++
			case kindError:
				s.counts.errors++
			case kindSkipped:
				s.counts.skipped++
			}
		}
	}
	return suites
}

func (s *junitSuite) write(x *xmlWriter, r *Report) {
	timestamp := ""
	if !r.Started.IsZero() {
		timestamp = r.Started.UTC().Format(time.RFC3339)
	}
	x.open("testsuite",
		"name", s.class,
		"tests", strconv.Itoa(s.counts.tests),
		"failures", strconv.Itoa(s.counts.failures),
		"errors", strconv.Itoa(s.counts.errors),
		"skipped", strconv.Itoa(s.counts.skipped),
		"time", seconds(s.millis),
		"timestamp", timestamp)
	s.writeProperties(x, r)
	if s.target == nil {
		writeRunCase(x, r)
	}
	for _, res := range s.results {
		writeCase(x, s, res)
	}
	x.close("testsuite")
}

// writeProperties says what the suite is about, so that a file found alone
// still tells its run. Values that are unknown are left out.
func (s *junitSuite) writeProperties(x *xmlWriter, r *Report) {
	x.open("properties")
	property := func(name, value string) {
		if value != "" {
			x.empty("property", "name", name, "value", flat(value))
		}
	}
	property("run-id", r.RunID)
	property("tool", first(r.Tool.Name, "authassay"))
	property("tool-version", r.Tool.Version)
	property("go-version", r.Tool.Go)
	property("seed", r.Seed)
	if r.Shard != nil {
		property("shard", r.Shard.String())
	}
	property("strict", strconv.FormatBool(r.Strict))
	property("stopped", first(string(r.Stopped), "no"))
	property("exit-code", strconv.Itoa(r.Outcome.Code))
	if s.target != nil {
		property("target", s.target.Name)
		property("issuer", s.target.Issuer)
		property("target-version", s.target.Version)
		property("policy", s.target.Policy)
		property("role", s.results[0].Role)
		property("area", s.results[0].Area)
	}
	c := r.Count()
	if s.target != nil {
		c = Counts{}
		for _, res := range s.results {
			c.Add(*res)
		}
	}
	property("count-pass", strconv.Itoa(c.Pass))
	property("count-fail", strconv.Itoa(c.Fail))
	property("count-warn", strconv.Itoa(c.Warn))
	property("count-info", strconv.Itoa(c.Info))
	property("count-error", strconv.Itoa(c.Error))
	property("count-not-run", strconv.Itoa(c.NotRun))
	property("count-known-failing", strconv.Itoa(c.Known))
	property("count-unexpected-pass", strconv.Itoa(c.Unexpected))
	x.close("properties")
}

// seconds prints milliseconds as the schema's SUREFIRE_TIME: seconds with
// three decimals and no exponent.
func seconds(millis int64) string {
	return strconv.FormatFloat(float64(max(millis, 0))/1000, 'f', 3, 64)
}
