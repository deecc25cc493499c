package authserver

import (
	"net/url"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
)

// implicitRedirects are the checks on where the implicit grant sends its token
// (RFC 6749 §4.2.1).
func implicitRedirects() []*check.Check {
	return []*check.Check{
		{
			// RFC 6749 §4.2.1: the server must verify that the redirection URI to which
			// it will redirect the access token matches a registered one. There is no
			// second look at the token endpoint. RFC 9700 §4.1.2 shows the attack.
			ID: "impl-redirect-verified", Level: check.Must,
			Title:   "No access token is sent to a redirect URI that is not registered.",
			Clauses: []string{"RFC 6749 §4.2.1", "RFC 6749 §3.1.2.4", "RFC 9700 §4.1.2"},
			Sent:    "The working request for a token with a redirect URI on a made-up host, on another path of the registered host, and with a segment more.",
			Judged:  "No navigation to that URI. A page of any status, or an error at the registered redirect URI: pass. An answer without error there: warn.",
			Needs:   []check.Need{needAuthorizationEndpoint, needImplicitClient, needUser},
			Proves:  []string{"redirect-uri-registered", "redirect-uri-exact", "redirect-uri-wrong-not-redirected"},
			Run: func(t *check.T) {
				found, rt := frontToken(t)
				c := *found
				contrastRedirects(t, c, rt, "access_token",
					wrongRedirect{step: "another host", uri: with(c, func(u *url.URL) { u.Host = elsewhere(t) })},
					wrongRedirect{step: "another path", uri: with(c, func(u *url.URL) { u.Path, u.RawPath = "/"+t.Random(8), "" })},
					wrongRedirect{step: "a segment more", uri: with(c, func(u *url.URL) { u.Path, u.RawPath = strings.TrimSuffix(u.Path, "/")+"/"+t.Random(8), "" })})
			},
		},
	}
}

// frontToken finds a client with a web redirect URI that may have an access token
// from the authorization endpoint, and the response type for it: as the target file
// says, or where that says nothing, as the metadata does; nil when there is none.
func frontToken(t *check.T) (*target.Client, string) {
	served, _ := responseTypesServed(t)
	for _, f := range frontRequests(t, served) {
		if isWeb(f.client.RedirectURIs[0]) {
			return &f.client, f.responseType
		}
	}
	return nil, ""
}

var needImplicitClient = check.Need{
	Name: "a client that may use the implicit grant, with a redirect URI",
	Hint: "where the target offers the response type token or id_token token, list one with grants: [implicit] and redirect_uris in a target file",
	Met: func(t *check.T) bool {
		c, _ := frontToken(t)
		return c != nil
	},
}
