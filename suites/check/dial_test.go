package check_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// echo answers each connection with what comes.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); _, _ = io.Copy(c, c) }()
		}
	}()
	return l.Addr().String()
}

// A connection is recorded with what was said, without the secrets that are
// known, and no observer is shown it.
func TestDial(t *testing.T) {
	g := gomega.NewWithT(t)
	address := echo(t)
	tg := anywhere()
	tg.Issuer = "https://" + address
	tg.TLS.Insecure = true
	shown := 0
	red := check.NewRedactor("canary-secret")
	c := active("x-wire", func(ct *check.T) {
		ct.Require(check.NeedConnection.Met(ct)).To(gomega.BeTrue())
		err := ct.Dial("a word", "echo", address, func(c net.Conn) (string, string, error) {
			if _, err := c.Write([]byte("word")); err != nil {
				return "", "", err
			}
			got := make([]byte, 4)
			_, err := io.ReadFull(c, got)
			return "a word and canary-secret", string(got), err
		})
		ct.Require(err).To(gomega.Succeed())
		ct.Expect("what came").To(gomega.Equal("another"), "a finding refers to the connection")
	})
	c.Wire = true
	run, err := check.NewRun(check.Config{Target: tg, Redactor: red, Observers: []*check.Check{
		observer("x-sees", func(*check.Exchange) *check.Judgement { shown++; return nil }),
	}})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	// The echo is no TLS: the preflight fails, and a wire check runs all the same.
	res := run.Start(c).Wait()
	other := run.Start(active("x-http", func(*check.T) {})).Wait()
	rep := run.Finish()
	g.Expect(other.Verdict).To(gomega.Equal(reports.Error), other.Message)
	g.Expect(res.Verdict).To(gomega.Equal(reports.Fail), res.Message)
	g.Expect(shown).To(gomega.BeZero())
	g.Expect(rep.Exchanges).To(gomega.HaveLen(1))
	e := rep.Exchanges[0]
	g.Expect(res.Findings[0].Exchange).To(gomega.Equal(e.Number))
	g.Expect(e.Request.URL + " " + e.Request.Proto).To(gomega.Equal("tcp://" + address + " TCP"))
	g.Expect(e.Request.Body).To(gomega.HavePrefix("a word and [redacted #"))
	g.Expect(e.Response.Body).To(gomega.Equal("word"))
}

func TestDialThatCannotBe(t *testing.T) {
	dead, live := strings.TrimPrefix(deadURL(t), "http://"), echo(t)
	for name, row := range map[string]struct {
		address, want string
		none          bool
	}{
		"nobody listens":           {dead, "no connection to " + dead, true},
		"a host that nobody named": {"127.0.0.2:80", "neither the target file nor", false},
		"talk that fails":          {live, "the connection was closed without an answer", false},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			tg := anywhere()
			tg.Issuer = "http://" + live
			var got error
			run, err := check.NewRun(check.Config{Target: tg})
			g.Expect(err).NotTo(gomega.HaveOccurred())
			run.Start(active("x-wire", func(ct *check.T) {
				got = ct.Dial("step", "x", row.address, func(net.Conn) (string, string, error) { return "", "", io.EOF })
			})).Wait()
			rep := run.Finish()
			g.Expect(got).To(gomega.HaveOccurred())
			g.Expect(errors.Is(got, check.ErrNoConnection)).To(gomega.Equal(row.none))
			g.Expect(rep.Exchanges).To(gomega.HaveLen(1))
			g.Expect(rep.Exchanges[0].Error).To(gomega.ContainSubstring(row.want))
		})
	}
}

// A server that says nothing costs a check its own time at most.
func TestDialOfAServerThatSaysNothing(t *testing.T) {
	g := gomega.NewWithT(t)
	tg := anywhere()
	tg.Issuer = "http://" + echo(t)
	run, err := check.NewRun(check.Config{Target: tg, Timeout: 100 * time.Millisecond})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	res := run.Start(active("x-wire", func(ct *check.T) {
		_ = ct.Dial("step", "x", strings.TrimPrefix(tg.Issuer, "http://"), func(c net.Conn) (string, string, error) {
			_, err := c.Read(make([]byte, 1))
			return "nothing", "", err
		})
	})).Wait()
	run.Finish()
	g.Expect(res.Verdict).To(gomega.Equal(reports.Error))
	g.Expect(res.Message).To(gomega.ContainSubstring("no verdict within the 100ms"))
}

// Inside the process there is no connection to look at.
func TestNoConnectionInsideTheProcess(t *testing.T) {
	g := gomega.NewWithT(t)
	c := active("x-wire", func(*check.T) {})
	c.Wire, c.Needs = true, []check.Need{check.NeedConnection}
	run, err := check.NewRun(check.Config{Target: anywhere(), Transport: answering(func(http.ResponseWriter, *http.Request) {})})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	res := run.Start(c).Wait()
	run.Finish()
	g.Expect(res.Verdict).To(gomega.Equal(reports.NotRun))
	g.Expect(res.Need).To(gomega.ContainSubstring("a connection of its own"))
}
