package main

import (
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/reports"
)

// A target that limits the rate is waited for as long as the patience allows, and
// is then an error; its refusal to answer is never taken for a refusal.
func TestRunWithARateLimit(t *testing.T) {
	t.Parallel()
	limit := func(retry string, times int32) []answer {
		var n atomic.Int32
		return []answer{func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasSuffix(r.URL.Path, "/token") || n.Add(1) > times {
				return false
			}
			if retry != "" {
				w.Header().Set("Retry-After", retry)
			}
			write(429, "text/plain", "slow down")(w, r)
			return true
		}}
	}
	const always = 1 << 30
	for name, test := range map[string]struct {
		answers []answer
		args    []string
		code    int
		waits   bool
		says    string
	}{
		"for a second":             {limit("1", 2), nil, 0, true, "waited "},
		"with no patience":         {limit("1", always), []string{"--patience", "0"}, 3, false, "limits the rate of requests (429, Retry-After: 1)"},
		"for an hour":              {limit("3600", always), nil, 3, false, "limits the rate of requests (429, Retry-After: 3600)"},
		"without a word":           {limit("", always), nil, 3, false, "limits the rate of requests (429, Retry-After: not said)"},
		"longer than the patience": {limit("1", always), []string{"--patience", "2s"}, 3, true, "limits the rate of requests (429, Retry-After: 1)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			s := serve(t, test.answers)
			o := s.assay(t, append(test.args, "--check", "cc-happy,cc-no-auth,ca-wrong-secret,tok-missing-grant")...).run()
			g.Expect(o.code).To(gomega.Equal(test.code), o.all())
			g.Expect(o.said()).To(gomega.ContainSubstring(test.says))
			g.Expect(o.report().Targets[0].WaitedMS > 0).To(gomega.Equal(test.waits), o.all())
			for id, v := range verdicts(o.report()) {
				want := reports.Error
				if test.code == 0 {
					want = reports.Pass
				}
				g.Expect(v).To(gomega.Equal(want), id)
			}
		})
	}
}

// A target that dies in mid-run, or answers no more, ends the run early: not every
// check waits for the same.
func TestRunWithATargetThatDies(t *testing.T) {
	t.Parallel()
	for name, hangs := range map[string]bool{"stops answering": true, "is gone": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			var s *server
			var n atomic.Int32
			up := make(chan struct{})
			s = serve(t, []answer{func(w http.ResponseWriter, r *http.Request) bool {
				<-up
				switch i := n.Add(1); {
				case i < 40:
					return false
				case hangs:
					hang(w, r)
				default:
					_ = s.Listener.Close()
					s.CloseClientConnections()
					panic(http.ErrAbortHandler)
				}
				return true
			}})
			close(up)
			began := time.Now()
			o := s.assay(t, "--timeout", "2s", "--workers", "3").run()
			g.Expect(time.Since(began)).To(gomega.BeNumerically("<", 25*time.Second))
			g.Expect(o.code).To(gomega.Equal(3), o.all())
			r := o.report()
			g.Expect(r.Targets[0].Lost).To(gomega.HavePrefix("the target stopped answering: 6 requests in a row"))
			g.Expect(o.said()).To(gomega.ContainSubstring("the run at this target ended early: the target stopped answering"))
			g.Expect(r.Count().Decided()).To(gomega.BeNumerically(">", 0), "it died before the run began")
			g.Expect(r.Count().Fail).To(gomega.BeZero(), o.all())
			g.Expect(int(n.Load())).To(gomega.BeNumerically("<", 60), "requests to a target that is gone")
		})
	}
}

// Metadata that leads into networks in which the target is not is not followed.
func TestRunWithMetadataThatNamesPrivateAddresses(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"10.0.0.1", "192.168.1.1:8080", "169.254.169.254", "[fd00::1]", "0.0.0.0"} {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			var s *server
			up := make(chan struct{})
			s = serve(t, []answer{func(w http.ResponseWriter, r *http.Request) bool {
				<-up
				if !strings.HasPrefix(r.URL.Path, "/.well-known/oauth-authorization-server") {
					return false
				}
				at := "http://" + host
				write(200, "application/json", `{"issuer":"`+s.URL+`","authorization_endpoint":"`+at+`/authorize","token_endpoint":"`+at+`/token","jwks_uri":"`+at+`/jwks","registration_endpoint":"`+at+`/register","response_types_supported":["code"]}`)(w, r)
				return true
			}, at("/openid-configuration", http.NotFound)})
			close(up)
			o := s.assay(t, "--redirect-uri", callback, "--username", "alice", "--register", "--skip", "meta-*").run()
			g.Expect(o.code).To(gomega.Equal(3), o.all())
			g.Expect(o.said()).To(gomega.ContainSubstring("will not contact "))
			g.Expect(o.said()).To(gomega.ContainSubstring(`list it under "hosts" in the target file`))
			for id, v := range verdicts(o.report()) {
				if !strings.HasPrefix(id, "http-") { // observers judge what there was
					g.Expect(v).To(gomega.BeElementOf(reports.Error, reports.NotRun), "%s: %s", id, o.all())
				}
			}
		})
	}
}

// --rate bounds the requests of the whole run, whatever the number of workers.
func TestRate(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, nil)
	o := s.assay(t, "--area", "cc", "--rate", "20").run()
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	times := s.idp.Requests()
	g.Expect(len(times)).To(gomega.BeNumerically(">", 10))
	took := times[len(times)-1].Time.Sub(times[0].Time)
	// One goes at once; the clock of the server may be a little off.
	g.Expect(took).To(gomega.BeNumerically(">=", time.Duration(len(times)-2)*time.Second/20), "%d requests", len(times))
}

// At the bundled mock the clock is moved, and nothing is waited for. Another
// target is waited for as long as the patience allows, and the run says what it
// did not wait for.
func TestWaiting(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	o := run(t, "run")
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(verdicts(o.report())).To(gomega.HaveKeyWithValue("code-expires", reports.Pass))
	g.Expect(o.report().Targets[0].WaitedMS).To(gomega.BeZero())

	s := loginServer(t)
	o = s.login(t, "--area", "code").run()
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(verdicts(o.report())).To(gomega.HaveKeyWithValue("code-expires", reports.NotRun))
	g.Expect(o.said()).To(gomega.ContainSubstring("needs 10m15s to wait for a code to expire: add --patience 10m15s"))
	g.Expect(o.said()).To(gomega.ContainSubstring("To run 1 more check, add --patience 10m15s."))

	// With the patience it waits, and so does the deadline.
	c := s.login(t, "--check", "code-expires", "--patience", "10m15s").start()
	g.Eventually(func() int { return s.asked(http.MethodPost, "/token") }).WithTimeout(10 * time.Second).Should(gomega.BeNumerically(">", 0))
	g.Consistently(c.ended).WithTimeout(300*time.Millisecond).ShouldNot(gomega.BeClosed(), "nothing was waited for")
	g.Expect(c.cmd.Process.Signal(syscall.SIGINT)).To(gomega.Succeed())
	o = c.wait()
	g.Expect(o.code).To(gomega.Equal(130), o.all())
	g.Expect(o.report().Targets[0].WaitedMS).To(gomega.BeNumerically(">", 0))
}
