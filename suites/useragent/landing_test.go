package useragent

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/onsi/gomega"
)

// Everything that sends a browser to the client is an answer, and what merely
// names the client is none.
func TestLandings(t *testing.T) {
	const post = `<form method="post" action="` + callback + `"><input type="hidden" name="code" value="abc"><input type="hidden" name="state" value="xyz">`
	for name, c := range map[string]struct {
		body string
		via  string // empty: no answer
		mode string
		to   string
	}{
		"form_post by onload":       {`<div onload="x"></div>` + post + `</form><script>document.forms[0].submit()</script>`, ViaForm, ModeFormPost, ""},
		"form_post by prototype":    {post + `</form><script>HTMLFormElement.prototype.submit.call(document.forms[0]);</script>`, ViaForm, ModeFormPost, ""},
		"form_post by a handler":    {post + `</form><script>window.onload = function() { document.getElementById("f").submit(); }</script>`, ViaForm, ModeFormPost, ""},
		"form_post by hand":         {post + `<noscript><button>Continue</button></noscript></form>`, ViaForm, ModeFormPost, ""},
		"form by GET":               {`<form action="` + callback + `"><input type="hidden" name="code" value="abc"><input type="hidden" name="state" value="xyz"></form><script>document.forms[0].submit()</script>`, ViaForm, ModeQuery, ""},
		"an empty form":             {`<p>The request is wrong.</p><form action="` + evil + `"><button>Back to the application</button></form>`, "", "", ""},
		"meta refresh":              {`<meta http-equiv="Refresh" content="0; URL='` + answer + `'">`, ViaMeta, ModeQuery, ""},
		"location":                  {`<script>location = "https:\/\/client.example\/callback?code=abc\u0026state=xyz"</script>`, ViaScript, ModeQuery, ""},
		"location.href":             {`<script>window.location.href='` + answer + `';</script>`, ViaScript, ModeQuery, ""},
		"location.replace":          {`<script>(function(){ window.location.replace("` + answer + `") })()</script>`, ViaScript, ModeQuery, ""},
		"location.assign":           {`<script>document.addEventListener("DOMContentLoaded", () => { document.location.assign("` + answer + `") })</script>`, ViaScript, ModeQuery, ""},
		"window.open":               {`<script>window.open("` + answer + `")</script>`, ViaScript, ModeQuery, ""},
		"by a timer":                {`<script>setTimeout(function(){ location.href = "` + answer + `" }, 500)</script>`, ViaScript, ModeQuery, ""},
		"by a short timer":          {`<script>setTimeout(() => location.href = "` + answer + `", 500)</script>`, ViaScript, ModeQuery, ""},
		"by a variable":             {`<script>var to = "` + callback + `" + "?code=abc" + "&state=xyz"; if (to) { location.href = to }</script>`, ViaScript, ModeQuery, ""},
		"by a function called":      {`<script>function go() { location.href = "` + answer + `" }</script><script>window.onload = go</script>`, ViaScript, ModeQuery, ""},
		"by onload of the body":     {`</body><body onload="location.replace('` + answer + `')">`, ViaScript, ModeQuery, ""},
		"a fragment":                {`<script>location = "` + callback + `#code=abc&state=xyz"</script>`, ViaScript, ModeFragment, ""},
		"a function for a button":   {`<p>Wrong request</p><script>function back() { location.href = "` + evil + `" }</script><button type="button" onclick="back()">Back</button>`, "", "", ""},
		"a click":                   {`<p>Wrong request</p><script>document.getElementById("b").addEventListener("click", function(){ location.href = "` + evil + `" })</script>`, "", "", ""},
		"a click by an arrow":       {`<p>Wrong request</p><script>b.onclick = () => location.href = "` + evil + `"</script>`, "", "", ""},
		"a comment":                 {`<p>Wrong request</p><script>// location = "` + evil + `"` + "\n" + `/* location = "` + evil + `" */</script>`, "", "", ""},
		"a comparison":              {`<p>Wrong request</p><script>if (location.href == "` + evil + `") { x() }</script>`, "", "", ""},
		"text and a link":           {`<p>The redirect URI ` + evil + ` is not registered.</p><a href="` + evil + `">back</a>`, "", "", ""},
		"the bad URI by meta":       {`<meta http-equiv="refresh" content="5;url=` + evil + `">`, ViaMeta, ModeQuery, evil},
		"the bad URI by script":     {`<p>x</p><script>top.location = "` + evil + `?error=invalid_request"</script>`, ViaScript, ModeQuery, evil},
		"elsewhere by meta":         {`<meta http-equiv="refresh" content="0;url=https://other.example/">`, ViaMeta, ModeQuery, Elsewhere},
		"elsewhere in a far future": {`<p>x</p><meta http-equiv="refresh" content="600;url=https://other.example/">`, "", "", ""},
		"a page that reloads":       {`<p>x</p><meta http-equiv="refresh" content="5">`, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			s := newServer(t, map[string]http.HandlerFunc{"GET /authorize": htmlPage(200, c.body)})
			o := s.run(s.target(), nil)
			g.Expect(o.Stuck).To(gomega.BeEmpty())
			if c.via == "" {
				g.Expect(o.Landing).To(gomega.BeNil())
				return
			}
			g.Expect(o.Landing).NotTo(gomega.BeNil())
			g.Expect(o.Landing.Via).To(gomega.Equal(c.via))
			g.Expect(o.Landing.Mode).To(gomega.Equal(c.mode))
			g.Expect(o.Landing.To).To(gomega.Equal(c.to))
			g.Expect(o.Landing.Status).To(gomega.Equal(200))
			g.Expect(o.Landing.Pressed).To(gomega.Equal(name == "form_post by hand"))
			if c.to == "" {
				g.Expect(o.Landing.Get("code")).To(gomega.Equal("abc"))
				g.Expect(o.Landing.Get("state")).To(gomega.Equal("xyz"))
			}
			if c.mode == ModeFormPost {
				g.Expect(o.Landing.RawForm).To(gomega.Equal("code=abc&state=xyz"))
			}
		})
	}
}

// Pages of the server lead on by themselves, too.
func TestCarriedOn(t *testing.T) {
	for name, body := range map[string]string{
		"meta":        `<meta http-equiv="refresh" content="1; url=/next">`,
		"script":      `<script>location.replace("/next")</script>`,
		"form":        `<form method="get" action="/next"><input type="hidden" name="SAMLRequest" value="x"></form><script>document.forms[0].submit()</script>`,
		"base":        `<base href="/deep/er/"><form method="get" action="../../next"><input type="hidden" name="a"><button>Continue</button></form>`,
		"a condition": `<script>if (!window.x) { location.replace("/wrong") } </script><form action="/next"><button>Continue</button></form>`,
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			s := newServer(t, map[string]http.HandlerFunc{"GET /authorize": htmlPage(200, body), "GET /next": redirect(302, answer)})
			o := s.run(s.target(), nil)
			g.Expect(o.Stuck).To(gomega.BeEmpty())
			g.Expect(o.Landing).NotTo(gomega.BeNil())
			g.Expect(o.Landing.Get("code")).To(gomega.Equal("abc"))
		})
	}
}

// Redirects: which URI they reach, and where the parameters stand.
func TestRedirects(t *testing.T) {
	for to, want := range map[string]struct{ end, mode, code string }{
		answer:                     {"", ModeQuery, "abc"},
		callback + "#code=abc":     {"", ModeFragment, "abc"},
		callback + "?x=1#code=abc": {"", ModeFragment, "abc"},
		callback + "#_=_":          {"", ModeQuery, ""},
		"HTTPS://Client.Example:443/callback?code=abc":    {"", ModeQuery, "abc"},
		callback + "/../callback?code=abc":                {Elsewhere, ModeQuery, "abc"},
		callback + "2?code=abc":                           {Elsewhere, ModeQuery, "abc"},
		callback + "&code=abc":                            {Elsewhere, ModeQuery, ""},
		"https://client.example/":                         {Elsewhere, ModeQuery, ""},
		evil + "?code=abc":                                {evil, ModeQuery, "abc"},
		"https://whole.example/any/where?code=abc":        {"https://whole.example", ModeQuery, "abc"},
		"com.example.app:/back?code=abc":                  {"com.example.app:/back", ModeQuery, "abc"},
		"//evil.example/take?code=abc":                    {Elsewhere, ModeQuery, "abc"},
		"https://other.example/?code=abc":                 {Elsewhere, ModeQuery, "abc"},
		"mailto:x@example.com":                            {Elsewhere, ModeQuery, ""},
		callback + "?error_description=100%&code=abc#%zz": {"", ModeQuery, "abc"},
	} {
		g := gomega.NewWithT(t)
		s := newServer(t, map[string]http.HandlerFunc{"GET /authorize": redirect(303, to)})
		o := s.run(s.target(), func(w *Walk) { w.Watch = append(w.Watch, "https://whole.example", "com.example.app:/back") })
		g.Expect(o.Stuck).To(gomega.BeEmpty(), to)
		g.Expect(o.Landing).NotTo(gomega.BeNil(), to)
		g.Expect(o.Landing.To).To(gomega.Equal(want.end), to)
		g.Expect(o.Landing.Mode).To(gomega.Equal(want.mode), to)
		g.Expect(o.Landing.Get("code")).To(gomega.Equal(want.code), to)
		g.Expect(o.Landing.Status).To(gomega.Equal(303))
	}
}

// The query of a redirect URI stays apart from the answer, and of two URIs that
// fit the longer is meant.
func TestRedirectURIWithQuery(t *testing.T) {
	for to, end := range map[string]string{
		callback + "?a=1&code=abc": "", callback + "?a=1": "", callback + "?a=1#code=abc": "",
		callback + "?a=12&code=abc": callback, callback + "?code=abc": callback, callback + "?a=1&b=2&code=abc": callback + "?a=1&b=2",
	} {
		g := gomega.NewWithT(t)
		w := Walk{RedirectURI: callback + "?a=1", Watch: []string{callback, callback + "?a=1&b=2"}}
		l := w.land(to, ViaRedirect, 302)
		g.Expect(l).NotTo(gomega.BeNil(), to)
		g.Expect(l.To).To(gomega.Equal(end), to)
	}
}

// A server on loopback leads to another port of itself, but not to where the
// client lives.
func TestPortsOfTheServer(t *testing.T) {
	g := gomega.NewWithT(t)
	other := newServer(t, map[string]http.HandlerFunc{"GET /login": redirect(302, "http://127.0.0.1:1/cb?code=abc&state=xyz")})
	s := newServer(t, map[string]http.HandlerFunc{"GET /authorize": redirect(302, other.URL+"/login"), "GET /evil": redirect(302, "http://127.0.0.1:1/evil")})
	o := s.run(s.target(), func(w *Walk) { w.RedirectURI = "http://127.0.0.1:1/cb" })
	arrives(g, o)
	o = s.run(s.target(), func(w *Walk) {
		w.RedirectURI = "http://127.0.0.1:1/cb"
		w.Request.URL = s.URL + "/evil"
	})
	g.Expect(o.Landing).NotTo(gomega.BeNil())
	g.Expect(o.Landing.To).To(gomega.Equal(Elsewhere))
	u, err := url.Parse(o.Landing.URI)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(u.Path).To(gomega.Equal("/evil"))
}

// A semicolon and a percent sign that escapes nothing belong to a value, as browsers
// have it.
func TestParseParams(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(ParseParams("code=a;b&state=50%+x%20y&&c&a%3Db=%26")).To(gomega.Equal(url.Values{
		"code": {"a;b"}, "state": {"50% x%20y"}, "c": {""}, "a=b": {"&"},
	}))
}
