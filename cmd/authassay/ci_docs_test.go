package main

import (
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/internal/cli"
	"github.com/authassay/authassay/reports"
)

var (
	fence    = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$")
	link     = regexp.MustCompile(`\]\(([^)]+)\)`)
	longFlag = regexp.MustCompile(`--[a-z][a-z-]+`)
)

// fences are the examples of docs/ci.md in a language; "" for commands.
func fences(t *testing.T, language string) (out []string) {
	t.Helper()
	for _, m := range fence.FindAllStringSubmatch(projectFile(t, "docs/ci.md"), -1) {
		if m[1] == language {
			out = append(out, m[2])
		}
	}
	gomega.NewWithT(t).Expect(out).NotTo(gomega.BeEmpty())
	return out
}

// Every exit code is in the table, with what to do.
func TestDocsNameEveryExitCode(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	said := map[string]bool{}
	for _, row := range regexp.MustCompile(`(?m)^\| ([\d, ]+) \| (.+) \| (.+) \|$`).FindAllStringSubmatch(projectFile(t, "docs/ci.md"), -1) {
		for _, code := range strings.Split(row[1], ", ") {
			said[strings.TrimSpace(code)] = true
		}
		g.Expect(len(row[3])).To(gomega.BeNumerically(">", 40), "what to do on %s", row[1])
	}
	want := map[string]bool{}
	for _, code := range []int{reports.ExitOK, reports.ExitFail, reports.ExitUsage, reports.ExitUndecided, reports.ExitHangup, reports.ExitInterrupt, reports.ExitTerminate} {
		want[strconv.Itoa(code)] = true
	}
	g.Expect(said).To(gomega.Equal(want))
}

// The examples say what there is: flags, inputs of the action, jobs of the template,
// files.
func TestDocsSayWhatThereIs(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	inputs, _ := dig(t, documents(t, projectFile(t, "action.yml"))[0], "inputs").(map[string]any)
	outputs, _ := dig(t, documents(t, projectFile(t, "action.yml"))[0], "outputs").(map[string]any)
	jobs := documents(t, projectFile(t, "ci/gitlab.yml"))[0]
	uses, extends := 0, 0
	for _, example := range fences(t, "yaml") {
		doc := documents(t, example)[0]
		workflow, _ := doc["jobs"].(map[string]any)
		for _, job := range workflow {
			for _, s := range dig(t, job, "steps").([]any) {
				step := s.(map[string]any)
				if !strings.HasPrefix(step["uses"].(string), "authassay/authassay@") {
					continue
				}
				uses++
				for input := range step["with"].(map[string]any) {
					g.Expect(inputs).To(gomega.HaveKey(input))
				}
			}
		}
		for _, m := range regexp.MustCompile(`steps\.authassay\.outputs\.([a-z-]+)`).FindAllStringSubmatch(example, -1) {
			g.Expect(outputs).To(gomega.HaveKey(m[1]))
		}
		for _, job := range doc {
			if j, ok := job.(map[string]any); ok && j["extends"] != nil {
				extends++
				g.Expect(jobs).To(gomega.HaveKey(j["extends"]))
			}
		}
	}
	g.Expect(uses).To(gomega.Equal(3))
	g.Expect(extends).To(gomega.Equal(3))
	help := run(t, "run", "--help").stdout + run(t, "merge", "--help").stdout + run(t, "diff", "--help").stdout
	for _, example := range fences(t, "") {
		parses(t, example, "sh", "bash")
		for line := range strings.Lines(example) {
			if strings.HasPrefix(line, "authassay ") {
				for _, flag := range longFlag.FindAllString(line, -1) {
					g.Expect(help).To(gomega.ContainSubstring("      "+flag), line)
				}
			}
		}
	}
	for _, m := range link.FindAllStringSubmatch(projectFile(t, "docs/ci.md"), -1) {
		g.Expect(filepath.Join("..", "..", "docs", m[1])).To(gomega.Or(gomega.BeAnExistingFile(), gomega.BeADirectory()))
	}
}

// The known-failing file of the page is one that is taken, while it has not expired.
func TestDocsKnownFailing(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	for _, example := range fences(t, "yaml") {
		if !strings.Contains(example, "\nentries:") {
			continue
		}
		c := newCommand(t).file("known.yaml", example)
		day := regexp.MustCompile(`expires: (\S+)`).FindStringSubmatch(example)
		g.Expect(day).To(gomega.HaveLen(2))
		k, err := reports.LoadKnownFailingAt(c.path("known.yaml"), cli.CheckIDs(), noon(t, day[1]))
		g.Expect(err).NotTo(gomega.HaveOccurred())
		g.Expect(k.Entries).To(gomega.HaveLen(2))
		return
	}
	t.Fatal("there is no known-failing file in docs/ci.md")
}

func noon(t *testing.T, day string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateOnly, day)
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	return at.Add(12 * time.Hour)
}
