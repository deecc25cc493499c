package mockidp

import "net/http"

// signOutEndpoint lets users log out by themselves: it shows a page that asks, or
// takes its form.
func (x *exchange) signOutEndpoint() *reply {
	if x.r.Method != http.MethodPost {
		return x.confirmLogout(nil, (*exchange).loggedOutPage)
	}
	f, it, stale := x.submitted(ruleLogoutCSRF)
	if stale != nil {
		return stale
	}
	if it.done == nil || !x.finish(it) {
		return x.staleForm()
	}
	if f.get("action") != "logout" {
		return x.messagePage(http.StatusOK, "Still signed in", "You have not been signed out.")
	}
	return it.done(x)
}

func (x *exchange) loggedOutPage() *reply {
	rep := x.messagePage(http.StatusOK, "Signed out", "You are signed out. You can close this page.")
	x.endLogin(rep, nil)
	return rep
}

// confirmLogout asks the user whether to log out (OpenID Connect RP-Initiated
// Logout §2) and then answers with what done gives. Where nobody is logged in
// there is nothing to ask. The client is who wants it, nil for the user alone.
func (x *exchange) confirmLogout(c *Client, done func(*exchange) *reply) *reply {
	s := x.session()
	if s == nil {
		return done(x)
	}
	it, cookie := x.wait(&interaction{done: done})
	view := pageView{
		Title: "Sign out?", User: s.user.displayName(),
		Action: x.id.path + pathSignOut, Interaction: it.id, Token: it.formToken(),
	}
	if c != nil {
		view.Client = clientName(c)
	}
	// Where the user is sent afterwards is the client's affair, see
	// formActionFor; here nothing of it is known but that it is the web.
	return withCookie(x.render(http.StatusOK, "logout", view, []string{"https:", "http:"}, ""), cookie)
}
