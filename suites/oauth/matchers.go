package oauth

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/onsi/gomega/types"

	"github.com/authassay/authassay/suites/check"
)

// matcher is a Gomega matcher on a *check.Response that explains itself.
type matcher struct {
	expected string
	got      func(*check.Response) string
	holds    func(*check.Response) bool
}

func (m *matcher) Match(actual any) (bool, error) {
	r, ok := actual.(*check.Response)
	if !ok || r == nil {
		return false, fmt.Errorf("this matcher takes a *check.Response, not %T", actual)
	}
	return m.holds(r), nil
}

func (m *matcher) Explain(actual any) (expected, got string) {
	if r, ok := actual.(*check.Response); ok && r != nil {
		return m.expected, m.got(r)
	}
	return m.expected, "no answer"
}

func (m *matcher) FailureMessage(actual any) string {
	e, g := m.Explain(actual)
	return "expected " + e + ", got " + g
}

func (m *matcher) NegatedFailureMessage(actual any) string {
	e, g := m.Explain(actual)
	return "expected anything but " + e + ", got " + g
}

// RefuseToken matches an answer that gave no token away.
func RefuseToken() types.GomegaMatcher {
	return &matcher{"a refusal, and no token", Describe, func(r *check.Response) bool { return Issued(r) == "" }}
}

// HaveError matches an answer whose error code is one of those given.
func HaveError(codes ...string) types.GomegaMatcher {
	return &matcher{
		"the error code " + strings.Join(codes, " or "), Describe,
		func(r *check.Response) bool { return slices.Contains(codes, Read(r).Error()) },
	}
}

// HaveStatus matches an answer with one of the status codes given.
func HaveStatus(codes ...int) types.GomegaMatcher {
	words := make([]string, len(codes))
	for i, c := range codes {
		words[i] = fmt.Sprint(c)
	}
	return &matcher{
		"status " + strings.Join(words, " or "),
		func(r *check.Response) string { return fmt.Sprintf("%d %s", r.Status, http.StatusText(r.Status)) },
		func(r *check.Response) bool { return slices.Contains(codes, r.Status) },
	}
}

// HaveMediaType matches an answer of one of the media types given; parameters
// such as charset do not matter.
func HaveMediaType(media ...string) types.GomegaMatcher {
	return &matcher{
		"Content-Type " + strings.Join(media, " or "),
		func(r *check.Response) string {
			if v := r.Header.Get("Content-Type"); v != "" {
				return fmt.Sprintf("Content-Type %q", v)
			}
			return "no Content-Type"
		},
		func(r *check.Response) bool {
			return slices.ContainsFunc(media, func(m string) bool { return strings.EqualFold(m, MediaType(r.Header)) })
		},
	}
}

// ForbidStoring matches an answer that says Cache-Control: no-store.
func ForbidStoring() types.GomegaMatcher {
	return &matcher{
		"Cache-Control with no-store",
		func(r *check.Response) string { return headerLine(r, "Cache-Control") },
		func(r *check.Response) bool { return NoStore(r.Header) },
	}
}

// PragmaNoCache matches an answer that says Pragma: no-cache (RFC 9111 §5.4), in any
// case, among others.
func PragmaNoCache() types.GomegaMatcher {
	return &matcher{
		"Pragma with no-cache",
		func(r *check.Response) string { return headerLine(r, "Pragma") },
		func(r *check.Response) bool {
			return slices.ContainsFunc(splitUnquoted(strings.Join(r.Header.Values("Pragma"), ",")), func(d string) bool {
				return strings.EqualFold(strings.TrimSpace(d), "no-cache")
			})
		},
	}
}

// Challenge matches an answer that challenges with an authentication scheme;
// without one, with any.
func Challenge(scheme string) types.GomegaMatcher {
	want := "a WWW-Authenticate challenge"
	if scheme != "" {
		want = "a WWW-Authenticate challenge of the scheme " + scheme
	}
	return &matcher{
		want,
		func(r *check.Response) string { return headerLine(r, "WWW-Authenticate") },
		func(r *check.Response) bool {
			c := Challenges(r.Header)
			return len(c) > 0 && (scheme == "" || slices.Contains(c, strings.ToLower(scheme)))
		},
	}
}

// BeJSONObject matches an answer whose body is a JSON object.
func BeJSONObject() types.GomegaMatcher {
	return &matcher{
		"a JSON object",
		func(r *check.Response) string {
			if why := Read(r).NotJSON; why != "" {
				return fmt.Sprintf("%d %s, and %s", r.Status, http.StatusText(r.Status), why)
			}
			return "a JSON object"
		},
		func(r *check.Response) bool { return Read(r).Members != nil },
	}
}

// HaveStringMember matches an answer with a JSON member that is a string and
// not empty.
func HaveStringMember(name string) types.GomegaMatcher {
	return &matcher{
		fmt.Sprintf("a member %q that is a string and not empty", name),
		func(r *check.Response) string {
			a := Read(r)
			switch raw, ok := a.Members[name]; {
			case a.Members == nil:
				return a.NotJSON
			case !ok:
				return "no such member"
			default: // what it says may be a secret in an unusual place
				return jsonKind(raw)
			}
		},
		func(r *check.Response) bool { s, ok := Read(r).String(name); return ok && s != "" },
	}
}

// jsonKind says what a JSON value is, without saying what is in it.
func jsonKind(raw []byte) string {
	switch raw[0] {
	case '"':
		if string(raw) == `""` {
			return "an empty string"
		}
		return "a string"
	case '[':
		return "an array"
	case '{':
		return "an object"
	case 'n':
		return "null"
	case 't', 'f':
		return string(raw)
	}
	return "a number"
}

func headerLine(r *check.Response, name string) string {
	if v := r.Header.Values(name); len(v) > 0 {
		return name + ": " + strings.Join(v, ", ")
	}
	return "no " + name
}
