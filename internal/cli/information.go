package cli

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/fixtures/targets"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/assay"
)

// Lint writes the problems of target files, one a line as compilers do. It
// fails with exit code 2 when one of them is an error.
func Lint(s *Streams, files []string) error {
	failing := false
	for _, file := range files {
		problems := target.Lint(file)
		if len(problems) == 0 {
			if err := s.Print(file + ": no problems\n"); err != nil {
				return err
			}
		}
		for _, p := range problems {
			failing = failing || p.Severity == target.SeverityError
			if err := s.Print(p.String() + "\n"); err != nil {
				return err
			}
		}
	}
	if failing {
		return &Failure{Code: reports.ExitUsage}
	}
	return nil
}

// ListTargets writes the targets that can be named instead of described.
func ListTargets(s *Streams) error {
	rows := [][]string{{"NAME", "SYSTEM", "DESCRIPTION"}}
	for _, b := range targets.All() {
		rows = append(rows, []string{b.Name, b.Title, b.Description})
	}
	return s.Print(table(rows))
}

// ShowTarget writes the target file of a built-in target.
func ShowTarget(s *Streams, name string) error {
	text, err := targets.Text(name)
	if err != nil {
		return Usage("%v", err)
	}
	return s.Print(string(text))
}

// VersionInfo is what "authassay version --json" shows.
type VersionInfo struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Go      string `json:"go"`
	// Commit is the revision that was built, where the build knows; Modified
	// tells that the work tree had changes beyond it.
	Commit   string `json:"commit,omitempty"`
	Modified bool   `json:"modified,omitempty"`
}

// Version writes which build this is.
func Version(s *Streams, asJSON bool) error {
	tool := assay.Tool()
	v := VersionInfo{Name: tool.Name, Version: tool.Version, Go: tool.Go}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			switch setting.Key {
			case "vcs.revision":
				v.Commit = setting.Value
			case "vcs.modified":
				v.Modified = setting.Value == "true"
			}
		}
	}
	if asJSON {
		return s.printJSON(v)
	}
	parts := []string{v.Name + " " + v.Version, v.Go}
	if v.Commit != "" {
		commit := "commit " + v.Commit
		if v.Modified {
			commit += " with changes"
		}
		parts = append(parts, commit)
	}
	return s.Print(fmt.Sprintln(strings.Join(parts, ", ")))
}
