package check

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// tooLong is the length from which a secret is looked for in its own spelling
// and the commonest others only.
const tooLong = 4 << 10

// spellings are the texts under which a secret may turn up: as it is, escaped
// for a URL, a form, JSON, HTML or Go, and encoded.
func spellings(secret string) []string {
	out := []string{secret}
	if strings.ContainsFunc(secret, needsEscape) {
		quoted, _ := json.Marshal(secret)
		out = append(out, url.QueryEscape(secret), string(quoted[1:len(quoted)-1]))
		if len(secret) <= tooLong {
			out = append(out, escaped(secret)...)
		}
	}
	if len(secret) <= tooLong {
		out = append(out, hex.EncodeToString([]byte(secret)), strings.ToUpper(hex.EncodeToString([]byte(secret))))
		out = append(out, base64Spellings(secret)...)
	}
	if jsonHeader(secret) {
		// Claims and signature of a JWT say who it is for, and which it is. Its
		// header is that of all of them.
		for _, part := range strings.Split(secret, ".")[1:] {
			if len(part) >= longEnough {
				out = append(out, part)
			}
		}
	}
	return compact(out)
}

// needsEscape tells the characters that some language escapes. Those of a JWT
// none does, but for the overcautious.
func needsEscape(c rune) bool {
	return c >= utf8.RuneSelf || !wordByte(byte(c)) && c != '-' && c != '.'
}

func escaped(secret string) []string {
	var out []string
	// What stays as it is differs between languages: Go's path and query, HTML
	// forms, JavaScript's encodeURIComponent and encodeURI, and nothing at all.
	for _, safe := range []string{"-._~", "-._~$&+:=@", "-._*", "-_.!~*'()", "-_.!~*'();/?:@&=+$,#", ""} {
		for _, digits := range []string{upperHex, lowerHex} {
			out = append(out, percent(secret, safe, "%20", digits), percent(secret, safe, "+", digits))
		}
	}
	out = append(out, url.QueryEscape(url.QueryEscape(secret)))
	out = append(out, jsonSpellings(secret)...)
	out = append(out, htmlSpellings(secret)...)
	goQuoted, goASCII := strconv.Quote(secret), strconv.QuoteToASCII(secret)
	return append(out, goQuoted[1:len(goQuoted)-1], goASCII[1:len(goASCII)-1])
}

func compact(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

const (
	upperHex = "0123456789ABCDEF"
	lowerHex = "0123456789abcdef"
)

// percent escapes every byte that is no letter, no digit and not safe.
func percent(s, safe, space, digits string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == ' ':
			b.WriteString(space)
		case c != '_' && wordByte(c), strings.IndexByte(safe, c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
		}
	}
	return b.String()
}

// jsonSpellings are those that writers of JSON choose among: with and without
// the escapes for HTML, with an escaped solidus, in ASCII alone.
func jsonSpellings(secret string) []string {
	plain := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace
	quoted, _ := json.Marshal(secret)
	base := string(quoted[1 : len(quoted)-1])
	var out []string
	for _, s := range []string{base, plain(base)} {
		for _, t := range []string{s, strings.ReplaceAll(s, "/", `\/`)} {
			out = append(out, t, ascii(t, "%04x"), ascii(t, "%04X"))
		}
	}
	return out
}

func ascii(s, form string) string {
	var b strings.Builder
	for _, c := range s {
		switch {
		case c < utf8.RuneSelf:
			b.WriteRune(c)
		case c > 0xFFFF:
			hi, lo := utf16.EncodeRune(c)
			fmt.Fprintf(&b, `\u`+form+`\u`+form, hi, lo)
		default:
			fmt.Fprintf(&b, `\u`+form, c)
		}
	}
	return b.String()
}

// htmlSpellings differ in the names of the quotation marks, and in what is
// escaped beside them.
func htmlSpellings(secret string) []string {
	base := html.EscapeString(secret) // &#34; and &#39;
	out := []string{base, strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(secret)}
	for _, quote := range []string{"&quot;", "&#34;"} {
		for _, apostrophe := range []string{"&#39;", "&#039;", "&#x27;", "&apos;", "'"} {
			s := strings.NewReplacer("&#34;", quote, "&#39;", apostrophe).Replace(base)
			out = append(out, s, strings.NewReplacer("/", "&#x2F;", "`", "&#x60;", "=", "&#x3D;").Replace(s), strings.ReplaceAll(s, "/", "&#47;"))
		}
	}
	return out
}

// base64Spellings are the secret encoded by itself, and what it looks like
// inside something longer that was encoded, at each of the three places where
// it may begin within a group of four characters.
func base64Spellings(secret string) []string {
	var out []string
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		out = append(out, enc.EncodeToString([]byte(secret)))
	}
	for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for before := range 3 {
			all := enc.EncodeToString(append(make([]byte, before), secret...))
			from := []int{0, 2, 3}[before]          // characters that hold bits of what stands before
			whole := (before + len(secret)) * 8 / 6 // characters that hold no bits of what follows
			if inner := all[from:whole]; len(inner) >= longEnough {
				out = append(out, inner)
			}
		}
	}
	return out
}
