package check_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// mirror answers with what it was sent, and redirects /STATUS?LOCATION.
func mirror(w http.ResponseWriter, r *http.Request) {
	var status int
	if _, err := fmt.Sscanf(r.URL.Path, "/%d", &status); err == nil {
		w.Header()["Location"] = []string{r.URL.RawQuery}
		w.WriteHeader(status)
		return
	}
	body, _ := io.ReadAll(r.Body)
	_, _ = fmt.Fprintf(w, "%s %s|%s|%s|%s|%s", r.Method, r.URL.Path, r.Header.Get("Authorization"), r.Header.Get("Cookie"), r.Header.Get("Content-Type"), body)
}

// bearing is a request with everything that is not meant for others.
func bearing(method, url string, follow int) *check.Request {
	r := &check.Request{Method: method, URL: url, Follow: follow, Header: http.Header{
		"Authorization": {"Bearer t"}, "Cookie": {"a=b"}, "Content-Type": {"x/y"},
	}}
	if method == "POST" {
		r.Body = []byte("s=1")
	}
	return r
}

func TestRedirects(t *testing.T) {
	here, there := serve(t, mirror), serve(t, mirror) // one host, two ports
	for name, row := range map[string]struct {
		method, status, location string
		follow                   int
		want                     string // body of the last answer, or its status
	}{
		"not followed unless asked":          {"GET", "302", "/end", 0, "302"},
		"followed when asked":                {"GET", "302", "/end", 1, "GET /end|Bearer t|a=b|x/y|"},
		"relative":                           {"GET", "301", "end", 1, "GET /end|Bearer t|a=b|x/y|"},
		"POST becomes GET at 301":            {"POST", "301", "/end", 1, "GET /end|Bearer t|a=b||"},
		"POST becomes GET at 302":            {"POST", "302", "/end", 1, "GET /end|Bearer t|a=b||"},
		"POST becomes GET at 303":            {"POST", "303", "/end", 1, "GET /end|Bearer t|a=b||"},
		"POST stays POST at 307":             {"POST", "307", "/end", 1, "POST /end|Bearer t|a=b|x/y|s=1"},
		"POST stays POST at 308":             {"POST", "308", "/end", 1, "POST /end|Bearer t|a=b|x/y|s=1"},
		"PUT stays PUT at 302":               {"PUT", "302", "/end", 1, "PUT /end|Bearer t|a=b|x/y|"},
		"another port is another origin":     {"GET", "302", there.Issuer + "/end", 1, "GET /end|||x/y|"},
		"and gets no body that became a GET": {"POST", "302", there.Issuer + "/end", 1, "GET /end||||"},
		"nor one that stays":                 {"POST", "307", there.Issuer + "/end", 1, "307"},
		"there and back":                     {"GET", "302", there.Issuer + "/302?" + here.Issuer + "/end", 2, "GET /end|||x/y|"},
		"300 is an answer":                   {"GET", "300", "/end", 1, "300"},
		"304 is an answer":                   {"GET", "304", "/end", 1, "304"},
		"no location":                        {"GET", "302", "", 1, "302"},
		"no URL":                             {"GET", "302", "http://[::1", 1, "302"},
		"two in a row, one asked for":        {"GET", "302", "/302?/end", 1, "302"},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			tg := *here
			tg.Endpoints.Token = there.Issuer
			rep := assay(t, check.Config{Target: &tg}, active("x-one", func(t *check.T) {
				r := t.Do("x", "x", bearing(row.method, here.Issuer+"/"+row.status+"?"+row.location, row.follow))
				got := string(r.Body)
				if r.Status != 200 {
					got = fmt.Sprint(r.Status)
				}
				t.Expect(got).To(gomega.Equal(row.want))
			}))
			g.Expect(rep.Results[0].Message).To(gomega.BeEmpty())
		})
	}
}

func TestARedirectFromHTTPSToHTTPLosesItsCredentials(t *testing.T) {
	var last http.Header
	var mu sync.Mutex
	tr := answering(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		last = r.Header.Clone()
		mu.Unlock()
		if r.URL.Scheme == "https" {
			http.Redirect(w, r, "http://idp.test/end", http.StatusFound)
		}
	})
	res := one(t, check.Config{Target: anywhere(), Transport: tr}, func(t *check.T) {
		t.Expect(t.Do("x", "x", bearing("GET", "https://idp.test/", 1)).URL).To(gomega.Equal("http://idp.test/end"))
		t.Expect(last).ToNot(gomega.Or(gomega.HaveKey("Authorization"), gomega.HaveKey("Cookie")))
	})
	gomega.NewWithT(t).Expect(res.Message).To(gomega.BeEmpty())
}

func TestARedirectLoopIsBounded(t *testing.T) {
	var asked atomic.Int32
	tg := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		http.Redirect(w, r, "/again", http.StatusFound)
	})
	for follow, row := range map[int]struct {
		requests int
		want     reports.Verdict
	}{0: {1, reports.Pass}, 5: {6, reports.Pass}, 9: {10, reports.Pass}, 1000: {10, reports.Error}} {
		g := gomega.NewWithT(t)
		asked.Store(0)
		rep := assay(t, check.Config{Target: tg}, active("x-one", func(t *check.T) {
			t.Do("x", "x", &check.Request{URL: tg.Issuer, Follow: follow})
		}))
		g.Expect(rep.Results[0].Verdict).To(gomega.Equal(row.want), "Follow %d", follow)
		g.Expect(asked.Load()).To(gomega.BeEquivalentTo(row.requests))
		g.Expect(rep.Exchanges).To(gomega.HaveLen(row.requests), "each hop is an exchange of its own")
		if row.want == reports.Error {
			g.Expect(rep.Results[0].Message).To(gomega.ContainSubstring("too many redirects: more than 10"))
		}
	}
}

// A redirect does not lead out of what the run may contact, whoever sends it.
func TestARedirectToAHostThatNobodyNamed(t *testing.T) {
	var reached atomic.Bool
	other := serve(t, func(http.ResponseWriter, *http.Request) { reached.Store(true) })
	elsewhere := strings.Replace(other.Issuer, "127.0.0.1", "localhost", 1)
	tg := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere, http.StatusFound) })
	g := gomega.NewWithT(t)
	body := func(t *check.T) { t.Do("x", "x", &check.Request{URL: t.Target().Issuer, Follow: 1}) }
	rep := assay(t, check.Config{Target: tg}, active("x-one", body))
	g.Expect(rep.Results[0].Verdict).To(gomega.Equal(reports.Error))
	g.Expect(rep.Results[0].Message).To(gomega.Equal(`x: will not contact localhost: neither the target file nor the issuer's verified metadata names it (to allow it, list it under "hosts" in the target file)`))
	g.Expect(rep.Exchanges).To(gomega.HaveLen(2))
	g.Expect(reached.Load()).To(gomega.BeFalse())

	tg.Hosts = []string{"localhost"}
	g.Expect(verdicts(assay(t, check.Config{Target: tg}, active("x-one", body)))).To(gomega.Equal("x-one=pass"))
	g.Expect(reached.Load()).To(gomega.BeTrue())
}
