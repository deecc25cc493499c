package reports

import (
	"bufio"
	"crypto/sha256"
	_ "embed" // the parts of the page
	"encoding/base64"
	"html/template"
	"io"
)

var (
	//go:embed page/report.html.tmpl
	pageText string
	//go:embed page/report.css
	pageStyle string
	//go:embed page/report.js
	pageScript string
)

var pageTemplate = template.Must(template.New("report").Parse(pageText))

// pagePolicy lets a browser use the style and the script of the page and nothing
// else: no text of a server's can run, and nothing is fetched or sent.
var pagePolicy = "default-src 'none'; style-src " + sourceHash(pageStyle) + "; script-src " + sourceHash(pageScript) +
	"; base-uri 'none'; form-action 'none'"

func sourceHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// WriteHTML writes the report as one page for a browser that needs nothing
// beside itself: the verdict, the clauses with the checks that rest on them, and
// each check with what was expected and got, the exchanges that show it, and how
// to repeat them with curl. Without scripts the page shows the same and cannot
// be filtered. Text that came from a server is shown and never obeyed.
//
// A report of many exchanges leaves out those of checks that pass, and then what
// exceeds the bounds of html_bounds.go; the page says so. The error is that of
// the writer.
func WriteHTML(w io.Writer, r Report) error {
	b := bufio.NewWriterSize(w, 64<<10)
	if err := pageTemplate.Execute(b, newHTMLPage(&r)); err != nil {
		return err
	}
	return b.Flush()
}
