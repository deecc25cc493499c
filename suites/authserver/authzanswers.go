package authserver

import (
	"fmt"
	"slices"
	"strings"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/useragent"
)

// authorizationAnswers are the checks on what comes back to the client
// (RFC 6749 §4.1.2, §4.1.2.1) and how (OAuth 2.0 response modes).
func authorizationAnswers() []*check.Check {
	return slices.Concat([]*check.Check{
		{
			// RFC 6749 §4.1.2 and §4.1.2.1: state is REQUIRED in the answer, an
			// error too, if it was in the request, and is the exact value received.
			// It is any number of printable ASCII characters (App. A.5); a server
			// that refuses a long one has broken nothing that is written.
			ID: "authz-state-echo", Level: check.Required,
			Title:   "state comes back exactly as it was sent, in a success and in an error.",
			Clauses: []string{"RFC 6749 §4.1.2", "RFC 6749 §4.1.2.1"},
			Sent:    "The working request with a state of reserved characters, with one of 500 characters, and a request with a made-up response_type and a state of reserved characters.",
			Judged:  "state once in every answer at the redirect URI, character by character what was sent. No answer at the redirect URI: nothing to judge.",
			Needs:   forAuthorization,
			Proves:  []string{"state-echoed", "state-exact", "state-whole", "state-echoed-in-errors"},
			Run:     stateEchoed,
		},
		{
			// RFC 6749 §4.1.2.1: error and error_description hold characters of
			// %x20-21 / %x23-5B / %x5D-7E alone, error_uri the same without the
			// space: no quotation mark, no backslash, nothing beyond ASCII.
			ID: "authz-error-chars", Level: check.MustNot,
			Title:   "error, error_description and error_uri of error responses keep to the characters that are allowed.",
			Clauses: []string{"RFC 6749 §4.1.2.1"},
			Sent:    "The working request without response_type, with a made-up one, with a made-up scope, with a malformed scope.",
			Judged:  "The characters of the three parameters in every error response that comes of it.",
			Needs:   forAuthorization,
			Proves:  []string{"authorization-error-characters"},
			Run: func(t *check.T) {
				eachError(t, func(m mistaken) {
					for _, name := range []string{"error", "error_description", "error_uri"} {
						v := m.o.Landing.Get(name)
						bad := outside(v, name == "error_uri")
						t.Expect(m.o).To(statement{bad == "", name + " of %x20-21 / %x23-5B / %x5D-7E", fmt.Sprintf("%s in %q", bad, clip(v))},
							"%s holds a character that it must not hold", name)
					}
				})
			},
		},
		{
			// RFC 6749 §4.1.2.1: error is REQUIRED in an error response, one of a
			// list that extensions add to (§8.5, by registration). A response to
			// which there is a code as well is none.
			ID: "authz-error-has-error", Level: check.Required,
			Title:   "Every error response has error, with a registered code, and nothing that was asked for.",
			Clauses: []string{"RFC 6749 §4.1.2.1", "RFC 6749 §8.5"},
			Sent:    "The working request without response_type, with a made-up one, with a made-up scope, with a malformed scope.",
			Judged:  "error once and not empty, beside no code and no token, in every answer at the redirect URI that is no success: else fail. A code that nobody registered: warn.",
			Needs:   forAuthorization,
			Proves:  []string{"authorization-error-present", "authorization-error-registered"},
			Run: func(t *check.T) {
				eachError(t, func(m mistaken) {
					p := m.o.Landing.Params()
					t.Expect(m.o).To(statement{len(p["error"]) == 1 && p.Get("error") != "", "error, once", times(p["error"])}, "an error response does not say which error")
					t.Expect(m.o).To(statement{issued(m.o) == "", "no code and no token beside the error", came(m.o)}, "an error response has what was asked for as well")
					t.Safe(m.o).To(statement{slices.Contains(errorCodes, p.Get("error")), "an error code that is registered", came(m.o)},
						"the error code is not a registered one")
				})
			},
		},
	}, responseModes())
}

// errorCodes are those of the OAuth Extensions Error registry for authorization
// responses, and of RFC 6749 §4.1.2.1.
var errorCodes = []string{
	"invalid_request", "unauthorized_client", "access_denied", "unsupported_response_type", "invalid_scope", "server_error", "temporarily_unavailable",
	// OpenID Connect Core §3.1.2.6, RFC 9101 §6, RFC 8707 §2, RFC 9396 §5, OpenID
	// Connect Core Unmet Authentication Requirements.
	"interaction_required", "login_required", "account_selection_required", "consent_required", "invalid_request_uri", "invalid_request_object",
	"request_not_supported", "request_uri_not_supported", "registration_not_supported", "invalid_target", "invalid_authorization_details",
	"unmet_authentication_requirements",
}

// eachError gives each error response that the mistakes of tryMistake bring. A
// success is judged by others, as is a page.
func eachError(t *check.T, judge func(mistaken)) {
	seen, why := 0, ""
	for _, m := range []mistake{noResponseType, unknownResponseType, unknownScope, malformedScope} {
		e := tryMistake(t, m)
		switch {
		case e.o.Landing == nil:
			why += fmt.Sprintf("; %s: %s", m.step, came(e.o))
			continue
		case e.o.Landing.To != "" || issued(e.o) != "" && !e.o.Landing.Params().Has("error"):
			continue
		}
		seen++
		lookAt(t, m.step, e.o)
		judge(e)
	}
	if seen == 0 {
		t.NotRun(check.Need{
			Name: "an error response at the redirect URI",
			Hint: "none of four wrong requests brings the client one" + why,
		})
	}
	t.Record("error responses", itoa(seen))
}

// outside names the first character of a value that RFC 6749 §4.1.2.1 does not
// allow; empty when there is none.
func outside(value string, uri bool) string {
	for _, r := range value {
		switch {
		case r == '"':
			return "a quotation mark"
		case r == '\\':
			return "a backslash"
		case r == ' ' && uri:
			return "a space"
		case r < ' ' || r > '~':
			return fmt.Sprintf("the character U+%04X", r)
		}
	}
	return ""
}

func times(values []string) string {
	switch {
	case len(values) == 0:
		return "no error"
	case len(values) == 1 && values[0] == "":
		return "an empty error"
	}
	return itoa(len(values)) + " of them"
}

// oddState is a state of characters that have a meaning somewhere: in URLs, in
// forms, in JSON, in templates. All of them are printable ASCII (RFC 6749 App.
// A.5).
func oddState(t *check.T) string {
	return "odd " + t.Random(20) + ` a+b%20c%2Bd&e=f;g#h?i/j~k'l{{m}}\u00e9,%C3%A9`
}

func stateEchoed(t *check.T) {
	echoed := func(sent string) func(*useragent.Outcome) {
		return func(o *useragent.Outcome) {
			if o.Landing == nil || o.Landing.To != "" {
				t.Record("no answer at the redirect URI", came(o))
				return
			}
			got := o.Landing.Params()["state"]
			s := statement{len(got) == 1 && got[0] == sent, fmt.Sprintf("state=%q", clip(sent)), "no state"}
			switch {
			case len(got) > 1:
				s.got = itoa(len(got)) + " states"
			case len(got) == 1 && len(got[0]) != len(sent):
				s.got = fmt.Sprintf("%q, %d characters of %d", clip(got[0]), len(got[0]), len(sent))
			case len(got) == 1:
				s.got = fmt.Sprintf("%q", clip(got[0]))
			}
			t.Expect(o).To(s, "the state of the answer is not the one of the request")
		}
	}
	odd, wrong, long := oddState(t), oddState(t), "long"+strings.Repeat(t.Random(31), 16)
	state := func(s string) func(*authorization) {
		return func(a *authorization) { a.request.Set("state", s) }
	}
	contrastAuthorization(t, workingRequest, "code",
		authorizationChange{"a state of reserved characters", state(odd), echoed(odd)},
		authorizationChange{"a state of 500 characters", state(long), echoed(long)},
		authorizationChange{"a made-up response_type and a state of reserved characters", func(a *authorization) {
			unknownResponseType.apply(a)
			state(wrong)(a)
		}, echoed(wrong)})
}
