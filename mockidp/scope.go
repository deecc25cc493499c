package mockidp

import (
	"slices"
	"strings"
)

// isScopeToken reports whether s is a scope-token (RFC 6749 §3.3).
func isScopeToken(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c == '"' || c == '\\' || c >= 0x7f {
			return false
		}
	}
	return s != ""
}

// parseScope splits the value of a scope parameter. Scope tokens are separated
// by exactly one space; order and repetition do not matter.
func parseScope(s string) (scopes []string, ok bool) {
	for word := range strings.SplitSeq(s, " ") {
		if !isScopeToken(word) {
			return nil, false
		}
		if !slices.Contains(scopes, word) {
			scopes = append(scopes, word)
		}
	}
	return scopes, true
}

func joinScope(scopes []string) string { return strings.Join(scopes, " ") }

// granted is what a request for scopes came to.
type granted struct {
	scopes []string
	// silent means that the answer is not to mention the scope.
	silent bool
}

// grantScope decides on the scope parameter of a request (RFC 6749 §3.3): it is
// refused, or granted, or, where the variance is on, narrowed.
func (x *exchange) grantScope(c *Client, requested string) (granted, *refusal) {
	if requested == "" {
		return granted{scopes: c.DefaultScopes}, nil
	}
	asked, ok := parseScope(requested)
	if x.breaks(ruleScopeGrammar, ok, "scope tokens separated by single spaces", "something else") {
		return granted{}, refuse(errInvalidScope, "scope is not a list of scope tokens separated by single spaces")
	}
	if !ok {
		asked = strings.Fields(requested)
		if slices.ContainsFunc(asked, func(s string) bool { return isScopeToken(s) && !slices.Contains(c.Scopes, s) }) {
			return granted{}, refuse(errInvalidScope, "the client may not have a scope it asks for")
		}
		return granted{scopes: asked, silent: true}, nil
	}
	known := slices.DeleteFunc(slices.Clone(asked), func(s string) bool { return !slices.Contains(c.Scopes, s) })
	if len(known) < len(asked) && !x.keeps(ruleScopeDifferenceStated) {
		if len(known) == 0 {
			known = c.DefaultScopes
		}
		return granted{scopes: known, silent: true}, nil
	}
	if len(known) < len(asked) && x.varies(varScopeNarrowed) {
		if len(known) == 0 {
			known = c.DefaultScopes
		}
		if len(known) > 0 { // what was granted must be stated, and no scope cannot be
			return granted{scopes: known}, nil
		}
	}
	allKnown := len(known) == len(asked)
	if x.breaks(ruleScopeKnown, allKnown, "scopes registered for the client", "another scope") {
		return granted{}, refuse(errInvalidScope, "the client may not have a scope it asks for")
	}
	if !allKnown {
		return granted{scopes: asked, silent: true}, nil
	}
	// What is the same as what was asked for may go unmentioned (§5.1).
	return granted{scopes: asked, silent: x.varies(varScopeOmitted)}, nil
}
