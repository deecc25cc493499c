package authserver

import (
	"net/url"
	"slices"
	"strings"

	"github.com/authassay/authassay/suites/useragent"
)

// place is a URL as browsers read it.
type place struct{ *url.URL }

// browse reads a URL, or a reference on a page at another, as browsers do: they
// take a backslash for a slash (WHATWG URL). Nil when it is none.
func browse(from, to string) *place {
	end := strings.IndexAny(to, "?#")
	if end < 0 {
		end = len(to)
	}
	if !strings.Contains(to[:end], ":") || strings.HasPrefix(to, "http") {
		to = strings.ReplaceAll(to[:end], `\`, "/") + to[end:]
	}
	base, err := url.Parse(from)
	if err != nil {
		return nil
	}
	u, err := base.Parse(to)
	if err != nil {
		return nil
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	if port := u.Port(); u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		u.Host = strings.TrimSuffix(u.Host, ":"+port)
	}
	if u.Path == "" && (u.Scheme == "https" || u.Scheme == "http") {
		u.Path = "/"
	}
	return &place{u}
}

func sameHost(a, b *place) bool {
	return a != nil && b != nil && a.Scheme == b.Scheme && a.Host == b.Host && a.User.String() == b.User.String()
}

// leads tells whether a URL is another with more parameters.
func (p *place) leads(to *place) bool {
	if !sameHost(p, to) || p.Opaque != to.Opaque || p.EscapedPath() != to.EscapedPath() || !strings.Contains(p.EscapedFragment(), to.EscapedFragment()) {
		return false
	}
	have := p.Query()
	for name, values := range to.Query() {
		for _, v := range values {
			if !slices.Contains(have[name], v) {
				return false
			}
		}
	}
	return true
}

// exact counts what of a URL beside host and path has to match.
func (p *place) exact() int { return len(p.Query()) + len(p.EscapedFragment()) }

// answers are the parameters of an authorization response in a URL.
func answers(to string) url.Values {
	before, fragment, _ := strings.Cut(to, "#")
	_, query, _ := strings.Cut(before, "?")
	q := useragent.ParseParams(query)
	for name, values := range useragent.ParseParams(fragment) {
		q[name] = append(q[name], values...)
	}
	return q
}

// bare is a URL without what may be a secret.
func bare(to string) string {
	if i := strings.IndexAny(to, "?#"); i >= 0 {
		to = to[:i]
	}
	return clip(to)
}
