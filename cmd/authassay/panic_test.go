package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/internal/cli"
	"github.com/authassay/authassay/reports"
)

// broken is a writer with a defect: it panics once its text is written to it.
type broken struct {
	text bytes.Buffer
	at   string
}

func (b *broken) Write(p []byte) (int, error) {
	if b.at != "" && strings.Contains(string(p), b.at) {
		b.at = ""
		panic("the writer is broken, and knows s3cr3t-of-the-client-0451")
	}
	return b.text.Write(p)
}

// A defect of our own is never a success: the exit code is 3, what broke is
// said without secrets, and the red reports of the beginning stay.
func TestOurOwnPanic(t *testing.T) {
	for _, at := range []string{"assaying", "jwks  "} {
		g := gomega.NewWithT(t)
		dir := t.TempDir()
		stderr := &broken{at: at}
		s := &cli.Streams{Out: &bytes.Buffer{}, Err: stderr, Env: func(name string) (string, bool) {
			return "s3cr3t-of-the-client-0451", name == cli.EnvClientSecret || name == cli.EnvClientID
		}}
		code := execute(s, []string{"run", "--area", "jwks", "--report-dir", dir})
		g.Expect(code).To(gomega.Equal(3))
		g.Expect(stderr.text.String()).To(gomega.ContainSubstring("authassay itself broke"))
		g.Expect(stderr.text.String()).To(gomega.ContainSubstring("the writer is broken"))
		g.Expect(stderr.text.String()).NotTo(gomega.ContainSubstring("s3cr3t"))
		g.Expect(readReports(t, dir, "").Stopped).To(gomega.Equal(reports.StopUnfinished))
	}
	// And where it is not about a run at all.
	g := gomega.NewWithT(t)
	s := &cli.Streams{Out: &broken{at: "jwks-kty"}, Err: &bytes.Buffer{}, Env: os.LookupEnv}
	g.Expect(execute(s, []string{"explain", "jwks-kty"})).To(gomega.Equal(3))
}
