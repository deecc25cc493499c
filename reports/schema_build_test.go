package reports

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
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
