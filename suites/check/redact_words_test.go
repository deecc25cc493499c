package check_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// wordy is a target whose secret is a word.
func wordy(secret string) *target.Target {
	tg := anywhere()
	tg.Users = []target.User{{Name: "alice", Password: secret}}
	return tg
}

// A password that is a word makes no report unreadable: what holds the word by
// chance keeps it.
func TestAWordAsAPasswordLeavesTheReportReadable(t *testing.T) {
	for _, word := range []string{"password", "Password", "admin", "alice", "ADMIN", "1234", "secret", "client_secret", "authorization"} {
		t.Run(word, func(t *testing.T) {
			g := gomega.NewWithT(t)
			metadata := `{"issuer":"https://idp.test/` + word + `","grant_types_supported":["` + word + `"],"note":"the ` + word + `"}`
			rep := assay(t, check.Config{Target: wordy(word), Transport: answering(body("application/json", metadata))},
				active("x-other", func(t *check.T) {
					r := get(t, "/"+word+"?ui="+word+"-1")
					t.Record("seen", word)
					t.Expect(string(r.Body)).To(gomega.BeEmpty(), "the %s is there", word)
				}),
				active("x-login", func(t *check.T) { t.Do("login", "login", form("username", "alice", "password", word)) }))
			g.Expect(rep.Exchanges).To(gomega.HaveLen(2))
			for _, e := range rep.Exchanges {
				if e.Check == "x-login" {
					g.Expect(e.Request.Body).To(gomega.MatchRegexp(`^password=`+mark.String()+`&username=alice$`), "where it stands")
					continue
				}
				g.Expect(e.Response.Body).To(gomega.Equal(metadata))
				g.Expect(e.Request.URL).To(gomega.ContainSubstring("/" + word + "?ui=" + word + "-1"))
			}
			g.Expect(rep.Results[0].Message).To(gomega.ContainSubstring("the " + word + " is there"))
			g.Expect(rep.Results[0].Observations[0].Value).To(gomega.Equal(word))
		})
	}
}

// Where a word may be an echo of the secret it is hidden: in the answers that
// the step got since it sent it, and in what the check says of them.
func TestAWordIsHiddenWhereItMayBeAnEcho(t *testing.T) {
	for _, word := range []string{"sunshine", "Sunshine", "424242", "password"} {
		t.Run(word, func(t *testing.T) {
			g := gomega.NewWithT(t)
			calls := 0
			answer := func(w http.ResponseWriter, r *http.Request) {
				calls++
				switch calls {
				case 1: // before it was sent
					_, _ = w.Write([]byte("before: " + word + " inside"))
				case 2:
					w.Header().Set("Location", "/error?msg=wrong+"+word)
					w.Header().Set("X-Echo", word)
					w.WriteHeader(http.StatusFound)
				default:
					_, _ = w.Write([]byte(`<p>Wrong: ` + word + `, "` + word + `", ` + word + `s, ` + url.QueryEscape(" "+word) + `</p><input name="password" value="` + word + `">{"password": "x"}`))
				}
			}
			rep := assay(t, check.Config{Target: wordy(word), Transport: answering(answer)}, active("x-login", func(t *check.T) {
				get(t, "/")
				t.Do("login", "login", form("login", "alice", "pwd", word))
				r := get(t, "/error")
				t.Record("page", string(r.Body))
				t.Expect(string(r.Body)).To(gomega.BeEmpty(), "the page says %s", r.Body)
			}))
			g.Expect(rep.Exchanges[0].Response.Body).To(gomega.Equal("before: " + word + " inside"))
			g.Expect(rep.Exchanges[1].Request.Body).To(gomega.MatchRegexp(`^login=alice&pwd=`+mark.String()+`$`), "whatever the field is called")
			for _, h := range rep.Exchanges[1].Response.Header {
				g.Expect(h.Value).NotTo(gomega.ContainSubstring(word), h.Name)
			}
			m := mark.FindString(rep.Exchanges[1].Request.Body)
			page := `<p>Wrong: ` + m + `, "` + m + `", ` + word + `s, +` + m + `</p><input name="password" value="` + m + `">{"password": "`
			g.Expect(rep.Exchanges[2].Response.Body).To(gomega.HavePrefix(page))
			for _, said := range []string{rep.Results[0].Message, rep.Results[0].Observations[0].Value, rep.Results[0].Findings[0].Message} {
				g.Expect(said).To(gomega.ContainSubstring("Wrong: " + m))
				g.Expect(strings.ReplaceAll(said, `name="password"`, "")).NotTo(gomega.MatchRegexp(`\b` + word + `\b[^"]`))
			}
		})
	}
}

// What a shared step sent is hidden in what every check says that asked for it.
func TestAWordThatASharedStepSent(t *testing.T) {
	g := gomega.NewWithT(t)
	login := func(t *check.T) string {
		return check.Shared(t, "login", func(t *check.T) string {
			r := t.Do("login", "login", form("password", "sunshine"))
			t.Inconclusive("the login failed: %s", r.Body)
			return ""
		})
	}
	rep := assay(t, check.Config{Target: wordy("sunshine"), Transport: answering(body("text/plain", "no user with sunshine"))},
		active("x-one", func(t *check.T) { login(t) }), active("x-two", func(t *check.T) { login(t) }),
		active("x-three", func(t *check.T) { t.Inconclusive("sunshine after rain") }))
	for _, r := range rep.Results[:2] {
		g.Expect(r.Message).To(gomega.MatchRegexp(`the login failed: no user with ` + mark.String()))
	}
	g.Expect(rep.Results[2].Message).To(gomega.Equal("sunshine after rain"))
}

// A value that is public stays, and so does the name of a field; encoded, a
// word is no word any more.
func TestWhereAWordStands(t *testing.T) {
	g := gomega.NewWithT(t)
	const word = "password"
	b64 := base64.StdEncoding.EncodeToString([]byte(word))
	rep := assay(t, check.Config{Target: wordy(word), Transport: answering(body("text/plain", "encoded "+b64))},
		active("x-one", func(t *check.T) {
			t.Do("form", "token", form("grant_type", word, "username", word, "password", word, "j_pw", word))
			t.Do("json", "token", &check.Request{Method: "POST", URL: "https://idp.test/x?hint=" + word + "&response_type=" + word + "#k=" + word,
				Header: http.Header{"Content-Type": {"application/json"}, "X-Any": {word}, "Accept": {"text/" + word}},
				Body:   []byte(`{"grant_type": "` + word + `", "pin": "` + word + `", "text": "my ` + word + `"}`)})
			t.Do("basic", "token", basic("alice", word))
		}))
	m := mark.FindString(rep.Exchanges[0].Request.Body)
	g.Expect(rep.Exchanges[0].Request.Body).To(gomega.Equal("grant_type=password&j_pw=" + m + "&password=" + m + "&username=password"))
	json := rep.Exchanges[1].Request
	g.Expect(json.Body).To(gomega.Equal(`{"grant_type": "password", "pin": "` + m + `", "text": "my password"}`))
	g.Expect(json.URL).To(gomega.Equal("https://idp.test/x?hint=" + m + "&response_type=password#k=" + m))
	g.Expect(json.Header).To(gomega.ContainElements(reports.Header{Name: "X-Any", Value: m}, reports.Header{Name: "Accept", Value: "text/password"}))
	g.Expect(rep.Exchanges[2].Request.Header).To(gomega.ContainElement(reports.Header{Name: "Authorization", Value: "Basic base64(alice:" + m + ")"}))
	for _, e := range rep.Exchanges {
		g.Expect(e.Response.Body).To(gomega.Equal("encoded " + m))
	}
}

// What is no word is looked for everywhere, as whole words where it is short.
func TestWhatIsNoWordIsFoundEverywhere(t *testing.T) {
	for _, s := range []string{"hunter2", "pa55", "xKqZ", "BCDF-GHJK", "12345678", "correct-horse", "abcdefghijkl", "ünï-cödé", "aB", "a1b2"} {
		g := gomega.NewWithT(t)
		r := check.NewRedactor(s)
		want := "it is " + r.Form("password=" + s)[len("password="):] + " here"
		if len(s) < 4 {
			want = "it is " + s + " here"
		}
		g.Expect(r.Text("it is " + s + " here")).To(gomega.Equal(want))
	}
	for _, s := range []string{"alice", "Alice", "ALICE", "sesame", "münchen", "8080", "2026", "1234567", "S256", "oauth2", "authorization_code"} {
		g := gomega.NewWithT(t)
		r := check.NewRedactor(s)
		g.Expect(r.Text("it is " + s + " here")).To(gomega.Equal("it is " + s + " here"))
		g.Expect(r.Form("password=" + url.QueryEscape(s))).To(gomega.MatchRegexp("^password=" + mark.String() + "$"))
	}
}
