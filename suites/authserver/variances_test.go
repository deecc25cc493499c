package authserver_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/bundled"
	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// listening is a transport that notes the tokens it sees.
type listening struct {
	inner  http.RoundTripper
	mu     sync.Mutex
	tokens map[string]bool
}

func (l *listening) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := l.inner.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(raw))
	var m struct {
		AccessToken string `json:"access_token"`
	}
	if json.Unmarshal(raw, &m) == nil && m.AccessToken != "" {
		l.mu.Lock()
		l.tokens[m.AccessToken] = true
		l.mu.Unlock()
	}
	return resp, err
}

// TestTheMockUnderEveryVariance meets the mock identity provider with behaviour
// that the specifications allow and few servers show: no check may object, and
// none of its tokens and secrets may show in the report.
func TestTheMockUnderEveryVariance(t *testing.T) {
	keys := mockidp.NewKeySet()
	for _, v := range append(mockidp.Variances(), mockidp.Variance{}) {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			opts := append(bundled.MockOptions(), mockidp.WithKeys(keys))
			if v.Name != "" {
				opts = append(opts, mockidp.WithVariance(v.Name))
			}
			p := mockidp.Start(t, opts...)
			heard := &listening{inner: p.HTTPClient().Transport, tokens: map[string]bool{}}
			c := areas(t)
			tg, err := bundled.Describe(p)
			g.Expect(err).ToNot(gomega.HaveOccurred())
			run, err := check.NewRun(check.Config{Target: tg, Observers: c.Observers(), Transport: heard, Timeout: patience})
			g.Expect(err).ToNot(gomega.HaveOccurred())
			for _, ch := range c.Checks() {
				run.Start(ch)
			}
			rep := run.Finish()
			results := map[string]reports.Result{}
			for _, r := range rep.Results {
				results[r.ID] = r
			}
			g.Expect(verdicts(results, reports.Pass, reports.Info, reports.NotRun)).To(gomega.BeEmpty())
			g.Expect(rep.Count().Decided()).To(gomega.BeNumerically(">=", 28), verdicts(results, reports.Pass))

			raw, err := json.Marshal(rep)
			g.Expect(err).ToNot(gomega.HaveOccurred())
			g.Expect(len(heard.tokens)).To(gomega.BeNumerically(">", 10))
			shown := string(raw)
			for token := range heard.tokens {
				quoted, _ := json.Marshal(token)
				g.Expect(strings.Contains(shown, token) || strings.Contains(shown, string(quoted[1:len(quoted)-1]))).To(gomega.BeFalse(), "a token shows in the report")
			}
			for _, client := range tg.Clients {
				quoted, _ := json.Marshal(client.Secret)
				g.Expect(client.Secret != "" && strings.Contains(shown, string(quoted[1:len(quoted)-1]))).To(gomega.BeFalse(), "the secret of %s shows in the report", client.ID)
			}
		})
	}
}
