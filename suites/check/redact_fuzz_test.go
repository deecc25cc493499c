package check_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/authassay/authassay/suites/check"
)

// canary is a secret that nobody met before.
const canary = "unheard-of-canary-77"

// FuzzRedactBody puts a secret where it stands for one, amid anything, and
// looks whether it shows.
func FuzzRedactBody(f *testing.F) {
	for _, prefix := range []string{
		"", "{", `{"a":"`, `"client_secret":`, `{"client_secret":["`, `\`, `\\`, `"\`, "<input name=code value=", "a=b&", "-----BEGIN PRIVATE KEY-----",
		"\xff\xfe", "[redacted #", `{"kty":"RSA","d":`, `"` + strings.Repeat("n", 200), "\x00", `"access\u005f`, `"access_token":"`, `"assertion" :{`,
	} {
		f.Add("application/json", prefix, `}`)
		f.Add("application/x-www-form-urlencoded", prefix, `&x=y`)
		f.Add("text/html; charset", prefix, `"`)
	}
	f.Fuzz(func(t *testing.T, contentType, before, after string) {
		if strings.Contains(before+after, canary) {
			return
		}
		text := before + `"access_token":"` + canary + `"` + after
		if strings.HasPrefix(strings.TrimLeft(after, " \t\r\n"), ":") {
			return // the canary is the name of another value then
		}
		r := &check.Request{
			Method: "POST", URL: "https://idp.test/", Body: []byte("a=b&client_secret=" + canary + "&" + after),
			Header: http.Header{"Content-Type": {contentType}, "X-Any": {text}},
		}
		rep := traffic(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = []string{contentType}
			w.Header()["Location"] = []string{before + "?" + after + "&code=" + canary}
			_, _ = w.Write([]byte(text))
		}, r)
		for _, s := range texts(t, rep) {
			if strings.Contains(s, canary) {
				t.Fatalf("the canary shows in %.2000q", s)
			}
			if !utf8.ValidString(s) {
				t.Fatalf("not UTF-8: %q", s)
			}
		}
	})
}

// FuzzForm looks whether a form loses its secret and nothing else.
func FuzzForm(f *testing.F) {
	for _, s := range []string{"", "a=b", "&&=&", "%zz=%", "client_secret", "a=b#c?d", "x=[redacted #00000000]"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		if strings.Contains(before+after, canary) || strings.ContainsAny(before+after, "e") { // "e" may begin a JWT
			return
		}
		r := check.NewRedactor()
		text := before + "&client_secret=" + canary + "&" + after
		got := r.Form(text)
		if strings.Contains(got, canary) {
			t.Fatalf("the canary shows in %q", got)
		}
		if strings.Count(got, "&") != strings.Count(text, "&") || strings.Count(got, "=") > strings.Count(text, "=") {
			t.Fatalf("%q became %q", text, got)
		}
		if u := r.URL("https://idp.test/?" + text); strings.Contains(u, canary) {
			t.Fatalf("the canary shows in %q", u)
		}
	})
}

// FuzzText looks whether known secrets are found amid anything.
func FuzzText(f *testing.F) {
	f.Add("", "", canary)
	f.Add("%20", `\n`, short)
	f.Add("a", "b", odd)
	f.Add("[redacted #", "]", "[redacted #00000000]x")
	f.Add("\xff", "\xfe", "\xff\xfe\xfd\xfc")
	f.Fuzz(func(t *testing.T, before, after, secret string) {
		r := check.NewRedactor(secret)
		got := r.Text(before + secret + after)
		if strings.ContainsAny(before+secret+after, "[]#") {
			return // what looks like a mark is a subject of its own
		}
		if len(secret) >= 12 && strings.Contains(got, secret) {
			t.Fatalf("%q shows in %q", secret, got)
		}
		if again := r.Text(got); again != got {
			t.Fatalf("%q became %q", got, again)
		}
	})
}

// Bodies that are made to be slow to search are searched in no time.
func TestHostileBodies(t *testing.T) {
	for _, s := range []string{
		`"`, `""`, `\"`, `"token":`, `"token":[`, `"token":"`, `"token":{"a":`, `"token":"x",`, `\"token\":`, `"kty":"d":`, "eyJ", "eyJhbGciOi.", "e", "....",
		"<input ", "<input name=code value=", "%", "a=", "code=", "?code=", "&amp;code=a", "-----BEGIN PRIVATE KEY-----", "[redacted #", "[{", "}]", "token-1 ",
	} {
		began := time.Now()
		traffic(t, body("text/html", strings.Repeat(s, 1<<17/len(s))), &check.Request{})
		if d := time.Since(began); d > patience/4 {
			t.Errorf("%q over and over took %s", s, d)
		}
	}
}
