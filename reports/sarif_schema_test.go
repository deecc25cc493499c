package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/onsi/gomega"
)

// sarifSchemaFile is the OASIS schema, where a variable names it.
func sarifSchemaFile(t *testing.T) *jsonschema.Resolved {
	t.Helper()
	path := os.Getenv("AUTHASSAY_SARIF_SCHEMA")
	if path == "" {
		t.Skip("AUTHASSAY_SARIF_SCHEMA does not name sarif-schema-2.1.0.json; the facts that matter to readers are tested without")
	}
	g := gomega.NewWithT(t)
	data, err := os.ReadFile(path)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	var s jsonschema.Schema
	g.Expect(json.Unmarshal(data, &s)).To(gomega.Succeed())
	r, err := s.Resolve(nil)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	return r
}

func validSARIF(schema *jsonschema.Resolved, data []byte) error {
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	return schema.Validate(v)
}

func TestSARIFValidatesAgainstSchema(t *testing.T) {
	schema := sarifSchemaFile(t)
	for name := range scenarios {
		t.Run(name, func(t *testing.T) {
			data := written(t, func(w io.Writer) error { return WriteSARIF(w, scenario(name)) })
			gomega.NewWithT(t).Expect(validSARIF(schema, data)).To(gomega.Succeed())
		})
	}
	t.Run("no fields at all", func(t *testing.T) {
		for _, r := range []Report{{}, {Targets: []TargetReport{{Results: []Result{{Verdict: Fail}, {Verdict: Error}, {Verdict: Warn, UnexpectedPass: "x"}}}}}} {
			data := written(t, func(w io.Writer) error { return WriteSARIF(w, r) })
			gomega.NewWithT(t).Expect(validSARIF(schema, data)).To(gomega.Succeed(), "%s", data)
		}
	})
	// The validator itself objects to what other writers do.
	good := string(written(t, func(w io.Writer) error { return WriteSARIF(w, scenario("red")) }))
	for name, change := range map[string][2]string{
		"another version":    {`"version": "2.1.0"`, `"version": "2.0.0"`},
		"an unknown member":  {`"runs": [`, `"later": 1, "runs": [`},
		"a level of no name": {`"level": "error"`, `"level": "fatal"`},
		"no message":         {`"message": {`, `"massage": {`},
		"a kind of no name":  {`"kind": "fail"`, `"kind": "failed"`},
		"a line before all":  {`"startLine": 1`, `"startLine": 0`},
		"a local time":       {`"startTimeUtc": "`, `"startTimeUtc": 5, "x": "`},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			g.Expect(good).To(gomega.ContainSubstring(change[0]))
			g.Expect(validSARIF(schema, []byte(strings.Replace(good, change[0], change[1], 1)))).NotTo(gomega.Succeed())
		})
	}
	t.Run("ten thousand results", func(t *testing.T) {
		r := tenThousand()
		for i := range r.Targets { // the validator takes its time
			r.Targets[i].Results = r.Targets[i].Results[:200]
		}
		gomega.NewWithT(t).Expect(validSARIF(schema, written(t, func(w io.Writer) error { return WriteSARIF(w, r) }))).To(gomega.Succeed(), fmt.Sprint(len(r.Targets)))
	})
}
