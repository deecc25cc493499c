package reports

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
)

// xsdElement is what junit-10.xsd says about one element.
type xsdElement struct {
	required, optional []string
	// children may stand in any order and number; text tells whether
	// characters other than white space may stand among them.
	children []string
	text     bool
}

// xsd are the facts of Jenkins' junit-10.xsd about the elements that the
// writer uses.
var xsd = map[string]xsdElement{
	"testsuites": {optional: []string{"name", "time", "tests", "failures", "errors"}, children: []string{"testsuite"}},
	"testsuite": {
		required: []string{"name", "tests", "failures", "errors"},
		optional: []string{"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url", "version"},
		children: []string{"testsuite", "properties", "testcase", "system-out", "system-err"},
	},
	"properties": {children: []string{"property"}},
	"property":   {required: []string{"name", "value"}},
	"testcase": {
		required: []string{"name"}, optional: []string{"time", "classname", "group"},
		children: []string{"skipped", "error", "failure", "rerunFailure", "rerunError", "flakyFailure", "flakyError", "system-out", "system-err"},
	},
	"failure":    {optional: []string{"type", "message"}, text: true},
	"error":      {optional: []string{"type", "message"}, text: true},
	"skipped":    {optional: []string{"type", "message"}, text: true},
	"system-out": {text: true},
}

var surefireTime = regexp.MustCompile(`^(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]{0,3})?$`)

// checkJUnit returns the first thing that readers or the schema would object
// to: malformed XML, elements and attributes that do not belong where they
// are, times, timestamps, counts that do not add up, names that collide.
func checkJUnit(data []byte) error {
	type frame struct {
		name   string
		attrs  map[string]string
		counts map[string]int
	}
	var stack []*frame
	names := map[[2]string]bool{}
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			if len(stack) != 0 {
				return errors.New("ends within an element")
			}
			return nil
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			name := token.Name.Local
			fact, ok := xsd[name]
			if !ok {
				return fmt.Errorf("<%s> is not in the schema", name)
			}
			if len(stack) == 0 && name != "testsuites" {
				return fmt.Errorf("<%s> is the root", name)
			}
			attrs := map[string]string{}
			for _, a := range token.Attr {
				if !slices.Contains(fact.required, a.Name.Local) && !slices.Contains(fact.optional, a.Name.Local) {
					return fmt.Errorf("<%s> has no attribute %q", name, a.Name.Local)
				}
				attrs[a.Name.Local] = a.Value
			}
			for _, a := range fact.required {
				if _, ok := attrs[a]; !ok {
					return fmt.Errorf("<%s> lacks %q", name, a)
				}
			}
			if v, ok := attrs["time"]; ok && (v == "" || !surefireTime.MatchString(v)) {
				return fmt.Errorf("<%s time=%q>", name, v)
			}
			if v, ok := attrs["timestamp"]; ok {
				if _, err := time.Parse(time.RFC3339, v); err != nil {
					return err
				}
			}
			if name == "testcase" {
				key := [2]string{attrs["classname"], attrs["name"]}
				if names[key] {
					return fmt.Errorf("two cases are called %q", key)
				}
				names[key] = true
			}
			if len(stack) > 0 {
				parent := stack[len(stack)-1]
				if !slices.Contains(xsd[parent.name].children, name) {
					return fmt.Errorf("<%s> in <%s>", name, parent.name)
				}
				if name == "properties" && parent.counts["testcase"] > 0 {
					return errors.New("<properties> after a <testcase>")
				}
				if parent.name == "testcase" && parent.counts[name] > 0 {
					return fmt.Errorf("two <%s> in one <testcase>", name)
				}
				for _, f := range stack {
					f.counts[name]++
				}
			}
			stack = append(stack, &frame{name, attrs, map[string]int{}})
		case xml.EndElement:
			f := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for attribute, child := range map[string]string{"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"} {
				if v, ok := f.attrs[attribute]; ok && v != fmt.Sprint(f.counts[child]) {
					return fmt.Errorf("<%s %s=%q> and %d <%s>", f.name, attribute, v, f.counts[child], child)
				}
			}
		case xml.CharData:
			if len(stack) > 0 && !xsd[stack[len(stack)-1].name].text && strings.TrimSpace(string(token)) != "" {
				return fmt.Errorf("text in <%s>", stack[len(stack)-1].name)
			}
		}
	}
}

func TestJUnitFollowsSchemaFacts(t *testing.T) {
	for name := range scenarios {
		t.Run(name, func(t *testing.T) {
			data := written(t, func(w io.Writer) error { return WriteJUnit(w, scenario(name)) })
			gomega.NewWithT(t).Expect(checkJUnit(data)).To(gomega.Succeed())
		})
	}
}

// The checker itself objects to what other writers do.
func TestSchemaFactsObject(t *testing.T) {
	suite := func(inner string) string {
		return `<testsuites><testsuite name="s" tests="1" failures="0" errors="0">` + inner + `</testsuite></testsuites>`
	}
	for name, doc := range map[string]string{
		"ends early":             `<testsuites>`,
		"control character":      suite("<testcase name=\"a\"><failure>\x01</failure></testcase>"),
		"other root":             `<testsuite name="s" tests="0" failures="0" errors="0"></testsuite>`,
		"attribute status":       suite(`<testcase name="a" status="failed"></testcase>`),
		"attribute disabled":     `<testsuites disabled="0"></testsuites>`,
		"nine decimals":          strings.Replace(suite(`<testcase name="a"></testcase>`), `name="s"`, `name="s" time="1.123456789"`, 1),
		"no name":                suite(`<testcase></testcase>`),
		"properties in testcase": suite(`<testcase name="a"><properties></properties></testcase>`),
		"late properties":        suite(`<testcase name="a"></testcase><properties></properties>`),
		"two failures":           suite(`<testcase name="a"><failure></failure><failure></failure></testcase>`),
		"wrong count":            suite(``),
		"same name":              strings.Replace(suite(`<testcase name="a"/><testcase name="a"/>`), `tests="1"`, `tests="2"`, 1),
		"local time":             strings.Replace(suite(`<testcase name="a"/>`), `name="s"`, `name="s" timestamp="yesterday"`, 1),
		"text between":           suite(`<testcase name="a">text</testcase>`),
	} {
		t.Run(name, func(t *testing.T) {
			gomega.NewWithT(t).Expect(checkJUnit([]byte(doc))).NotTo(gomega.Succeed())
		})
	}
	gomega.NewWithT(t).Expect(checkJUnit([]byte(suite(`<testcase name="a"/>`)))).To(gomega.Succeed())
}

// With AUTHASSAY_JUNIT_XSD naming the schema file, xmllint has the last word.
func TestJUnitValidatesAgainstSchema(t *testing.T) {
	schema := os.Getenv("AUTHASSAY_JUNIT_XSD")
	if schema == "" {
		t.Skip("AUTHASSAY_JUNIT_XSD does not name junit-10.xsd; the facts of it that matter are tested without")
	}
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skipf("%v; the facts of the schema that matter are tested without", err)
	}
	g := gomega.NewWithT(t)
	files, err := filepath.Glob("testdata/*.junit.xml")
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(files).To(gomega.HaveLen(len(scenarios)))
	for name, of := range map[string]func() Report{"ten-thousand": tenThousand, "one-name": sameName, "megabytes": megabytes} {
		big := filepath.Join(t.TempDir(), name+".junit.xml")
		g.Expect(os.WriteFile(big, written(t, func(w io.Writer) error { return WriteJUnit(w, of()) }), 0o644)).To(gomega.Succeed())
		files = append(files, big)
	}
	out, err := exec.Command(xmllint, append([]string{"--nonet", "--noout", "--schema", schema}, files...)...).CombinedOutput()
	g.Expect(err).NotTo(gomega.HaveOccurred(), "%s", out)
}
