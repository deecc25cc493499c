package authserver_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
)

// asserted changes what becomes of a request with an assertion.
func asserted(change func(c *call, a *reply)) idp {
	return idp{token: func(c *call, a *reply) {
		if c.form.Get("client_assertion") != "" {
			change(c, a)
		}
	}}
}

// refusedAssertion changes the answer to an assertion that is refused.
func refusedAssertion(change func(c *call, a *reply)) idp {
	return asserted(func(c *call, a *reply) {
		if c.reason == "invalid_client" {
			change(c, a)
		}
	})
}

// believes lets assertions through that somebody wrongly believes.
func believes(when func(c *call, a *clientAssertion) bool) idp {
	return refusedAssertion(func(c *call, a *reply) {
		if jwt := takeApart(c.form.Get("client_assertion")); jwt != nil && when(c, jwt) {
			a.status, a.members = http.StatusOK, map[string]any{"access_token": "token-canary", "token_type": "Bearer"}
		}
	})
}

func TestBrokenAssertions(t *testing.T) {
	text200 := func(_ *call, a *reply) {
		a.status, a.raw = 200, "<p>Log in</p>"
		a.header.Set("Content-Type", "text/html")
	}
	without := func(ids ...string) func(*target.Target) {
		return func(tg *target.Target) {
			var kept []target.Client
			for _, c := range tg.Clients {
				drop := false
				for _, id := range ids {
					drop = drop || c.ID == id
				}
				if !drop {
					kept = append(kept, c)
				}
			}
			tg.Clients = kept
		}
	}
	for name, b := range map[string]broken{
		"every assertion is refused": {asserted(func(_ *call, a *reply) { a.status, a.members = 401, map[string]any{"error": "invalid_client"} }), nil,
			"ca-pkjwt-happy", reports.Error, "are key, key_id, key_alg"},
		"no key":             {idp{}, without("keyed", "keyed too"), "ca-pkjwt-happy", reports.NotRun, "authenticates by private_key_jwt"},
		"no MAC":             {idp{}, without("maced"), "ca-csjwt", reports.NotRun, "authenticates by client_secret_jwt"},
		"a secret too short": {idp{}, func(tg *target.Target) { tg.Clients[4].Secret = "short-canary" }, "ca-csjwt", reports.Error, "the assertion cannot be signed"},
		"no token type":      {when("", func(_ *call, a *reply) { delete(a.members, "token_type") }), nil, "ca-pkjwt-happy", reports.Fail, "what type the token is"},
		"5xx for a wrong one": {refusedAssertion(func(_ *call, a *reply) { a.status = 500 }), nil,
			"ca-pkjwt-aud-wrong", reports.Error, "neither a refusal nor a success"},
		"a page of status 200 for a wrong one": {refusedAssertion(text200), nil, "ca-pkjwt-sig", reports.Pass, ""},
		"a page, for the one that says so":     {refusedAssertion(text200), nil, "ca-error-status", reports.Fail, "another error code"},
		"invalid_request for a wrong one":      {refusedAssertion(asError("invalid_request")), nil, "ca-error-status", reports.Fail, `"invalid_request"`},
		"403 for a wrong one":                  {refusedAssertion(func(_ *call, a *reply) { a.status = 403 }), nil, "ca-error-status", reports.Warn, "another status"},
		"no audience needed":                   {believes(func(_ *call, j *clientAssertion) bool { return j.claims["aud"] == nil }), nil, "ca-pkjwt-no-aud", reports.Fail, "without aud"},
		"an audience needed, and no more":      {believes(func(_ *call, j *clientAssertion) bool { return j.claims["aud"] != nil }), nil, "ca-pkjwt-no-aud", reports.Pass, ""},
		"the beginning of an audience will do": {believes(func(c *call, j *clientAssertion) bool {
			return len(j.str("aud")) > 30 && j.str("aud")[:16] == "http://127.0.0.1"
		}), nil, "ca-pkjwt-aud-wrong", reports.Fail, "begins as the right one"},
		"no exp needed":                            {believes(func(_ *call, j *clientAssertion) bool { return j.claims["exp"] == nil }), nil, "ca-pkjwt-exp", reports.Fail, "without exp"},
		"exp is not looked at":                     {lax("assertion exp"), nil, "ca-pkjwt-exp", reports.Fail, "without exp"},
		"the client is who iss says":               {lax("assertion sub"), nil, "ca-pkjwt-sub", reports.Fail, "without sub"},
		"sub, where it is another client":          {believes(func(_ *call, j *clientAssertion) bool { return j.str("sub") == "alpha" }), nil, "ca-pkjwt-sub", reports.Fail, "another client as sub"},
		"none in capitals here and there":          {believes(func(_ *call, j *clientAssertion) bool { return j.header["alg"] == "nOnE" }), nil, "ca-pkjwt-none", reports.Fail, "alg nOnE"},
		"another client's key":                     {believes(func(_ *call, j *clientAssertion) bool { return j.header["kid"] == "k2" }), nil, "ca-pkjwt-sig", reports.Fail, "the key of another client"},
		"another algorithm of the key":             {lax("assertion alg"), byRSA, "ca-pkjwt-alg-registered", reports.Warn, "RS256 and PS256"},
		"a MAC, whoever made it":                   {believes(func(_ *call, j *clientAssertion) bool { return j.header["alg"] == "HS256" }), nil, "ca-pkjwt-alg-registered", reports.Fail, "a MAC with the public key"},
		"the URL is fetched, the key not believed": {lax("assertion URLs"), nil, "ca-pkjwt-kid-injection", reports.Fail, "fetches the URL in jku"},
		"a certificate in the header is believed":  {believes(func(_ *call, j *clientAssertion) bool { return j.header["x5c"] != nil }), nil, "ca-pkjwt-kid-injection", reports.Fail, "its certificate in x5c"},
		"the type in capitals": {believes(func(c *call, _ *clientAssertion) bool {
			return strings.HasPrefix(c.form.Get("client_assertion_type"), "URN:")
		}), nil, "ca-pkjwt-type", reports.Fail, "client_assertion_type in capitals"},
		"another client_id": {lax("assertion client_id"), nil, "ca-id-mismatch", reports.Warn, "beside an assertion that names another client"},
	} {
		t.Run(name, b.run)
	}
}

// TestUnusualAssertions meets servers that are right in their own way.
func TestUnusualAssertions(t *testing.T) {
	ids := []string{
		"ca-pkjwt-happy", "ca-pkjwt-aud-wrong", "ca-pkjwt-no-aud", "ca-pkjwt-iss", "ca-pkjwt-sub", "ca-pkjwt-exp", "ca-pkjwt-nbf", "ca-pkjwt-sig", "ca-pkjwt-none",
		"ca-pkjwt-alg-registered", "ca-pkjwt-type", "ca-pkjwt-two", "ca-pkjwt-kid-injection", "ca-pkjwt-crit", "ca-csjwt", "ca-error-status",
	}
	for name, row := range map[string]struct {
		s  idp
		tg func(*target.Target)
	}{
		"as usual":                       {idp{}, nil},
		"the token endpoint as audience": {idp{names: func(s *idp) []string { return []string{s.url + "/token"} }}, nil},
		"no client_id beside an assertion": {idp{first: func(_ http.ResponseWriter, r *http.Request) bool {
			_ = r.ParseForm()
			if r.PostForm.Get("client_assertion") != "" && r.PostForm.Get("client_id") != "" {
				r.PostForm.Set("client_assertion", "spoilt")
			}
			return false
		}}, nil},
		"a clock that is three hours slow":   {idp{ahead: -3 * time.Hour}, nil},
		"a clock that is a day fast":         {idp{ahead: 24 * time.Hour}, nil},
		"clocks may be five minutes off":     {idp{skew: 5 * time.Minute}, nil},
		"400 for an assertion":               {refusedAssertion(func(_ *call, a *reply) { a.status = 400; a.header.Del("WWW-Authenticate") }), nil},
		"an RSA key":                         {idp{}, byRSA},
		"a key beside a client without kid":  {idp{}, func(tg *target.Target) { tg.Clients[2].KeyID = "" }},
		"the first client with a key is old": {idp{}, func(tg *target.Target) { tg.Clients[2].Key = clientKeys()["nobody's"] }},
		"two clients share a key":            {idp{}, func(tg *target.Target) { tg.Clients[3].Key = clientKeys()["keyed"] }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := row.s
			s.t = t
			tg := s.start()
			if row.tg != nil {
				row.tg(tg)
			}
			gomega.NewWithT(t).Expect(verdicts(assay(t, tg, ids...), reports.Pass)).To(gomega.BeEmpty())
		})
	}
}
