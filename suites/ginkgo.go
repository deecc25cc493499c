package suites

import (
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/assay"
	"github.com/authassay/authassay/suites/catalog"
	"github.com/authassay/authassay/suites/check"
)

// Provide gives the target of a Ginkgo suite when its first spec runs: it may
// start one. Close is called when the suite is over; it may be nil. In a
// parallel run each process calls it.
type Provide func() (t *target.Target, close func(), err error)

// Fixed provides a target that is there already.
func Fixed(t *target.Target) Provide {
	return func() (*target.Target, func(), error) { return t, nil, nil }
}

// entryName names the report entries in which specs hand their redacted
// results to the process that writes the reports.
const entryName = "authassay"

// entry is what a spec hands over. It holds nothing that is not redacted: it
// lands in Ginkgo's own reports too.
type entry struct {
	Process   int                  `json:"process"`
	Target    reports.TargetReport `json:"target"`
	Result    reports.Result       `json:"result"`
	Exchanges []reports.Exchange   `json:"exchanges"`
	Seed      string               `json:"seed"`
}

// suite is what Register hangs into the tree.
type suite struct {
	name     string
	provide  Provide
	settings *settings

	once  sync.Once
	err   error
	known *reports.KnownFailing
	run   *check.Run
	tg    *target.Target
	close func()
	over  sync.Once
	ended reports.TargetReport
}

// Register hangs the catalogue into the Ginkgo tree of a user's own bootstrap:
// a Describe with the given name, a Describe an area, an It a check, with
// labels for id, area, role, clauses and the level (must, should, may). Call it
// at the top level of a test file:
//
//	var _ = suites.Register("my server", suites.Fixed(t))
//
// Observers judge what all processes sent, when the suite is over; each is a
// ReportAfterSuite of its own and obeys the label filter. A name can be
// registered once.
func Register(name string, provide Provide, opts ...Option) bool {
	s := &suite{name: name, provide: provide, settings: newSettings(opts)}
	ginkgo.Describe(name, func() {
		for _, a := range catalog.All().Areas {
			s.area(a)
		}
	})
	for _, o := range s.observers() {
		ginkgo.ReportAfterSuite(o.ID, func(r ginkgo.Report) { s.judge(o, r) })
	}
	ginkgo.ReportAfterSuite("authassay reports of "+name, s.write)
	suitesMu.Lock()
	defer suitesMu.Unlock()
	suites = append(suites, s)
	return true
}

var (
	suitesMu sync.Mutex
	suites   []*suite
)

// Finish ends what this process began for the suites that were registered: it
// removes the clients that the runs registered and closes the targets. Call it
// when RunSpecs is over. Without it only the first process of a parallel run does
// so, since a suite has one AfterSuite, and it is yours. What cannot be removed it
// gives as an error.
func Finish() error {
	suitesMu.Lock()
	defer suitesMu.Unlock()
	var errs []error
	for _, s := range suites {
		for _, left := range s.end().Left {
			errs = append(errs, fmt.Errorf("left behind at the target of %s: %s", s.name, left))
		}
	}
	return errors.Join(errs...)
}

// end finishes the run of this process, once.
func (s *suite) end() reports.TargetReport {
	s.over.Do(func() {
		if s.run != nil {
			s.ended = s.run.Finish()
		}
		if s.close != nil {
			s.close()
		}
	})
	return s.ended
}

// area hangs one area into the tree.
func (s *suite) area(a *check.Area) {
	ginkgo.Describe(a.Title, func() {
		for _, c := range a.Checks {
			if c.Observer() || !s.wanted(c) {
				continue
			}
			args := []any{ginkgo.Label(labels(c)...)}
			if c.Serial {
				args = append(args, ginkgo.Serial)
			}
			ginkgo.It(c.ID, append(args, func() { s.spec(c) })...)
		}
	})
}

// wanted tells whether the options select a check. What the roles of the
// target leave out is known only when the target is.
func (s *suite) wanted(c *check.Check) bool {
	for _, w := range catalog.All().Select(s.settings.assay.Selection, nil) {
		if w == c {
			return true
		}
	}
	return false
}

func (s *suite) observers() []*check.Check {
	var out []*check.Check
	for _, o := range catalog.All().Observers() {
		if s.wanted(o) {
			out = append(out, o)
		}
	}
	return out
}

// labels of a spec. Ginkgo allows no & | ! , ( ) / in a label.
func labels(c *check.Check) []string {
	out := []string{c.ID, c.Area().ID, string(c.Area().Role), c.Level.Group()}
	for _, cl := range c.Clauses {
		out = append(out, strings.NewReplacer("&", " ", "|", " ", "!", " ", ",", " ", "(", " ", ")", " ", "/", " ").Replace(cl))
	}
	return out
}

// start makes the run when the first spec of this process asks for it.
func (s *suite) start() error {
	s.once.Do(func() {
		s.tg, s.close, s.err = s.provide()
		if s.err != nil {
			return
		}
		s.tg = s.tg.WithDefaults()
		o := s.settings.assay
		if o.Seed == "" {
			o.Seed = fmt.Sprintf("ginkgo-%d", ginkgo.GinkgoRandomSeed())
		}
		if s.known, _, s.err = (&settings{knownFailing: s.settings.knownFailing}).prepare(checkIDs()); s.err != nil {
			return
		}
		s.run, s.err = assay.New(o).Begin(s.tg, nil)
	})
	return s.err
}

// spec runs one check and translates its verdict.
func (s *suite) spec(c *check.Check) {
	ginkgo.GinkgoHelper()
	if err := s.start(); err != nil {
		ginkgo.Fail("the target is not there: " + err.Error())
	}
	res := s.run.Start(c).Wait()
	ginkgo.AddReportEntry(entryName, ginkgo.ReportEntryVisibilityNever, entry{
		Process: ginkgo.GinkgoParallelProcess(), Target: s.run.About(), Result: res,
		Exchanges: s.run.Exchanges(res.Exchanges), Seed: s.run.Seed(),
	})
	translate(excuse(res, s.known, s.tg.Name, s.tg.Issuer))
}

// translate makes a Ginkgo outcome of a result.
func translate(r reports.Result) {
	ginkgo.GinkgoHelper()
	switch text := Text(r); {
	case r.KnownFailing != "":
		ginkgo.Skip("known failure: " + r.KnownFailing + "\n" + text)
	case r.UnexpectedPass != "":
		ginkgo.Fail("listed as a known failure and passes: " + r.UnexpectedPass)
	case r.Verdict == reports.Fail:
		ginkgo.Fail(text)
	case r.Verdict == reports.Error:
		ginkgo.Fail("inconclusive: " + text)
	case r.Verdict == reports.NotRun:
		ginkgo.Skip("needs " + r.Need + hint(r))
	case r.Verdict == reports.Warn, r.Verdict == reports.Info:
		ginkgo.GinkgoWriter.Printf("%s: %s\n", strings.ToUpper(string(r.Verdict)), text)
	}
}

// collect puts together what the specs of all processes handed over. Exchanges
// are numbered by each process for itself, so they are numbered anew.
func (s *suite) collect(r ginkgo.Report) (reports.TargetReport, string) {
	var out reports.TargetReport
	seed := ""
	type key struct{ process, number int }
	renumbered := map[key]int{}
	for _, spec := range r.SpecReports {
		if len(spec.ContainerHierarchyTexts) == 0 || spec.ContainerHierarchyTexts[0] != s.name {
			continue
		}
		for _, re := range spec.ReportEntries {
			e, ok := decode(re)
			if !ok {
				continue
			}
			out.Name, out.Issuer, out.Version, out.Policy, out.Roles = e.Target.Name, e.Target.Issuer, e.Target.Version, e.Target.Policy, e.Target.Roles
			seed = e.Seed
			for _, ex := range e.Exchanges {
				k := key{e.Process, ex.Number}
				if renumbered[k] == 0 {
					renumbered[k] = len(out.Exchanges) + 1
					ex.Number = renumbered[k]
					out.Exchanges = append(out.Exchanges, ex)
				}
			}
			for i, n := range e.Result.Exchanges {
				e.Result.Exchanges[i] = renumbered[key{e.Process, n}]
			}
			for i, f := range e.Result.Findings {
				e.Result.Findings[i].Exchange = renumbered[key{e.Process, f.Exchange}]
			}
			out.Results = append(out.Results, e.Result)
		}
	}
	for _, o := range s.observers() {
		if selected(o) && out.Name != "" {
			out.Results = append(out.Results, s.reduce(o, out))
		}
	}
	inOrder(out.Results)
	return out, seed
}

// decode reads a report entry: the value itself in this process, a map when
// it came from another. A round trip through JSON handles both.
func decode(re types.ReportEntry) (entry, bool) {
	var e entry
	if re.Name != entryName {
		return e, false
	}
	raw, err := json.Marshal(re.GetRawValue())
	if err != nil || json.Unmarshal(raw, &e) != nil {
		return e, false
	}
	return e, true
}

// selected tells whether the label filter of the run takes an observer, which
// is no spec and so not filtered by Ginkgo.
func selected(o *check.Check) bool {
	suiteConfig, _ := ginkgo.GinkgoConfiguration()
	filter, err := types.ParseLabelFilter(suiteConfig.LabelFilter)
	return err == nil && filter(labels(o))
}

// reduce gives the result of an observer over the exchanges of all processes.
func (s *suite) reduce(o *check.Check, t reports.TargetReport) reports.Result {
	base := check.Blank(o, target.Policy(t.Policy))
	res := check.ReduceFor(o, base, t.Exchanges)
	if s.settings.assay.Strict {
		res.Raise()
	}
	return res
}

// judge is the body of an observer's ReportAfterSuite.
func (s *suite) judge(o *check.Check, r ginkgo.Report) {
	ginkgo.GinkgoHelper()
	t, _ := s.collect(r)
	for _, res := range t.Results {
		if res.ID != o.ID {
			continue
		}
		known, _, err := (&settings{knownFailing: s.settings.knownFailing}).prepare(checkIDs())
		if err != nil {
			ginkgo.Fail(err.Error())
		}
		// A node of this kind can only fail: whatever else a verdict is, the
		// reports say.
		switch res = excuse(res, known, t.Name, t.Issuer); {
		case res.UnexpectedPass != "":
			ginkgo.Fail("listed as a known failure and passes: " + res.UnexpectedPass)
		case res.KnownFailing == "" && (res.Verdict == reports.Fail || res.Verdict == reports.Error):
			ginkgo.Fail(Text(res))
		}
	}
}

// write makes the reports and ends the run of this process; Finish ends those of
// the other processes of a parallel run. How often users logged in, and what was
// left behind, is said of this process.
func (s *suite) write(r ginkgo.Report) {
	ginkgo.GinkgoHelper()
	ended := s.end()
	t, seed := s.collect(r)
	t.Left, t.Lost, t.Logins, t.WaitedMS = ended.Left, ended.Lost, ended.Logins, ended.WaitedMS
	if s.settings.reportDir == "" || t.Name == "" {
		return
	}
	known, dir, err := s.settings.prepare(checkIDs())
	if err == nil {
		rep := reports.Report{
			SchemaVersion: reports.SchemaVersion, RunID: reports.NewRunID(), Tool: assay.Tool(), Started: r.StartTime.UTC(),
			DurationMS: r.RunTime.Milliseconds(), Seed: seed, Strict: s.settings.assay.Strict, Targets: []reports.TargetReport{t},
		}
		_, err = s.settings.finish(&rep, known, dir)
	}
	if err != nil {
		ginkgo.Fail(err.Error())
	}
}

// inOrder sorts results as the catalogue has them.
func inOrder(results []reports.Result) {
	place := map[string]int{}
	for i, c := range catalog.All().Checks() {
		place[c.ID] = i
	}
	sort.SliceStable(results, func(i, j int) bool { return place[results[i].ID] < place[results[j].ID] })
}
