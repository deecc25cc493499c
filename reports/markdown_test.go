package reports

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/onsi/gomega"
)

func markdownOf(t *testing.T, r Report) string {
	t.Helper()
	return string(written(t, func(w io.Writer) error { return WriteMarkdown(w, r) }))
}

func TestMarkdownSaysWhatMatters(t *testing.T) {
	g := gomega.NewWithT(t)
	out := markdownOf(t, scenario("red"))
	for _, part := range []string{
		"## authassay: FAIL\n\nnot conformant: 1 of 6 requirements is broken", "Exit code 1", "| `authorization-server` | `cc` | 1 | 1 |",
		"**`cc-no-auth`** The token endpoint refuses", "[RFC 6749 §4.4.2 (MUST)]", "expected  401 with the error invalid_client", "got       200 with an access token",
		"#### Warnings\n\n- **`tok-unknown-grant`**",
	} {
		g.Expect(out).To(gomega.ContainSubstring(part))
	}
	g.Expect(out).NotTo(gomega.ContainSubstring("#### Not"), "a heading with nothing below it")
	out = markdownOf(t, scenario("known-failures"))
	g.Expect(out).To(gomega.ContainSubstring("known: mended upstream, not released yet (<https://example.org/issues/7>)"))
	g.Expect(markdownOf(t, scenario("not-run"))).To(gomega.ContainSubstring("- 3 checks need a confidential client: add --client-id and --client-secret: `ca-basic`, `ca-post`"))
	g.Expect(markdownOf(t, scenario("unreachable"))).NotTo(gomega.ContainSubstring("#### Not judged"), "the head of the target says it")
}

// prose is what of a document is neither code nor written by us: with the code
// taken out by the rules of CommonMark, §6.1 (spans) and §4.5 (blocks).
func prose(doc string) string {
	var out strings.Builder
	fence := ""
	for line := range strings.Lines(doc) {
		ticks := line[:len(line)-len(strings.TrimLeft(line, "`"))]
		switch {
		case fence != "":
			if len(ticks) >= len(fence) && strings.TrimSpace(line[len(ticks):]) == "" {
				fence = ""
			}
		case len(ticks) >= 3 && !strings.Contains(line[len(ticks):], "`"):
			fence = ticks
		default:
			out.WriteString(line)
		}
	}
	rest, text := out.String(), strings.Builder{}
	run := regexp.MustCompile("`+")
	for {
		open := run.FindStringIndex(rest)
		if open == nil {
			break
		}
		text.WriteString(rest[:open[0]])
		ticks, after := rest[open[0]:open[1]], rest[open[1]:]
		end := -1
		for _, m := range run.FindAllStringIndex(after, -1) {
			if m[1]-m[0] == len(ticks) {
				end = m[1]
				break
			}
		}
		if end < 0 {
			text.WriteString("UNCLOSED" + ticks)
			rest = after
			continue
		}
		rest = after[end:]
	}
	return text.String() + rest
}

// Whatever a server says, it makes no markup, no link, no mention, no picture.
func TestMarkdownOfHostileText(t *testing.T) {
	bad := []string{
		"<script>", "<!--", "@everyone", "](https://evil.example)", "![x](https://evil.example/p.png)", "#1", "https://evil.example", "www.evil.example",
		"`", "``", "```", "````", "\n```\n", "\n# h\n", "| x |", "*b*", "__b__", "~~s~~", "$x$", "&lt;", "\\`", ":smile:", "plain", "a`b", "--", "\n---\n", "\n> q", "\x1b[2J", "\u202e",
	}
	g := gomega.NewWithT(t)
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		text := func() string {
			s := ""
			for range rnd.IntN(6) {
				s += bad[rnd.IntN(len(bad))] + []string{"", " ", "\n"}[rnd.IntN(3)]
			}
			return s
		}
		f, w, n, e, k := failing(), warning(), needing("x"), erring(), failing()
		for _, s := range []*string{&f.ID, &f.Title, &f.Message, &f.Expected, &f.Got, &f.Level, &w.Message, &n.Need, &n.Hint, &e.Message, &k.KnownFailing, &w.Area} {
			*s = text()
		}
		k.KnownFailing += "reason"
		tg := mock(f, w, n, e, k)
		tg.Name, tg.Issuer, tg.Version, tg.Lost, tg.Unreachable, tg.Left = text(), text(), text(), text(), text(), []string{text()}
		r := run(tg)
		r.Notes = []string{text()}
		out := markdownOf(t, r)
		plain := prose(out)
		g.Expect(plain).NotTo(gomega.MatchRegexp(`[<>@$~\\&]|!\[|\]\(|https?:|www\.|:smile:|#1|UNCLOSED`), "%s\n\n%s", plain, out)
		for line := range strings.Lines(plain) {
			g.Expect(line).To(gomega.MatchRegexp(`^(#{2,4} |- |\| |\|-|\*\*|[A-Za-z0-9_, :]|$|\n)`), "%q in %s", line, out)
		}
	}
}

func TestMarkdownText(t *testing.T) {
	g := gomega.NewWithT(t)
	for in, want := range map[string]string{
		"plain text, nothing else (really).":        "plain text, nothing else (really).",
		`the error "invalid_client", not that`:      "the error \"`invalid_client`\", not that",
		"see https://evil.example/x.":               "see `https://evil.example/x`.",
		"thanks @someone and #12":                   "thanks `@someone` and `#12`",
		"a`b":                                       "`` a`b ``",
		"[redacted #00000000]":                      "`[redacted` `#00000000]`",
		"two\nlines":                                "two lines",
		":smile:":                                   "`:smile`:",
		"fe80::1 RFC 8414 §3.3 a-b 10% +1 (a/b) é;": "`fe80::1` RFC 8414 §3.3 a-b 10% +1 (a/b) é;",
	} {
		g.Expect(mdText(in)).To(gomega.Equal(want))
	}
	g.Expect(mdLink("https://example.org/a?b=c")).To(gomega.Equal("<https://example.org/a?b=c>"))
	g.Expect(mdLink("javascript:alert(1)")).To(gomega.Equal("`javascript:alert(1)`"))
	g.Expect(mdLink("https://a/><b>")).To(gomega.Equal("`https://a/><b>`"))
	g.Expect(mdCell("a|b")).To(gomega.Equal("`a\\|b`"))
}

// GitHub shows nothing of a summary that is too long, so it is cut between
// checks, and says so.
func TestMarkdownIsBounded(t *testing.T) {
	g := gomega.NewWithT(t)
	r := tenThousand()
	g.Expect(markdownOf(t, r)).NotTo(gomega.ContainSubstring("shortened"))
	for i := range r.Targets {
		for j := range r.Targets[i].Results {
			if res := &r.Targets[i].Results[j]; res.Verdict == Fail {
				res.Got = strings.Repeat("a long answer ", 25)
			}
		}
	}
	full := markdownOf(t, r)
	g.Expect(len(full)).To(gomega.BeNumerically("<=", MaxMarkdown))
	g.Expect(len(full)).To(gomega.BeNumerically(">", MaxMarkdown*9/10), "there was room for more")
	g.Expect(full).To(gomega.MatchRegexp(`This summary is shortened: it leaves out \d+ checks, which report.json shows.\n$`))
	told := strings.Count(full, "\n**`") + strings.Count(full, "\n- **`")
	var left int
	_, err := fmt.Sscanf(full[strings.LastIndex(full, "leaves out "):], "leaves out %d checks", &left)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(told+left).To(gomega.Equal(6000), "of the 8000, a thousand errors and a thousand not run of the first target take a line each")

	for _, limit := range []int{0, 1, 299, 300, 500, 1000, 5000, 65536} {
		out := written(t, func(w io.Writer) error { return WriteMarkdownWithin(w, r, limit) })
		g.Expect(len(out)).To(gomega.BeNumerically("<=", limit))
		g.Expect(bytes.Count(out, []byte("```"))%2).To(gomega.BeZero(), "a block of code is cut")
		if limit >= 1000 {
			g.Expect(string(out)).To(gomega.HavePrefix("## authassay: "))
			g.Expect(string(out)).To(gomega.ContainSubstring("shortened"))
		}
	}
	hostile := scenario("red")
	for _, body := range []string{strings.Repeat("x", 1<<20), strings.Repeat("\x80", 1<<20), strings.Repeat("` ", 1<<19)} {
		hostile.Targets[0].Results[3].Got, hostile.Targets[0].Results[3].Message = body, body
		hostile.Targets[0].Name, hostile.Notes = body, []string{body}
		out := markdownOf(t, hostile)
		g.Expect(len(out)).To(gomega.BeNumerically("<", 100<<10))
		g.Expect(utf8.ValidString(out)).To(gomega.BeTrue())
	}
}
