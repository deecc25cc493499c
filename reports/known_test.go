package reports

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
)

var someIDs = []string{"cc-happy", "cc-no-auth", "ca-basic", "ca-post", "tok-unknown-grant", "meta-response-types"}

func parse(doc string) (*KnownFailing, error) {
	return parseKnownFailing("known.yaml", []byte(doc), someIDs, time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC))
}

func TestLoadKnownFailing(t *testing.T) {
	g := gomega.NewWithT(t)
	k, err := parse(`# a comment
version: 1
entries:
  - check: cc-no-auth
    target: mock
    reason: "mended upstream: not released"
    link: https://example.org/issues/7
  - {check: tok-unknown-grant, verdict: warn, reason: accepted}
  - check: cc-no-auth
    reason: |
      for every
      other target
`)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(k.Entries).To(gomega.Equal([]KnownFailure{
		{Target: "mock", Check: "cc-no-auth", Verdict: Fail, Reason: "mended upstream: not released", Link: "https://example.org/issues/7", Line: 4},
		{Check: "tok-unknown-grant", Verdict: Warn, Reason: "accepted", Line: 8},
		{Check: "cc-no-auth", Verdict: Fail, Reason: "for every\nother target", Line: 9},
	}))
	k, err = parse("\xef\xbb\xbfversion: 1\r\nentries: []\r\n")
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(k.Entries).To(gomega.BeEmpty())
}

func TestKnownFailingErrors(t *testing.T) {
	entry := func(lines ...string) string {
		return "version: 1\nentries:\n  - check: cc-happy\n" + strings.Join(lines, "\n") + "\n"
	}
	for name, c := range map[string]struct{ doc, want string }{
		"empty":                {"", "one YAML document with the keys version and entries is wanted, and the file has 0"},
		"only a comment":       {"# nothing\n", "and the file has 0"},
		"two documents":        {"version: 1\n---\nversion: 1\n", "and the file has 2"},
		"a list":               {"- check: cc-happy\n", "known.yaml: the keys version and entries are wanted at the top, not a list"},
		"binary":               {"version: 1\x00", "this is not a text file in UTF-8"},
		"invalid UTF-8":        {"version: 1\xff", "this is not a text file in UTF-8"},
		"tab":                  {"version: 1\nentries:\n\t- check: cc-happy\n", "known.yaml:3:1: "},
		"not YAML":             {"version: [1\n", "known.yaml:1:"},
		"too large":            {strings.Repeat("#", maxKnownFailing+1), "larger than 1 MiB"},
		"no version":           {"entries: []\n", "known.yaml: the key version is missing; write version: 1"},
		"version 2":            {"version: 2\nentries: []\n", "known.yaml:1:10: version 2: this authassay reads version 1"},
		"version as text":      {"version: one\nentries: []\n", "known.yaml:1:10: version one"},
		"no entries":           {"version: 1\n", "known.yaml: the key entries is missing; write entries: []"},
		"entries is a word":    {"version: 1\nentries: none\n", "known.yaml:2:10: entries: a list is wanted, not the string none"},
		"entries is nothing":   {"version: 1\nentries:\n", "entries: a list is wanted, not nothing"},
		"unknown key at top":   {"version: 1\nentrys: []\n", `known.yaml:2:1: unknown key "entrys"; did you mean "entries"?`},
		"unknown key":          {entry("    reson: x"), `known.yaml:4:5: unknown key "reson"; did you mean "reason"?`},
		"far key":              {entry("    zzzzzzzzzzzz: x"), `unknown key "zzzzzzzzzzzz"; the keys are check, target, version, verdict, reason, link, expires`},
		"key twice":            {entry("    reason: x", "    reason: y"), "known.yaml:5:5: "},
		"unknown id":           {"version: 1\nentries:\n  - check: cc-hapy\n    reason: x\n", `known.yaml:3:12: no check has the id "cc-hapy"; did you mean "cc-happy"?`},
		"far id":               {"version: 1\nentries:\n  - check: \"*\"\n    reason: x\n", `no check has the id "*"; authassay checks lists them`},
		"no check":             {"version: 1\nentries:\n  - reason: x\n", "known.yaml:3:5: the entry has no check"},
		"no reason":            {entry("    target: mock"), "known.yaml:3:5: the entry has no reason; an entry needs check and reason"},
		"empty reason":         {entry(`    reason: ""`), "the entry has no reason"},
		"blank reason":         {entry(`    reason: "  "`), "the entry has no reason"},
		"nothing as reason":    {entry("    reason:"), "known.yaml:4:13: reason: text is wanted, not nothing"},
		"number as reason":     {entry("    reason: 7"), "reason: text is wanted, not the integer 7; quote it if it is meant as text"},
		"list as reason":       {entry("    reason: [a]"), "reason: text is wanted, not a list"},
		"alias as reason":      {"version: 1\nentries:\n  - check: cc-happy\n    link: &a x\n    reason: *a\n", "text is wanted, not an anchor or alias"},
		"generated reason":     {entry(`    reason: "EDIT ME: a token was issued"`), `known.yaml:4:13: reason: nobody has edited the generated text; say in place of "EDIT ME: a token was issued" why`},
		"passing verdict":      {entry("    verdict: pass", "    reason: x"), `known.yaml:4:14: verdict: fail or warn is wanted, not "pass"`},
		"error verdict":        {entry("    verdict: error", "    reason: x"), "verdict: an error is never excused; fail and warn are"},
		"second entry":         {entry("    reason: x", "  - check: cc-happy", "    reason: y"), "known.yaml:5:5: a second entry for cc-happy; the first is in line 3"},
		"second for a target":  {entry("    target: a", "    reason: x", "  - {check: cc-happy, target: a, reason: y}"), "a second entry for cc-happy; the first is in line 3"},
		"expired":              {entry("    reason: x", "    expires: 2026-12-30"), "known.yaml:5:14: the entry has expired: it was accepted until 2026-12-30; mend the failure and remove the entry, or say anew why it is accepted and until when"},
		"expires some time":    {entry("    reason: x", "    expires: soon"), `known.yaml:5:14: expires: a day such as 2027-01-31 is wanted, not "soon"`},
		"expires on no day":    {entry("    reason: x", "    expires: 2027-02-30"), `a day such as 2027-01-31 is wanted, not "2027-02-30"`},
		"expires in a year":    {entry("    reason: x", "    expires: 2027"), "expires: text is wanted, not the integer 2027"},
		"expires never":        {entry("    reason: x", `    expires: ""`), "expires: a day such as 2027-01-31 is wanted"},
		"version is a number":  {entry("    reason: x", "    version: 2.10"), "version: text is wanted, not the float 2.10; quote it if it is meant as text"},
		"version is empty":     {entry("    reason: x", `    version: ""`), "known.yaml:5:14: version: it is empty"},
		"second for a version": {entry("    version: a 1", "    reason: x", "  - {check: cc-happy, version: a 1, reason: y}"), "a second entry for cc-happy; the first is in line 3"},
		"generated, expired":   {entry(`    reason: "EDIT ME: x"`, "    expires: 2020-01-01"), "nobody has edited"},
		"entry is a word":      {"version: 1\nentries:\n  - cc-happy\n", "known.yaml:3:5: an entry with the keys check and reason is wanted, not the string cc-happy"},
		"deep":                 {strings.Repeat("[", maxCollections), "known.yaml:1:10000: "},
		"deeper":               {strings.Repeat("[", 1<<20), "too many entries for one file"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse(c.doc)
			gomega.NewWithT(t).Expect(err).To(gomega.MatchError(gomega.ContainSubstring(c.want)))
		})
	}
}

func TestKnownFailingReportsEveryError(t *testing.T) {
	_, err := parse("version: 3\nentries:\n  - check: nope\n    reason: x\n  - check: cc-happy\n  - check: ca-post\n    reason: ok\n")
	g := gomega.NewWithT(t)
	g.Expect(err).To(gomega.HaveOccurred())
	g.Expect(strings.Split(err.Error(), "\n")).To(gomega.HaveLen(3))
}

func TestLoadKnownFailingFromDisk(t *testing.T) {
	g := gomega.NewWithT(t)
	dir := t.TempDir()
	_, err := LoadKnownFailing(dir, someIDs)
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("this is a directory")))
	path := filepath.Join(dir, "known-failing.yaml")
	_, err = LoadKnownFailing(path, someIDs)
	g.Expect(err).To(gomega.MatchError(gomega.And(gomega.ContainSubstring("known-failing file"), gomega.ContainSubstring("no such file"))))
	g.Expect(os.WriteFile(path, []byte("version: 1\nentries:\n  - {check: cc-happy, reason: x}\n"), 0o644)).To(gomega.Succeed())
	k, err := LoadKnownFailing(path, someIDs)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(k.Path).To(gomega.Equal(path))
	g.Expect(k.Entries).To(gomega.HaveLen(1))
}

func TestApply(t *testing.T) {
	raised := warning()
	raised.Verdict, raised.Raised = Fail, true
	passing := passes()[2]
	for name, c := range map[string]struct {
		result  Result
		entry   KnownFailure
		excused bool
		passed  bool
		note    string
		code    int
	}{
		"a fail is excused":               {failing(), KnownFailure{Check: "cc-no-auth", Verdict: Fail}, true, false, "", ExitOK},
		"at the named target":             {failing(), KnownFailure{Check: "cc-no-auth", Target: "mock", Verdict: Fail}, true, false, "", ExitOK},
		"at the named issuer":             {failing(), KnownFailure{Check: "cc-no-auth", Target: "http://127.0.0.1:9090", Verdict: Fail}, true, false, "", ExitOK},
		"not at another target":           {failing(), KnownFailure{Check: "cc-no-auth", Target: "other", Verdict: Fail}, false, false, "targets that are not part of this run: other", ExitFail},
		"not by another id":               {failing(), KnownFailure{Check: "cc-no-authx", Verdict: Fail}, false, false, "cc-no-authx was not part of this run", ExitFail},
		"not by a beginning":              {failing(), KnownFailure{Check: "cc-no", Verdict: Fail}, false, false, "cc-no was not part of this run", ExitFail},
		"a raised warning, listed fail":   {raised, KnownFailure{Check: "tok-unknown-grant", Verdict: Fail}, true, false, "", ExitOK},
		"a raised warning, listed warn":   {raised, KnownFailure{Check: "tok-unknown-grant", Verdict: Warn}, true, false, "", ExitOK},
		"a fail, listed warn":             {failing(), KnownFailure{Check: "cc-no-auth", Verdict: Warn}, false, false, "fails, and the entry excuses a warning only", ExitFail},
		"a plain warning, listed fail":    {warning(), KnownFailure{Check: "tok-unknown-grant", Verdict: Fail}, false, false, "only warns", ExitOK},
		"a plain warning, listed warn":    {warning(), KnownFailure{Check: "tok-unknown-grant", Verdict: Warn}, false, false, "", ExitOK},
		"a pass":                          {passing, KnownFailure{Check: "cc-happy", Verdict: Fail}, false, true, "passes: remove the entry", ExitFail},
		"a pass, listed warn":             {passing, KnownFailure{Check: "cc-happy", Verdict: Warn}, false, true, "passes: remove the entry", ExitFail},
		"a pass, listed elsewhere":        {passing, KnownFailure{Check: "cc-happy", Target: "other", Verdict: Fail}, false, false, "not part of this run: other", ExitOK},
		"information is a pass":           {informational(), KnownFailure{Check: "meta-response-types", Verdict: Fail}, false, true, "passes: remove the entry", ExitFail},
		"an error is never excused":       {erring(), KnownFailure{Check: "ca-basic", Verdict: Fail}, false, false, "an error is never excused", ExitUndecided},
		"what did not run is only a note": {needing("ca-post"), KnownFailure{Check: "ca-post", Verdict: Fail}, false, false, "did not run, so the entry was not tried", ExitOK},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			c.entry.Reason, c.entry.Link, c.entry.Line = "because", "https://example.org/7", 5
			r := run(mock(append(passes()[:2], c.result)...))
			k := KnownFailing{Path: "known.yaml", Entries: []KnownFailure{c.entry}}
			k.Apply(&r)
			res := r.Targets[0].Results[2]
			g.Expect(res.Verdict).To(gomega.Equal(c.result.Verdict))
			if c.excused {
				g.Expect(res.KnownFailing).To(gomega.Equal("because"))
				g.Expect(res.KnownFailingLink).To(gomega.Equal("https://example.org/7"))
			} else {
				g.Expect(res.KnownFailing).To(gomega.BeEmpty())
			}
			g.Expect(res.UnexpectedPass != "").To(gomega.Equal(c.passed))
			if c.note == "" {
				g.Expect(r.Notes).To(gomega.BeEmpty())
			} else {
				g.Expect(r.Notes).To(gomega.HaveLen(1))
				g.Expect(r.Notes[0]).To(gomega.And(gomega.HavePrefix("known.yaml"), gomega.ContainSubstring(c.note)))
			}
			g.Expect(Decide(r, DecideOptions{}).Code).To(gomega.Equal(c.code))

			again := r.Notes
			k.Apply(&r)
			g.Expect(r.Notes).To(gomega.Equal(again))
		})
	}
}

// An entry holds through the day that it names, wherever the run is.
func TestKnownFailingExpires(t *testing.T) {
	doc := "version: 1\nentries:\n  - {check: cc-happy, reason: x, expires: 2027-01-31}\n"
	path := filepath.Join(t.TempDir(), "known.yaml")
	gomega.NewWithT(t).Expect(os.WriteFile(path, []byte(doc), 0o644)).To(gomega.Succeed())
	east, west := time.FixedZone("east", 14*3600), time.FixedZone("west", -12*3600)
	for _, c := range []struct {
		now     time.Time
		expired bool
	}{
		{time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), false},
		{time.Date(2027, 1, 31, 23, 59, 59, 0, time.UTC), false},
		{time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC), true},
		{time.Date(2027, 2, 1, 13, 0, 0, 0, east), false}, // the day before, in UTC
		{time.Date(2027, 1, 31, 12, 0, 0, 0, west), true}, // midnight in UTC
		{time.Date(12027, 1, 1, 0, 0, 0, 0, time.UTC), true},
	} {
		g := gomega.NewWithT(t)
		k, err := LoadKnownFailingAt(path, someIDs, c.now)
		if c.expired {
			g.Expect(err).To(gomega.MatchError(gomega.HavePrefix(path+":3:43: the entry has expired: it was accepted until 2027-01-31")), c.now.String())
			continue
		}
		g.Expect(err).NotTo(gomega.HaveOccurred(), c.now.String())
		g.Expect(k.Entries[0].Expires).To(gomega.Equal("2027-01-31"))
	}
}

// An entry with a version is for that version of the target's software alone, and
// goes before one without.
func TestApplyByVersion(t *testing.T) {
	entry := func(version, reason string) KnownFailure {
		return KnownFailure{Check: "cc-no-auth", Verdict: Fail, Version: version, Reason: reason, Line: 3}
	}
	for name, c := range map[string]struct {
		version string
		entries []KnownFailure
		excuse  string
		note    string
	}{
		"this version":        {"mockidp", []KnownFailure{entry("mockidp", "ours")}, "ours", ""},
		"another version":     {"mockidp 2", []KnownFailure{entry("mockidp", "ours")}, "", "known.yaml:3: cc-no-auth is listed for the version mockidp of the target, and its target file states mockidp 2, so the entry was not tried"},
		"no beginning of one": {"mockidp 2", []KnownFailure{entry("mockidp", "ours"), entry("", "any")}, "any", "known.yaml:3: cc-no-auth is listed for the version mockidp"},
		"no version":          {"", []KnownFailure{entry("mockidp", "ours")}, "", "its target file states none (software: there)"},
		"before the general":  {"mockidp", []KnownFailure{entry("", "any"), entry("mockidp", "ours")}, "ours", ""},
		"after the target":    {"mockidp", []KnownFailure{entry("mockidp", "ours"), {Check: "cc-no-auth", Target: "mock", Verdict: Fail, Reason: "here"}}, "here", ""},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			r := run(mock(append(passes()[:2], failing())...))
			r.Targets[0].Version = c.version
			(&KnownFailing{Path: "known.yaml", Entries: c.entries}).Apply(&r)
			g.Expect(r.Targets[0].Results[2].KnownFailing).To(gomega.Equal(c.excuse))
			if c.note == "" {
				g.Expect(r.Notes).To(gomega.BeEmpty())
			} else {
				g.Expect(r.Notes).To(gomega.HaveExactElements(gomega.ContainSubstring(c.note)))
			}
		})
	}
}

// What bounds an entry survives when the file is written anew.
func TestWriteKnownFailingKeepsBounds(t *testing.T) {
	g := gomega.NewWithT(t)
	r := run(mock(failing()))
	(&KnownFailing{Entries: []KnownFailure{{Check: "cc-no-auth", Verdict: Fail, Reason: "until then", Version: "mockidp", Expires: "2027-01-31"}}}).Apply(&r)
	k, err := parse(string(written(t, func(w io.Writer) error { return WriteKnownFailing(w, r) })))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(k.Entries).To(gomega.HaveLen(1))
	g.Expect(k.Entries[0].Expires).To(gomega.Equal("2027-01-31"))
	g.Expect(k.Entries[0].Version).To(gomega.Equal("mockidp"))
	r.Targets[0].Results[0].Forgive()
	g.Expect(r.Targets[0].Results[0]).To(gomega.Equal(failing()))
}

// A shard says nothing of entries that other shards may try, and nothing of what
// an observer lets pass while it has seen a part.
func TestApplyToAShard(t *testing.T) {
	g := gomega.NewWithT(t)
	observer := passes()[0]
	observer.ID, observer.Observer = "http-no-5xx", true
	k := &KnownFailing{Path: "known.yaml", Entries: []KnownFailure{
		{Check: "http-no-5xx", Verdict: Fail, Reason: "x", Line: 2}, {Check: "ca-post", Verdict: Fail, Reason: "x", Line: 3},
	}}
	whole := run(mock(observer))
	k.Apply(&whole)
	g.Expect(whole.Notes).To(gomega.HaveLen(2))
	g.Expect(whole.Count().Unexpected).To(gomega.Equal(1))
	part := run(mock(observer))
	part.Shard = &Shard{Index: 1, Count: 2}
	k.Apply(&part)
	g.Expect(part.Notes).To(gomega.BeEmpty())
	g.Expect(part.Count().Unexpected).To(gomega.BeZero())
	observer.Verdict = Fail
	part = run(mock(observer))
	part.Shard = &Shard{Index: 1, Count: 2}
	k.Apply(&part)
	g.Expect(part.Count().Known).To(gomega.Equal(1))
}

func TestApplyAtSeveralTargets(t *testing.T) {
	g := gomega.NewWithT(t)
	a, b := mock(failing()), mock(failing())
	a.Name, b.Name = "a", "b"
	b.Results[0].Verdict = Pass
	r := run(a, b)
	general := KnownFailure{Check: "cc-no-auth", Verdict: Fail, Reason: "everywhere"}
	(&KnownFailing{Entries: []KnownFailure{general}}).Apply(&r)
	g.Expect(r.Targets[0].Results[0].KnownFailing).To(gomega.Equal("everywhere"))
	g.Expect(r.Targets[1].Results[0].UnexpectedPass).To(gomega.Equal("everywhere"))

	// The entry that names the target goes before the one that does not.
	r = run(mock(failing()))
	named := KnownFailure{Check: "cc-no-auth", Target: "mock", Verdict: Fail, Reason: "here"}
	(&KnownFailing{Entries: []KnownFailure{general, named}}).Apply(&r)
	g.Expect(r.Targets[0].Results[0].KnownFailing).To(gomega.Equal("here"))
	g.Expect(r.Notes).To(gomega.BeEmpty())

	var none *KnownFailing
	none.Apply(&r)
	g.Expect(r.Notes).To(gomega.BeEmpty())
}

// A written file is refused until a person has edited it, and then excuses
// what it was written for.
func TestWriteKnownFailing(t *testing.T) {
	g := gomega.NewWithT(t)
	raised, odd, known := warning(), failing(), failing()
	raised.Verdict, raised.Raised = Fail, true
	odd.ID, odd.Message = "ca-post", hostileText+"\nand: a \\ second 'line' # \"x\""
	known.ID, known.KnownFailing, known.KnownFailingLink = "cc-happy", "accepted: by us # really", "https://example.org/7"
	r := run(mock(append(passes()[:2], failing(), raised, odd, known, erring(), needing("meta-response-types"))...))
	doc := string(written(t, func(w io.Writer) error { return WriteKnownFailing(w, r) }))
	g.Expect(doc).NotTo(gomega.ContainSubstring("ca-basic")) // an error
	_, err := parse(doc)
	g.Expect(err).To(gomega.HaveOccurred())
	lines := strings.Split(err.Error(), "\n")
	g.Expect(lines).To(gomega.HaveLen(3))
	for _, line := range lines {
		g.Expect(line).To(gomega.ContainSubstring("nobody has edited"))
	}
	k, err := parse(strings.ReplaceAll(doc, `"EDIT ME: `, `"`))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(k.Entries).To(gomega.HaveLen(4))
	g.Expect(k.Entries[1].Verdict).To(gomega.Equal(Warn))
	g.Expect(k.Entries[2].Reason).To(gomega.Equal(oneLine(odd.Message)))
	g.Expect(k.Entries[3]).To(gomega.Equal(KnownFailure{Target: "mock", Check: "cc-happy", Verdict: Fail,
		Reason: "accepted: by us # really", Link: "https://example.org/7", Line: k.Entries[3].Line}))
	k.Apply(&r)
	g.Expect(r.Count().Fail).To(gomega.BeZero())
	g.Expect(r.Count().Known).To(gomega.Equal(4))

	none := string(written(t, func(w io.Writer) error { return WriteKnownFailing(w, scenario("green")) }))
	k, err = parse(none)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(k.Entries).To(gomega.BeEmpty())
}

func FuzzKnownFailing(f *testing.F) {
	f.Add("version: 1\nentries:\n  - {check: cc-happy, reason: x}\n")
	f.Add("? [\n")
	f.Add("version: 1\nentries:\n  - &a *a\n  - <<: {}\n  - !!str x\n  - ? a\n")
	f.Fuzz(func(t *testing.T, doc string) {
		k, err := parse(doc)
		if err != nil {
			return
		}
		for _, e := range k.Entries {
			if e.Reason == "" || e.Line < 1 || (e.Verdict != Fail && e.Verdict != Warn) {
				t.Errorf("accepted %+v", e)
			}
		}
	})
}
