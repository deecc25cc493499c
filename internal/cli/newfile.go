package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// canCreate tells before any work is done that a file that must not exist yet
// can be made. The flag that names it is for the message.
func canCreate(flag, path string) error {
	if info, err := os.Lstat(path); err == nil {
		if info.IsDir() {
			return &UsageError{fmt.Sprintf("%s %q is a directory", flag, path), "name a file in it"}
		}
		return &UsageError{fmt.Sprintf("%s %q exists", flag, path), "it would be lost; name another file, and compare"}
	}
	return canWriteIn(flag, path)
}

// canWriteIn tells whether a file can be made beside path.
func canWriteIn(flag, path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".authassay-*.tmp")
	if err != nil {
		return Usage("%s %q cannot be written: %s", flag, path, reason(err))
	}
	_ = f.Close()
	_ = os.Remove(f.Name())
	return nil
}

// createFile writes a new file. Nothing stays of one that could not be written
// whole, and nothing that exists is touched.
func createFile(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("%q cannot be written: %s", path, reason(err))
	}
	err = write(f)
	if closing := f.Close(); err == nil {
		err = closing // some file systems report a full disk only here
	}
	if err != nil {
		_ = os.Remove(path)
		return fmt.Errorf("%q cannot be written: %s", path, reason(err))
	}
	return nil
}

// replaceFile writes a file beside its place and moves it there when it is
// whole.
func replaceFile(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".authassay-*.tmp")
	if err != nil {
		return fmt.Errorf("%q cannot be written: %s", path, reason(err))
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already when all went well
	err = write(f)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("%q cannot be written: %s", path, reason(err))
	}
	return nil
}

// reason strips operation and path off an error of the file system, since the
// message names the path already.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	if errors.Is(err, fs.ErrNotExist) {
		return "there is no such directory"
	}
	return err.Error()
}
