package authserver

import (
	"fmt"
	"slices"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// codeQuality are the checks on what is issued for a code (RFC 6749 §3.3,
// §10.10).
func codeQuality() []*check.Check {
	return []*check.Check{
		{
			// RFC 6749 §10.10: the probability that an attacker guesses a token or
			// another generated credential must be at most 2^-128 and should be at
			// most 2^-160. From the outside it can only be estimated, and only from
			// above: so a small estimate is worth a warning, and a large one
			// nothing.
			ID: "code-entropy", Level: check.Must,
			Title:   "Codes and tokens look unguessable.",
			Clauses: []string{"RFC 6749 §10.10"},
			Sent:    "Six authorization requests, and the token request with each code.",
			Judged:  "All values differ. What differs between them, by length and alphabet: less than 128 bits warns, less than 160 informs. JWTs are signed, and are not judged by their looks.",
			Needs:   forCode,
			Proves:  []string{"code-unpredictable"},
			Run:     codeEntropy,
		},
		{
			// RFC 6749 §3.3: the server may ignore the scope that was asked for, in
			// part or wholly; if the scope of the token is another one it must say
			// which it is; §5.1: scope is REQUIRED in the answer then, so that an
			// answer without it says that the token has the scope of the request.
			ID: "code-bound-scope", Level: check.Required,
			Title:   "The token of a code has the scope that was asked for, or the answer says which it has.",
			Clauses: []string{"RFC 6749 §3.3", "RFC 6749 §5.1"},
			Sent:    "The flow with fewer scopes than the client may have, and with a made-up one added; the scope of the token by introspection or in the JWT.",
			Judged:  "No scope in the token beyond what was asked for, unless the answer states it (then info). The made-up scope refused, or left out and the answer says so: pass; granted, as the answer or the token says (an answer without scope says so): warn; left out, and the answer without scope: fail.",
			Needs:   append(slices.Clone(forCode), needScopes),
			Proves:  []string{"code-scope-bound", "scope-known"},
			Run:     boundScope,
		},
	}
}

var needScopes = check.Need{
	Name: "a client that may use the authorization code grant and has two scopes",
	Hint: "list the scopes it may ask for in the target file",
	Met:  func(t *check.T) bool { return scopedClient(t) != nil },
}

// scopedClient is a client for whom one scope fewer can be asked for.
func scopedClient(t *check.T) *target.Client {
	for _, c := range codeClients(t) {
		if len(fewerScopes(c)) > 0 {
			return &c
		}
	}
	return nil
}

// fewerScopes are the scopes of a client without one that changes nothing but
// what its tokens are good for; none when it has no two such.
func fewerScopes(c target.Client) []string {
	var kept, plain []string
	for _, s := range c.Scopes {
		switch s {
		case "openid", "offline_access": // change what is issued
			kept = append(kept, s)
		default:
			plain = append(plain, s)
		}
	}
	if len(plain) < 2 {
		return nil
	}
	return append(plain[:1:1], kept...)
}

func boundScope(t *check.T) {
	c := *scopedClient(t)
	t.Record("client", c.ID)
	fewer := fewerScopes(c)
	narrow := authorize(t, c, "code")
	narrow.request.Set("scope", strings.Join(fewer, " "))
	code := narrow.code("fewer scopes: authorization request")
	scopeHolds(t, "fewer scopes", c, fewer, narrow.tokens("fewer scopes: token request", code))

	invented := "authassay-" + t.Random(12)
	more := append(slices.Clone(c.Scopes), invented)
	wide := authorize(t, c, "code")
	wide.request.Set("scope", strings.Join(more, " "))
	o := wide.walk("a made-up scope: authorization request")
	if landed(o, "code") != "" {
		return // refused, which authz-invalid-scope looks at
	}
	r := t.Do("a made-up scope: token request", "token", wide.redeem(o.Landing.Get("code")).HTTP())
	if succeeded(r) != "" {
		return // refused as well, if late
	}
	a := oauth.Read(r)
	stated, says := a.String("scope")
	token, _ := a.String("access_token")
	real, known := scopeOfToken(t, "a made-up scope: what has the token?", c, token)
	t.Look("a made-up scope: token request", r)
	seen(stated, says, real, known).judgeMadeUp(t, invented)
}

// scopeHolds compares the scope of a token with what was asked for and what the
// answer says. A token may show fewer scopes than it has, where it is shown to
// one of several resources; it shows none that it does not have.
func scopeHolds(t *check.T, step string, c target.Client, asked []string, a oauth.Answer) {
	stated, says := a.String("scope")
	expected := asked
	if says {
		expected = strings.Fields(stated)
		if extra := beyond(expected, asked); len(extra) > 0 {
			t.Inform("the target grants more than was asked for, and says so", strings.Join(asked, " "), "also "+strings.Join(extra, " "))
		}
	}
	token, _ := a.String("access_token")
	real, known := scopeOfToken(t, step+": what has the token?", c, token)
	if !known && !says {
		t.NotRun(needScopeSeen)
	}
	t.Record("the scope of the token is seen", map[bool]string{true: "in the token or by introspection", false: "in the answer alone"}[known])
	extra := beyond(real, expected)
	s := statement{len(extra) == 0, "the scope " + strings.Join(expected, " "), "also " + strings.Join(extra, " ")}
	if len(beyond(extra, asked)) == 0 { // the client wanted them, and is told that it did not get them
		t.Safe(extra).To(s, "the token has scopes that the answer does not state")
		return
	}
	t.Expect(extra).To(s, "the token has scopes that were not asked for, and the answer does not state them")
}

// beyond are the elements of a list that another does not have.
func beyond(list, of []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(of, s) })
}

// sampled is how many codes and tokens are compared.
const sampled = 6

func codeEntropy(t *check.T) {
	begin := codesOf(t, codeClients(t)[0])
	values := map[string][]string{}
	for i := range sampled {
		a, code := begin(fmt.Sprintf("code %d", i+1))
		answer := a.tokens(fmt.Sprintf("tokens for code %d", i+1), code)
		values["code"] = append(values["code"], code)
		for _, n := range []string{"access_token", "refresh_token"} {
			if s, _ := answer.String(n); s != "" && !isJWT(s) {
				values[n] = append(values[n], s)
			}
		}
	}
	for _, n := range []string{"code", "access_token", "refresh_token"} {
		if len(values[n]) < sampled {
			continue // not issued, or JWTs
		}
		bits := int(unlike(values[n]))
		t.Record(n, fmt.Sprintf("at most %d bits, as far as it shows", bits))
		got := fmt.Sprintf("at most %d bits between %d of them", bits, sampled)
		if bits >= 128 && bits < 160 {
			t.Inform("the values of "+n+" hold less than they should (an estimate from above)", "160 bits and more", got)
		}
		t.Safe(bits).To(statement{bits >= 128, "128 bits and more", got}, "the values of %s hold less than what nobody can guess (an estimate from above, by %d of them)", n, sampled)
	}
}

// isJWT tells whether a value has the form of a signed JWT.
func isJWT(s string) bool {
	parts := strings.Split(s, ".")
	return len(parts) == 3 && strings.HasPrefix(parts[0], "ey") && len(parts[2]) > 0
}
