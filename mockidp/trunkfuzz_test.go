package mockidp

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzAuthorizeFlow sends any query to the authorization endpoint of providers
// with all response types and modes. The browser goes to a registered URI, or to
// any URI where the rule is off; nothing is added to a header; nothing panics.
func FuzzAuthorizeFlow(f *testing.F) {
	for _, responseType := range []string{"code", "token", "id_token", "code id_token token", "none", "code  token", ""} {
		for _, more := range [][]string{
			nil, {"response_mode", "form_post"}, {"response_mode", "query"}, {"prompt", "none login"}, {"max_age", "9999999999"},
			{"resource", "%"}, {"redirect_uri", "http://127.0.0.1:5/callback"}, {"redirect_uri", "https://x\r\ny"}, {"redirect_uri", "//x"},
			{"redirect_uri", "javascript:alert(1)"}, {"code_challenge", "£"}, {"login_hint", "\x00"}, {"state", "\r\n<\""}, {"id_token_hint", "a.b.c"},
		} {
			for _, client := range []string{ClientLegacy, ClientNative} {
				f.Add(authRequestOf(client, responseType, more...).Encode())
			}
		}
	}
	strict := fuzzProvider(f)
	rough := fuzzProvider(f, WithRuleOff(ruleRedirectURIExact, ruleRedirectURIRegistered, ruleTokensNotInQuery, rulePKCERequired,
		rulePKCEChallengeFormat, ruleNonceRequired, ruleResourceURI, ruleScopeKnown, rulePromptNoneAlone))
	f.Fuzz(func(t *testing.T, query string) {
		for _, p := range []*Provider{strict, rough} {
			r := httptest.NewRequest(http.MethodGet, "https://idp.test/authorize", nil)
			r.URL.RawQuery = query
			w := httptest.NewRecorder()
			p.Handler().ServeHTTP(w, r)
			location := w.Header().Get("Location")
			if strings.ContainsAny(location, "\r\n\" <>") {
				t.Fatalf("characters in Location: %q", location)
			}
			if w.Code != http.StatusSeeOther && w.Code != http.StatusBadRequest && w.Code != http.StatusOK {
				t.Fatalf("status %d", w.Code)
			}
			if p == strict && location != "" && !registeredSomewhere(p, location) {
				t.Fatalf("sent to %q", location)
			}
			if (location == "") == (w.Code == http.StatusSeeOther) {
				t.Fatalf("%d to %q", w.Code, location)
			}
		}
	})
}

// registeredSomewhere reports whether a URI is a registered one with an answer
// added.
func registeredSomewhere(p *Provider, location string) bool {
	for _, c := range p.Clients() {
		for _, registered := range c.RedirectURIs {
			if rest, ok := strings.CutPrefix(location, registered); ok && (rest == "" || strings.ContainsAny(rest[:1], "?&#")) {
				return true
			}
			bare, _, _ := strings.Cut(location, "?")
			bare, _, _ = strings.Cut(bare, "#")
			if c.Native && sameButLoopbackPort(registered, bare) {
				return true
			}
		}
	}
	return false
}

// FuzzTokenEndpoints sends any form to the endpoints about tokens, with the
// credentials of a client: an answer that keeps to its form, and no panic.
func FuzzTokenEndpoints(f *testing.F) {
	for _, body := range []string{
		"grant_type=authorization_code&code=x&code_verifier=y", "grant_type=refresh_token&refresh_token=x&scope=%22", "grant_type=password&username=alice&password=x",
		"grant_type=authorization_code&resource=%00&resource=a", "token=x&token_type_hint=y", "token=a.b.c", "token=%zz", "token=&token=b&token=c", "access_token=x", "",
	} {
		f.Add(body, "Bearer x")
	}
	strict := fuzzProvider(f)
	rough := fuzzProvider(f, WithRuleOff(ruleCodeKnown, ruleRefreshKnown, ruleClientGrantRegistered, ruleResourceURI, ruleParametersUnrepeated, rulePasswordVerified, ruleScopeKnown, ruleRevocationUnknownOK))
	f.Fuzz(func(t *testing.T, body, authorization string) {
		for _, p := range []*Provider{strict, rough} {
			c, _ := p.Client(ClientLegacy)
			for _, path := range []string{pathToken, pathIntrospect, pathRevoke, pathUserinfo} {
				r := httptest.NewRequest(http.MethodPost, "https://idp.test"+path, strings.NewReader(body))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.Header.Set("Authorization", basicValue(c.ID, c.Secret))
				if path == pathUserinfo {
					r.Header.Set("Authorization", authorization)
				}
				w := httptest.NewRecorder()
				p.Handler().ServeHTTP(w, r)
				if w.Code >= 500 || w.Code >= 300 && w.Code < 400 {
					t.Fatalf("%s: status %d", path, w.Code)
				}
				if p == strict && path == pathToken && w.Code == 200 && !strings.Contains(body, c.Secret) {
					t.Fatalf("a token for %q", body)
				}
				if w.Body.Len() > 0 && strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") && !json.Valid(w.Body.Bytes()) {
					t.Fatalf("%s: not JSON: %s", path, w.Body)
				}
			}
		}
	})
}

// FuzzLoopbackRedirect compares any two URIs: those that match are both http on
// a loopback address, and differ in the port at most.
func FuzzLoopbackRedirect(f *testing.F) {
	for _, s := range [][2]string{
		{"http://127.0.0.1/cb", "http://127.0.0.1:1/cb"}, {"http://[::1]:2/", "http://[::1]/"}, {"http://127.0.0.1:/", "http://127.0.0.1:1:2/"},
		{"http://127.0.0.1", "http://127.0.0.1@evil/"}, {"http://127.0.0.1/", "http://127.0.0.1:1\\@evil/"}, {"http://[::1%25lo]/", "http://[::1%25lo]:1/"},
	} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, registered, sent string) {
		if !sameButLoopbackPort(registered, sent) {
			return
		}
		a, errA := url.Parse(registered)
		b, errB := url.Parse(sent)
		if errA != nil || errB != nil || a.Scheme != "http" || b.Scheme != "http" || a.Hostname() != b.Hostname() || a.RequestURI() != b.RequestURI() || b.User != nil {
			t.Fatalf("%q and %q", registered, sent)
		}
	})
}
