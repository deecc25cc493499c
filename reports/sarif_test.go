package reports

import (
	"encoding/json"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/onsi/gomega"
)

// sarifRead reads a document back with the names that readers use.
func sarifRead(t *testing.T, r Report) sarifLog {
	t.Helper()
	var log sarifLog
	d := json.NewDecoder(strings.NewReader(string(written(t, func(w io.Writer) error { return WriteSARIF(w, r) }))))
	d.DisallowUnknownFields()
	gomega.NewWithT(t).Expect(d.Decode(&log)).To(gomega.Succeed())
	return log
}

// What holds of every document, whatever the run: what GitHub's code scanning
// reads ("SARIF support for code scanning") is there, and indexes agree.
func TestSARIFIsWhatCodeScanningReads(t *testing.T) {
	for name := range scenarios {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			r := scenario(name)
			log := sarifRead(t, r)
			g.Expect(log.Version).To(gomega.Equal("2.1.0"))
			g.Expect(log.Runs).To(gomega.HaveLen(max(len(r.Targets), 1)))
			categories, prints := map[string]bool{}, map[string]bool{}
			for i, run := range log.Runs {
				category := run.Automation.ID[:strings.LastIndex(run.Automation.ID, "/")]
				g.Expect(categories).NotTo(gomega.HaveKey(category), "results of one target would replace those of another")
				categories[category] = true
				g.Expect(run.Automation.ID).To(gomega.HaveSuffix("/RUN2B7"))
				g.Expect(run.Invocations).To(gomega.HaveLen(1))
				inv := run.Invocations[0]
				g.Expect(inv.ExitCode).To(gomega.Equal(r.Outcome.Code))
				g.Expect(inv.ExecutionSuccessful).To(gomega.Equal(r.Outcome.Code == 0 || r.Outcome.Code == 1))
				for _, n := range append(inv.Execution, inv.Configuration...) {
					if n.AssociatedRule != nil {
						g.Expect(run.Tool.Driver.Rules[n.AssociatedRule.Index].ID).To(gomega.Equal(n.AssociatedRule.ID))
					}
					g.Expect(n.Level).To(gomega.Equal("error"))
				}
				for _, rule := range run.Tool.Driver.Rules {
					for _, text := range []string{rule.ID, rule.Short.Text, rule.Full.Text, rule.Help.Text, rule.Help.Markdown} {
						g.Expect(text).NotTo(gomega.BeEmpty())
					}
				}
				deviations := 0
				for _, res := range run.Results {
					g.Expect(run.Tool.Driver.Rules[res.RuleIndex].ID).To(gomega.Equal(res.RuleID))
					g.Expect(res.Kind).To(gomega.Equal("fail"), "level means something only then (§3.27.10)")
					g.Expect(res.Suppression).NotTo(gomega.BeNil(), "all results have them or none (§3.27.23)")
					g.Expect(res.Locations).To(gomega.HaveLen(1))
					u, err := url.Parse(res.Locations[0].Physical.Artifact.URI)
					g.Expect(err).NotTo(gomega.HaveOccurred())
					g.Expect(u.IsAbs() || u.Host != "" || strings.HasPrefix(u.Path, "/")).To(gomega.BeFalse(), "another scheme than that of the checkout is refused")
					g.Expect(res.Locations[0].Logical[0].Name).To(gomega.Equal(flat(r.Targets[i].Name)))
					print := res.Fingerprint["primaryLocationLineHash"]
					g.Expect(print).To(gomega.MatchRegexp(`^[0-9a-f]{32}:1$`))
					g.Expect(prints).NotTo(gomega.HaveKey(print))
					prints[print] = true
				}
				if len(r.Targets) == 0 {
					continue
				}
				for _, res := range r.Targets[i].Results {
					if res.Verdict == Fail || res.Verdict == Warn {
						deviations++
					}
				}
				g.Expect(run.Results).To(gomega.HaveLen(deviations))
			}
		})
	}
}

func TestSARIFVerdicts(t *testing.T) {
	g := gomega.NewWithT(t)
	run := sarifRead(t, scenario("red")).Runs[0]
	g.Expect(run.Results[0].Level).To(gomega.Equal("error"))
	g.Expect(run.Results[0].WebRequest.Target).To(gomega.Equal("http://127.0.0.1:9090/token"))
	g.Expect(run.Results[0].WebResponse.Body.Text).To(gomega.Equal(`{"access_token":"[redacted #e5f6]"}`))
	g.Expect(run.Results[0].Properties["exchange"]).To(gomega.BeEquivalentTo(2), "the one that the finding names")
	g.Expect(run.Results[1].Level).To(gomega.Equal("warning"))

	known := sarifRead(t, scenario("known-failures")).Runs[0].Results
	g.Expect(known).To(gomega.HaveLen(1))
	g.Expect(known[0].Suppression).To(gomega.Equal([]sarifSuppression{{Kind: "external", Justification: "mended upstream, not released yet (https://example.org/issues/7)"}}))

	run = sarifRead(t, scenario("inconclusive")).Runs[0]
	g.Expect(run.Results).To(gomega.BeEmpty())
	g.Expect(run.Invocations[0].Execution[0].Message.Text).To(gomega.Equal("ca-basic could not be judged: the control request failed: connection refused"))
	run = sarifRead(t, scenario("unexpected-pass")).Runs[0]
	g.Expect(run.Results).To(gomega.BeEmpty(), "the target is not what is wrong")
	g.Expect(run.Invocations[0].Configuration[0].Message.Text).To(gomega.ContainSubstring("remove its entry"))
	run = sarifRead(t, scenario("unfinished")).Runs[0]
	g.Expect(run.Invocations[0].Execution[0].Message.Text).To(gomega.ContainSubstring("did not finish"))
	g.Expect(run.Invocations[0].ExecutionSuccessful).To(gomega.BeFalse())
	refused := failing()
	refused.Exchanges, refused.Findings = []int{3}, nil
	g.Expect(sarifRead(t, Report{Targets: []TargetReport{mock(refused)}}).Runs[0].Results[0].WebResponse.None).To(gomega.BeTrue())
}

// An alert keeps its identity from run to run: whatever else the run holds,
// wherever the target listens, in whatever order targets were assayed.
func TestSARIFFingerprintsAreStable(t *testing.T) {
	g := gomega.NewWithT(t)
	print := func(r Report, target, result int) string {
		return sarifRead(t, r).Runs[target].Results[result].Fingerprint["primaryLocationLineHash"]
	}
	r := run(mock(failing(), warning()))
	first, second := print(r, 0, 0), print(r, 0, 1)
	g.Expect(first).NotTo(gomega.Equal(second))
	other := mock(passes()...)
	other.Name = "other"
	again := run(other, mock(warning(), failing()))
	again.RunID, again.Seed, again.Targets[1].Issuer, again.Tool.Version = "LATER", "other", "http://127.0.0.1:1", "v9.9.9"
	again.Targets[1].Results[1].Got, again.Targets[1].Results[1].Message, again.Targets[1].Results[1].Verdict = "something else", "worse", Warn
	g.Expect(print(again, 1, 1)).To(gomega.Equal(first))
	g.Expect(print(again, 1, 0)).To(gomega.Equal(second))
	renamed := run(mock(failing()))
	renamed.Targets[0].Name = "staging"
	g.Expect(print(renamed, 0, 0)).NotTo(gomega.Equal(first), "another target")
}

func TestSARIFText(t *testing.T) {
	g := gomega.NewWithT(t)
	for in, want := range map[string]string{
		"plain [x] text":          "plain [x] text",
		`{"error":"x"} {0}`:       `{{"error":"x"}} {{0}}`,
		"[click](https://evil/)":  `\[click\](https://evil/)`,
		`a\ [b](1)`:               `a\\ \[b\](1)`,
		"two\nlines, an \x1b[2J":  "two\nlines, an \\x1b[2J",
		"[redacted #00000000] ok": "[redacted #00000000] ok",
	} {
		g.Expect(sarifText(in).Text).To(gomega.Equal(want))
	}
	for clause, want := range map[string]string{
		"RFC 6749 §5.2": "https://www.rfc-editor.org/rfc/rfc6749#section-5.2", "RFC 6749 App. B": "https://www.rfc-editor.org/rfc/rfc6749#appendix-B",
		"RFC 9700": "https://www.rfc-editor.org/rfc/rfc9700", "OpenID Connect Discovery §3": "", "RFC 6749 §\n": "",
	} {
		g.Expect(clauseURI([]string{clause})).To(gomega.Equal(want), clause)
	}
	g.Expect(clauseURI(nil)).To(gomega.BeEmpty())
	for level, want := range map[string]string{
		"MUST": "error", "MUST NOT": "error", "REQUIRED": "error", "prose": "error", "ABNF": "error", "consistency": "error", "vendor MUST": "error",
		"SHOULD": "warning", "SHOULD NOT": "warning", "RECOMMENDED": "warning", "vendor RFC": "warning", "MAY": "note", "OPTIONAL": "note", "info": "note", "vendor OBS": "note",
	} {
		g.Expect(ruleLevel(&Result{Level: level})).To(gomega.Equal(want), level)
	}
	g.Expect(ruleLevel(&Result{Level: "MUST", Binds: "client"})).To(gomega.Equal("note"))
	help := sarifRuleOf(&Result{ID: "a-b", Title: "T.", Sent: "What is sent.", Judged: "How.", Proves: []string{"f-1", "f-2"}, Clauses: []string{"RFC 6749 §5.2"}, Level: "MUST"}).Help
	g.Expect(help.Text).To(gomega.Equal("T.\nClause: RFC 6749 §5.2 (MUST)\nSent: What is sent.\nJudged: How.\nProved by the faults: f-1, f-2\nMore: authassay explain a-b"))
}

// A megabyte of a server's does not make the file of code scanning grow.
func TestSARIFIsBounded(t *testing.T) {
	g := gomega.NewWithT(t)
	r := scenario("red")
	m := r.Targets[0].Exchanges[1].Response
	for _, body := range []string{strings.Repeat("x", 1<<20), strings.Repeat("\x80", 1<<20), strings.Repeat("{}[](", 1<<18)} {
		m.Body, m.Header = body, []Header{{"X-Long", body}, {"X-Long", body}}
		r.Targets[0].Results[3].Got, r.Targets[0].Results[3].Findings[1].Message = body, body
		g.Expect(len(written(t, func(w io.Writer) error { return WriteSARIF(w, r) }))).To(gomega.BeNumerically("<", 100<<10))
	}
	g.Expect(sarifRead(t, r).Runs[0].Results[0].WebResponse.Body.Text).To(gomega.HaveSuffix("[body shortened; 1310720 bytes in all]"))
	// GitHub takes 25 000 results and 10 MB when compressed.
	big := sarifRead(t, tenThousand())
	g.Expect(len(big.Runs[0].Results)).To(gomega.Equal(2000))
}
