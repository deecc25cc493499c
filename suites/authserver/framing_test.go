package authserver

import (
	"net/http"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/suites/check"
)

func TestFramingIsReadAsBrowsersDo(t *testing.T) {
	const csp, xfo = "Content-Security-Policy", "X-Frame-Options"
	for name, c := range map[string]struct {
		header            http.Header
		body              string
		prevents, scripts bool
		policy            bool
	}{
		"nothing":                            {prevents: false},
		"none":                               {header: http.Header{csp: {"default-src 'self'; Frame-Ancestors 'none'"}}, prevents: true, policy: true},
		"an empty list is none":              {header: http.Header{csp: {"frame-ancestors"}}, prevents: true, policy: true},
		"self and partners":                  {header: http.Header{csp: {"frame-ancestors 'self' https://*.partner.example"}}, prevents: true, policy: true},
		"everybody":                          {header: http.Header{csp: {"frame-ancestors *"}}},
		"every https site":                   {header: http.Header{csp: {"frame-ancestors 'self' https:"}}},
		"everybody beside X-Frame-Options":   {header: http.Header{csp: {"frame-ancestors *"}, xfo: {"DENY"}}},
		"the stricter of two policies":       {header: http.Header{csp: {"frame-ancestors *, frame-ancestors 'self'"}}, prevents: true, policy: true},
		"two header lines":                   {header: http.Header{csp: {"script-src 'self'", "frame-ancestors 'self'"}}, prevents: true, policy: true},
		"of two directives the first counts": {header: http.Header{csp: {"frame-ancestors *; frame-ancestors 'none'"}}},
		"only a report":                      {header: http.Header{"Content-Security-Policy-Report-Only": {"frame-ancestors 'none'"}}},
		"frame-src is another thing":         {header: http.Header{csp: {"frame-src 'none'; default-src 'none'"}}},
		"X-Frame-Options":                    {header: http.Header{xfo: {"sameorigin"}}, prevents: true},
		"X-Frame-Options twice":              {header: http.Header{xfo: {"DENY", "DENY"}}, prevents: true},
		"ALLOW-FROM is not obeyed":           {header: http.Header{xfo: {"ALLOW-FROM https://a.example"}}},
		"ALLOWALL":                           {header: http.Header{xfo: {"ALLOWALL"}}},
		"a script that breaks out":           {body: `<script>if (top != self) top.location = self.location</script>`, scripts: true},
		"another way to write it":            {body: `<script type="text/javascript">if(window.top!==window.self){}</script>`, scripts: true},
		"a script that does something else":  {body: `<script>document.getElementById("stop").focus()</script>`},
		"a script that is not seen":          {body: `<script defer src="/app.js"></script>`, scripts: true},
	} {
		f := framingOf(c.header, c.body)
		g := gomega.NewWithT(t)
		g.Expect(f.prevents()).To(gomega.Equal(c.prevents), name)
		g.Expect(f.scripts).To(gomega.Equal(c.scripts), name)
		g.Expect(f.policy != "").To(gomega.Equal(c.policy), name)
		g.Expect(f.String()).NotTo(gomega.BeEmpty(), name)
	}
}

func TestReferrerPolicyIsTheLastThatIsKnown(t *testing.T) {
	for want, r := range map[string]*check.Response{
		"":              {Header: http.Header{"Referrer-Policy": {"never-heard-of"}}},
		"no-referrer":   {Header: http.Header{"Referrer-Policy": {"unsafe-url, No-Referrer, future-value"}}},
		"origin":        {Header: http.Header{"Referrer-Policy": {"unsafe-url", "origin"}}},
		"same-origin":   {Header: http.Header{"Referrer-Policy": {"unsafe-url"}}, Body: []byte(`<META content='same-origin' name='referrer'>`)},
		"strict-origin": {Body: []byte(`<meta name=referrer content=strict-origin>`)},
	} {
		gomega.NewWithT(t).Expect(referrerPolicy(r)).To(gomega.Equal(want))
	}
}

func TestMarkupCountsWhereItIsAnElement(t *testing.T) {
	m := markup("mark1")
	for page, want := range map[string]bool{
		`<input value="` + m + `">`:                                       true,
		`<input value='` + m + `'>`:                                       true,
		`<p>` + m + `</p>`:                                                true,
		`<script>var state = "` + m + `";</script>`:                       true,
		`<input value="&#34;&#39;&gt;&lt;svg/onload=mark1&gt;">`:          false,
		`<script>var state = "\"'><\/script><svg/onload=mark1>"</script>`: false,
		`<!-- <svg/onload=mark1> -->`:                                     false,
		`<textarea><svg/onload=mark1></textarea>`:                         false,
		`<p>mark1</p>`:       false,
		`<svg/onload=mark2>`: false,
		`<a href="/login?state=%22%27%3E%3Csvg%2Fonload%3Dmark1%3E">x</a>`: false,
	} {
		gomega.NewWithT(t).Expect(holdsElement([]byte(page), "mark1")).To(gomega.Equal(want), page)
	}
}

func TestReceiversOfMessages(t *testing.T) {
	for script, want := range map[string][]string{
		`opener.postMessage({code: "a, b)"}, "https://c.example")`:                                 {"https://c.example"},
		`window.parent.postMessage(msg, '*');`:                                                     {"*"},
		`w.postMessage(JSON.stringify({a: [1, 2]}), "https:\/\/c.example"); x.postMessage(y, '*')`: {"https://c.example", "*"},
		`var origin = "https://c.example"; opener.postMessage(m, origin);`:                         {"https://c.example"},
		`opener.postMessage(m, {targetOrigin: "*"})`:                                               {"*"},
		`opener.postMessage(m, config.origin)`:                                                     {""},
		`opener.postMessage(m)`:                                                                    {""},
		`o = "a"; o = "b"; opener.postMessage(m, o)`:                                               {""},
		`opener.postMessage(m, "https://c.example"`:                                                {""},
		`no message`: nil,
	} {
		gomega.NewWithT(t).Expect(receiversOf("<script>"+script+"</script>")).To(gomega.Equal(want), script)
	}
}

func TestCharactersOfErrors(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(outside("The scope 'x' is unknown! ~#[]", false)).To(gomega.BeEmpty())
	g.Expect(outside("", false)).To(gomega.BeEmpty())
	g.Expect(outside(`the scope "x"`, false)).To(gomega.Equal("a quotation mark"))
	g.Expect(outside(`a\b`, false)).To(gomega.Equal("a backslash"))
	g.Expect(outside("one\ntwo", false)).To(gomega.Equal("the character U+000A"))
	g.Expect(outside("requête", false)).To(gomega.Equal("the character U+00EA"))
	g.Expect(outside("https://e.example/a b", true)).To(gomega.Equal("a space"))
	g.Expect(outside("https://e.example/?a=b#c", true)).To(gomega.BeEmpty())
}

func TestWhatAnotherSiteKnowsOfAForm(t *testing.T) {
	g := gomega.NewWithT(t)
	mine := map[string][]string{"allow": {"yes"}, "token": {"t1"}, "scope": {"a", "b"}}
	theirs := map[string][]string{"allow": {"yes"}, "token": {"t2"}, "scope": {"a", "b"}}
	g.Expect(known(mine, theirs, false)).To(gomega.BeEquivalentTo(map[string][]string{"allow": {"yes"}, "scope": {"a", "b"}}))
	g.Expect(known(mine, theirs, true)).To(gomega.BeEquivalentTo(map[string][]string{"allow": {"yes"}, "token": {"t2"}, "scope": {"a", "b"}}))
	g.Expect(knownURL("https://a.example/c/1?x=1&t=1", "https://a.example/c/2?x=1&t=2", false)).To(gomega.Equal("https://a.example/c/2?x=1"))
	g.Expect(knownURL("https://a.example/c/1?x=1&t=1", "https://a.example/c/2?x=1&t=2", true)).To(gomega.Equal("https://a.example/c/2?t=2&x=1"))

	r := &check.Request{Header: http.Header{"Cookie": {"lax=1; none=2; plain=3; strict=4; changed=5"}}}
	set := func(lines ...string) hop {
		return hop{response: &check.Response{Header: http.Header{"Set-Cookie": lines}}}
	}
	crossSiteCookies(r, []hop{set("lax=1; SameSite=Lax", "none=2; SameSite=None", "changed=5; SameSite=Lax"), set("plain=3", "strict=4; samesite=strict", "changed=5")})
	g.Expect(r.Header.Get("Cookie")).To(gomega.Equal("none=2; plain=3; changed=5"))
	crossSiteCookies(r, []hop{set("none=2; SameSite=Lax", "plain=3; SameSite=Lax", "changed=5; SameSite=Lax")})
	g.Expect(r.Header).NotTo(gomega.HaveKey("Cookie"))
}
