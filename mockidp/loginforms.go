package mockidp

import (
	"net/http"
	"net/url"
)

// Paths of the pages that users see, below the issuer.
const (
	pathLogin   = "/login"
	pathConsent = "/consent"
	pathSignOut = "/signout"
)

// wrongLogin is the one message for a user name that does not exist and for a
// wrong password: it tells nobody which names exist.
const wrongLogin = "The user name or the password is wrong."

// frontPage finds the page of a path, or nil.
func (x *exchange) frontPage(path string) endpoint {
	switch path {
	case x.id.path + pathLogin:
		return (*exchange).loginEndpoint
	case x.id.path + pathConsent:
		return (*exchange).consentEndpoint
	case x.id.path + pathSignOut:
		return (*exchange).signOutEndpoint
	}
	return nil
}

// loginEndpoint shows the login page of an interaction anew, or takes its form.
func (x *exchange) loginEndpoint() *reply {
	if x.r.Method != http.MethodPost {
		it := x.shown()
		if it == nil || it.request == nil {
			return x.staleForm()
		}
		return x.loginPage(it, it.request.loginHint, "")
	}
	f, it, stale := x.submitted(ruleLoginCSRF)
	if stale != nil {
		return stale
	}
	ar := it.request
	if ar == nil || !x.stillRegistered(ar) {
		return x.staleForm()
	}
	if f.get("action") == "deny" {
		return x.denied(it, "the user cancelled the login")
	}
	user := x.p.users.find(f.get("username"))
	var amr []string
	if x.loginMode(ar.client) == LoginPassword {
		if amr = []string{"pwd"}; !x.passwordFits(user, f.get("password")) {
			return x.loginPage(it, f.get("username"), wrongLogin)
		}
	}
	if user == nil {
		return x.loginPage(it, f.get("username"), "There is no such account.")
	}
	if ar.hintedSubject != "" && ar.hintedSubject != user.Subject {
		// OpenID Connect Core §3.1.2.1: the user of the hint, or an error.
		x.finish(it)
		return x.afterForm(x.authorizeRefused(ar, refuse(errLoginRequired, "another user than the one of the id_token_hint has logged in")))
	}
	s, cookie := x.beginSession(it, user, amr)
	it.setLogin(&login{user: user, at: s.at, amr: amr})
	if it.bad != nil {
		x.finish(it)
		return withCookie(x.afterForm(x.authorizeRefused(ar, it.bad)), cookie)
	}
	if x.asks(ar, s) {
		return withCookie(x.pageRedirect(pathConsent, it), cookie)
	}
	return withCookie(x.allowed(it), cookie)
}

// passwordFits verifies a password. A user who does not exist costs the same
// time as one who does.
func (x *exchange) passwordFits(user *User, password string) bool {
	nobody := &User{Password: wrongLogin}
	if user == nil {
		_ = nobody.passwordIs(password)
		return false
	}
	fits := user.passwordIs(password)
	return !x.breaks(ruleLoginPassword, fits, "the user's password", "another")
}

// consentEndpoint shows the consent page of an interaction, or takes its form.
func (x *exchange) consentEndpoint() *reply {
	if x.r.Method != http.MethodPost {
		it := x.shown()
		if it == nil || it.getLogin() == nil {
			return x.staleForm()
		}
		return x.consentPage(it)
	}
	f, it, stale := x.submitted(ruleConsentCSRF)
	if stale != nil {
		return stale
	}
	l := it.getLogin()
	if l == nil || !x.stillRegistered(it.request) {
		return x.staleForm()
	}
	switch f.get("action") {
	case "allow":
		if s, found, expired := x.p.front.sessions.get(it.owner(), x.rec.Time); found && !expired {
			s.agree(it.request.client.ID, it.request.scope.scopes)
		}
		return x.allowed(it)
	case "switch":
		it.setLogin(nil)
		return x.pageRedirect(pathLogin, it)
	}
	if !x.keeps(ruleConsentRespected) {
		return x.allowed(it)
	}
	return x.denied(it, "the user did not agree")
}

// allowed sends the browser back to the client with what it asked for.
func (x *exchange) allowed(it *interaction) *reply {
	if !x.finish(it) {
		return x.staleForm()
	}
	return x.afterForm(x.authorized(it.request, it.getLogin()))
}

// denied sends the browser back to the client without (RFC 6749 §4.1.2.1).
func (x *exchange) denied(it *interaction, why string) *reply {
	if !x.finish(it) {
		return x.staleForm()
	}
	return x.afterForm(x.authorizeRefused(it.request, refuse(errAccessDenied, why)))
}

// pageRedirect leads the browser to the next page of an interaction. It names
// the path alone, so that the browser stays with the host it knows.
func (x *exchange) pageRedirect(path string, it *interaction) *reply {
	rep := text(http.StatusSeeOther, "see other")
	rep.header.Set("Location", x.id.path+path+"?"+url.Values{"interaction": {it.id}}.Encode())
	rep.header.Set("Cache-Control", "no-store")
	rep.header.Set("Referrer-Policy", "no-referrer")
	return rep
}

// afterForm sends the browser from a form in which users give credentials or
// consent to the client. The status is 303, so that the browser does not send the
// form on (RFC 9700 §4.12).
func (x *exchange) afterForm(rep *reply) *reply {
	if rep.header.Get("Location") != "" && !x.keeps(ruleLoginRedirect303) {
		rep.status = http.StatusTemporaryRedirect
	}
	return rep
}

// shown finds the interaction whose page a browser asks for, nil when there is
// none or it is another browser's.
func (x *exchange) shown() *interaction {
	it := x.waiting(x.r.URL.Query().Get("interaction"))
	if it == nil || !sameSecret(it.owner(), x.browserID()) {
		return nil
	}
	return it
}

// stillRegistered reports whether the client has not been deleted meanwhile.
func (x *exchange) stillRegistered(ar *authRequest) bool {
	return x.p.registry.find(ar.client.ID) != nil
}
