package authserver_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// onRedirects are the checks that are tried here.
var onRedirects = []string{
	"authz-unknown-client-no-redirect", "authz-unregistered-redirect-no-redirect", "authz-redirect-missing-multi",
	"authz-redirect-exact-path", "authz-redirect-exact-query", "authz-redirect-exact-host", "authz-redirect-exact-scheme",
	"authz-redirect-userinfo", "authz-redirect-path-confusion", "authz-redirect-param-pollution",
	"authz-redirect-fragment-refused", "authz-redirect-relative-refused", "authz-redirect-query-kept",
	"authz-redirect-loopback-port", "authz-redirect-loopback-only-port", "authz-redirect-private-scheme", "impl-redirect-verified",
}

// A refusal takes many forms, and none of them is a deviation.
func TestRedirectsRefusedInManyWays(t *testing.T) {
	portsFree := func(answer func(*front)) func(*front) {
		return wrongly(func(f *front) {
			if f.client != nil && f.client.Native && anyPort.MatchString(f.uri) {
				f.grant(f.uri)
				return
			}
			answer(f)
		})
	}
	for name, answer := range map[string]func(*front){
		"as it should be":        correct,
		"a page with status 200": portsFree(func(f *front) { f.page(http.StatusOK) }),
		"a page with status 403": portsFree(func(f *front) { f.page(http.StatusForbidden) }),
		"JSON":                   portsFree(func(f *front) { send(f, http.StatusBadRequest, nil, map[string]string{"error": "invalid_request"}) }),
		"nothing at all":         portsFree(func(f *front) { f.WriteHeader(http.StatusBadRequest) }),
		"a page that is elsewhere": portsFree(func(f *front) {
			f.Header().Set("Location", "/error?error=invalid_request&redirect_uri="+url.QueryEscape(f.uri))
			f.WriteHeader(302)
		}),
		"a page on another host, with the error": portsFree(func(f *front) {
			http.Redirect(f, f.r, "https://errors.vendor.example/oops?error=invalid_request&error_description=no&code=400", http.StatusFound)
		}),
		"a page that is told all": portsFree(func(f *front) { f.Header().Set("Location", "/error?"+f.r.URL.RawQuery); f.WriteHeader(302) }),
		"an error at the right place": portsFree(func(f *front) {
			if f.client == nil {
				f.page(http.StatusBadRequest)
				return
			}
			f.redirect(f.registered(), "error", "invalid_request")
		}),
		"a fragment of its own": func(f *front) {
			if f.known && f.r.Form.Get("response_type") == "code" {
				sep := "?"
				if strings.Contains(f.uri, "?") {
					sep = "&"
				}
				f.Header().Set("Location", f.uri+sep+"code=front-canary-code#_")
				f.WriteHeader(http.StatusFound)
				return
			}
			correct(f)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			results := assayFront(t, answer, "", nil, onRedirects...)
			g.Expect(verdicts(results, reports.Pass)).To(gomega.BeEmpty())
		})
	}
}

// Which client is used, and what is left out, follows from what is known of it.
func TestRedirectClients(t *testing.T) {
	client := func(policy target.Policy, c target.Client) func(*target.Target) {
		return func(tg *target.Target) { tg.Policy, tg.Clients = policy, []target.Client{c} }
	}
	code := []string{"authorization_code"}
	for name, row := range map[string]struct {
		change func(*target.Target)
		answer func(*front)
		id     string
		want   reports.Verdict
		say    string
	}{
		"http with nothing beside it":              {client("", target.Client{ID: "a", Grants: code, RedirectURIs: []string{"http://a.example/cb"}}), correct, "authz-redirect-http-refused", reports.Fail, "a redirect to http://a.example/cb"},
		"http with nothing beside it, refused":     {client("", target.Client{ID: "a", Grants: code, RedirectURIs: []string{"http://a.example/cb"}}), func(f *front) { f.page(400) }, "authz-redirect-http-refused", reports.Error, "has no other"},
		"http beside https":                        {client("", target.Client{ID: "a", Grants: code, RedirectURIs: []string{"http://a.example/cb", "https://a.example/cb"}}), correct, "authz-redirect-http-refused", reports.Fail, ""},
		"http beside https, by RFC 6749":           {client(target.PolicyRFC6749, target.Client{ID: "a", Grants: code, RedirectURIs: []string{"http://a.example/cb", "https://a.example/cb"}}), correct, "authz-redirect-http-refused", reports.Info, ""},
		"http of a public client, by OpenID":       {client(target.PolicyOIDC, target.Client{ID: "a", Grants: code, RedirectURIs: []string{"http://a.example/cb", "https://a.example/cb"}}), correct, "authz-redirect-http-refused", reports.Warn, ""},
		"http of a confidential client, by OpenID": {client(target.PolicyOIDC, target.Client{ID: "a", Secret: "front-canary-secret", Grants: code, RedirectURIs: []string{"http://a.example/cb", "https://a.example/cb"}}), correct, "authz-redirect-http-refused", reports.NotRun, ""},
		"http on the local machine":                {client("", target.Client{ID: "a", Grants: code, RedirectURIs: []string{"http://127.0.0.1:9999/cb", "http://localhost:9999/cb"}}), correct, "authz-redirect-http-refused", reports.NotRun, ""},
		"a scheme without a period":                {client("", target.Client{ID: "a", Grants: code, RedirectURIs: []string{"https://a.example/cb", "org.a:/cb", "aapp:/cb"}}), correct, "authz-redirect-private-scheme", reports.Warn, "no period"},
		"a scheme of a client that is not native":  {client("", target.Client{ID: "a", Grants: code, RedirectURIs: []string{"https://a.example/cb", "org.a:/cb"}}), correct, "authz-redirect-private-scheme", reports.NotRun, ""},
		"no scheme with a period":                  {client("", target.Client{ID: "a", Grants: code, RedirectURIs: []string{"https://a.example/cb", "urn:ietf:wg:oauth:2.0:oob"}}), correct, "authz-redirect-private-scheme", reports.NotRun, ""},
		"a loopback client that is not native":     {client("", target.Client{ID: "a", Grants: code, RedirectURIs: []string{"http://127.0.0.1/cb"}}), correct, "authz-redirect-loopback-port", reports.NotRun, ""},
		"an application alone":                     {client("", target.Client{ID: "a", Grants: code, RedirectURIs: []string{"org.a:/cb"}}), correct, "authz-redirect-exact-host", reports.NotRun, ""},
		"ports on the local machine are let be": {client("", target.Client{ID: "a", Grants: code, RedirectURIs: []string{"http://localhost:9999/cb"}}), func(f *front) {
			if f.client != nil && strings.HasPrefix(f.uri, "http://localhost:") {
				f.grant(f.uri)
				return
			}
			correct(f)
		}, "authz-redirect-exact-scheme", reports.Pass, ""},
		"https for http": {client("", target.Client{ID: "a", Grants: code, RedirectURIs: []string{"http://localhost:9999/cb"}}), func(f *front) {
			if f.client != nil && strings.HasSuffix(f.uri, "://localhost:9999/cb") {
				f.grant(f.uri)
				return
			}
			correct(f)
		}, "authz-redirect-exact-scheme", reports.Fail, "a made-up scheme"},
		"a host that is an address": {client("", target.Client{ID: "a", Grants: code, RedirectURIs: []string{"http://127.0.0.1:9999/cb"}}), func(f *front) {
			if f.client != nil && strings.HasPrefix(f.uri, "http://127.0.0.1") {
				f.grant(f.uri)
				return
			}
			correct(f)
		}, "authz-redirect-exact-host", reports.Fail, "begins like the registered host"},
		"a host that is an IPv6 address": {client("", target.Client{ID: "a", Grants: code, RedirectURIs: []string{"http://[::1]:9999/cb"}}), correct, "authz-redirect-exact-host", reports.Pass, ""},
		"a redirect URI without a path":  {client("", target.Client{ID: "a", Grants: code, RedirectURIs: []string{"https://a.example"}}), correct, "authz-redirect-exact-path", reports.Pass, ""},
		"a slash that browsers add": {client("", target.Client{ID: "a", Grants: code, RedirectURIs: []string{"https://a.example"}}), func(f *front) {
			if f.client != nil && f.uri == "https://a.example/" {
				f.grant(f.uri)
				return
			}
			correct(f)
		}, "authz-redirect-exact-path", reports.Warn, "as if redirect_uri were the registered one"},
		"a login page with the path of the redirect URI": {client("", target.Client{ID: "a", Grants: code, RedirectURIs: []string{"https://a.example/login"}}), func(f *front) {
			if strings.HasPrefix(f.uri, "/") {
				http.Redirect(f, f.r, "/login?state="+f.r.Form.Get("state"), http.StatusFound)
				return
			}
			correct(f)
		}, "authz-redirect-relative-refused", reports.Error, "nothing tells why"},
		"no implicit grant": {client("", target.Client{ID: "a", Grants: code, RedirectURIs: []string{"https://a.example"}}), correct, "impl-redirect-verified", reports.NotRun, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			r := assayFront(t, row.answer, "", func(tg *target.Target) { row.change(tg); *tg = *tg.WithDefaults() }, row.id)[row.id]
			g.Expect(r.Verdict).To(gomega.Equal(row.want), say(r))
			g.Expect(say(r)).To(gomega.ContainSubstring(row.say))
		})
	}
}

// The checks on redirect URIs are all there, and each is tried here.
func TestRedirectChecksAreTried(t *testing.T) {
	g := gomega.NewWithT(t)
	c := areas(t)
	var have []string
	for _, ch := range c.Select(check.Selection{Checks: []string{"authz-redirect-*", "authz-un*-redirect", "impl-redirect-verified"}}, nil) {
		have = append(have, ch.ID)
	}
	g.Expect(have).To(gomega.ConsistOf(append(slices.Clone(onRedirects), "authz-redirect-http-refused")))
}
