package reports

import (
	_ "embed" // for the schema
	"slices"
)

// The schema is generated from Report and from the comments of its types by
// "go test ./reports -run TestSchema -update".
//
//go:embed report.schema.json
var schema []byte

// SchemaURL is where the JSON Schema of report.json is published.
const SchemaURL = "https://raw.githubusercontent.com/authassay/authassay/main/reports/report.schema.json"

// Schema gives the JSON Schema (draft-07) of what WriteJSON writes in this
// SchemaVersion. It lets members pass that it does not know, since a newer
// authassay may add some within a version.
func Schema() []byte { return slices.Clone(schema) }
