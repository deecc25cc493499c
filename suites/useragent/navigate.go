package useragent

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
)

// The ways in which a browser is sent somewhere.
const (
	ViaRedirect = "redirect"
	ViaForm     = "form"
	ViaMeta     = "meta refresh"
	ViaScript   = "script"
	// ViaLink is one that the user follows to refuse.
	ViaLink = "link"
	// ViaPerson is an answer that a person brought, whose way is not known.
	ViaPerson = "person"
)

// answerParams are the parameters by which an authorization response is known
// (RFC 6749 §4.1.2, §4.2.2, OpenID Connect Core §3.3.2.5, JARM §2.1).
var answerParams = []string{"code", "access_token", "id_token", "error", "response"}

func answers(v url.Values) bool {
	for _, p := range answerParams {
		if v.Has(p) {
			return true
		}
	}
	return false
}

// land reads a navigation that ends at the client; nil for any other. Of several
// URIs that fit, the longest is meant.
func (w *Walk) land(to, via string, status int) *Landing {
	l := &Landing{Raw: to, Via: via, Status: status}
	best := -1
	if n := reaches(to, w.RedirectURI); n > best {
		best = n
	}
	for _, u := range w.Watch {
		if n := reaches(to, u); n > best {
			best, l.To = n, u
		}
	}
	if best < 0 {
		return nil
	}
	l.read()
	return l
}

// read takes the address apart.
func (l *Landing) read() {
	bare, fragment, _ := strings.Cut(l.Raw, "#")
	l.URI = bare
	_, query, _ := strings.Cut(bare, "?")
	l.Query, l.Fragment = ParseParams(query), ParseParams(fragment)
	l.Mode = ModeQuery
	if answers(l.Fragment) {
		l.Mode = ModeFragment
	}
}

// ParseParams reads parameters as browsers and most clients do (WHATWG URL §5.1): a
// semicolon is part of a value, and so is a "%" that escapes nothing. net/url leaves
// such parameters out, as if nobody had sent them.
func ParseParams(text string) url.Values {
	out := url.Values{}
	for _, pair := range strings.Split(text, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		out.Add(unescaped(name), unescaped(value))
	}
	return out
}

func unescaped(s string) string {
	if v, err := url.QueryUnescape(s); err == nil {
		return v
	}
	return strings.ReplaceAll(s, "+", " ")
}

// reaches tells how much of a URI an address begins with; -1 when it leads
// elsewhere. A URI without a path stands for every address of its origin.
func reaches(to, want string) int {
	if want == "" {
		return -1
	}
	for _, form := range [][2]string{{to, want}, {normal(to), normal(want)}} {
		to, want := form[0], form[1]
		rest, ok := strings.CutPrefix(to, want)
		if ok && (rest == "" || strings.HasPrefix(rest, "?") || strings.HasPrefix(rest, "#") || strings.HasPrefix(rest, "&") && strings.Contains(want, "?")) {
			return len(want)
		}
	}
	if u, err := url.Parse(want); err == nil && u.Host != "" && u.Path == "" && u.RawQuery == "" && origin(to) == origin(want) {
		return 0
	}
	return -1
}

// normal writes a URL as browsers do: scheme and host in lower case, without the
// port that goes without saying, with a path.
func normal(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return s
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), hostPort(u)
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String()
}

// origin is scheme, host and port of a URL; empty when it has none.
func origin(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return ""
	}
	return strings.ToLower(u.Scheme) + "://" + hostPort(u)
}

// hostPort is host and port in lower case, without the port of the scheme.
func hostPort(u *url.URL) string {
	host := strings.ToLower(u.Host)
	switch strings.ToLower(u.Scheme) {
	case "http":
		return strings.TrimSuffix(host, ":80")
	case "https":
		return strings.TrimSuffix(host, ":443")
	}
	return host
}

// territory is where a walk may go: the hosts of the server.
type territory struct {
	w       *Walk
	origins map[string]bool // that answered in this walk
	hosts   map[string]bool // by name, whatever the port
}

// newTerritory begins with what the target file names and the request itself.
func newTerritory(t *target.Target, w *Walk) *territory {
	out := &territory{w: w, origins: map[string]bool{}, hosts: map[string]bool{}}
	for _, u := range append(t.URLs(), w.Request.URL) {
		out.learn(u)
	}
	for _, h := range t.Hosts {
		out.learn("//" + h)
	}
	return out
}

// learn adds the host of a URL that answered, or that the target file names.
func (t *territory) learn(s string) {
	if u, err := url.Parse(s); err == nil && u.Host != "" {
		t.origins[origin(s)] = true
		t.hosts[canonicalHost(u)] = true
	}
}

// own tells whether an address is the server's. Ports of the server's host are
// its own too, unless the client lives there or somebody watches.
func (t *territory) own(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	if t.origins[origin(s)] {
		return true
	}
	for _, client := range append([]string{t.w.RedirectURI}, t.w.Watch...) {
		if origin(s) == origin(client) {
			return false
		}
	}
	return t.hosts[canonicalHost(u)]
}

// end reads a navigation that leads away from the server: to the client, or to
// somebody whom nobody watches for. Nil when it goes on.
func (t *territory) end(to, via string, status int) *Landing {
	if l := t.w.land(to, via, status); l != nil {
		return l
	}
	if t.own(to) {
		return nil
	}
	l := &Landing{Raw: to, To: Elsewhere, Via: via, Status: status}
	l.read()
	return l
}

// redirectTo is where an answer redirects to, resolved; empty when it does not.
// What is absolute stays as the server wrote it.
func redirectTo(from string, status int, header http.Header) (string, error) {
	loc := header.Get("Location")
	if loc == "" || status < 300 || status > 399 || status == http.StatusNotModified {
		return "", nil
	}
	return resolve(from, loc)
}

func resolve(from, to string) (string, error) {
	to = strings.Trim(to, " \t\r\n\f")
	base, err := url.Parse(from)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(to)
	if err != nil {
		return "", err
	}
	if u.IsAbs() {
		return to, nil
	}
	return base.ResolveReference(u).String(), nil
}
