package mockidp

// Rules of the pages on which users log in and agree: RFC 6749 §10.12 to §10.14,
// RFC 9700 §4, OpenID Connect Core §3.1.2.
const (
	ruleLoginCSRF             = "login-csrf-protected"
	ruleConsentCSRF           = "consent-csrf-protected"
	ruleConsentRespected      = "consent-respected"
	ruleLogoutCSRF            = "logout-csrf-protected"
	ruleLoginPassword         = "login-password-verified"
	ruleLoginRedirect303      = "login-post-redirect-303"
	ruleSessionRenewed        = "session-renewed-at-login"
	ruleSessionCookieHTTPOnly = "session-cookie-httponly"
	ruleSessionCookieSameSite = "session-cookie-samesite"
	ruleSessionCookieSecure   = "session-cookie-secure"
	rulePagesNotFramed        = "pages-not-framed"
	rulePagesFrameAncestors   = "pages-frame-ancestors"
	rulePagesNoReferrer       = "pages-no-referrer"
	rulePagesNoStore          = "pages-no-store"
	ruleInputEscaped          = "pages-input-escaped"
	rulePromptNoneSilent      = "prompt-none-silent"
	rulePromptLogin           = "prompt-login-asks"
	ruleMaxAge                = "max-age-asks"
	rulePublicClientAsked     = "public-client-consent-repeated"
)

var loginRules = []Rule{{
	Name: ruleLoginCSRF, Clause: "RFC 6749 §10.12", Kind: KindRequest,
	Text: "The login form carries the token it was shown with, for the first time, and comes from the browser it was shown to and from no other site.",
	Off:  "Whoever knows the identifier of the interaction can submit the login form, from any browser and site, any number of times.",
}, {
	Name: ruleConsentCSRF, Clause: "RFC 6749 §10.12", Kind: KindRequest,
	Text: "The consent form carries the token it was shown with, for the first time, and comes from the browser it was shown to and from no other site.",
	Off:  "Any site can submit the form, and whoever knows the identifier of the interaction: it has no token, what waits for the browser is answered where it names nothing, and the session cookie has no SameSite attribute.",
}, {
	Name: ruleConsentRespected, Clause: "RFC 6749 §4.1.2.1", Kind: KindResponse,
	Text: "Where the user refuses on the consent page, the client gets access_denied.",
	Off:  "The client gets what it asked for, whatever the user pressed.",
}, {
	Name: ruleLogoutCSRF, Clause: "RFC 6749 §10.12", Kind: KindRequest,
	Text: "The form that logs out carries the token it was shown with, for the first time, and comes from the browser it was shown to and from no other site.",
	Off:  "Whoever knows the identifier of the interaction can submit the form.",
}, {
	Name: ruleLoginPassword, Clause: "RFC 6749 §3.1", Kind: KindRequest,
	Text: "The password in the login form is the user's.",
	Off:  "Any password will do for a user who exists.",
}, {
	Name: ruleLoginRedirect303, Clause: "RFC 9700 §4.12", Kind: KindResponse,
	Text: "The redirect to the client that answers a form with credentials or consent has the status 303.",
	Off:  "It has the status 307, so that the browser sends the form to the client.",
}, {
	Name: ruleSessionRenewed, Clause: "RFC 6749 §10.12", Kind: KindResponse,
	Text: "The session cookie gets a new value when the user logs in.",
	Off:  "The value that the browser had before the login stays.",
}, {
	Name: ruleSessionCookieHTTPOnly, Clause: "RFC 6749 §10.12", Kind: KindResponse,
	Text: "The session cookie is HttpOnly.",
	Off:  "It is not: scripts can read it.",
}, {
	Name: ruleSessionCookieSameSite, Clause: "RFC 6749 §10.12", Kind: KindResponse,
	Text: "The session cookie is SameSite=Lax.",
	Off:  "It has no SameSite attribute.",
}, {
	Name: ruleSessionCookieSecure, Clause: "RFC 6749 §10.12", Kind: KindResponse,
	Text: "The session cookie of an https issuer is Secure.",
	Off:  "It is not, and browsers send it over plain http.",
}, {
	Name: rulePagesNotFramed, Clause: "RFC 9700 §4.16", Kind: KindResponse,
	Text: "Every page forbids framing, by the frame-ancestors directive of Content-Security-Policy and by X-Frame-Options.",
	Off:  "Pages have neither and can be framed.",
}, {
	Name: rulePagesFrameAncestors, Clause: "RFC 9700 §4.16", Kind: KindResponse,
	Text: "Every page forbids framing by Content-Security-Policy, and not by X-Frame-Options alone.",
	Off:  "Pages have X-Frame-Options alone.",
}, {
	Name: rulePagesNoReferrer, Clause: "RFC 9700 §4.2.4", Kind: KindResponse,
	Text: "Every page has Referrer-Policy: no-referrer.",
	Off:  "Pages have Referrer-Policy: unsafe-url.",
}, {
	Name: rulePagesNoStore, Clause: "RFC 9111 §5.2.2.5", Kind: KindResponse,
	Text: "Every page has Cache-Control: no-store.",
	Off:  "Pages have no Cache-Control.",
}, {
	Name: ruleInputEscaped, Clause: "RFC 6749 §10.14", Kind: KindResponse,
	Text: "What came with a request, such as state and login_hint, is escaped where a page shows it.",
	Off:  "It stands in the page as it came.",
}, {
	Name: rulePromptNoneSilent, Clause: "OpenID Connect Core §3.1.2.1", Kind: KindResponse,
	Text: "With prompt=none no page is shown; where one would be needed the client gets an error.",
	Off:  "The page is shown.",
}, {
	Name: rulePromptLogin, Clause: "OpenID Connect Core §3.1.2.1", Kind: KindResponse,
	Text: "With prompt=login a user who is logged in logs in again.",
	Off:  "The user's session is enough.",
}, {
	Name: ruleMaxAge, Clause: "OpenID Connect Core §3.1.2.1", Kind: KindResponse,
	Text: "A user whose login is older than max_age logs in again; with max_age=0 always.",
	Off:  "max_age is ignored.",
}, {
	Name: rulePublicClientAsked, Clause: "RFC 6749 §10.2", Kind: KindResponse,
	Text: "Consent that is remembered does not answer for a public client whose redirect URI others can receive at: one that is not https.",
	Off:  "It does, and a code is issued without the user noticing.",
}}
