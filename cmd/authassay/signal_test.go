package main

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/reports"
)

// A signal or the deadline in mid-run leaves complete reports within two
// seconds: every check that was selected, and why it did not run.
func TestStopInMidRun(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		signal syscall.Signal
		args   []string
		code   int
		why    reports.Stop
	}{
		"SIGINT":   {syscall.SIGINT, nil, 130, reports.StopInterrupt},
		"SIGTERM":  {syscall.SIGTERM, nil, 143, reports.StopTerminate},
		"SIGHUP":   {syscall.SIGHUP, nil, 129, reports.StopHangup},
		"deadline": {0, []string{"--deadline", "1s"}, 3, reports.StopDeadline},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			s := serve(t, []answer{at("/token", hang)})
			c := s.assay(t, test.args...).start()
			<-s.first
			// Before the run ends, the reports are red and say so.
			early := readReports(t, c.path("authassay-report"), "the reports of a run under way")
			g.Expect(early.Stopped).To(gomega.Equal(reports.StopUnfinished))
			if test.signal != 0 {
				g.Expect(c.cmd.Process.Signal(test.signal)).To(gomega.Succeed())
			}
			began := time.Now()
			o := c.wait()
			took := time.Since(began)
			if test.signal == 0 {
				took -= time.Second
			}
			g.Expect(took).To(gomega.BeNumerically("<", 2*time.Second), o.all())
			g.Expect(o.code).To(gomega.Equal(test.code), o.all())
			r := o.report()
			g.Expect(r.Stopped).To(gomega.Equal(test.why))
			g.Expect(r.Outcome.Code).To(gomega.Equal(test.code))
			g.Expect(r.Count().Total()).To(gomega.BeNumerically(">=", 31), "some checks are not in the report")
			g.Expect(r.Count().NotRun).To(gomega.BeNumerically(">", 0))
			g.Expect(o.stdout).To(gomega.ContainSubstring(string(test.why)))
			g.Expect(o.stderr).To(gomega.ContainSubstring("stopping; the reports will say what did not run"))
		})
	}
}

// A second signal ends the process at once, whatever it waits for: here for
// somebody to read its summary. The reports are written by then.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, []answer{at("/token", hang)})
	c := s.assay(t, "--quiet")
	read, write, err := os.Pipe()
	g.Expect(err).NotTo(gomega.HaveOccurred())
	defer read.Close()
	fill(t, write)
	c.cmd.Stdout = write
	c.start()
	g.Expect(write.Close()).To(gomega.Succeed())
	<-s.first
	g.Expect(c.cmd.Process.Signal(syscall.SIGTERM)).To(gomega.Succeed())
	g.Eventually(func() reports.Stop {
		f, err := os.Open(c.path("authassay-report/report.json"))
		if err != nil {
			return ""
		}
		defer f.Close()
		r, _ := reports.ReadJSON(f)
		return r.Stopped
	}).WithTimeout(5 * time.Second).Should(gomega.Equal(reports.StopTerminate))
	g.Consistently(c.ended).WithTimeout(200*time.Millisecond).ShouldNot(gomega.BeClosed(), "nothing kept the process")
	g.Expect(c.cmd.Process.Signal(syscall.SIGINT)).To(gomega.Succeed())
	g.Eventually(c.ended).WithTimeout(2 * time.Second).Should(gomega.BeClosed())
	g.Expect(c.wait().code).To(gomega.Equal(130))
	g.Expect(readReports(t, c.path("authassay-report"), "").Stopped).To(gomega.Equal(reports.StopTerminate))
}

// fill writes to a pipe until nothing more fits.
func fill(t *testing.T, pipe *os.File) {
	t.Helper()
	g := gomega.NewWithT(t)
	g.Expect(pipe.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))).To(gomega.Succeed())
	_, err := pipe.Write(make([]byte, 1<<20))
	g.Expect(os.IsTimeout(err)).To(gomega.BeTrue(), "the pipe took a megabyte")
	// The process that inherits it is to block, as on any pipe.
	g.Expect(syscall.SetNonblock(int(pipe.Fd()), false)).To(gomega.Succeed())
}

// kill -9 leaves the red reports, and never those of the run before.
func TestKilled(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, []answer{at("/token", hang)})
	c := s.assay(t)
	green := newCommand(t, "run", "--check", "jwks-kty")
	green.dir, green.cmd.Dir = c.dir, c.dir
	g.Expect(green.run().code).To(gomega.Equal(0))
	c.start()
	<-s.first
	g.Expect(c.cmd.Process.Kill()).To(gomega.Succeed())
	r := c.wait().report()
	g.Expect(r.Stopped).To(gomega.Equal(reports.StopUnfinished))
	g.Expect(r.Targets).To(gomega.BeEmpty())
	leftovers, _ := filepath.Glob(c.path("authassay-report/.*"))
	g.Expect(leftovers).To(gomega.BeEmpty())
}

// A reader of progress that does not read holds up neither the checks nor the
// reports.
func TestProgressThatNobodyReads(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	c := newCommand(t, "run")
	read, write, err := os.Pipe()
	g.Expect(err).NotTo(gomega.HaveOccurred())
	defer read.Close()
	fill(t, write)
	c.cmd.Stderr = write
	c.start()
	g.Expect(write.Close()).To(gomega.Succeed())
	o := c.wait()
	g.Expect(o.code).To(gomega.Equal(0), o.all())
}

// A reader that goes away, as "head -1" does, does not end the run.
func TestReaderThatGoesAway(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	c := newCommand(t, "run")
	read, write, err := os.Pipe()
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(read.Close()).To(gomega.Succeed())
	c.cmd.Stdout, c.cmd.Stderr = write, write
	c.start()
	g.Expect(write.Close()).To(gomega.Succeed())
	o := c.wait()
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(o.report().Outcome.Code).To(gomega.Equal(0))
}

// An output that is lost for another reason, a full disk, is no success.
func TestOutputThatIsLost(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("needs /dev/full")
	}
	for _, args := range [][]string{{"run", "--check", "jwks-kty"}, {"checks"}, {"version"}, {"explain", "jwks-kty"}} {
		g := gomega.NewWithT(t)
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		g.Expect(err).NotTo(gomega.HaveOccurred())
		c := newCommand(t, args...)
		c.cmd.Stdout = io.Writer(full)
		o := c.run()
		g.Expect(full.Close()).To(gomega.Succeed())
		g.Expect(o.code).To(gomega.Equal(3), o.all())
		g.Expect(o.stderr).To(gomega.ContainSubstring("no space left"))
	}
}
