package cli

import (
	"io"

	"github.com/authassay/authassay/reports"
)

// DiffOptions are what "authassay diff" was asked for.
type DiffOptions struct {
	// Old and New are report directories, or their report.json.
	Old, New string
	// JSON asks for the form for programs.
	JSON             bool
	Verbose, NoColor bool
}

// Diff writes what changed between two runs. It fails with exit code 1 when
// something is worse; reports that cannot be compared are wrong usage.
func Diff(s *Streams, o DiffOptions) error {
	before, _, err := readReport(o.Old)
	if err != nil {
		return err
	}
	after, _, err := readReport(o.New)
	if err != nil {
		return err
	}
	d, err := reports.Compare(before, after)
	if err != nil {
		return Usage("the reports cannot be compared: %v", err)
	}
	write := func(w io.Writer) error { return reports.WriteDiffJSON(w, d) }
	if o.JSON {
		err = write(s.Out) // no line of it begins with what a server said
	} else {
		width := 0
		if s.OutTerminal {
			width = s.Width
		}
		err = s.shielded(func(w io.Writer) error {
			return reports.WriteDiff(w, d, reports.SummaryOptions{Color: s.Color(o.NoColor), Verbose: o.Verbose, Width: width})
		})
	}
	if err := Written(err); err != nil {
		return err
	}
	if d.Worse {
		return &Failure{Code: reports.ExitFail}
	}
	return nil
}
