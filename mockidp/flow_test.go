package mockidp

import (
	"crypto/sha256"
	"encoding/base64"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/onsi/gomega"
)

// What a client of the tests sends unless told otherwise.
const (
	testCallback = "https://client.example/callback"
	testVerifier = "the-verifier-of-the-tests-has-more-than-43-characters"
	testState    = "state of the tests"
	testNonce    = "nonce of the tests"
)

func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// authRequestOf makes the parameters of a right authorization request. Further
// parameters replace these; an empty value takes one away.
func authRequestOf(client, responseType string, more ...string) url.Values {
	v := url.Values{
		"client_id": {client}, "response_type": {responseType}, "redirect_uri": {testCallback},
		"scope": {"openid read"}, "state": {testState}, "nonce": {testNonce},
	}
	if strings.Contains(responseType, "code") {
		v.Set("code_challenge", challengeOf(testVerifier))
		v.Set("code_challenge_method", "S256")
	}
	return with(v, more...)
}

// with replaces parameters; an empty value takes one away, and a name with a +
// before it adds one.
func with(v url.Values, more ...string) url.Values {
	for i := 0; i < len(more); i += 2 {
		name, added := strings.CutPrefix(more[i], "+")
		switch {
		case added:
			v.Add(name, more[i+1])
		case more[i+1] == "":
			v.Del(name)
		default:
			v.Set(name, more[i+1])
		}
	}
	return v
}

// authorizeAt sends an authorization request.
func authorizeAt(p *Provider, v url.Values) answer { return ask(p, get(pathAuthorize+"?"+v.Encode())) }

var hiddenInput = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

// response reads the authorization response from wherever it is: the query, the
// fragment, or the form of a page. How it came is the parameter "via".
func (a answer) response() url.Values {
	if a.status == http.StatusOK && strings.Contains(a.body, "<form method=\"post\"") {
		out := url.Values{"via": {"form_post"}}
		for _, m := range hiddenInput.FindAllStringSubmatch(a.body, -1) {
			out.Add(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
		}
		return out
	}
	u, err := url.Parse(a.header.Get("Location"))
	if err != nil || a.status != http.StatusSeeOther {
		return url.Values{"via": {"page"}}
	}
	if u.Fragment != "" {
		out, _ := url.ParseQuery(u.EscapedFragment())
		out.Set("via", "fragment")
		return out
	}
	out := u.Query()
	out.Set("via", "query")
	return out
}

// codeFor gets a code for a client.
func codeFor(t testing.TB, p *Provider, client string, more ...string) string {
	t.Helper()
	a := authorizeAt(p, authRequestOf(client, "code", more...))
	code := a.response().Get("code")
	gomega.NewWithT(t).Expect(code).NotTo(gomega.BeEmpty(), "%d %s %s", a.status, a.header.Get("Location"), a.body)
	return code
}

// tokenRequest sends a token request of a client, which authenticates by Basic
// or is named.
func tokenRequest(p *Provider, client string, v url.Values) answer {
	return clientRequest(p, pathToken, client, v)
}

func clientRequest(p *Provider, path, client string, v url.Values) answer {
	s := sent{path: path, form: v}
	if c, ok := p.Client(client); ok && !c.Public {
		s.basic = client
	} else {
		v.Set("client_id", client)
	}
	return ask(p, s)
}

// redeem exchanges a code.
func redeem(p *Provider, client, code string, more ...string) answer {
	return tokenRequest(p, client, with(url.Values{
		"grant_type": {GrantAuthorizationCode}, "code": {code}, "redirect_uri": {testCallback}, "code_verifier": {testVerifier},
	}, more...))
}

// refreshWith redeems a refresh token.
func refreshWith(p *Provider, client, token string, more ...string) answer {
	return tokenRequest(p, client, with(url.Values{"grant_type": {GrantRefreshToken}, "refresh_token": {token}}, more...))
}

// tokensFor goes through the code flow.
func tokensFor(t testing.TB, p *Provider, client string, more ...string) answer {
	t.Helper()
	a := redeem(p, client, codeFor(t, p, client, more...))
	gomega.NewWithT(t).Expect(outcome(a)).To(gomega.Equal("200 token"), a.body)
	return a
}

// userinfoWith presents an access token.
func userinfoWith(p *Provider, token string) answer {
	return ask(p, sent{method: http.MethodGet, path: pathUserinfo, header: http.Header{"Authorization": {"Bearer " + token}}})
}

// introspectAs asks about a token.
func introspectAs(p *Provider, client, token string) answer {
	return clientRequest(p, pathIntrospect, client, url.Values{"token": {token}})
}

// revokeAs revokes a token.
func revokeAs(p *Provider, client, token string) answer {
	return clientRequest(p, pathRevoke, client, url.Values{"token": {token}})
}
