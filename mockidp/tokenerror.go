package mockidp

import (
	"fmt"
	"net/http"
	"strings"
)

// The error codes of RFC 6749 §5.2.
const (
	errInvalidRequest       = "invalid_request"
	errInvalidClient        = "invalid_client"
	errUnauthorizedClient   = "unauthorized_client"
	errUnsupportedGrantType = "unsupported_grant_type"
	errInvalidScope         = "invalid_scope"
	errInvalidGrant         = "invalid_grant"
)

// The error codes of the authorization endpoint (RFC 6749 §4.1.2.1, OpenID
// Connect Core §3.1.2.6), of resource indicators (RFC 8707 §2) and of protected
// resources (RFC 6750 §3.1).
const (
	errUnsupportedResponseType = "unsupported_response_type"
	errLoginRequired           = "login_required"
	errInteractionRequired     = "interaction_required"
	errSelectionRequired       = "account_selection_required"
	errInvalidTarget           = "invalid_target"
	errInsufficientScope       = "insufficient_scope"
	errConsentRequired         = "consent_required"
	errAccessDenied            = "access_denied"
	errInvalidToken            = "invalid_token"
)

// refusal is why a token request is refused.
type refusal struct {
	code string
	// description is for people. It is a fixed text, so it keeps to the
	// characters that RFC 6749 §5.2 allows and repeats nothing of the request.
	description string
	// crash stands for a server that fails where it should refuse.
	crash bool
	// page stands for one that tells the user what the client should be told.
	page bool
}

func refuse(code, description string) *refusal { return &refusal{code: code, description: description} }

// refused is the answer to a refused request: 400, or 401 for a client that did
// not authenticate (RFC 6749 §5.2).
func (x *exchange) refused(bad *refusal) *reply {
	if bad.crash {
		rep := text(http.StatusInternalServerError, "Internal Server Error")
		x.noStore(rep)
		return rep
	}
	if bad.code != errInvalidClient {
		return x.errorReply(http.StatusBadRequest, bad)
	}
	if !x.keeps(ruleInvalidClientCode) {
		bad = refuse(errUnauthorizedClient, bad.description)
	}
	if !x.keeps(ruleInvalidClient401) || !attemptedHeader(x.r) && x.varies(varInvalidClient400) {
		return x.errorReply(http.StatusBadRequest, bad)
	}
	rep := x.errorReply(http.StatusUnauthorized, bad)
	if x.keeps(ruleBasicChallenge) {
		rep.header["Www-Authenticate"] = x.challenge()
	}
	return rep
}

// challenge is the value of WWW-Authenticate (RFC 7617 §2): one element for each
// header line.
func (x *exchange) challenge() []string {
	const (
		basic = `Basic realm="mockidp", charset="UTF-8"`
		other = `Newauth realm="apps", type=1, title="Log in to \"apps\", please"`
	)
	switch {
	case x.varies(varChallengeSeveral):
		return []string{other + ", " + basic + ", Negotiate"}
	case x.varies(varChallengeLines):
		return []string{other, basic}
	case x.varies(varChallengeSchemeCase):
		return []string{strings.Replace(basic, "Basic realm", "basic REALM", 1)}
	}
	return []string{basic}
}

// errorReply is the answer that carries an error (RFC 6749 §5.2).
func (x *exchange) errorReply(status int, bad *refusal) *reply {
	x.rec.Error = bad.code
	doc := object{"error": bad.code, "error_description": bad.description}
	switch {
	case x.varies(varErrorDescriptionLong):
		doc["error_description"] = bad.description + strings.Repeat(". This sentence is only here to make the description long", 34)
		doc["error_uri"] = "https://mockidp.example/errors?code=" + bad.code + "#more"
	case x.varies(varErrorDescriptionNone):
		delete(doc, "error_description")
	}
	if said, ok := doc["error_description"]; ok && !x.keeps(ruleErrorCharacters) {
		doc["error_description"] = fmt.Sprintf("%q", said)
	}
	if x.varies(varUnknownMembers) {
		doc["mockidp_extension"] = object{"levels": []int{1, 2, 3}, "nothing": nil}
	}
	if !x.keeps(ruleErrorMember) {
		doc = object{"message": bad.description}
	}
	if status == http.StatusBadRequest && !x.keeps(ruleErrorStatus400) {
		status = http.StatusOK
	}
	rep := x.json(status, doc)
	if !x.keeps(ruleErrorJSON) {
		rep = text(status, "error")
	}
	if x.keeps(ruleTokenErrorNoStore) {
		x.noStore(rep)
	}
	return rep
}
