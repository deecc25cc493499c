package reports

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/onsi/gomega"
)

// asNobody runs f on a thread that the file system takes for an ordinary user,
// so that root meets the same permissions as everybody else.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		f()
		return
	}
	done := make(chan error)
	go func() {
		// Not unlocked: the thread ends with the goroutine.
		runtime.LockOSThread()
		_, _, errno := syscall.RawSyscall(syscall.SYS_SETFSUID, 65534, 0, 0)
		if errno != 0 {
			done <- errno
			return
		}
		f()
		done <- nil
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestOpenDirWithoutPermission(t *testing.T) {
	g := gomega.NewWithT(t)
	parent := t.TempDir()
	existing := filepath.Join(parent, "existing")
	g.Expect(os.Mkdir(existing, 0o555)).To(gomega.Succeed())
	g.Expect(os.Chmod(parent, 0o555)).To(gomega.Succeed())
	// The directories above belong to the user who runs the test.
	g.Expect(os.Chmod(filepath.Dir(parent), 0o755)).To(gomega.Succeed())
	t.Cleanup(func() { _ = os.Chmod(parent, 0o755) })
	var made, written error
	asNobody(t, func() {
		_, made = OpenDir(filepath.Join(parent, "new"))
		_, written = OpenDir(existing)
	})
	g.Expect(made).To(gomega.MatchError(gomega.ContainSubstring("no permission to make the directory; choose another with --report-dir")))
	g.Expect(written).To(gomega.MatchError(gomega.ContainSubstring("no permission to write " + dirFiles[0].name + " in the directory")))
	g.Expect(listing(t, existing)).To(gomega.BeEmpty())
}

// The kernel's own full disk.
func TestWriteToAFullDevice(t *testing.T) {
	g := gomega.NewWithT(t)
	path := t.TempDir()
	d, err := OpenDir(path)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	before := listing(t, path)
	d.create = func(string) (io.WriteCloser, error) { return os.OpenFile("/dev/full", os.O_WRONLY, 0) }
	g.Expect(d.Write(scenario("red"))).To(gomega.MatchError(syscall.ENOSPC))
	g.Expect(listing(t, path)).To(gomega.Equal(before))
}
