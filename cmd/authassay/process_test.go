package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/joshdk/go-junit"
	"github.com/onsi/gomega"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/catalog"
	"github.com/authassay/authassay/suites/check"
)

// binary is the path of the command, built once for all tests.
var binary string

// buildFlags are further flags for building it.
var buildFlags []string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	// Who runs the tests in the background of a shell script has signals
	// ignored, and so would every process that they start.
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGHUP} {
		if signal.Ignored(s) {
			signal.Notify(make(chan os.Signal, 1), s)
		}
	}
	dir, err := os.MkdirTemp("", "authassay-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // one test runs it as another user
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	binary = filepath.Join(dir, "authassay")
	if out, err := exec.Command("go", append(append([]string{"build"}, buildFlags...), "-o", binary, ".")...).CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the command: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// command is a call of the binary in a directory of its own, with no more of
// the environment than a test gives it.
type command struct {
	t      *testing.T
	dir    string
	env    []string
	args   []string
	stdout *bytes.Buffer
	stderr *bytes.Buffer
	cmd    *exec.Cmd
	ended  chan struct{}
}

// newCommand prepares a call. A test that takes longer than a minute is ended.
func newCommand(t *testing.T, args ...string) *command {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	c := &command{t: t, dir: t.TempDir(), args: args, stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}}
	c.cmd = exec.CommandContext(ctx, binary, args...)
	c.cmd.Dir, c.cmd.Env = c.dir, []string{"HOME=" + c.dir, "GORACE=atexit_sleep_ms=0"}
	c.cmd.Stdout, c.cmd.Stderr = c.stdout, c.stderr
	c.cmd.WaitDelay = 5 * time.Second
	return c
}

// file writes a file into the directory in which the command runs.
func (c *command) file(name, content string) *command {
	c.t.Helper()
	gomega.NewWithT(c.t).Expect(os.WriteFile(c.path(name), []byte(content), 0o644)).To(gomega.Succeed())
	return c
}

func (c *command) path(name string) string { return filepath.Join(c.dir, name) }

// with adds variables, "NAME=value", to the environment.
func (c *command) with(env ...string) *command { c.env = append(c.env, env...); return c }

func (c *command) start() *command {
	c.t.Helper()
	c.cmd.Env = append(c.cmd.Env, c.env...)
	gomega.NewWithT(c.t).Expect(c.cmd.Start()).To(gomega.Succeed())
	c.ended = make(chan struct{})
	go func() {
		defer close(c.ended)
		_ = c.cmd.Wait() // how it ended is in ProcessState
	}()
	return c
}

// outcome is what came of a call.
type outcome struct {
	*command
	code   int
	stdout string
	stderr string
}

func (c *command) wait() outcome {
	<-c.ended
	return outcome{c, c.cmd.ProcessState.ExitCode(), c.stdout.String(), c.stderr.String()}
}

func (c *command) run() outcome { c.t.Helper(); return c.start().wait() }

// run calls the binary with arguments and nothing else.
func run(t *testing.T, args ...string) outcome {
	t.Helper()
	return newCommand(t, args...).run()
}

// all is everything that the call printed, for messages of assertions.
func (o outcome) all() string {
	return fmt.Sprintf("authassay %s\nexit %d\nstdout:\n%s\nstderr:\n%s", strings.Join(o.args, " "), o.code, o.stdout, o.stderr)
}

// said is everything that the call printed, on one line, so that it does not
// matter where lines were broken.
func (o outcome) said() string { return strings.Join(strings.Fields(o.stdout+"\n"+o.stderr), " ") }

// report reads report.json and junit.xml and holds the two against each other.
func (o outcome) report() reports.Report {
	o.t.Helper()
	return readReports(o.t, o.path("authassay-report"), o.all())
}

func readReports(t *testing.T, dir, about string) reports.Report {
	t.Helper()
	g := gomega.NewWithT(t)
	f, err := os.Open(filepath.Join(dir, reports.JSONFile))
	g.Expect(err).NotTo(gomega.HaveOccurred(), about)
	defer f.Close()
	r, err := reports.ReadJSON(f)
	g.Expect(err).NotTo(gomega.HaveOccurred(), about)
	suites, err := junit.IngestFile(filepath.Join(dir, reports.JUnitFile))
	g.Expect(err).NotTo(gomega.HaveOccurred(), about)
	verdicts := map[string]junit.Status{}
	for _, s := range suites {
		for _, test := range s.Tests {
			verdicts[test.Name] = test.Status
		}
	}
	want := map[reports.Verdict]junit.Status{
		reports.Pass: junit.StatusPassed, reports.Info: junit.StatusPassed, reports.Warn: junit.StatusPassed,
		reports.Fail: junit.StatusFailed, reports.Error: junit.StatusError, reports.NotRun: junit.StatusSkipped,
	}
	for _, target := range r.Targets {
		for _, res := range target.Results {
			if res.KnownFailing == "" && res.UnexpectedPass == "" {
				g.Expect(verdicts).To(gomega.HaveKeyWithValue(res.ID, want[res.Verdict]), about)
			}
		}
	}
	return r
}

// noReport asserts that the call left no report directory.
func (o outcome) noReport() {
	o.t.Helper()
	_, err := os.Stat(o.path("authassay-report"))
	gomega.NewWithT(o.t).Expect(errors.Is(err, os.ErrNotExist)).To(gomega.BeTrue(), "a report directory was made: "+o.all())
}

// inArea is how many checks an area has.
func inArea(area string) int {
	return len(catalog.All().Select(check.Selection{Areas: []string{area}}, nil))
}

// verdicts are the verdicts of all results, by id.
func verdicts(r reports.Report) map[string]reports.Verdict {
	out := map[string]reports.Verdict{}
	for _, t := range r.Targets {
		for _, res := range t.Results {
			out[res.ID] = res.Verdict
		}
	}
	return out
}
