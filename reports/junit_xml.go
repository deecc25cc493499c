package reports

import (
	"bufio"
	"io"
	"strings"
)

// xmlWriter writes the small part of XML 1.0 that a JUnit file needs. Whatever
// text it is given, the document is well-formed: visible replaces what XML
// cannot hold, and "<", ">", "&" and quotes are always escaped, so that no
// "]]>" is left either. The first error of the writer is kept for finish.
type xmlWriter struct {
	b     *bufio.Writer
	depth int
}

var (
	xmlText      = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	xmlAttribute = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "\n", " ", "\t", " ")
)

func newXMLWriter(w io.Writer) *xmlWriter {
	x := &xmlWriter{b: bufio.NewWriterSize(w, 64<<10)}
	x.string(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	return x
}

// string writes s. bufio.Writer keeps its first error and returns it from
// Flush, so nothing is lost here.
func (x *xmlWriter) string(s string) { _, _ = x.b.WriteString(s) }

func (x *xmlWriter) start(name string, attributes []string) {
	x.string(strings.Repeat("  ", x.depth) + "<" + name)
	for i := 0; i+1 < len(attributes); i += 2 {
		key, value := attributes[i], attributes[i+1]
		if value == "" && key != "value" {
			continue // an optional attribute that is not known
		}
		x.string(" " + key + `="`)
		x.string(xmlAttribute.Replace(visible(value)))
		x.string(`"`)
	}
}

// open starts an element that holds elements. Attributes are names and values
// in turn; those with an empty value are left out.
func (x *xmlWriter) open(name string, attributes ...string) {
	x.start(name, attributes)
	x.string(">\n")
	x.depth++
}

// close ends the element that open started.
func (x *xmlWriter) close(name string) {
	x.depth--
	x.string(strings.Repeat("  ", x.depth) + "</" + name + ">\n")
}

// empty writes an element without content.
func (x *xmlWriter) empty(name string, attributes ...string) {
	x.start(name, attributes)
	x.string("/>\n")
}

// text writes an element that holds text.
func (x *xmlWriter) text(name, text string, attributes ...string) {
	x.start(name, attributes)
	x.string(">")
	x.string(xmlText.Replace(visible(text)))
	x.string("</" + name + ">\n")
}

func (x *xmlWriter) finish() error { return x.b.Flush() }
