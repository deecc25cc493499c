package cli

import (
	"os"
	"path/filepath"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/assay"
)

// MergeOptions are what "authassay merge" was asked for.
type MergeOptions struct {
	// Args are the report directories of the shards, or their report.json.
	Args []string
	// ReportDir is where the reports of the whole go; required.
	ReportDir string

	Quiet, Verbose, NoColor bool
}

// Merge joins the reports of the shards of a run, writes the reports of the whole
// and shows it as a run does. Its exit code is that of a run of all checks; parts
// that do not belong together are wrong usage.
func Merge(s *Streams, o MergeOptions) error {
	if o.Quiet && o.Verbose {
		return &UsageError{"--quiet and --verbose exclude each other", "choose one"}
	}
	var parts []assay.Part
	for _, arg := range o.Args {
		if same(arg, o.ReportDir) {
			// Nothing is written: it would be lost.
			return &UsageError{"--report-dir " + Quote(o.ReportDir) + " is the directory of a shard", "name another for the whole"}
		}
		r, _, err := readReport(arg)
		if err != nil {
			refuse(s, o.ReportDir, reports.ExitUsage, err)
			return err
		}
		parts = append(parts, assay.Part{Name: Quote(arg), Report: r})
	}
	whole, err := assay.Merge(parts)
	if err != nil {
		err = Usage("the reports cannot be merged:\n%v", err)
		refuse(s, o.ReportDir, reports.ExitUsage, err)
		return err
	}
	dir, err := reports.OpenDir(o.ReportDir)
	if err != nil {
		return Usage("%v", err)
	}
	terms := parts[0].Report.Shard
	r := &runner{
		Streams: s, dir: dir, plan: &plan{known: terms.KnownFailing},
		o: RunOptions{Quiet: o.Quiet, Verbose: o.Verbose, NoColor: o.NoColor, MinDecided: terms.MinDecided},
	}
	return r.conclude(whole)
}

// same tells whether a report, named by its directory or its file, stands in a
// directory.
func same(report, dir string) bool {
	if filepath.Base(report) == reports.JSONFile {
		if info, err := os.Stat(report); err == nil && !info.IsDir() {
			report = filepath.Dir(report)
		}
	}
	a, err := os.Stat(report)
	if err != nil {
		return false
	}
	b, err := os.Stat(dir)
	return err == nil && os.SameFile(a, b)
}
