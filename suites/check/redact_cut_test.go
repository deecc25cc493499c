package check_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// The stored copy is cut at 16 KB, and never in a way that a part of a secret
// stays, whether the secret was known at the time or became known later.
func TestASecretAtTheCut(t *testing.T) {
	const cut = 16 << 10
	for _, secret := range []string{"plain-canary-value", odd, opaque, jwt} { // the first two are known from the start
		for _, before := range []int{1, 4, 5, 9, len(secret) - 1} {
			for _, limit := range []int{cut, 4 * cut} {
				t.Run(fmt.Sprint(secret[:5], before, limit), func(t *testing.T) {
					g := gomega.NewWithT(t)
					filler := strings.Repeat("lorem ipsum ", limit/12+1)[:limit-before]
					long := body("text/html", "<p>"+filler[3:]+secret+strings.Repeat(" x", 2*cut))
					first := true
					rep := traffic(t, func(w http.ResponseWriter, r *http.Request) {
						if first { // later the token becomes known
							first = false
							long(w, r)
							return
						}
						body("application/json", `{"access_token":"`+opaque+`"}`)(w, r)
					}, &check.Request{}, &check.Request{})
					m := rep.Exchanges[0].Response
					g.Expect(m.Shortened).To(gomega.BeTrue())
					g.Expect(leaks(t, rep, secret)).To(gomega.BeEmpty())
					for n := 4; n <= before; n++ {
						g.Expect(m.Body).ToNot(gomega.HaveSuffix(secret[:n]), "%d characters of it", n)
					}
					if limit == cut { // nothing but the tail is lost
						g.Expect(len(m.Body)).To(gomega.BeNumerically(">", limit-len(secret)-100))
					}
				})
			}
		}
	}
}

// Redaction must not depend on the size of what it removes.
func TestBigSecretsDoNotUncoverWhatFollows(t *testing.T) {
	g := gomega.NewWithT(t)
	big := strings.Repeat("A1b2", 15<<10)
	rep := traffic(t, body("application/json", `{"access_token":"`+big+`","x":"`+strings.Repeat("y", 4000)+`","refresh_token":"`+refresh+`"}`), &check.Request{})
	g.Expect(leaks(t, rep, refresh, big[:40])).To(gomega.BeEmpty())
}

func TestASecretThatBecomesKnownOnlyLater(t *testing.T) {
	g := gomega.NewWithT(t)
	i := 0
	answers := []http.HandlerFunc{
		body("text/html", "<p>your token is "+opaque+" and "+url.QueryEscape("late+secret/42")+"</p>"),
		body("application/json", `{"access_token":"`+opaque+`","client_secret":"late+secret\/42"}`),
	}
	rep := traffic(t, func(w http.ResponseWriter, r *http.Request) { answers[i](w, r); i++ },
		&check.Request{URL: "https://idp.test/?x=" + opaque}, &check.Request{})
	g.Expect(leaks(t, rep, opaque, "late+secret/42")).To(gomega.BeEmpty())
}

// A wrong secret that differs from the right one in one character gives the
// right one away.
func TestWrongSecretsAreSecretsToo(t *testing.T) {
	g := gomega.NewWithT(t)
	echo := func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		_, pw, _ := r.BasicAuth()
		_, _ = fmt.Fprintf(w, "<p>no such secret: %s%s</p>", r.PostForm.Get("client_secret"), pw)
	}
	rep := traffic(t, echo, form("client_secret", "secrex"), basic("c", "secrey"), form("client_secret", "plain-canary-valux"))
	g.Expect(leaks(t, rep, "secrex", "secrey", "plain-canary-valu")).To(gomega.BeEmpty())
}

func TestJWTsAreFoundAnywhere(t *testing.T) {
	g := gomega.NewWithT(t)
	for _, token := range []string{jwt, jwe} {
		for _, text := range []string{"%s", "see %s.", "x_%s", "a=b&t=%s&c", `{"x":"%s"}`, "%%20%s%%20", `\n%s\n`, "<b>%s</b>", "eyJ %s eyJ", "eyey.%s"} {
			rep := traffic(t, body("text/plain", fmt.Sprintf(text, token)), &check.Request{})
			g.Expect(leaks(t, rep, token)).To(gomega.BeEmpty(), text)
			for _, part := range strings.Split(token, ".") {
				g.Expect(part == "" || !strings.Contains(rep.Exchanges[0].Response.Body, part)).To(gomega.BeTrue(), "%s in %s", part, text)
			}
		}
	}
}

func TestBytesThatAreNoText(t *testing.T) {
	g := gomega.NewWithT(t)
	wide := "\xff\xfe" + strings.Join(strings.Split(`{"access_token":"`+opaque+`"}`, ""), "\x00")
	rep := traffic(t, body("application/json; charset=utf-16", wide), &check.Request{})
	g.Expect(rep.Exchanges[0].Response.Body).To(gomega.Equal(fmt.Sprintf("[%d bytes that are no text]", len(wide))))
	// Short secrets that are no text must not break the search for others.
	rep = traffic(t, body("application/json", "{\"access_token\":\"\xff\xfe1\xfd2\xfc3\",\"refresh_token\":\""+refresh+"\"}"), &check.Request{})
	g.Expect(leaks(t, rep, refresh)).To(gomega.BeEmpty())
}

func TestTheRedactorByItself(t *testing.T) {
	g := gomega.NewWithT(t)
	r := check.NewRedactor("given-canary", "abc")
	m := r.Text("given-canary")
	g.Expect(m).To(gomega.MatchRegexp("^" + mark.String() + "$"))
	g.Expect(r.Text(m)).To(gomega.Equal(m), "twice is once")
	g.Expect(r.Text("a " + base64.StdEncoding.EncodeToString([]byte("given-canary")) + " b")).To(gomega.Equal("a " + m + " b"))
	g.Expect(r.Text("abc")).To(gomega.Equal("abc"), "three characters are not looked for")
	g.Expect(r.Form("x=1&password=abc")).To(gomega.MatchRegexp("^x=1&password=" + mark.String() + "$"))
	g.Expect(r.URL("https://h/p?a=b&code=given-canary#token=given-canary")).To(gomega.Equal("https://h/p?a=b&code=" + m + "#token=" + m))
	g.Expect(r.Text("[redacted #given-canary]")).ToNot(gomega.ContainSubstring("canary"), "a feigned mark protects nothing")
	r.Learn("redacted")
	g.Expect(r.Text(m)).To(gomega.Equal(m), "a mark is never marked")
}

func TestRedactionIsFast(t *testing.T) {
	g := gomega.NewWithT(t)
	secrets := make([]string, 500)
	for i := range secrets {
		secrets[i] = fmt.Sprintf("token-%d-%x", i, i*7919)
		if i%2 == 0 {
			secrets[i] = fmt.Sprintf("%s.%s%d", jwt[:60], strings.Repeat("x", 400), i)
		}
	}
	n := 0
	answer := func(w http.ResponseWriter, _ *http.Request) {
		n++
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"access_token":"%s","token_type":"Bearer","expires_in":3600,"note":"%s"}`, secrets[n%500], strings.Repeat("lorem ipsum ", 60))
	}
	requests := make([]*check.Request, 2000)
	for i := range requests {
		requests[i] = form("grant_type", "refresh_token", "refresh_token", secrets[i%500], "client_secret", odd)
	}
	began := time.Now()
	rep := traffic(t, answer, requests...)
	limit := 2 * time.Second
	if raceEnabled {
		limit *= 8
	}
	g.Expect(time.Since(began)).To(gomega.BeNumerically("<", limit))
	g.Expect(rep.Exchanges).To(gomega.HaveLen(2000))
	g.Expect(rep.Exchanges[7].Request.Body).To(gomega.MatchRegexp("^client_secret=%[1]s&grant_type=refresh_token&refresh_token=%[1]s$", mark.String()))
	t.Log(time.Since(began))
}

// A password in the issuer, which no target file may hold and Go code can.
func TestAPasswordInTheIssuer(t *testing.T) {
	tg := anywhere()
	tg.Issuer = "https://user:" + opaque + "@idp.test/tenant"
	rep := assay(t, check.Config{Target: tg, Transport: answering(nothing)}, active("x-one", func(t *check.T) {
		t.Do("x", "x", &check.Request{URL: tg.Issuer})
	}))
	g := gomega.NewWithT(t)
	g.Expect(leaks(t, rep, opaque)).To(gomega.BeEmpty())
	g.Expect(rep.Issuer).To(gomega.MatchRegexp("^https://user:" + mark.String() + "@idp.test/tenant$"))
}

// A server that shows the beginning of a secret, as logs do, shows no less of it
// than one that shows all.
func TestASecretThatTheServerCutOff(t *testing.T) {
	g := gomega.NewWithT(t)
	answers := []http.HandlerFunc{
		func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Debug", "token "+opaque[:10])
			_, _ = w.Write([]byte("you sent " + opaque[:12]))
		},
		body("application/json", `{"access_token":"`+opaque+`"}`),
		body("text/plain", "you sent "+opaque[:8]),
		body("text/plain", "it ends in "+opaque[:5]),
	}
	i := 0
	rep := traffic(t, func(w http.ResponseWriter, r *http.Request) { answers[i](w, r); i++ },
		&check.Request{}, &check.Request{}, &check.Request{}, &check.Request{})
	g.Expect(rep.Exchanges[0].Response.Body).To(gomega.Equal("you sent …"))
	g.Expect(rep.Exchanges[0].Response.Header).To(gomega.ContainElement(reports.Header{Name: "X-Debug", Value: "token …"}))
	g.Expect(rep.Exchanges[2].Response.Body).To(gomega.Equal("you sent …"))
	g.Expect(rep.Exchanges[3].Response.Body).To(gomega.Equal("it ends in "+opaque[:5]), "a few characters are a coincidence")
}
