package cli

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/authassay/authassay/reports"
)

// The variables by which GitHub Actions tells a step where it runs, and of the
// file whose Markdown is shown on the page of the job.
const (
	envGitHub      = "GITHUB_ACTIONS"
	envStepSummary = "GITHUB_STEP_SUMMARY"
)

// onGitHub tells whether a runner of GitHub Actions reads the output.
func (s *Streams) onGitHub() bool {
	v, _ := s.Env(envGitHub)
	return v == "true"
}

// shielded writes what may quote a server to Out. The runner takes any line
// that begins with "::", blanks before it aside, for a command, and a server
// can bring it about that one does; so commands are off meanwhile, until a word
// that no server can know turns them on.
func (s *Streams) shielded(write func(io.Writer) error) error {
	if !s.onGitHub() {
		return write(s.Out)
	}
	word := rand.Text()
	if _, err := fmt.Fprintf(s.Out, "::stop-commands::%s\n", word); err != nil {
		return err
	}
	err := write(s.Out)
	if _, on := fmt.Fprintf(s.Out, "::%s::\n", word); err == nil {
		err = on
	}
	return err
}

// publish puts a report where GitHub shows it: as annotations, unless only the
// verdict was asked for, and in the summary of the job. That the latter cannot
// be written is said and changes nothing else: the report directory has it all.
func (s *Streams) publish(r reports.Report, quiet bool) error {
	var err error
	if s.onGitHub() && !quiet {
		err = reports.WriteAnnotations(s.Out, r)
	}
	if path, _ := s.Env(envStepSummary); path != "" {
		if err := appendSummary(path, r); err != nil {
			s.Hint("warning", fmt.Sprintf("the job summary could not be written: %s %q: %s", envStepSummary, path, reason(err)))
		}
	}
	return err
}

// appendSummary adds a report to a file of which GitHub shows nothing when it
// gets too long: other steps of the job have files of their own, but the same
// step may have written before.
func appendSummary(path string, r reports.Report) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer func() {
		if closing := f.Close(); err == nil {
			err = closing
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	before := ""
	if info.Size() > 0 {
		before = "\n"
	}
	room := reports.MaxMarkdown - int(min(info.Size(), reports.MaxMarkdown)) - len(before)
	if room < minSummary {
		return errors.New("there is no room in it: GitHub shows 1 MiB")
	}
	if _, err := io.WriteString(f, before); err != nil {
		return err
	}
	return reports.WriteMarkdownWithin(f, r, room)
}

// minSummary is the room below which a summary would say next to nothing.
const minSummary = 2 << 10
