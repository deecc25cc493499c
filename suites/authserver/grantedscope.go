package authserver

import (
	"slices"
	"strings"

	"github.com/authassay/authassay/suites/check"
)

// scopeSeen is the scope of a token: what the answer with the token states, and
// what introspection or the claim of a JWT shows.
type scopeSeen struct {
	stated, real []string
	says, known  bool
}

// seen puts together what an answer states and what the token shows.
func seen(stated string, says bool, real []string, known bool) scopeSeen {
	return scopeSeen{stated: strings.Fields(stated), says: says, real: real, known: known}
}

// undecidable tells that the answer states no scope and nothing else shows one. By
// RFC 6749 §5.1 the token has the scope of the request then; whether that is so,
// nobody can see.
func (s scopeSeen) undecidable() bool { return !s.says && !s.known }

// has tells whether the token has a scope that was asked for, as far as a client
// can tell: a token shows it, or the answer claims it, be it by its silence.
func (s scopeSeen) has(scope string) bool {
	return slices.Contains(s.real, scope) || slices.Contains(s.stated, scope) || s.undecidable()
}

// expectStated expects an answer without scope to give the scope that was asked
// for (RFC 6749 §3.3, §4.2.2, §5.1): a made-up one that was left out in silence
// breaks the clause, where something shows that it was left out.
func (s scopeSeen) expectStated(t *check.T, madeUp string) {
	if s.says || !s.known {
		return
	}
	t.Expect(s.real).To(statement{slices.Contains(s.real, madeUp), "the scope of the token in the answer, since it is not the one asked for",
		"no scope, and a token for " + orNone(strings.Join(s.real, " "))},
		"the token has another scope than was asked for, and the answer does not say so")
}

// judgeMadeUp is expectStated, and frowns at a made-up scope that was granted:
// scopes are defined by the server (RFC 6749 §3.3), which may ignore a request for
// another one, or refuse it as invalid_scope (§5.2).
func (s scopeSeen) judgeMadeUp(t *check.T, madeUp string) {
	s.expectStated(t, madeUp)
	got := "the made-up scope granted"
	if s.undecidable() {
		got = "an answer without scope, which says that it was granted"
	}
	t.Safe(s.real).To(statement{!s.has(madeUp), "the made-up scope refused, or left out and the answer saying so", got},
		"the target grants a scope that nobody defined")
}

// needScopeSeen is what a check lacks that asked for the scope of a token and was
// shown none.
var needScopeSeen = check.Need{
	Name: "a way to see the scope of an access token",
	Hint: "introspection by the client itself, or access tokens that are JWTs with the claim scope",
}
