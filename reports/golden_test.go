package reports

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/onsi/gomega"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file of testdata, or writes it under -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (make it with go test ./reports -update, and read it)", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; read the difference, then run go test ./reports -update\ngot:\n%s", path, got)
	}
}

func written(t *testing.T, write func(io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	gomega.NewWithT(t).Expect(write(&b)).To(gomega.Succeed())
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	for name := range scenarios {
		t.Run(name, func(t *testing.T) {
			r := scenario(name)
			summary := func(o SummaryOptions) []byte {
				o.Outcome, o.ReportDir = *r.Outcome, "authassay-report"
				return written(t, func(w io.Writer) error { return WriteSummary(w, r, o) })
			}
			golden(t, name+".junit.xml", written(t, func(w io.Writer) error { return WriteJUnit(w, r) }))
			golden(t, name+".json", written(t, func(w io.Writer) error { return WriteJSON(w, r) }))
			golden(t, name+".md", written(t, func(w io.Writer) error { return WriteMarkdown(w, r) }))
			golden(t, name+".sarif", written(t, func(w io.Writer) error { return WriteSARIF(w, r) }))
			golden(t, name+".annotations.txt", written(t, func(w io.Writer) error { return WriteAnnotations(w, r) }))
			golden(t, name+".html", withoutSources(written(t, func(w io.Writer) error { return WriteHTML(w, r) })))
			golden(t, name+".txt", summary(SummaryOptions{}))
			switch name {
			case "red", "hostile", "known-failures":
				golden(t, name+".verbose.txt", summary(SummaryOptions{Verbose: true, Width: 80}))
				golden(t, name+".color.txt", summary(SummaryOptions{Color: true}))
			}
		})
	}
}

// withoutSources leaves out of a page what is the same in all of them, so that a
// change of the style is no change of every golden file.
func withoutSources(page []byte) []byte {
	page = regexp.MustCompile(`content="default-src[^"]*"`).ReplaceAll(page, []byte(`content="(left out)"`))
	for _, constant := range []string{pageStyle, pageScript} {
		page = bytes.Replace(page, []byte(constant), []byte("(left out)"), 1)
	}
	return page
}

// Every golden file belongs to a scenario, so that none outlives its test.
func TestNoForgottenGoldenFiles(t *testing.T) {
	g := gomega.NewWithT(t)
	files, err := filepath.Glob("testdata/*")
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(len(files)).To(gomega.BeNumerically(">=", 3*len(scenarios)))
	for _, f := range files {
		name, _, _ := bytes.Cut([]byte(filepath.Base(f)), []byte("."))
		g.Expect(scenarios).To(gomega.HaveKey(string(name)), f)
	}
}
