package reports

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/onsi/gomega"
)

// sameName is a run over three targets of one name, each with the same checks:
// the same file given three times, or two environments described alike.
func sameName() Report {
	r := run(mock(append(passes(), failing(), warning())...), mock(append(passes(), erring())...), mock(append(passes(), needing("ca-basic"), failing())...))
	r.Targets[1].Issuer, r.Targets[2].Issuer = "http://127.0.0.1:9091", "http://127.0.0.1:9092"
	return r
}

func TestTargetsOfOneName(t *testing.T) {
	g := gomega.NewWithT(t)
	data := written(t, func(w io.Writer) error { return WriteJUnit(w, sameName()) })
	g.Expect(checkJUnit(data)).To(gomega.Succeed())
	cases := readers(t, data)
	g.Expect(cases).To(gomega.HaveLen(5 + 4 + 5))
	for _, class := range []string{"mock", "mock-2", "mock-3"} {
		g.Expect(cases).To(gomega.HaveKey("authassay." + class + ".authorization-server.cc/cc-happy"))
	}
	// Without their twins, the first of them keeps its name and history.
	alone := readers(t, written(t, func(w io.Writer) error { return WriteJUnit(w, run(mock(passes()...))) }))
	g.Expect(alone).To(gomega.HaveKey("authassay.mock.authorization-server.cc/cc-happy"))
	// Nor does anything collide elsewhere.
	categories := map[string]bool{}
	for _, run := range sarifRead(t, sameName()).Runs {
		categories[run.Automation.ID] = true
	}
	g.Expect(categories).To(gomega.HaveLen(3))
}

// A megabyte in every text that a server chose, for many checks at once: the
// file stays small enough for readers whose parsers bound a text at 10 MB
// (libxml2 without "huge"), and says the same.
func TestMegabytesEverywhere(t *testing.T) {
	g := gomega.NewWithT(t)
	r := megabytes()
	data := written(t, func(w io.Writer) error { return WriteJUnit(w, r) })
	g.Expect(checkJUnit(data)).To(gomega.Succeed())
	g.Expect(len(data)).To(gomega.BeNumerically("<", 10<<20))
	var doc element
	g.Expect(xml.Unmarshal(data, &doc)).To(gomega.Succeed())
	longest, failures := 0, 0
	for _, suite := range doc.all("testsuite") {
		for _, c := range suite.all("testcase") {
			for _, child := range c.Children {
				longest = max(longest, len(child.Text))
				if child.XMLName.Local == "failure" {
					failures++
					g.Expect(child.Text).To(gomega.ContainSubstring("[body shortened; 1048576 bytes in all]"))
				}
			}
			for _, a := range c.Attrs {
				g.Expect(len(a.Value)).To(gomega.BeNumerically("<=", 4*maxMessage))
			}
		}
	}
	g.Expect(failures).To(gomega.Equal(20))
	g.Expect(longest).To(gomega.BeNumerically("<", 200<<10))
}

// megabytes is a run of twenty failures in which every text that a server chose
// is a megabyte, of another kind in turn.
func megabytes() Report {
	kinds := []string{strings.Repeat("x", 1<<20), strings.Repeat("\x80", 1<<20), strings.Repeat("]]>&", 1<<18), strings.Repeat("\n", 1<<20)}
	var results []Result
	var exchanges []Exchange
	for i := range 20 {
		text := kinds[i%len(kinds)]
		f := failing()
		f.ID = "cc-" + strconv.Itoa(i)
		f.Message, f.Expected, f.Got, f.Step = "wrong: "+text, text, text, text
		f.Findings = []Finding{{Verdict: Fail, Message: f.Message, Exchange: i + 1}, {Verdict: Fail, Message: text, Expected: text, Got: text}}
		f.Observations, f.Exchanges = []Observation{{text, text}}, []int{i + 1}
		results = append(results, f)
		exchanges = append(exchanges, Exchange{
			Number: i + 1, Error: clip(text, 100),
			Request:  Message{Method: "POST", URL: "http://127.0.0.1/" + text, Body: text, BodyBytes: 1 << 20, Header: []Header{{text, text}}},
			Response: &Message{Status: 200, Body: text, BodyBytes: 1 << 20, Header: []Header{{"X", text}}},
		})
	}
	target := mock(results...)
	target.Exchanges = exchanges
	return run(target)
}
