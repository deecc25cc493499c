package mockidp

import (
	"net/http"
	"slices"
)

// authorizeParameters are the parameters that the authorization endpoint
// recognises and that may be there once (RFC 6749 §3.1), in the order in which a
// repeated one is looked for: first those that decide whether there is anyone to
// tell. The parameter resource may repeat (RFC 8707 §2).
var authorizeParameters = []string{
	"client_id", "redirect_uri", "response_type", "scope", "state",
	"response_mode", "nonce", "prompt", "max_age", "login_hint", "id_token_hint", "acr_values", "display", "ui_locales",
	"code_challenge", "code_challenge_method", "request", "request_uri", "registration", "claims",
}

// authorizeEndpoint lets the authorization endpoint answer the methods it is for,
// and nobody but the browser itself read what it answers (RFC 9700 §2.6).
func (x *exchange) authorizeEndpoint() *reply {
	methods := []string{http.MethodGet, http.MethodHead, http.MethodPost}
	if x.r.Method != http.MethodPost && slices.Contains(methods, x.r.Method) && !x.keeps(ruleAuthorizationGet) {
		return x.wrongMethod(http.MethodPost)
	}
	origin := x.r.Header.Get("Origin")
	if origin == "" || x.keeps(ruleAuthorizationNoCORS) {
		return x.only((*exchange).authorize, methods...)
	}
	rep := text(http.StatusNoContent, "")
	if x.r.Method != http.MethodOptions {
		rep = x.only((*exchange).authorize, methods...)
	}
	rep.header.Set("Access-Control-Allow-Origin", origin)
	rep.header.Set("Access-Control-Allow-Credentials", "true")
	return rep
}

// authorize answers at the authorization endpoint (RFC 6749 §3.1).
func (x *exchange) authorize() *reply {
	f, rep := x.browserForm()
	if rep != nil {
		return rep
	}
	if rep := x.askedAgain(pathAuthorize, f); rep != nil {
		return rep
	}
	f, rep = x.storedRequest(f)
	if rep != nil {
		return rep
	}
	ar, bad, paragraph := x.readAuthRequest(f)
	if bad == nil && paragraph == "" {
		bad = x.fussy(f)
	}
	switch {
	case paragraph != "":
		if rep := x.redirectedAnyway(f); rep != nil {
			return rep
		}
		return x.authorizePage(paragraph)
	case bad != nil:
		if rep := x.loginBefore(ar, bad); rep != nil {
			return rep
		}
		return x.authorizeRefused(ar, bad)
	}
	who, bad, rep := x.interact(ar)
	switch {
	case rep != nil:
		return rep
	case bad != nil:
		return x.authorizeRefused(ar, bad)
	}
	return x.authorized(ar, who)
}

// authorizePage tells the user, and no one else, what is wrong (RFC 6749
// §4.1.2.1).
func (x *exchange) authorizePage(paragraph string) *reply {
	x.rec.Error = errInvalidRequest
	status := http.StatusBadRequest
	if x.varies(varErrorPage200) {
		status = http.StatusOK
	}
	return x.messagePage(status, "This request cannot be answered", paragraph)
}

// authorizeRefused tells the client what is wrong (RFC 6749 §4.1.2.1).
func (x *exchange) authorizeRefused(ar *authRequest, bad *refusal) *reply {
	if ar.device != nil {
		return x.deviceDecided(ar.device, nil)
	}
	if !x.keeps(ruleErrorRedirected) {
		return x.authorizePage("It is not valid: " + bad.description + ".")
	}
	x.rec.Error = bad.code
	members := map[string]string{"error": bad.code, "error_description": bad.description}
	if !x.keeps(ruleErrorRegistered) {
		members["error"] = "bad_request"
	}
	if !x.keeps(ruleAuthorizationErrorCharacters) {
		members["error_description"] = `"` + bad.description + `"`
	}
	if !x.keeps(ruleErrorPresent) {
		delete(members, "error")
	}
	return x.authorizeAnswer(ar, members)
}

// authorized gives the client what it asked for: the user is logged in and
// agrees. With the response type none that is neither code nor token (OAuth 2.0
// Multiple Response Type Encoding Practices §4).
func (x *exchange) authorized(ar *authRequest, who *login) *reply {
	if ar.device != nil {
		return x.deviceDecided(ar.device, who)
	}
	scope := ar.scope
	if who.scopes != nil {
		scope.scopes = slices.DeleteFunc(slices.Clone(scope.scopes), func(s string) bool { return !slices.Contains(who.scopes, s) })
	}
	kind := GrantImplicit
	if ar.wants("code") {
		kind = GrantAuthorizationCode
	}
	g := x.p.grants.begin(&grant{
		kind: kind, client: ar.client.ID, user: who.user, subject: who.user.Subject,
		scopes: scope.scopes, resources: ar.resources, params: remembered(ar.params),
		nonce: ar.nonce, authTime: who.at, acr: who.acr, amr: who.amr,
		redirectURI: ar.sentRedirect, challenge: ar.challenge, challengeWay: ar.challengeWay,
	})
	values := map[string]string{}
	var extras idTokenExtras
	if ar.wants("code") {
		extras.code = x.issueCode(ar.client, g)
		values["code"] = extras.code
	}
	if ar.mode == modeQuery && ar.wants("code") && !ar.wants("token") && !x.keeps(ruleCodeAnswerNoToken) {
		if access, _, err := x.issueAccess(ar.client, g, accessOptions{scopes: scope.scopes, audience: g.resources}); err == nil {
			values["access_token"] = access
		}
	}
	if ar.wants("token") {
		access, _, err := x.issueAccess(ar.client, g, accessOptions{scopes: scope.scopes, audience: g.resources})
		if err != nil {
			return x.authorizeRefused(ar, refuse("server_error", "the signing key is not ready"))
		}
		extras.accessToken = access
		x.describeToken(values, ar.client, scope)
		values["access_token"] = access
		if !x.keeps(ruleAnswerNoRefresh) {
			values["refresh_token"] = x.issueRefresh(ar.client, g, nil, g.scopes)
		}
	}
	if ar.wants("id_token") {
		idToken, err := x.issueIDToken(ar.client, g, nil, extras)
		if err != nil {
			return x.authorizeRefused(ar, refuse("server_error", "the signing key is not ready"))
		}
		values["id_token"] = idToken
	}
	x.revokeOrphans(ar.client, g)
	return x.authorizeAnswer(ar, values)
}
