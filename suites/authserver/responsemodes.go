package authserver

import (
	"slices"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/useragent"
)

// onlyBCP is the level of a clause of RFC 9700 that the OAuth 2.1 draft has taken
// over, where neither binds: worth a note.
var onlyBCP = map[target.Policy]check.Level{target.PolicyRFC6749: check.Information, target.PolicyOIDC: check.Information}

// onlyRFC9700 is the same for a clause that the draft does not have.
var onlyRFC9700 = map[target.Policy]check.Level{
	target.PolicyRFC6749: check.Information, target.PolicyOAuth21: check.Information, target.PolicyOIDC: check.Information,
}

// responseModes are the checks on how an answer reaches the client.
func responseModes() []*check.Check {
	return []*check.Check{
		{
			// OAuth 2.0 Form Post Response Mode §2: with form_post the parameters
			// are form values that the user agent posts to the redirect URI. Who
			// advertises the mode serves it (RFC 8414 §2).
			ID: "authz-response-mode-form-post", Level: check.Must,
			Title:   "With response_mode=form_post the answer is a form that posts itself to the redirect URI.",
			Clauses: []string{"OAuth 2.0 Form Post Response Mode §2", "RFC 8414 §2"},
			Sent:    "The working request with response_mode=form_post.",
			Judged:  "A page with a form for the redirect URI, by POST, that holds code and state. unauthorized_client: error, the client may be registered otherwise.",
			Needs:   append(slices.Clone(forAuthorization), needMode("form_post")),
			Proves:  []string{"form-post-served"},
			Run: func(t *check.T) {
				sent := ""
				contrastAuthorization(t, workingRequest, "code", authorizationChange{"response_mode=form_post", func(a *authorization) {
					a.request.Add("response_mode", "form_post")
					sent = a.request.Get("state")
				}, func(o *useragent.Outcome) {
					if o.Landing != nil && o.Landing.Get("error") == "unauthorized_client" {
						t.Inconclusive("the client may not use response_mode form_post: %s", came(o))
					}
					got := came(o)
					if o.Landing != nil {
						got += " by " + o.Landing.Mode
					}
					posted := o.Landing != nil && o.Landing.To == "" && o.Landing.Mode == useragent.ModeFormPost
					t.Expect(o).To(statement{posted && o.Landing.Form.Get("code") != "", "a form that posts the code to the redirect URI", got},
						"response_mode form_post, which the metadata lists, is not served")
					t.Expect(o).To(statement{o.Landing.Form.Get("state") == sent, "the state in the form", "another state, or none"},
						"the form lacks the state of the request")
				}})
			},
		},
		{
			// OAuth 2.0 Multiple Response Type Encoding Practices §5: the query must
			// not be used for answers with an ID token or of combined types. For the
			// type token alone nothing forbids what the client asks for: RFC 6749
			// §4.2.2 has the token in the fragment, and knows no response modes. A
			// server that knows none either ignores the parameter, which keeps the
			// token out of the query as well.
			ID: "authz-response-mode-query-token-refused", Level: check.MustNot,
			Title:   "Tokens are not sent in the query, even where response_mode=query asks for it.",
			Clauses: []string{"OAuth 2.0 Multiple Response Type Encoding Practices §5", "RFC 6749 §4.2.2", "RFC 9700 §4.3.2"},
			Sent:    "The working request for a token from the authorization endpoint, with response_mode=query: response type token, and \"id_token token\" where the target file or the metadata lists it.",
			Judged:  "A token in the query of the redirect: fail, for the response type token alone warn. An error, a page, or a token in the fragment: pass.",
			Needs:   []check.Need{needAuthorizationEndpoint, needFrontTokens, needUser},
			Proves:  []string{"tokens-not-in-query"},
			Run: func(t *check.T) {
				for _, f := range firstOfEach(frontRequests(t, nil)) {
					responseType := f.responseType
					contrastAuthorization(t, func(t *check.T) *authorization { return authorize(t, f.client, responseType) }, "access_token",
						authorizationChange{responseType + " with response_mode=query", func(a *authorization) { a.request.Add("response_mode", "query") },
							func(o *useragent.Outcome) {
								leaked := o.Landing != nil && (o.Landing.Query.Has("access_token") || o.Landing.Query.Has("id_token"))
								s := statement{!leaked, "no token in the query", "a token in the query of the redirect"}
								if responseType == "token" {
									t.Safe(o).To(s, "a token stands in a URL that servers and proxies log")
								} else {
									t.Expect(o).To(s, "a token stands in a URL that servers and proxies log")
								}
								t.Record(responseType+" with response_mode=query", came(o))
							}})
				}
			},
		},
		{
			// RFC 9700 §4.17.2: an answer by postMessage goes to the origin of the
			// client; a wildcard must not be used.
			ID: "authz-web-message-origin", Level: check.Must, LevelUnder: onlyRFC9700,
			Title:   "An answer by postMessage names the exact origin of the client as its receiver.",
			Clauses: []string{"RFC 9700 §4.17.2", "RFC 9700 §2.6"},
			Sent:    "The working request with the response mode for web messages that the metadata lists.",
			Judged:  "The receiver in every call of postMessage of the page: the origin of the redirect URI. \"*\" or another: fail. One that only a running script knows: error.",
			Needs:   append(slices.Clone(forAuthorization), needMode("web_message")),
			Proves:  []string{"web-message-origin"},
			Run:     webMessage,
		},
	}
}

// modes are the response modes by the metadata.
func modes(t *check.T) []string {
	d := discover(t).chosen
	if d == nil {
		return nil
	}
	list, _, _ := d.list("response_modes_supported")
	return list
}

// needMode is met when the metadata lists a response mode.
func needMode(mode string) check.Need {
	return check.Need{
		Name: "the response mode " + mode,
		Hint: "the metadata does not list it under response_modes_supported",
		Met:  func(t *check.T) bool { return slices.Contains(modes(t), mode) },
	}
}

// frontRequest is a response type by which a client gets an access token from the
// authorization endpoint.
type frontRequest struct {
	client       target.Client
	responseType string
}

// frontRequests are the response type token, and the one with an ID token beside it
// (OpenID Connect Core §3.2), for each client that may use them as the target file
// says: by response types, or else by the grant implicit, with the latter only where
// the metadata lists it. unsaid are the response types of clients of which nothing is
// said. Words stand in the order in which file or metadata have them.
func frontRequests(t *check.T, unsaid []string) []frontRequest {
	var out []frontRequest
	served, _ := responseTypesServed(t)
	for _, wanted := range []string{"token", "id_token token"} {
		for _, c := range clients(t) {
			listed := c.ResponseTypes
			switch {
			case len(listed) > 0:
			case len(c.Grants) == 0:
				listed = unsaid
			case c.MayUse(grantImplicit):
				listed = append([]string{"token"}, served...)
			}
			i := slices.IndexFunc(listed, func(s string) bool { return sameWords(s, wanted) })
			if i >= 0 && len(c.RedirectURIs) > 0 && (wanted == "token" || slices.Contains(c.Scopes, "openid")) {
				out = append(out, frontRequest{c, listed[i]})
			}
		}
	}
	return out
}

// firstOfEach are the first for each response type.
func firstOfEach(list []frontRequest) []frontRequest {
	var out []frontRequest
	for _, f := range list {
		if !slices.ContainsFunc(out, func(o frontRequest) bool { return sameWords(o.responseType, f.responseType) }) {
			out = append(out, f)
		}
	}
	return out
}

var needFrontTokens = check.Need{
	Name: "a client that may use the implicit grant, with a redirect URI",
	Hint: "list one with grants: [implicit] and redirect_uris in a target file",
	Met:  func(t *check.T) bool { return len(frontRequests(t, nil)) > 0 },
}
