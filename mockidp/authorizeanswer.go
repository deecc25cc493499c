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
)

var responseModes = []string{modeQuery, modeFragment, modeFormPost}

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
	if ar.state != "" && x.keeps(ruleStateEchoed) {
		a.values.Set("state", ar.state)
	}
	x.nameIssuer(a)
	x.outgoingAnswer(a)
	if a.mode == modeFormPost {
		return x.formPostPage(ar.client, a.target, a.values)
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
