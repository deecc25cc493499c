package authserver

import (
	"net/http"
	"regexp"
	"strings"
)

// framing is what a page says of being shown in a frame of another site.
type framing struct {
	// policy is the strictest frame-ancestors directive, header X-Frame-Options;
	// empty without one that browsers obey.
	policy, header string
	// open tells that frame-ancestors is there and lets everybody in.
	open bool
	// scripts tells that a script of the page may break out of a frame: one that
	// looks at the topmost window, or one that is loaded and not seen.
	scripts bool
}

var (
	breaksOut = regexp.MustCompile(`(?i)\btop\s*(?:\.|!==?|===?)|\b(?:self|window|parent)\s*[!=]==?\s*(?:window\s*\.\s*)?top\b|\bwindow\s*\[\s*["']top["']\s*\]|frameElement`)
	loaded    = regexp.MustCompile(`(?i)<script\b[^>]*\bsrc\s*=`)
	inline    = regexp.MustCompile(`(?is)<script\b[^>]*>(.*?)</script>`)
)

// framingOf reads Content-Security-Policy (CSP Level 2 §7.7) and X-Frame-Options
// (RFC 7034) as browsers do: where the first has frame-ancestors, the second does
// not count.
func framingOf(header http.Header, body string) (f framing) {
	directives := 0
	for _, line := range header.Values("Content-Security-Policy") {
		for _, policy := range strings.Split(line, ",") {
			sources, there := frameAncestors(policy)
			if !there {
				continue
			}
			directives++
			if !anybody(sources) {
				f.policy = strings.TrimSpace("frame-ancestors " + strings.Join(sources, " "))
			}
		}
	}
	f.open = directives > 0 && f.policy == ""
	for _, v := range strings.Split(strings.Join(header.Values("X-Frame-Options"), ","), ",") {
		switch v = strings.ToUpper(strings.TrimSpace(v)); v {
		case "DENY", "SAMEORIGIN":
			f.header = v // ALLOW-FROM no browser obeys any more
		}
	}
	f.scripts = loaded.MatchString(body)
	for _, m := range inline.FindAllStringSubmatch(body, -1) {
		f.scripts = f.scripts || breaksOut.MatchString(m[1])
	}
	return f
}

// frameAncestors finds the directive of a policy. Of several the first counts.
func frameAncestors(policy string) (sources []string, there bool) {
	for _, directive := range strings.Split(policy, ";") {
		words := strings.Fields(directive)
		if len(words) > 0 && strings.EqualFold(words[0], "frame-ancestors") {
			return words[1:], true
		}
	}
	return nil, false
}

// anybody tells whether a source list holds every site of a scheme.
func anybody(sources []string) bool {
	for _, s := range sources {
		switch s = strings.ToLower(s); s {
		case "*", "http:", "https:", "http://*", "https://*", "*:*", "https://*:*", "http://*:*":
			return true
		}
	}
	return false
}

// prevents tells whether browsers keep the page out of frames.
func (f framing) prevents() bool { return f.policy != "" || f.header != "" && !f.open }

func (f framing) String() string {
	var has []string
	if f.policy != "" {
		has = append(has, "Content-Security-Policy: "+clip(f.policy))
	}
	if f.open {
		has = append(has, "Content-Security-Policy whose frame-ancestors lets everybody in")
	}
	if f.header != "" {
		has = append(has, "X-Frame-Options: "+f.header)
	}
	switch {
	case len(has) == 0 && f.scripts:
		return "neither header, and scripts of which nobody knows what they do in a frame"
	case len(has) == 0:
		return "neither Content-Security-Policy with frame-ancestors nor X-Frame-Options"
	}
	return strings.Join(has, ", ")
}
