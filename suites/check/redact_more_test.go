package check_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// A short secret is a word, and other words hold it.
func TestAShortSecret(t *testing.T) {
	g := gomega.NewWithT(t)
	tg := anywhere()
	tg.Clients = []target.Client{{ID: "c", Secret: short}}
	answer := body("application/json", `{"error":"invalid_client","error_description":"client_secret \"secret\" is wrong; use client_secret_basic\nsecret",`+
		`"methods":["client_secret_basic","client_secret_post"],"debug":"/?error=x%20secret%3Dsecret&y=%2520secret","secrets":"secretary secret_x"}`)
	rep := assay(t, check.Config{Target: tg, Transport: answering(answer)}, active("x-one", func(t *check.T) {
		r := t.Do("by client_secret_post", "token", form("client_id", "c", "client_secret", short))
		t.Do("by client_secret_basic", "token", basic("c", short))
		t.Expect(string(r.Body)).To(gomega.BeEmpty(), "answered: %s", r.Body)
	}))
	e := rep.Exchanges[0]
	m := mark.FindString(e.Response.Body)
	g.Expect(m).ToNot(gomega.BeEmpty())
	g.Expect(e.Response.Body).To(gomega.Equal(`{"error":"invalid_client","error_description":"client_secret \"` + m + `\" is wrong; use client_secret_basic\n` + m + `",` +
		`"methods":["client_secret_basic","client_secret_post"],"debug":"/?error=x%20` + m + `%3D` + m + `&y=%2520` + m + `","secrets":"secretary secret_x"}`))
	g.Expect(e.Request.Body).To(gomega.Equal("client_id=c&client_secret=" + m))
	g.Expect(e.Step).To(gomega.Equal("by client_secret_post"))
	g.Expect(rep.Exchanges[1].Step).To(gomega.Equal("by client_secret_basic"))
	g.Expect(rep.Exchanges[1].Request.Header).To(gomega.ContainElement(reports.Header{Name: "Authorization", Value: "Basic base64(c:" + m + ")"}))
	g.Expect(rep.Results[0].Message).To(gomega.ContainSubstring("use client_secret_basic"))
	g.Expect(rep.Results[0].Message).ToNot(gomega.ContainSubstring(`"secret\"`))
}

// What the run shows while it goes on is redacted as well.
func TestEventsAndResultsOnTheWayAreRedacted(t *testing.T) {
	g := gomega.NewWithT(t)
	tg := anywhere()
	tg.Clients = []target.Client{{ID: "odd", Secret: odd}}
	var shown []string
	c := active("x-one", func(t *check.T) {
		t.Record("fact", odd)
		t.Look("step with "+opaque, &check.Response{})
		t.Do("x", "x", header("Authorization", "Bearer "+opaque))
		t.Expect(jwt).To(gomega.Equal(opaque), "got %s and %s and %s", jwt, odd, opaque)
	})
	catalogue(t, c)
	r := start(t, check.Config{Target: tg, Transport: answering(nothing), OnEvent: func(e check.Event) {
		if e.Result != nil {
			shown = append(shown, fmt.Sprintf("%+v", *e.Result))
		}
	}})
	res := r.Start(c).Wait()
	shown = append(shown, fmt.Sprintf("%+v", res), fmt.Sprintf("%+v", r.Exchanges([]int{1})))
	finish(t, r)
	for _, s := range shown {
		for _, secret := range []string{odd, opaque, jwt} {
			g.Expect(s).ToNot(gomega.ContainSubstring(secret))
		}
	}
	g.Expect(shown).To(gomega.HaveLen(3))
}

// Equal secrets look equal, wherever and however they stand.
func TestEqualSecretsGetEqualMarks(t *testing.T) {
	g := gomega.NewWithT(t)
	rep := traffic(t, body("application/json", `{"access_token":"a\/b+c=7canary","refresh_token":"`+refresh+`","id_token":"`+jwt+`"}`),
		form("client_secret", odd, "refresh_token", refresh), basic("odd", url.QueryEscape(odd)), basic("odd", odd),
		header("Authorization", "Bearer a/b+c=7canary"), &check.Request{URL: "https://idp.test/?token=a%2Fb%2Bc%3d7canary&id_token_hint=" + jwt})
	var marks []string
	for _, e := range rep.Exchanges {
		all := e.Request.URL + e.Request.Body
		for _, h := range e.Request.Header {
			if h.Name == "Authorization" {
				all += h.Value
			}
		}
		marks = append(marks, mark.FindAllString(all, -1)...)
	}
	answer := mark.FindAllString(rep.Exchanges[0].Response.Body, -1)
	g.Expect(answer).To(gomega.HaveLen(3))
	secretMark := marks[0]
	g.Expect(marks).To(gomega.Equal([]string{secretMark, answer[1], secretMark, secretMark, answer[0], answer[0], answer[2]}))
	g.Expect(secretMark).ToNot(gomega.BeElementOf(answer))
	// Another run has another key: marks cannot be compared, nor looked up.
	again := traffic(t, nothing, form("client_secret", odd))
	g.Expect(again.Exchanges[0].Request.Body).ToNot(gomega.ContainSubstring(secretMark))
}

// JSON and HTML stay readable: nothing that is no secret is hidden.
func TestWhatIsNoSecretStays(t *testing.T) {
	for _, s := range []string{
		`{"token_type":"Bearer","expires_in":3600,"scope":"read write","error_description":"the password is wrong","codes":[1,2]}`,
		`{"grant_types_supported":["password","refresh_token"],"token_endpoint":"https://idp.test/token","token_endpoint_auth_methods_supported":["client_secret_basic"]}`,
		`{"error":"invalid_request","code":400,"request":"missing","password":null,"access_token":false,"refresh_token":""}`,
		`{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","kid":"k1","use":"sig"}]}`,
		`<html><input name="username" value="alice"><input type="submit" name="code-help" value="Help"></html>`,
		"see keycloak12345.example.com.au for eyebrows.and.more",
		"key=value&state=af0ifjsldkj",
	} {
		rep := traffic(t, body("text/plain", s), &check.Request{})
		gomega.NewWithT(t).Expect(rep.Exchanges[0].Response.Body).To(gomega.Equal(s))
	}
}

// A cookie or a member may hold a word; words are not hunted down elsewhere.
func TestWordsAreNotHuntedDown(t *testing.T) {
	g := gomega.NewWithT(t)
	rep := traffic(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Set-Cookie"] = []string{"seen=true; Path=/", "lang=english", "session=deleted", "year=2026", "empty="}
		_, _ = w.Write([]byte(`{"ok":true,"password":"required","note":"english is required since 2026; the session was deleted","token":"invalid"}`))
	}, &check.Request{})
	g.Expect(rep.Exchanges[0].Response.Body).To(gomega.MatchRegexp(
		`^\{"ok":true,"password":"%[1]s","note":"english is required since 2026; the session was deleted","token":"%[1]s"\}$`, mark.String()))
	for _, h := range rep.Exchanges[0].Response.Header {
		if h.Name == "Set-Cookie" {
			g.Expect(h.Value).ToNot(gomega.MatchRegexp("true|english|deleted|2026"), "in their place they are hidden")
		}
	}
}

// A host that wants to look like another has the other's port where a password
// stands. It is hidden there, and the ports of the report stay.
func TestPortsAreNotHuntedDown(t *testing.T) {
	g := gomega.NewWithT(t)
	rep := traffic(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "http://127.0.0.1:9999/callback")
	}, &check.Request{URL: "https://idp.test/?a=b", Header: http.Header{"Referer": {"http://127.0.0.1:9999@evil.example/", "http://127.0.0.1:9999%2f@evil.example/", "http://u:99999a@evil.example/"}}})
	e := rep.Exchanges[0]
	g.Expect(e.Response.Header).To(gomega.ContainElement(reports.Header{Name: "Location", Value: "http://127.0.0.1:9999/callback"}))
	for _, h := range e.Request.Header {
		if h.Name == "Referer" {
			g.Expect(h.Value).To(gomega.MatchRegexp(`^http://(127.0.0.1|u):%s@evil.example/$`, mark.String()))
		}
	}
}

// A scheme without credentials is a word, and no secret: learned as one, it would
// be taken out of every text that speaks of it.
func TestASchemeWithoutCredentials(t *testing.T) {
	g := gomega.NewWithT(t)
	rep := traffic(t, body("application/json", `{"error_description":"Basic or Bearer"}`),
		header("Authorization", "Basic"), header("Authorization", "BEARER"), header("Authorization", "Basics-"+opaque))
	g.Expect(rep.Exchanges[0].Request.Header).To(gomega.ContainElement(reports.Header{Name: "Authorization", Value: "Basic"}))
	g.Expect(rep.Exchanges[1].Request.Header).To(gomega.ContainElement(reports.Header{Name: "Authorization", Value: "BEARER"}))
	g.Expect(rep.Exchanges[2].Response.Body).To(gomega.Equal(`{"error_description":"Basic or Bearer"}`))
	g.Expect(leaks(t, rep, opaque)).To(gomega.BeEmpty())
}
