package authserver

import (
	"fmt"
)

// statement is a matcher that was decided when it was made: for findings on a
// whole document, where expected and got are known and the comparison is done.
type statement struct {
	holds         bool
	expected, got string
}

func (s statement) Match(any) (bool, error)            { return s.holds, nil }
func (s statement) Explain(any) (expected, got string) { return s.expected, s.got }
func (s statement) FailureMessage(any) string          { return "expected " + s.expected + ", got " + s.got }
func (s statement) NegatedFailureMessage(any) string   { return "expected anything but " + s.expected }

// answersWithMetadata says that a document is where the clause puts it.
func answersWithMetadata(inserted, appended *document) statement {
	return statement{inserted.members != nil,
		"the metadata document at " + inserted.url,
		fmt.Sprintf("%s there, and a document at %s", inserted.why, appended.url)}
}

// nameIssuer says that a metadata document names an issuer.
func nameIssuer(issuer string) issuerMatcher { return issuerMatcher{issuer} }

type issuerMatcher struct{ issuer string }

func (m issuerMatcher) Match(actual any) (bool, error) {
	d, ok := actual.(*document)
	if !ok {
		return false, fmt.Errorf("nameIssuer takes a document, not %T", actual)
	}
	return d.text("issuer") == m.issuer, nil
}

func (m issuerMatcher) Explain(actual any) (expected, got string) {
	d := actual.(*document)
	got = fmt.Sprintf("%q", d.text("issuer"))
	if raw, ok := d.members["issuer"]; !ok {
		got = "no issuer"
	} else if d.text("issuer") == "" {
		got = "an issuer that is no string: " + clip(string(raw))
	}
	return fmt.Sprintf("issuer %q", m.issuer), got
}

func (m issuerMatcher) FailureMessage(actual any) string {
	e, g := m.Explain(actual)
	return "expected " + e + ", got " + g
}

func (m issuerMatcher) NegatedFailureMessage(any) string {
	return "expected another issuer than " + m.issuer
}

// clip shortens what a target sent for a message.
func clip(s string) string {
	if len(s) > 120 {
		return s[:120] + " …"
	}
	return s
}
