package authserver_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/authassay/authassay/reports"
)

// located changes where the answers of the authorization endpoint lead.
func located(change func(to string) string) twist {
	return atAuthorize(func(v *visit, _ url.Values) *http.Response {
		r := v.next()
		if to := r.Header.Get("Location"); to != "" {
			r.Header.Set("Location", change(to))
		}
		return r
	})
}

// Servers whose authorization endpoint is odd, and what a check must make of it.
func TestOddAuthorizationEndpoints(t *testing.T) {
	t.Parallel()
	errorByGet := atAuthorize(func(v *visit, q url.Values) *http.Response {
		if v.r.Method != http.MethodGet {
			return nil
		}
		return sentTo(q.Get("redirect_uri"), url.Values{"error": {"invalid_request"}, "state": {q.Get("state")}})
	})
	plainStateAlone := atAuthorize(func(v *visit, q url.Values) *http.Response {
		if s := q.Get("state"); strings.Contains(s, " ") || len(s) > 200 {
			return answer(http.StatusBadRequest, "text/html", "<html>No</html>")
		}
		r := v.next()
		if to, err := url.Parse(r.Header.Get("Location")); err == nil && to.Query().Has("code") {
			left := to.Query()
			left.Del("state")
			to.RawQuery = left.Encode()
			r.Header.Set("Location", to.String())
		}
		return r
	})
	widened := func(v *visit) *http.Response {
		if !v.asks("refresh_token") || v.form.Get("scope") == "" {
			return nil
		}
		return rewritten(v.next(), func(m map[string]any) { m["scope"] = "openid" })
	}
	for name, o := range map[string]odd{
		"an error by GET and a code by POST":            {errorByGet, nil, nil, "authz-get", reports.Fail, "serves POST and not GET"},
		"no state but a plain one, and that is lost":    {plainStateAlone, nil, nil, "authz-state-echo", reports.Fail, "a state of letters and digits"},
		"semicolons are written as they are":            {located(func(to string) string { return strings.ReplaceAll(to, "%3B", ";") }), nil, nil, "authz-state-echo", reports.Pass, ""},
		"a scope that was not granted, and is not said": {widened, off("refresh-scope-within"), nil, "rt-scope-widen", reports.Fail, "never granted"},
	} {
		t.Run(name, o.run)
	}
}
