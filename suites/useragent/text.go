package useragent

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// maxText is about how many characters of a page an outcome shows.
const maxText = 500

// readable is what a person reads on a page, on one line, without what stands
// there for browsers that run no scripts.
func readable(root *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
			return
		case n.Type == html.ElementNode && (slices.Contains(unread, n.Data) || hidden(n)):
			return
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
		if n.Type == html.ElementNode && !slices.Contains(inline, n.Data) {
			b.WriteByte(' ')
		}
	}
	walk(root)
	return oneLine(b.String())
}

var (
	unread = []string{"head", "script", "style", "noscript", "template", "select", "textarea", "svg", "iframe", "object"}
	inline = []string{"a", "abbr", "b", "code", "em", "i", "small", "span", "strong", "sub", "sup", "u"}
)

// hidden tells whether an element says of itself that it is not shown.
func hidden(n *html.Node) bool {
	style := strings.ReplaceAll(strings.ToLower(attr(n, "style")), " ", "")
	if v := attr(n, seenMark); v != "" { // a real browser says it
		return v == "0"
	}
	return has(n, "hidden") || strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden")
}

// seenMark is the attribute by which the browser driver says whether an element
// is shown.
const seenMark = "data-authassay-seen"

func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
}

// maxContent is how many bytes of the text of an element are read.
const maxContent = maxScript

// content is the text below a node.
func content(n *html.Node) string { return begin(n, maxContent) }

// label is the beginning of the text below a node, on one line.
func label(n *html.Node) string { return oneLine(begin(n, 500)) }

func begin(n *html.Node, most int) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data[:min(len(c.Data), most)])
		}
		if b.Len() >= most {
			break
		}
	}
	return b.String()
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func find(root *html.Node, element string) *html.Node {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == element {
			return n
		}
	}
	return nil
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

// clip shortens a text.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// tokenLike is what no language has as a word: long, with digits in it.
var tokenLike = regexp.MustCompile(`[A-Za-z0-9_\-+=.~]{20,}`)

func hideTokens(s string) string {
	return tokenLike.ReplaceAllStringFunc(s, func(m string) string {
		if strings.ContainsAny(m, "0123456789") || len(m) > 40 {
			return "…"
		}
		return m
	})
}

// scrub takes secrets out of what a page says. A word of less than four letters
// is no secret that could be told from another.
func scrub(s string, secrets []string) string {
	for _, secret := range secrets {
		if utf8.RuneCountInString(secret) >= 4 {
			s = strings.ReplaceAll(s, secret, "…")
		}
	}
	return hideTokens(s)
}
