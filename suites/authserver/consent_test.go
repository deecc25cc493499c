package authserver_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
)

// TestConsentForms meets the ways in which servers guard the form of consent, and
// those in which they do not.
func TestConsentForms(t *testing.T) {
	whatever := func(*http.Request, string, map[string]bool) bool { return true }
	for name, row := range map[string]struct {
		f    *portal
		want reports.Verdict
	}{
		"a token":               {&portal{pages: true}, reports.Pass},
		"a cookie that is Lax":  {&portal{pages: true, takes: whatever, cookie: "; SameSite=Lax"}, reports.Pass},
		"a cookie that is None": {&portal{pages: true, takes: whatever, cookie: "; SameSite=None"}, reports.Fail},
		"nothing":               {&portal{pages: true, takes: whatever}, reports.Fail},
		"Origin": {&portal{pages: true, takes: func(r *http.Request, _ string, _ map[string]bool) bool {
			o := r.Header.Get("Origin")
			return o == "" || o == "null" || o == "http://"+r.Host
		}}, reports.Pass},
		"Sec-Fetch-Site": {&portal{pages: true, takes: func(r *http.Request, _ string, _ map[string]bool) bool {
			return r.Header.Get("Sec-Fetch-Site") != "cross-site"
		}}, reports.Pass},
		"a token that is looked at if it is there": {&portal{pages: true, takes: func(r *http.Request, shown string, _ map[string]bool) bool {
			return !r.PostForm.Has("csrf") || r.PostForm.Get("csrf") == shown
		}}, reports.Fail},
		"a token of anybody": {&portal{pages: true, takes: func(r *http.Request, _ string, issued map[string]bool) bool {
			return issued[r.PostForm.Get("csrf")]
		}}, reports.Fail},
		"consent that is remembered": {&portal{pages: true, remembers: true}, reports.NotRun},
		"no consent":                 {&portal{}, reports.NotRun},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := assay(t, row.f.start(t), "authz-csrf-consent")["authz-csrf-consent"]
			gomega.NewWithT(t).Expect(r.Verdict).To(gomega.Equal(row.want), say(r))
		})
	}
}

// What answers the password tells the browser whether to send it on.
func TestRedirectsAfterThePassword(t *testing.T) {
	for status, want := range map[int]reports.Verdict{
		http.StatusSeeOther: reports.Pass, http.StatusFound: reports.Warn,
		http.StatusTemporaryRedirect: reports.Fail, http.StatusPermanentRedirect: reports.Fail,
	} {
		f := &portal{pages: true, status: status}
		r := assay(t, f.start(t), "authz-no-307")["authz-no-307"]
		gomega.NewWithT(t).Expect(r.Verdict).To(gomega.Equal(want), say(r))
	}
}

// An error before the login is worth a warning, and a note where RFC 9700 does not
// bind; a page, or a login first, is neither.
func TestErrorsBeforeTheLogin(t *testing.T) {
	g := gomega.NewWithT(t)
	under := func(policy target.Policy, f *portal) reports.Result {
		tg := f.start(t)
		tg.Policy = policy
		return assay(t, tg, "authz-login-first")["authz-login-first"]
	}
	r := under(target.PolicyBCP, &portal{pages: true})
	g.Expect(r.Verdict).To(gomega.Equal(reports.Warn), say(r))
	r = under(target.PolicyRFC6749, &portal{pages: true})
	g.Expect(r.Verdict).To(gomega.Equal(reports.Info), say(r))
	r = under(target.PolicyBCP, &portal{pages: true, instead: onError(400)})
	g.Expect(r.Verdict).To(gomega.Equal(reports.Pass), say(r))
	r = under(target.PolicyBCP, &portal{})
	g.Expect(r.Verdict).To(gomega.Equal(reports.NotRun), say(r))
}

// Markup in an error page is found, whatever its status.
func TestMarkupInAnErrorPage(t *testing.T) {
	for _, status := range []int{200, 400, 500} {
		f := &portal{pages: true, before: func(w http.ResponseWriter, r *http.Request) bool {
			bad := r.URL.Path == "/authorize" && strings.Contains(r.URL.Query().Get("redirect_uri"), "<")
			if bad {
				page(w, status, "Not registered: "+r.URL.Query().Get("redirect_uri"))
			}
			return bad
		}}
		r := assay(t, f.start(t), "authz-input-sanitised")["authz-input-sanitised"]
		gomega.NewWithT(t).Expect(r.Verdict).To(gomega.Equal(reports.Fail), say(r))
	}
}
