package authserver_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/bundled"
	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// meddler changes what the bundled mock answers.
type meddler struct {
	inner http.RoundTripper
	// answer has the last word on an answer; form holds the parameters of the
	// request.
	answer func(path string, form url.Values, status int, body string) (int, string)
}

func (m *meddler) RoundTrip(r *http.Request) (*http.Response, error) {
	var sent []byte
	if r.Body != nil {
		var err error
		if sent, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(sent))
	}
	resp, err := m.inner.RoundTrip(r)
	if err != nil || m.answer == nil {
		return resp, err
	}
	raw, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	form, _ := url.ParseQuery(string(sent))
	status, body := m.answer(r.URL.Path, form, resp.StatusCode, string(raw))
	if strings.HasPrefix(body, "<") {
		resp.Header.Set("Content-Type", "text/html")
	}
	resp.StatusCode, resp.Body, resp.ContentLength = status, io.NopCloser(strings.NewReader(body)), int64(len(body))
	resp.Header.Del("Content-Length")
	return resp, nil
}

// meddled assays the bundled mock through a meddler.
func meddled(t *testing.T, change func(*target.Target), answer func(path string, form url.Values, status int, body string) (int, string), opts []mockidp.Option, ids ...string) map[string]reports.Result {
	t.Helper()
	g := gomega.NewWithT(t)
	p, err := mockidp.New(opts...)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	t.Cleanup(func() { g.Expect(p.Close()).To(gomega.Succeed()) })
	tg, err := bundled.Describe(p)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	if change != nil {
		change(tg)
	}
	c := areas(t)
	_, unknown := c.Unknown(check.Selection{Checks: ids})
	g.Expect(unknown).To(gomega.BeEmpty())
	run, err := check.NewRun(check.Config{Target: tg, Transport: &meddler{p.Transport(), answer}, Timeout: patience, Workers: 4})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	for _, ch := range c.Select(check.Selection{Checks: ids}, nil) {
		run.Start(ch)
	}
	out := map[string]reports.Result{}
	for _, r := range run.Finish().Results {
		if slices.ContainsFunc(ids, func(p string) bool { return check.MatchID(p, r.ID) }) {
			out[r.ID] = r
		}
	}
	return out
}
