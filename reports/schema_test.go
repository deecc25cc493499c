package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/onsi/gomega"
)

func TestSchemaIsCurrent(t *testing.T) {
	g := gomega.NewWithT(t)
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	g.Expect(e.Encode(buildSchema(t, false))).To(gomega.Succeed())
	if *update {
		g.Expect(os.WriteFile("report.schema.json", b.Bytes(), 0o644)).To(gomega.Succeed())
	}
	stored, err := os.ReadFile("report.schema.json")
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(string(stored)).To(gomega.Equal(b.String()), "the model changed: go test ./reports -run TestSchema -update; "+
		"a member that is gone or means another thing needs another SchemaVersion")
	if !*update { // what is embedded was fixed when the test was compiled
		g.Expect(Schema()).To(gomega.Equal(stored))
	}
}

func published(t *testing.T) *jsonschema.Resolved {
	t.Helper()
	g := gomega.NewWithT(t)
	var s jsonschema.Schema
	g.Expect(json.Unmarshal(Schema(), &s)).To(gomega.Succeed())
	r, err := s.Resolve(nil)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	return r
}

func closedSchema(t *testing.T) *jsonschema.Resolved {
	t.Helper()
	r, err := buildSchema(t, true).Resolve(nil)
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	return r
}

func validJSON(schema *jsonschema.Resolved, data []byte) error {
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	return schema.Validate(v)
}

// Every report is valid by the published schema, and holds nothing that the
// schema does not know.
func TestReportsAreValidBySchema(t *testing.T) {
	open, closed := published(t), closedSchema(t)
	for name := range scenarios {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			data, err := os.ReadFile("testdata/" + name + ".json")
			g.Expect(err).NotTo(gomega.HaveOccurred())
			g.Expect(validJSON(open, data)).To(gomega.Succeed())
			g.Expect(validJSON(closed, data)).To(gomega.Succeed())
		})
	}
	g := gomega.NewWithT(t)
	for _, r := range []Report{{}, fullReport()} {
		data := written(t, func(w io.Writer) error { return WriteJSON(w, r) })
		g.Expect(validJSON(open, data)).To(gomega.Succeed(), "%s", data)
		g.Expect(validJSON(closed, data)).To(gomega.Succeed(), "%s", data)
	}
}

// fullReport is a report in which every member has a value, found by reflection, so
// that a new one cannot be forgotten.
func fullReport() Report {
	var r Report
	fillIn(reflect.ValueOf(&r).Elem())
	r.SchemaVersion = SchemaVersion
	return r
}

func fillIn(v reflect.Value) {
	switch {
	case v.Type().String() == "time.Time":
		v.Set(reflect.ValueOf(greenRun().Started))
	case v.Type() == reflect.TypeFor[Verdict]():
		v.SetString(string(Warn))
	case v.Kind() == reflect.String:
		v.SetString("text")
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.CanInt():
		v.SetInt(3)
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillIn(v.Elem())
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fillIn(v.Index(0))
		fillIn(v.Index(1))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fillIn(v.Field(i))
		}
	default:
		panic(fmt.Sprintf("a member of type %s: say how it is filled", v.Type()))
	}
}

// The schema refuses what a reader could not make sense of, and lets pass what
// a later release adds.
func TestSchemaObjects(t *testing.T) {
	open := published(t)
	good := string(written(t, func(w io.Writer) error { return WriteJSON(w, scenario("red")) }))
	g := gomega.NewWithT(t)
	g.Expect(validJSON(open, []byte(good))).To(gomega.Succeed())
	g.Expect(validJSON(open, []byte(strings.Replace(good, `"runId"`, `"later": 1, "runId"`, 1)))).To(gomega.Succeed())
	for name, change := range map[string][2]string{
		"another version":    {`"schemaVersion": 1`, `"schemaVersion": 2`},
		"no version":         {`"schemaVersion": 1,`, ``},
		"an unknown verdict": {`"verdict": "fail"`, `"verdict": "failed"`},
		"null for a list":    {`"roles": [`, `"roles": null, "x": [`},
		"a text for a count": {`"durationMs": 2345`, `"durationMs": "2345"`},
		"no targets":         {`"targets"`, `"goals"`},
		"no verdict":         {`"verdict": "fail"`, `"judgement": "fail"`},
		"a number's text":    {`"number": 1`, `"number": "1"`},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			g.Expect(good).To(gomega.ContainSubstring(change[0]))
			g.Expect(validJSON(open, []byte(strings.Replace(good, change[0], change[1], 1)))).NotTo(gomega.Succeed())
		})
	}
}

// Every member says what it is: with a comment of its own or that of its type.
func TestSchemaIsDescribed(t *testing.T) {
	var undescribed []string
	var walk func(path string, s *jsonschema.Schema)
	walk = func(path string, s *jsonschema.Schema) {
		if s.Items != nil {
			walk(path+"[]", s.Items)
		}
		for name, child := range s.Properties {
			if child.Description == "" {
				undescribed = append(undescribed, path+"."+name)
			}
			walk(path+"."+name, child)
		}
	}
	walk("", buildSchema(t, false))
	slices.Sort(undescribed)
	gomega.NewWithT(t).Expect(undescribed).To(gomega.BeEmpty())
}
