package reports

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/joshdk/go-junit"
	"github.com/onsi/gomega"
)

// listing is what a report directory holds, with the contents.
func listing(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = string(data)
	}
	return out
}

func readBack(t *testing.T, dir string) Report {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, JSONFile))
	if err != nil {
		t.Fatal(err)
	}
	r, err := ReadJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestOpenDirWritesARedReportFirst(t *testing.T) {
	g := gomega.NewWithT(t)
	path := filepath.Join(t.TempDir(), "a", "b")
	d, err := OpenDir(path)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(d.Path()).To(gomega.Equal(path))
	info, err := os.Stat(path)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(info.Mode().Perm() &^ 0o755).To(gomega.BeZero())

	r := readBack(t, path)
	g.Expect(r.Stopped).To(gomega.Equal(StopUnfinished))
	g.Expect(r.RunID).To(gomega.Equal(d.RunID()))
	g.Expect(Decide(r, DecideOptions{}).Code).To(gomega.Equal(ExitUndecided))
	suites, err := junit.IngestFile(filepath.Join(path, JUnitFile))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(suites).To(gomega.HaveLen(1))
	g.Expect(suites[0].Properties).To(gomega.HaveKeyWithValue("run-id", d.RunID()))
	g.Expect(suites[0].Tests[0].Status).To(gomega.Equal(junit.StatusError))
	g.Expect(suites[0].Tests[0].Message).To(gomega.ContainSubstring("did not finish"))
}

func TestWriteReplacesEveryFile(t *testing.T) {
	g := gomega.NewWithT(t)
	path := t.TempDir()
	g.Expect(os.WriteFile(filepath.Join(path, "mine.txt"), []byte("kept"), 0o600)).To(gomega.Succeed())
	d, err := OpenDir(path)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	r := scenario("red")
	g.Expect(d.Write(r)).To(gomega.Succeed())
	files := listing(t, path)
	g.Expect(files).To(gomega.HaveLen(len(dirFiles) + 1))
	g.Expect(files["mine.txt"]).To(gomega.Equal("kept"))
	for _, f := range dirFiles {
		g.Expect(files[f.name]).To(gomega.Equal(string(written(t, func(w io.Writer) error { return f.write(w, r) }))), f.name)
	}

	// A report without a run id gets that of the directory, in every file.
	r.RunID = ""
	g.Expect(d.Write(r)).To(gomega.Succeed())
	g.Expect(readBack(t, path).RunID).To(gomega.Equal(d.RunID()))
	g.Expect(listing(t, path)[JUnitFile]).To(gomega.ContainSubstring(d.RunID()))

	// The next run does not find the files of this one when it is killed.
	next, err := OpenDir(path)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(next.RunID()).NotTo(gomega.Equal(d.RunID()))
	g.Expect(readBack(t, path).Stopped).To(gomega.Equal(StopUnfinished))
	g.Expect(listing(t, path)[JUnitFile]).NotTo(gomega.ContainSubstring("cc-no-auth"))
}

func TestLeftoversOfKilledRunsAreRemoved(t *testing.T) {
	g := gomega.NewWithT(t)
	path := t.TempDir()
	old, young := filepath.Join(path, ".report.sarif.OLD.tmp"), filepath.Join(path, ".report.json.YOUNG.tmp")
	for _, f := range []string{old, young} {
		g.Expect(os.WriteFile(f, []byte("half"), 0o644)).To(gomega.Succeed())
	}
	hour := time.Now().Add(-time.Hour)
	g.Expect(os.Chtimes(old, hour, hour)).To(gomega.Succeed())
	_, err := OpenDir(path)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(old).NotTo(gomega.BeAnExistingFile())
	g.Expect(young).To(gomega.BeAnExistingFile()) // another run may be writing it
}

func TestOpenDirRefusesWhatIsNoDirectory(t *testing.T) {
	g := gomega.NewWithT(t)
	file := filepath.Join(t.TempDir(), "file")
	g.Expect(os.WriteFile(file, []byte("kept"), 0o644)).To(gomega.Succeed())
	_, err := OpenDir(file)
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring(file + ": this is a file and not a directory; choose another with --report-dir")))
	_, err = OpenDir(filepath.Join(file, "below"))
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("a part of the path is a file")))
	_, err = OpenDir("")
	g.Expect(err).To(gomega.MatchError("the name of the report directory is empty"))
	g.Expect(os.ReadFile(file)).To(gomega.Equal([]byte("kept")))

	blocked := t.TempDir()
	g.Expect(os.MkdirAll(filepath.Join(blocked, JUnitFile, "x"), 0o755)).To(gomega.Succeed())
	_, err = OpenDir(blocked)
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("cannot replace junit.xml in the directory")))
}

func TestDirErrorsSayWhatIsWrong(t *testing.T) {
	for errno, want := range map[error]string{
		syscall.EROFS:   "the file system is read-only; choose another with --report-dir",
		syscall.ENOTDIR: "a part of the path is a file and not a directory",
		syscall.EACCES:  "no permission to make the directory",
		syscall.ENOSPC:  "no space is left; what stood there before is unchanged; make room",
		syscall.EDQUOT:  "no space is left",
		syscall.EFBIG:   "the file may not grow that long; what stood there before is unchanged; raise the limit",
		syscall.EIO:     "cannot make the directory",
	} {
		g := gomega.NewWithT(t)
		err := explainDir("out", "make", &fs.PathError{Op: "mkdir", Path: "out", Err: errno})
		g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("report directory out: ")))
		g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring(want)))
		g.Expect(err).To(gomega.MatchError(errno))
	}
}

// limited is a file on a disk that has room for so many bytes.
type limited struct {
	*os.File
	room     *int
	atClose  bool
	overflow bool
}

func (l *limited) Write(p []byte) (int, error) {
	*l.room -= len(p)
	if *l.room >= 0 {
		return l.File.Write(p)
	}
	if l.atClose {
		l.overflow = true
		return len(p), nil
	}
	return 0, syscall.ENOSPC
}

func (l *limited) Close() error {
	if err := l.File.Close(); err != nil || !l.overflow {
		return err
	}
	return syscall.ENOSPC
}

func TestFullDiskKeepsTheOldReport(t *testing.T) {
	g := gomega.NewWithT(t)
	path := t.TempDir()
	d, err := OpenDir(path)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(d.Write(scenario("green"))).To(gomega.Succeed())
	before := listing(t, path)
	red := scenario("red")
	red.RunID = "LATER"
	size := 0
	for _, f := range dirFiles {
		size += len(written(t, func(w io.Writer) error { return f.write(w, red) }))
	}
	for _, atClose := range []bool{false, true} {
		for _, room := range []int{0, size / 4, size / 2, size - 1} {
			d.create = func(name string) (io.WriteCloser, error) {
				f, err := os.Create(name)
				return &limited{File: f, room: &room, atClose: atClose}, err
			}
			err := d.Write(red)
			g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("no space is left; what stood there before is unchanged")))
			g.Expect(errors.Is(err, syscall.ENOSPC)).To(gomega.BeTrue())
			g.Expect(listing(t, path)).To(gomega.Equal(before))
		}
	}
	d.create = createFile
	g.Expect(d.Write(red)).To(gomega.Succeed())
	g.Expect(readBack(t, path).RunID).To(gomega.Equal("LATER"))
}

// A file that cannot be replaced leaves none of an older run beside newer ones.
func TestAReplacementThatFails(t *testing.T) {
	for broken := range dirFiles {
		g := gomega.NewWithT(t)
		path := t.TempDir()
		d, err := OpenDir(path)
		g.Expect(err).NotTo(gomega.HaveOccurred())
		g.Expect(d.Write(scenario("green"))).To(gomega.Succeed())
		red := scenario("red")
		red.RunID = "LATER"
		d.rename = func(from, to string) error {
			if filepath.Base(to) == dirFiles[broken].name {
				return &fs.PathError{Op: "rename", Path: to, Err: syscall.EIO}
			}
			return os.Rename(from, to)
		}
		g.Expect(d.Write(red)).To(gomega.MatchError(syscall.EIO))
		files := listing(t, path)
		g.Expect(files).To(gomega.HaveLen(broken), "those before it are new, it and those after it are gone")
		for name, content := range files {
			g.Expect(content).To(gomega.ContainSubstring("LATER"), name)
		}
		d.rename = os.Rename
		g.Expect(d.Write(red)).To(gomega.Succeed())
		g.Expect(listing(t, path)).To(gomega.HaveLen(len(dirFiles)))
	}
}

// Files of another run are gone before the first of this one is there; those of
// the same run are replaced without a moment in which they are missing.
func TestFilesOfAnotherRunGoFirst(t *testing.T) {
	g := gomega.NewWithT(t)
	path := t.TempDir()
	before, err := OpenDir(path)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(before.Write(scenario("green"))).To(gomega.Succeed())
	var seen []int
	d := &Dir{path: path, runID: "MINE", create: createFile, rename: func(from, to string) error {
		n := 0
		for name := range listing(t, path) {
			if !strings.HasPrefix(name, ".") {
				n++
			}
		}
		seen = append(seen, n)
		return os.Rename(from, to)
	}}
	r := scenario("red")
	r.RunID = ""
	g.Expect(d.Write(r)).To(gomega.Succeed())
	g.Expect(seen[0]).To(gomega.BeZero(), "files of the run before are still there")
	seen = nil
	g.Expect(d.Write(r)).To(gomega.Succeed())
	for _, n := range seen {
		g.Expect(n).To(gomega.Equal(len(dirFiles)))
	}
}

func TestWriteAfterTheDirectoryIsGone(t *testing.T) {
	g := gomega.NewWithT(t)
	path := filepath.Join(t.TempDir(), "out")
	d, err := OpenDir(path)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(os.RemoveAll(path)).To(gomega.Succeed())
	g.Expect(d.Write(scenario("green"))).To(gomega.MatchError(fs.ErrNotExist))
}

// A signal may write while the run writes: all files are of one run.
func TestConcurrentWrites(t *testing.T) {
	g := gomega.NewWithT(t)
	path := t.TempDir()
	d, err := OpenDir(path)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	for range 100 {
		var wg sync.WaitGroup
		for _, id := range []string{"ONE", "TWO", "THREE"} {
			wg.Go(func() {
				r := scenario("green")
				r.RunID = id
				if err := d.Write(r); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		files := listing(t, path)
		g.Expect(files).To(gomega.HaveLen(len(dirFiles)))
		g.Expect(files[JUnitFile]).To(gomega.ContainSubstring(`"run-id" value="` + readBack(t, path).RunID + `"`))
	}
}
