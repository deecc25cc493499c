package mockidp

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// The response modes (OAuth 2.0 Multiple Response Type Encoding Practices §2.1,
// OAuth 2.0 Form Post Response Mode §2).
const (
	modeQuery    = "query"
	modeFragment = "fragment"
	modeFormPost = "form_post"
	// modeWebMessage answers by postMessage to the window that opened the one of
	// the request (RFC 9700 §4.17).
	modeWebMessage = "web_message"
)

var responseModes = []string{modeQuery, modeFragment, modeFormPost, modeWebMessage}

// describeToken adds what goes with an access token in the front channel
// (RFC 6749 §4.2.2).
func (x *exchange) describeToken(values map[string]string, c *Client, scope granted) {
	if x.keeps(ruleAnswerTokenType) {
		values["token_type"] = "Bearer"
		if x.varies(varTokenTypeLowercase) {
			values["token_type"] = "bearer"
		}
	}
	if !x.varies(varExpiresInAbsent) {
		values["expires_in"] = strconv.FormatInt(lifetimeSeconds(c.TokenLifetime), 10)
	}
	if len(scope.scopes) > 0 && !scope.silent {
		values["scope"] = strings.Join(scope.scopes, " ")
	}
}

// authorizeAnswer sends the browser back to the client with an answer, whatever
// it says: state and iss go with every one (RFC 6749 §4.1.2, §4.1.2.1, RFC 9207
// §2).
func (x *exchange) authorizeAnswer(ar *authRequest, members map[string]string) *reply {
	a := &outAnswer{request: ar, target: ar.redirectURI, mode: ar.mode, values: url.Values{}}
	for name, value := range members {
		a.values.Set(name, value)
	}
	if state := x.echoed(ar.state, a.values); state != "" {
		a.values.Set("state", state)
	}
	x.nameIssuer(a)
	x.outgoingAnswer(a)
	switch {
	case a.mode == modeFormPost && x.keeps(ruleFormPostServed):
		return x.formPostPage(ar.client, a.target, a.values)
	case a.mode == modeFormPost && (ar.wants("token") || ar.wants("id_token")):
		a.mode = modeFragment
	case a.mode == modeFormPost:
		a.mode = modeQuery
	case a.mode == modeWebMessage:
		return x.webMessagePage(ar.client, a.target, a.values)
	}
	if bare, _, has := strings.Cut(a.target, "?"); has && a.mode == modeQuery && !x.keeps(ruleRedirectQueryRetained) {
		a.target = bare
	}
	rep := redirect(a.target, a.mode, a.values)
	if to := rep.header.Get("Location"); a.mode == modeQuery && x.varies(varRedirectFragment) && !strings.Contains(to, "#") {
		rep.header.Set("Location", to+"#_")
	}
	return rep
}

// echoed is the state as an answer with these values has it.
func (x *exchange) echoed(state string, values url.Values) string {
	if state == "" || !x.keeps(ruleStateEchoed) || (values.Has("error") || values.Has("error_description")) && !x.keeps(ruleStateInErrors) {
		return ""
	}
	if decoded, err := url.QueryUnescape(state); err == nil && decoded != state && !x.keeps(ruleStateExact) {
		state = decoded
	}
	if len(state) > 255 && !x.keeps(ruleStateWhole) {
		state = state[:255]
	}
	return state
}

// redirect sends the browser to a registered URI, whose query is retained
// (RFC 6749 §3.1.2). The status 303 makes a POST a GET (RFC 9700 §4.12).
func redirect(target, mode string, values url.Values) *reply {
	if extra := values.Encode(); extra != "" {
		// There is a fragment only where the rule against it is off.
		bare, fragment, has := strings.Cut(target, "#")
		switch {
		case mode == modeFragment && has:
			target += "&" + extra
		case mode == modeFragment:
			target += "#" + extra
		default:
			separator := "?"
			if strings.Contains(bare, "?") {
				separator = "&"
			}
			target = bare + separator + extra
			if has {
				target += "#" + fragment
			}
		}
	}
	rep := text(http.StatusSeeOther, "see other")
	rep.header.Set("Location", target)
	rep.header.Set("Cache-Control", "no-store")
	rep.header.Set("Referrer-Policy", "no-referrer")
	return rep
}
