package reports

import (
	"fmt"
	"mime"
	"regexp"
	"strings"
)

// maxCurlBody is how long a body may be, in bytes, to stand in a command line.
const maxCurlBody = 4 << 10

// CurlVariable is a shell variable that a command line of Curl needs.
type CurlVariable struct {
	Name string
	// Mark is what stands in the place of the secret in the report. Equal marks
	// are equal secrets.
	Mark string
}

// Curl gives the command line that sends a recorded request once more with
// curl, for a POSIX sh, and the shell variables that have to be set first. In the place of each redacted secret stands a variable named after
// where it stood: $CLIENT_SECRET, $CODE. Equal secrets are one variable.
//
// Method, URL, header and body are those of the message. The form fields of
// secrets are encoded by curl, so that a variable holds the value itself; in a
// URL it has to be encoded already. A body that is too long, or of which the
// report holds only a part, is read from the file request-body.
//
// The command is empty when the message is no request over HTTP.
func Curl(m Message) (command string, variables []CurlVariable) {
	if !httpURL.MatchString(m.URL) {
		return "", nil
	}
	c := &curl{}
	c.method(&m)
	c.header(m.Header, m.Body != "" || m.Shortened)
	c.body(&m)
	c.url(m.URL)
	var b strings.Builder
	if c.file {
		fmt.Fprintf(&b, "# request-body: a file that holds the body, %s\n", plural(int(max(m.BodyBytes, int64(len(m.Body)))), "byte", "bytes"))
	}
	b.WriteString("curl")
	for i, arg := range c.args {
		if i > 0 && arg.begins {
			b.WriteString(" \\\n ")
		}
		b.WriteString(" " + arg.word.String())
	}
	return b.String(), c.secrets.variables
}

var (
	httpURL   = regexp.MustCompile(`^(?i:https?)://[^/?#]`)
	fieldName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$") // RFC 9110 §5.1, a token
	basicForm = regexp.MustCompile(`^Basic base64\(([^:]*:.*)\)$`)
	dotInPath = regexp.MustCompile(`/\.\.?(?:/|$)`)
)

// curl collects the arguments of a command line.
type curl struct {
	args    []curlArgument
	secrets secretNames
	file    bool // the body is read from a file
}

type curlArgument struct {
	word   shellWord
	begins bool // a line of its own
}

// add appends an option, with its value where it has one.
func (c *curl) add(option string, value ...shellWord) {
	c.args = append(c.args, curlArgument{literal(option), true})
	for _, v := range value {
		c.args = append(c.args, curlArgument{v, false})
	}
}

// method says which request is made, where that does not follow from the body.
// The answer is shown with its status and header: they decide most often.
func (c *curl) method(m *Message) {
	method, implied := first(m.Method, "GET"), "GET"
	if m.Body != "" || m.Shortened {
		implied = "POST"
	}
	switch {
	case method == implied:
		c.add("-i")
	case method == "HEAD" && implied == "GET":
		c.add("-I")
	default:
		c.add("-i")
		c.args = append(c.args, curlArgument{literal("-X"), false}, curlArgument{literal(method), false})
	}
}

func (c *curl) header(list []Header, body bool) {
	credentials, typed := 0, false
	for _, h := range list {
		if strings.EqualFold(h.Name, "Authorization") {
			credentials++
		}
		typed = typed || strings.EqualFold(h.Name, "Content-Type")
	}
	for _, h := range list {
		switch {
		case strings.EqualFold(h.Name, "Content-Length"), !fieldName.MatchString(h.Name):
			// curl counts by itself; what is no field name was never sent.
		case strings.EqualFold(h.Name, "Authorization") && strings.HasPrefix(h.Value, "Basic base64(") && credentials == 1:
			c.basic(h)
		case h.Value == "":
			c.add("-H", literal(h.Name+";"))
		default:
			c.add("-H", c.secrets.word(h.Value, headerHint(h)).prefixed(h.Name+": "))
		}
	}
	if body && !typed {
		c.add("-H", literal("Content-Type:")) // or curl would send one
	}
}

// basic gives the credentials to curl, which encodes them.
func (c *curl) basic(h Header) {
	m := basicForm.FindStringSubmatch(h.Value)
	if m == nil {
		c.add("-H", c.secrets.word(h.Value, headerHint(h)).prefixed(h.Name+": "))
		return
	}
	c.add("-u", c.secrets.word(m[1], "CLIENT_SECRET"))
}

func (c *curl) body(m *Message) {
	if m.Body == "" && !m.Shortened {
		return
	}
	if m.Shortened || len(m.Body) > maxCurlBody {
		c.file = true
		c.add("--data-binary", literal("@request-body"))
		return
	}
	if isForm(m) && c.form(m.Body) {
		return
	}
	c.add("--data-raw", c.secrets.word(m.Body, ""))
}

// form writes form fields: runs of plain ones as they are, those of a secret so
// that curl encodes it. It declines a body that curl would not put together
// again as it was.
func (c *curl) form(body string) bool {
	var fields []string
	var kept [][]string // runs of plain fields; a secret one stands alone
	for _, f := range strings.Split(body, "&") {
		if secretField.MatchString(f) {
			kept = append(kept, []string{f})
			fields = nil
			continue
		}
		if fields == nil {
			kept = append(kept, nil)
		}
		fields = append(fields, f)
		kept[len(kept)-1] = fields
	}
	if kept[0][0] == "" {
		return false
	}
	for _, run := range kept {
		if secretField.MatchString(run[0]) {
			c.add("--data-urlencode", c.secrets.word(run[0], ""))
		} else {
			c.add("--data-raw", c.secrets.word(strings.Join(run, "&"), ""))
		}
	}
	return true
}

func isForm(m *Message) bool {
	for _, h := range m.Header {
		if strings.EqualFold(h.Name, "Content-Type") {
			mt, _, _ := mime.ParseMediaType(h.Value)
			return mt == "application/x-www-form-urlencoded"
		}
	}
	return false
}

func (c *curl) url(url string) {
	if strings.ContainsAny(markForm.ReplaceAllString(url, ""), "[]{}") {
		c.add("-g") // or curl would read them as patterns
	}
	path, _, _ := strings.Cut(url, "?")
	if dotInPath.MatchString(path) {
		c.add("--path-as-is")
	}
	c.args = append(c.args, curlArgument{c.secrets.word(url, ""), true})
}
