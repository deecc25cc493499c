package reports

import (
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/onsi/gomega"
)

// command is how the runner takes a line apart (actions/runner,
// ActionCommand.TryParseV2): the name, then properties that "," separates and
// "::" ends, then the rest of the line. Both are unescaped afterwards.
var command = regexp.MustCompile(`^::([a-z]+)(?: (.*?))?::(.*)$`)

type shown struct{ kind, title, message string }

// annotationsOf reads what was written as the runner does.
func annotationsOf(t *testing.T, r Report) (out []shown) {
	t.Helper()
	g := gomega.NewWithT(t)
	for line := range strings.Lines(string(written(t, func(w io.Writer) error { return WriteAnnotations(w, r) }))) {
		m := command.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		g.Expect(m).NotTo(gomega.BeNil(), line)
		properties := strings.Split(m[2], ",")
		g.Expect(properties).To(gomega.HaveLen(1), line)
		title, ok := strings.CutPrefix(properties[0], "title=")
		g.Expect(ok).To(gomega.BeTrue(), line)
		g.Expect(title).NotTo(gomega.ContainSubstring(":"))
		out = append(out, shown{m[1], unescapeCommand(title), unescapeCommand(m[3])})
	}
	return out
}

func unescapeCommand(s string) string {
	return strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%").Replace(s)
}

func TestAnnotations(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(annotationsOf(t, scenario("red"))).To(gomega.Equal([]shown{
		{"error", "cc-no-auth: RFC 6749 §4.4.2 (MUST)", "a token was issued without client authentication\nexpected: 401 with the error invalid_client, and no token\ngot: 200 with an access token"},
		{"warning", "tok-unknown-grant: RFC 6749 §5.2 (prose)", "the refusal carries another error code\nexpected: unsupported_grant_type\ngot: invalid_request"},
	}))
	g.Expect(annotationsOf(t, scenario("green"))).To(gomega.BeEmpty())
	g.Expect(annotationsOf(t, scenario("known-failures"))).To(gomega.BeEmpty())
	g.Expect(annotationsOf(t, scenario("not-run"))).To(gomega.BeEmpty())
	g.Expect(annotationsOf(t, scenario("unreachable"))).To(gomega.HaveLen(1), "one trouble, told once")
	g.Expect(annotationsOf(t, scenario("same-trouble"))).To(gomega.HaveLen(2))
	g.Expect(annotationsOf(t, scenario("several-targets"))[0].title).To(gomega.HavePrefix("cc-no-auth at as.example.org:8443: "))
	g.Expect(annotationsOf(t, scenario("unexpected-pass"))[0].message).To(gomega.ContainSubstring("remove its entry"))
}

// Text of a server stays within its annotation and makes no command of its own.
func TestAnnotationsAreEscaped(t *testing.T) {
	g := gomega.NewWithT(t)
	f := failing()
	f.ID, f.Level = "a,b:c%3A", "MUST\n::set-output name=x::y"
	f.Message = "100% %0A wrong\n::add-mask::x"
	f.Expected, f.Got = "a\r\n::error::x", "::stop-commands::x\r::warning::y"
	all := annotationsOf(t, run(mock(f)))
	g.Expect(all).To(gomega.HaveLen(1))
	g.Expect(all[0].title).To(gomega.Equal("a,b:c%3A: RFC 6749 §4.4.2 (MUST ::set-output name=x::y)"))
	g.Expect(all[0].message).To(gomega.Equal("100% %0A wrong\nexpected: a ::error::x\ngot: ::stop-commands::x\\r::warning::y"))
	g.Expect(annotationsOf(t, scenario("hostile"))).To(gomega.HaveLen(4))
}

// GitHub shows ten of a kind: the tenth says how many there are more.
func TestAnnotationsAreTen(t *testing.T) {
	g := gomega.NewWithT(t)
	count := map[string]int{}
	var last shown
	for _, a := range annotationsOf(t, tenThousand()) {
		count[a.kind]++
		if a.kind == "error" {
			last = a
		}
	}
	g.Expect(count).To(gomega.Equal(map[string]int{"error": 10, "warning": 10}))
	// 2000 failures and, at each of two targets, one trouble.
	g.Expect(last.message).To(gomega.Equal("1993 more like these; the reports show all"))
	few := mock()
	for range maxAnnotations {
		few.Results = append(few.Results, failing())
	}
	g.Expect(annotationsOf(t, run(few))[9].message).To(gomega.ContainSubstring("a token was issued"))
}
