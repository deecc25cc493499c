package authserver

import (
	"slices"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/useragent"
)

// sameWords tells whether two response types are the same: the order of the words
// does not matter (RFC 6749 §3.1.1).
func sameWords(a, b string) bool {
	x, y := strings.Fields(a), strings.Fields(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

func hasWords(list []string, responseType string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return sameWords(s, responseType) })
}

// responseTypesServed are those that the metadata lists; known tells that it does.
func responseTypesServed(t *check.T) (list []string, known bool) {
	d := discover(t).chosen
	if d == nil {
		return nil, false
	}
	list, _, ok := d.list("response_types_supported")
	return list, ok
}

// mayAnswer tells whether a client may use a response type: as its response types
// in the target file say, or else its grants (RFC 7591 §2.1) and the metadata.
func mayAnswer(t *check.T, c target.Client, responseType string) bool {
	words := strings.Fields(responseType)
	if len(c.RedirectURIs) == 0 || slices.Contains(words, "id_token") && !slices.Contains(c.Scopes, "openid") {
		return false
	}
	if len(c.ResponseTypes) > 0 {
		return hasWords(c.ResponseTypes, responseType)
	}
	served, known := responseTypesServed(t)
	if len(c.Grants) == 0 {
		return hasWords(served, responseType)
	}
	if slices.Contains(words, "code") && !c.MayUse(grantAuthorizationCode) || len(without(words, "code")) > 0 && !c.MayUse(grantImplicit) {
		return false
	}
	return !known || hasWords(served, responseType)
}

// answering finds a client for one of several response types, the first of them
// rather than the second; nil when there is none.
func answering(t *check.T, responseTypes ...string) (*target.Client, string) {
	for _, rt := range responseTypes {
		for _, c := range clients(t) {
			if mayAnswer(t, c, rt) {
				return &c, rt
			}
		}
	}
	return nil, ""
}

// needAnswer is met when a client may use one of several response types.
func needAnswer(responseTypes ...string) check.Need {
	return check.Need{
		Name: "a client that may use the response type " + strings.Join(responseTypes, " or "),
		Hint: "list one with its response_types, or with the grant implicit (and authorization_code where a code comes too), in a target file; a response type with id_token needs the scope openid",
		Met:  func(t *check.T) bool { c, _ := answering(t, responseTypes...); return c != nil },
	}
}

// forAnswer are the needs of a check of the authorization endpoint with one of
// several response types.
func forAnswer(responseTypes ...string) []check.Need {
	return []check.Need{needAuthorizationEndpoint, needUser, needAnswer(responseTypes...)}
}

// answered walks an authorization request to an answer at the redirect URI that is
// no error. What else comes ends the check: whether client, user and scope are set
// up for the response type only the target knows.
func (a *authorization) answered(step string) *useragent.Landing {
	o := a.walk(step)
	a.t.Look(step, o.Last())
	a.unregistered(o)
	if o.Landing == nil || o.Landing.To != "" || o.Landing.Get("error") != "" {
		a.t.Inconclusive("%s: the request of %s for %s did not succeed (%s); is the client registered for it?", step, a.client.ID, a.request.Get("response_type"), landed(o, "state"))
	}
	return o.Landing
}

// has tells that an answer has a parameter with a value.
func hasParam(l *useragent.Landing, name string) statement {
	return statement{l.Get(name) != "", name + " in the answer", "none"}
}
