package authserver

import (
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/useragent"
)

// authorizationConsent are the checks on the page that asks for consent, and on
// what pages make of what came with the request.
func authorizationConsent() []*check.Check {
	return []*check.Check{
		{
			// RFC 6749 §4.1.2.1: where the resource owner denies the request the
			// client is told so: access_denied.
			ID: "authz-deny-access-denied", Level: check.Prose,
			Title:   "When the user refuses, the client gets access_denied.",
			Clauses: []string{"RFC 6749 §4.1.2.1"},
			Sent:    "The working request in a browser without a past, for a client whose users are asked for consent, and the user refuses.",
			Judged:  "No code; then the error at the redirect URI: access_denied.",
			Needs:   forAuthorization,
			Proves:  []string{"consent-respected", "authorization-error-redirected"},
			Run: func(t *check.T) {
				v := withConsent(t)
				a := newAuthorization(t, v.client, "code", useragent.NewSession())
				a.deny = true
				o := a.try("the user refuses")
				lookAt(t, "the user refuses", o)
				if !o.Did(useragent.Denied) {
					if o.Stuck != "" {
						t.Inconclusive("the user refuses: %s", o.Stuck)
					}
					t.NotRun(check.Need{
						Name: "a page of consent on which the user can refuse, each time",
						Hint: "a consent that was given before may be remembered; login.deny of the target file names the button",
					})
				}
				decided(t, "the user refuses", o)
				refusedByRedirect(t, o, "access_denied")
			},
		},
		{
			// RFC 6749 §10.12: the server must implement CSRF protection for its
			// authorization endpoint, so that nobody obtains an authorization
			// without the explicit consent of the resource owner. How is its own
			// choice: a token in the form, a cookie that stays at home when another
			// site sends a form, a look at Origin.
			ID: "authz-csrf-consent", Level: check.Must,
			Title:   "Another site cannot submit the consent form.",
			Clauses: []string{"RFC 6749 §10.12"},
			Sent:    "A browser is led to the page of consent. Then it sends the form as another site would have it: Origin and Sec-Fetch-Site of another site, without cookies that are SameSite=Lax or Strict, and without the values that differ from one browser to another; then with those that another browser got. Then the form as it was shown.",
			Judged:  "A code for the forged form: fail. The right form has to bring a code. A server that remembers consent, or asks for none: not run.",
			Needs:   forAuthorization,
			Proves:  []string{"consent-csrf-protected"},
			Run:     forgedConsent,
		},
		{
			// RFC 6749 §10.14: the server must sanitise any value received, in
			// particular state and redirect_uri.
			ID: "authz-input-sanitised", Level: check.Must,
			Title:   "What came with a request is never markup in a page.",
			Clauses: []string{"RFC 6749 §10.14"},
			Sent:    "In browsers without a past: the working request with a state that would end an attribute and begin an element, the same for login_hint, and for the end of redirect_uri; and for the state with response_mode=form_post where the metadata lists it.",
			Judged:  "The element in a page, as a browser parses it: fail. A refusal is as good as an escape.",
			Needs:   forAuthorization,
			Proves:  []string{"pages-input-escaped"},
			Run:     inputSanitised,
		},
	}
}
