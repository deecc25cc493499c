package useragent

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
)

// Whatever a server sends, a page is read, and nothing of the password is shown.
func FuzzPage(f *testing.F) {
	for _, s := range []string{
		loginForm, `<form method=post action="` + callback + `"><input type=hidden name=code value=a></form><script>document.forms[0].submit()</script>`,
		`<script>if (a) { (function(){ location = "` + evil + `" })() }</script>`, `<meta http-equiv=refresh content="0;url=x">`, `<script>"\u{110000}" + '\x</script>`,
		`<form><select name=a><option></select><button form=z name=b></button></form><input type=image form="">`, "<a href='javascript:x'>Cancel</a><form><button>Allow</button></form>",
	} {
		f.Add("text/html", s)
	}
	f.Fuzz(func(t *testing.T, kind, body string) {
		g := gomega.NewWithT(t)
		w := Walk{Request: &check.Request{URL: "https://idp.example/authorize?client_id=lab&scope=read"}, RedirectURI: callback, User: alice, Watch: []string{evil}}
		for _, deny := range []bool{false, true} {
			w.Deny = deny
			p := newPilot(&target.Target{Issuer: "https://idp.example"}, w)
			d := newDocument(&check.Response{URL: w.Request.URL, Status: 200, Header: http.Header{"Content-Type": {kind}}, Body: []byte(body)})
			m, err := p.look(d)
			g.Expect(err).NotTo(gomega.HaveOccurred())
			if m.form != nil {
				_, _ = m.form.request(m.press)
			}
			p.release()
			o := p.stop(d, m.stuck)
			g.Expect(o.Stuck + o.Page.Text + o.Page.Title).NotTo(gomega.ContainSubstring(alice.Password))
		}
	})
}

// A page that is made to be slow to read is read soon enough.
func TestHostilePagesAreReadSoon(t *testing.T) {
	for name, body := range map[string]string{
		"functions":   "<script>" + strings.Repeat("function a(){b()}", 60000) + "</script>",
		"braces":      "<script>" + strings.Repeat("{", 900000) + "</script>",
		"one label":   "<form><label>" + strings.Repeat("word <input name=a>", 50000) + "</label></form>",
		"forms":       strings.Repeat("<form><input type=hidden name=a value=0123456789abcdef0></form>", 15000),
		"deep":        strings.Repeat("<div>", 190000),
		"assignments": "<script>" + strings.Repeat("x=y;y=x;location=x;", 50000) + "</script>",
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, map[string]http.HandlerFunc{"/authorize": htmlPage(200, body)})
			done := make(chan *Outcome, 1)
			go func() { done <- s.run(s.target(), nil) }()
			select {
			case o := <-done:
				gomega.NewWithT(t).Expect(o.Page).NotTo(gomega.BeNil())
			case <-time.After(20 * time.Second): // a hang, and not a slow machine
				t.Fatal("the page is not read")
			}
		})
	}
}
