package reports

import (
	"testing"

	"github.com/onsi/gomega"
)

// What a finding speaks of is marked in the exchange that shows it, and nothing
// else is.
func TestMarks(t *testing.T) {
	answer := func(status int, body string, header ...Header) *Message {
		return &Message{Status: status, Body: body, Header: append([]Header{{"Content-Type", "application/json"}, {"Date", "today"}}, header...)}
	}
	get := Message{Method: "GET", URL: "http://as.example/authorize?client_id=a&redirect_uri=b&scope=c"}
	post := Message{Method: "POST", URL: "http://as.example/token", Header: []Header{{"Content-Type", "application/x-www-form-urlencoded"}}, Body: "grant_type=x&scope=a&scope=b"}
	for name, c := range map[string]struct {
		request  Message
		answer   *Message
		finding  Finding
		want     []string
		unmarked bool // the finding names another exchange
	}{
		"the status": {
			post, answer(401, `{"error":"unsupported_grant_type"}`),
			Finding{Expected: "status 400", Got: "401 Unauthorized", Step: "control"},
			[]string{"HTTP/1.1 401 Unauthorized"}, false,
		},
		"a member and its value": {
			post, answer(400, `{"error":"invalid_grant","error_description":"x"}`),
			Finding{Expected: "invalid_request", Got: `error "invalid_grant"`},
			[]string{`"error": "invalid_grant"`}, false,
		},
		"a member in words": {
			post, answer(200, `{"access_token":"[redacted #11]","token_type":"Bearer"}`),
			Finding{Expected: "no token", Got: "200 with an access token"},
			[]string{"HTTP/1.1 200 OK", `"access_token": "[redacted #11]"`}, false,
		},
		"a field that is there": {
			post, answer(200, `{}`, Header{"Cache-Control", "public"}),
			Finding{Expected: "Cache-Control with no-store", Got: "cache-control: public"},
			[]string{"Cache-Control: public"}, false,
		},
		"a field that is not there": {
			post, answer(401, `{}`),
			Finding{Expected: "a WWW-Authenticate challenge", Got: "none"},
			[]string{"no WWW-Authenticate"}, false,
		},
		"a field that was not to be there": {
			post, answer(200, `{}`),
			Finding{Expected: "no X-Powered-By", Got: "status 200"},
			[]string{"HTTP/1.1 200 OK"}, false,
		},
		"a redirect, and the URI that was asked for": {
			get, answer(302, "", Header{"Location", "http://evil.example/?code=[redacted #11]"}),
			Finding{Expected: "no redirect to b", Got: "a redirect to b with code"},
			[]string{"redirect_uri=b", "Location: http://evil.example/?code=[redacted #11]"}, false,
		},
		"what the step changed": {
			post, answer(200, `{}`),
			Finding{Expected: "a refusal", Got: "200 OK", Step: "scope twice"},
			[]string{"scope=a", "scope=b", "HTTP/1.1 200 OK"}, false,
		},
		"the method": {
			get, answer(200, `{}`), Finding{Got: "200", Step: "by GET"},
			[]string{"GET", "HTTP/1.1 200 OK"}, false,
		},
		"nothing in particular": {
			post, answer(200, `{}`), Finding{Message: "wrong"}, []string{"HTTP/1.1 200 OK"}, false,
		},
		"no answer":        {post, nil, Finding{Message: "no answer"}, nil, false},
		"another exchange": {post, answer(200, `{}`), Finding{Got: "200 OK"}, nil, true},
	} {
		g := gomega.NewWithT(t)
		c.finding.Exchange = 7
		r := result("tok-x", "tok", "MUST", "RFC 6749 §5", Fail)
		r.Findings = []Finding{c.finding}
		e := &Exchange{Number: 7, Request: c.request, Response: c.answer}
		if c.unmarked {
			e.Number = 8
		}
		x := newHTMLExchange(&r, e, "a")
		g.Expect(x.Decides).To(gomega.Equal(!c.unmarked), name)
		var got []string
		collect := func(m *htmlMessage) {
			if m == nil {
				return
			}
			for _, line := range append(m.Lines, m.Body) {
				for _, p := range line {
					if p.Mark {
						got = append(got, p.Text)
					}
				}
			}
		}
		collect(&x.Request)
		collect(x.Response)
		g.Expect(got).To(gomega.Equal(c.want), name)
	}
}

// Marking changes no text.
func TestMarksKeepTheText(t *testing.T) {
	g := gomega.NewWithT(t)
	for _, text := range []string{"", "a=1&b=2&a=3", "?a", "a&a&a", "&&", "a=1#a=2", `{"a":1}`, hostileText} {
		for _, form := range []func(string) []htmlPart{
			func(s string) []htmlPart { return marked(s, parameter, func(n string) bool { return n == "a" }) },
			func(s string) []htmlPart { return marked(s, member, func(string) bool { return true }) },
		} {
			joined := ""
			for _, p := range form(text) {
				joined += p.Text
			}
			g.Expect(joined).To(gomega.Equal(text))
		}
	}
}

// The exchanges of a check that come with it are those that explain its verdict.
func TestExplainingExchanges(t *testing.T) {
	g := gomega.NewWithT(t)
	index := exchangeIndex{}
	r := result("x-y", "x", "MUST", "RFC 1 §1", Fail)
	for n := 1; n <= 30; n++ {
		e := &Exchange{Number: n, Check: "x-y", Step: "control"}
		switch {
		case n <= 12:
			e.Check = "shared:login"
		case n >= 20 && n <= 24:
			e.Step = "changed"
		}
		index[n] = e
		r.Exchanges = append(r.Exchanges, n)
	}
	r.Findings = []Finding{{Verdict: Fail, Step: "changed", Exchange: 24}, {Verdict: Fail, Exchange: 99}}
	var got []int
	for _, e := range index.explaining(&r) {
		got = append(got, e.Number)
	}
	g.Expect(got).To(gomega.Equal([]int{19, 20, 21, 22, 23, 24, 25, 26, 27, 28}), "those of the step, then the nearest")
	g.Expect(got).To(gomega.HaveLen(maxResultExchanges))

	r.Observer = true
	g.Expect(index.explaining(&r)).To(gomega.Equal([]*Exchange{index[24]}))
	r.Findings = nil
	g.Expect(index.explaining(&r)).To(gomega.BeEmpty())
}
