package authserver

import (
	"slices"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// refreshScope are the checks on the scope of a refresh (RFC 6749 §6).
func refreshScope() []*check.Check {
	return []*check.Check{
		{
			// RFC 6749 §6: the scope must not include any that the resource owner
			// has not granted; §5.2: what exceeds it is invalid_scope; §3.3: a
			// server may also ignore a part of what is asked for, and then says
			// what it granted. RFC 9700 §4.14.2: refresh tokens must be bound to the
			// scope that the resource owner consented to.
			ID: "rt-scope-widen", Level: check.MustNot,
			Title:   "A refresh gives no scope that was never granted.",
			Clauses: []string{"RFC 6749 §6", "RFC 6749 §5.2", "RFC 9700 §4.14.2"},
			Sent:    "An authorization without one of the client's scopes (or with all of them, if there is but one), and a refresh request for what was granted and that scope (or a made-up one).",
			Judged:  "Refused, then the error code: invalid_scope. Or a token without that scope, by the answer, or by introspection or the claim of a JWT where the answer has no scope; neither: error.",
			Needs:   append(slices.Clone(forRefresh), needRefreshScope),
			Proves:  []string{"refresh-scope-within"},
			Run:     scopeWidened,
		},
		{
			// RFC 6749 §6: scope is the scope of the access request; §3.3: a server
			// may ignore it in part, and must say so where what it gives is another.
			ID: "rt-scope-narrow", Level: check.Prose,
			Title:   "A refresh for less gives less, or says what it gives.",
			Clauses: []string{"RFC 6749 §6", "RFC 6749 §3.3"},
			Sent:    "A refresh request for all but one of the granted scopes.",
			Judged:  "A token without that scope: pass. With it, and the answer says so: info. With it, by introspection or the claim of a JWT, and the answer does not say so: fail. Refused: warn.",
			Needs:   append(slices.Clone(forRefresh), needTwoRefreshScopes),
			Proves:  []string{"refresh-scope-heeded"},
			Run: func(t *check.T) {
				f := beginFamily(t, scoped(t, 2), "control", nil)
				f.must("control")
				narrowed(t, f)
			},
		},
		{
			// RFC 6749 §6: the scope of a new refresh token must be identical to
			// that of the one in the request, and a request without scope asks for
			// what the resource owner granted. How little was asked for in between
			// changes neither.
			ID: "rt-scope-restore", Level: check.Must,
			Title:   "After a refresh for less, one without scope gives all that was granted again.",
			Clauses: []string{"RFC 6749 §6"},
			Sent:    "A refresh request without scope, one for all but one of the granted scopes, and one without scope.",
			Judged:  "The last token has the scope of the first, by the answer, or by introspection or the claim of a JWT where the answer has none. A target that narrows nothing: not run.",
			Needs:   append(slices.Clone(forRefresh), needTwoRefreshScopes),
			Proves:  []string{"refresh-scope-kept"},
			Run:     scopeRestored,
		},
	}
}

// ordinary are the scopes of a client without those that change what kind of
// answer there is.
func ordinary(scopes []string) []string {
	return slices.DeleteFunc(slices.Clone(scopes), func(s string) bool {
		return s == "openid" || s == "offline_access" || s == "offline"
	})
}

// scoped is the first client with refresh tokens that has n scopes, one of which
// at least can be left out.
func scoped(t *check.T, n int) target.Client {
	for _, c := range refreshersOfEachKind(t) {
		if len(c.Scopes) >= n && len(ordinary(c.Scopes)) > 0 {
			return c
		}
	}
	return target.Client{}
}

var needRefreshScope = check.Need{
	Name: "a client with refresh tokens that asks for a scope",
	Hint: "list its scopes in a target file, one of them other than openid and offline_access",
	Met:  func(t *check.T) bool { return scoped(t, 1).ID != "" },
}

var needTwoRefreshScopes = check.Need{
	Name: "a client with refresh tokens that asks for two scopes",
	Hint: "list its scopes in a target file, one of them other than openid and offline_access",
	Met:  func(t *check.T) bool { return scoped(t, 2).ID != "" },
}

var needTwoGranted = check.Need{
	Name: "an authorization with two scopes, one of which can be left out",
	Hint: "the target granted fewer; list scopes that the client and the user may have in a target file",
}

// scope is the scope of the last token, as far as it can be known: what the answer
// says, or else what the token itself shows. stated tells that the answer says it.
func (f *family) scope(step string) (scopes []string, stated, known bool) {
	if s, ok := f.last.String("scope"); ok {
		return strings.Fields(s), true, true
	}
	token, _ := f.last.String("access_token")
	scopes, known = scopeOfToken(f.t, step, f.client, token)
	return scopes, false, known
}

func scopeWidened(t *check.T) {
	c := scoped(t, 1)
	extra := "authassay" + t.Random(10)
	change := func(*authorization) {}
	if list := ordinary(c.Scopes); len(c.Scopes) > 1 {
		extra = list[len(list)-1]
		change = func(a *authorization) {
			a.request.Set("scope", strings.Join(without(c.Scopes, extra), " "))
		}
	}
	begin := func(step string) *family { return beginFamily(t, c, step, change) }
	f := begin("control")
	f.must("control")
	if slices.Contains(f.granted(), extra) {
		t.Inconclusive("the authorization request did not ask for %s, and the target granted it all the same, so that nothing is left to ask for", extra)
	}
	step := "for " + extra + " too"
	r := f.send(step, f.request(f.token).Add("scope", strings.Join(append(slices.Clone(f.granted()), extra), " ")))
	if r.Status >= 500 {
		t.Inconclusive("%s: the target answered %d, which is neither a refusal nor a success", step, r.Status)
	}
	if oauth.Issued(r) == "" {
		t.Safe(r).To(oauth.HaveError("invalid_scope"), "the refusal does not name its reason as the clause describes")
		stillGood(t, f, begin, step)
		return
	}
	scopes, _, known := f.scope("the scope of the new token")
	t.Look(step, r)
	if !known {
		t.Inconclusive("the target issued a token and does not say for which scope, nor can it be seen")
	}
	t.Expect(scopes).To(statement{!slices.Contains(scopes, extra), "a refusal, or a token without the scope " + extra, "a token with it"},
		"a refresh gives a scope that the resource owner never granted")
}

// without is a list without a word.
func without(list []string, word string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == word })
}

// narrowed asks for all but one of the granted scopes, judges the answer, and gives
// the scope that was left out; empty when the answer is no token, or has the scope.
func narrowed(t *check.T, f *family) string {
	list := ordinary(f.granted())
	if len(list) == 0 || len(f.granted()) < 2 {
		t.NotRun(needTwoGranted)
	}
	extra := list[len(list)-1]
	step := "without " + extra
	r := f.send(step, f.request(f.token).Add("scope", strings.Join(without(f.granted(), extra), " ")))
	if r.Status >= 500 {
		t.Inconclusive("%s: the target answered %d, which is neither a refusal nor a success", step, r.Status)
	}
	if oauth.Issued(r) == "" {
		t.Safe(r).To(statement{false, "a token for less than was granted", oauth.Describe(r)}, "a refresh for less than was granted is refused")
		return ""
	}
	scopes, stated, known := f.scope("the scope of the new token")
	t.Look(step, r)
	if !known || !slices.Contains(scopes, extra) {
		return extra
	}
	if stated {
		t.Inform("a refresh for less than was granted gives all of it, and says so", "a token without the scope "+extra, "a token with it")
		return ""
	}
	t.Expect(scopes).To(statement{false, "a token without the scope " + extra + ", or an answer that says what it has", "a token with it, and not a word"},
		"a refresh for less gives more than was asked for and does not say so")
	return ""
}

func scopeRestored(t *check.T) {
	f := beginFamily(t, scoped(t, 2), "control", nil)
	f.must("control: a refresh without scope")
	whole, _, known := f.scope("the scope before")
	if !known {
		whole = f.granted()
	}
	list := ordinary(whole)
	if len(list) == 0 || len(whole) < 2 {
		t.NotRun(needTwoGranted)
	}
	extra := list[len(list)-1]
	less := f.send("without "+extra, f.request(f.token).Add("scope", strings.Join(without(whole, extra), " ")))
	if less.Status >= 500 {
		t.Inconclusive("without %s: the target answered %d", extra, less.Status)
	}
	scopes, stated, known := f.scope("the scope in between")
	if oauth.Issued(less) == "" || !known || slices.Contains(scopes, extra) {
		t.NotRun(check.Need{Name: "a target that gives less when a refresh asks for less", Hint: "see rt-scope-narrow"})
	}
	t.Record("the answer says what it gives", yesNo(stated))
	const step = "without scope, once more"
	r := f.renew(step)
	t.Require(succeeded(r)).To(beEmpty(), "the refresh token that came with less does not succeed")
	again, stated, known := f.scope("the scope after")
	t.Look(step, r)
	if !known || !stated && len(again) == 0 {
		return // no word means: what was asked for, and that is all that was granted
	}
	lost := slices.DeleteFunc(slices.Clone(whole), func(s string) bool { return slices.Contains(again, s) })
	t.Expect(again).To(statement{len(lost) == 0, "the scope from before: " + clip(strings.Join(whole, " ")), clip(strings.Join(again, " "))},
		"what a refresh once did not ask for is lost for good")
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
