package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/reports"
)

// A report directory that cannot be used is wrong usage, and is found out
// before anything is sent.
func TestReportDirThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	for name, test := range map[string]struct {
		dir  string
		says string
	}{
		"a file":          {"file", "this is a file and not a directory"},
		"below a file":    {"file/reports", "a part of the path is a file"},
		"not permitted":   {"locked/reports", "no permission"},
		"on no real disk": {"/proc/reports", "report directory /proc/reports"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			c := s.assay(t, "--report-dir", test.dir).file("file", "precious")
			g.Expect(os.Mkdir(c.path("locked"), 0o555)).To(gomega.Succeed())
			if name == "not permitted" && os.Geteuid() == 0 {
				// Root may write everywhere; nobody may not.
				c.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
				c.dir, c.cmd.Dir = "/", "/"
				c.cmd.Args[len(c.cmd.Args)-1] = filepath.Join(filepath.Dir(binary), "reports")
			}
			o := c.run()
			g.Expect(o.code).To(gomega.Equal(2), o.all())
			g.Expect(o.stderr).To(gomega.ContainSubstring(test.says))
			g.Expect(o.stderr).To(gomega.ContainSubstring("--report-dir"))
			if name != "not permitted" {
				g.Expect(os.ReadFile(c.path("file"))).To(gomega.BeEquivalentTo("precious"))
			}
		})
	}
	t.Cleanup(func() { gomega.NewWithT(t).Expect(s.requests.Load()).To(gomega.BeZero(), "something was sent") })
}

// Reports that can no longer be written at the end: the verdict is on the
// terminal all the same, and the exit code is not 0.
func TestReportDirThatGoesAway(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	dir := filepath.Join(t.TempDir(), "reports")
	s := serve(t, []answer{at("/jwks", func(w http.ResponseWriter, _ *http.Request) {
		_ = os.RemoveAll(dir)
		_ = os.WriteFile(dir, nil, 0o644)
		w.WriteHeader(http.StatusNotFound)
	})})
	o := s.assay(t, "--check", "cc-happy,jwks-fetch", "--report-dir", dir).run()
	g.Expect(o.code).NotTo(gomega.Equal(0), o.all())
	g.Expect(o.stdout).To(gomega.ContainSubstring("of 2 requirements"), "no verdict on the terminal")
	g.Expect(o.stdout).NotTo(gomega.ContainSubstring("Reports: "))
	g.Expect(o.stderr).To(gomega.ContainSubstring("error: report directory " + dir + ": this is a file"))
}

// The same at the end of a run in which all is well.
func TestReportsThatCannotBeReplaced(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	dir := filepath.Join(t.TempDir(), "reports")
	s := serve(t, []answer{func(_ http.ResponseWriter, _ *http.Request) bool {
		_ = os.RemoveAll(dir)
		return false
	}})
	o := s.assay(t, "--check", "jwks-fetch", "--report-dir", dir).run()
	g.Expect(o.code).To(gomega.Equal(3), o.all())
	g.Expect(o.stdout).To(gomega.ContainSubstring("conformant in 1 of 1 requirement"), "no verdict on the terminal")
	g.Expect(o.stdout).To(gomega.ContainSubstring("Exit code: 3"))
	g.Expect(o.stderr).To(gomega.ContainSubstring("error: report directory " + dir))
}

// A disk that takes no more in the middle of the reports: the verdict and its
// exit code are on the terminal all the same, and in the directory stands that
// the run did not finish.
func TestReportsThatDoNotFit(t *testing.T) {
	t.Parallel()
	sound, broken := serve(t, nil), serve(t, nil, mockidp.WithRuleOff("jwks-public-only"))
	for name, test := range map[string]struct {
		server  *server
		code    int
		verdict string
	}{
		"all is well":     {sound, 3, `\d+ of \d+ requirements`},
		"something fails": {broken, 1, `not conformant: \d+ of \d+ requirements`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			c := test.server.assay(t)
			shell, err := exec.LookPath("sh")
			g.Expect(err).NotTo(gomega.HaveOccurred())
			// What the run writes first fits, and what it writes in the end does not:
			// the limit is in blocks of 512 or 1024 bytes.
			limit := fmt.Sprintf(`ulimit -f %d && exec "$0" "$@"`, longestAtFirst(t)/512+2)
			c.cmd.Path, c.cmd.Args = shell, append([]string{"sh", "-c", limit, binary}, c.args...)
			o := c.run()
			g.Expect(o.code).To(gomega.Equal(test.code), o.all())
			g.Expect(o.stdout).To(gomega.MatchRegexp(test.verdict))
			g.Expect(o.stdout).NotTo(gomega.ContainSubstring("Reports: "))
			g.Expect(o.stderr).To(gomega.ContainSubstring("the file may not grow that long; what stood there before is unchanged; raise the limit"), o.all())
			r := o.report()
			g.Expect(r.Stopped).To(gomega.Equal(reports.StopUnfinished))
			entries, err := os.ReadDir(o.path("authassay-report"))
			g.Expect(err).NotTo(gomega.HaveOccurred())
			g.Expect(entries).To(gomega.HaveLen(len(reports.DirFiles())), "nothing is left of what was begun")
		})
	}
}

// longestAtFirst is the size of the longest file that a run begins with.
func longestAtFirst(t *testing.T) int64 {
	t.Helper()
	g := gomega.NewWithT(t)
	dir := t.TempDir()
	_, err := reports.OpenDir(dir)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	var longest int64
	for _, name := range reports.DirFiles() {
		info, err := os.Stat(filepath.Join(dir, name))
		g.Expect(err).NotTo(gomega.HaveOccurred())
		longest = max(longest, info.Size())
	}
	return longest
}

// The files of a run all carry its id, those that were there first too.
func TestReportsCarryOneRunID(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, []answer{at("/token", hang)})
	c := s.assay(t).start()
	<-s.first
	early := readReports(t, c.path("authassay-report"), "").RunID
	g.Expect(c.cmd.Process.Signal(syscall.SIGTERM)).To(gomega.Succeed())
	o := c.wait()
	g.Expect(early).NotTo(gomega.BeEmpty())
	for _, name := range reports.DirFiles() {
		data, err := os.ReadFile(o.path("authassay-report/" + name))
		g.Expect(err).NotTo(gomega.HaveOccurred())
		g.Expect(string(data)).To(gomega.ContainSubstring(early), name)
	}
	g.Expect(o.stdout).To(gomega.ContainSubstring("run " + early))
}

// The directory can be chosen, and is made with those above it.
func TestReportDir(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	o := run(t, "run", "--check", "jwks-kty", "--report-dir", "out/of the/way")
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(readReports(t, o.path("out/of the/way"), o.all()).Outcome.Code).To(gomega.Equal(0))
	g.Expect(o.stdout).To(gomega.ContainSubstring("Reports: out/of the/way/" + reports.DirFiles()[0]))
	o.noReport()
}
