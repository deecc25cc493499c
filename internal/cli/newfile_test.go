package cli

import (
	"errors"
	"io"
	"os"
	"testing"

	"github.com/onsi/gomega"
)

func nothing(io.Writer) error { return nil }

func hello(w io.Writer) error { _, err := io.WriteString(w, "hello"); return err }

// fails writes something before it fails.
func fails(w io.Writer) error { _ = hello(w); return errors.New("no luck") }

func entries(t *testing.T) []string {
	t.Helper()
	list, err := os.ReadDir(".")
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	names := []string{}
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

func TestCreateFile(t *testing.T) {
	t.Chdir(t.TempDir())
	g := gomega.NewWithT(t)
	g.Expect(createFile("a", fails)).To(gomega.MatchError(gomega.ContainSubstring("no luck")))
	g.Expect(entries(t)).To(gomega.BeEmpty(), "half a file stays")
	g.Expect(createFile("a", hello)).To(gomega.Succeed())
	g.Expect(createFile("a", nothing)).NotTo(gomega.Succeed())
	g.Expect(os.ReadFile("a")).To(gomega.BeEquivalentTo("hello"))
	g.Expect(createFile("no/such", hello)).To(gomega.MatchError(gomega.ContainSubstring("there is no such directory")))
}

func TestReplaceFile(t *testing.T) {
	t.Chdir(t.TempDir())
	g := gomega.NewWithT(t)
	g.Expect(replaceFile("a", hello)).To(gomega.Succeed())
	g.Expect(replaceFile("a", fails)).NotTo(gomega.Succeed())
	g.Expect(os.ReadFile("a")).To(gomega.BeEquivalentTo("hello"))
	g.Expect(entries(t)).To(gomega.Equal([]string{"a"}))
	info, err := os.Stat("a")
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(info.Mode().Perm()).To(gomega.Equal(os.FileMode(0o644)))
}

func TestCanCreate(t *testing.T) {
	t.Chdir(t.TempDir())
	g := gomega.NewWithT(t)
	g.Expect(canCreate("--x", "new")).To(gomega.Succeed())
	g.Expect(entries(t)).To(gomega.BeEmpty(), "the look left something")
	g.Expect(os.Symlink("nowhere", "link")).To(gomega.Succeed())
	g.Expect(canCreate("--x", "link")).To(gomega.MatchError(gomega.ContainSubstring("exists")))
	g.Expect(canCreate("--x", ".")).To(gomega.MatchError(gomega.ContainSubstring("is a directory")))
	g.Expect(canCreate("--x", "no/such")).To(gomega.MatchError(gomega.ContainSubstring("no such directory")))
}

func TestShellWord(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(shellWord("staging.yaml")).To(gomega.Equal("staging.yaml"))
	g.Expect(shellWord("my file's")).To(gomega.Equal(`'my file'\''s'`))
}
