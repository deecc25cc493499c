package authserver_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/reports"
)

const vectorChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

// atAuthorize answers authorization requests in another way.
func atAuthorize(change func(v *visit, q url.Values) *http.Response) twist {
	return func(v *visit) *http.Response {
		if v.path == "/authorize" {
			return change(v, v.r.URL.Query())
		}
		return nil
	}
}

// asked lets the provider answer another query.
func (v *visit) asked(q url.Values) *http.Response {
	v.r.URL.RawQuery = q.Encode()
	return v.next()
}

// lenient is a server that takes any challenge method for one that it knows.
func lenient(as string) twist {
	return atAuthorize(func(v *visit, q url.Values) *http.Response {
		if m := q.Get("code_challenge_method"); m != "" && m != "S256" && m != "plain" {
			q.Set("code_challenge_method", as)
			return v.asked(q)
		}
		return nil
	})
}

// either is one twist and, where that changes nothing, another.
func either(one, other twist) twist {
	return func(v *visit) *http.Response {
		if r := one(v); r != nil {
			return r
		}
		return other(v)
	}
}

func TestOddPKCE(t *testing.T) {
	unsaid := withoutMember("code_challenge_methods_supported")
	refusedThere := func(when func(url.Values) bool, params ...string) twist {
		return atAuthorize(func(_ *visit, q url.Values) *http.Response {
			if !when(q) {
				return nil
			}
			return sentTo(q.Get("redirect_uri"), url.Values{"error": {params[0]}, "state": {strings.Join(params[1:], "")}})
		})
	}
	vector := func(q url.Values) bool { return q.Get("code_challenge") == vectorChallenge }
	bare := func(q url.Values) bool { return q.Get("code_challenge") == "" }
	s256 := func(q url.Values) bool { return q.Get("code_challenge_method") == "S256" }
	made := func(q url.Values) bool { return strings.HasPrefix(q.Get("code_challenge_method"), "authassay") }
	// spoiled gives a code for a method that nobody knows, and takes no verifier
	// for it: the challenge is another one.
	spoiled := atAuthorize(func(v *visit, q url.Values) *http.Response {
		if m := q.Get("code_challenge_method"); m == "S256" || m == "" {
			return nil
		}
		q.Set("code_challenge_method", "S256")
		q.Set("code_challenge", vectorChallenge)
		return v.asked(q)
	})
	late := either(atAuthorize(func(v *visit, q url.Values) *http.Response {
		if !bare(q) {
			return nil
		}
		q.Set("code_challenge", vectorChallenge)
		q.Set("code_challenge_method", "S256")
		return v.asked(q)
	}), func(*visit) *http.Response { return nil })
	page := atAuthorize(func(_ *visit, q url.Values) *http.Response {
		if s256(q) {
			return nil
		}
		return answer(400, "text/html", "<h1>No</h1>")
	})
	none := off("pkce-supported")
	for name, o := range map[string]odd{
		"no PKCE, by RFC 6749":             {nil, none, policy(target.PolicyRFC6749), "pkce-s256-happy", reports.NotRun, "a target that does PKCE"},
		"no PKCE, by OpenID Connect":       {nil, none, policy(target.PolicyOIDC), "pkce-wrong-verifier", reports.NotRun, "a target that does PKCE"},
		"no PKCE, by OAuth 2.1":            {nil, none, policy(target.PolicyOAuth21), "pkce-s256-happy", reports.Fail, "does no PKCE"},
		"no PKCE, and who injects a code":  {nil, none, nil, "code-cross-user", reports.NotRun, "a target that does PKCE"},
		"PKCE that nobody mentions":        {unsaid, nil, nil, "pkce-s256-happy", reports.Pass, ""},
		"the same, in the metadata":        {unsaid, nil, nil, "meta-pkce-advertised", reports.Warn, "no such member"},
		"the same, where it is no duty":    {unsaid, nil, policy(target.PolicyRFC6749), "meta-pkce-advertised", reports.Info, "no such member"},
		"the same, and codes are used up":  {unsaid, varied("code-spent-by-refusal"), nil, "pkce-wrong-verifier", reports.Pass, ""},
		"no PKCE, and none is advertised":  {unsaid, none, nil, "meta-pkce-advertised", reports.NotRun, "a target that does PKCE"},
		"PKCE advertised and not done":     {atToken(func(v *visit) *http.Response { v.form.Del("code_verifier"); return v.next() }), off("pkce-verifier-required"), nil, "pkce-wrong-verifier", reports.Fail, "issued a token"},
		"nobody to try PKCE with":          {unsaid, nil, func(tg *target.Target) { tg.Users = nil }, "meta-pkce-advertised", reports.NotRun, "a user"},
		"S256 is refused, plain is not":    {refusedThere(s256, "invalid_request"), nil, nil, "pkce-s256-happy", reports.Fail, "works without PKCE"},
		"nothing works":                    {refusedThere(func(url.Values) bool { return true }, "access_denied"), nil, nil, "pkce-s256-happy", reports.Error, "is it set up"},
		"a challenge known for a constant": {refusedThere(vector, "invalid_request"), nil, nil, "pkce-vector", reports.Info, "a constant"},
		"a verifier with signs": {atToken(func(v *visit) *http.Response {
			if strings.ContainsAny(v.form.Get("code_verifier"), "-_") {
				return refusal("invalid_grant")
			}
			return nil
		}), nil, nil, "pkce-vector", reports.Fail, "is not taken for its challenge"},
		"an unknown method is plain":      {lenient("plain"), off("pkce-s256"), nil, "pkce-unknown-method", reports.Fail, "as for plain"},
		"an unknown method is S256":       {lenient("S256"), nil, nil, "pkce-method-case", reports.Fail, "as for S256"},
		"an unknown method gives a code":  {spoiled, nil, nil, "pkce-unknown-method", reports.Warn, "not told what is wrong"},
		"a page for an unknown method":    {page, nil, nil, "pkce-unknown-method", reports.Warn, "ends at a page"},
		"a page, and no redirect":         {page, nil, nil, "pkce-error-page-vs-redirect", reports.Warn, "ends at a page"},
		"another state":                   {refusedThere(made, "invalid_request", "another"), nil, nil, "pkce-error-page-vs-redirect", reports.Fail, "another"},
		"no error to look at":             {lenient("S256"), nil, nil, "pkce-error-page-vs-redirect", reports.NotRun, "refuses an unknown"},
		"another error":                   {refusedThere(made, "server_error"), nil, nil, "pkce-unknown-method", reports.Warn, "server_error"},
		"a public client, refused late":   {late, off("pkce-required"), nil, "pkce-required-public", reports.Info, "not told what is wrong"},
		"a public client, by OAuth 2.1":   {nil, off("pkce-required"), policy(target.PolicyOAuth21), "pkce-required-public", reports.Fail, "without PKCE"},
		"a public client, by RFC 6749":    {nil, off("pkce-required"), policy(target.PolicyRFC6749), "pkce-required-public", reports.Info, "without PKCE"},
		"a verifier ignored, by RFC 7636": {nil, off("pkce-no-downgrade"), policy(target.PolicyRFC6749), "pkce-no-challenge-verifier", reports.Info, "issued a token"},
		"no verifier looked at, a method": {challengeMethods([]string{"S256"}), none, nil, "pkce-unknown-method", reports.Fail, "whatever the verifier"},
		"no verifier looked at, plain":    {challengeMethods([]string{"S256"}), none, nil, "pkce-plain-refused", reports.Info, "looks at no verifier"},
		"the same, and plain advertised":  {challengeMethods([]string{"plain", "S256"}), none, nil, "pkce-plain-refused", reports.Warn, "offers plain"},
		"plain that gives no token":       {spoiled, nil, nil, "pkce-plain-refused", reports.Pass, ""},
		"methods in a string":             {challengeMethods("S256"), nil, nil, "meta-pkce-advertised", reports.Warn, `"S256"`},
		"plain alone":                     {challengeMethods([]string{"plain"}), nil, nil, "meta-pkce-advertised", reports.Warn, "plain"},
		"both methods":                    {challengeMethods([]string{"plain", "S256"}), nil, nil, "meta-pkce-advertised", reports.Pass, ""},
		"a client credentials server":     {nil, nil, func(tg *target.Target) { tg.Clients = tg.Clients[:3] }, "pkce-s256-happy", reports.NotRun, "a client that may use the authorization code grant"},
	} {
		t.Run(name, o.run)
	}
}

func challengeMethods(v any) twist {
	return func(visit *visit) *http.Response {
		if !strings.Contains(visit.r.URL.Path, "/.well-known/") {
			return nil
		}
		return rewritten(visit.next(), func(m map[string]any) { m["code_challenge_methods_supported"] = v })
	}
}

// A client that nothing is said of authenticates as the target wants it, and no
// code is used up to find that out unless it must.
func TestMethodThatWorks(t *testing.T) {
	anyMethod := clientNamed(mockidp.ClientWeb, func(c *target.Client) { c.Auth = "" })
	var asked int
	codeFirst := func(v *visit) *http.Response { // looks at the code before the client
		if v.asks("authorization_code") && len(v.form.Get("code")) == 32 {
			return refusal("invalid_grant")
		}
		return nil
	}
	counted := func(do twist) twist {
		return func(v *visit) *http.Response {
			if v.path == "/authorize" {
				asked++
			}
			if do != nil {
				return do(v)
			}
			return nil
		}
	}
	for _, c := range []struct {
		name  string
		opts  []mockidp.Option
		do    twist
		walks int // with that of the login, and that of the check
	}{
		{"both", nil, nil, 2},
		{"Basic alone", off("post-supported"), nil, 2},
		{"the body alone", off("basic-supported"), nil, 2},
		{"Basic alone, codes first", off("post-supported"), codeFirst, 3},
		{"the body alone, codes first", off("basic-supported"), codeFirst, 3},
		{"the body alone, codes first and used up", append(off("basic-supported"), varied("code-spent-by-refusal")...), codeFirst, 3},
		{"the body alone, codes first and used up by anybody", off("basic-supported"), either(codeFirst, usedUp()), 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			asked = 0
			r := odd{do: counted(c.do), opts: c.opts, tg: anyMethod}.assay(t, "code-happy")["code-happy"]
			g.Expect(r.Verdict).To(gomega.Equal(reports.Pass), say(r))
			g.Expect(asked).To(gomega.Equal(c.walks))
		})
	}
}

// usedUp is a server at which any request with a code uses it up.
func usedUp() twist {
	seen := map[string]bool{}
	return func(v *visit) *http.Response {
		code := v.form.Get("code")
		if !v.asks("authorization_code") || len(code) == 32 {
			return nil
		}
		if seen[code] {
			return refusal("invalid_grant")
		}
		seen[code] = true
		return nil
	}
}
