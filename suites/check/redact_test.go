package check_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// Canaries: what must not leave the process.
const (
	odd     = `p@ss/w"ö<r>d&'+ %=\;` // a secret that every language escapes
	short   = "secret"
	opaque  = "8xLOxBtZp8canary"
	refresh = "tGzv3JOkF0XG5Qx2canary"
	jwt     = "eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ"
	jwe     = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..aXYtY2FuYXJ5.Y2lwaGVydGV4dA.dGFnLWNhbmFyeQ"
)

// mark is what stands in place of a secret.
var mark = regexp.MustCompile(`\[redacted #[0-9a-f]{8}\]`)

// strings of a report, decoded as a reader of report.json would.
func texts(t testing.TB, rep reports.TargetReport) []string {
	t.Helper()
	raw, err := json.Marshal(rep)
	gomega.NewWithT(t).Expect(err).ToNot(gomega.HaveOccurred())
	var v any
	gomega.NewWithT(t).Expect(json.Unmarshal(raw, &v)).To(gomega.Succeed())
	out := []string{string(raw)}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			out = append(out, v)
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(v)
	return out
}

// leaks says where a secret stands in a report, in any of its usual spellings.
func leaks(t testing.TB, rep reports.TargetReport, secrets ...string) string {
	t.Helper()
	for _, s := range secrets {
		quoted, _ := json.Marshal(s)
		for _, spelling := range []string{
			s, url.QueryEscape(s), url.PathEscape(s), html.EscapeString(s), string(quoted[1 : len(quoted)-1]),
			base64.StdEncoding.EncodeToString([]byte(s)), base64.RawURLEncoding.EncodeToString([]byte(s)),
		} {
			for _, text := range texts(t, rep) {
				if i := strings.Index(text, spelling); i >= 0 {
					return fmt.Sprintf("%q as %q in: %.300s", s, spelling, text[max(0, i-80):])
				}
			}
		}
	}
	return ""
}

// traffic makes exchanges with a target that has clients with secrets.
func traffic(t testing.TB, answer http.HandlerFunc, requests ...*check.Request) reports.TargetReport {
	t.Helper()
	tg := anywhere()
	tg.Clients = []target.Client{{ID: "odd", Secret: odd}, {ID: "plain", Secret: "plain-canary-value"}}
	return assay(t, check.Config{Target: tg, Transport: answering(answer)}, active("x-one", func(t *check.T) {
		for i, r := range requests {
			if r.URL == "" {
				r.URL = "https://idp.test/"
			}
			_, _ = t.Try(fmt.Sprint("step ", i), "x", r)
		}
	}))
}

// body answers with a content type and a body.
func body(contentType, s string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write([]byte(s))
	}
}

func form(pairs ...string) *check.Request {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return &check.Request{URL: "https://idp.test/", Method: "POST", Body: []byte(v.Encode()), Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}
}

func header(name, value string) *check.Request {
	return &check.Request{URL: "https://idp.test/", Header: http.Header{name: {value}}}
}

func basic(id, secret string) *check.Request {
	return header("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(id+":"+secret)))
}

// Where a secret stands tells that it is one, also when nobody met it before.
func TestSecretsAreFoundByWhereTheyStand(t *testing.T) {
	const s = "unheard-of-canary-77"
	jsonBody := func(f string) http.HandlerFunc { return body("application/json", fmt.Sprintf(f, s)) }
	for name, row := range map[string]struct {
		answer  http.HandlerFunc
		request *check.Request
	}{
		"Basic":                    {nothing, basic("id", s)},
		"Basic, in small letters":  {nothing, header("Authorization", "basic "+base64.StdEncoding.EncodeToString([]byte("id:"+s)))},
		"Basic, encoded":           {nothing, basic("id", url.QueryEscape(s+"&"))},
		"Basic, broken":            {nothing, header("Authorization", "Basic "+s)},
		"Bearer":                   {nothing, header("Authorization", "Bearer "+s)},
		"no scheme":                {nothing, header("Authorization", s)},
		"cookie":                   {nothing, header("Cookie", "a=b; session="+s)},
		"a header of one's own":    {nothing, header("X-Api-Key", s)},
		"form":                     {nothing, form("client_id", "id", "client_secret", s)},
		"form, a code":             {nothing, form("code", s)},
		"form, in capitals":        {nothing, form("CLIENT_SECRET", s)},
		"form, an encoded name":    {nothing, &check.Request{Method: "POST", Body: []byte("client%5Fsecret=" + s)}},
		"form, a broken escape":    {nothing, &check.Request{Method: "POST", Body: []byte("client_secret=%zz" + s)}},
		"form, no content type":    {nothing, &check.Request{Method: "POST", Body: []byte("a=b&refresh_token=" + s)}},
		"form, twice":              {nothing, &check.Request{Method: "POST", Body: []byte("refresh_token=&refresh_token=" + s)}},
		"query":                    {nothing, &check.Request{URL: "https://idp.test/?access_token=" + s}},
		"fragment":                 {nothing, &check.Request{URL: "https://idp.test/#access_token=" + s}},
		"userinfo":                 {nothing, &check.Request{URL: "https://user:" + s + "@idp.test/"}},
		"userinfo, odd":            {nothing, &check.Request{URL: "https://user:" + s + "%40@idp.test/"}},
		"JSON":                     {jsonBody(`{"access_token":"%s"}`), nil},
		"JSON, spaced":             {jsonBody("{ \"refresh_token\"\n :\t\"%s\" }"), nil},
		"JSON, nested":             {jsonBody(`{"a":[{"b":{"id_token":"%s"}}]}`), nil},
		"JSON, in an array":        {jsonBody(`{"access_token":["x","%s"]}`), nil},
		"JSON, in an object":       {jsonBody(`{"access_token":{"value":"%s","n":[1]}, "b": 1}`), nil},
		"JSON, repeated":           {jsonBody(`{"access_token":"","access_token":"%s"}`), nil},
		"JSON, cut off":            {jsonBody(`{"access_token":"%s`), nil},
		"JSON, cut off in a value": {jsonBody(`{"access_token":["%s`), nil},
		"JSON, no comma":           {jsonBody(`{"a":"b" "access_token":"%s"]`), nil},
		"JSON, an odd quote":       {jsonBody(`he said "hi {"access_token":"%s"}`), nil},
		"JSON, an escaped name":    {jsonBody(`{"access\u005ftoken":"%s"}`), nil},
		"JSON, another spelling":   {jsonBody(`{"accessToken":"%s"}`), nil},
		"JSON, within a string":    {jsonBody(`{"message":"{\"access_token\":\"%s\"}"}`), nil},
		"JSON as a page":           {body("text/html", `<pre>{"access_token":"`+s+`"}</pre>`), nil},
		"JSON with a mark":         {body("application/json", "\xef\xbb\xbf"+`{"access_token":"`+s+`"}`), nil},
		"a form for an answer":     {body("text/plain", "access_token="+s+"&token_type=bearer"), nil},
		"a form as a form":         {body("application/x-www-form-urlencoded", "access_token="+s), nil},
		"a private key":            {jsonBody(`{"keys":[{"kty":"RSA","n":"AQ","d":"%s","p":"AQ"}]}`), nil},
		"a symmetric key":          {jsonBody(`{"keys":[{"k":"%s","kty":"oct"}]}`), nil},
		"other primes":             {jsonBody(`{"kty":"RSA","oth":[{"r":"%s","d":"x"}]}`), nil},
		"a PEM key":                {body("text/plain", "-----BEGIN EC PRIVATE KEY-----\n"+s+"\n-----END EC PRIVATE KEY-----"), nil},
		"a PEM key, cut off":       {body("text/plain", "-----BEGIN PRIVATE KEY-----\n"+s), nil},
		"a form field":             {body("text/html", `<input type=hidden name="code" value="`+s+`">`), nil},
		"a form field, turned":     {body("text/html", `<INPUT value='`+s+`' type=hidden name=access_token>`), nil},
		"a link":                   {body("text/html", `<a href="https://c/?x=1&amp;code=`+s+`">on</a>`), nil},
		"a link, encoded":          {body("text/html", `<a href="/login?next=%2Fcb%3Fa%3Db%26access_token=`+s+`">on</a>`), nil},
		"a script":                 {body("text/html", `<script>location="/cb?code=`+s+`"</script>`), nil},
		"a cookie set": {func(w http.ResponseWriter, _ *http.Request) {
			http.SetCookie(w, &http.Cookie{Name: "sid", Value: s, Path: "/"})
		}, nil},
		"a location": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/cb?state=x&code="+s+"#id_token="+s, http.StatusFound)
		}, nil},
		"a refresh": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Refresh", "0; url=https://c/?code="+s)
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if row.request == nil {
				row.request = &check.Request{}
			}
			rep := traffic(t, row.answer, row.request)
			g := gomega.NewWithT(t)
			g.Expect(rep.Exchanges).To(gomega.HaveLen(1))
			g.Expect(leaks(t, rep, s)).To(gomega.BeEmpty())
			g.Expect(strings.Join(texts(t, rep)[1:], " ")).To(gomega.MatchRegexp(mark.String()), "the place is marked")
		})
	}
}

// A known secret is found wherever it turns up, in whatever spelling.
func TestKnownSecretsAreFoundAnywhere(t *testing.T) {
	for i, s := range []string{odd, "plain-canary-value"} {
		quoted, _ := json.Marshal(s)
		for name, text := range map[string]string{
			"raw": s, "HTML": html.EscapeString(s), "HTML with names": strings.NewReplacer("&#34;", "&quot;", "&#39;", "&apos;").Replace(html.EscapeString(s)),
			"query": url.QueryEscape(s), "path": url.PathEscape(s), "small escapes": strings.ToLower(url.QueryEscape(s)),
			"twice": url.QueryEscape(url.QueryEscape(s)), "JSON": string(quoted), "JSON in ASCII": strings.ReplaceAll(string(quoted), "ö", `\u00f6`),
			"JSON as PHP": strings.ReplaceAll(string(quoted), "/", `\/`), "Go": fmt.Sprintf("%q", s), "base64": base64.StdEncoding.EncodeToString([]byte(s)),
			"base64url": base64.RawURLEncoding.EncodeToString([]byte(s)), "inside base64": base64.StdEncoding.EncodeToString([]byte(`{"a":"` + s + `","b":1}`)),
			"inside Basic": "Basic " + base64.StdEncoding.EncodeToString([]byte("client:"+s)), "hex": fmt.Sprintf("%x", s),
		} {
			t.Run(fmt.Sprint(name, " ", i), func(t *testing.T) {
				page := "<html><p>You sent " + text + " to us.</p></html>"
				rep := traffic(t, body("text/html", page), &check.Request{URL: "https://idp.test/?echo=" + url.QueryEscape(text)})
				g := gomega.NewWithT(t)
				g.Expect(leaks(t, rep, s)).To(gomega.BeEmpty())
				stored := rep.Exchanges[0].Response.Body
				g.Expect(stored).ToNot(gomega.ContainSubstring(text))
				g.Expect(stored).To(gomega.MatchRegexp(`^<html><p>You sent .*`+mark.String()+`.* to us\.</p></html>$`), "and the rest is there")
			})
		}
	}
}
