package authserver

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/useragent"
)

// mistake is one thing that can be wrong with an authorization request whose
// client and redirect URI are right, so that the client has to be told.
type mistake struct {
	step  string
	apply func(*authorization)
}

var (
	noResponseType = mistake{"without response_type", func(a *authorization) { a.request.Del("response_type") }}
	// Letters, digits and "_" alone: a response type that is well-formed
	// (RFC 6749 App. A.3).
	unknownResponseType = mistake{"a made-up response_type", func(a *authorization) {
		a.request.Set("response_type", "authassay_"+a.t.Random(10))
	}}
	unknownScope = mistake{"a made-up scope beside its own", func(a *authorization) {
		a.request.Set("scope", strings.TrimSpace(a.request.Get("scope")+" authassay-"+a.t.Random(12)))
	}}
	// Quotation mark and backslash are the two printable characters that no scope
	// token has (RFC 6749 §3.3).
	malformedScope = mistake{"a malformed scope beside its own", func(a *authorization) {
		a.request.Set("scope", strings.TrimSpace(a.request.Get("scope")+` authassay"`+a.t.Random(6)+`\`+a.t.Random(6)))
	}}
)

// mistaken is what came of a mistake.
type mistaken struct {
	*authorization
	step string
	o    *useragent.Outcome
}

// tryMistake walks a request with a mistake and then the correct one, once in a
// run: what comes of it several checks look at. The first client does it.
func tryMistake(t *check.T, m mistake) mistaken {
	correctRequest(t)
	out := check.Shared(t, "authorization request, "+m.step, func(t *check.T) mistaken {
		a := authorize(t, codeClients(t)[0], "code")
		m.apply(a)
		out := mistaken{a, m.step, a.try(m.step)}
		o := authorize(t, a.client, "code").walk("control, after " + m.step)
		t.Require(landed(o, "code")).To(beEmpty(), "the correct authorization request does not succeed any more, so nothing follows from a refusal")
		return out
	})
	// What is shared belongs to another T, whose time is over.
	a := *out.authorization
	a.t, out.authorization = t, &a
	return out
}

// correctRequest makes sure, once in a run, that the correct request of the first
// client succeeds.
func correctRequest(t *check.T) {
	check.Shared(t, "the correct authorization request", func(t *check.T) bool {
		o := authorize(t, codeClients(t)[0], "code").walk("control")
		t.Require(landed(o, "code")).To(beEmpty(), "the correct authorization request does not succeed, so nothing follows from a refusal")
		return true
	})
}

// decided ends the check where the walk came to no answer.
func (m mistaken) decided(t *check.T) {
	lookAt(t, m.step, m.o)
	decided(t, m.step, m.o)
}

// lookAt makes the findings that follow refer to where a walk ended; a person or a
// browser may have brought the answer without one that was seen.
func lookAt(t *check.T, step string, o *useragent.Outcome) {
	if len(o.Responses) > 0 {
		t.Look(step, o.Last())
	}
}

func decided(t *check.T, step string, o *useragent.Outcome) {
	if o.Stuck != "" {
		t.Inconclusive("%s: the login stops at a page: %s", step, o.Stuck)
	}
	if o.Page != nil && o.Page.Status >= 500 {
		t.Inconclusive("%s: the target answered %d, which is neither a refusal nor a success", step, o.Page.Status)
	}
}

// issued names what a walk brought the client that lets it go on; empty when
// nothing.
func issued(o *useragent.Outcome) string {
	if o.Landing == nil || o.Landing.To == useragent.Elsewhere {
		return ""
	}
	for _, name := range []string{"code", "access_token", "id_token"} {
		for _, place := range []map[string][]string{o.Landing.Query, o.Landing.Fragment, o.Landing.Form} {
			if v := place[name]; len(v) > 0 && v[0] != "" {
				return name
			}
		}
	}
	return ""
}

// came says in a few words what came of a walk.
func came(o *useragent.Outcome) string {
	switch {
	case o.Landing == nil:
		return strings.TrimSpace(fmt.Sprintf("a page, %d %s: %s", o.Page.Status, http.StatusText(o.Page.Status), clip(o.Page.Title+" "+o.Page.Text)))
	case o.Landing.To != "":
		return "the browser was sent to " + clip(o.Landing.URI)
	case issued(o) != "":
		return "the client got " + issued(o)
	case o.Landing.Get("error") != "":
		return strings.TrimSpace("the error " + clip(o.Landing.Get("error")) + " " + clip(o.Landing.Get("error_description")))
	}
	return "the client got neither a code nor an error"
}

// refusedByRedirect judges a walk that has to end with an error at the client:
// the effect first, then whether the client is told, then the code. A page in
// place of the error harms nobody.
func refusedByRedirect(t *check.T, o *useragent.Outcome, codes ...string) {
	t.Expect(o).To(statement{issued(o) == "", "no code and no token", came(o)}, "the target accepts what it has to refuse")
	told := o.Landing != nil && o.Landing.To == ""
	t.Safe(o).To(statement{told, "an error response at the redirect URI", came(o)}, "the client is not told that its request failed")
	if told {
		t.Safe(o).To(statement{slices.Contains(codes, o.Landing.Get("error")), "the error " + strings.Join(codes, " or "), came(o)},
			"the error does not name the reason as the clause describes")
	}
}
