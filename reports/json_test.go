package reports

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/onsi/gomega"
)

// What was read writes itself again byte by byte, so nothing is lost.
func TestJSONRoundTrip(t *testing.T) {
	for name := range scenarios {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			want, err := os.ReadFile("testdata/" + name + ".json")
			g.Expect(err).NotTo(gomega.HaveOccurred())
			r, err := ReadJSON(bytes.NewReader(want))
			g.Expect(err).NotTo(gomega.HaveOccurred())
			again := written(t, func(w io.Writer) error { return WriteJSON(w, r) })
			if name == "hostile" {
				// Invalid UTF-8 is U+FFFD since the first writing, once escaped
				// and then as itself: the values are the same.
				back, err := ReadJSON(bytes.NewReader(again))
				g.Expect(err).NotTo(gomega.HaveOccurred())
				g.Expect(back).To(gomega.Equal(r))
				return
			}
			g.Expect(string(again)).To(gomega.Equal(string(want)))
			original := scenario(name)
			g.Expect(string(written(t, func(w io.Writer) error { return WriteJUnit(w, r) }))).To(
				gomega.Equal(string(written(t, func(w io.Writer) error { return WriteJUnit(w, original) }))))
		})
	}
}

func TestJSONHasListsAndVersion(t *testing.T) {
	g := gomega.NewWithT(t)
	r := Report{Targets: []TargetReport{{Results: []Result{{Verdict: Pass}}}}}
	data := string(written(t, func(w io.Writer) error { return WriteJSON(w, r) }))
	g.Expect(data).To(gomega.HavePrefix("{\n  \"schemaVersion\": 1,"))
	g.Expect(data).To(gomega.ContainSubstring(`"roles": []`))
	g.Expect(data).To(gomega.ContainSubstring(`"clauses": []`))
	g.Expect(data).NotTo(gomega.ContainSubstring("null"))
	g.Expect(string(written(t, func(w io.Writer) error { return WriteJSON(w, Report{}) }))).To(gomega.ContainSubstring(`"targets": []`))
	// A writer changes nothing of what it was given.
	g.Expect(r.SchemaVersion).To(gomega.BeZero())
	g.Expect(r.Targets[0].Results[0].Clauses).To(gomega.BeNil())
}

func TestReadJSONErrors(t *testing.T) {
	good := string(written(t, func(w io.Writer) error { return WriteJSON(w, scenario("red")) }))
	for name, c := range map[string]struct{ doc, want string }{
		"empty":           {"", "the document is empty"},
		"HTML":            {"<html>", "line 1, column 1: invalid character '<'"},
		"cut off":         {good[:len(good)/2], "unexpected end of JSON input"},
		"two documents":   {good + good, "invalid character '{' after top-level value"},
		"a list":          {"[]", "cannot be a JSON array"},
		"no version":      {`{"targets":[]}`, `the member "schemaVersion" is missing`},
		"version 0":       {`{"schemaVersion":0}`, "not a positive number"},
		"version as text": {"{\n\"schemaVersion\":\"1\"}", `line 2, column 19: "schemaVersion" cannot be a JSON string`},
		"newer version":   {`{"schemaVersion":2,"targets":{}}`, "the report has schema version 2, and this authassay reads versions up to 1"},
		"wrong type":      {`{"schemaVersion":1,"targets":{}}`, `"targets" cannot be a JSON object`},
		"unknown verdict": {strings.Replace(good, `"verdict": "pass"`, `"verdict": "maybe"`, 1), `result "meta-wellknown-200" of target "mock" has the verdict "maybe"`},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			_, err := ReadJSON(strings.NewReader(c.doc))
			g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring(c.want)))
		})
	}
	// A member that a later release added within the version is passed over.
	_, err := ReadJSON(strings.NewReader(strings.Replace(good, `"runId"`, `"later": {"a": 1}, "runId"`, 1)))
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
}

func TestReadJSONReturnsTheReadersError(t *testing.T) {
	_, err := ReadJSON(brokenReader{})
	gomega.NewWithT(t).Expect(err).To(gomega.MatchError(errBroken))
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errBroken }

func FuzzReadJSON(f *testing.F) {
	for name := range scenarios {
		data, err := json.Marshal(scenario(name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"schemaVersion":1,"targets":[{"results":[{"verdict":"fail","findings":[{}],"exchanges":[-1]}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ReadJSON(bytes.NewReader(data))
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := WriteJUnit(&out, r); err != nil {
			t.Fatal(err)
		}
		if err := checkJUnit(out.Bytes()); err != nil {
			t.Fatalf("%v\n%s", err, out.Bytes())
		}
		if err := WriteSummary(io.Discard, r, SummaryOptions{Verbose: true}); err != nil {
			t.Fatal(err)
		}
		for _, write := range []func(io.Writer, Report) error{WriteMarkdown, WriteSARIF, WriteAnnotations} {
			if err := write(io.Discard, r); err != nil {
				t.Fatal(err)
			}
		}
	})
}
