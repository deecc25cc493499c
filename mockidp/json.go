package mockidp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
)

// object is a JSON object. Its members are sent in the order of their names.
type object map[string]any

// json is a JSON reply, in the spelling that the variances ask for.
func (x *exchange) json(status int, doc object) *reply {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	escapes := x.varies(varJSONEscapes)
	if escapes {
		enc.SetIndent("", "\t")
	}
	if err := enc.Encode(doc); err != nil {
		// Documents hold strings, numbers and lists of them; encoding one cannot
		// fail unless this package is wrong.
		return text(http.StatusInternalServerError, "internal error: "+err.Error())
	}
	body := buf.Bytes()
	if x.varies(varMemberOrder) {
		if other, err := x.inOtherOrder(doc); err == nil {
			body = other
		}
	}
	if escapes {
		body = escapeStrings(body)
	}
	body = x.misspelt(doc, body)
	h := http.Header{}
	switch {
	case x.varies(varContentTypeCharset):
		h.Set("Content-Type", "application/json;charset=UTF-8")
	case x.varies(varContentTypeCase):
		h.Set("Content-Type", `Application/JSON; Charset="utf-8"`)
	default:
		h.Set("Content-Type", "application/json")
	}
	return &reply{status: status, header: h, body: body}
}

// escapeStrings writes every slash and every lower-case vowel inside the strings
// of a JSON text as an escape (RFC 8259 §7), which any JSON parser undoes.
func escapeStrings(doc []byte) []byte {
	var out bytes.Buffer
	inString := false
	for i := 0; i < len(doc); i++ {
		c := doc[i]
		switch {
		case c == '"':
			inString = !inString
			out.WriteByte(c)
		case c == '\\' && inString: // an escape stays as it is, all of it
			length := 2
			if doc[i+1] == 'u' {
				length = 6
			}
			out.Write(doc[i : i+length])
			i += length - 1
		case inString && c == '/':
			out.WriteString(`\/`)
		case inString && bytes.IndexByte([]byte("aeiou"), c) >= 0:
			fmt.Fprintf(&out, `\u%04x`, c)
		default:
			out.WriteByte(c)
		}
	}
	return out.Bytes()
}

// misspelt writes a JSON object in the ways that the rules switched off ask for.
// Most readers repair each of them in silence.
func (x *exchange) misspelt(doc object, body []byte) []byte {
	add := func(name, value string) {
		if at := bytes.LastIndexByte(body, '}'); at > 0 && len(doc) > 0 {
			body = slices.Concat(body[:at], []byte(`,"`+name+`":`+value), body[at:])
		}
	}
	if !x.keeps(ruleJSONUnique) && len(doc) > 0 {
		last := slices.Max(slices.Collect(maps.Keys(doc)))
		if value, err := json.Marshal(doc[last]); err == nil {
			add(last, string(value))
		}
	}
	if !x.keeps(ruleJSONUTF8) {
		add("mockidp_place", "\"Z\xfcrich\"")
	}
	if !x.keeps(ruleJSONNoBOM) {
		body = append([]byte("\xef\xbb\xbf"), body...)
	}
	return body
}
