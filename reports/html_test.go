package reports

import (
	"errors"
	"fmt"
	"html"
	"io"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/onsi/gomega"
)

func pageOf(t *testing.T, r Report) string {
	t.Helper()
	return string(written(t, func(w io.Writer) error { return WriteHTML(w, r) }))
}

var (
	idAttribute = regexp.MustCompile(` id="([^"]*)"`)
	localLink   = regexp.MustCompile(` href="#([^"]*)"`)
	anyAddress  = regexp.MustCompile(` (?:src|href|action|srcset|data|poster)="([^"]*)"`)
	anyTag      = regexp.MustCompile(`<[a-zA-Z/!][^>]*>`)
)

// What holds for every page: no id twice, no link to nothing, nothing that a
// browser would fetch, and no character that steers a reader's eye.
func TestEveryPage(t *testing.T) {
	for name := range scenarios {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			r, before := scenario(name), scenario(name)
			page := pageOf(t, r)
			g.Expect(reflect.DeepEqual(r, before)).To(gomega.BeTrue(), "the report was changed")
			g.Expect(pageOf(t, r)).To(gomega.Equal(page))

			ids := map[string]bool{}
			for _, m := range idAttribute.FindAllStringSubmatch(page, -1) {
				g.Expect(ids).NotTo(gomega.HaveKey(m[1]))
				ids[m[1]] = true
			}
			for _, m := range localLink.FindAllStringSubmatch(page, -1) {
				g.Expect(ids).To(gomega.HaveKey(m[1]))
			}
			for _, m := range anyAddress.FindAllStringSubmatch(page, -1) {
				g.Expect(m[1]).To(gomega.MatchRegexp(`^(#|https://www\.rfc-editor\.org/rfc/rfc[0-9]+|https://example\.org/issues/7$)`))
			}
			g.Expect(strings.ContainsFunc(page, unprintable)).To(gomega.BeFalse())
			g.Expect(strings.Count(page, "</script>")).To(gomega.Equal(1))
			g.Expect(strings.Count(page, "</style>")).To(gomega.Equal(1))
			for _, tag := range anyTag.FindAllString(page, -1) {
				g.Expect(tag).To(gomega.MatchRegexp(`^</?(a|b|body|button|code|dd|details|div|dl|dt|form|h[1-4]|head|header|html|input|label|li|main|mark|meta|option|p|pre|script|section|select|small|span|style|summary|table|tbody|td|th|thead|title|tr|ul)\b|^<!DOCTYPE html>$`))
			}
			for _, target := range r.Targets {
				for i := range target.Results {
					g.Expect(page).To(gomega.ContainSubstring(`<span class="id">` + html.EscapeString(caseName(&target.Results[i])) + `</span>`))
				}
			}
			g.Expect(page).To(gomega.ContainSubstring("<style>" + pageStyle + "</style>"))
			g.Expect(page).To(gomega.ContainSubstring("<script>" + pageScript + "</script>"))
		})
	}
}

// The page counts as the other reports do.
func TestPageCounts(t *testing.T) {
	for name := range scenarios {
		g := gomega.NewWithT(t)
		r := scenario(name)
		c, got := r.Count(), map[string]int{}
		for _, f := range newHTMLPage(&r).Counts {
			got[f.Key] = f.Count
		}
		g.Expect(got["fail"]).To(gomega.Equal(c.Fail), name)
		g.Expect(got["known"]).To(gomega.Equal(c.Known), name)
		g.Expect(got["unexpected"]).To(gomega.Equal(c.Unexpected), name)
		g.Expect(got["pass"]+got["info"]+got["unexpected"]).To(gomega.Equal(c.Pass+c.Info), name)
		g.Expect(got["warn"]).To(gomega.Equal(c.Warn), name)
		g.Expect(got["error"]).To(gomega.Equal(c.Error), name)
		g.Expect(got["not-run"]).To(gomega.Equal(c.NotRun), name)
	}
}

func TestPageOfAFullDisk(t *testing.T) {
	full := errors.New("no space left")
	err := WriteHTML(failingWriter{full}, scenario("red"))
	gomega.NewWithT(t).Expect(err).To(gomega.MatchError(full))
}

type failingWriter struct{ err error }

func (f failingWriter) Write([]byte) (int, error) { return 0, f.err }

// large is a run of so many results and exchanges, every tenth result broken.
func large(results, exchanges int) Report {
	t := mock()
	t.Exchanges = nil
	body := strings.Repeat(`{"access_token":"[redacted #e5f6]"}`, 60)
	for i := range exchanges {
		e := tokenExchanges()[1]
		e.Number, e.Check = i+1, fmt.Sprintf("tok-made-%d", i*results/exchanges)
		e.Response.Body = body
		t.Exchanges = append(t.Exchanges, e)
	}
	for i := range results {
		r := result(fmt.Sprintf("tok-made-%d", i), "tok", "MUST", fmt.Sprintf("RFC 6749 §%d.%d", i%9, i%7), Pass)
		r.Exchanges = []int{i*exchanges/results + 1}
		if i%10 == 0 {
			r.Verdict, r.Message = Fail, "broken"
			r.Findings = []Finding{{Verdict: Fail, Message: "broken", Got: "200", Exchange: r.Exchanges[0]}}
		}
		t.Results = append(t.Results, r)
	}
	return run(t)
}

// Pages of this size are not given to a matcher, which would print them.

// A page stays small enough to be opened and says what it left out.
func TestPageOfTenThousandResults(t *testing.T) {
	g := gomega.NewWithT(t)
	page := pageOf(t, large(10_000, 5_000))
	g.Expect(len(page)).To(gomega.BeNumerically("<", 40<<20))
	g.Expect(strings.Count(page, `<details class="result `)).To(gomega.Equal(10_000))
	g.Expect(strings.Count(page, `<details class="exchange `)).To(gomega.Equal(1000))
	g.Expect(strings.Contains(page, "The exchanges of 9000 checks that pass are left out")).To(gomega.BeTrue())
	g.Expect(strings.Contains(page, "of checks that do not pass")).To(gomega.BeFalse())
	g.Expect(strings.Contains(page, "<p class=\"more\">1 exchange in report.json")).To(gomega.BeTrue())

	many := large(20_000, 5_000)
	budget := newHTMLBudget(&many)
	g.Expect(budget.shown).To(gomega.Equal(maxPageExchanges))
	g.Expect(budget.leftOut()).To(gomega.ContainElement(gomega.HavePrefix(
		"500 exchanges of checks that do not pass are left out as well: the page shows the first 1500")))

	page = pageOf(t, large(300, 300))
	g.Expect(strings.Count(page, `<details class="exchange`)).To(gomega.Equal(300))
	g.Expect(strings.Contains(page, "left out")).To(gomega.BeFalse())
}

// Bodies of a megabyte are cut, and their cost counts.
func TestPageOfLongTexts(t *testing.T) {
	g := gomega.NewWithT(t)
	r := large(1000, 1000)
	body, field, text := strings.Repeat("<b>\x00", 1<<18), strings.Repeat("y", 1<<20), strings.Repeat("]]>", 1<<18)
	for i := range r.Targets[0].Exchanges {
		r.Targets[0].Exchanges[i].Request.Body, r.Targets[0].Exchanges[i].Response.Body = body, body
		r.Targets[0].Exchanges[i].Request.Header = append(r.Targets[0].Exchanges[i].Request.Header, Header{"X-Long", field})
	}
	for i := range r.Targets[0].Results {
		r.Targets[0].Results[i].Got, r.Targets[0].Results[i].Title = text, text
	}
	page := pageOf(t, r)
	g.Expect(len(page)).To(gomega.BeNumerically("<", 60<<20))
	g.Expect(strings.Contains(page, "Body shortened; 1048576 bytes in all.")).To(gomega.BeTrue())
	g.Expect(strings.Contains(page, "too much for a command line")).To(gomega.BeTrue())
	g.Expect(strings.Contains(page, "The exchanges of 900 checks that pass are left out")).To(gomega.BeTrue())
}

func TestClauses(t *testing.T) {
	const rfc = "https://www.rfc-editor.org/rfc/"
	for in, want := range map[string]htmlClause{
		"RFC 6749 §4.4.2":             {"RFC 6749 §4.4.2", "RFC 6749", "§4.4.2", rfc + "rfc6749#section-4.4.2"},
		"RFC 6749 App. B":             {"RFC 6749 App. B", "RFC 6749", "App. B", rfc + "rfc6749#appendix-B"},
		"RFC 6749":                    {"RFC 6749", "RFC 6749", "", rfc + "rfc6749"},
		"RFC 6749 §4 and following":   {"RFC 6749 §4 and following", "RFC 6749", "§4 and following", rfc + "rfc6749"},
		"OAuth 2.1 draft §4.1.3":      {"OAuth 2.1 draft §4.1.3", "OAuth 2.1 draft", "§4.1.3", ""},
		"OpenID Connect Discovery §3": {"OpenID Connect Discovery §3", "OpenID Connect Discovery", "§3", ""},
		"":                            {},
		"§3":                          {"§3", "§3", "§3", ""},
		"Approved list":               {"Approved list", "Approved list", "", ""},
	} {
		gomega.NewWithT(t).Expect(parseClause(in)).To(gomega.Equal(want), in)
	}
	g := gomega.NewWithT(t)
	g.Expect(natural("§4.2", "§4.10")).To(gomega.BeNumerically("<", 0))
	g.Expect(natural("RFC 9700", "RFC 6749")).To(gomega.BeNumerically(">", 0))
	g.Expect(natural("§4", "§4.1")).To(gomega.BeNumerically("<", 0))
	g.Expect(natural("§4.1", "§4.1")).To(gomega.BeZero())
	g.Expect(natural("App. A", "§4")).To(gomega.BeNumerically(">", 0))
	g.Expect(natural("§4", "App. A")).To(gomega.BeNumerically("<", 0))
	g.Expect(natural("App. A", "App. B")).To(gomega.BeNumerically("<", 0))
}

// A finding that was made in many places is told once, with the places.
func TestEqualDeviationsAreOne(t *testing.T) {
	g := gomega.NewWithT(t)
	r := result("http-x", "http", "MUST", "RFC 9110 §15", Fail)
	for i := range 30 {
		r.Findings = append(r.Findings, Finding{Verdict: Fail, Message: "same", Got: "401", Step: fmt.Sprintf("step %d", i), Exchange: i + 1})
	}
	for i := range 12 {
		r.Findings = append(r.Findings, Finding{Verdict: Fail, Message: fmt.Sprintf("other %d", i)})
	}
	h := newHTMLResult(&r, "a", "", nil)
	g.Expect(h.Deviations).To(gomega.HaveLen(maxFindings))
	g.Expect(h.Deviations[0].Places).To(gomega.HaveLen(maxResultExchanges))
	g.Expect(h.Deviations[0].More).To(gomega.Equal(30 - maxResultExchanges))
	g.Expect(h.Deviations[1].Message).To(gomega.Equal("other 0"))
	g.Expect(h.Deviations[1].Places).To(gomega.BeEmpty())
	g.Expect(h.More).To(gomega.Equal("3 more deviations in report.json"))
}

// Only an address of the web becomes a link; another is told as text.
func TestRemarkLinks(t *testing.T) {
	for link, want := range map[string]htmlRemark{
		"https://example.org/issues/7": {"Known failure", "why", "https://example.org/issues/7"},
		"http://example.org/":          {"Known failure", "why", "http://example.org/"},
		"javascript:alert(1)":          {"Known failure", "why (javascript:alert(1))", ""},
		"known.yaml:3":                 {"Known failure", "why (known.yaml:3)", ""},
		"":                             {"Known failure", "why", ""},
	} {
		r := failing()
		r.KnownFailing, r.KnownFailingLink = "why", link
		h := newHTMLResult(&r, "a", "", nil)
		gomega.NewWithT(t).Expect(h.Remarks).To(gomega.Equal([]htmlRemark{want}), link)
	}
}
