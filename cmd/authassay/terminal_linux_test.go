package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/authassay/authassay/mockidp"
)

// openTerminal makes a pseudo-terminal of 80 columns: what is written to tty
// is read from the other end.
func openTerminal(t *testing.T) (other, tty *os.File) {
	t.Helper()
	g := gomega.NewWithT(t)
	other, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	g.Expect(unix.IoctlSetPointerInt(int(other.Fd()), unix.TIOCSPTLCK, 0)).To(gomega.Succeed())
	n, err := unix.IoctlGetInt(int(other.Fd()), unix.TIOCGPTN)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(unix.IoctlSetWinsize(int(tty.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80})).To(gomega.Succeed())
	return other, tty
}

// onTerminal runs the command with stdout and stderr on one terminal, and
// gives all that was written there.
func (c *command) onTerminal() (string, outcome) {
	c.t.Helper()
	other, tty := openTerminal(c.t)
	defer other.Close()
	c.cmd.Stdout, c.cmd.Stderr = tty, tty
	c.start()
	gomega.NewWithT(c.t).Expect(tty.Close()).To(gomega.Succeed())
	var seen bytes.Buffer
	_, _ = io.Copy(&seen, other) // ends in EIO when the last writer has gone
	return strings.ReplaceAll(seen.String(), "\r\n", "\n"), c.wait()
}

const (
	green     = "\x1b[32m"
	clearLine = "\x1b[2K\r"
)

func TestTerminal(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args       []string
		env        string
		color, bar bool
	}{
		"plain":      {nil, "TERM=xterm", true, true},
		"--no-color": {[]string{"--no-color"}, "TERM=xterm", false, true},
		"NO_COLOR":   {nil, "NO_COLOR=1", false, true},
		"dumb":       {nil, "TERM=dumb", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			seen, o := newCommand(t, append([]string{"run"}, test.args...)...).with(test.env).onTerminal()
			g.Expect(o.code).To(gomega.Equal(0), seen)
			g.Expect(strings.Contains(seen, green)).To(gomega.Equal(test.color), "colour: %q", seen)
			g.Expect(strings.Contains(seen, clearLine)).To(gomega.Equal(test.bar), "bar: %q", seen)
			g.Expect(seen).To(gomega.ContainSubstring("assaying mock at http://127.0.0.1:"))
			g.Expect(seen).To(gomega.ContainSubstring("conformant in "))
			if test.bar {
				g.Expect(seen).To(gomega.MatchRegexp(`\d+% \|`))
				g.Expect(seen).To(gomega.MatchRegexp(`\(\d+/\d+\)`))
				for drawn := range strings.SplitSeq(seen, "\r") {
					g.Expect(len([]rune(strings.Split(drawn, "\n")[0]))).To(gomega.BeNumerically("<=", 100), "%q", drawn)
				}
				// What is left on the screen begins with the summary.
				last := seen[strings.LastIndex(seen, clearLine)+len(clearLine):]
				g.Expect(last).To(gomega.HavePrefix("authassay "), "%q", seen)
			}
		})
	}
}

// The bar shows what runs and how far it is, and gives way to lines.
func TestBar(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	slow := func(_ http.ResponseWriter, r *http.Request) bool {
		select {
		case <-time.After(20 * time.Millisecond):
		case <-r.Context().Done():
		}
		return false
	}
	s := serve(t, []answer{slow}, mockidp.WithRuleOff("jwks-public-only"))
	seen, o := s.assay(t, "--workers", "2", "--verbose").with("TERM=xterm").onTerminal()
	g.Expect(o.code).To(gomega.Equal(1), seen)
	g.Expect(seen).To(gomega.MatchRegexp(`\r[^|\n]*[a-z]+-[a-z0-9-]+ [^|\n]*[1-9]\d*% \|`), "%q", seen)
	g.Expect(seen).To(gomega.MatchRegexp(`(?m)jwks-no-private: fail, \d+ ms$`), "%q", seen)
}

// --quiet is quiet on a terminal too.
func TestQuietTerminal(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	seen, o := newCommand(t, "run", "--quiet").with("TERM=xterm").onTerminal()
	g.Expect(o.code).To(gomega.Equal(0))
	g.Expect(seen).To(gomega.MatchRegexp(`^conformant in \d+ of \d+ requirements(; [^\n]+)?\n$`))
}

// The self-test of the binary is whole, and its matrix has a line for each
// fault. It shows how far it is, and leaves nothing of that behind.
func TestSelfTest(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	seen, o := newCommand(t, "selftest", "--only", "ca-wrong-secret,cc,jwks").with("TERM=xterm").onTerminal()
	g.Expect(o.code).To(gomega.Equal(0), seen)
	g.Expect(seen).To(gomega.MatchRegexp(`self-test +[1-9]\d*% \|`), "%q", seen)
	matrix := seen[strings.LastIndex(seen, clearLine)+len(clearLine):]
	g.Expect(matrix).To(gomega.MatchRegexp(`^FAULT +PROVEN BY +ALSO SEEN BY\n`), "%q", seen)
	g.Expect(matrix).To(gomega.MatchRegexp(`(?m)^client-secret-verified +ca-wrong-secret \(fail\)`))
	g.Expect(matrix).To(gomega.ContainSubstring("every one of these checks is proven"))
}

// A self-test can be stopped too. It has no reports, only its exit code.
func TestSelfTestStopped(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	other, tty := openTerminal(t)
	defer other.Close()
	c := newCommand(t, "selftest", "--full", "--workers", "1").with("TERM=xterm")
	c.cmd.Stderr = tty
	c.start()
	g.Expect(tty.Close()).To(gomega.Succeed())
	seen := bufio.NewReader(other)
	_, err := seen.ReadString('|') // the bar
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(c.cmd.Process.Signal(syscall.SIGTERM)).To(gomega.Succeed())
	rest, _ := io.ReadAll(seen)
	o := c.wait()
	g.Expect(o.code).To(gomega.Equal(143), o.all())
	g.Expect(o.stdout).To(gomega.BeEmpty())
	g.Expect(string(rest)).To(gomega.ContainSubstring("stopped by SIGTERM"))
}
