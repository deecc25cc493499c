package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/reports"
)

const goodToken = `"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"Bearer","expires_in":3600`

// unsuccessful is for answers of which it is for the check to say whether they
// break its clause or cannot be judged.
const unsuccessful = -1

// noStore answers like a token endpoint that is right in its headers.
func noStore(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// A token endpoint that misbehaves ends no run in a hang or in a success, and
// every check of the area is in the reports.
func TestRunWithBadTokenEndpoint(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		code    int             // unsuccessful stands for 1 or 3
		verdict reports.Verdict // of cc-happy; empty with unsuccessful
		says    string
	}{
		"hangs": {hang, 3, reports.Error, "did not come to its end within 1s"},
		"closes the connection": {
			func(w http.ResponseWriter, _ *http.Request) {
				if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
					_ = conn.Close()
				}
			}, 3, reports.Error, "closed without an answer",
		},
		"breaks off": {
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "1000")
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write([]byte("{" + goodToken))
				w.(http.Flusher).Flush()
				panic(http.ErrAbortHandler)
			}, 3, reports.Error, "broke off after",
		},
		"drips": {
			func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				for range "{" + goodToken + "}" {
					_, _ = w.Write([]byte(" "))
					w.(http.Flusher).Flush()
					select {
					case <-r.Context().Done():
						return
					case <-time.After(time.Second):
					}
				}
			}, 3, reports.Error, "did not come to its end within 1s",
		},
		"answers 200 with an error": {
			noStore(200, `{"error":"invalid_client"}`), 3, reports.Error, "invalid_client",
		},
		"answers with a page": {
			write(200, "text/html", "<form>sign in</form>"), unsuccessful, "", "a page (HTML or XML), not JSON",
		},
		"limits the rate": {
			write(429, "text/plain", "slow down"), 3, reports.Error, "limits the rate",
		},
		"repeats members": {
			noStore(200, "{"+goodToken+",\"access_token\":\"another-token-of-some-length\"}"), 1, reports.Pass, "",
		},
		"begins with a byte order mark": {
			noStore(200, "\xef\xbb\xbf{"+goodToken+"}"), 1, reports.Pass, "",
		},
		"sends 100 MB": {
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				page := []byte(strings.Repeat(" ", 1<<20))
				for range 100 {
					if _, err := w.Write(page); err != nil {
						return
					}
				}
			}, unsuccessful, "", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			s := serve(t, []answer{at("/token", test.handler)})
			began := time.Now()
			o := s.assay(t, "--area", "cc", "--timeout", "1s").run()
			g.Expect(time.Since(began)).To(gomega.BeNumerically("<", 10*time.Second))
			if test.code == unsuccessful {
				g.Expect(o.code).To(gomega.BeElementOf(1, 3), o.all())
			} else {
				g.Expect(o.code).To(gomega.Equal(test.code), o.all())
			}
			g.Expect(o.said()).To(gomega.ContainSubstring(test.says))
			r := o.report()
			if test.verdict != "" {
				g.Expect(verdicts(r)).To(gomega.HaveKeyWithValue("cc-happy", test.verdict), o.all())
			}
			g.Expect(verdicts(r)).To(gomega.HaveLen(inArea("cc")), "a check of the area is missing")
		})
	}
}
