package authserver

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/useragent"
)

// issuerIdentification are the checks of the parameter iss in authorization
// responses (RFC 9207).
func issuerIdentification() []*check.Check {
	return slices.Concat(issuerPresence(), issuerValue())
}

// issuerPresence are the checks on where iss is and on what announces it.
func issuerPresence() []*check.Check {
	return []*check.Check{
		{
			// RFC 9207 §2: a server that supports it must have iss in authorization
			// responses. Nothing says that a server must support it; RFC 9700 §4.4.2
			// asks it of those that clients use beside others.
			ID: "iss-success", Level: check.Must,
			Title:   "An authorization response has iss.",
			Clauses: []string{"RFC 9207 §2", "RFC 9207 §3", "RFC 9700 §4.4.2.1"},
			Sent:    "The working authorization request.",
			Judged:  "iss in the answer. None while the metadata announces it: fail. None, and nothing announced: info.",
			Needs:   forAuthorization,
			Proves:  []string{"authorization-iss"},
			Run: func(t *check.T) {
				l := successAnswer(t)
				switch {
				case l.Get("iss") != "":
				case issAnnounced(t):
					t.Expect(l).To(hasParam(l, "iss"), "the metadata announces iss, and the authorization response has none")
				default:
					t.Inform("the target does not say in its authorization responses whose they are, which helps clients of several servers against mix-up attacks", "iss in the answer", "none")
				}
			},
		},
		{
			// RFC 9207 §2: error responses too must have iss.
			ID: "iss-error", Level: check.Must,
			Title:   "An error response has iss too.",
			Clauses: []string{"RFC 9207 §2"},
			Sent:    "Authorization requests that a server tells the client to be wrong: a made-up scope, a made-up response type, prompt=none in a browser where nobody is logged in; until an error comes back.",
			Judged:  "iss in the error response. No error comes to the redirect URI: not run.",
			Needs:   append(slices.Clone(forAuthorization), needIssParameter),
			Proves:  []string{"authorization-iss-errors"},
			Run:     issuerInErrors,
		},
		{
			// RFC 9207 §2 speaks of authorization responses, however they are sent:
			// in the query, in the fragment, by a form.
			ID: "iss-modes", Level: check.Must,
			Title:   "An authorization response has iss in every response mode.",
			Clauses: []string{"RFC 9207 §2"},
			Sent:    "The working authorization request with response_mode query, fragment and form_post, as far as the metadata lists them (without a list: query and fragment, RFC 8414 §2).",
			Judged:  "iss wherever a code comes. A mode that is refused says nothing; where all but one are: not run.",
			Needs:   append(slices.Clone(forAuthorization), needIssParameter),
			Proves:  []string{"authorization-iss-modes"},
			Run:     issuerInModes,
		},
		{
			// RFC 9207 §2.3: a server that publishes metadata must indicate its
			// support by authorization_response_iss_parameter_supported, true.
			ID: "iss-flag", Level: check.Must,
			Title:   "The metadata announces iss where responses have it, and nowhere else.",
			Clauses: []string{"RFC 9207 §2.3", "RFC 9207 §3"},
			Sent:    "The working authorization request, and GET of each well-known URL.",
			Judged:  "iss in the answer, and authorization_response_iss_parameter_supported is true in a document; or announced, and in the answer.",
			Needs:   append(slices.Clone(forAuthorization), needMetadata, needIssParameter),
			Proves:  []string{"metadata-iss-flag", "authorization-iss"},
			Run: func(t *check.T) {
				l := successAnswer(t)
				has, announced := l.Get("iss") != "", issAnnounced(t)
				t.Expect(announced).To(statement{announced || !has, issFlag + " true", issFlagWas(t)},
					"authorization responses have iss, and the metadata does not say so: clients may discard them")
				t.Expect(l).To(statement{has || !announced, "iss in the answer", "none"},
					"the metadata announces iss, and the authorization response has none: clients must reject it")
			},
		},
	}
}

// issuerParameterMetadata is the check on the member of the metadata by itself.
func issuerParameterMetadata() []*check.Check {
	return []*check.Check{{
		// RFC 9207 §3: the member is a boolean, false where it is left out; it says
		// whether authorization responses have iss.
		ID: "meta-iss-param-flag", Level: check.Must,
		Title:   issFlag + " is a boolean, and true exactly where authorization responses have iss.",
		Clauses: []string{"RFC 9207 §3", "RFC 9207 §2.3"},
		Sent:    "GET of each well-known URL, and the working authorization request.",
		Judged:  "The type where the member is there; true in a document if and only if the answer has iss.",
		Needs:   append([]check.Need{needMetadata}, forAuthorization...),
		Proves:  []string{"metadata-iss-flag", "metadata-iss-flag-boolean", "authorization-iss"},
		Run: func(t *check.T) {
			for _, d := range discover(t).published() {
				raw, ok := d.members[issFlag]
				boolean := !ok || string(raw) == "true" || string(raw) == "false"
				t.Look("metadata: "+d.name, d.resp)
				t.Expect(d).To(statement{boolean, issFlag + " as a boolean", clip(string(raw))}, "the member has another type")
			}
			l := successAnswer(t)
			has, announced := l.Get("iss") != "", issAnnounced(t)
			t.Expect(announced).To(statement{has == announced, fmt.Sprintf("%s %t", issFlag, has), issFlagWas(t)},
				"the metadata says of iss what the authorization responses do not do")
		},
	}}
}

const issFlag = "authorization_response_iss_parameter_supported"

// issAnnounced tells whether a metadata document announces iss.
func issAnnounced(t *check.T) bool {
	return slices.ContainsFunc(discover(t).docs, func(d *document) bool { return string(d.members[issFlag]) == "true" })
}

// issFlagWas says what the metadata has instead.
func issFlagWas(t *check.T) string {
	d := discover(t).chosen
	if d == nil || d.members[issFlag] == nil {
		return "no such member"
	}
	return clip(string(d.members[issFlag]))
}

// needIssParameter is met when the target supports RFC 9207, by what it says or by
// what it does.
var needIssParameter = check.Need{
	Name: "a target that supports iss in authorization responses",
	Hint: "see iss-success",
	Met:  func(t *check.T) bool { return issAnnounced(t) || successAnswer(t).Get("iss") != "" },
}

// successAnswer is the answer to the working authorization request of the first
// client, made once in a run. Nobody uses its code.
func successAnswer(t *check.T) *useragent.Landing {
	o := check.Shared(t, "authorization response", func(t *check.T) *useragent.Outcome {
		o := authorize(t, codeClients(t)[0], "code").walk("authorization request")
		t.Require(landed(o, "code")).To(beEmpty(), "the correct authorization request brings no code")
		return o
	})
	t.Look("authorization request", o.Last())
	return o.Landing
}

func issuerInErrors(t *check.T) {
	c := codeClients(t)[0]
	made := "authassay" + t.Random(10)
	wrong := []authorizationChange{
		{step: "a made-up scope", apply: func(a *authorization) {
			a.request.Set("scope", strings.TrimSpace(strings.Join(c.Scopes, " ")+" "+made))
		}},
		{step: "a made-up response type", apply: func(a *authorization) { a.request.Set("response_type", made) }},
		{step: "prompt=none, and nobody is logged in", apply: func(a *authorization) { a.afresh().request.Set("prompt", "none") }},
	}
	for _, ch := range wrong {
		a := authorize(t, c, "code")
		ch.apply(a)
		o := a.try(ch.step)
		if o.Landing == nil || o.Landing.To != "" || o.Landing.Get("error") == "" {
			continue // narrowed, ignored, or told the user
		}
		t.Look(ch.step, o.Last())
		t.Record("error", o.Landing.Get("error"))
		t.Expect(o.Landing).To(hasParam(o.Landing, "iss"), "an error response does not say whose it is")
		return
	}
	t.NotRun(check.Need{Name: "a target that sends an error to the redirect URI for a made-up scope, a made-up response type or prompt=none", Hint: "nothing to do"})
}

func issuerInModes(t *check.T) {
	modes := []string{useragent.ModeQuery, useragent.ModeFragment}
	if d := discover(t).chosen; d != nil {
		if listed, _, ok := d.list("response_modes_supported"); ok {
			modes = slices.DeleteFunc([]string{useragent.ModeQuery, useragent.ModeFragment, useragent.ModeFormPost},
				func(m string) bool { return !slices.Contains(listed, m) })
		}
	}
	seen := map[string]bool{}
	for _, m := range modes {
		a := authorize(t, codeClients(t)[0], "code")
		a.request.Set("response_mode", m)
		o := a.walk(m)
		t.Look(m, o.Last())
		if why := landed(o, "code"); why != "" {
			t.Record(m, why)
			continue
		}
		seen[o.Landing.Mode] = true
		t.Expect(o.Landing).To(hasParam(o.Landing, "iss"), "the answer by %s does not say whose it is", o.Landing.Mode)
	}
	if len(seen) < 2 {
		t.NotRun(check.Need{Name: "a target with several response modes", Hint: "nothing to do; iss-success judges the one there is"})
	}
}

// rawParams are the values of a parameter of an answer as the server wrote them.
func rawParams(l *useragent.Landing, name string) (out []string) {
	text := l.RawForm
	switch l.Mode {
	case useragent.ModeFragment:
		_, text, _ = strings.Cut(l.Raw, "#")
	case useragent.ModeQuery:
		bare, _, _ := strings.Cut(l.Raw, "#")
		_, text, _ = strings.Cut(bare, "?")
	}
	for _, pair := range strings.Split(text, "&") {
		n, value, _ := strings.Cut(pair, "=")
		if n, err := url.QueryUnescape(n); err == nil && n == name {
			out = append(out, value)
		}
	}
	return out
}
