package mockidp

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

var (
	atToken = []string{"token"}
	// atJSON are the endpoints that answer with JSON documents a client reads.
	atJSON = []string{"token", endpointMetadata, "jwks", "userinfo", "introspect"}
)

// tokenAnswerLies are told in successful token answers (RFC 6749 §5.1).
var tokenAnswerLies = []lie{
	expiresLie("string", "expires_in is a string of digits.", func(n json.Number) any { return n.String() }),
	expiresLie("float", "expires_in has a fraction.", func(n json.Number) any { return json.Number(n.String() + ".5") }),
	expiresLie("zero", "expires_in is 0.", func(json.Number) any { return 0 }),
	expiresLie("negative", "expires_in is -1.", func(json.Number) any { return -1 }),
	expiresLie("nanoseconds", "expires_in counts nanoseconds.", func(n json.Number) any { return json.Number(n.String() + "000000000") }),
	tokenAnswerLie("token-type-missing", "RFC 6749 §5.1", "token_type is missing.",
		"Refuse the answer; token_type is required.", func(doc object) bool { return remove(doc, "token_type") }),
	tokenAnswerLie("token-type-unknown", "RFC 6749 §7.1", "token_type is one that nobody knows.",
		"Do not use the access token.", func(doc object) bool { doc["token_type"] = "mockidp-unknown"; return true }),
	tokenAnswerLie("access-token-missing", "RFC 6749 §5.1", "access_token is missing.",
		"Refuse the answer.", func(doc object) bool { return remove(doc, "access_token") }),
	tokenAnswerLie("id-token-missing", "OpenID Connect Core §3.1.3.3", "The ID token is missing.",
		"Log nobody in.", func(doc object) bool { return remove(doc, "id_token") }),
	scopeLie("scope-narrowed", "Only the first of the scopes asked for is granted, and the answer says so.",
		"Work with what was granted, or tell the user; never assume the rest.",
		func(doc object, left string) { doc["scope"] = left }),
	scopeLie("scope-narrowed-silently", "Only the first of the scopes asked for is granted, and the answer does not say so.",
		"It cannot know; it must bear a 403 with insufficient_scope (RFC 6750 §3.1).",
		func(doc object, _ string) { delete(doc, "scope") }),
	{Lie: Lie{
		Name: "error-with-200", Clause: "RFC 6749 §5.2",
		Text:   "A right token request is answered with the error invalid_grant and the status 200.",
		Client: "Refuse the answer: it has no access_token.",
		Shows:  "The client reports an error and uses no empty token.",
	}, at: atToken, replace: func(x *exchange) *reply {
		rep := x.json(http.StatusOK, object{"error": errInvalidGrant, "error_description": "the grant is not valid"})
		x.rec.Error = errInvalidGrant
		x.noStore(rep)
		return rep
	}},
	{Lie: Lie{
		Name: "redirect-307", Clause: "RFC 9700 §4.12",
		Text:   "The token endpoint answers 307, which sends the whole request, credentials included, to another place.",
		Client: "Follow no redirect from the token endpoint.",
		Shows:  "No request arrives at " + endpointForeignToken + ".",
	}, at: atToken, replace: func(x *exchange) *reply {
		rep := text(http.StatusTemporaryRedirect, "temporary redirect")
		rep.header.Set("Location", x.id.endpoint("/"+endpointForeignToken))
		x.noStore(rep)
		return rep
	}},
	{Lie: Lie{
		Name: "pkce-ignored", Clause: "RFC 9700 §4.8",
		Text:   "The code challenge is forgotten: any code_verifier will do, and none as well.",
		Client: "It cannot see it in a good login; it sends a challenge and the right verifier all the same, and checks state and nonce.",
		Shows:  "A stolen code that is put into another session gets tokens; the verdicts of the PKCE rules say what a strict server would have refused.",
	}, at: atToken, request: func(x *exchange) bool {
		return x.parameters().Get("grant_type") == GrantAuthorizationCode &&
			offRules(rulePKCEVerifierRequired, rulePKCEVerifierFormat, rulePKCEVerifierMatches, rulePKCENoDowngrade)(x)
	}},
}

// endpointForeignToken is where redirect-307 leads. It gives tokens.
const endpointForeignToken = "foreign/token"

func expiresLie(name, text string, f func(json.Number) any) lie {
	return tokenAnswerLie("expires-in-"+name, "RFC 6749 App. A.14", text,
		"Refuse the answer, or take the lifetime as unknown or over; never as endless.",
		func(doc object) bool {
			n, ok := doc["expires_in"].(json.Number)
			if ok {
				doc["expires_in"] = f(n)
			}
			return ok
		})
}

func tokenAnswerLie(name, clause, text, client string, change func(object) bool) lie {
	return lie{
		Lie: Lie{Name: name, Clause: clause, Text: text, Client: client, Shows: "The client reports an error, or what it does with the token afterwards."},
		at:  atToken, members: func(_ *exchange, doc object) bool { return change(doc) },
	}
}

// scopeLie cuts the scope of the access token to its first word.
func scopeLie(name, text, client string, say func(doc object, left string)) lie {
	return lie{
		Lie: Lie{Name: name, Clause: "RFC 6749 §3.3", Text: text, Client: client,
			Shows: "Whether the client asks for what it was not granted."},
		at: atToken, kind: KindAccessToken,
		token: func(x *exchange, d *draft) bool {
			granted, _ := d.claims["scope"].(string)
			first, _, several := strings.Cut(granted, " ")
			if several {
				d.put("scope", first)
			}
			return several
		},
		members: func(x *exchange, doc object) bool {
			granted, _ := doc["scope"].(string)
			first, _, several := strings.Cut(granted, " ")
			if several {
				say(doc, first)
			}
			return several
		},
	}
}

// claimsLies are told by userinfo and introspection.
var claimsLies = []lie{
	{Lie: Lie{
		Name: "userinfo-sub-other", Clause: "OpenID Connect Core §5.3.2",
		Text:   "sub is another user's.",
		Client: "Use nothing of the answer: sub has to be that of the ID token.",
		Shows:  "The user that the client shows has no claim of the other one.",
	}, at: []string{"userinfo"}, members: func(_ *exchange, doc object) bool { doc["sub"] = "another-user"; return true }},
	{Lie: Lie{
		Name: "userinfo-sub-missing", Clause: "OpenID Connect Core §5.3.2",
		Text:   "sub is missing.",
		Client: "Use nothing of the answer.",
		Shows:  "The user that the client shows has no claim of the answer.",
	}, at: []string{"userinfo"}, members: func(_ *exchange, doc object) bool { return remove(doc, "sub") }},
	{Lie: Lie{
		Name: "introspection-always-active", Clause: "RFC 7662 §2.2",
		Text:   "A token that is unknown, expired or revoked is said to be active.",
		Client: "A resource server cannot see it by the answer alone; it also looks at aud, scope and exp.",
		Shows:  "Whether a token without aud, scope and exp is let in.",
	}, at: []string{"introspect"}, members: func(_ *exchange, doc object) bool {
		if doc["active"] == true {
			return false
		}
		doc["active"] = true
		return true
	}},
}

// wireLies are told in the bytes, whatever they say.
var wireLies = []lie{
	{Lie: Lie{
		Name: "json-duplicate-keys", Clause: "RFC 8259 §4",
		Text:   "The first text member of a JSON answer is there twice, at the end with another value.",
		Client: "Refuse the answer; at least be consistent about which of the two it uses.",
		Shows:  "Which of the two values the client goes on with.",
	}, at: atJSON, answer: func(_ *exchange, rep *reply) bool {
		doc := rep.object()
		var names []string
		for name, value := range doc {
			if _, ok := value.(string); ok {
				names = append(names, name)
			}
		}
		if len(names) == 0 || rep.status >= http.StatusBadRequest {
			return false
		}
		body, err := appendMembers(rep.body, object{slices.Min(names): otherValue})
		rep.body = body
		return err == nil
	}},
	{Lie: Lie{
		Name: "json-bom", Clause: "RFC 8259 §8.1",
		Text:   "A JSON answer begins with a byte order mark.",
		Client: "Ignore it or refuse the answer.",
		Shows:  "The client reports an error or goes on as without it.",
	}, at: atJSON, answer: func(_ *exchange, rep *reply) bool {
		if rep.object() == nil {
			return false
		}
		rep.body = append([]byte("\ufeff"), rep.body...)
		return true
	}},
	{Lie: Lie{
		Name: "html-502", Clause: "RFC 9110 §15.6.3",
		Text:   "The answer is a gateway's HTML page with the status 502.",
		Client: "Report that the provider cannot be reached, and show none of the page as a message.",
		Shows:  "The client's error; it tries again later and not at once without end.",
	}, replace: func(*exchange) *reply {
		return page(http.StatusBadGateway, "502 Bad Gateway", "The server returned an invalid or incomplete response.")
	}},
	sendLie("body-slow", "RFC 9110 §6.1", "The answer arrives at ten bytes a second.",
		"Have a time-out for the whole answer.", Condition{bytesPerSecond: 10}),
	sendLie("body-half", "RFC 9110 §6.1", "The connection ends after half of the answer.",
		"Refuse the answer, also when what has arrived could be read.", Condition{half: true}),
	sendLie("connection-reset", "RFC 9110 §9.2.2", "The connection is reset before an answer.",
		"Report it; a token request is not idempotent and not repeated by itself.", Condition{reset: true}),
}

func sendLie(name, clause, text, client string, c Condition) lie {
	return lie{send: &c, Lie: Lie{Name: name, Clause: clause, Text: text, Client: client,
		Shows: "The client's error, how long it waited, and the number of requests."}}
}
