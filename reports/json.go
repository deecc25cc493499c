package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// WriteJSON writes the whole report, versioned by its first member
// "schemaVersion", with lists that are empty rather than null. Invalid UTF-8
// becomes U+FFFD; every other character is kept. The error is that of the
// writer.
func WriteJSON(w io.Writer, r Report) error {
	r.SchemaVersion = SchemaVersion
	r.Targets = withLists(r.Targets)
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	// A person reads the file too: "<" and "&" of a body stay what they are.
	e.SetEscapeHTML(false)
	return e.Encode(r)
}

// withLists copies the targets and gives those lists that every reader may
// count on an empty value in place of none.
func withLists(targets []TargetReport) []TargetReport {
	out := make([]TargetReport, len(targets))
	for i, t := range targets {
		t.Roles = append([]string{}, t.Roles...)
		t.Results = append([]Result{}, t.Results...)
		for j := range t.Results {
			if t.Results[j].Clauses == nil {
				t.Results[j].Clauses = []string{}
			}
		}
		out[i] = t
	}
	return out
}

// ReadJSON reads a report that WriteJSON wrote. Members that it does not know
// are passed over, since a newer authassay may add some within a version; a
// newer schema version, a verdict that does not exist and anything that is not
// a report are errors that say so.
func ReadJSON(rd io.Reader) (Report, error) {
	data, err := io.ReadAll(rd)
	if err != nil {
		return Report{}, fmt.Errorf("reading the report: %w", err)
	}
	var head struct {
		SchemaVersion *int `json:"schemaVersion"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return Report{}, explainJSON(data, err)
	}
	switch v := head.SchemaVersion; {
	case v == nil || *v < 1:
		return Report{}, errors.New(`not a report of authassay: the member "schemaVersion" is missing or not a positive number`)
	case *v > SchemaVersion:
		return Report{}, fmt.Errorf("the report has schema version %d, and this authassay reads versions up to %d: use the authassay that wrote it, or a newer one", *v, SchemaVersion)
	}
	var r Report
	if err := json.Unmarshal(data, &r); err != nil {
		return Report{}, explainJSON(data, err)
	}
	for _, t := range r.Targets {
		for _, res := range t.Results {
			if !res.Verdict.known() {
				return Report{}, fmt.Errorf("the report is damaged: result %q of target %q has the verdict %q, which does not exist", res.ID, t.Name, res.Verdict)
			}
		}
	}
	return r, nil
}

func (v Verdict) known() bool { return v.Decided() || v == Error || v == NotRun }

// explainJSON says where a document stops being a report.
func explainJSON(data []byte, err error) error {
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return errors.New("not a report of authassay: the document is empty")
	case errors.As(err, &syntax):
		line, column := position(data, syntax.Offset)
		return fmt.Errorf("not a report of authassay: line %d, column %d: %w", line, column, err)
	case errors.As(err, &wrong):
		line, column := position(data, wrong.Offset)
		return fmt.Errorf("not a report of authassay: line %d, column %d: %q cannot be a JSON %s", line, column, wrong.Field, wrong.Value)
	}
	return fmt.Errorf("not a report of authassay: %w", err)
}

// position turns the count of bytes read into line and column, both from 1.
func position(data []byte, offset int64) (line, column int) {
	before := data[:min(max(offset-1, 0), int64(len(data)))]
	return 1 + bytes.Count(before, []byte("\n")), len(before) - bytes.LastIndexByte(before, '\n')
}
