package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/onsi/gomega"
)

// The generator of report.schema.json stands with the tests, so that the
// library it needs is linked into no binary. Names, types and what is required
// come from the Go types; the prose from their comments.

// selfEvident are the descriptions of the members whose names say enough in Go.
var selfEvident = map[string]string{
	"Report.SchemaVersion": "Version of this schema.",
	"Report.RunID":         "Identifier of the run, the same in every file of a report directory.",
	"Report.Started":       "When the run began.",
	"Tool.Name":            "The name of the tool.",
	"Tool.Version":         "Its version.",
	"Tool.Go":              "The version of Go it was built with.",
	"TargetReport.Name":    "Name of the target, from its target file or its URL.",
	"TargetReport.Issuer":  "Issuer identifier of the target.",
	"TargetReport.Policy":  "Documents that bind where documents disagree: rfc6749, bcp, oauth21 or oidc.",
	"TargetReport.Roles":   "Parts that the target plays.",
	"Result.ID":            "Id of the check.",
	"Result.Area":          "Group of checks that it belongs to.",
	"Result.Role":          "Part of the target that it concerns.",
	"Result.Title":         "What holds at a target that conforms, in one sentence.",
	"Result.Judged":        "How the check reads the answers.",
	"Result.Expected":      "What was expected.",
	"Result.Got":           "What came instead.",
	"Result.DurationMS":    "Time that the check took, in milliseconds.",
	"Finding.Message":      "What is wrong, on one line.",
	"Finding.Step":         "The request that was judged.",
	"Finding.Expected":     "What was expected.",
	"Finding.Got":          "What came instead.",
	"Observation.Name":     "What was looked at.",
	"Observation.Value":    "What was seen.",
	"Exchange.Check":       "Id of the check that made it.",
	"Exchange.Step":        "What the check calls this request.",
	"Exchange.DurationMS":  "Time until the whole answer was there, in milliseconds.",
	"Message.Method":       "Method of a request.",
	"Message.URL":          "URL of a request.",
	"Message.Status":       "Status code of an answer.",
	"Message.Proto":        "Protocol and version: HTTP/1.1.",
	"Message.Body":         "The body, redacted, or the part of it that was kept.",
	"Header.Name":          "Name of the header field.",
	"Header.Value":         "Value of the header field, redacted.",
	"Judgement.Check":      "Id of the observer.",
	"Judgement.Message":    "What is wrong, on one line.",
	"Judgement.Expected":   "What was expected.",
	"Judgement.Got":        "What came instead.",
}

// comments are the comments of the types and fields of the model, by "Type" and
// "Type.Field".
func comments(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, file := range []string{"model.go", "outcome.go", "shard.go", "known.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.TYPE {
				continue
			}
			for _, s := range g.Specs {
				spec := s.(*ast.TypeSpec)
				name := spec.Name.Name
				out[name] = sentenceOf(g.Doc)
				st, ok := spec.Type.(*ast.StructType)
				if !ok {
					continue
				}
				for _, field := range st.Fields.List {
					for _, n := range field.Names {
						out[name+"."+n.Name] = sentenceOf(field.Doc)
					}
				}
			}
		}
	}
	for field, text := range selfEvident {
		if said, ok := out[field]; !ok || said != "" {
			t.Errorf("%s is described, and is no field, or has a comment", field)
		}
		out[field] = text
	}
	return out
}

func sentenceOf(doc *ast.CommentGroup) string { return strings.Join(strings.Fields(doc.Text()), " ") }

// buildSchema makes the schema of the report. A closed one lets nothing pass
// that it does not know: the tests hold what is written to it.
func buildSchema(t *testing.T, closed bool) *jsonschema.Schema {
	t.Helper()
	root, err := jsonschema.For[Report](nil)
	if err != nil {
		t.Fatal(err)
	}
	schemaOf(root, reflect.TypeFor[Report](), comments(t), closed)
	root.ID, root.Schema = SchemaURL, "http://json-schema.org/draft-07/schema#"
	root.Title, root.Description = "authassay report", "What one run of authassay found: the file report.json."
	root.Properties["schemaVersion"].Enum = []any{SchemaVersion}
	return root
}

var verdicts = []any{string(Pass), string(Fail), string(Warn), string(Info), string(Error), string(NotRun)}

func schemaOf(s *jsonschema.Schema, of reflect.Type, prose map[string]string, closed bool) {
	for of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	if i := slices.Index(s.Types, "null"); i >= 0 { // nothing is null: it is left out, or an empty list
		s.Types = slices.Delete(s.Types, i, i+1)
		if len(s.Types) == 1 {
			s.Type, s.Types = s.Types[0], nil
		}
	}
	switch {
	case of == reflect.TypeFor[Verdict]():
		s.Enum = verdicts
	case s.Format == "" && s.Type == "string" && of.String() == "time.Time":
		s.Format = "date-time"
	case of.Kind() == reflect.Slice:
		schemaOf(s.Items, of.Elem(), prose, closed)
	case of.Kind() == reflect.Struct && of.String() != "time.Time":
		if !closed {
			s.AdditionalProperties = nil
		}
		for i := range of.NumField() {
			f := of.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			child := s.Properties[name]
			schemaOf(child, f.Type, prose, closed)
			if child.Description = prose[of.Name()+"."+f.Name]; child.Description == "" {
				elem := f.Type
				for elem.Kind() == reflect.Slice || elem.Kind() == reflect.Pointer {
					elem = elem.Elem()
				}
				child.Description = prose[elem.Name()]
			}
		}
	}
}

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
