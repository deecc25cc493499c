package authserver_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/reports"
)

// takesOne is a server that takes a repeated parameter of token requests: the
// value that pick gives, as long as it gives one.
func takesOne(name string, pick func(values []string) string) idp {
	return idp{lax: []string{"repeat " + name}, token: func(c *call, a *reply) {
		values := c.form[name]
		if len(values) < 2 {
			return
		}
		switch v := pick(values); {
		case v == "":
			a.status, a.members = http.StatusBadRequest, map[string]any{"error": "invalid_request"}
		case name == "grant_type" && v != "client_credentials":
			a.status, a.members = http.StatusBadRequest, map[string]any{"error": "unsupported_grant_type"}
		default:
			a.status, a.members = http.StatusOK, map[string]any{"access_token": "canary-1", "token_type": "Bearer"}
		}
	}}
}

func first(v []string) string { return v[0] }

func last(v []string) string { return v[len(v)-1] }

// same gives a value only where all are the same.
func same(v []string) string {
	if slices.ContainsFunc(v, func(s string) bool { return s != v[0] }) {
		return ""
	}
	return v[0]
}

// Who takes one of two values that differ guesses; who takes one of two that are
// the same does what was asked for.
func TestRepeatedTokenParameters(t *testing.T) {
	for name, b := range map[string]broken{
		"the first grant_type counts":         {takesOne("grant_type", first), nil, "tok-duplicate-param", reports.Fail, "a made-up one last"},
		"the last grant_type counts":          {takesOne("grant_type", last), nil, "tok-duplicate-param", reports.Fail, "a made-up one first"},
		"grant_type twice, if it differs not": {takesOne("grant_type", same), nil, "tok-duplicate-param", reports.Warn, "with the same value"},
		"the first scope counts":              {takesOne("scope", first), nil, "tok-duplicate-param", reports.Fail, "scope twice"},
		"what a client may not is told":       {when("unsupported_grant_type", asError("unauthorized_client")), nil, "tok-unknown-grant", reports.Pass, ""},
		"odd credentials, in the body alone": {idp{token: func(c *call, a *reply) {
			if c.client == "odd:client ä" && c.method == "client_secret_basic" {
				a.status, a.members = http.StatusUnauthorized, map[string]any{"error": "invalid_client"}
				a.header.Set("WWW-Authenticate", "Basic")
			}
		}}, nil, "ca-basic-encoding", reports.Error, "registered for the body alone"},
		"two methods that say the same": {agreeing(), methods(""), "ca-two-methods", reports.Warn, "with the same credentials"},
		"two methods, and Basic counts": {lax("two methods"), methods(""), "ca-two-methods", reports.Fail, "another secret in the body"},
	} {
		t.Run(name, b.run)
	}
}

// agreeing is a server that takes Basic and the body together where they agree.
func agreeing() idp {
	s := lax("two methods")
	s.token = func(c *call, a *reply) {
		_, basic, ok := c.r.BasicAuth()
		if body := c.form.Get("client_secret"); ok && body != "" {
			if basic, _ = url.QueryUnescape(basic); basic != body {
				a.status, a.members = http.StatusUnauthorized, map[string]any{"error": "invalid_client"}
				a.header.Set("WWW-Authenticate", "Basic")
			}
		}
	}
	return s
}

func TestRepeatedAuthorizationParameters(t *testing.T) {
	for name, row := range map[string]struct {
		pick func([]string) string
		want reports.Verdict
	}{
		"the first counts":                {first, reports.Fail},
		"the last counts":                 {last, reports.Fail},
		"one counts, if all are the same": {same, reports.Warn},
		"none counts":                     {func([]string) string { return "" }, reports.Pass},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			f := &portal{before: func(_ http.ResponseWriter, r *http.Request) bool {
				q := r.URL.Query()
				for name, values := range q {
					if v := row.pick(values); len(values) > 1 && v != "" {
						q.Set(name, v)
					}
				}
				r.URL.RawQuery = q.Encode()
				return false
			}}
			r := assay(t, f.start(t), "authz-duplicate-param")["authz-duplicate-param"]
			g.Expect(r.Verdict).To(gomega.Equal(row.want), say(r))
		})
	}
}
