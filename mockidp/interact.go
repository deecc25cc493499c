package mockidp

import (
	"net/http"
	"strings"
	"time"
)

// login is who answers an authorization request: a user who is logged in and
// agrees.
type login struct {
	user *User
	at   time.Time // when the user logged in, for auth_time
	acr  string    // may be empty
	amr  []string  // may be empty
	// scopes are those the user agreed to; nil means all that were asked for.
	scopes []string
}

// interact finds out who answers a validated authorization request. Exactly one
// of the results is not nil: the login, a refusal the client is told of
// (login_required, access_denied …), or a page to show. What shows a page goes
// on later with [exchange.authorized] or [exchange.authorizeRefused].
func (x *exchange) interact(ar *authRequest) (*login, *refusal, *reply) {
	l := x.loggedIn(ar)
	if l == nil && x.loginMode(ar.client) == LoginAutomatic {
		var bad *refusal
		if l, bad, _ = x.automaticLogin(ar); bad != nil {
			return nil, bad, nil
		}
	}
	s := x.session()
	if s != nil && l != nil && s.user.Subject != l.user.Subject {
		s = nil // another user's, who has agreed to nothing on behalf of this one
	}
	asks := l != nil && x.asks(ar, s)
	silent := (l == nil || asks) && ar.prompts("none") && x.keeps(rulePromptNoneSilent)
	switch {
	case l != nil && !asks:
		return l, nil, nil
	case silent && l == nil:
		return nil, refuse(errLoginRequired, "the user is not logged in, or has to log in again"), nil
	case silent:
		return nil, refuse(errConsentRequired, "the user has not agreed yet"), nil
	case ar.params.size() > maxKept:
		return nil, refuse(errInvalidRequest, "the request is too long to be kept while the user logs in"), nil
	}
	it, cookie := x.wait(&interaction{request: ar})
	if l != nil {
		it.setLogin(l)
		if s == nil { // what the user agrees to is remembered in one
			_, cookie = x.beginSession(it, l.user, nil)
		}
		return nil, nil, withCookie(x.consentPage(it), cookie)
	}
	return nil, nil, withCookie(x.loginPage(it, ar.loginHint, ""), cookie)
}

// loginBefore shows the login page for a request that will be refused, so that the
// browser is not sent on for whoever put the link up (RFC 9700 §4.11.2). It gives
// nil where the user is logged in, or no page is to be shown.
func (x *exchange) loginBefore(ar *authRequest, bad *refusal) *reply {
	if x.loginMode(ar.client) == LoginAutomatic || ar.prompts("none") || ar.params.size() > maxKept || x.session() != nil ||
		!x.keeps(ruleLoginBeforeError) {
		return nil
	}
	it, cookie := x.wait(&interaction{request: ar, bad: bad})
	return withCookie(x.loginPage(it, ar.loginHint, ""), cookie)
}

// automaticLogin logs in the user of login_hint, else the first, at once and
// without a page. That user always agrees.
func (x *exchange) automaticLogin(ar *authRequest) (*login, *refusal, *reply) {
	now := x.p.clock.Now()
	user := x.p.users.first()
	if ar.loginHint != "" {
		// A hint is a hint (OpenID Connect Core §3.1.2.1): one that names nobody
		// changes nothing.
		if hinted := x.p.users.find(ar.loginHint); hinted != nil {
			user = hinted
		}
	}
	if ar.hintedSubject != "" && (user == nil || user.Subject != ar.hintedSubject) {
		if user = x.p.users.find(ar.hintedSubject); user == nil {
			return nil, refuse(errLoginRequired, "the user of the id_token_hint is not logged in"), nil
		}
	}
	if user == nil {
		return nil, refuse(errLoginRequired, "there is no user who could log in"), nil
	}
	return &login{user: user, at: now}, nil, nil
}

// loggedIn is the user of the browser's session, nil when there is none or the
// request wants a new login (OpenID Connect Core §3.1.2.1).
func (x *exchange) loggedIn(ar *authRequest) *login {
	s := x.session()
	if s == nil {
		return nil
	}
	hinted := x.p.users.find(ar.loginHint)
	switch age := x.rec.Time.Sub(s.at); {
	case ar.prompts("login") && x.keeps(rulePromptLogin):
		return nil
	case ar.maxAge >= 0 && (age > ar.maxAge || ar.maxAge == 0) && x.keeps(ruleMaxAge):
		return nil
	case ar.prompts("select_account"):
		return nil
	case ar.hintedSubject != "" && ar.hintedSubject != s.user.Subject:
		return nil
	case hinted != nil && hinted.Subject != s.user.Subject && x.loginMode(ar.client) == LoginAutomatic:
		return nil
	}
	return &login{user: s.user, at: s.at, amr: s.amr}
}

// asks reports whether the user has to be asked for consent. s is the session,
// nil without one.
func (x *exchange) asks(ar *authRequest, s *session) bool {
	if ar.prompts("consent") && (x.asksConsent(ar.client) || x.loginMode(ar.client) != LoginAutomatic) {
		return true
	}
	if !x.asksConsent(ar.client) {
		return false
	}
	if s == nil || !s.agreed(ar.client.ID, ar.scope.scopes) {
		return true
	}
	// RFC 6749 §10.2, RFC 8252 §8.6: who says to be a public client is not known
	// to be it, unless only that client can receive at its redirect URI. Anyone
	// can on a loopback port or with a scheme of their own.
	return ar.client.Public && !strings.HasPrefix(ar.redirectURI, "https://") && x.keeps(rulePublicClientAsked)
}

// beginSession starts a session for an interaction, whose forms belong to the
// browser with the new cookie from now on.
func (x *exchange) beginSession(it *interaction, u *User, amr []string) (*session, *http.Cookie) {
	planted := x.browserID()
	it.mu.Lock()
	defer it.mu.Unlock()
	if planted == "" {
		planted = it.browser
	}
	s, cookie := x.startSession(u, amr, planted)
	it.browser = s.id
	return s, cookie
}

func withCookie(rep *reply, c *http.Cookie) *reply {
	if c != nil {
		rep.header.Add("Set-Cookie", c.String())
	}
	return rep
}

// loginPage asks who the user is. failed says what was wrong the last time.
func (x *exchange) loginPage(it *interaction, hint, failed string) *reply {
	ar := it.request
	view := pageView{
		Title: "Sign in", Client: clientName(ar.client), Error: failed, Hint: hint,
		Action: x.id.path + pathLogin, Interaction: it.id, Token: it.formToken(),
	}
	name := "password"
	if x.loginMode(ar.client) != LoginPassword {
		name, view.Title = "pick", "Choose an account"
		hinted := x.p.users.find(hint)
		for i := range x.p.users.users {
			u := &x.p.users.users[i]
			view.Users = append(view.Users, userView{u.Username, u.displayName(), u.detail(), u == hinted})
		}
		hint = ""
	}
	return x.render(http.StatusOK, name, view, formActionFor(ar.redirectURI), "", hint)
}

// consentPage asks whether the client may have what it asks for.
func (x *exchange) consentPage(it *interaction) *reply {
	ar := it.request
	view := pageView{
		Title: "Allow access?", Client: clientName(ar.client), User: it.getLogin().user.displayName(),
		Action: x.id.path + pathConsent, Interaction: it.id, Token: it.formToken(),
		Switch: x.loginMode(ar.client) != LoginAutomatic,
	}
	for _, scope := range ar.scope.scopes {
		view.Scopes = append(view.Scopes, scopeView{scope, scopeTexts[scope]})
	}
	return x.render(http.StatusOK, "consent", view, formActionFor(ar.redirectURI), "", ar.scope.scopes...)
}

// scopeTexts explains the scopes of OpenID Connect Core §5.4 and §11.
var scopeTexts = map[string]string{
	"openid":         "Know who you are",
	"profile":        "See your name and profile",
	"email":          "See your email address",
	"address":        "See your postal address",
	"phone":          "See your telephone number",
	"offline_access": "Keep access while you are away",
}

// displayName is what pages call a user.
func (u *User) displayName() string {
	if name, ok := u.Claims["name"].(string); ok && name != "" {
		return name
	}
	return u.Username
}

// detail tells users of the same name apart.
func (u *User) detail() string {
	if email, ok := u.Claims["email"].(string); ok && email != "" {
		return email
	}
	return u.Username
}

// endLogin ends the user's login at the provider: hinted is the ID token that
// said who the user is, nil where none did. Without pages nobody stays logged in,
// so there is nothing to end.
func (x *exchange) endLogin(rep *reply, _ *issued) {
	if x.session() != nil {
		x.dropSession(rep)
	}
}
