package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/authassay/authassay/fixtures/target"
)

// InitOptions are what "authassay init" was asked for.
type InitOptions struct {
	// Issuer is the URL that was typed.
	Issuer string
	// Output is the file to write; empty for Out. Force lets it exist.
	Output string
	Force  bool
	// Name of the target in reports; empty for one made from the host.
	Name     string
	CAFile   string
	Insecure bool
	// Timeout bounds all that is asked.
	Timeout time.Duration
}

// Init reads the metadata of a server and writes a commented target file.
func Init(s *Streams, o InitOptions) error {
	t, err := target.FromURL(o.Issuer)
	if err != nil {
		return Usage("%v", err)
	}
	if o.Name != "" {
		t.Name = o.Name
	}
	run := &RunOptions{CAFile: o.CAFile, Insecure: o.Insecure}
	if err := adjust(t, run, credentials{}); err != nil {
		return err
	}
	if err := o.mayWrite(); err != nil {
		return err
	}
	found, err := discover(t.WithDefaults(), o.Timeout)
	if err != nil {
		return err
	}
	for _, remark := range found.remarks {
		s.Hint("note", remark)
	}
	found.draft.Name = t.Name
	var file bytes.Buffer
	if err := target.WriteTemplate(&file, found.draft); err != nil {
		return failed("%w", err)
	}
	if o.Output == "" {
		return s.Print(file.String())
	}
	write := func(w io.Writer) error { _, err := w.Write(file.Bytes()); return err }
	if o.Force {
		err = replaceFile(o.Output, write)
	} else {
		err = createFile(o.Output, write)
	}
	if err != nil {
		return failed("%w", err)
	}
	s.Hint("note", fmt.Sprintf("%s describes %s, by %s. Uncomment and fill in its clients, then: authassay run %s",
		o.Output, found.draft.Issuer, found.from, shellWord(o.Output)))
	return nil
}

// mayWrite refuses a file that cannot be written before anything is asked.
func (o *InitOptions) mayWrite() error {
	switch {
	case o.Output == "" && o.Force:
		return &UsageError{"--force without --output", "what is written to stdout overwrites nothing"}
	case o.Output == "":
		return nil
	}
	info, err := os.Stat(o.Output)
	switch {
	case err == nil && info.IsDir():
		return &UsageError{"--output " + Quote(o.Output) + " is a directory", "name a file in it"}
	case err == nil && !o.Force:
		return &UsageError{"--output " + Quote(o.Output) + " exists", "name another file, or add --force to replace it"}
	}
	return canWriteIn("--output", o.Output)
}

// shellWord quotes a word for a shell where it needs that.
func shellWord(s string) string {
	if strings.ContainsAny(s, " \t\n'\"\\$`&|;<>()*?[]#~!{}") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}
