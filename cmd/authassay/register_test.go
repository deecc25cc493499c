package main

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/reports"
)

// registering is a server at which anyone may register.
func registering(t *testing.T, answers []answer, opts ...mockidp.Option) *server {
	t.Helper()
	return serve(t, answers, append([]mockidp.Option{mockidp.WithRegistration(mockidp.Registration{
		GrantTypes: []string{mockidp.GrantAuthorizationCode, mockidp.GrantRefreshToken, mockidp.GrantClientCredentials},
		Scopes:     []string{"read", "write", "openid"},
	})}, opts...)...)
}

// ids are the clients that were registered with the provider.
func (s *server) ids() []string {
	var out []string
	for _, c := range s.idp.Clients() {
		if c.ID != s.client {
			out = append(out, c.ID)
		}
	}
	return out
}

func decided(r reports.Report) (n int) {
	for _, v := range verdicts(r) {
		if v.Decided() {
			n++
		}
	}
	return n
}

// asked counts the requests of the provider that have a method and a path.
func (s *server) asked(method, path string) (n int) {
	for _, r := range s.idp.Requests() {
		if at, _, _ := strings.Cut(r.URL, "?"); r.Method == method && strings.Contains(at, path) {
			n++
		}
	}
	return n
}

// With leave to register, and nothing else but a user, a run registers the clients
// that the checks need, and removes them.
func TestRegisteredClientsAreRemoved(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := registering(t, nil)
	bare := run(t, "run", s.URL)
	g.Expect(bare.code).To(gomega.Equal(0), bare.all())
	g.Expect(s.asked(http.MethodPost, "/register")).To(gomega.BeZero(), "registered without leave")

	o := run(t, "run", s.URL, "--register", "--username", "alice")
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(decided(o.report())).To(gomega.BeNumerically(">", 80+decided(bare.report())), o.all())
	made := s.asked(http.MethodPost, "/register")
	g.Expect(made).To(gomega.BeNumerically(">=", 5))
	g.Expect(s.asked(http.MethodDelete, "/register/")).To(gomega.Equal(made))
	g.Expect(s.ids()).To(gomega.BeEmpty(), "a client stayed")
	g.Expect(o.report().Targets[0].Left).To(gomega.BeEmpty())
	g.Expect(o.report().Notes).To(gomega.BeEmpty())
}

// They are removed when the run is interrupted too, whether the answer to a
// registration has come by then or not.
func TestRegisteredClientsAreRemovedAfterAnInterrupt(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]bool{"during a registration": true, "afterwards": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			reached, release := make(chan struct{}), make(chan struct{})
			var once sync.Once
			arrive := func() { once.Do(func() { close(reached) }) }
			s := registering(t, []answer{func(_ http.ResponseWriter, r *http.Request) bool {
				if late && r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/register") {
					arrive()
					<-release // registered when the run is over already
				}
				return false
			}, at("/token", func(w http.ResponseWriter, r *http.Request) {
				arrive()
				hang(w, r)
			})})
			c := newCommand(t, "run", s.URL, "--register", "--username", "alice").start()
			<-reached
			g.Expect(c.cmd.Process.Signal(syscall.SIGINT)).To(gomega.Succeed())
			close(release)
			o := c.wait()
			g.Expect(o.code).To(gomega.Equal(130), o.all())
			made := 0
			for _, r := range s.idp.Requests() {
				if r.Method == http.MethodPost && strings.HasSuffix(r.URL, "/register") && r.Status == http.StatusCreated {
					made++
				}
			}
			g.Expect(made).To(gomega.BeNumerically(">", 0), "nothing was registered, and nothing shown")
			g.Expect(s.ids()).To(gomega.BeEmpty(), o.all())
			g.Expect(o.report().Targets[0].Left).To(gomega.BeEmpty())
		})
	}
}

// A server that lets nobody remove a client keeps it, and the report says which.
func TestClientsThatCannotBeRemovedAreListed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answers []answer
		off     string
		why     string
	}{
		"no management": {nil, "registration-management-offered", "names no place at which it could be removed"},
		"no removal": {[]answer{func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodDelete {
				return false
			}
			w.WriteHeader(http.StatusForbidden)
			return true
		}}, "", "answered 403 to its removal"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			var opts []mockidp.Option
			if test.off != "" {
				opts = append(opts, mockidp.WithRuleOff(test.off))
			}
			s := registering(t, test.answers, opts...)
			o := run(t, "run", s.URL, "--register", "--area", "cc")
			left := o.report().Targets[0].Left
			g.Expect(left).To(gomega.HaveLen(len(s.ids())), o.all())
			g.Expect(left).NotTo(gomega.BeEmpty())
			for _, id := range s.ids() {
				g.Expect(left).To(gomega.ContainElement(gomega.And(gomega.ContainSubstring("client "+id), gomega.ContainSubstring(test.why))))
			}
			g.Expect(o.said()).To(gomega.ContainSubstring("left behind at the target: client "))
		})
	}
}

// Leave that was of no use is noted with the reason, and only then.
func TestLeaveToRegisterThatIsOfNoUse(t *testing.T) {
	t.Parallel()
	refusing := at("/register", write(403, "application/json", `{"error":"access_denied"}`))
	for name, test := range map[string]struct {
		s    *server
		args []string
		note string
	}{
		"of use":          {registering(t, nil), []string{"--area", "cc"}, ""},
		"no need":         {registering(t, nil), []string{"--check", "jwks-fetch"}, "no selected check needs one"},
		"no registration": {serve(t, nil), []string{"--area", "cc"}, "or the target offers no registration"},
		"refused":         {registering(t, []answer{refusing}), []string{"--area", "cc"}, "it refused every request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			o := run(t, append([]string{"run", test.s.URL, "--register"}, test.args...)...)
			if test.note == "" {
				g.Expect(o.report().Notes).To(gomega.BeEmpty(), o.all())
				return
			}
			g.Expect(o.report().Notes).To(gomega.ConsistOf(gomega.ContainSubstring(test.note)), o.all())
		})
	}
}

// What a run says one would have to add, makes at least as many checks run.
func TestWhatToAddIsEnough(t *testing.T) {
	t.Parallel()
	open := registering(t, nil)
	closed := codeServer(t, mockidp.GrantClientCredentials)
	for name, test := range map[string]struct {
		s             *server
		before, after []string
		says          string
	}{
		"all of it":         {open, nil, []string{"--register", "--username", "alice", "--password", "any"}, "--register, --username and --password."},
		"a user":            {open, []string{"--register"}, []string{"--register", "--username", "alice", "--password", "any"}, "add --username and --password."},
		"leave to register": {open, []string{"--username", "alice"}, []string{"--username", "alice", "--register"}, "add --register."},
		"a client and a user": {closed, nil, []string{"--client-id", closed.client, "--client-secret", closed.secret, "--redirect-uri", callback,
			"--username", "alice", "--password", "any"}, "add --client-id, --client-secret, --redirect-uri, --username and --password."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			// For that one a run would really wait.
			args := []string{"run", test.s.URL, "--skip", "code-expires"}
			before := run(t, append(slices.Clone(args), test.before...)...)
			g.Expect(before.said()).To(gomega.MatchRegexp(`To run \d+ more checks, add `), before.all())
			g.Expect(before.said()).To(gomega.ContainSubstring(test.says))
			promised, run0 := 0, 0
			for _, r := range before.report().Targets[0].Results {
				if len(r.Adds) > 0 {
					promised++
				}
				if r.Verdict != reports.NotRun {
					run0++
				}
			}
			after := run(t, append(args, test.after...)...)
			ran := 0
			for _, v := range verdicts(after.report()) {
				if v != reports.NotRun {
					ran++
				}
			}
			g.Expect(promised).To(gomega.BeNumerically(">", 0))
			g.Expect(after.said()).NotTo(gomega.ContainSubstring("more checks, add"), "what was added is asked for again")
			g.Expect(ran-run0).To(gomega.BeNumerically(">=", promised), after.all())
			g.Expect(verdicts(after.report())).NotTo(gomega.ContainElement(reports.Error), "what was added is of use to what runs: %s", after.all())
		})
	}
}
