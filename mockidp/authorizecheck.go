package mockidp

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
)

// readAuthRequest checks the parameters of an authorization request. There is a
// paragraph for the user when there is no one else to tell: until client and
// redirect URI are known to be right, the browser is not sent anywhere (RFC 6749
// §3.1.2.4, §4.1.2.1). Else there is a request, and a refusal when the client is
// to be told what is wrong with it.
func (x *exchange) readAuthRequest(f form) (ar *authRequest, bad *refusal, paragraph string) {
	repeated := f.repeated(authorizeParameters)
	if repeated != "" && !x.breaks(ruleAuthorizationUnrepeated, false, "every parameter once", repeated+" more than once") {
		repeated = ""
	}
	if repeated == "client_id" || repeated == "redirect_uri" {
		return nil, nil, "The parameter " + repeated + " is there more than once."
	}
	client := x.p.registry.find(f.get("client_id"))
	if client == nil {
		return nil, nil, "The client is not known here."
	}
	target, paragraph := x.redirectTarget(client, f.get("redirect_uri"))
	if paragraph != "" {
		return nil, nil, paragraph
	}
	// OAuth lets a client with one redirect URI leave it out, OpenID Connect does
	// not.
	if openid := slices.Contains(strings.Fields(f.get("scope")), "openid"); openid &&
		x.breaks(ruleOpenIDRedirectURI, f.get("redirect_uri") != "", "redirect_uri", "none") {
		return nil, nil, "The redirect_uri is missing, which a request with the scope openid has."
	}
	ar = &authRequest{
		client: client, params: f, redirectURI: target, sentRedirect: f.get("redirect_uri"), mode: modeQuery,
		nonce: f.get("nonce"), loginHint: f.get("login_hint"), maxAge: -1,
		acrValues: strings.Fields(f.get("acr_values")), prompt: strings.Fields(f.get("prompt")),
	}
	if repeated != "state" {
		ar.state = f.get("state")
	}
	words, known := x.parseResponseType(f.get("response_type"))
	if known && (slices.Contains(words, "token") || slices.Contains(words, "id_token")) {
		ar.mode = modeFragment
	}
	// An error goes where the answer would have gone, when that can be told.
	if mode := f.get("response_mode"); mode == modeFormPost || mode == modeFragment || mode == modeWebMessage {
		ar.mode = mode
	}
	if repeated != "" {
		return ar, refuse(errInvalidRequest, repeated+" is there more than once"), ""
	}
	for _, check := range []func(*authRequest, form) *refusal{
		func(ar *authRequest, f form) *refusal { return x.checkResponseType(ar, f, words, known) },
		x.checkResponseMode, x.checkAuthScope, x.checkNotServed, x.checkChallenge, x.checkNonce, x.checkPrompt, x.checkHints,
	} {
		switch bad := check(ar, f); {
		case bad == nil:
		case bad.page:
			return nil, nil, "It is not valid: " + bad.description + "."
		default:
			return ar, bad, ""
		}
	}
	return ar, nil, ""
}

func (x *exchange) checkResponseType(ar *authRequest, f form, words []string, known bool) *refusal {
	name := strings.Join(words, " ")
	switch {
	case f.get("response_type") == "" && !known:
		return refuse(errInvalidRequest, "response_type is missing")
	case !known || !slices.Contains(x.p.servedResponseTypes(), name):
		return refuse(errUnsupportedResponseType, "the response type is not served")
	}
	ar.responseType = words
	allowed := name == responseTypeNone || slices.Contains(ar.client.ResponseTypes, name)
	if x.breaks(ruleResponseTypeRegistered, allowed, "a response type registered for the client", name) {
		return refuse(errUnauthorizedClient, "the client is not registered for this response type")
	}
	return nil
}

// parseResponseType reads the response type of a request. What is missing, or not
// served, is none where the rules are in force.
func (x *exchange) parseResponseType(s string) (words []string, known bool) {
	if s == "" {
		if x.breaks(ruleResponseTypeRequired, false, "response_type", "none") {
			return nil, false
		}
		return []string{"code"}, true
	}
	words, known = parseResponseType(s)
	served := known && slices.Contains(x.p.servedResponseTypes(), strings.Join(words, " "))
	if !served && !x.breaks(ruleResponseTypeKnown, false, "a response type that is served", "another") {
		return []string{"code"}, true
	}
	return words, known
}

// checkResponseMode finds how the answer goes back. A token or an ID token does
// not go into a query, which servers and proxies log.
func (x *exchange) checkResponseMode(ar *authRequest, f form) *refusal {
	mode := f.get("response_mode")
	tokens := ar.wants("token") || ar.wants("id_token")
	switch {
	case mode == "":
		return nil
	case !slices.Contains(responseModes, mode):
		return refuse(errInvalidRequest, "the response mode is not served")
	case tokens && x.breaks(ruleTokensNotInQuery, mode != modeQuery, "fragment or form_post", mode):
		return refuse(errInvalidRequest, "tokens are not sent in a query")
	}
	ar.mode = mode
	return nil
}

func (x *exchange) checkAuthScope(ar *authRequest, f form) *refusal {
	if f.get("scope") == "" {
		switch {
		case x.varies(varAuthorizationScopeRequired):
			return refuse(errInvalidScope, "scope is missing")
		case !x.keeps(ruleScopeOmitted):
			return refuse(errInvalidRequest, "scope is missing")
		}
	}
	scope, bad := x.grantScope(ar.client, x.scopeAsked(ar, f))
	if bad != nil {
		return bad
	}
	scope.silent = scope.silent || ar.wants("token") && len(strings.Fields(f.get("scope"))) > len(scope.scopes) && !x.keeps(ruleAnswerScopeStated)
	// OpenID Connect Core §11: offline_access is ignored where no code is asked
	// for. Where one is, refresh tokens are given to every client that has the
	// grant, with and without offline_access, unless the client is registered
	// otherwise: §11 leaves that to the server.
	if !ar.wants("code") || x.offlineOnly(ar.client) && !ar.prompts("consent") && x.keeps(ruleOfflineConsented) {
		scope.scopes = slices.DeleteFunc(slices.Clone(scope.scopes), func(s string) bool { return s == scopeOffline })
	}
	ar.scope = scope
	if ar.wants("id_token") && !slices.Contains(scope.scopes, "openid") {
		return refuse(errInvalidScope, "an ID token is asked for without the scope openid")
	}
	ar.resources, bad = x.resources(ar.client, f)
	return bad
}

// scopeAsked is the scope parameter of an authorization request. Where the rule
// about the scope of the answer is off, what the client may not have is not in it.
func (x *exchange) scopeAsked(ar *authRequest, f form) string {
	requested := f.get("scope")
	words, ok := parseScope(requested)
	known := slices.DeleteFunc(slices.Clone(words), func(s string) bool { return !slices.Contains(ar.client.Scopes, s) })
	if ok && ar.wants("token") && len(known) > 0 && len(known) < len(words) && !x.keeps(ruleAnswerScopeStated) {
		return joinScope(known)
	}
	return requested
}

// checkNotServed refuses what a client could rely on and what is not served
// (OpenID Connect Core §3.1.2.6).
func (x *exchange) checkNotServed(_ *authRequest, f form) *refusal {
	for _, name := range []string{"request", "request_uri", "registration"} {
		if f.get(name) != "" {
			return refuse(name+"_not_supported", name+" is not served here")
		}
	}
	return nil
}

// checkNonce wants a nonce wherever an ID token comes by way of the browser
// (OpenID Connect Core §3.2.2.1, §3.3.2.1).
func (x *exchange) checkNonce(ar *authRequest, _ form) *refusal {
	if ar.wants("id_token") && x.breaks(ruleNonceRequired, ar.nonce != "", "nonce", "none") {
		return refuse(errInvalidRequest, "nonce is missing")
	}
	return nil
}

// checkPrompt applies OpenID Connect Core §3.1.2.1. Words that are not defined
// there are ignored.
func (x *exchange) checkPrompt(ar *authRequest, f form) *refusal {
	if ar.prompts("none") && x.breaks(rulePromptNoneAlone, len(ar.prompt) == 1, "none alone", "none beside other values") {
		return refuse(errInvalidRequest, "prompt has none together with other values")
	}
	if age := f.get("max_age"); age != "" {
		// Where it is more than fits, the most that does is long enough.
		seconds, err := strconv.ParseUint(age, 10, 31)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return refuse(errInvalidRequest, "max_age is not a number of seconds")
		}
		ar.maxAge = time.Duration(seconds) * time.Second
	}
	return nil
}

// checkHints reads id_token_hint (OpenID Connect Core §3.1.2.1): an ID token that
// this provider issued, expired or not.
func (x *exchange) checkHints(ar *authRequest, f form) *refusal {
	hint := f.get("id_token_hint")
	if hint == "" {
		return nil
	}
	t := x.p.grants.find(hint, KindIDToken)
	if t == nil {
		return refuse(errInvalidRequest, "id_token_hint is no ID token of this provider")
	}
	ar.hintedSubject = t.grant.subject
	return nil
}
