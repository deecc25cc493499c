package main

import (
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/onsi/gomega"
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

// The directory can be chosen, and is made with those above it.
func TestReportDir(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	o := run(t, "run", "--check", "jwks-kty", "--report-dir", "out/of the/way")
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(readReports(t, o.path("out/of the/way"), o.all()).Outcome.Code).To(gomega.Equal(0))
	g.Expect(o.stdout).To(gomega.ContainSubstring("out/of the/way/junit.xml"))
	o.noReport()
}
