package reports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/quick"
	"time"

	"github.com/joshdk/go-junit"
	"github.com/onsi/gomega"
)

// readers parses with a reader that nobody here wrote, and returns the cases
// by class and name.
func readers(t *testing.T, data []byte) map[string]junit.Test {
	t.Helper()
	suites, err := junit.Ingest(data)
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]junit.Test{}
	for _, s := range suites {
		for _, c := range s.Tests {
			key := c.Classname + "/" + c.Name
			if _, twice := cases[key]; twice {
				t.Errorf("%s stands twice", key)
			}
			cases[key] = c
		}
	}
	return cases
}

func TestReadersFindEveryVerdict(t *testing.T) {
	all := run(mock(append(passes(), failing(), warning(), informational(), erring(), needing("ca-post"))...))
	k := KnownFailing{Path: "k", Entries: []KnownFailure{{Check: "known", Verdict: Fail, Reason: "accepted"}, {Check: "listed", Verdict: Fail, Reason: "was broken"}}}
	known := failing()
	known.ID = "known"
	all.Targets[0].Results = append(all.Targets[0].Results, known, result("listed", "cc", "MUST", "RFC 6749 §4.4", Pass))
	k.Apply(&all)
	cases := readers(t, written(t, func(w io.Writer) error { return WriteJUnit(w, all) }))
	g := gomega.NewWithT(t)
	g.Expect(cases).To(gomega.HaveLen(len(all.Targets[0].Results)))

	at := func(area, id string) junit.Test {
		c, ok := cases["authassay.mock.authorization-server."+area+"/"+id]
		g.Expect(ok).To(gomega.BeTrue(), id)
		return c
	}
	g.Expect(at("cc", "cc-happy").Status).To(gomega.Equal(junit.StatusPassed))
	g.Expect(at("cc", "cc-happy").Duration).To(gomega.Equal(12 * time.Millisecond))

	failed := at("cc", "cc-no-auth")
	g.Expect(failed.Status).To(gomega.Equal(junit.StatusFailed))
	detail := failed.Error.(junit.Error)
	g.Expect(detail.Type).To(gomega.Equal("MUST"))
	g.Expect(detail.Message).To(gomega.Equal("a token was issued without client authentication"))
	for _, part := range []string{
		"The token endpoint refuses", "RFC 6749 §4.4.2", "401 with the error invalid_client", "200 with an access token",
		"> POST http://127.0.0.1:9090/token", "< HTTP/1.1 200", `{"access_token":"[redacted #e5f6]"}`, "the answer may be cached",
	} {
		g.Expect(detail.Body).To(gomega.ContainSubstring(part))
	}

	warned := at("tok", "tok-unknown-grant")
	g.Expect(warned.Status).To(gomega.Equal(junit.StatusPassed))
	g.Expect(warned.SystemOut).To(gomega.HavePrefix("WARN: the refusal carries another error code"))
	// Jenkins keeps the first 500 characters.
	g.Expect(warned.SystemOut[:500]).To(gomega.And(gomega.ContainSubstring("RFC 6749 §5.2"), gomega.ContainSubstring("unsupported_grant_type")))
	g.Expect(at("meta", "meta-response-types").SystemOut).To(gomega.HavePrefix("INFO: no response types are listed"))

	errored := at("ca", "ca-basic")
	g.Expect(errored.Status).To(gomega.Equal(junit.StatusError))
	g.Expect(errored.Message).To(gomega.Equal("the control request failed: connection refused"))
	g.Expect(errored.Error.Error()).To(gomega.ContainSubstring("! dial tcp"))

	g.Expect(at("ca", "ca-post").Status).To(gomega.Equal(junit.StatusSkipped))
	g.Expect(at("ca", "ca-post").Message).To(gomega.Equal("a confidential client"))
	g.Expect(at("cc", "known").Status).To(gomega.Equal(junit.StatusSkipped))
	g.Expect(at("cc", "known").Message).To(gomega.Equal("known failure: accepted"))
	g.Expect(at("cc", "listed").Status).To(gomega.Equal(junit.StatusFailed))
	g.Expect(at("cc", "listed").Error.Error()).To(gomega.ContainSubstring("was broken"))
}

func TestSuitesCarryTheRun(t *testing.T) {
	g := gomega.NewWithT(t)
	suites, err := junit.Ingest(written(t, func(w io.Writer) error { return WriteJUnit(w, scenario("red")) }))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(suites).To(gomega.HaveLen(3))
	p := suites[1].Properties
	for name, value := range map[string]string{
		"run-id": "RUN2B7", "tool-version": "v0.1.0", "seed": "5eed", "strict": "false", "stopped": "no", "target": "mock",
		"issuer": "http://127.0.0.1:9090", "policy": "bcp", "area": "cc", "exit-code": "1",
		"count-pass": "1", "count-fail": "1", "count-not-run": "0",
	} {
		g.Expect(p).To(gomega.HaveKeyWithValue(name, value))
	}
}

func TestSeveralTargetsKeepTheirNames(t *testing.T) {
	g := gomega.NewWithT(t)
	r := scenario("several-targets")
	together := targetSegments(r.Targets)
	for i, s := range together {
		g.Expect(s).NotTo(gomega.ContainSubstring("."))
		for _, other := range together[i+1:] {
			g.Expect(s).NotTo(gomega.Equal(other))
		}
	}
	// The order of the targets changes nothing, so histories in CI last.
	r.Targets[0], r.Targets[2] = r.Targets[2], r.Targets[0]
	swapped := targetSegments(r.Targets)
	g.Expect([]string{swapped[2], swapped[1], swapped[0]}).To(gomega.Equal(together))
	// A name that needs no change keeps it beside one that does.
	g.Expect(targetSegments([]TargetReport{{Name: "a.b"}, {Name: "a_b"}})[1]).To(gomega.Equal("a_b"))
	g.Expect(targetSegments([]TargetReport{{Name: "x"}, {Name: "x"}, {Name: "x-2"}})).To(gomega.Equal([]string{"x", "x-2", "x-2-2"}))
	g.Expect(segment("https://as.example/realm")).To(gomega.Equal("https_as_example_realm"))
	g.Expect(segment("...")).To(gomega.Equal("_"))
	g.Expect(len(segment(strings.Repeat("long.", 100)))).To(gomega.Equal(maxSegment))
}

// A JUnit file is red exactly when the exit code is not 0, whatever the run.
func TestJUnitIsRedWhenTheExitCodeIsNotZero(t *testing.T) {
	pool := append(passes(), failing(), warning(), informational(), erring(), needing("ca-post"), stopped("tok-x", StopDeadline))
	known, listed := failing(), passes()[0]
	known.KnownFailing, listed.UnexpectedPass = "accepted", "was broken"
	pool = append(pool, known, listed)
	reds := map[bool]int{}
	for seed := range uint64(2000) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		target := mock()
		for _, res := range pool {
			if rnd.IntN(4) == 0 {
				target.Results = append(target.Results, res)
			}
		}
		r := run(target)
		if rnd.IntN(5) == 0 {
			r.Stopped = []Stop{StopInterrupt, StopTerminate, StopHangup, StopDeadline, StopUnfinished, "other"}[rnd.IntN(6)]
		}
		if rnd.IntN(9) == 0 {
			r.Targets[0].Unreachable = "connection refused"
		}
		o := Decide(r, DecideOptions{MinDecided: rnd.IntN(4)})
		r.Outcome = &o
		data := written(t, func(w io.Writer) error { return WriteJUnit(w, r) })
		red := bytes.Contains(data, []byte("<failure")) || bytes.Contains(data, []byte("<error"))
		reds[red]++
		if red != (o.Code != ExitOK) {
			t.Fatalf("exit code %d (%v), red %v:\n%s", o.Code, o.Reasons, red, data)
		}
	}
	if reds[true] == 0 || reds[false] == 0 {
		t.Errorf("only one colour was tried: %v", reds)
	}
}

// Whatever a server or a target file says, the document is valid and the
// verdicts stay where they are.
func TestAnyTextGivesValidXML(t *testing.T) {
	noise := func(r *rand.Rand) string {
		b := make([]byte, r.IntN(40))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return string(b) + []string{"", "]]>", "\ufffe", "\x00", "\u202e", "<![CDATA[", "&#x1;", "\ud7ff"}[r.IntN(8)]
	}
	if err := quick.Check(func(a, b uint64) bool {
		rnd := rand.New(rand.NewPCG(a, b))
		bad := failing()
		for _, s := range []*string{&bad.ID, &bad.Area, &bad.Role, &bad.Title, &bad.Level, &bad.Message, &bad.Expected, &bad.Got, &bad.Step, &bad.Hint} {
			*s = noise(rnd)
		}
		bad.Findings[1].Message, bad.Clauses = noise(rnd), []string{noise(rnd)}
		skip, warn, twin := needing(noise(rnd)), warning(), bad
		skip.Need, warn.Message = noise(rnd), noise(rnd)
		target := mock(bad, skip, warn, twin)
		target.Name, target.Issuer = noise(rnd), noise(rnd)
		target.Exchanges[1].Response.Body, target.Exchanges[1].Request.URL = noise(rnd), noise(rnd)
		target.Exchanges[0].Request.Header = []Header{{noise(rnd), noise(rnd)}}
		var out bytes.Buffer
		if err := WriteJUnit(&out, run(target)); err != nil {
			t.Log(err)
			return false
		}
		if err := checkJUnit(out.Bytes()); err != nil {
			t.Logf("%v\n%s", err, out.Bytes())
			return false
		}
		count := map[junit.Status]int{}
		for _, c := range readers(t, out.Bytes()) {
			count[c.Status]++
		}
		return count[junit.StatusFailed] == 2 && count[junit.StatusSkipped] == 1 && count[junit.StatusPassed] == 1
	}, &quick.Config{MaxCount: 150}); err != nil {
		t.Error(err)
	}
}

func TestLongBodiesAreShortened(t *testing.T) {
	g := gomega.NewWithT(t)
	r := scenario("red")
	for _, body := range []string{strings.Repeat("x", 1<<20), strings.Repeat("\x80", 1<<20), strings.Repeat("é", 1<<19)} {
		r.Targets[0].Exchanges[1].Response.Body = body
		r.Targets[0].Results[3].Got = body
		data := written(t, func(w io.Writer) error { return WriteJUnit(w, r) })
		g.Expect(len(data)).To(gomega.BeNumerically("<", 150<<10))
		g.Expect(string(data)).To(gomega.ContainSubstring("[body shortened; 1048576 bytes in all]"))
		g.Expect(checkJUnit(data)).To(gomega.Succeed())
	}
}

// A body that was cut before it was stored says so as well.
func TestBodiesShortenedBeforeAreMarked(t *testing.T) {
	g := gomega.NewWithT(t)
	r := scenario("red")
	m := r.Targets[0].Exchanges[1].Response
	m.Body, m.BodyBytes, m.Shortened = "begin", 5000, true
	g.Expect(string(written(t, func(w io.Writer) error { return WriteJUnit(w, r) }))).To(
		gomega.ContainSubstring("&lt; begin\n&lt; [body shortened; 5000 bytes in all]\n"))
}

func TestManyExchangesAreLeftOut(t *testing.T) {
	g := gomega.NewWithT(t)
	target := mock(failing())
	target.Exchanges = nil
	res := &target.Results[0]
	res.Exchanges = nil
	for n := 1; n <= 20; n++ {
		target.Exchanges = append(target.Exchanges, Exchange{Number: n})
		res.Exchanges = append(res.Exchanges, n)
	}
	res.Findings = []Finding{{Message: "late", Exchange: 19}, {Message: "later", Exchange: 18}}
	picked, left := indexExchanges(&target).of(res)
	var numbers []int
	for _, e := range picked {
		numbers = append(numbers, e.Number)
	}
	g.Expect(numbers).To(gomega.Equal([]int{1, 2, 3, 4, 18, 19}))
	g.Expect(left).To(gomega.Equal(14))
}

func TestSecondsFollowSurefire(t *testing.T) {
	g := gomega.NewWithT(t)
	for millis, want := range map[int64]string{0: "0.000", -5: "0.000", 7: "0.007", 61234: "61.234", 1234567891: "1234567.891", 1 << 53: "9007199254740.992"} {
		g.Expect(seconds(millis)).To(gomega.Equal(want))
		g.Expect(want).To(gomega.MatchRegexp(surefireTime.String()))
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken pipe")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestWritersReturnTheWritersError(t *testing.T) {
	g := gomega.NewWithT(t)
	r := scenario("red")
	g.Expect(WriteJUnit(brokenWriter{}, r)).To(gomega.MatchError(errBroken))
	g.Expect(WriteJSON(brokenWriter{}, r)).To(gomega.MatchError(errBroken))
	g.Expect(WriteSummary(brokenWriter{}, r, SummaryOptions{})).To(gomega.MatchError(errBroken))
	g.Expect(WriteKnownFailing(brokenWriter{}, r)).To(gomega.MatchError(errBroken))
	g.Expect(WriteMarkdown(brokenWriter{}, r)).To(gomega.MatchError(errBroken))
	g.Expect(WriteSARIF(brokenWriter{}, r)).To(gomega.MatchError(errBroken))
	g.Expect(WriteAnnotations(brokenWriter{}, r)).To(gomega.MatchError(errBroken))
}

// tenThousand is a run of ten thousand results in fifty areas of two targets.
func tenThousand() Report {
	var targets []TargetReport
	for _, name := range []string{"one", "two"} {
		target := mock()
		target.Name = name
		for i := range 5000 {
			res := []Result{passes()[0], failing(), warning(), erring(), needing("x")}[i%5]
			res.Area = fmt.Sprintf("area%d", i%25)
			res.ID = fmt.Sprintf("%s-%d", res.Area, i)
			target.Results = append(target.Results, res)
		}
		targets = append(targets, target)
	}
	return run(targets...)
}

func TestTenThousandResults(t *testing.T) {
	g := gomega.NewWithT(t)
	r := tenThousand()
	began := time.Now()
	data := written(t, func(w io.Writer) error { return WriteJUnit(w, r) })
	g.Expect(checkJUnit(data)).To(gomega.Succeed())
	count := map[junit.Status]int{}
	for _, c := range readers(t, data) {
		count[c.Status]++
	}
	g.Expect(count).To(gomega.Equal(map[junit.Status]int{
		junit.StatusPassed: 4000, junit.StatusFailed: 2000, junit.StatusError: 2000, junit.StatusSkipped: 2000,
	}))
	written(t, func(w io.Writer) error { return WriteJSON(w, r) })
	written(t, func(w io.Writer) error { return WriteSummary(w, r, SummaryOptions{Verbose: true}) })
	// Something quadratic would take minutes.
	g.Expect(time.Since(began)).To(gomega.BeNumerically("<", 60*time.Second))
}

func BenchmarkWriteJUnitTenThousand(b *testing.B) {
	r := tenThousand()
	for b.Loop() {
		if err := WriteJUnit(io.Discard, r); err != nil {
			b.Fatal(err)
		}
	}
}
