package oauth_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// answer is a response as a user would make one by hand.
func answer(status int, contentType, body string) *check.Response {
	return &check.Response{Status: status, Header: http.Header{"Content-Type": {contentType}}, Body: []byte(body)}
}

const bom = "\xef\xbb\xbf"

func TestWhatCountsAsATokenGivenAway(t *testing.T) {
	for body, want := range map[string]string{
		// JSON objects, well formed
		`{"access_token":"a","token_type":"Bearer"}`:    "access_token",
		`{"refresh_token":"r"}`:                         "refresh_token",
		`{"id_token":"i"}`:                              "id_token",
		`{"refresh_token":"r","access_token":"a"}`:      "access_token",
		bom + `{"access_token":"a"}`:                    "access_token",
		" \r\n\t" + `{ "access_token" : "a" }`:          "access_token",
		`{"access\u005ftoken":"\u0061"}`:                "access_token",
		`{"error":"invalid_client","access_token":"a"}`: "access_token",
		// nothing that could be used
		`{}`: "", `{"access_token":""}`: "", `{"access_token":null}`: "", `{"access_token":false}`: "", `{"access_token":true}`: "",
		`{"access_token":[]}`: "", `{"access_token":["a"]}`: "", `{"access_token":{}}`: "", `{"access_token":0}`: "",
		`{"error":"x","debug":{"access_token":"a"}}`:                       "",
		`{"error_description":"send {\"access_token\":\"a\"}"}`:            "",
		`{"Access_Token":"a"}`:                                             "",
		`{"token":"a"}`:                                                    "",
		`{"refresh_token":"","error":"x"}`:                                 "",
		`{"scopes":["access_token"],"hint":"access_token"}`:                "",
		`{"access_token_lifetime":"3600","supported":["refresh_token:x"]}`: "",
		// which of two counts, readers differ
		`{"access_token":"a","access_token":""}`:   "access_token",
		`{"access_token":"","access_token":"a"}`:   "access_token",
		`{"access_token":"a","access_token":null}`: "access_token",
		// a number serves a client that does not look
		`{"access_token":42}`: "access_token", `{"access_token":-1.5e3}`: "access_token",
		// no JSON object, and useful all the same
		`{"access_token":"a"`:                            "access_token",
		`{"access_token":"a",}`:                          "access_token",
		`{'x':1,"access_token":"a"}`:                     "access_token",
		`[{"access_token":"a"}]`:                         "access_token",
		`)]}'` + "\n" + `{"access_token":"a"}`:           "access_token",
		`{"access_token":"a"}{"more":1}`:                 "access_token",
		`{"access_token": 42`:                            "access_token",
		`access_token=a&token_type=bearer`:               "access_token",
		`token_type=bearer&refresh_token=r`:              "refresh_token",
		`access%5Ftoken=%61`:                             "access_token",
		`access_token=&token_type=bearer`:                "",
		`error=invalid_client&error_description=no+luck`: "",
		// pages are for people
		`<html><pre>{"access_token":"2YotnFZFEjr1zCsicMWpAA"}</pre></html>`: "",
		bom + "\n" + `<!DOCTYPE html><p>access_token=a</p>`:                 "",
		`<?xml version="1.0"?><access_token>a</access_token>`:               "",
		// nothing at all
		``: "", bom: "", "null": "", `"access_token"`: "", "42": "", "Unauthorized": "", "access_token": "", "\x00\xff": "", "[]": "",
	} {
		for _, status := range []int{200, 400, 500} {
			gomega.NewWithT(t).Expect(oauth.Issued(answer(status, "text/plain", body))).To(gomega.Equal(want), body)
		}
	}
	gomega.NewWithT(t).Expect(oauth.Issued(nil)).To(gomega.BeEmpty())
}

func TestReadingAnAnswer(t *testing.T) {
	for body, want := range map[string]string{
		"": "the body is empty", " \n": "the body is empty", bom: "the body is empty",
		"<html>": "the body is a page (HTML or XML), not JSON", bom + " <?xml?>": "the body is a page (HTML or XML), not JSON",
		"null": "the body is null and not a JSON object", "[]": "the body is no JSON object: ", "42": "the body is no JSON object: ",
		`{"a":1`: "the body is no JSON object: ", `{"a":1}x`: "the body is no JSON object: ", "a=b": "the body is no JSON object: ",
		strings.Repeat("[", 20000): "the body is no JSON object: ",
	} {
		g := gomega.NewWithT(t)
		a := oauth.Read(answer(200, "application/json", body))
		g.Expect(a.NotJSON).To(gomega.HavePrefix(want), body)
		g.Expect(a.Members).To(gomega.BeNil())
		g.Expect(a.Error()).To(gomega.BeEmpty())
		g.Expect(a.Has("a")).To(gomega.BeFalse())
	}
	g := gomega.NewWithT(t)
	g.Expect(oauth.Read(nil).NotJSON).To(gomega.Equal("there is no answer"))
	cut := answer(200, "", `{"a":"b"}`)
	cut.BodyBytes = 5 << 20
	g.Expect(oauth.Read(cut).NotJSON).To(gomega.Equal("the body has 5242880 bytes, of which only the first 9 were kept"))

	a := oauth.Read(answer(200, "", bom+`{"s":"t","e":"","n":1,"b":true,"z":null,"a":["x"],"o":{},"error":["x"],"d":"1","d":"2"}`))
	g.Expect(a.NotJSON).To(gomega.BeEmpty())
	for _, name := range []string{"n", "b", "z", "a", "o", "error", "none"} {
		_, ok := a.String(name)
		g.Expect(ok).To(gomega.BeFalse(), name)
	}
	s, ok := a.String("e")
	g.Expect(ok && s == "").To(gomega.BeTrue())
	g.Expect(a.Has("z")).To(gomega.BeTrue())
	g.Expect(a.Error()).To(gomega.BeEmpty(), "an error of the wrong type is none")
	d, _ := a.String("d")
	g.Expect(d).To(gomega.Equal("2"), "the last one counts")
}

func TestMediaType(t *testing.T) {
	for in, want := range map[string]string{
		"application/json": "application/json", "Application/JSON; Charset=\"utf-8\"": "application/json", "application/json;charset=UTF-8": "application/json",
		"application/json; charset": "application/json", "application/json;": "application/json", "application/json; =": "application/json",
		"application/json; a=b; a=c": "application/json", "  application/json  ": "application/json", "application/json;charset=utf-8;": "application/json",
		"application/json; charset=utf 8": "application/json", "application/json charset=utf-8": "application/json charset=utf-8",
		"application/problem+json": "application/problem+json", "text/html": "text/html", "json": "json", "": "", ";": "", "/": "/",
	} {
		gomega.NewWithT(t).Expect(oauth.MediaType(http.Header{"Content-Type": {in}})).To(gomega.Equal(want), in)
	}
	gomega.NewWithT(t).Expect(oauth.MediaType(nil)).To(gomega.BeEmpty())
}

func TestNoStore(t *testing.T) {
	for _, row := range []struct {
		want  bool
		lines []string
	}{
		{true, []string{"no-store"}}, {true, []string{"No-Store"}}, {true, []string{"no-cache,no-store, max-age=0"}}, {true, []string{"private", "no-store"}},
		{true, []string{" \tno-store\t,"}}, {true, []string{`private="a, b", no-store`}},
		{false, nil}, {false, []string{""}}, {false, []string{"no-cache"}}, {false, []string{"nostore"}}, {false, []string{"x-no-store"}},
		{false, []string{"no-store-ever"}}, {false, []string{`private="x, no-store, y"`}}, {false, []string{"max-age=0; no-store"}},
	} {
		gomega.NewWithT(t).Expect(oauth.NoStore(http.Header{"Cache-Control": row.lines})).To(gomega.Equal(row.want), "%q", row.lines)
	}
}

func TestChallenges(t *testing.T) {
	for _, row := range []struct {
		want  string
		lines []string
	}{
		{"basic", []string{"Basic"}}, {"basic", []string{`Basic realm="x"`}}, {"basic", []string{`bAsIc realm="x", charset="UTF-8"`}},
		{"basic", []string{`Basic realm = "x", charset = "UTF-8"`}}, {"basic", []string{`Basic realm=x`}}, {"basic", []string{`  Basic   realm="x"  `}},
		{"basic newauth", []string{`Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\", Digest please"`}},
		{"newauth basic negotiate", []string{`Newauth realm="apps", type=1`, `Basic realm="a,b", Negotiate`}},
		{"negotiate basic", []string{"Negotiate YWJj==, Basic realm=x"}}, {"negotiate", []string{"Negotiate abc+/~-._="}},
		{"bearer", []string{`Bearer error="invalid_token", error_description="a, Basic b"`}},
		{"basic bearer", []string{",Basic,, Bearer ,"}}, {"basic", []string{`Basic realm="unterminated, Bearer`}},
		{"", nil}, {"", []string{""}}, {"", []string{" , "}}, {"", []string{`realm="x"`}}, {"", []string{`"Basic"`}}, {"", []string{`error = "x", a= b`}},
		{"", []string{"<html>"}}, {"x-custom", []string{"X-Custom a=b"}},
	} {
		got := oauth.Challenges(http.Header{"Www-Authenticate": row.lines})
		gomega.NewWithT(t).Expect(strings.Join(got, " ")).To(gomega.Equal(row.want), "%q", row.lines)
	}
}

func TestPage(t *testing.T) {
	for _, row := range []struct {
		want              bool
		contentType, body string
	}{
		{true, "text/html", "<html>"}, {true, "", bom + " <!DOCTYPE html>"}, {true, "application/json", "<html>"}, {true, "text/html; charset=utf-8", "Welcome"},
		{true, "text/html", ""}, {false, "text/html", `{"access_token":"a"}`}, {false, "application/json", ""}, {false, "text/plain", "no"}, {false, "", "{}"},
	} {
		gomega.NewWithT(t).Expect(oauth.Page(answer(200, row.contentType, row.body))).To(gomega.Equal(row.want), "%+v", row)
	}
	gomega.NewWithT(t).Expect(oauth.Page(nil)).To(gomega.BeFalse())
}

func TestDescribe(t *testing.T) {
	for want, r := range map[string]*check.Response{
		"no answer":                                                    nil,
		"200 OK with an access_token":                                  answer(200, "", `{"access_token":"canary"}`),
		"200 OK with a refresh_token":                                  answer(200, "", `{"refresh_token":"canary"}`),
		`401 Unauthorized with error "nope"`:                           answer(401, "", `{"error":"nope"}`),
		"400 Bad Request, and the body is empty":                       answer(400, "", ""),
		"299 with a JSON object that has neither a token nor an error": answer(299, "", `{"a":"canary"}`),
		"302 Found, and the body is a page (HTML or XML), not JSON":    answer(302, "", "<p>canary</p>"),
	} {
		gomega.NewWithT(t).Expect(oauth.Describe(r)).To(gomega.Equal(want))
	}
}

// FuzzRead reads anything without breaking, and never contradicts itself.
func FuzzRead(f *testing.F) {
	for _, s := range []string{`{"access_token":"a"}`, bom + `{"error":"x"}`, "access_token=a", "<html>", `{"access_token":"a","access_token":""}`, `[{"id_token":"x"`, "%zz=1", `{"a":`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r := &check.Response{Status: 200, Header: http.Header{"Www-Authenticate": {string(body)}, "Cache-Control": {string(body)}, "Content-Type": {string(body)}}, Body: body}
		a := oauth.Read(r)
		if (a.Members == nil) == (a.NotJSON == "") {
			t.Fatalf("members %v, but %q", a.Members, a.NotJSON)
		}
		for _, n := range []string{"access_token", "refresh_token", "id_token"} {
			if s, ok := a.String(n); ok && s != "" && oauth.Issued(r) == "" {
				t.Fatalf("%s given, and not seen", n)
			}
		}
		if a.Members != nil && oauth.Issued(r) != "" && !a.Has(oauth.Issued(r)) {
			t.Fatalf("%s seen, and not there", oauth.Issued(r))
		}
		_, _, _, _ = oauth.Challenges(r.Header), oauth.NoStore(r.Header), oauth.MediaType(r.Header), oauth.Describe(r)
		for name, raw := range a.Members {
			if !json.Valid(raw) {
				t.Fatalf("%q is %q", name, raw)
			}
		}
	})
}

// An answer that came over the network through net/http can be read as well.
func TestAnAnswerOfTheStandardLibrary(t *testing.T) {
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = w.WriteString(`{"error":"invalid_client"}`)
	res := w.Result()
	r := &check.Response{Status: res.StatusCode, Header: res.Header, Body: w.Body.Bytes()}
	g := gomega.NewWithT(t)
	g.Expect(r).To(gomega.And(oauth.HaveError("invalid_client"), oauth.HaveStatus(401), oauth.RefuseToken(), oauth.HaveMediaType("application/json")))
}
