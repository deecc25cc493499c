package reports

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

const knownFailingHead = `# Checks that are known to fail, and why. Used with --known-failing.
# - "check" is an exact id; "reason" is required; "link" (an issue, a line of
#   source) may stand beside it. "verdict: warn" excuses only what --strict
#   makes of a warning. "expires: 2027-01-31" is the last day of an entry, after
#   which the file is refused; "version" is the one version of the target's
#   software that an entry is for, as the target file states it.
# - A listed check that passes fails the run; an error is never excused.
# - A reason that begins with "EDIT ME" is refused: say why the failure is
#   accepted.
version: 1
`

// WriteKnownFailing writes a known-failing file that lists every failure of
// the report: those excused already with their reasons, the others with a
// generated reason that LoadKnownFailing refuses until a person has edited it.
// Errors are left out, since they are never excused. The error is that of the
// writer.
func WriteKnownFailing(w io.Writer, r Report) error {
	b := bufio.NewWriter(w)
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(b, format, args...) }
	line("%s", knownFailingHead)
	entries := 0
	type key struct{ target, check string }
	seen := map[key]bool{}
	for _, t := range r.Targets {
		for _, res := range t.Results {
			k := key{t.Name, res.ID}
			if res.Verdict != Fail || seen[k] {
				continue
			}
			seen[k] = true
			if entries++; entries == 1 {
				line("entries:\n")
			}
			reason := res.KnownFailing
			if reason == "" {
				reason = editMe + headline(&res)
			}
			line("  - check: %s\n", quoteYAML(res.ID))
			if t.Name != "" {
				line("    target: %s\n", quoteYAML(t.Name))
			}
			if res.Raised {
				line("    verdict: warn\n")
			}
			line("    reason: %s\n", quoteYAML(reason))
			if res.KnownFailingLink != "" {
				line("    link: %s\n", quoteYAML(res.KnownFailingLink))
			}
			if res.KnownFailingVersion != "" {
				line("    version: %s\n", quoteYAML(res.KnownFailingVersion))
			}
			if res.KnownFailingExpires != "" {
				line("    expires: %s\n", quoteYAML(res.KnownFailingExpires))
			}
		}
	}
	if entries == 0 {
		line("entries: []\n")
	}
	return b.Flush()
}

// quoteYAML writes text as a double-quoted YAML scalar on one line, or bare
// where it is a plain word. visible leaves no control characters but newline
// and tab.
func quoteYAML(s string) string {
	if isWord(s) {
		return s
	}
	return `"` + yamlQuoted.Replace(visible(s)) + `"`
}

var yamlQuoted = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`)

// isWord tells whether s is a name like "cc-no-auth" that YAML reads as text.
func isWord(s string) bool {
	dash := strings.IndexByte(s, '-')
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (i == 0 || c != '-' && (c < '0' || c > '9')) {
			return false
		}
	}
	return dash > 0
}
