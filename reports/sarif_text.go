package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// sarifText is a plain text message. Braces are doubled, since one alone begins
// a placeholder (§3.11.5); where text reads like a link, its brackets are
// escaped (§3.11.6), so that a server cannot make one.
func sarifText(s string) sarifMessage {
	s = strings.NewReplacer("{", "{{", "}", "}}").Replace(visible(s))
	if strings.Contains(s, "](") {
		s = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`).Replace(s)
	}
	return sarifMessage{Text: s}
}

// sarifStory is what is wrong, as plain text.
func sarifStory(r *Result) string {
	var b strings.Builder
	b.WriteString(headline(r) + "\n")
	line := func(label, text string) {
		if text = flatTo(text, maxAnnotationText); text != "" {
			b.WriteString(label + ": " + text + "\n")
		}
	}
	line("Clause", clauseOf(r))
	line("Step", r.Step)
	line("Expected", r.Expected)
	line("Got", r.Got)
	if r.Raised {
		b.WriteString("A warning by itself; --strict makes it a failure.\n")
	}
	for i, f := range r.Findings {
		if i == 0 && strings.TrimSpace(f.Message) == strings.TrimSpace(r.Message) {
			continue
		}
		if i == maxFindings {
			b.WriteString(plural(len(r.Findings)-i, "more deviation", "more deviations") + " in " + JSONFile + "\n")
			break
		}
		line("Also", f.Message)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// sarifRuleOf describes a check as a rule.
func sarifRuleOf(r *Result) sarifRule {
	id, title := caseName(r), first(flat(r.Title), caseName(r))
	text, md := title+"\n", mdText(title)+"\n"
	line := func(label, value string) {
		if value = flat(value); value != "" {
			text += label + ": " + value + "\n"
			md += "\n**" + label + "**: " + mdText(value) + "\n"
		}
	}
	line("Clause", clauseOf(r))
	line("Sent", r.Sent)
	line("Judged", r.Judged)
	line("Proved by the faults", strings.Join(r.Proves, ", "))
	text += "More: authassay explain " + id
	md += "\nMore: " + mdCode("authassay explain "+id) + "\n"
	help := sarifText(text)
	help.Markdown = strings.NewReplacer("{", "{{", "}", "}}").Replace(md)
	full := title
	if clause := clauseOf(r); clause != "" {
		full += " [" + clause + "]"
	}
	return sarifRule{
		ID: id, Short: sarifText(title), Full: sarifText(full), HelpURI: clauseURI(r.Clauses), Help: help,
		Default:    sarifConfiguration{Level: ruleLevel(r)},
		Properties: map[string]any{"tags": flatAll([]string{"oauth", r.Role, r.Area, strings.ToLower(r.Level)}), "clauses": flatAll(r.Clauses)},
	}
}

// ruleLevel is the level that a deviation from the clause has by itself.
func ruleLevel(r *Result) string {
	switch level := strings.ToUpper(r.Level); {
	case r.Binds != "", level == "MAY", level == "OPTIONAL", level == "INFO", level == "VENDOR OBS":
		return "note"
	case strings.HasPrefix(level, "SHOULD"), level == "RECOMMENDED", level == "VENDOR RFC":
		return "warning"
	default:
		return "error"
	}
}

var rfcClause = regexp.MustCompile(`^RFC ([0-9]+)(?: (?:§|App\. ?)([0-9A-Z][0-9A-Za-z.]*))?$`)

// clauseURI is where the deciding clause can be read; empty for a document that
// is no RFC.
func clauseURI(clauses []string) string {
	if len(clauses) == 0 {
		return ""
	}
	m := rfcClause.FindStringSubmatch(clauses[0])
	switch {
	case m == nil:
		return ""
	case m[2] == "":
		return "https://www.rfc-editor.org/rfc/rfc" + m[1]
	case m[2][0] >= 'A':
		return "https://www.rfc-editor.org/rfc/rfc" + m[1] + "#appendix-" + m[2]
	}
	return "https://www.rfc-editor.org/rfc/rfc" + m[1] + "#section-" + m[2]
}

// fingerprints are equal in every run for the nth result of a check at a
// target. The second is the one that code scanning looks for; left out, it
// would be computed from a file that is not there.
func fingerprints(target, check string, n int) map[string]string {
	sum := sha256.Sum256([]byte(target + "\x00" + check + "\x00" + strconv.Itoa(n)))
	id := hex.EncodeToString(sum[:16])
	return map[string]string{"checkAtTarget/v1": id, "primaryLocationLineHash": id + ":1"}
}

// sarifExchange is an exchange within the bounds of a text report.
func sarifExchange(e *Exchange) (*sarifWebRequest, *sarifWebResponse) {
	protocol, version := splitProto(first(e.Request.Proto, "HTTP/1.1"))
	q := &sarifWebRequest{
		Protocol: protocol, Version: version, Target: flatTo(e.Request.URL, maxURLText), Method: flat(e.Request.Method),
		Headers: sarifHeaders(&e.Request), Body: sarifBody(&e.Request),
	}
	if e.Response == nil {
		return q, &sarifWebResponse{None: true}
	}
	protocol, version = splitProto(first(e.Response.Proto, "HTTP/1.1"))
	return q, &sarifWebResponse{
		Protocol: protocol, Version: version, StatusCode: e.Response.Status,
		Headers: sarifHeaders(e.Response), Body: sarifBody(e.Response),
	}
}

func splitProto(proto string) (protocol, version string) {
	protocol, version, _ = strings.Cut(flat(proto), "/")
	return protocol, version
}

// sarifHeaders joins repeated header fields, since the format has a member for
// each name.
func sarifHeaders(m *Message) map[string]string {
	out := map[string]string{}
	for _, h := range m.Header[:min(len(m.Header), maxHeaderLines)] {
		name, value := flatTo(h.Name, maxNameText), flatTo(h.Value, maxHeaderText)
		if before, ok := out[name]; ok {
			value = before + ", " + value
		}
		out[name] = value
	}
	return out
}

func sarifBody(m *Message) *sarifContent {
	body, cut := shorten(m.Body, maxBodyText)
	if body == "" {
		return nil
	}
	body = visible(body)
	if cut || m.Shortened {
		body += fmt.Sprintf("\n[body shortened; %d bytes in all]", max(m.BodyBytes, int64(len(m.Body))))
	}
	return &sarifContent{Text: body}
}

// flatAll is a list of texts, each on one line, without those that are empty
// and those that stand twice.
func flatAll(list []string) []string {
	out, seen := []string{}, map[string]bool{}
	for _, s := range list {
		if s = flat(s); s != "" && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}
