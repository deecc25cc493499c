package reports

import (
	"bytes"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onsi/gomega"
)

// fakeCurl prints its arguments, each ended by NUL, so that a test sees what the
// shell made of a command line.
const fakeCurl = "#!/bin/sh\nfor a; do printf '%s\\000' \"$a\"; done\n"

// runCurl checks a command line with sh -n and runs it with a curl of ours.
func runCurl(t *testing.T, command string, variables ...string) []string {
	t.Helper()
	g := gomega.NewWithT(t)
	dir := t.TempDir()
	g.Expect(os.WriteFile(filepath.Join(dir, "curl"), []byte(fakeCurl), 0o755)).To(gomega.Succeed())
	check := exec.Command("sh", "-n")
	check.Stdin = strings.NewReader(command)
	said, err := check.CombinedOutput()
	g.Expect(err).NotTo(gomega.HaveOccurred(), "sh -n: %s\n%s", said, command)

	sh := exec.Command("sh", "-c", command)
	sh.Dir = dir
	sh.Env = append([]string{"PATH=" + dir + ":" + os.Getenv("PATH")}, variables...)
	var stderr bytes.Buffer
	sh.Stderr = &stderr
	out, err := sh.Output()
	g.Expect(err).NotTo(gomega.HaveOccurred(), "%s\n%s", &stderr, command)
	g.Expect(stderr.String()).To(gomega.BeEmpty(), command)
	files, err := os.ReadDir(dir)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(files).To(gomega.HaveLen(1), "the command line wrote a file: %s", command)
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

func tokenRequest(body string, header ...Header) Message {
	return Message{
		Method: "POST", URL: "https://as.example/token", Body: body,
		Header: append([]Header{{"Content-Type", "application/x-www-form-urlencoded"}}, header...),
	}
}

func TestCurl(t *testing.T) {
	const form = "Content-Type: application/x-www-form-urlencoded"
	for name, c := range map[string]struct {
		m         Message
		variables []string // with the values that the shell gets
		args      []string
	}{
		"GET": {
			Message{Method: "GET", URL: "https://as.example/.well-known/x", Header: []Header{{"Accept", "application/json"}}}, nil,
			[]string{"-i", "-H", "Accept: application/json", "https://as.example/.well-known/x"},
		},
		"no method": {Message{URL: "http://as.example/"}, nil, []string{"-i", "http://as.example/"}},
		"HEAD":      {Message{Method: "HEAD", URL: "http://as.example/"}, nil, []string{"-I", "http://as.example/"}},
		"POST without a body": {
			Message{Method: "POST", URL: "http://as.example/"}, nil, []string{"-i", "-X", "POST", "http://as.example/"},
		},
		"Basic": {
			tokenRequest("grant_type=client_credentials", Header{"Authorization", "Basic base64(my%3Aapp:[redacted #a1b2c3d4])"}),
			[]string{"CLIENT_SECRET=se cret$(touch x)`touch y`"},
			[]string{"-i", "-H", form, "-u", "my%3Aapp:se cret$(touch x)`touch y`", "--data-raw", "grant_type=client_credentials", "https://as.example/token"},
		},
		"Basic with a user in need of quotes": {
			tokenRequest("a=b", Header{"Authorization", "Basic base64($(touch x)'\"`!\\:[redacted #a1b2c3d4])"}),
			[]string{"CLIENT_SECRET=s"},
			[]string{"-i", "-H", form, "-u", "$(touch x)'\"`!\\:s", "--data-raw", "a=b", "https://as.example/token"},
		},
		"Basic without a secret": {
			tokenRequest("a=b", Header{"Authorization", "Basic base64(app:)"}), nil,
			[]string{"-i", "-H", form, "-u", "app:", "--data-raw", "a=b", "https://as.example/token"},
		},
		"Basic that could not be read": {
			tokenRequest("a=b", Header{"Authorization", "Basic [redacted #a1b2]"}), []string{"BASIC_CREDENTIALS=eHg="},
			[]string{"-i", "-H", form, "-H", "Authorization: Basic eHg=", "--data-raw", "a=b", "https://as.example/token"},
		},
		"Authorization twice": {
			tokenRequest("a=b", Header{"Authorization", "Basic [redacted #a1b2]"}, Header{"Authorization", "Bearer [redacted #cc]"}),
			[]string{"BASIC_CREDENTIALS=x", "ACCESS_TOKEN=y"},
			[]string{"-i", "-H", form, "-H", "Authorization: Basic x", "-H", "Authorization: Bearer y", "--data-raw", "a=b", "https://as.example/token"},
		},
		"form with secrets": {
			tokenRequest("grant_type=authorization_code&code=[redacted #11111111]&redirect_uri=https%3A%2F%2Fc.example%2Fcb&state=&code_verifier=[redacted #22222222]&client_secret=[redacted #33333333]"),
			[]string{"CODE=a+b&c", "CODE_VERIFIER=v", "CLIENT_SECRET=@/etc/passwd"},
			[]string{
				"-i", "-H", form, "--data-raw", "grant_type=authorization_code", "--data-urlencode", "code=a+b&c",
				"--data-raw", "redirect_uri=https%3A%2F%2Fc.example%2Fcb&state=", "--data-urlencode", "code_verifier=v",
				"--data-urlencode", "client_secret=@/etc/passwd", "https://as.example/token",
			},
		},
		"one secret twice, and two of one name": {
			tokenRequest("code=[redacted #11]&code=[redacted #22]&x=[redacted #11]"),
			[]string{"CODE=one", "CODE_2=two"},
			[]string{"-i", "-H", form, "--data-urlencode", "code=one", "--data-urlencode", "code=two", "--data-urlencode", "x=one", "https://as.example/token"},
		},
		"a form that begins oddly": {
			tokenRequest("&code=[redacted #11]"), []string{"CODE=c"},
			[]string{"-i", "-H", form, "--data-raw", "&code=c", "https://as.example/token"},
		},
		"a secret within a value": {
			tokenRequest("x=a[redacted #11]b"), []string{"SECRET=c"},
			[]string{"-i", "-H", form, "--data-raw", "x=acb", "https://as.example/token"},
		},
		"JSON": {
			Message{
				Method: "POST", URL: "http://as.example/register", Header: []Header{{"Content-Type", "application/json"}},
				Body: `{"client_secret": "[redacted #11]","it's":"$HOME"}`,
			}, []string{"CLIENT_SECRET=s"},
			[]string{"-i", "-H", "Content-Type: application/json", "--data-raw", `{"client_secret": "s","it's":"$HOME"}`, "http://as.example/register"},
		},
		"a body without a type, by PUT": {
			Message{Method: "PUT", URL: "http://as.example/", Body: "@file"}, nil,
			[]string{"-i", "-X", "PUT", "-H", "Content-Type:", "--data-raw", "@file", "http://as.example/"},
		},
		"a secret in the query": {
			Message{Method: "GET", URL: "http://as.example/token?a=[1]&client_secret=[redacted #11]"}, []string{"CLIENT_SECRET=s"},
			[]string{"-i", "-g", "http://as.example/token?a=[1]&client_secret=s"},
		},
		"a password in the URL, and dots": {
			Message{Method: "GET", URL: "http://me:[redacted #11]@as.example/a/../b"}, []string{"PASSWORD=s"},
			[]string{"-i", "--path-as-is", "http://me:s@as.example/a/../b"},
		},
		"names that the shell uses": {
			Message{Method: "GET", URL: "http://as.example/", Header: []Header{{"Cookie", "PATH=[redacted #11]; 1st=[redacted #22]; _=[redacted #44]"}, {"DPoP", "[redacted #33]"}}},
			[]string{"SECRET_PATH=p", "SECRET_1ST=q", "SECRET=s", "DPOP=r"},
			[]string{"-i", "-H", "Cookie: PATH=p; 1st=q; _=s", "-H", "DPoP: r", "http://as.example/"},
		},
		"odd header fields": {
			Message{Method: "GET", URL: "http://as.example/", Header: []Header{{"X-Empty", ""}, {"@/etc/passwd", "x"}, {"Content-Length", "7"}, {"X-Odd", "a\x1bb\u202ec\tü"}}}, nil,
			[]string{"-i", "-H", "X-Empty;", "-H", "X-Odd: a\x1bb\u202ec\tü", "http://as.example/"},
		},
		"a method in need of quotes": {
			Message{Method: "GET;touch x", URL: "http://as.example/;touch$IFS'y"}, nil,
			[]string{"-i", "-X", "GET;touch x", "http://as.example/;touch$IFS'y"},
		},
		"a long body": {
			Message{Method: "POST", URL: "http://as.example/", Header: []Header{{"Content-Type", "x/y"}}, Body: strings.Repeat("x", maxCurlBody+1)}, nil,
			[]string{"-i", "-H", "Content-Type: x/y", "--data-binary", "@request-body", "http://as.example/"},
		},
		"a shortened body": {
			Message{Method: "POST", URL: "http://as.example/", Header: []Header{{"Content-Type", "x/y"}}, Body: "x", Shortened: true, BodyBytes: 1 << 20}, nil,
			[]string{"-i", "-H", "Content-Type: x/y", "--data-binary", "@request-body", "http://as.example/"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			command, variables := Curl(c.m)
			var names []string
			for _, v := range c.variables {
				n, _, _ := strings.Cut(v, "=")
				names = append(names, n)
			}
			var got []string
			for _, v := range variables {
				got = append(got, v.Name)
				g.Expect(c.m.URL + c.m.Body + fmt.Sprint(c.m.Header)).To(gomega.ContainSubstring(v.Mark))
			}
			g.Expect(got).To(gomega.Equal(names), command)
			g.Expect(runCurl(t, command, c.variables...)).To(gomega.Equal(c.args), command)
			g.Expect(strings.ContainsFunc(command, unprintable)).To(gomega.BeFalse(), command)
		})
	}
}

// What no curl would send gives no command line that does something else.
func TestCurlOfNoRequest(t *testing.T) {
	for _, url := range []string{"", "/token", "-o/etc/passwd", "file:///etc/passwd", "http://", "https:///path", "ftp://as.example/"} {
		command, variables := Curl(Message{Method: "GET", URL: url})
		gomega.NewWithT(t).Expect(command).To(gomega.BeEmpty(), url)
		gomega.NewWithT(t).Expect(variables).To(gomega.BeEmpty(), url)
	}
}

// Whatever a body, a header or a URL holds, the shell makes one argument of it
// and runs nothing.
func TestCurlIsSafeForTheShell(t *testing.T) {
	g := gomega.NewWithT(t)
	var every strings.Builder
	for c := 1; c < 256; c++ {
		every.WriteByte(byte(c))
	}
	for _, evil := range []string{
		every.String(), hostileText, "'", "''", `\'`, `\`, "`touch x`", "$(touch x)", "${IFS}", "!!", "a\nb", "\n", "-- -", "~", "*", "#", ";touch x", "&touch x&", "|touch x", ">x", "<<x\nx",
		"[redacted #", "[redacted #zz]", "$CODE",
	} {
		want := strings.ReplaceAll(evil, "\x00", "")
		for _, secret := range []string{"", "[redacted #11]"} {
			command, _ := Curl(Message{
				Method: "POST", URL: "http://as.example/?q=" + url.QueryEscape(evil), Body: evil + secret + evil,
				Header: []Header{{"Content-Type", "text/plain"}, {"X-Evil", evil + secret}},
			})
			value := ""
			if secret != "" {
				value = "$(touch z)'"
			}
			args := runCurl(t, command, "X_EVIL="+value, "CODE=wrong")
			g.Expect(args).To(gomega.ContainElement("X-Evil: "+want+value), "%q", evil)
			g.Expect(args).To(gomega.ContainElement(want+value+want), "%q", evil)
		}
	}
}
