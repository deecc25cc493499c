package reports

import (
	"fmt"
	"net/url"
	"strings"
)

// mdText is text on one line of Markdown. A word that would mean something to
// a reader of Markdown (markup, a link, a mention, a reference to an issue, a
// formula, HTML) stands as code, where it means nothing.
func mdText(s string) string {
	words := strings.Fields(flatTo(s, maxMarkdownText))
	for i, w := range words {
		if !speaks(w) {
			continue
		}
		// Quotation marks and what ends a sentence stay outside.
		core := strings.TrimLeft(w, `"'(`)
		before := w[:len(w)-len(core)]
		core = strings.TrimRight(core, `"'),.;:?`)
		words[i] = before + mdCode(core) + w[len(before)+len(core):]
	}
	return strings.Join(words, " ")
}

// speaks tells whether a word may mean something to a reader of Markdown.
func speaks(word string) bool {
	return strings.ContainsAny(word, "`*_[]<>#~|\\&@{}$!^=") || strings.Contains(word, "://") ||
		strings.Count(word, ":") > 1 || strings.Contains(strings.ToLower(word), "www.")
}

// mdCode is text as inline code: between more backticks than it holds itself.
func mdCode(s string) string {
	s = flatTo(s, maxMarkdownText)
	if s == "" {
		return ""
	}
	fence := strings.Repeat("`", longestRun(s, '`')+1)
	if len(fence) > 1 {
		s = " " + s + " "
	}
	return fence + s + fence
}

// mdCell is code in a cell of a table, where a bar would begin the next cell.
func mdCell(s string) string { return strings.ReplaceAll(mdCode(s), "|", `\|`) }

// mdFence is a block of code: between more backticks than it holds itself.
func mdFence(s string) string {
	fence := strings.Repeat("`", max(3, longestRun(s, '`')+1))
	return fence + "text\n" + strings.TrimSuffix(s, "\n") + "\n" + fence + "\n"
}

// longestRun is the length of the longest run of a character.
func longestRun(s string, c byte) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != c {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// mdLink is a link where the text is an https or http URL without anything
// that would end it, and code elsewhere.
func mdLink(s string) string {
	s = flat(s)
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.ContainsAny(s, "<>\\ `") {
		return mdCode(s)
	}
	return "<" + s + ">"
}

func mdCheck(r *Result) string { return "**" + mdCode(caseName(r)) + "**" }

// mdClause is the clause in brackets, with a blank before it.
func mdClause(r *Result) string {
	clause := clauseOf(r)
	if clause == "" {
		return ""
	}
	return " [" + mdText(clause) + "]"
}

// mdIDs names checks, as many as fit a line that somebody reads.
func mdIDs(ids []string) string {
	shown := make([]string, 0, min(len(ids), maxMarkdownIDs)+1)
	for i, id := range ids {
		if i == maxMarkdownIDs {
			shown = append(shown, fmt.Sprintf("and %d more", len(ids)-i))
			break
		}
		shown = append(shown, mdCode(id))
	}
	return strings.Join(shown, ", ")
}

// codeLines are the lines of a labelled text in a block of code, at most four
// of them.
func codeLines(label, text string) string {
	if text = flatTo(text, maxMarkdownText); text == "" {
		return ""
	}
	lines := wrap(text, markdownWidth)
	if len(lines) > 4 {
		lines = append(lines[:3:3], lines[3]+" ...")
	}
	indent := ""
	if label != "" {
		label, indent = fmt.Sprintf("%-9s ", label), strings.Repeat(" ", 10)
	}
	return label + strings.Join(lines, "\n"+indent) + "\n"
}
