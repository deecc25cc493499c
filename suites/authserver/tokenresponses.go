package authserver

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// tokenResponses are the checks on the members and headers of a token response
// (RFC 6749 §5.1).
func tokenResponses() []*check.Check {
	return []*check.Check{
		{
			// RFC 6749 §5.1: 200, a JSON structure as application/json, with
			// access_token and token_type; names and string values are JSON strings.
			// App. A.12: an access token is of VSCHAR.
			ID: "tok-success-shape", Level: check.Required,
			Title:   "A token response is 200 and a JSON object, with access_token and token_type, and strings where strings belong.",
			Clauses: []string{"RFC 6749 §5.1", "RFC 6749 App. A.12"},
			Sent:    "The working request.",
			Judged:  "Status, media type, JSON object, access_token and token_type as strings: fail. A scope or refresh_token that is no string, or an access token of other characters than VSCHAR: warn.",
			Needs:   forGrant,
			Proves:  []string{"token-json", "token-type-present", "token-client-credentials"},
			Run: func(t *check.T) {
				r := t.Do("client credentials", "token", working(t).request(t).HTTP())
				if why := undecided(r); why != "" {
					t.Inconclusive("the client credentials request did not succeed (%s); %s", oauth.Describe(r), why)
				}
				judgeTokenResponse(t, r)
				a := oauth.Read(r)
				for _, name := range []string{"scope", "refresh_token"} {
					_, text := a.String(name)
					null := string(a.Members[name]) == "null"
					t.Safe(r).To(statement{!a.Has(name) || text || null, name + " as a string", "another JSON value"}, "a member of the token response has another type")
				}
				token, _ := a.String("access_token")
				t.Safe(r).To(statement{strings.IndexFunc(token, notVisible) < 0, "an access token of the characters %x20-7E", "others in it"},
					"the access token has characters that the grammar does not allow")
			},
		},
		{
			// RFC 6749 §5.1, §7.1: the type of the token, in any letter case; §8.1: a
			// registered name, or an absolute URI. RFC 9449 §5: DPoP says that the
			// token was bound to a key, of which this request has none.
			ID: "tok-token-type", Level: check.Required,
			Title:   "token_type is Bearer, in any letter case, or another type that is defined.",
			Clauses: []string{"RFC 6749 §5.1", "RFC 6749 §7.1", "RFC 6749 §8.1", "RFC 9449 §5"},
			Sent:    "The working request.",
			Judged:  "Bearer: pass. Another registered type, or a URI: info. DPoP, without a proof in the request: warn. Anything else, or nothing: fail.",
			Needs:   forGrant,
			Proves:  []string{"token-type-registered", "token-type-present"},
			Run:     tokenType,
		},
		{
			// RFC 6749 §5.1: expires_in is RECOMMENDED; where it is left out the
			// server provides the time otherwise, or documents a default. Numbers are
			// JSON numbers; App. A.14: digits.
			ID: "tok-expires-in", Level: check.Recommended,
			Title:   "expires_in is a positive whole JSON number.",
			Clauses: []string{"RFC 6749 §5.1", "RFC 6749 App. A.14"},
			Sent:    "The working request.",
			Judged:  "A string, a fraction, nothing positive: warn. No expires_in: info, since a default may be documented.",
			Needs:   forGrant,
			Proves:  []string{"expires-in-number"},
			Run: func(t *check.T) {
				r := tokenResponse(t)
				raw, ok := oauth.Read(r).Members["expires_in"]
				if !ok || string(raw) == "null" {
					t.Inform("the token response does not say how long the token lives", "expires_in", "none")
					return
				}
				n, err := strconv.ParseInt(string(raw), 10, 64)
				t.Expect(r).To(statement{err == nil && n > 0, "expires_in as a positive whole number", clip(string(raw))}, "expires_in is no number of seconds")
				t.Record("expires_in", string(raw))
			},
		},
		{
			// RFC 6749 §5.1: Pragma: no-cache beside Cache-Control: no-store. It is
			// for caches of HTTP/1.0; who says no-store keeps all others out, and
			// OAuth 2.1 §3.2.3 asks for nothing else.
			ID: "tok-pragma", Level: check.Must,
			LevelUnder: map[target.Policy]check.Level{target.PolicyOAuth21: check.Information},
			Title:      "Token responses say Pragma: no-cache.",
			Clauses:    []string{"RFC 6749 §5.1", "OAuth 2.1 draft §3.2.3"},
			Sent:       "The working request.",
			Judged:     "The directive no-cache in Pragma. Its absence: warn, since no-store does the work; info under OAuth 2.1.",
			Needs:      forGrant,
			Proves:     []string{"token-pragma", "token-no-store"},
			Run: func(t *check.T) {
				r := t.Do("client credentials", "token", working(t).request(t).HTTP())
				t.Require(succeeded(r)).To(beEmpty(), "the correct request does not succeed")
				t.Safe(r).To(oauth.PragmaNoCache(), "a token response does not say Pragma: no-cache")
			},
		},
		{
			// RFC 6749 §5.1, §3.3: scope is REQUIRED in the answer when it is not
			// identical to the scope requested.
			ID: "tok-scope-returned", Level: check.Required,
			Title:   "The answer states the scope where it is not the one that was asked for.",
			Clauses: []string{"RFC 6749 §5.1", "RFC 6749 §3.3"},
			Sent:    "The working request with one of its scopes, and with that and a made-up one.",
			Judged:  "An answer without scope says that all was granted. The token has another scope, by introspection or the claim of a JWT: fail; where nothing shows it: not run. Another scope stated than the token has: warn. A refusal leaves nothing to be stated.",
			Needs:   append(slices.Clone(forGrant), needScope),
			Proves:  []string{"scope-difference-stated"},
			Run:     scopeReturned,
		},
	}
}

// notVisible are the characters outside VSCHAR (RFC 6749 App. A).
func notVisible(r rune) bool { return r < 0x20 || r > 0x7e }

// tokenResponse is the answer to the working request; one that is no token
// response as a JSON object ends the check, since others judge that.
func tokenResponse(t *check.T) *check.Response {
	r := t.Do("client credentials", "token", working(t).request(t).HTTP())
	t.Require(succeeded(r)).To(beEmpty(), "the correct request does not succeed")
	t.Require(r).To(oauth.BeJSONObject(), "the token response cannot be read")
	return r
}

func tokenType(t *check.T) {
	r := tokenResponse(t)
	t.Expect(r).To(oauth.HaveStringMember("token_type"), "the token response does not say what type the token is")
	kind, _ := oauth.Read(r).String("token_type")
	switch strings.ToLower(kind) {
	case "bearer":
	case "dpop":
		t.Safe(r).To(statement{false, "token_type Bearer", "DPoP, and the request had no proof"}, "the token cannot be bound to a key, since none was shown")
	case "pop", "n_a": // the others of the registry
		t.Inform("the token is of another type than Bearer", "Bearer", clip(kind))
	default:
		t.Expect(r).To(statement{strings.Contains(kind, ":"), "Bearer, another registered type, or an absolute URI", clip(kind)}, "the type of the token is defined nowhere")
		t.Inform("the token is of a type of the target's own", "Bearer", clip(kind))
	}
}

// needScope is met when the client that is used for controls asks for scopes.
var needScope = check.Need{
	Name: "a confidential client with scopes to ask for",
	Hint: "list scopes of the client in a target file",
	Met:  func(t *check.T) bool { return len(working(t).client.Scopes) > 0 },
}

func scopeReturned(t *check.T) {
	cr := working(t)
	one, madeUp := cr.client.Scopes[0], "authassay-"+t.Random(12)
	issued, decided := 0, 0
	asking := func(step, scope string) change {
		return change{step, func(r *oauth.TokenRequest) { r.Set("scope", scope) }, func(r *check.Response) {
			if oauth.Issued(r) == "" {
				return
			}
			issued++
			t.Require(r).To(oauth.BeJSONObject(), "the token response cannot be read")
			stated, says := oauth.Read(r).String("scope")
			real, known := scopeOf(tokenFacts(t, cr, r))
			granted := strings.Join(real, " ")
			t.Look(step, r)
			if seen(stated, says, real, known).undecidable() {
				return
			}
			decided++
			switch {
			case known && !says:
				t.Expect(r).To(statement{sameScopes(granted, scope), "the granted scope in the answer: " + clip(granted), "no scope, which says that " + scope + " was granted"},
					"the answer does not state the scope, and it is another than the one asked for")
			case known: // what a token calls its scope may be something of its own
				t.Safe(r).To(statement{sameScopes(granted, stated), "the granted scope in the answer: " + clip(granted), clip(stated)},
					"the answer states another scope than the token has")
			}
		}}
	}
	cr.contrast(t, asking("one scope", one), asking("one scope and a made-up one", one+" "+madeUp))
	t.Require(issued).ToNot(beZero(), "no token is issued for another scope than that of the working request, so there is nothing to be stated")
	if decided == 0 {
		t.NotRun(needScopeSeen)
	}
}

// scopeOf is the scope that is known of a token: a list with blanks between, or a
// JSON array, as some servers have it.
func scopeOf(facts oauth.Answer) (scopes []string, known bool) {
	for _, name := range []string{"scope", "scp"} {
		if s, ok := facts.String(name); ok {
			return strings.Fields(s), true
		}
		if raw, ok := facts.Members[name]; ok && json.Unmarshal(raw, &scopes) == nil && scopes != nil {
			return scopes, true
		}
	}
	return nil, false
}
