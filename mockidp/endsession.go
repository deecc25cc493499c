package mockidp

import (
	"net/http"
	"net/url"
	"slices"
)

var endSessionParameters = []string{"id_token_hint", "client_id", "post_logout_redirect_uri", "state", "logout_hint", "ui_locales"}

// logout logs the user out (OpenID Connect RP-Initiated Logout §2). The
// browser is sent back only to a URI that the client has registered, and only
// when an ID token says that the client has to do with the user.
func (x *exchange) logout() *reply {
	f, rep := x.browserForm()
	if rep != nil {
		return rep
	}
	if rep := x.askedAgain(pathEndSession, f); rep != nil {
		return rep
	}
	if name := f.repeated(endSessionParameters); name != "" {
		return x.authorizePage("The parameter " + name + " is there more than once.")
	}
	var hinted *issued
	if hint := f.get("id_token_hint"); hint != "" {
		// An ID token that has expired still says who it was about.
		if hinted = x.p.grants.find(hint, KindIDToken); hinted == nil {
			return x.authorizePage("The id_token_hint is no ID token of this provider.")
		}
		if id := f.get("client_id"); id != "" && id != hinted.grant.client {
			return x.authorizePage("The id_token_hint is not of the client that client_id names.")
		}
	}
	target := f.get("post_logout_redirect_uri")
	if target != "" {
		if hinted == nil {
			return x.authorizePage("The post_logout_redirect_uri is there without an id_token_hint.")
		}
		client := x.p.registry.find(hinted.grant.client)
		registered := client != nil && slices.Contains(client.PostLogoutRedirectURIs, target)
		if x.breaks(rulePostLogoutRegistered, registered, "a registered post_logout_redirect_uri", "another") {
			return x.authorizePage("The post_logout_redirect_uri is not registered for the client.")
		}
		if !isRedirectURI(target) {
			return x.authorizePage("The post_logout_redirect_uri is not an absolute URI without fragment.")
		}
	}
	done := func(x *exchange) *reply {
		rep := x.messagePage(http.StatusOK, "Signed out", "You have been signed out.")
		if target != "" {
			values := url.Values{}
			if state := f.get("state"); state != "" {
				values.Set("state", state)
			}
			rep = redirect(target, modeQuery, values)
		}
		x.endLogin(rep, hinted)
		return rep
	}
	// Without an ID token of the user who is logged in here, anyone may have made
	// the link: the user is asked.
	if s := x.session(); s != nil && (hinted == nil || hinted.grant.subject != s.user.Subject) {
		if f.size() > maxKept {
			return x.authorizePage("The request is too long to be kept while the user is asked.")
		}
		var client *Client
		if hinted != nil {
			client = x.p.registry.find(hinted.grant.client)
		}
		return x.confirmLogout(client, done)
	}
	return done(x)
}
