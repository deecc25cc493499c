package mockidp

import "net/http"

// devicePage is the page at the verification URI (RFC 8628 §3.3): the user types
// the code that the device shows, sees what asks for access to what, and allows or
// refuses. Who came by verification_uri_complete sees the code and compares it
// (§3.3.1).
func (x *exchange) devicePage() *reply {
	if x.r.Method == http.MethodPost {
		return x.deviceDecision()
	}
	f, malformed := parseForm(x.r.URL.RawQuery)
	if malformed != "" {
		return x.userCodePage(http.StatusBadRequest, "", "That is not a code.")
	}
	typed := f.get("user_code")
	if typed == "" {
		return x.userCodePage(http.StatusOK, "", "")
	}
	r := x.p.ext.devices.byTyped(typed, x.p.clock.Now())
	if r == nil || x.p.registry.find(r.client.ID) != r.client {
		return x.userCodePage(http.StatusNotFound, typed, "No device waits with this code. It may have expired.")
	}
	it, cookie := x.wait(&interaction{request: x.deviceAuthRequest(r)})
	if !x.keeps(ruleDeviceConfirmed) {
		return withCookie(x.deviceLogin(it), cookie)
	}
	view := pageView{
		Title: "Connect a device", Client: clientName(r.client), Hint: r.userCode,
		Action: x.id.path + pathDevice, Interaction: it.id, Token: it.formToken(),
	}
	for _, s := range r.scope.scopes {
		view.Scopes = append(view.Scopes, scopeView{Name: s})
	}
	return withCookie(x.render(http.StatusOK, "deviceconfirm", view, nil, ""), cookie)
}

// userCodePage asks for the code.
func (x *exchange) userCodePage(status int, typed, wrong string) *reply {
	if wrong != "" {
		x.rec.Error = errInvalidRequest
	}
	if len(typed) > 64 {
		typed = "" // no code, whatever it is
	}
	view := pageView{Title: "Connect a device", Hint: typed, Error: wrong, Action: x.id.path + pathDevice}
	return x.render(status, "devicecode", view, nil, "", typed)
}

// deviceAuthRequest is a device authorization in the form in which users log in
// and agree to one.
func (x *exchange) deviceAuthRequest(r *deviceRequest) *authRequest {
	return &authRequest{client: r.client, params: r.params, scope: r.scope, resources: r.resources, maxAge: -1, device: r}
}

// deviceDecision takes the form of the page.
func (x *exchange) deviceDecision() *reply {
	f, it, stale := x.submitted(ruleDeviceCSRF)
	if stale != nil {
		return stale
	}
	if it.request == nil || it.request.device == nil || !x.stillRegistered(it.request) {
		return x.staleForm()
	}
	if f.get("action") != "allow" {
		x.finish(it)
		return x.authorizeRefused(it.request, refuse(errAccessDenied, "the user refused the request"))
	}
	return x.deviceLogin(it)
}

// deviceLogin has the user log in and agree, as for any other request.
func (x *exchange) deviceLogin(it *interaction) *reply {
	x.finish(it)
	who, bad, rep := x.interact(it.request)
	switch {
	case rep != nil:
		return rep
	case bad != nil:
		return x.authorizeRefused(it.request, bad)
	}
	return x.authorized(it.request, who)
}

// deviceDecided ends a device authorization with the user's answer: a login, or
// nil for a refusal. There is no redirect: the device learns of it when it polls
// next.
func (x *exchange) deviceDecided(r *deviceRequest, who *login) *reply {
	state := deviceAllowed
	if who == nil {
		state = deviceRefused
	}
	if !x.p.clock.Now().Before(r.expires) || !x.p.ext.devices.decide(r, state, who) {
		return x.messagePage(http.StatusGone, "Too late", "The device has its answer already, or its code has expired.")
	}
	if who == nil {
		return x.messagePage(http.StatusOK, "Refused", "The device does not get access. You can close this page.")
	}
	return x.messagePage(http.StatusOK, "Device connected", "Go back to your device. You can close this page.")
}
