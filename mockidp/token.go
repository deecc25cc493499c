package mockidp

import (
	"net/http"
	"slices"
	"strings"
)

// tokenParameters are the parameters that the token endpoint recognises: those
// of RFC 6749 and of RFC 7521 §4.2. Only these count when a repeated parameter
// is looked for, because others are ignored (RFC 6749 §3.2) and some that
// extensions define may repeat (RFC 8707 §2).
var tokenParameters = []string{
	"grant_type", "scope", "client_id", "client_secret", "code", "redirect_uri",
	"refresh_token", "username", "password", "client_assertion", "client_assertion_type", "code_verifier",
}

// extensionParameters are those that the extension grants know beside them (RFC
// 8693 §2.1, RFC 8707 §2, RFC 7523 §2.1, RFC 8628 §3.4).
var extensionParameters = []string{
	"resource", "audience", "subject_token", "subject_token_type", "actor_token", "actor_token_type",
	"requested_token_type", "assertion", "device_code",
}

// token answers at the token endpoint. Every answer, whatever its status, is
// kept out of caches (RFC 6749 §5.1).
func (x *exchange) token() *reply {
	if x.varies(varTokenEndpointQuery) && !strings.Contains("&"+x.r.URL.RawQuery+"&", "&"+tokenEndpointQuery+"&") {
		return text(http.StatusNotFound, "not found")
	}
	f, rep := x.tokenParameters()
	if rep != nil {
		return rep
	}
	client, bad := x.checkTokenRequest(f)
	if bad != nil && bad.code == errInvalidClient && !x.keeps(ruleTokenNoRedirect) {
		return &reply{status: http.StatusFound, header: http.Header{"Location": {x.id.endpoint(pathAuthorize)}}}
	}
	if bad != nil {
		return x.refused(bad)
	}
	set, bad := grantFor(f).handle(x, client, f)
	if bad != nil {
		return x.refused(bad)
	}
	if bad := x.passToken(client, f, set); bad != nil {
		return x.refused(bad)
	}
	return x.answerTokens(client, set)
}

// tokenParameters reads the request's parameters, or gives the answer to a
// request that has none to read. They are those of the body; the query of the
// token endpoint holds none (RFC 6749 §3.2, §4.4.2).
func (x *exchange) tokenParameters() (form, *reply) {
	isPost := x.r.Method == http.MethodPost
	switch {
	case x.breaks(ruleTokenPostOnly, isPost, "POST", x.r.Method), !isPost && x.r.Method != http.MethodGet:
		return nil, x.wrongTokenMethod()
	case !isPost:
		return x.formOf(x.r.URL.RawQuery)
	}
	f, rep := x.bodyForm()
	if f.beyondASCII() && !x.keeps(ruleTokenParametersUTF8) {
		f = f.asLatin1()
	}
	return f, rep
}

func (x *exchange) wrongTokenMethod() *reply {
	bad := refuse(errInvalidRequest, "a token request is a POST")
	switch {
	case x.varies(varWrongMethod400):
		return x.errorReply(http.StatusBadRequest, bad)
	case x.varies(varWrongMethod404):
		return x.errorReply(http.StatusNotFound, bad)
	}
	return x.allow(x.errorReply(http.StatusMethodNotAllowed, bad), http.MethodPost)
}

// checkTokenRequest finds the client and refuses what is wrong with the request.
// No specification fixes the order of the steps; two variances change it.
func (x *exchange) checkTokenRequest(f form) (*Client, *refusal) {
	late := x.varies(varDuplicatesAfterAuth)
	if !late {
		if bad := x.checkRepeated(f); bad != nil {
			return nil, bad
		}
	}
	if bad := x.checkParameterNames(f); bad != nil {
		return nil, bad
	}
	grantFirst := x.varies(varGrantTypeBeforeAuth)
	if grantFirst {
		if bad := x.checkGrantType(f); bad != nil {
			return nil, bad
		}
	}
	client, bad := x.authenticate(f)
	if bad != nil {
		return nil, bad
	}
	if late {
		if bad := x.checkRepeated(f); bad != nil {
			return nil, bad
		}
	}
	if !grantFirst {
		if bad := x.checkGrantType(f); bad != nil {
			return nil, bad
		}
	}
	// RFC 6749 §4.4: client credentials, for one, are for confidential clients
	// only. A public client is never registered for them.
	grant := grantFor(f).name
	allowed := client.mayUseGrant(grant) || grant == GrantPassword && !client.Public && !x.keeps(rulePasswordRegistered)
	if x.breaks(ruleClientGrantRegistered, allowed, "a grant type registered for the client", grant) {
		return nil, refuse(errUnauthorizedClient, "the client is not registered for this grant type")
	}
	return client, nil
}

// checkRepeated applies RFC 6749 §3.2: parameters are not sent more than once.
func (x *exchange) checkRepeated(f form) *refusal {
	name := f.repeated(tokenParameters)
	if x.breaks(ruleParametersUnrepeated, name == "", "each parameter once", name+" more than once") {
		return refuse(errInvalidRequest, name+" is sent more than once")
	}
	return nil
}

// checkParameterNames refuses what RFC 6749 §3.2 lets pass: parameters that nobody
// knows, and parameters without a value. Only a provider does whose rules about
// them are off.
func (x *exchange) checkParameterNames(f form) *refusal {
	for name := range f {
		if !slices.Contains(tokenParameters, name) && !slices.Contains(extensionParameters, name) && !x.keeps(ruleUnknownParametersIgnored) {
			return refuse(errInvalidRequest, "the request has a parameter that is not known")
		}
	}
	for pair := range strings.SplitSeq(string(x.body), "&") {
		if name, value, _ := strings.Cut(pair, "="); name != "" && value == "" && !x.keeps(ruleEmptyParametersOmitted) {
			return refuse(errInvalidRequest, "the request has a parameter without a value")
		}
	}
	return nil
}

// grantFor is the grant of a request whose grant type has passed: the one named,
// in whatever letter case, else client credentials.
func grantFor(f form) grantType {
	got := f.get("grant_type")
	if g, ok := grantNamed(got); ok {
		return g
	}
	for _, g := range grantTypes {
		if strings.EqualFold(g.name, got) {
			return g
		}
	}
	g, _ := grantNamed(GrantClientCredentials)
	return g
}

// checkGrantType refuses a request whose grant type is missing or is none that
// is served.
func (x *exchange) checkGrantType(f form) *refusal {
	got := f.get("grant_type")
	if x.breaks(ruleGrantTypeRequired, got != "", "grant_type", "none") {
		if !x.keeps(ruleNoServerError) {
			return &refusal{crash: true}
		}
		return refuse(errInvalidRequest, "grant_type is missing")
	}
	if got == "" {
		return nil
	}
	if x.servesGrant(got) {
		x.breaks(ruleGrantTypeExact, true, "", "")
		x.breaks(ruleGrantTypeKnown, true, "", "")
		return nil
	}
	served := slices.DeleteFunc(x.p.servedGrants(), func(g string) bool { return !x.servesGrant(g) })
	bad := refuse(errUnsupportedGrantType, "the grant type is not served")
	if near := slices.IndexFunc(served, func(g string) bool { return strings.EqualFold(g, got) }); near >= 0 {
		if x.breaks(ruleGrantTypeExact, false, served[near], "another spelling") {
			return bad
		}
		return nil
	}
	if x.breaks(ruleGrantTypeKnown, false, strings.Join(served, ", "), "another grant type") {
		return bad
	}
	return nil
}

// servesGrant reports whether the token endpoint serves a grant type. A provider
// that advertises a grant it does not have refuses that one, and one that hides a
// grant serves it under the other name as well.
func (x *exchange) servesGrant(name string) bool {
	switch name {
	case grantExtension:
		return !x.keeps(ruleMetadataGrantsComplete)
	case GrantPassword:
		if !x.keeps(ruleMetadataGrantsServed) {
			return false
		}
		if !x.keeps(rulePasswordRegistered) {
			return true
		}
	}
	_, known := grantNamed(name)
	return known && x.p.servesGrant(name)
}
