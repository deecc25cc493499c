package reports

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// The files of a report directory. Nothing else in it is ever touched.
const (
	HTMLFile     = "report.html"
	MarkdownFile = "report.md"
	JUnitFile    = "junit.xml"
	SARIFFile    = "report.sarif"
	JSONFile     = "report.json"
)

// dirFiles are the files that Dir owns, with their writers, in the order in
// which a person wants to hear of them.
var dirFiles = []dirFile{
	{HTMLFile, WriteHTML},
	{MarkdownFile, WriteMarkdown},
	{JUnitFile, WriteJUnit},
	{SARIFFile, WriteSARIF},
	{JSONFile, WriteJSON},
}

type dirFile struct {
	name  string
	write func(io.Writer, Report) error
}

// DirFiles are the names of the files of a report directory, the one that a
// person opens first.
func DirFiles() []string {
	names := make([]string, len(dirFiles))
	for i, f := range dirFiles {
		names[i] = f.name
	}
	return names
}

// Dir is a report directory. What stands in it always belongs to one run: the
// latest that was written completely, or a red report that says that the run
// did not finish. Its methods may be called by several goroutines.
type Dir struct {
	path  string
	runID string
	mu    sync.Mutex
	// stands is the run whose files stand in the directory, as far as this Dir
	// wrote them.
	stands string
	// create makes a new file that must not exist yet, rename moves one into its
	// place; tests replace them to see what a broken disk does.
	create func(path string) (io.WriteCloser, error)
	rename func(from, to string) error
}

// OpenDir makes the report directory (mode 0755) where there is none and
// writes a report into it at once that is red and says that the run did not
// finish. So a directory that cannot be written to is an error before anything
// is sent to a target, and a run that is killed does not leave the green
// report of the run before it.
func OpenDir(path string) (*Dir, error) {
	if path == "" {
		return nil, errors.New("the name of the report directory is empty")
	}
	d := &Dir{path: path, runID: NewRunID(), create: createFile, rename: os.Rename}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, explainDir(path, "make", err)
	}
	d.removeLeftovers()
	if err := d.Write(Report{Started: time.Now().UTC(), Stopped: StopUnfinished, Tool: Tool{Name: "authassay"}}); err != nil {
		return nil, err
	}
	return d, nil
}

// NewRunID invents an identifier for a run: random, and fit for file names.
func NewRunID() string { return rand.Text() }

// Path is the directory as it was named to OpenDir.
func (d *Dir) Path() string { return d.path }

// RunID is the run's identifier in the report that OpenDir wrote, and in every
// report given to Write without one of its own.
func (d *Dir) RunID() string { return d.runID }

// Write replaces the files of the directory by those of the report. Each one
// is written under another name first and renamed when all are complete, so a
// reader never sees half a file. On an error in writing, the old files stay as
// they were. Files of another run are removed before the first of this one gets
// its place, and what could not be replaced is removed as well: a file that is
// missing is noticed, and one of an older run beside newer ones is believed.
func (d *Dir) Write(r Report) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r.RunID == "" {
		r.RunID = d.runID
	}
	temporary := make([]string, 0, len(dirFiles))
	defer func() {
		for _, name := range temporary {
			_ = os.Remove(name) // those renamed are gone already
		}
	}()
	for _, f := range dirFiles {
		name := filepath.Join(d.path, "."+f.name+"."+rand.Text()+".tmp")
		temporary = append(temporary, name)
		if err := d.writeFile(name, r, f.write); err != nil {
			return explainDir(d.path, "write "+f.name+" in", err)
		}
	}
	if d.stands != r.RunID {
		d.remove(dirFiles)
	}
	d.stands = "" // until all are there
	for i, f := range dirFiles {
		if err := d.rename(temporary[i], filepath.Join(d.path, f.name)); err != nil {
			d.remove(dirFiles[i:])
			return explainDir(d.path, "replace "+f.name+" in", err)
		}
	}
	d.stands = r.RunID
	return nil
}

// remove removes files of the directory. A directory of such a name stays, and
// what cannot be removed cannot be replaced either, which is an error then.
func (d *Dir) remove(files []dirFile) {
	for _, f := range files {
		name := filepath.Join(d.path, f.name)
		if info, err := os.Lstat(name); err == nil && !info.IsDir() {
			_ = os.Remove(name)
		}
	}
}

func (d *Dir) writeFile(path string, r Report, write func(io.Writer, Report) error) (err error) {
	f, err := d.create(path)
	if err != nil {
		return err
	}
	defer func() {
		// Some file systems report a full disk only here.
		if closing := f.Close(); err == nil {
			err = closing
		}
	}()
	return write(f, r)
}

func createFile(path string) (io.WriteCloser, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

// removeLeftovers removes temporary files of runs that were killed while they
// wrote. Those of the last minute may belong to a run that is still writing.
func (d *Dir) removeLeftovers() {
	for _, f := range dirFiles {
		// A directory whose name holds a pattern only keeps its leftovers.
		found, _ := filepath.Glob(filepath.Join(d.path, "."+f.name+".*.tmp"))
		for _, name := range found {
			if info, err := os.Lstat(name); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > time.Minute {
				_ = os.Remove(name)
			}
		}
	}
}

// explainDir says what is wrong with the report directory and what would be
// right. The error of the operating system is wrapped.
func explainDir(path, doing string, err error) error {
	advice := "choose another with --report-dir"
	if info, statErr := os.Stat(path); statErr == nil && !info.IsDir() {
		return fmt.Errorf("report directory %s: this is a file and not a directory; %s: %w", path, advice, err)
	}
	because := "cannot " + doing + " the directory"
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		because = "a part of the path is a file and not a directory"
	case errors.Is(err, syscall.EROFS):
		because = "the file system is read-only"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		because = "cannot " + doing + " the directory: no space is left; what stood there before is unchanged"
		advice = "make room or choose another with --report-dir"
	case errors.Is(err, syscall.EFBIG):
		because = "cannot " + doing + " the directory: the file may not grow that long; what stood there before is unchanged"
		advice = "raise the limit (ulimit -f) or choose another with --report-dir"
	case errors.Is(err, fs.ErrPermission):
		because = "no permission to " + doing + " the directory"
	}
	return fmt.Errorf("report directory %s: %s; %s: %w", path, because, advice, err)
}
