package authserver

import (
	"net/url"
	"slices"
	"strings"

	"github.com/authassay/authassay/suites/check"
)

// issuerValue are the checks on what iss says (RFC 9207 §2, §2.3).
func issuerValue() []*check.Check {
	needs := append(slices.Clone(forAuthorization), needIss)
	return []*check.Check{
		{
			// RFC 9207 §2: iss must be a URL with the scheme https, without query
			// and fragment. On loopback nothing leaves the machine, and http is not
			// a failure.
			ID: "iss-form", Level: check.Must,
			Title:   "iss is an https URL without query and fragment.",
			Clauses: []string{"RFC 9207 §2"},
			Sent:    "The working authorization request.",
			Judged:  "The scheme https (http on loopback is accepted), a host, no query and no fragment.",
			Needs:   needs,
			Proves:  []string{"authorization-iss-form"},
			Run: func(t *check.T) {
				iss := successAnswer(t).Get("iss")
				t.Expect(iss).To(statement{issuerFormed(iss) == "", "an https URL without query and fragment", clip(iss) + ": " + issuerFormed(iss)},
					"iss is not the URL of an issuer")
			},
		},
		{
			// RFC 9207 §2.3: the issuer in the metadata must be identical to iss;
			// §2.4: where an ID token comes from the authorization endpoint, iss must
			// be identical to its iss too. The comparison is by character.
			ID: "iss-identical", Level: check.Must,
			Title:   "iss is the issuer of the metadata, and that of the ID token that comes with it.",
			Clauses: []string{"RFC 9207 §2.3", "RFC 9207 §2.4"},
			Sent:    "The working authorization request; and, where a client may have it, one for an ID token from the authorization endpoint.",
			Judged:  "The same characters as issuer in the metadata (without metadata: as the issuer in the target file), and as iss in the ID token.",
			Needs:   needs,
			Proves:  []string{"authorization-iss-identical"},
			Run:     issMatches,
		},
		{
			// RFC 6749 §3.1: response parameters must not be included more than once.
			ID: "iss-once", Level: check.MustNot,
			Title:   "iss is there once.",
			Clauses: []string{"RFC 6749 §3.1", "RFC 9207 §2"},
			Sent:    "The working authorization request.",
			Judged:  "The number of parameters of that name in the answer.",
			Needs:   needs,
			Proves:  []string{"authorization-iss-once"},
			Run: func(t *check.T) {
				n := len(rawParams(successAnswer(t), "iss"))
				t.Expect(n).To(statement{n == 1, "iss once", itoa(n) + " times"}, "the authorization response repeats iss")
			},
		},
		{
			// RFC 9207 §2.4 has clients decode iss from its form-encoded form and
			// compare what comes of it: so it must be encoded, and once.
			ID: "iss-encoding", Level: check.Must,
			Title:   "iss is form-encoded, once.",
			Clauses: []string{"RFC 9207 §2", "RFC 9207 §2.4", "RFC 6749 App. B"},
			Sent:    "The working authorization request.",
			Judged:  "What the server wrote decodes, by App. B, to a URL and not to something that is still encoded.",
			Needs:   needs,
			Proves:  []string{"authorization-iss-encoded"},
			Run: func(t *check.T) {
				raw := rawParams(successAnswer(t), "iss")[0]
				once, err := url.QueryUnescape(raw)
				t.Expect(raw).To(statement{err == nil, "a form-encoded value", clip(raw)}, "iss cannot be decoded")
				twice, err := url.QueryUnescape(once)
				again := err == nil && twice != once && !strings.Contains(once, "://") && strings.Contains(twice, "://")
				t.Expect(raw).To(statement{!again, "a URL, decoded once", clip(once)}, "iss is encoded twice: a client that decodes it once finds another issuer")
			},
		},
	}
}

// needIss is met when the answer to the working request has iss.
var needIss = check.Need{
	Name: "a target that has iss in its authorization responses",
	Hint: "see iss-success",
	Met:  func(t *check.T) bool { return len(rawParams(successAnswer(t), "iss")) > 0 },
}

// issuerFormed says what is wrong with an issuer identifier; empty when nothing is.
func issuerFormed(iss string) string {
	u, err := url.Parse(iss)
	switch {
	case err != nil || u.Host == "":
		return "no absolute URL"
	case u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())):
		return "the scheme " + u.Scheme
	case strings.Contains(iss, "?"):
		return "a query"
	case strings.Contains(iss, "#"):
		return "a fragment"
	}
	return ""
}

func issMatches(t *check.T) {
	l := successAnswer(t)
	iss, want, from := l.Get("iss"), t.Target().Issuer, "the issuer in the target file"
	asTyped := t.Target().IssuerAsTyped
	if d := discover(t).chosen; d != nil && d.text("issuer") != "" {
		want, from, asTyped = d.text("issuer"), "issuer in the metadata", false
	}
	t.Expect(iss).To(statement{issuerFits(iss, want, asTyped), from + ", " + clip(want), clip(iss)}, "iss is not identical to %s", from)
	c, rt := answering(t, "code id_token", "id_token", "id_token token", "code id_token token")
	if c == nil {
		return
	}
	front := authorize(t, *c, rt).answered("with an ID token")
	tok := readIDToken(front.Get("id_token"))
	if front.Get("iss") == "" || tok.claims == nil {
		// RFC 9207 §4: the ID token may take the place of the parameter.
		t.Record("with an ID token", "nothing to compare")
		return
	}
	t.Expect(front).To(statement{front.Get("iss") == tok.text("iss"), "iss of the ID token, " + clip(tok.text("iss")), clip(front.Get("iss"))},
		"iss is not identical to that of the ID token that comes with it")
}
