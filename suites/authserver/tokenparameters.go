package authserver

import (
	"maps"
	"strings"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// tokenParameters are the checks on parameters of token requests that mean nothing
// (RFC 6749 §3.2).
func tokenParameters() []*check.Check {
	return []*check.Check{
		{
			// RFC 6749 §3.2: the server must ignore unrecognised request parameters.
			ID: "tok-unknown-param", Level: check.Must,
			Title:   "A parameter that the token endpoint does not know is ignored.",
			Clauses: []string{"RFC 6749 §3.2"},
			Sent:    "The working request with a made-up parameter.",
			Judged:  "A token, as without the parameter.",
			Needs:   forGrant,
			Proves:  []string{"unknown-parameters-ignored"},
			Run: func(t *check.T) {
				name := "authassay_" + t.Random(10)
				working(t).contrast(t, change{"with the made-up parameter " + name,
					func(r *oauth.TokenRequest) { r.Add(name, t.Random(10)) },
					func(r *check.Response) {
						t.Expect(r).To(getToken(r), "the target does not ignore a parameter that it does not know")
					}})
			},
		},
		{
			// RFC 6749 §3.2: parameters sent without a value must be treated as if
			// they were omitted. Whether a scope may be left out is the target's to
			// say (§3.3), so the answers are compared.
			ID: "tok-empty-param", Level: check.Must,
			Title:   "A parameter without a value counts as left out.",
			Clauses: []string{"RFC 6749 §3.2", "RFC 6749 §3.3", "RFC 6749 §5.2"},
			Sent:    "The working request without scope, and with an empty one; without grant_type, and with an empty one; by a client that uses Basic also with an empty client_secret in the body.",
			Judged:  "The same effect with the empty parameter as without it: a token or none, and the same scope. A refusal with another error code: warn.",
			Needs:   forGrant,
			Proves:  []string{"empty-parameters-omitted"},
			Run:     emptyParameters,
		},
	}
}

func emptyParameters(t *check.T) {
	cr := working(t)
	var changes []change
	for _, name := range []string{"scope", "grant_type"} {
		var without *check.Response
		changes = append(changes,
			change{"without " + name, func(r *oauth.TokenRequest) { r.Del(name) }, func(r *check.Response) { without = r }},
			change{"with an empty " + name, func(r *oauth.TokenRequest) { r.Set(name, "") }, func(r *check.Response) {
				if without != nil { // else 5xx
					sameAs(t, name, r, without)
				}
			}})
	}
	if cr.method == oauth.ClientSecretBasic {
		changes = append(changes, change{"with an empty client_secret beside Basic",
			func(r *oauth.TokenRequest) { r.Add("client_secret", "") },
			func(r *check.Response) {
				t.Expect(r).To(getToken(r), "an empty client_secret beside Basic does not count as left out")
			}})
	}
	cr.contrast(t, changes...)
}

// sameAs expects the answer to an empty parameter to be that to none.
func sameAs(t *check.T, name string, empty, without *check.Response) {
	got, want := oauth.Issued(empty) != "", oauth.Issued(without) != ""
	t.Expect(empty).To(statement{got == want, "the answer to a request without " + name + ": " + oauth.Describe(without), oauth.Describe(empty)},
		"an empty %s does not count as left out", name)
	if !want {
		t.Safe(empty).To(statement{errorCode(empty) == errorCode(without), "the error of a request without " + name + ": " + oauth.Describe(without), oauth.Describe(empty)},
			"an empty %s is refused for another reason than none", name)
		return
	}
	one, said := oauth.Read(empty).String("scope")
	other, alsoSaid := oauth.Read(without).String("scope")
	if said && alsoSaid {
		t.Expect(empty).To(statement{sameScopes(one, other), "the scope " + clip(other), "the scope " + clip(one)},
			"an empty %s gives another scope than none", name)
	}
}

// sameScopes compares two scopes: order does not matter (RFC 6749 §3.3).
func sameScopes(a, b string) bool { return maps.Equal(scopeSet(a), scopeSet(b)) }

func scopeSet(s string) map[string]bool {
	set := map[string]bool{}
	for _, name := range strings.Fields(s) {
		set[name] = true
	}
	return set
}
