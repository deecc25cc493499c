package authserver

import (
	"net/http"
	"slices"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
	"github.com/authassay/authassay/suites/useragent"
)

// mayUseCredentials tells whether a client that sends its secret may use the
// client credentials grant: as the target file says, or where nothing is said, as
// the target does, who is asked once in a run.
func mayUseCredentials(t *check.T, c target.Client) bool {
	if len(c.Grants) > 0 || !sendsSecret(c) || tokenEndpoint(t) == "" {
		return c.MayUse(grantClientCredentials)
	}
	return check.Shared(t, "may "+c.ID+" use client credentials", func(t *check.T) bool {
		for _, m := range methodsOf(t, c) {
			cr := credentials{&c, m}
			r, err := t.Try("may "+c.ID+" use client credentials", "token", cr.request(t).HTTP())
			if err != nil {
				return true // whoever needs it will say so
			}
			if grantRefused(r) {
				return false
			}
			if !unauthenticated(r) {
				return true
			}
		}
		return true
	})
}

// grantRefused tells that a token request was refused because this client may not
// use the grant, or nobody may (RFC 6749 §5.2).
func grantRefused(r *check.Response) bool {
	code := errorCode(r)
	return code == "unauthorized_client" || code == "unsupported_grant_type"
}

// unauthenticated tells that a token request was refused because of who sent it.
func unauthenticated(r *check.Response) bool {
	return errorCode(r) == "invalid_client" || r.Status == http.StatusUnauthorized
}

// unlisted tells whether the target file leaves open what a client may use.
func unlisted(c target.Client) bool { return len(c.Grants) == 0 && len(c.ResponseTypes) == 0 }

// unregistered ends a check whose authorization request is refused because the
// client may not use the response type (RFC 6749 §4.2.2.1), where the target file
// does not say that it may: it was tried on the chance.
func (a *authorization) unregistered(o *useragent.Outcome) {
	if o.Landing == nil || !unlisted(a.client) || slices.Contains([]string{"", "code"}, a.request.Get("response_type")) {
		return
	}
	if e := o.Landing.Get("error"); e == "unauthorized_client" || e == "unsupported_response_type" {
		a.t.NotRun(needAnswer(a.request.Get("response_type")))
	}
}

// passwordTried sees to it that a password which is wrong is tried once in a run:
// at the login page, if there is one, and only then at the token endpoint.
func passwordTried(t *check.T, p passwordGrantee) {
	state := useragent.PasswordOf(t.Target(), p.user)
	if d := t.Target().Login.Driver; state == useragent.PasswordUntried && (d == "" || d == target.DriverForms || d == target.DriverBrowser) {
		logsIn(t, p)
		state = useragent.PasswordOf(t.Target(), p.user)
	}
	if state == useragent.PasswordRefused {
		t.Inconclusive("the password of %q is refused at the login page, and is not sent again, lest the account be locked; is it right?", p.user.Name)
	}
}

// passwordRefused ends a check when the token endpoint refuses the password.
func passwordRefused(t *check.T, p passwordGrantee, r *check.Response) {
	if errorCode(r) == "invalid_grant" {
		useragent.RefusedPassword(t.Target(), p.user)
		t.Inconclusive("the target refuses the password of %q at the token endpoint (%s), and it is not sent again, lest the account be locked; is it right, and may the user use the password grant?", p.user.Name, oauth.Describe(r))
	}
}
