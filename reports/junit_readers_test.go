package reports

import (
	"encoding/xml"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/onsi/gomega"
)

// How the common readers of JUnit files take ours, each in its own way, after
// their sources. What they do not read is not there for them: no system-out of
// a case for GitLab, no text of a skipped case for Jenkins.

// element is a document as readers hold it.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []element  `xml:",any"`
}

func (e *element) attr(name string) (string, bool) {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value, true
		}
	}
	return "", false
}

func (e *element) all(name string) (out []*element) {
	for i := range e.Children {
		if e.Children[i].XMLName.Local == name {
			out = append(out, &e.Children[i])
		}
	}
	return out
}

func (e *element) child(name string) *element {
	if all := e.all(name); len(all) > 0 {
		return all[0]
	}
	return nil
}

// reading is what a reader makes of a case: a verdict in its own word, the name
// under which it keeps it, and the texts that a person is shown.
type reading struct {
	verdict, key string
	shown        []string
}

// reader reads a document the way one program does; words are its words for our
// four kinds.
type reader struct {
	words map[junitKind]string
	read  func(suite, testcase *element) reading
}

var readersOfJUnit = map[string]reader{
	// jenkinsci/junit-plugin, SuiteResult.java and CaseResult.java: testcase@name,
	// @classname (else testsuite@name), @time; error or failure with their text
	// and @message; skipped@message (else its text); system-out. isPassed is:
	// not skipped, and neither text nor message of an error.
	"Jenkins": {
		words: map[junitKind]string{kindPassed: "PASSED", kindFailure: "FAILED", kindError: "FAILED", kindSkipped: "SKIPPED"},
		read: func(suite, c *element) reading {
			name, _ := c.attr("name")
			class, ok := c.attr("classname")
			if !ok {
				class, _ = suite.attr("name")
			}
			out := reading{verdict: "PASSED", key: class + "." + name}
			trouble := c.child("error")
			if trouble == nil {
				trouble = c.child("failure")
			}
			if trouble != nil {
				message, _ := trouble.attr("message")
				out.verdict, out.shown = "FAILED", []string{message, trouble.Text}
			}
			if skipped := c.child("skipped"); skipped != nil {
				message, ok := skipped.attr("message")
				if !ok {
					message = skipped.Text
				}
				out.verdict, out.shown = "SKIPPED", []string{message}
			}
			if stdout := c.child("system-out"); stdout != nil && trouble == nil {
				text := stdout.Text
				if len(text) > 1000 { // HALF_MAX_SIZE at each end
					text = text[:500] + text[len(text)-500:]
				}
				out.shown = append(out.shown, text)
			}
			return out
		},
	},
	// gitlabhq, lib/gitlab/ci/parsers/test/junit.rb and reports/test_case.rb:
	// testcase@name, @classname, @time, testsuite@name; the first of failure,
	// error, skipped that is there, with its text alone; cases are kept by a hash
	// of suite, class and name.
	"GitLab": {
		words: map[junitKind]string{kindPassed: "success", kindFailure: "failed", kindError: "error", kindSkipped: "skipped"},
		read: func(suite, c *element) reading {
			name, _ := c.attr("name")
			class, _ := c.attr("classname")
			in, _ := suite.attr("name")
			out := reading{verdict: "success", key: in + "_" + class + "_" + name}
			for _, kind := range [][2]string{{"failure", "failed"}, {"error", "error"}, {"skipped", "skipped"}} {
				if e := c.child(kind[0]); e != nil {
					out.verdict, out.shown = kind[1], []string{e.Text}
					break
				}
			}
			return out
		},
	},
	// dorny/test-reporter, java-junit-parser.ts: testsuite@name, @time;
	// testcase@name, @classname, @time; failure or error, skipped; the text of
	// the first. Cases of one class within a suite are a group.
	"dorny/test-reporter": {
		words: map[junitKind]string{kindPassed: "success", kindFailure: "failed", kindError: "failed", kindSkipped: "skipped"},
		read: func(suite, c *element) reading {
			name, _ := c.attr("name")
			class, _ := c.attr("classname")
			in, _ := suite.attr("name")
			out := reading{verdict: "success", key: strings.TrimSpace(in) + "|" + class + "|" + strings.TrimSpace(name)}
			trouble := c.child("failure")
			if trouble == nil {
				trouble = c.child("error")
			}
			switch {
			case trouble != nil:
				out.verdict, out.shown = "failed", []string{trouble.Text}
			case c.child("skipped") != nil:
				out.verdict = "skipped"
			}
			return out
		},
	},
	// mikepenz/action-junit-report, testParser.ts: testcase@name, @classname,
	// @time (and @file, @line, @status, which we do not write); failure or error
	// with @message and text, unless skipped is there. Nothing is kept by name.
	"mikepenz/action-junit-report": {
		words: map[junitKind]string{kindPassed: "success", kindFailure: "failure", kindError: "failure", kindSkipped: "skipped"},
		read: func(suite, c *element) reading {
			name, _ := c.attr("name")
			class, _ := c.attr("classname")
			out := reading{verdict: "success", key: class + "|" + name}
			trouble := c.child("failure")
			if trouble == nil {
				trouble = c.child("error")
			}
			if trouble != nil {
				message, _ := trouble.attr("message")
				out.verdict, out.shown = "failure", []string{message, trouble.Text}
			}
			if c.child("skipped") != nil {
				out.verdict = "skipped"
			}
			return out
		},
	},
	// EnricoMi/publish-unit-test-result-action, junit.py: testcase@name,
	// @classname, @time; the elements error, failure, skipped, the first of these
	// that is there, with @message and text; system-out. The totals are the
	// numbers that the suites give, which TestReadersAgreeOnVerdicts adds up.
	"EnricoMi/publish-unit-test-result-action": {
		words: map[junitKind]string{kindPassed: "success", kindFailure: "failure", kindError: "error", kindSkipped: "skipped"},
		read: func(suite, c *element) reading {
			name, _ := c.attr("name")
			class, _ := c.attr("classname")
			out := reading{verdict: "success", key: class + "|" + name}
			for _, kind := range []string{"error", "failure", "skipped"} {
				if e := c.child(kind); e != nil {
					message, _ := e.attr("message")
					out.verdict, out.shown = kind, []string{message, e.Text}
					break
				}
			}
			if e := c.child("system-out"); e != nil {
				out.shown = append(out.shown, e.Text)
			}
			return out
		},
	},
}

// Each reader finds the same verdicts, keeps every case, and shows what is
// wrong to whoever looks.
func TestReadersAgreeOnVerdicts(t *testing.T) {
	runs := map[string]func() Report{"ten thousand": tenThousand, "one name": sameName}
	for name := range scenarios {
		runs[name] = func() Report { return scenario(name) }
	}
	for name, of := range runs {
		r := of()
		var want []*Result // in the order of the document, the run's own case aside
		if r.Outcome == nil {
			o := Decide(r, DecideOptions{})
			r.Outcome = &o
		}
		for _, s := range junitSuites(&r) {
			want = append(want, s.results...)
		}
		var doc element
		data := written(t, func(w io.Writer) error { return WriteJUnit(w, r) })
		gomega.NewWithT(t).Expect(xml.Unmarshal(data, &doc)).To(gomega.Succeed())
		for program, reader := range readersOfJUnit {
			t.Run(name+"/"+program, func(t *testing.T) {
				g := gomega.NewWithT(t)
				keys, n := map[string]bool{}, 0
				totals := map[junitKind]int{}
				for _, suite := range doc.all("testsuite") {
					for attribute, kind := range map[string]junitKind{"failures": kindFailure, "errors": kindError, "skipped": kindSkipped} {
						number, _ := suite.attr(attribute)
						count, err := strconv.Atoi(number)
						g.Expect(err).NotTo(gomega.HaveOccurred())
						totals[kind] += count
					}
					for _, c := range suite.all("testcase") {
						got := reader.read(suite, c)
						if keys[got.key] {
							t.Errorf("%q stands twice, and the second would be lost", got.key)
						}
						keys[got.key] = true
						if class, _ := c.attr("classname"); class == runClass {
							g.Expect(got.verdict).To(gomega.Equal(reader.words[kindError]))
							g.Expect(strings.Join(got.shown, "\n")).To(gomega.ContainSubstring(begin(flat(r.Outcome.Sentence))))
							totals[kindError]--
							continue
						}
						res := want[n]
						n++
						kind := kindOf(res)
						totals[kind]--
						g.Expect(got.verdict).To(gomega.Equal(reader.words[kind]), got.key)
						told := strings.Join(got.shown, "\n")
						switch {
						case kind == kindFailure && res.UnexpectedPass != "":
							g.Expect(told).To(gomega.ContainSubstring("remove its entry"))
						case kind == kindFailure, kind == kindError:
							g.Expect(told).To(gomega.ContainSubstring(begin(headline(res))))
						case kind == kindSkipped && len(got.shown) > 0 && res.Verdict == Fail:
							g.Expect(told).To(gomega.ContainSubstring("known failure: "))
						case kind == kindSkipped && len(got.shown) > 0:
							g.Expect(told).To(gomega.ContainSubstring(begin(needOf(res))))
						case res.Verdict == Warn && len(got.shown) > 0:
							g.Expect(told).To(gomega.ContainSubstring("WARN: "))
						}
					}
				}
				g.Expect(n).To(gomega.Equal(len(want)))
				totals[kindPassed] = 0
				for kind, left := range totals {
					g.Expect(left).To(gomega.BeZero(), "the number of %q that the suites give", kind)
				}
			})
		}
	}
}

// begin is the beginning of a text that readers show cut off.
func begin(s string) string { s, _ = shorten(s, 60); return s }

// GitLab reads with Hash.from_xml of Rails, which takes an attribute "type" of
// these values for the type of the text, and refuses symbol and yaml; ours are
// words of documents.
func TestTypesAreNoTypesOfRails(t *testing.T) {
	g := gomega.NewWithT(t)
	rails := []string{"symbol", "date", "datetime", "dateTime", "integer", "float", "double", "decimal", "boolean", "string", "yaml", "base64Binary", "hexBinary", "file", "array", "duration"}
	for name := range scenarios {
		if name == "hostile" {
			continue // its levels are no words of ours
		}
		var doc element
		g.Expect(xml.Unmarshal(written(t, func(w io.Writer) error { return WriteJUnit(w, scenario(name)) }), &doc)).To(gomega.Succeed())
		for _, suite := range doc.all("testsuite") {
			for _, c := range suite.all("testcase") {
				for _, child := range c.Children {
					if kind, ok := child.attr("type"); ok {
						g.Expect(slices.Contains(rails, kind)).To(gomega.BeFalse(), kind)
					}
				}
			}
		}
	}
}
