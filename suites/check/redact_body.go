package check

import (
	"encoding/json"
	"fmt"
	"html"
	"mime"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// secretNames are the parameters and JSON members whose value is a secret
// wherever it stands, without "_" and "-" and in lower case, since not every
// server spells them as the documents do.
var secretNames = set(
	"clientsecret", "password", "codeverifier", "accesstoken", "refreshtoken", "idtoken", "token",
	"assertion", "clientassertion", "subjecttoken", "actortoken", "devicecode", "usercode",
	"registrationaccesstoken", "idtokenhint", "logouttoken", "apikey", "initialaccesstoken",
	"secret", "privatekey", "softwarestatement",
)

// parameterNames are secrets as parameters only. In JSON a "code" is most often
// an error code and a "request" a word; taken for secrets they would spread
// through the report.
var parameterNames = set("code", "request", "samlresponse")

// privateJWK are the members of a JWK that hold private or symmetric key
// material (RFC 7518 §6.2.2, §6.3.2, §6.4.1).
var privateJWK = set("d", "p", "q", "dp", "dq", "qi", "oth", "k")

func set(names ...string) map[string]bool {
	m := map[string]bool{}
	for _, n := range names {
		m[n] = true
	}
	return m
}

var plainName = strings.NewReplacer("_", "", "-", "")

func secretMember(name string) bool { return secretNames[strings.ToLower(plainName.Replace(name))] }

func secretParameter(name string) bool {
	return secretMember(name) || parameterNames[strings.ToLower(plainName.Replace(name))]
}

var (
	privatePEM = regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)`)
	looseForm  = regexp.MustCompile(`^\s*[A-Za-z0-9_.%+-]+=[^\s<>{}"]*\s*$`)
	loosePair  = regexp.MustCompile(`(?i)((?:\b|%26)(?:client_?secret|password|code_?verifier|(?:access|refresh|id|registration_?access|subject|actor)_?token|client_?assertion|device_?code|api_?key)=|[?&](?:amp;)?(?:code|token|assertion)=)([^&\s"'<>\\;]+)`)
	inputTag   = regexp.MustCompile(`(?is)<input\b[^>]*>?`)
	attribute  = regexp.MustCompile(`(?is)\b(name|value)\s*=\s*("[^"]*"?|'[^']*'?|[^\s"'>]+)`)
)

// body removes secrets from a message body: by its media type, by its look, and
// from anything else as from running text.
func (r *Redactor) body(contentType string, body []byte, hide func(string) string) string {
	s := string(body)
	mt, _, _ := mime.ParseMediaType(contentType)
	if mt == "application/x-www-form-urlencoded" || strings.Contains(s, "=") && looseForm.MatchString(s) {
		s = r.form(s, hide) // and on: not all that is called a form is one
	}
	if strings.Contains(s, "PRIVATE KEY") {
		s = privatePEM.ReplaceAllStringFunc(s, r.hide)
	}
	if strings.Contains(s, `"`) {
		s = r.members(s, hide)
	}
	if strings.Contains(s, "<") {
		s = inputTag.ReplaceAllStringFunc(s, r.input)
	}
	if strings.Contains(s, "=") {
		s = loosePair.ReplaceAllStringFunc(s, func(m string) string {
			g := loosePair.FindStringSubmatch(m)
			value := g[2]
			if value == "[redacted" { // a mark, up to its blank
				return m
			}
			if v, err := url.QueryUnescape(value); err == nil {
				value = v
			}
			return g[1] + hide(value)
		})
	}
	return r.jwts(s)
}

// input hides the value of a form field with the name of a secret.
func (r *Redactor) input(tag string) string {
	secret := false
	for _, a := range attribute.FindAllStringSubmatch(tag, -1) {
		secret = secret || strings.EqualFold(a[1], "name") && secretParameter(html.UnescapeString(strings.Trim(a[2], `"'`)))
	}
	if !secret {
		return tag
	}
	return attribute.ReplaceAllStringFunc(tag, func(m string) string {
		a := attribute.FindStringSubmatch(m)
		if !strings.EqualFold(a[1], "value") {
			return m
		}
		return a[1] + `="` + r.conceal(html.UnescapeString(strings.Trim(a[2], `"'`))) + `"`
	})
}

// maxName bounds what is looked at as the name of a member.
const maxName = 128

// members hides the values of secret members in anything that reads like JSON,
// be it whole, broken, cut off, or written as a string into other JSON.
func (r *Redactor) members(s string, hide func(string) string) string {
	keys := strings.Contains(s, "kty") || strings.Contains(s, `\u00`)
	var out strings.Builder
	done := 0
	for i := 0; i < len(s); i++ {
		if s[i] != '"' {
			continue
		}
		from, quote, ok := r.secretValue(s, i, keys)
		if !ok {
			continue
		}
		shown, to := r.value(s, from, quote, hide)
		if next := skipSpace(s, to); to == from || next < len(s) && s[next] == ':' {
			continue // no value, or the name of another one
		}
		out.WriteString(s[done:from])
		out.WriteString(shown)
		i, done = to-1, to
	}
	if done == 0 {
		return s
	}
	out.WriteString(s[done:])
	return out.String()
}

// secretValue tells where the value of a secret member begins, when the quote
// at i opens the name of one. Inside a JSON string the quotes are escaped.
func (r *Redactor) secretValue(s string, i int, keys bool) (from int, quote string, ok bool) {
	for _, quote := range []string{`\"`, `"`} {
		if quote != `"` && (i == 0 || s[i-1] != '\\') {
			continue
		}
		name, after, closed := quoted(s, i+1, quote, maxName)
		colon := skipSpace(s, after)
		if !closed || colon >= len(s) || s[colon] != ':' {
			continue
		}
		if secretMember(name) || keys && privateJWK[name] {
			return skipSpace(s, colon+1), quote, true
		}
	}
	return 0, "", false
}

// value hides a JSON value that begins at i, and gives the place behind it. It
// leaves alone what can be no secret: true, false and null.
func (r *Redactor) value(s string, i int, quote string, hide func(string) string) (shown string, end int) {
	switch {
	case i >= len(s):
		return "", i
	case strings.HasPrefix(s[i:], quote):
		v, end, _ := quoted(s, i+len(quote), quote, len(s))
		return quote + hide(v) + quote, end
	case s[i] == '[' || s[i] == '{':
		end := i
		for depth := 0; end < len(s); end++ {
			switch {
			case s[end] == '[' || s[end] == '{':
				depth++
			case s[end] == ']' || s[end] == '}':
				depth--
			case strings.HasPrefix(s[end:], quote):
				v, after, _ := quoted(s, end+len(quote), quote, len(s))
				hide(v)
				end = after - 1
			}
			if depth == 0 {
				end++
				break
			}
		}
		end = min(end, len(s))
		return quote + r.mark(s[i:end]) + quote, end
	}
	for end = i; end < len(s) && strings.IndexByte("+-.0123456789eE", s[end]) >= 0; end++ {
	}
	if end == i {
		return "", i
	}
	return quote + hide(s[i:end]) + quote, end
}

// quoted reads a JSON string whose content begins at i, over at most limit
// bytes. A string that does not end reads to the end of the text.
func quoted(s string, i int, quote string, limit int) (value string, after int, closed bool) {
	end := i
	for stop := min(len(s), i+limit); end < stop && !strings.HasPrefix(s[end:], quote); end++ {
		if s[end] == '\\' {
			end++
		}
	}
	end = min(end, len(s))
	raw := s[i:end]
	closed = strings.HasPrefix(s[end:], quote)
	if closed {
		after = end + len(quote)
	} else {
		after = end
	}
	return unescaped(raw), after, closed
}

// unescaped decodes the content of a JSON string as far as it can be decoded.
func unescaped(raw string) string {
	if !strings.Contains(raw, `\`) {
		return raw
	}
	var v string
	if json.Unmarshal([]byte(`"`+raw+`"`), &v) == nil {
		return v
	}
	if v, err := strconv.Unquote(`"` + raw + `"`); err == nil {
		return v
	}
	return raw
}

func skipSpace(s string, i int) int {
	for i < len(s) && strings.IndexByte(" \t\r\n", s[i]) >= 0 {
		i++
	}
	return i
}

// noText stands for a body that cannot be shown, and that could not be searched
// for secrets either.
func noText(body []byte) string { return fmt.Sprintf("[%d bytes that are no text]", len(body)) }
