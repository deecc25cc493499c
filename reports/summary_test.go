package reports

import (
	"io"
	"os"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/fatih/color"
	"github.com/onsi/gomega"
)

func summaryOf(t *testing.T, r Report, o SummaryOptions) string {
	t.Helper()
	return string(written(t, func(w io.Writer) error { return WriteSummary(w, r, o) }))
}

// No text of a server reaches the terminal with a control character.
func TestSummaryCannotDriveTheTerminal(t *testing.T) {
	g := gomega.NewWithT(t)
	for _, verbose := range []bool{false, true} {
		out := summaryOf(t, scenario("hostile"), SummaryOptions{Verbose: verbose, ReportDir: "out\x1b[2J"})
		g.Expect(utf8.ValidString(out)).To(gomega.BeTrue())
		for _, r := range out {
			if (unicode.IsControl(r) && r != '\n' && r != '\t') || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
				t.Fatalf("%U in the summary", r)
			}
		}
		g.Expect(out).To(gomega.ContainSubstring(`\x1b[2J`))
	}
	// With colours, the only escapes are ours.
	out := summaryOf(t, scenario("hostile"), SummaryOptions{Color: true, Verbose: true})
	for _, part := range strings.Split(out, "\x1b")[1:] {
		g.Expect(part).To(gomega.MatchRegexp(`^\[[0-9;]*m`))
	}
}

// Colour depends on the options and on nothing else.
func TestSummaryColorIsTheOptions(t *testing.T) {
	g := gomega.NewWithT(t)
	before := color.NoColor
	defer func() { color.NoColor = before }()
	r := scenario("red")
	for _, global := range []bool{true, false} {
		color.NoColor = global
		g.Expect(summaryOf(t, r, SummaryOptions{})).NotTo(gomega.ContainSubstring("\x1b"))
		g.Expect(summaryOf(t, r, SummaryOptions{Color: true})).To(gomega.ContainSubstring("\x1b[31;1mFAIL"))
		g.Expect(color.NoColor).To(gomega.Equal(global))
	}
}

// Without colours and without knowing the project, the words say it all.
func TestSummarySaysWhatMatters(t *testing.T) {
	g := gomega.NewWithT(t)
	out := summaryOf(t, scenario("red"), SummaryOptions{ReportDir: "out"})
	for _, part := range []string{
		"FAIL     cc-no-auth", "RFC 6749 §4.4.2 (MUST)", "expected  401 with the error invalid_client", "got       200 with an access token",
		"WARN     tok-unknown-grant", "6 checks: 3 passed, 1 failed, 1 warned, 1 for information",
		"FAIL   not conformant: 1 of 6 requirements is broken", "Exit code: 1",
		"Reports: out/" + dirFiles[0].name + "; beside it ", "authassay explain cc-no-auth",
	} {
		g.Expect(out).To(gomega.ContainSubstring(part))
	}
	g.Expect(out).NotTo(gomega.ContainSubstring("PASS     cc-happy"))

	out = summaryOf(t, scenario("not-run"), SummaryOptions{})
	g.Expect(out).To(gomega.ContainSubstring("3 checks need a confidential client: add --client-id and --client-secret\n           ca-basic, ca-post, ca-wrong-secret"))
	g.Expect(out).NotTo(gomega.ContainSubstring("Reports:"))
	out = summaryOf(t, run(mock(append(passes(), needing("x"))...)), SummaryOptions{})
	g.Expect(out).To(gomega.ContainSubstring("1 check needs a confidential client"))

	out = summaryOf(t, scenario("red"), SummaryOptions{Verbose: true})
	for _, part := range []string{"PASS     cc-happy", "INFO     meta-response-types", "noted     response types = none", "> POST http://127.0.0.1:9090/token", "< HTTP/1.1 200"} {
		g.Expect(out).To(gomega.ContainSubstring(part))
	}
}

// The summary tells the outcome it is given, else that of the report, else
// that of the default rule, and never an empty success.
func TestSummaryOutcome(t *testing.T) {
	g := gomega.NewWithT(t)
	r := scenario("green")
	given := Decide(r, DecideOptions{MinDecided: 50})
	out := summaryOf(t, r, SummaryOptions{Outcome: given})
	g.Expect(out).To(gomega.ContainSubstring("ERROR  inconclusive: 3 requirements were decided at target mock, and 50 were asked for"))
	g.Expect(out).To(gomega.ContainSubstring("Exit code: 3"))
	r.Outcome = &given
	g.Expect(summaryOf(t, r, SummaryOptions{})).To(gomega.ContainSubstring("Exit code: 3"))
	r.Outcome = nil
	g.Expect(summaryOf(t, r, SummaryOptions{})).To(gomega.ContainSubstring("PASS   conformant in 3 of 3 requirements\nExit code: 0"))
}

func TestSummaryKeepsToItsWidth(t *testing.T) {
	for _, width := range []int{0, 10, 60, 80, 200} {
		limit := max(width, 60)
		if width == 0 {
			limit = 100
		}
		for name := range scenarios {
			if name == "hostile" { // its words are longer than a line
				continue
			}
			for line := range strings.Lines(summaryOf(t, scenario(name), SummaryOptions{Width: width})) {
				long := utf8.RuneCountInString(strings.TrimSuffix(line, "\n"))
				if long > limit && !strings.HasPrefix(line, "authassay ") && !strings.HasPrefix(line, "What a check") {
					t.Errorf("%s at width %d: %d characters: %s", name, width, long, line)
				}
			}
		}
	}
}

func TestExpectedAndGotTakeThreeLines(t *testing.T) {
	g := gomega.NewWithT(t)
	f := failing()
	f.Got = strings.Repeat("many words ", 200)
	f.Expected = strings.Repeat("x", 100_000)
	out := summaryOf(t, run(mock(f)), SummaryOptions{Width: 80})
	g.Expect(strings.Count(out, "many words")).To(gomega.BeNumerically("<", 20))
	g.Expect(len(out)).To(gomega.BeNumerically("<", 3000))
}

func TestVisible(t *testing.T) {
	g := gomega.NewWithT(t)
	for in, want := range map[string]string{
		"plain\n\ttext":       "plain\n\ttext",
		"a\r\nb\rc":           "a\nb\\rc",
		"\x00\x1b\x7f":        `\x00\x1b\x7f`,
		"\u0085\u009b":        `\u0085\u009b`,
		"\xff\xc3":            `\xff\xc3`,
		"\u202e\u2028\ufeff":  `\u202e\u2028\ufeff`,
		"\ufffe\uffff":        `\ufffe\uffff`,
		"\U000e0041":          `\U000e0041`,
		"é § 😀 \ufffd":        "é § 😀 \ufffd",
		"\xed\xa0\x80 lonely": `\xed\xa0\x80 lonely`,
	} {
		g.Expect(visible(in)).To(gomega.Equal(want))
		g.Expect(visible(want)).To(gomega.Equal(want))
	}
}

// Golden files hold no byte that would drive the terminal of whoever reads
// them, but for the colours.
func TestGoldenSummariesAreHarmless(t *testing.T) {
	for name := range scenarios {
		data, err := os.ReadFile("testdata/" + name + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		gomega.NewWithT(t).Expect(visible(string(data))).To(gomega.Equal(string(data)), name)
	}
}
