package authserver

import (
	"strings"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// clientCredentials are the checks on the client credentials grant
// (RFC 6749 §4.4).
func clientCredentials() []*check.Check {
	return []*check.Check{
		{
			// RFC 6749 §4.4.3: a valid and authorized request is answered with an
			// access token as §5.1 describes: 200, a JSON object, with access_token
			// and token_type. Whether the request of the target file is authorized
			// only the target knows: a refusal decides nothing.
			ID: "cc-happy", Level: check.Must,
			Title:   "A confidential client gets an access token.",
			Clauses: []string{"RFC 6749 §4.4.3", "RFC 6749 §4.4.2", "RFC 6749 §5.1"},
			Sent:    "A client credentials request by an authentication method that works; ca-basic and ca-post try each.",
			Judged:  "200, application/json, access_token and token_type as strings. A refusal or a page: error, since client, scope or URL may be set up otherwise.",
			Needs:   forGrant,
			Proves:  []string{"token-client-credentials", "token-type-present"},
			Run: func(t *check.T) {
				cr := working(t)
				r := t.Do("client credentials by "+cr.method, "token", cr.request(t).HTTP())
				if why := undecided(r); why != "" {
					t.Inconclusive("the client credentials request did not succeed (%s); %s", oauth.Describe(r), why)
				}
				judgeTokenResponse(t, r)
			},
		},
		{
			// RFC 6749 §4.4.2: the authorization server must authenticate the
			// client; §5.2: a failed authentication is invalid_client.
			ID: "cc-no-auth", Level: check.Must,
			Title:   "Without any client authentication the request is refused as invalid_client.",
			Clauses: []string{"RFC 6749 §4.4.2", "RFC 6749 §3.2.1", "RFC 6749 §5.2"},
			Sent:    "The working request without credentials and without client_id.",
			Judged:  "No token; then the error code: invalid_client. invalid_request is accepted, since the client identifier is missing too.",
			Needs:   forGrant,
			Proves:  []string{"client-authentication-required"},
			Run: func(t *check.T) {
				working(t).contrast(t, change{"without credentials",
					func(r *oauth.TokenRequest) { r.Unauthenticate() },
					refused(t, "invalid_client", "invalid_request")})
			},
		},
		{
			// RFC 6749 §4.4: the grant must only be used by confidential clients, and
			// the server must authenticate the client (§4.4.2). A public one asks with
			// what it has: its identifier.
			ID: "cc-public-refused", Level: check.Must,
			Title:   "A public client gets no token by the client credentials grant.",
			Clauses: []string{"RFC 6749 §4.4", "RFC 6749 §4.4.2", "RFC 6749 §5.2", "OAuth 2.1 draft §4.2"},
			Sent:    "A client credentials request with the client_id of a public client, for each that there is up to three; as a control, that of a confidential client.",
			Judged:  "No token; then the error code: unauthorized_client, or invalid_client.",
			Needs:   []check.Need{needTokenEndpoint, needConfidential, needPublic},
			Proves:  []string{"client-grant-registered"},
			Run: func(t *check.T) {
				var changes []change
				for _, c := range publicClients(t)[:min(3, len(publicClients(t)))] {
					changes = append(changes, change{"the public client " + c.ID, func(r *oauth.TokenRequest) {
						*r = *credentials{client: &c}.bare(t).Authenticate(oauth.NoneMethod, c.ID, "")
					}, refused(t, "unauthorized_client", "invalid_client")})
				}
				working(t).contrast(t, changes...)
			},
		},
		{
			// RFC 6749 §4.4.3: a refresh token SHOULD NOT be included.
			ID: "cc-no-refresh", Level: check.ShouldNot,
			Title:   "No refresh token is issued for client credentials.",
			Clauses: []string{"RFC 6749 §4.4.3"},
			Sent:    "The working request, and once more with the scope offline_access added.",
			Judged:  "The member refresh_token of the answers. A refusal of the added scope is fine.",
			Needs:   forGrant,
			Proves:  []string{"client-credentials-no-refresh"},
			Run: func(t *check.T) {
				cr := working(t)
				plain := t.Do("client credentials", "token", cr.request(t).HTTP())
				t.Require(succeeded(plain)).To(beEmpty(), "the correct request does not succeed")
				more := cr.request(t)
				more.Set("scope", strings.TrimSpace(more.Get("scope")+" offline_access"))
				offline := t.Do("with the scope offline_access", "token", more.HTTP())
				t.Expect(offline).To(giveNoRefreshToken(offline), "the target issues a refresh token for client credentials")
				t.Look("client credentials", plain)
				t.Expect(plain).To(giveNoRefreshToken(plain), "the target issues a refresh token for client credentials")
			},
		},
		{
			// RFC 6749 §3.3: the server may ignore a scope, and must say which
			// scope it granted when that is another than the one requested; §5.2:
			// an unknown scope is invalid_scope. A token without "scope" in the
			// answer says that all that was requested was granted (§5.1), which is
			// wrong only where it can be seen that it was not.
			ID: "cc-invalid-scope", Level: check.Must,
			Title:   "An unknown scope is refused as invalid_scope, or the answer states the scope that was granted.",
			Clauses: []string{"RFC 6749 §3.3", "RFC 6749 §5.1", "RFC 6749 §5.2"},
			Sent:    "The working request with a made-up scope in place of its own.",
			Judged:  "invalid_scope, or a token with another scope stated: pass. The made-up scope granted, as the answer or the token says (an answer without scope says so): warn. No scope in the answer, and a token without the made-up one, by introspection or the claim of a JWT: fail.",
			Needs:   forGrant,
			Proves:  []string{"scope-known"},
			Run: func(t *check.T) {
				scope := "authassay-" + t.Random(12)
				cr, step := working(t), "with the made-up scope "+scope
				cr.contrast(t, change{step,
					func(r *oauth.TokenRequest) { r.Set("scope", scope) },
					func(r *check.Response) { scopeAnswered(t, step, cr, r, scope) }})
			},
		},
	}
}

// undecided says why an answer to the correct request says nothing about the
// target: only one that tries to be a token response can be judged as one.
func undecided(r *check.Response) string {
	switch {
	case oauth.Page(r):
		return "is it the URL of the token endpoint, and does the request reach the target?"
	case oauth.Read(r).Error() != "":
		return "are identifier, secret, method, scope and grant those of the registration?"
	case r.Status < 200 || r.Status > 299, oauth.Read(r).Members == nil && oauth.Issued(r) == "":
		return "is it the URL of the token endpoint?"
	}
	return ""
}

func scopeAnswered(t *check.T, step string, cr credentials, r *check.Response, scope string) {
	if oauth.Issued(r) == "" {
		t.Safe(r).To(oauth.HaveError("invalid_scope"), "the refusal of an unknown scope does not name its reason as the clause describes")
		return
	}
	stated, says := oauth.Read(r).String("scope")
	real, known := scopeOf(tokenFacts(t, cr, r))
	t.Look(step, r)
	seen(stated, says, real, known).judgeMadeUp(t, scope)
}

// giveNoRefreshToken says that an answer holds no refresh token. Some servers
// send the member empty.
func giveNoRefreshToken(r *check.Response) statement {
	s, _ := oauth.Read(r).String("refresh_token")
	return statement{s == "", "no refresh_token", "a refresh_token"}
}
