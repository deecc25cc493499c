package cli

import (
	"os"
	"path/filepath"

	"github.com/authassay/authassay/reports"
)

// readReport reads the report of a report directory, or a report.json that is
// named itself. The path is that of the file. Errors are UsageErrors.
func readReport(path string) (r reports.Report, file string, err error) {
	file = path
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		file = filepath.Join(path, reports.JSONFile)
	}
	f, err := os.Open(file)
	if err != nil {
		if os.IsNotExist(err) {
			return r, file, &UsageError{"there is no report " + Quote(file), "name a report directory, or a report.json"}
		}
		return r, file, Usage("the report %s cannot be read: %s", Quote(file), reason(err))
	}
	defer f.Close()
	if r, err = reports.ReadJSON(f); err != nil {
		return r, file, Usage("%s: %v", Quote(file), err)
	}
	return r, file, nil
}
