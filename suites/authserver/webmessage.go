package authserver

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/authassay/authassay/suites/check"
)

// webMessage judges the receiver of an answer by postMessage. Nothing is run:
// the page is read.
func webMessage(t *check.T) {
	correctRequest(t)
	a := workingRequest(t)
	a.request.Add("response_mode", "web_message")
	o := a.try("response_mode=web_message")
	lookAt(t, "response_mode=web_message", o)
	u, err := url.Parse(a.redirectURI)
	t.Require(err).To(succeed())
	origin := strings.ToLower(u.Scheme + "://" + u.Host)
	var receivers []string
	if len(o.Responses) > 0 {
		receivers = receiversOf(string(o.Last().Body))
	}
	if len(receivers) == 0 {
		t.Inconclusive("response_mode=web_message: the page has no call of postMessage that can be read (%s)", came(o))
	}
	for _, r := range receivers {
		if r == "" {
			t.Inconclusive("response_mode=web_message: who receives the message only a running script knows")
		}
		t.Expect(r).To(statement{strings.TrimSuffix(strings.ToLower(r), "/") == origin, "the receiver " + origin, "the receiver " + clip(r)},
			"an authorization response is sent by postMessage to others than the client")
	}
}

var (
	postMessage = regexp.MustCompile(`\bpostMessage\s*\(`)
	textOnly    = regexp.MustCompile("^\\s*(?:\\{\\s*targetOrigin\\s*:\\s*)?[\"'`]([^\"'`]*)[\"'`]\\s*\\}?\\s*$")
	nameOnly    = regexp.MustCompile(`^\s*([A-Za-z_$][\w$]*)\s*$`)
)

// receiversOf are the receivers of the messages that a page sends: the second
// argument of postMessage, written as a text, or as a variable that is set to
// one. What is neither is empty.
func receiversOf(page string) (out []string) {
	for _, at := range postMessage.FindAllStringIndex(page, -1) {
		args := arguments(page[at[1]:])
		if len(args) < 2 {
			out = append(out, "")
			continue
		}
		if m := textOnly.FindStringSubmatch(args[1]); m != nil {
			out = append(out, unescapeSlashes(m[1]))
			continue
		}
		value := ""
		if m := nameOnly.FindStringSubmatch(args[1]); m != nil {
			set := regexp.MustCompile(`\b` + regexp.QuoteMeta(m[1]) + "\\s*=\\s*[\"'`]([^\"'`]*)[\"'`]")
			if all := set.FindAllStringSubmatch(page, -1); len(all) == 1 {
				value = unescapeSlashes(all[0][1])
			}
		}
		out = append(out, value)
	}
	return out
}

// unescapeSlashes undoes the one escape that JSON encoders put into URLs.
func unescapeSlashes(s string) string { return strings.ReplaceAll(s, `\/`, `/`) }

// arguments cuts the arguments of a call at its commas, up to its closing
// parenthesis.
func arguments(s string) (args []string) {
	depth, begin, quote := 0, 0, byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0 && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '(' || c == '{' || c == '[':
			depth++
		case c == ')' && depth == 0:
			return append(args, s[begin:i])
		case c == ')' || c == '}' || c == ']':
			depth--
		case c == ',' && depth == 0:
			args, begin = append(args, s[begin:i]), i+1
		}
	}
	return nil // not a call that ends
}
