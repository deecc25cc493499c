package authserver

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/useragent"
)

// authorizationPages are the checks on what users and their browsers see on the
// way (RFC 6749 §10.12 to §10.14, RFC 9700 §4).
func authorizationPages() []*check.Check {
	return slices.Concat([]*check.Check{
		{
			// RFC 9700 §2.6: CORS must not be supported at the authorization
			// endpoint, since no client reads its answers by script.
			ID: "authz-no-cors", Level: check.MustNot, LevelUnder: onlyBCP,
			Title:   "The authorization endpoint does not support CORS.",
			Clauses: []string{"RFC 9700 §2.6"},
			Sent:    "The working request, without cookies, as a script of another origin would send it: with the Origin of the client's redirect URI, and with a made-up one; and the preflight request to each. Then the working request by a browser, as control.",
			Judged:  "Access-Control-Allow-Origin in the answer, for the origin that asked or for all: fail. For another origin, or in the answer to the preflight request alone: warn, since nothing can be read.",
			Needs:   []check.Need{needAuthorizationEndpoint, needCodeClient},
			Proves:  []string{"authorization-no-cors"},
			Run:     noCORS,
		},
		{
			// RFC 9700 §4.11.2: the server must always authenticate the user first,
			// before redirecting, silent authentication apart; but it should
			// redirect automatically if, and only if, it trusts the redirect URI,
			// and may trust one that its operator registered. Nobody outside knows
			// whom it trusts: so this is worth what a SHOULD is worth.
			ID: "authz-login-first", Level: check.Should, LevelUnder: onlyBCP,
			Title:   "A user who has not logged in does so before an error sends the browser to the client.",
			Clauses: []string{"RFC 9700 §4.11.2"},
			Sent:    "In a browser without a past, the request of a client whose users log in on a page, with a made-up response_type, and with a made-up scope.",
			Judged:  "An error at the redirect URI before anybody was asked anything: warn. A login first, or a page: pass.",
			Needs:   forAuthorization,
			Proves:  []string{"login-before-error"},
			Run: func(t *check.T) {
				v := withLogin(t)
				for _, m := range []mistake{unknownResponseType, unknownScope} {
					a := newAuthorization(t, v.client, "code", useragent.NewSession())
					m.apply(a)
					o := a.walk(m.step + ", by nobody yet")
					sent := o.Landing != nil && o.Landing.To == "" && issued(o) == "" && len(o.Actions) == 0
					lookAt(t, m.step+", by nobody yet", o)
					t.Expect(o).To(statement{!sent, "a login, or a page, before the browser is sent on", came(o) + ", at once"},
						"a link to the target leads to the client's site without a word to the user")
				}
			},
		},
		{
			// RFC 9700 §4.16: the server must prevent clickjacking; besides
			// X-Frame-Options and scripts that break out of frames (RFC 6819
			// §4.4.1.9) it should use Content Security Policy. OpenID Connect Core
			// §3.1.2.3 has it employ what RFC 6749 §10.13 names: X-Frame-Options.
			ID: "authz-clickjacking", Level: check.Must, LevelUnder: map[target.Policy]check.Level{target.PolicyRFC6749: check.Information},
			Title:   "Pages for login and consent cannot be framed by other sites.",
			Clauses: []string{"RFC 9700 §4.16", "OpenID Connect Core §3.1.2.3", "RFC 6749 §10.13"},
			Sent:    "The working request in a browser without a past, for a client whose users log in on a page, and for one whose users are asked for consent.",
			Judged:  "Each page: frame-ancestors of Content-Security-Policy that does not let everybody in: pass. X-Frame-Options alone: warn, since the policy SHOULD be there, but where OpenID Connect binds and RFC 9700 does not. Neither: fail; warn where a script may break out of the frame.",
			Needs:   forAuthorization,
			Proves:  []string{"pages-not-framed", "pages-frame-ancestors"},
			Run: func(t *check.T) {
				eachPage(t, func(page *check.Response) {
					f := framingOf(page.Header, string(page.Body))
					s := statement{f.prevents(), "frame-ancestors or X-Frame-Options", f.String()}
					if f.scripts {
						t.Safe(page).To(s, "%s may be framed by any site", pathOf(page))
					} else {
						t.Expect(page).To(s, "%s may be framed by any site", pathOf(page))
					}
					if f.prevents() && t.Policy() != target.PolicyOIDC {
						t.Safe(page).To(statement{f.policy != "", "frame-ancestors", f.String()}, "%s does not use Content Security Policy against framing", pathOf(page))
					}
				})
			},
		},
		{
			// RFC 9700 §4.2.4: to suppress the Referer header by an appropriate
			// policy is one of several measures that further reduce the risk. What
			// says nothing leaves it to the browser, which today sends the origin
			// alone.
			ID: "authz-referrer-policy", Level: check.Recommended, LevelUnder: onlyRFC9700,
			Title:   "Pages for login and consent keep their address from other sites.",
			Clauses: []string{"RFC 9700 §4.2.4"},
			Sent:    "As authz-clickjacking.",
			Judged:  "Referrer-Policy, as header or meta element, with a value that lets no path and query out: pass. None: info. unsafe-url or no-referrer-when-downgrade: warn.",
			Needs:   forAuthorization,
			Proves:  []string{"pages-no-referrer"},
			Run: func(t *check.T) {
				eachPage(t, func(page *check.Response) {
					policy := referrerPolicy(page)
					leaks := policy == "unsafe-url" || policy == "no-referrer-when-downgrade"
					t.Expect(page).To(statement{!leaks, "a policy that keeps the query at home", "Referrer-Policy: " + policy},
						"%s lets other sites know its whole address", pathOf(page))
					t.Safe(page).To(statement{policy != "", "Referrer-Policy", "none"}, "%s leaves it to the browser what other sites learn of its address", pathOf(page))
				})
			},
		},
		{
			// RFC 9700 §4.12: a request that may hold the user's credentials must
			// not be redirected with 307, after which the browser sends them on; 308
			// has it do the same (RFC 9110 §15.4.9). The status should be 303.
			ID: "authz-no-307", Level: check.MustNot, LevelUnder: onlyBCP,
			Title:   "The form with the password is not answered by a redirect that sends it on.",
			Clauses: []string{"RFC 9700 §4.12", "RFC 9110 §15.4.8"},
			Sent:    "The working request in a browser without a past, for a client whose users log in on a page.",
			Judged:  "The status of the redirect that answers the password: 307 or 308 fail, 303 pass, another warn. No redirect: pass.",
			Needs:   forAuthorization,
			Proves:  []string{"login-post-redirect-303"},
			Run:     noForwarding,
		},
	}, authorizationConsent())
}

func noCORS(t *check.T) {
	c := codeClients(t)[0]
	origins := []string{"https://authassay-" + t.Random(10) + ".example"}
	if u, err := url.Parse(c.RedirectURIs[0]); err == nil && (u.Scheme == "https" || u.Scheme == "http") {
		origins = append(origins, u.Scheme+"://"+u.Host)
	}
	t.Allow(authorizationEndpoint(t))
	for _, origin := range origins {
		r := newAuthorization(t, c, "code", useragent.NewSession()).request.HTTP()
		r.Header.Set("Origin", origin)
		r.Header.Set("Sec-Fetch-Mode", "cors")
		answer := t.Do("from a script of "+origin, useragent.PurposeAuthorization, r)
		if s := answer.Status; s >= 500 || s == http.StatusNotFound || s == http.StatusMethodNotAllowed {
			t.Inconclusive("the target answered %d, so that nothing can be said of CORS", s)
		}
		if v := answer.Header.Get("Access-Control-Allow-Origin"); v == "*" || strings.EqualFold(v, origin) {
			t.Expect(answer).To(statement{false, "no Access-Control-Allow-Origin", allowed(answer)}, "scripts of other origins can read the answers of the authorization endpoint")
		}
		t.Safe(answer).To(statement{allowed(answer) == "", "no Access-Control-Allow-Origin", allowed(answer)}, "the authorization endpoint names an origin whose scripts may read its answers")
		r = r.Clone()
		r.Method = http.MethodOptions
		r.Header.Set("Access-Control-Request-Method", http.MethodGet)
		preflight := t.Do("preflight from "+origin, useragent.PurposeAuthorization, r)
		t.Safe(preflight).To(statement{allowed(preflight) == "", "no Access-Control-Allow-Origin", allowed(preflight)},
			"the authorization endpoint agrees to requests of scripts of other origins, even though they can read nothing")
	}
	// A header that is missing counts at an endpoint that does its work.
	if !needUser.Met(t) {
		t.NotRun(needUser)
	}
	control := authorize(t, c, "code").walk("control, by a browser")
	t.Require(landed(control, "code")).To(beEmpty(), "the correct authorization request brings no code, so that nothing can be said of its answers")
}

func allowed(r *check.Response) string {
	if v := r.Header.Get("Access-Control-Allow-Origin"); v != "" {
		return "Access-Control-Allow-Origin: " + clip(v)
	}
	return ""
}

// eachPage gives the pages on which users log in and agree.
func eachPage(t *check.T, judge func(page *check.Response)) {
	visits, seen := []visit{withLogin(t)}, 0
	if v := visitWhere(t, codeClients(t), useragent.Approved); v != nil && v.client.ID != visits[0].client.ID {
		visits = append(visits, *v)
	}
	for _, v := range visits {
		for _, page := range v.pages() {
			seen++
			t.Look("a page for "+v.client.ID, page)
			judge(page)
		}
	}
	if seen == 0 {
		t.NotRun(check.Need{Name: "pages that the run gets to see", Hint: "login.driver forms shows them"})
	}
	t.Record("pages", itoa(seen))
}

var referrerMeta = regexp.MustCompile(`(?is)<meta\b[^>]*\bname\s*=\s*["']?referrer["']?[^>]*>`)
var contentOf = regexp.MustCompile(`(?is)\bcontent\s*=\s*["']?([\w-]+)`)

// referrerPolicy is the policy of a page: the last word that browsers know, the
// meta element before the header.
func referrerPolicy(r *check.Response) string {
	policy := ""
	for _, word := range strings.Split(strings.ToLower(strings.Join(r.Header.Values("Referrer-Policy"), ",")), ",") {
		if word = strings.TrimSpace(word); slices.Contains(referrerPolicies, word) {
			policy = word
		}
	}
	for _, meta := range referrerMeta.FindAllString(string(r.Body), -1) {
		if m := contentOf.FindStringSubmatch(meta); m != nil && slices.Contains(referrerPolicies, strings.ToLower(m[1])) {
			policy = strings.ToLower(m[1])
		}
	}
	return policy
}

var referrerPolicies = []string{"no-referrer", "no-referrer-when-downgrade", "same-origin", "origin", "strict-origin",
	"origin-when-cross-origin", "strict-origin-when-cross-origin", "unsafe-url"}

func noForwarding(t *check.T) {
	v := withLogin(t)
	posted := 0
	for _, h := range v.hops {
		if h.request.Method != http.MethodPost || !holdsSecret(h.request, v.user.Password) {
			continue
		}
		posted++
		r := h.response
		t.Look("the password for "+v.client.ID, r)
		if r.Status < 300 || r.Status > 399 {
			continue
		}
		got := fmt.Sprintf("%d %s", r.Status, http.StatusText(r.Status))
		t.Expect(r).To(statement{r.Status != http.StatusTemporaryRedirect && r.Status != http.StatusPermanentRedirect, "303", got},
			"the redirect after the login has the browser send the password on")
		t.Safe(r).To(statement{r.Status == http.StatusSeeOther, "303", got}, "the redirect after the login leaves it to the browser whether the password is sent on")
	}
	if posted == 0 {
		t.NotRun(check.Need{Name: "a form in which the password is sent", Hint: "the way in has none that the run gets to see"})
	}
}

// holdsSecret tells whether the body of a request has a secret in it, as a form or JSON
// writes it.
func holdsSecret(r *check.Request, secret string) bool {
	body := string(r.Body)
	return secret != "" && (strings.Contains(body, secret) || strings.Contains(body, url.QueryEscape(secret)) || strings.Contains(body, url.PathEscape(secret)))
}
