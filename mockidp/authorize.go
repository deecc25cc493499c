package mockidp

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// authorizeParameters are the parameters that the authorization endpoint
// recognises, in the order in which a repeated one is looked for: first those
// that decide whether there is anyone to tell.
var authorizeParameters = []string{"client_id", "redirect_uri", "response_type", "scope", "state"}

// authorize answers at the authorization endpoint (RFC 6749 §3.1). It serves one
// response type, "none" (OAuth 2.0 Multiple Response Type Encoding Practices
// §4): the user is asked, and the browser goes back to the client with neither a
// code nor a token. The user of a mock is logged in and agrees.
func (x *exchange) authorize() *reply {
	source := x.r.URL.RawQuery
	if x.r.Method == http.MethodPost {
		if x.bodyErr != nil || !isForm(x.r.Header) {
			return x.authorizePage("The request is not a form, or is too long.")
		}
		source = string(x.body)
	}
	f, malformed := parseForm(source)
	if malformed != "" {
		return x.authorizePage("The request is malformed: a parameter is not form-urlencoded UTF-8.")
	}
	// RFC 6749 §3.1.2.4: until client and redirect URI are known to be right, the
	// browser is not sent anywhere.
	repeated := f.repeated(authorizeParameters)
	if repeated == "client_id" || repeated == "redirect_uri" {
		return x.authorizePage("The parameter " + repeated + " is there more than once.")
	}
	client := x.p.registry.byID[f.get("client_id")]
	if client == nil {
		return x.authorizePage("The client is not known here.")
	}
	target := f.get("redirect_uri")
	if target == "" && len(client.RedirectURIs) == 1 {
		target = client.RedirectURIs[0] // §3.1.2.3: it may be left out when there is one only
	}
	if !slices.Contains(client.RedirectURIs, target) {
		return x.authorizePage("The redirect_uri is not registered for the client.")
	}
	answer := url.Values{}
	if state := f.get("state"); state != "" && repeated != "state" {
		answer.Set("state", state)
	}
	if bad := x.checkAuthorize(f, client, repeated); bad != nil {
		x.rec.Error = bad.code
		answer.Set("error", bad.code)
		answer.Set("error_description", bad.description)
	}
	return x.redirect(target, answer)
}

// checkAuthorize refuses what the client is told of (RFC 6749 §4.1.2.1).
func (x *exchange) checkAuthorize(f form, c *Client, repeated string) *refusal {
	switch responseType := f.get("response_type"); {
	case repeated != "":
		return refuse(errInvalidRequest, repeated+" is there more than once")
	case responseType == "":
		return refuse(errInvalidRequest, "response_type is missing")
	case responseType != responseTypeNone:
		return refuse("unsupported_response_type", "the response type is not served")
	}
	if requested := f.get("scope"); requested != "" {
		scopes, ok := parseScope(requested)
		if !ok || slices.ContainsFunc(scopes, func(s string) bool { return !slices.Contains(c.Scopes, s) }) {
			return refuse(errInvalidScope, "the client may not have a scope it asks for")
		}
	}
	return nil
}

// authorizePage tells the user, and no one else, what is wrong (RFC 6749
// §4.1.2.1).
func (x *exchange) authorizePage(paragraph string) *reply {
	x.rec.Error = errInvalidRequest
	return page(http.StatusBadRequest, "This request cannot be answered", paragraph)
}

// redirect sends the browser to a registered URI, whose query is retained
// (RFC 6749 §3.1.2). The status 303 makes a POST a GET (RFC 9700 §4.12).
func (x *exchange) redirect(target string, answer url.Values) *reply {
	if extra := answer.Encode(); extra != "" {
		separator := "?"
		if strings.Contains(target, "?") {
			separator = "&"
		}
		target += separator + extra
	}
	rep := text(http.StatusSeeOther, "see other")
	rep.header.Set("Location", target)
	rep.header.Set("Cache-Control", "no-store")
	rep.header.Set("Referrer-Policy", "no-referrer")
	return rep
}
